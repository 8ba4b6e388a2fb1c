"""The simulated Google Ads account: what it refuses, how it writes rows, how figures and leads change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.layout import Layout, arrange
from sandbox.servers.base import SandboxAccount
from sandbox.servers.google_ads import ACCESS
from sandbox.servers.google_ads.books import TRIAL_NAME
from sandbox.world import build_world
from sandbox.world.model import World
from tests.sandbox.in_process import VendorClient

CREDENTIALS = {"client_id": "id", "client_secret": "secret", "refresh_token": "1//token"}
CUSTOMER = ACCESS.options["customer_id"]
DAY = 24


@pytest.fixture(scope="module")
def world() -> World:
    world = build_world(seed=5, households=60, months=5)
    arrange(world, Layout.including("google_ads"))
    return world


class Advertiser(VendorClient):
    """An account and somebody with a token for it."""

    def __init__(self, world: World, **options: str) -> None:
        account = SandboxAccount(
            "gads-bluebird",
            "google_ads",
            ("bluebird",),
            "http://sandbox",
            credentials=CREDENTIALS,
            options={**ACCESS.options, **options},
        )
        super().__init__(world, account, "")
        token = self.token().json()["access_token"]
        self.headers = {"Authorization": f"Bearer {token}", "login-customer-id": "1112223333"}

    def token(self, **changes: str) -> httpx.Response:
        form = {"grant_type": "refresh_token", **CREDENTIALS, **changes}
        return self.ask("POST", "/token", headers={}, data=form)

    def question(
        self, query: str, method: str = "search", version: str = "v26", **body: Any
    ) -> httpx.Response:
        path = f"/{version}/customers/{CUSTOMER}/googleAds:{method}"
        return self.post(path, {"query": query, **body})

    def rows(self, query: str) -> list[dict[str, Any]]:
        answer = self.question(query)
        assert answer.status_code == 200, answer.text
        return answer.json().get("results", [])

    def code(self, query: str, **asked: Any) -> tuple[int, str]:
        """Status, and the value of the error's code."""
        answer = self.question(query, **asked)
        (error,) = answer.json()["error"]["details"][0]["errors"]
        return answer.status_code, next(iter(error["errorCode"].values()))


@pytest.fixture
def advertiser(world: World) -> Iterator[Advertiser]:
    yield Advertiser(world)


def test_a_token_tells_the_simulated_time_and_no_new_refresh_token(advertiser: Advertiser) -> None:
    answer = advertiser.token()
    assert "refresh_token" not in answer.json() and answer.json()["expires_in"] == 3599
    assert answer.headers["Date"] == "Sun, 01 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"refresh_token": "1//other"}, 400, "invalid_grant"),
        ({"client_secret": "other"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, 400, "unsupported_grant_type"),
    ],
)
def test_a_wrong_token_request_is_refused(
    advertiser: Advertiser, changes: dict[str, str], status: int, error: str
) -> None:
    answer = advertiser.token(**changes)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Authorization": "Bearer ya29.other"}, 401), ({"login-customer-id": "9998887777"}, 403)],
)
def test_a_request_without_the_right_headers_is_refused(
    advertiser: Advertiser, headers: dict[str, str], status: int
) -> None:
    advertiser.headers |= headers
    assert advertiser.question("SELECT customer.id FROM customer").status_code == status


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT campaign.nme FROM campaign", "UNRECOGNIZED_FIELD"),
        (
            "SELECT local_services_lead.credit_details FROM local_services_lead",
            "PROHIBITED_FIELD_IN_SELECT_CLAUSE",
        ),
        ("SELECT metrics.clicks FROM local_services_lead", "PROHIBITED_METRIC_IN_SELECT_OR_WHERE_CLAUSE"),
        ("SELECT segments.date, metrics.clicks FROM campaign", "EXPECTED_FILTERS_ON_DATE_RANGE"),
        ("SELECT click_view.gclid FROM click_view", "EXPECTED_FILTER_ON_A_SINGLE_DAY"),
        (
            "SELECT click_view.gclid FROM click_view WHERE segments.date DURING LAST_7_DAYS",
            "EXPECTED_FILTER_ON_A_SINGLE_DAY",
        ),
        ("SELECT click_view.gclid FROM click_view WHERE segments.date = '2026-08-02'", "DATE_TOO_OLD"),
        ("SELECT ad.id FROM advert", "BAD_RESOURCE_TYPE_IN_FROM_CLAUSE"),
        ("SELECT customer.id FROM customer WHERE customer.id LIKE '1'", "BAD_VALUE"),
        ("customers please", "BAD_QUERY"),
        (
            "SELECT segments.date FROM campaign WHERE segments.date BETWEEN '2020-01-01' AND '2026-01-01'",
            "REQUESTED_DATE_GRANULARITY_NOT_SUPPORTED",
        ),
    ],
)  # fmt: skip
def test_what_the_vendor_refuses_is_refused(advertiser: Advertiser, query: str, code: str) -> None:
    assert advertiser.code(query) == (400, code)


def test_the_oldest_day_of_clicks_is_ninety_days_back(advertiser: Advertiser) -> None:
    query = "SELECT click_view.gclid FROM click_view WHERE segments.date = '2026-08-03'"
    assert advertiser.question(query).status_code == 200


def test_metrics_of_a_manager_are_refused(world: World) -> None:
    manager = Advertiser(world, is_manager="yes")
    query = "SELECT metrics.clicks FROM customer WHERE segments.date DURING LAST_7_DAYS"
    assert manager.code(query) == (400, "REQUESTED_METRICS_FOR_MANAGER")


def test_a_field_of_a_later_version_is_unknown(advertiser: Advertiser) -> None:
    query = "SELECT local_services_lead.campaign FROM local_services_lead"
    assert advertiser.code(query, version="v25") == (400, "UNRECOGNIZED_FIELD")
    assert advertiser.question(query, version="v22").status_code == 404


def test_the_page_size_is_fixed_and_a_token_belongs_to_its_query(world: World) -> None:
    advertiser = Advertiser(world, page_rows="2")
    assert advertiser.code("SELECT campaign.id FROM campaign", pageSize=50)[1] == "PAGE_SIZE_NOT_SUPPORTED"
    page = advertiser.question("SELECT campaign.id FROM campaign").json()
    assert len(page["results"]) == 2
    other = advertiser.code("SELECT campaign.name FROM campaign", pageToken=page["nextPageToken"])
    assert other == (400, "INVALID_PAGE_TOKEN")


def test_a_search_counts_once_however_many_pages(world: World) -> None:
    advertiser = Advertiser(world, page_rows="2", operations_per_day="1")
    query = "SELECT campaign.id FROM campaign"
    page = advertiser.question(query).json()
    assert advertiser.question(query, pageToken=page["nextPageToken"]).status_code == 200
    refused = advertiser.question(query)
    assert refused.status_code == 429
    (error,) = refused.json()["error"]["details"][0]["errors"]
    assert error["details"]["quotaErrorDetails"]["retryDelay"] == "21600s"


def test_errors_of_a_stream_stand_in_an_array(advertiser: Advertiser) -> None:
    answer = advertiser.question("SELECT campaign.nme FROM campaign", method="searchStream")
    assert answer.status_code == 400 and answer.json()[0]["error"]["code"] == 400
    empty = advertiser.question(
        "SELECT metrics.clicks FROM campaign WHERE segments.date = '2027-01-01'", method="searchStream"
    )
    assert empty.json() == []


def test_whole_numbers_are_text_and_nothings_are_left_out(advertiser: Advertiser) -> None:
    (row,) = advertiser.rows(
        "SELECT customer.id, customer.manager, customer.auto_tagging_enabled FROM customer"
    )
    assert row["customer"] == {
        "resourceName": f"customers/{CUSTOMER}",
        "id": CUSTOMER,
        "autoTaggingEnabled": True,
    }
    assert "results" not in advertiser.question("SELECT campaign.id FROM campaign LIMIT 0").json()


def test_invalid_clicks_are_credited_until_the_day_costs_what_the_world_says(world: World) -> None:
    advertiser = Advertiser(world)
    query = (
        "SELECT segments.date, campaign.id, metrics.cost_micros FROM campaign WHERE segments.date BETWEEN "
        "'2026-10-10' AND '2026-10-31'"
    )

    def cost() -> int:
        return sum(int(row["metrics"].get("costMicros", 0)) for row in advertiser.rows(query))

    channels = ("google_ads", "google_lsa")
    ours = [key for key in world.brands["bluebird"].campaign_ids if world.campaigns[key].channel in channels]
    true = sum(
        spend.spend_cents
        for spend in world.spend
        if spend.campaign_id in ours and "2026-10-10" <= spend.day <= "2026-10-31"
    )
    first = cost()
    assert first > true * 10_000
    advertiser.clock.advance(DAY * 30)
    assert cost() == true * 10_000


def test_the_removed_campaign_had_cost_and_lost_it(advertiser: Advertiser) -> None:
    query = (
        "SELECT campaign.name, campaign.status, metrics.cost_micros FROM campaign WHERE segments.date DURING "
        "LAST_30_DAYS"
    )

    def trial() -> list[dict[str, Any]]:
        return [row for row in advertiser.rows(query) if row["campaign"]["name"] == TRIAL_NAME]

    assert {row["campaign"]["status"] for row in trial()} == {"REMOVED"}
    advertiser.clock.advance(DAY * 10)
    assert trial() == []


def test_the_clicks_behind_leads_are_among_the_clicks_of_their_day(
    advertiser: Advertiser, world: World
) -> None:
    start = world.clock_starts_at - 60 * DAY * 3600
    wanted = {
        lead.gclid
        for lead in world.leads.values()
        if lead.brand_key == "bluebird"
        and lead.gclid
        and start < lead.created_at < world.clock_starts_at - DAY * 3600
    }
    assert wanted
    found = {native_id.split("|")[1] for native_id, _ in advertiser.server.expected("clicks")}
    assert wanted <= found


def test_leads_are_answered_booked_lost_credited_and_wiped_out() -> None:
    world = build_world(seed=7, households=900, months=5)
    arrange(world, Layout.including("google_ads"))
    advertiser = Advertiser(world)
    rows = advertiser.rows(
        "SELECT local_services_lead.lead_status, local_services_lead.contact_details.phone_number, "
        "local_services_lead.contact_details.consumer_name, "
        "local_services_lead.contact_details.phone_number_extension, "
        "local_services_lead.credit_details.credit_state FROM local_services_lead"
    )
    leads = [row["localServicesLead"] for row in rows]
    assert {"BOOKED", "DECLINED", "WIPED_OUT"} <= {lead["leadStatus"] for lead in leads}
    assert {lead.get("creditDetails", {}).get("creditState") for lead in leads} >= {None, "CREDITED"}
    assert all("contactDetails" not in lead for lead in leads if lead["leadStatus"] == "WIPED_OUT")
    assert any("phoneNumberExtension" in lead.get("contactDetails", {}) for lead in leads)
    assert any("consumerName" in lead.get("contactDetails", {}) for lead in leads)
