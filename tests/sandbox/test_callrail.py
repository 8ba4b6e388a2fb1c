"""The simulated CallRail account: ranges, paging, fields, spam, recycled numbers, signatures."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.servers.base import SandboxAccount
from sandbox.servers.callrail import ACCOUNT, signature
from sandbox.servers.callrail.identifiers import native
from sandbox.servers.callrail.records import CALL_EXTRAS
from sandbox.world import build_world
from tests.sandbox.in_process import VendorClient

BASE = f"/v3/a/{ACCOUNT}"
EVERYTHING = {"date_range": "all_time", "fields": ",".join(CALL_EXTRAS), "per_page": 250}


def client(**options: str) -> VendorClient:
    world = build_world(seed=7, households=240, months=6)
    account = SandboxAccount(
        "cr-company", "callrail", tuple(world.brands), "http://sandbox",
        credentials={"api_key": "secret"}, options=dict(options),
    )  # fmt: skip
    return VendorClient(world, account, 'Token token="secret"')


@pytest.fixture(scope="module")
def company() -> VendorClient:
    return client()


def calls(company: VendorClient, **asked: Any) -> list[dict[str, Any]]:
    return company.json(f"{BASE}/calls.json", **{**EVERYTHING, **asked})["calls"]


def test_a_plain_request_gets_seven_days(company: VendorClient) -> None:
    recent = company.json(f"{BASE}/calls.json", per_page=250)["calls"]
    every = calls(company)
    assert len(recent) < len(every)
    days = (company.clock.now() - datetime.fromisoformat(recent[-1]["start_time"]).timestamp()) / 86_400
    assert days < 7


def test_fields_are_added_not_chosen(company: VendorClient) -> None:
    plain = company.json(f"{BASE}/calls.json", date_range="all_time")["calls"][0]
    asked = company.json(f"{BASE}/calls.json", date_range="all_time", fields="tags")["calls"][0]
    assert not plain.keys() & set(CALL_EXTRAS)
    assert asked.keys() - plain.keys() == {"tags"}


def test_pages_are_cut_to_250_and_counted(company: VendorClient) -> None:
    page = company.json(f"{BASE}/calls.json", date_range="all_time", per_page=9999)
    assert page["per_page"] == 250
    small = company.json(f"{BASE}/calls.json", date_range="all_time", per_page=7, page=2)
    assert (small["page"], len(small["calls"])) == (2, 7)
    assert small["total_pages"] == -(-small["total_records"] // 7)


def test_links_lead_through_all_pages(company: VendorClient) -> None:
    page = company.json(
        f"{BASE}/calls.json", relative_pagination="true", offset=0, per_page=9, date_range="all_time"
    )
    ids = [row["id"] for row in page["calls"]]
    while page["has_next_page"]:
        page = company.json(page["next_page"])
        ids += [row["id"] for row in page["calls"]]
    assert page["next_page"] is None and "total_records" not in page
    assert sorted(ids) == sorted(row["id"] for row in calls(company))


def test_order_works_only_with_sort(company: VendorClient) -> None:
    def starts(**asked: str) -> list[float]:
        return [datetime.fromisoformat(row["start_time"]).timestamp() for row in calls(company, **asked)]

    newest_first = sorted(starts(), reverse=True)
    assert starts() == newest_first == starts(order="asc")
    assert starts(sort="start_time", order="asc") == newest_first[::-1]


def test_the_time_zone_decides_what_a_day_is(company: VendorClient) -> None:
    first = calls(company)[0]
    day = datetime.fromisoformat(first["start_time"]).astimezone(UTC)
    asked = {"start_date": f"{day:%Y-%m-%d}", "end_date": f"{day:%Y-%m-%d}"}
    sizes = {
        zone: len(calls(company, **asked, time_zone=zone))
        for zone in ("UTC", "Pacific/Kiritimati", "Etc/GMT+12")
    }
    assert sizes["UTC"] >= 1 and len(set(sizes.values())) > 1


def test_a_range_beyond_25_months_is_refused() -> None:
    world = build_world(seed=7, households=5, months=30)
    account = SandboxAccount(
        "cr-company", "callrail", tuple(world.brands), "http://sandbox", credentials={"api_key": "secret"}
    )
    old = VendorClient(world, account, "Token token=secret")
    assert old.get(f"{BASE}/calls.json", date_range="all_time").status_code == 400
    assert old.get(f"{BASE}/calls.json", start_date="2020-01-01", time_zone="UTC").status_code == 400
    assert old.get(f"{BASE}/calls.json", date_range="last_30_days").status_code == 200


def test_plain_fields_follow_the_first_touch_and_ids_the_newest_visit(company: VendorClient) -> None:
    mixed = [
        call
        for call in calls(company)
        if call["gclid"] and call["milestones"]["first_touch"]["medium"] == "organic"
    ]
    assert mixed
    for call in mixed:
        assert (call["medium"], call["utm_source"]) == ("organic", None)
        assert call["milestones"]["lead_created"]["landing_page_url_params"]["gclid"] == call["gclid"]


def test_calls_to_the_office_never_pass_it(company: VendorClient) -> None:
    shown = {call["id"] for call in calls(company)}
    offices = {brand.office_phone for brand in company.world.brands.values()}
    direct = [call for call in company.world.calls.values() if call.to_phone in offices]
    assert direct and not {native("calls", call.id) for call in direct} & shown


def test_a_recycled_number_has_two_trackers_one_after_the_other(company: VendorClient) -> None:
    rows = company.json(f"{BASE}/trackers.json", per_page=250, fields="campaign_name")["trackers"]
    by_number: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_number.setdefault(row["tracking_numbers"][0], []).append(row)
    recycled = [
        sorted(group, key=lambda row: row["created_at"]) for group in by_number.values() if len(group) > 1
    ]
    assert len(recycled) == len(company.world.brands)
    for former, present in recycled:
        assert former["status"] == "disabled" and former["disabled_at"] < present["created_at"]
        assert former["campaign_name"] != present["campaign_name"]


def test_spam_disappears_a_day_later() -> None:
    company = client()
    records, horizon = company.server._records, company.world.ends_at
    kept = {call.id for call in records.calls(horizon)}
    spam = next(
        call
        for call in company.world.calls.values()
        if call.outcome == "not_lead"
        and call.id not in kept
        and call.to_phone in records._trackers
        and call.started_at > company.clock.now()
    )
    company.clock.advance((spam.started_at - company.clock.now()) / 3600 + 1)
    key = native("calls", spam.id)
    assert company.get(f"{BASE}/calls/{key}.json").status_code == 200
    company.clock.advance(24)
    assert company.get(f"{BASE}/calls/{key}.json").status_code == 404
    assert key not in {row["id"] for row in calls(company)}


def test_the_value_is_typed_in_when_the_work_is_done(company: VendorClient) -> None:
    shown = {call.id: call for call in company.server._records.calls(company.clock.now())}
    job = next(
        job
        for job in company.world.jobs.values()
        if job.call_id in shown and job.completed_at and job.total_cents
    )
    values = [
        company.server._records.call(shown[job.call_id], job.completed_at + d)["value"] for d in (-1, 0)
    ]
    assert values[0] == "0.0" and float(values[1]) * 100 == pytest.approx(job.total_cents)


def test_forms_and_conversations_are_requests(company: VendorClient) -> None:
    forms = company.json(f"{BASE}/form_submissions.json", date_range="all_time", per_page=250)
    assert forms["total_records"] == len(forms["form_submissions"]) > 5
    texts = company.json(f"{BASE}/text-messages.json", date_range="all_time")["conversations"]
    assert all(text["recent_messages"][-1]["direction"] == "incoming" for text in texts)


def test_a_used_up_hour_is_refused_without_a_hint() -> None:
    company = client(requests_per_hour="2")
    answers = [company.get(f"{BASE}/companies.json") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "retry-after" not in answers[-1].headers


@pytest.mark.parametrize("header", ["", 'Token token="other"', "Bearer secret"])
def test_a_wrong_key_is_refused(company: VendorClient, header: str) -> None:
    answer = company.ask("GET", f"{BASE}/companies.json", headers={"Authorization": header})
    assert answer.status_code == 401


def test_webhooks_are_signed_as_published() -> None:
    body = (
        b'{"id":"CAL0001","company_id":"COM0001","answered":true,"duration":187,'
        b'"timestamp":"2026-09-14T08:02:11.120-05:00"}'
    )
    assert signature("local-test-signing-key", body) == "t/QLeKtkCQe1L3NR94YNvSuceYI="
