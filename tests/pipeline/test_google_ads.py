"""From the ad account to the touch: clicks, Local Services leads and cost arrive where they belong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from ingestion.config import load_settings
from sandbox.clock import epoch, iso
from sandbox.layout import Layout
from sandbox.server import Sandbox
from sandbox.servers.google_ads.books import CHANNELS
from tests.pipeline.line import Line

pytestmark = pytest.mark.slow

Touches = dict[tuple[str, str], tuple[str, str, str | None]]

# Clicks are told for so long; cost moves for less.
TOLD = timedelta(days=88)
SETTLED = timedelta(days=30)


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    layout = Layout.including("google_ads")
    with Sandbox.start(households=300, seed=3, months=7, layout=layout) as sandbox:
        home = tmp_path_factory.mktemp("google_ads")
        line = Line(sandbox, load_settings(home=home, config=sandbox.config_path))
        line.pull()
        line.build(["fct_touches", "fct_ad_spend"])
        yield line


@pytest.fixture(scope="module")
def touches(line: Line) -> Touches:
    """Account and native id of any record of a request → method, channel and campaign of its touch."""
    rows = line.rows(
        """
        select records.account_id, records.native_id, touches.method, touches.channel, touches.campaign_name
        from attribution.int_lead_records__unioned as records
        inner join attribution.int_lead_records__grouped as grouped using (record_key)
        inner join attribution.int_touches__resolved as touches on touches.lead_key = grouped.lead_key
        where records.record_entity = 'lead'
        """
    )
    return {
        (account, native_id): (method, channel, name) for account, native_id, method, channel, name in rows
    }


def asked_since(line: Line, age: timedelta) -> str:
    return iso(line.sandbox.clock.now() - int(age.total_seconds()))


def test_a_click_id_leads_to_its_campaign(line: Line, touches: Touches) -> None:
    """Of requests that the CRM holds: a booking in dispatch alone has no field for the click id."""
    leads = line.sandbox.world.leads
    known = [
        truth
        for truth in line.truth("touches")
        if truth["evidence"] == "gclid"
        and leads[truth["lead_id"]].in_crm
        and truth["at"] > asked_since(line, TOLD)
    ]
    names = names_now(line)
    wrong = []
    for truth in known:
        record = truth["records"][0]
        found = touches.get((record["account_id"], record["native_id"]))
        if found != ("click_id", "google_ads", names[truth["campaign"]]):
            wrong.append((record["native_id"], truth["campaign"], found))
    assert len(known) > 10 and not wrong, wrong


def names_now(line: Line) -> dict[str, str]:
    """First name of a campaign → the one that it goes by."""
    now = line.sandbox.clock.now()
    return {
        campaign.name: campaign.renamed_to or campaign.name
        if campaign.renamed_at is not None and campaign.renamed_at <= now
        else campaign.name
        for campaign in line.sandbox.world.campaigns.values()
    }


def test_what_names_the_campaign_is_the_click(line: Line) -> None:
    """Nearly every click id that the records hold is one that the account has told of."""
    ((held, told),) = line.rows(
        """
        select count(*), count(clicks.click_id)
        from conformed.int_leads__unioned as leads
        left join conformed.int_ad_clicks__unioned as clicks on clicks.click_id = leads.gclid
        where leads.gclid is not null and leads.occurred_at > cast($1 as timestamp)
        """,
        [asked_since(line, TOLD)],
    )
    assert held > 10 and held == told


def test_a_local_services_lead_is_a_touch_by_itself(line: Line, touches: Touches) -> None:
    """But for a household that asked in another way too, within two days: the stronger evidence counts."""
    rows = line.rows("select account_id, native_id from staging.stg_google_ads__leads where not is_excluded")
    found = Counter(touches.get(row, ("none",))[0] for row in rows)
    assert len(rows) > 10 and not found["none"]
    assert found["lsa"] > 0.9 * len(rows), found


def test_a_local_services_lead_is_the_request_that_others_wrote_down(line: Line) -> None:
    """Where Google tells a phone of the customer, its lead stands in one group with the other records."""
    rows = line.rows(
        """
        select leads.native_id, count(distinct records.platform)
        from staging.stg_google_ads__leads as leads
        inner join attribution.int_lead_records__grouped as mine on mine.record_key = leads.lead_key
        inner join attribution.int_lead_records__grouped as others on others.lead_key = mine.lead_key
        inner join attribution.int_lead_records__unioned as records on records.record_key = others.record_key
        where leads.phone is not null
        group by leads.native_id
        """
    )
    alone = [native_id for native_id, systems in rows if systems < 2]
    assert len(rows) > 10 and not alone, f"{len(alone)} of {len(rows)} stand alone: {alone[:5]}"


def test_a_call_of_local_services_is_counted_once(line: Line) -> None:
    """Dispatch or the CRM logged it as well; only calls whose caller Google hides may stand by themselves."""
    rows = line.rows(
        """
        select calls.from_phone, enriched.duplicate_of_call_key, enriched.record_count
        from staging.stg_google_ads__calls as calls
        inner join attribution.int_calls__enriched as enriched on enriched.call_key = calls.call_key
        where calls.from_phone is not null
        """
    )
    assert len(rows) > 10
    assert all(duplicate_of or records > 1 for _, duplicate_of, records in rows)


def test_settled_cost_is_the_world_s_and_counted_once(line: Line) -> None:
    world = line.sandbox.world
    until = asked_since(line, SETTLED)[:10]
    true: Counter[str] = Counter()
    for spend in world.spend:
        campaign = world.campaigns[spend.campaign_id]
        if campaign.channel in CHANNELS and spend.day < until:
            true[campaign.channel] += spend.spend_cents
    counted = line.total(
        f"select channel, sum(spend_amount) from attribution.int_ad_spend__counted "
        f"where channel in ('google_ads', 'google_lsa') and spend_on < date '{until}' group by 1"
    )
    assert counted == {channel: Decimal(cents) / 100 for channel, cents in true.items()}
    assert epoch(asked_since(line, SETTLED)) > world.starts_at
