"""The simulated Meta ad account behaves as the contract says."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from sandbox.layout import Layout, arrange
from sandbox.servers.base import SandboxAccount
from sandbox.world import build_world
from sandbox.world.model import World
from tests.sandbox.in_process import VendorClient

ACCOUNT = "/v26.0/act_1029384756"
LAST_WEEK = {"level": "campaign", "time_increment": "1", "date_preset": "last_7d"}
FIELDS = "campaign_id,campaign_name,spend,impressions,clicks,actions"


class AdAccountClient(VendorClient):
    def __init__(self, world: World, **options: str) -> None:
        account = SandboxAccount(
            "meta-cedar-ridge",
            "meta_ads",
            ("cedar-ridge",),
            "http://sandbox",
            credentials={"access_token": "EAAtest"},
            options={"ad_account_id": "1029384756", **options},
        )
        super().__init__(world, account, "Bearer EAAtest")

    def error(self, url: str, **params: Any) -> dict[str, Any]:
        answer = self.get(url, **params)
        assert answer.status_code >= 400
        return answer.json()["error"]


@pytest.fixture(scope="module")
def world() -> World:
    built = build_world(seed=5, households=400, months=3)
    arrange(built, Layout.including("meta_ads"))
    return built


@pytest.fixture
def account(world: World) -> AdAccountClient:
    return AdAccountClient(world)


def test_only_the_token_opens_and_refusals_are_numbered(account: AdAccountClient) -> None:
    refused = account.ask("GET", ACCOUNT, headers={"Authorization": "Bearer EAAwrong"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, 190)
    assert account.ask("GET", f"{ACCOUNT}?access_token=EAAtest", headers={}).status_code == 200
    assert account.error("/v19.0/act_1029384756")["code"] == 2635
    assert account.error("/v26.0/act_1")["code"] == 100


def test_a_node_gives_what_was_asked_for(account: AdAccountClient) -> None:
    found = account.json(ACCOUNT, fields="timezone_name,currency")
    assert found == {"id": "act_1029384756", "timezone_name": "America/Chicago", "currency": "USD"}


def test_numbers_are_text_and_empty_metrics_are_left_out(account: AdAccountClient) -> None:
    rows = account.json(f"{ACCOUNT}/insights", **LAST_WEEK, fields=FIELDS)["data"]
    assert len(rows) == 14
    assert all(isinstance(row["spend"], str) and isinstance(row["clicks"], str) for row in rows)
    assert any("actions" not in row or len(row["actions"]) == 1 for row in rows)
    assert "account_id" not in rows[0] and {"date_start", "date_stop"} <= rows[0].keys()


def test_a_lead_stands_under_several_action_types(account: AdAccountClient) -> None:
    rows = account.json(
        f"{ACCOUNT}/insights", **LAST_WEEK | {"date_preset": "last_90d"}, limit="500", fields=FIELDS
    )
    seen = 0
    for row in rows["data"]:
        counts = {action["action_type"]: int(action["value"]) for action in row.get("actions", [])}
        parts = counts.get("offsite_conversion.fb_pixel_lead", 0) + counts.get(
            "onsite_conversion.lead_grouped", 0
        )
        assert counts.get("lead", 0) == parts
        assert counts.get("onsite_web_lead", 0) == counts.get("offsite_conversion.fb_pixel_lead", 0)
        seen += parts
    assert seen > 5


def test_pages_go_by_cursors_and_the_next_address_holds_the_token(account: AdAccountClient) -> None:
    url, rows = f"{ACCOUNT}/insights", []
    page = account.json(url, **LAST_WEEK, fields=FIELDS, limit="5")
    while True:
        rows += page["data"]
        if "next" not in page["paging"]:
            break
        assert "access_token=EAAtest" in page["paging"]["next"]
        page = account.ask("GET", page["paging"]["next"], headers={}).json()
    assert len({(row["campaign_id"], row["date_start"]) for row in rows}) == len(rows) == 14


def test_the_summary_is_that_of_all_pages(account: AdAccountClient) -> None:
    page = account.json(f"{ACCOUNT}/insights", **LAST_WEEK, fields="spend", limit="1", default_summary="true")
    whole = account.json(f"{ACCOUNT}/insights", **LAST_WEEK, fields="spend", limit="50")["data"]
    assert float(page["summary"]["spend"]) == pytest.approx(sum(float(row["spend"]) for row in whole))
    assert (page["summary"]["date_start"], page["summary"]["date_stop"]) == ("2026-10-25", "2026-10-31")


def test_the_last_three_days_are_short_of_what_they_will_be(world: World) -> None:
    account = AdAccountClient(world)
    days = {
        "level": "account",
        "time_range": '{"since":"2026-10-31","until":"2026-10-31"}',
        "fields": "spend",
    }
    first = float(account.json(f"{ACCOUNT}/insights", **days)["data"][0]["spend"])
    account.clock.advance(24 * 4)
    last = float(account.json(f"{ACCOUNT}/insights", **days)["data"][0]["spend"])
    true = sum(
        spend.spend_cents
        for spend in world.spend
        if spend.day == "2026-10-31" and spend.campaign_id in account.server.ads.campaigns
    )
    assert first < last == true / 100


def test_two_attribution_windows_bring_nothing_any_more(account: AdAccountClient) -> None:
    asked = {"date_preset": "last_90d", "level": "campaign", "time_increment": "1", "limit": "500"}
    gone = account.json(
        f"{ACCOUNT}/insights", **asked, fields=FIELDS, action_attribution_windows='["28d_view"]'
    )
    types = {action["action_type"] for row in gone["data"] for action in row.get("actions", [])}
    assert types <= {"link_click"}
    usual = account.json(f"{ACCOUNT}/insights", **asked, fields=FIELDS)
    assert "lead" in {action["action_type"] for row in usual["data"] for action in row.get("actions", [])}
    assert account.error(f"{ACCOUNT}/insights", action_attribution_windows='["99d"]')["code"] == 100


def test_a_question_can_be_too_large_or_too_old(world: World) -> None:
    account = AdAccountClient(world, sync_rows="10")
    refused = account.get(f"{ACCOUNT}/insights", **LAST_WEEK)
    assert (refused.status_code, refused.json()["error"]["code"]) == (500, 1)
    assert "reduce the amount" in refused.json()["error"]["message"]
    old = '{"since":"2022-01-01","until":"2022-01-02"}'
    assert account.error(f"{ACCOUNT}/insights", time_range=old)["code"] == 3018
    assert account.error(f"{ACCOUNT}/insights", fields="spendings")["code"] == 100


def test_a_job_runs_through_its_states_before_it_can_be_read(world: World) -> None:
    account = AdAccountClient(world, sync_rows="10")
    run = account.ask("POST", f"{ACCOUNT}/insights", json=LAST_WEEK | {"fields": FIELDS}).json()[
        "report_run_id"
    ]
    assert account.error(f"/v26.0/{run}/insights")["code"] == 2601
    states = [account.json(f"/v26.0/{run}") for _ in range(3)]
    assert [state["async_status"] for state in states] == ["Job Running", "Job Completed", "Job Completed"]
    assert states[-1]["async_percent_completion"] == 100
    assert len(account.json(f"/v26.0/{run}/insights")["data"]) == 14


def test_deleted_campaigns_are_listed_for_those_who_ask(world: World) -> None:
    account = AdAccountClient(world)
    account.server.ads.deleted.add(min(account.server.ads.campaigns))
    assert len(account.json(f"{ACCOUNT}/campaigns")["data"]) == 1
    assert len(account.json(f"{ACCOUNT}/campaigns", effective_status='["ACTIVE","DELETED"]')["data"]) == 2


def test_usage_stands_in_headers_and_its_end_is_a_400(world: World) -> None:
    account = AdAccountClient(world, hourly_calls="3")
    answers = [account.get(ACCOUNT) for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 400]
    assert answers[2].json()["error"]["code"] == 80000
    assert '"estimated_time_to_regain_access": 5' in answers[2].headers["x-business-use-case-usage"]


def test_the_throttling_answer_says_when_to_come_back(account: AdAccountClient) -> None:
    told, silent = (httpx.Headers(account.server.throttled(each).headers) for each in (120, None))
    assert '"estimated_time_to_regain_access": 2' in told["x-business-use-case-usage"]
    assert "x-business-use-case-usage" not in silent
