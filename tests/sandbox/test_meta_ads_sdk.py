"""Meta's own Python SDK reads the simulated account as it reads the real one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

facebook_business = pytest.importorskip("facebook_business")

from facebook_business.adobjects.adaccount import AdAccount  # noqa: E402
from facebook_business.api import FacebookAdsApi  # noqa: E402
from facebook_business.exceptions import FacebookRequestError  # noqa: E402
from facebook_business.session import FacebookSession  # noqa: E402

from sandbox.layout import Layout  # noqa: E402
from sandbox.server import Sandbox  # noqa: E402

FIELDS = ["campaign_id", "campaign_name", "spend", "actions"]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(households=60, seed=3, months=3, layout=Layout.including("meta_ads")) as running:
        yield running


def account_of(sandbox: Sandbox, token: str | None = None) -> AdAccount:
    account = next(each for each in sandbox.accounts if each.platform == "meta_ads")
    session = FacebookSession(access_token=token or account.credentials["access_token"])
    session.GRAPH = account.base_url
    return AdAccount(f"act_{account.options['ad_account_id']}", api=FacebookAdsApi(session))


def test_it_reads_the_account_and_its_campaigns(sandbox: Sandbox) -> None:
    account = account_of(sandbox)
    assert account.api_get(fields=["timezone_name"])["timezone_name"] == "America/Chicago"
    names = {campaign["name"] for campaign in account.get_campaigns(fields=["name"])}
    assert names == {"FB - Seasonal Offer", "FB - Retargeting"}


def test_it_pages_through_insights(sandbox: Sandbox) -> None:
    asked = {"level": "campaign", "time_increment": 1, "date_preset": "last_30d", "limit": 7}
    rows = list(account_of(sandbox).get_insights(fields=FIELDS, params=asked))
    assert len(rows) == len({(row["campaign_id"], row["date_start"]) for row in rows}) == 60


def test_it_orders_and_reads_a_report_job(sandbox: Sandbox) -> None:
    asked = {
        "level": "campaign",
        "time_increment": 1,
        "time_range": {"since": "2026-10-01", "until": "2026-10-10"},
    }
    job = account_of(sandbox).get_insights_async(fields=FIELDS, params=asked)
    for _ in range(5):
        job.api_get()
    assert (job["async_status"], job["async_percent_completion"]) == ("Job Completed", 100)
    assert len(list(job.get_insights())) == 20


def test_it_understands_a_refusal(sandbox: Sandbox) -> None:
    with pytest.raises(FacebookRequestError) as raised:
        account_of(sandbox, "EAAother").api_get(fields=["name"])
    assert (raised.value.api_error_code(), raised.value.api_error_subcode()) == (190, 463)
