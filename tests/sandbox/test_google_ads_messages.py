"""Google's own client reads every answer of the simulated Google Ads, and would have written it the same way.

The client speaks gRPC only, so it cannot call a REST server; its messages define the REST format as well
(protobuf's JSON mapping). It is 70 MB in 7,000 modules and so not in the lock: `uv pip install google-ads`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from google.protobuf import json_format

from ingestion.sources.google_ads import queries
from sandbox.layout import Layout, arrange
from sandbox.world import build_world
from tests.sandbox.test_google_ads import Advertiser

VERSION = 26
_MESSAGES = f"google.ads.googleads.v{VERSION}"
answers = pytest.importorskip(f"{_MESSAGES}.services.types.google_ads_service")
failures = pytest.importorskip(f"{_MESSAGES}.errors.types.errors")

TODAY = date(2026, 11, 1)
MONTH = TODAY - timedelta(days=30)
QUERIES = {
    "customers": queries.CUSTOMERS,
    "campaigns": queries.CAMPAIGNS,
    "spend": queries.spend(MONTH, TODAY),
    "first active day": queries.first_active_day(MONTH, TODAY),
    "clicks": queries.clicks(TODAY - timedelta(days=10)),
    "leads": queries.leads(None, VERSION),
    "conversations": queries.conversations(None, VERSION),
}


@pytest.fixture(scope="module")
def advertiser() -> Iterator[Advertiser]:
    world = build_world(seed=5, households=400, months=5)
    arrange(world, Layout.including("google_ads"))
    yield Advertiser(world)


@pytest.mark.parametrize("name", QUERIES)
def test_a_page_is_what_the_client_would_have_written(advertiser: Advertiser, name: str) -> None:
    answer = advertiser.question(QUERIES[name]).json()
    assert answer["results"], "an empty answer proves nothing"
    read = json_format.ParseDict(
        answer, answers.SearchGoogleAdsResponse.pb(answers.SearchGoogleAdsResponse())
    )
    assert json_format.MessageToDict(read) == answer


@pytest.mark.parametrize("name", QUERIES)
def test_each_part_of_a_stream_is_what_the_client_would_have_written(
    advertiser: Advertiser, name: str
) -> None:
    parts = advertiser.question(QUERIES[name], method="searchStream").json()
    for part in parts:
        message = answers.SearchGoogleAdsStreamResponse.pb(answers.SearchGoogleAdsStreamResponse())
        assert json_format.MessageToDict(json_format.ParseDict(part, message)) == part


def test_a_refusal_is_a_failure_that_the_client_knows(advertiser: Advertiser) -> None:
    answer = advertiser.question("SELECT campaign.nonsense FROM campaign")
    (detail,) = answer.json()["error"]["details"]
    type_url = detail.pop("@type")
    assert type_url == f"type.googleapis.com/google.ads.googleads.v{VERSION}.errors.GoogleAdsFailure"
    read = json_format.ParseDict(detail, failures.GoogleAdsFailure.pb(failures.GoogleAdsFailure()))
    assert json_format.MessageToDict(read) == detail
