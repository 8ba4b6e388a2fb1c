"""The sandbox process over real HTTP: truth, clock, gaps, what it writes for others, and the spend file."""

from __future__ import annotations

import csv
import io
import json
import stat
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import httpx
import pytest

from ingestion.config import load_settings
from orchestration.project import reconciliation_rules
from sandbox.accounts import write_info
from sandbox.gaps.requests import MISSPELT_SOURCES
from sandbox.gaps.work import FAR_ZIPS
from sandbox.layout import Layout
from sandbox.server import Sandbox
from sandbox.world import build_world
from sandbox.world.brands import SYSTEMS_WITH_BOOKS
from sandbox.world.model import Invoice, Payment, World

HOUSEHOLDS = 400
WITH_BOOKS = Layout(systems=SYSTEMS_WITH_BOOKS)
GAP_CLASSES = tuple(rule.check_id for rule in reconciliation_rules() if not rule.is_about_the_line)


@pytest.fixture
def running() -> Iterator[Sandbox]:
    with Sandbox.start(households=HOUSEHOLDS, seed=7, months=9, layout=WITH_BOOKS) as sandbox:
        yield sandbox


def truth(sandbox: Sandbox, entity: str) -> list[dict]:
    answer = httpx.get(f"{sandbox.control_url}/truth/{entity}", timeout=30).raise_for_status()
    return [json.loads(line) for line in answer.text.splitlines()]


def order(sandbox: Sandbox, path: str, **body) -> httpx.Response:
    return httpx.post(f"{sandbox.control_url}/{path}", json=body, timeout=30)


def spend_rows(sandbox: Sandbox) -> list[dict]:
    answer = httpx.get(f"{sandbox.base_url}/spend/spend_upload_v1.csv", timeout=30).raise_for_status()
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_truth_tells_what_happened_up_to_the_clock(running: Sandbox) -> None:
    now = running.clock.now()
    jobs = truth(running, "jobs")
    assert len(jobs) == sum(job.booked_at <= now for job in running.world.jobs.values())
    assert {job["household_id"] for job in jobs} <= {
        row["household_id"] for row in truth(running, "households")
    }
    done = [job for job in jobs if job["status"] == "completed"]
    assert done and all(job["completed_at"] <= "2026-11-01T12:00:00Z" for job in done)
    for entity in ("persons", "customers", "leads", "calls", "invoices", "payments", "touches"):
        assert truth(running, entity), entity
    assert truth(running, "gaps") == []


def test_every_customer_record_belongs_to_one_household_of_the_truth(running: Sandbox) -> None:
    owners = Counter(
        (member["platform"], member["account_id"], member["entity"], member["native_id"])
        for household in truth(running, "households")
        for member in household["members"]
    )
    assert owners and max(owners.values()) == 1
    for customer in truth(running, "customers"):
        assert owners[customer["platform"], customer["account_id"], "customer", customer["native_id"]] == 1


def test_raw_truth_is_what_each_vendor_holds(running: Sandbox) -> None:
    answer = httpx.get(f"{running.control_url}/truth/raw/hcp-bluebird/jobs", timeout=30)
    rows = [json.loads(line) for line in answer.text.splitlines()]
    expected = {job["native_id"] for job in truth(running, "jobs") if job["account_id"] == "hcp-bluebird"}
    assert {row["native_id"] for row in rows} == expected
    assert all(row["payload"]["id"] == row["native_id"] for row in rows)


@pytest.mark.parametrize("path", ["truth/nothing", "truth/raw/nobody/jobs", "truth/raw/hcp-bluebird/nothing"])
def test_unknown_truth_is_not_found(running: Sandbox, path: str) -> None:
    answer = httpx.get(f"{running.control_url}/{path}")
    assert answer.status_code == 404
    assert "there is" in answer.text or "has no object" in answer.text


def test_advancing_the_clock_reveals_what_happens_next(running: Sandbox) -> None:
    before = {entity: len(truth(running, entity)) for entity in ("leads", "jobs", "invoices", "payments")}
    spend_before = len(spend_rows(running))
    assert order(running, "clock", advance_hours=24 * 14).json() == {"now": "2026-11-15T12:00:00Z"}
    assert httpx.get(f"{running.control_url}/clock").json() == {"now": "2026-11-15T12:00:00Z"}
    for entity, count in before.items():
        assert len(truth(running, entity)) > count, entity
    assert len(spend_rows(running)) > spend_before


@pytest.mark.parametrize("hours", [-1, 24 * 61, "much", None, True])
def test_the_clock_refuses_the_past_and_the_end_of_the_world(running: Sandbox, hours) -> None:
    answer = order(running, "clock", advance_hours=hours)
    assert answer.status_code == 422 and answer.json()["error"]


def test_requests_are_logged_by_account(running: Sandbox) -> None:
    spend_rows(running)
    httpx.get(f"{running.base_url}/hcp-summit/jobs?page=2")
    answer = httpx.get(f"{running.control_url}/requests", params={"account": "hcp-summit"})
    (entry,) = [json.loads(line) for line in answer.text.splitlines()]
    assert (entry["method"], entry["path"], entry["query"]) == ("GET", "/jobs", "page=2")
    assert entry["status"] == 401, "no key was presented"
    assert len(httpx.get(f"{running.control_url}/requests").text.splitlines()) == 2


# -- gaps ----------------------------------------------------------------------------------------------


def inject_every_class(sandbox: Sandbox, at_most: int) -> None:
    answer = order(sandbox, "gaps/every-class", at_most=at_most)
    assert answer.status_code == 200, answer.text


def test_every_rule_has_a_class_that_can_be_injected_and_is_told(running: Sandbox) -> None:
    room = httpx.get(f"{running.control_url}/gaps", timeout=30).raise_for_status().json()
    inject_every_class(running, 3)
    gaps = truth(running, "gaps")
    assert room.keys() == set(GAP_CLASSES)
    # One class takes places from the next, so that a scarce one may come out with fewer; none with nothing.
    made = Counter(gap["gap_class"] for gap in gaps)
    assert made.keys() == room.keys()
    assert all(made[name] == 3 for name in room if room[name] > 30)
    assert all(made[name] <= min(3, room[name]) for name in room)
    places = [(gap["account_id"], gap["entity"], gap["native_id"]) for gap in gaps]
    assert len(set(places)) == len(places), "no record is spoilt twice"
    worthless = {
        "lead_outside_service_area",
        "customer_has_many_records",
        "account_went_silent",
        "booking_clock_drifts",
    }
    jobs = [gap for gap in gaps if gap["entity"] == "job"]
    assert any(gap["amount_cents"] > 0 for gap in jobs)
    assert all(
        (gap["amount_cents"] > 0) != (gap["gap_class"] in worthless) for gap in gaps if gap not in jobs
    )
    assert all(gap["injected_at"] == "2026-11-01T12:00:00Z" for gap in gaps)


@pytest.mark.parametrize("at_most", [0, -1, "three", None])
def test_gaps_of_every_class_need_a_number(running: Sandbox, at_most) -> None:
    answer = order(running, "gaps/every-class", at_most=at_most)
    assert answer.status_code == 422 and answer.json()["error"]
    assert truth(running, "gaps") == []


def test_injected_gaps_are_where_they_are_said_to_be() -> None:
    world = build_world(7, HOUSEHOLDS, 9)
    with Sandbox.start(world=world, layout=WITH_BOOKS) as running:
        inject_every_class(running, 4)
    ids = {
        (account, entity, server.native_id(native_entity, key)): record
        for account, server in running.servers.items()
        if server.kind == "dispatch"
        for entity, native_entity, records in (
            ("customer", "customers", world.customers),
            ("job", "jobs", world.jobs),
            ("invoice", "invoices", world.invoices),
            ("payment", "payments", world.payments),
            ("call", "calls", world.calls),
        )
        for key, record in records.items()
        if world.brands[record.brand_key].account_id == account
    }
    crm = running.servers["hs-portal"]
    ids |= {("hs-portal", "lead", crm.native_id("deals", key)): lead for key, lead in world.leads.items()}
    now = world.clock_starts_at
    signs = {
        "completed_job_without_invoice": lambda job: all(
            invoice.suppressed_at == now for invoice in world.invoices.values() if invoice.job_id == job.id
        ),
        "payment_without_invoice": lambda payment: payment.orphaned_at == now,
        "invoice_total_differs_from_lines": lambda invoice: (
            invoice.lines_off_by_cents and invoice.defect_at == now
        ),
        "invoice_balance_differs_from_payments": lambda invoice: invoice.balance_off_by_cents,
        "lead_without_source": lambda lead: (
            lead.campaign_id is None
            and lead.evidence == "none"
            and not (lead.gclid or lead.fbclid or lead.msclkid)
        ),
        "lead_booked_without_job": lambda lead: (
            lead.crm_booked_without_job and lead.booked_at and not lead.job_id
        ),
        "job_without_source": lambda job: job.campaign_id is None,
        "invoice_of_canceled_job": lambda invoice: world.jobs[invoice.job_id].canceled_at == now,
        "invoice_overpaid": lambda invoice: paid_on(world, invoice) > invoice.total_cents,
        "refunds_exceed_payment": lambda payment: paid_back(world, payment) > payment.amount_cents,
        "record_points_nowhere": lambda payment: payment.customer_lost_at == now,
        "job_outside_service_area": lambda job: world.properties[job.property_id].zip in FAR_ZIPS,
        "job_slot_differs_from_type": lambda job: (
            job.scheduled_end - job.scheduled_start > world.job_types[job.job_type_id].duration_minutes * 60
        ),
        "customer_has_many_records": lambda customer: (
            sum(other.person_id == customer.person_id for other in world.customers.values()) == 3
        ),
        "job_booked_twice": lambda job: job.completed_at is None and job.edited_at == now,
        "lead_source_unknown": lambda lead: lead.utm_source in MISSPELT_SOURCES,
        "lead_outside_service_area": lambda lead: lead.zip in FAR_ZIPS,
        "lead_not_answered": lambda lead: lead.contacted_at is None,
        "lead_trade_differs_from_job": lambda lead: lead.trade != world.jobs[lead.job_id].trade,
        "outcome_missing_in_crm": lambda lead: lead.outcome_lost,
        "outcome_amount_differs_in_crm": lambda lead: lead.outcome_off_by_cents,
        "call_booked_without_job": lambda call: call.outcome == "booked" and call.job_id is None,
        "missed_call_not_returned": lambda call: call.outcome == "abandoned" and call.edited_at == now,
    }
    books = {
        "invoice_missing_in_books": lambda invoice: world.book_errors["invoice", invoice.id] is None,
        "invoice_differs_from_books": lambda invoice: world.book_errors["invoice", invoice.id],
        "payment_missing_in_books": lambda payment: world.book_errors["payment", payment.id] is None,
        "payment_differs_from_books": lambda payment: world.book_errors["payment", payment.id],
    }
    signs |= books
    invented = {(row["brand"], row["number"]) for row in world.book_inventions}
    misdated = {
        (world.invoices[key].brand_key, world.invoices[key].number)
        for key, days in world.book_days_off.items()
        if days
    }
    entries = {
        "book_entry_unknown_to_dispatch": lambda brand, number: (brand, number) in invented,
        "document_twice_in_books": lambda brand, number: (brand, number) in invented,
        "document_dated_differently_in_books": lambda brand, number: (brand, number) in misdated,
        "deposit_differs_from_payments": lambda brand, number: world.book_errors[
            "deposit", f"{brand}|{number}"
        ],
        "deposit_missing_in_books": lambda brand, number: (
            world.book_errors["deposit", f"{brand}|{number}"] is None
        ),
    }
    for gap in world.gaps:
        if gap.entity == "entry":
            brand, _, number = gap.native_id.split("|")
            assert entries[gap.gap_class](brand, number), gap
        elif gap.entity == "account":
            assert gap.native_id in {**world.silent_since, **world.wrong_clocks}
        else:
            assert signs[gap.gap_class](ids[gap.account_id, gap.entity, gap.native_id]), gap
    # Every other lead and job still is as a fresh world has it, but the jobs that an invoice lost.
    fresh, named = build_world(7, HOUSEHOLDS, 9), {id(record) for record in map(ids.get, places(world))}
    changed = [job for key, job in world.jobs.items() if job != fresh.jobs.get(key)]
    assert {id(job) for job in changed if job.canceled_at != now} <= named
    changed = [lead for key, lead in world.leads.items() if lead != fresh.leads[key]]
    assert {id(lead) for lead in changed} <= named


def paid_on(world: World, invoice: Invoice) -> int:
    applied = (
        pair for payment in world.payments.values() if not payment.voided_at for pair in payment.applied
    )
    return sum(cents for invoice_id, cents in applied if invoice_id == invoice.id)


def paid_back(world: World, payment: Payment) -> int:
    return -sum(
        refund.amount_cents for refund in world.payments.values() if refund.refund_of_id == payment.id
    )


def places(world) -> list[tuple[str, str, str]]:
    return [(gap.account_id, gap.entity, gap.native_id) for gap in world.gaps]


def test_the_same_seed_spoils_the_same_records() -> None:
    def injected() -> list:
        with Sandbox.start(households=HOUSEHOLDS, seed=7, months=9) as running:
            order(running, "gaps", **{"class": "job_without_source", "count": 5, "seed": 3})
            return truth(running, "gaps")

    assert injected() == injected()


def test_a_gap_moves_the_spoilt_record_into_the_next_pull(running: Sandbox) -> None:
    order(running, "clock", advance_hours=24)
    order(running, "gaps", **{"class": "job_without_source", "count": 20})
    hit = next(gap for gap in truth(running, "gaps") if gap["account_id"] == "st-cedar")
    order(running, "clock", advance_hours=1)  # exports lag behind
    answer = httpx.get(f"{running.control_url}/truth/raw/st-cedar/jobs", timeout=30)
    rows = {row["native_id"]: row["payload"] for row in map(json.loads, answer.text.splitlines())}
    assert rows[hit["native_id"]]["modifiedOn"].startswith("2026-11-02T12:")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"class": "no_such_class", "count": 1}, 422),
        ({"class": "job_without_source", "count": 0}, 422),
        ({"class": "job_without_source", "count": "three"}, 422),
        ({"class": "payment_without_invoice", "count": 1_000_000}, 409),
    ],
)
def test_impossible_gaps_are_refused_and_leave_nothing(running: Sandbox, body: dict, status: int) -> None:
    answer = order(running, "gaps", **body)
    assert answer.status_code == status and answer.json()["error"]
    assert truth(running, "gaps") == []


def test_what_a_gap_is_worth_follows_what_happens_later(running: Sandbox) -> None:
    order(running, "gaps", **{"class": "lead_without_source", "count": 5})
    before = {gap["id"]: gap["amount_cents"] for gap in truth(running, "gaps")}
    order(running, "gaps", **{"class": "invoice_of_canceled_job", "count": 20})
    after = {gap["id"]: gap["amount_cents"] for gap in truth(running, "gaps") if gap["id"] in before}
    assert after.keys() == before.keys() and after != before


# -- what it writes for others --------------------------------------------------------------------------


def test_the_configuration_loads_and_reaches_every_account(running: Sandbox, tmp_path) -> None:
    settings = load_settings(home=tmp_path, config=running.config_path)
    assert {brand.key for brand in settings.operator.brands} == {"cedar-ridge", "bluebird", "summit"}
    assert [account.account_id for account in settings.operator.accounts] == [
        account.account_id for account in running.accounts
    ]
    for account in running.accounts:
        configured = settings.operator.account(account.account_id)
        assert configured.base_url == account.base_url
        for key, value in account.credentials.items():
            assert settings.credential(configured, key).get_secret_value() == value
    assert httpx.get(settings.operator.account("spend").options["url"]).status_code == 200
    secrets = running.config_path.with_name("operator.secrets.toml")
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    assert "cs1." not in running.config_path.read_text()


def test_the_info_file_names_every_account(running: Sandbox, tmp_path) -> None:
    write_info(tmp_path / "info.json", running.control_url, running.accounts)
    told = json.loads((tmp_path / "info.json").read_text())
    assert told["control_url"] == running.control_url
    names = [account["account_id"] for account in told["accounts"]]
    assert names == [account.account_id for account in running.accounts]
    assert {account["platform"] for account in told["accounts"]} >= set(running.world.systems)


def test_the_spend_file_adds_up_and_keeps_its_contract(running: Sandbox) -> None:
    rows = spend_rows(running)
    assert len({row["row_key"] for row in rows}) == len(rows)
    for row in rows:
        assert bool(row["date"]) != bool(row["period_start"])
        assert (Decimal(row["spend"]) < 0) == (row["cost_type"] == "credit")
        assert max(row["date"], row["period_end"]) < "2026-11-01"
    assert {row["cost_type"] for row in rows} == {"media", "fee", "credit"}
    spent = sum(Decimal(row["spend"]) for row in rows if row["date"] and row["cost_type"] == "media")
    world = running.world
    expected = sum(
        spend.spend_cents
        for spend in world.spend
        if spend.day < "2026-11-01"
        and world.campaigns[spend.campaign_id].cost_source == "file"
        and world.campaigns[spend.campaign_id].channel != "direct_mail"
    )
    assert spent == Decimal(expected) / 100
    dispatch = {(c.brand_key, c.channel) for c in world.campaigns.values() if c.cost_source == "dispatch"}
    assert dispatch == {("cedar-ridge", "direct_mail")}
    names = {row["campaign_name"] for row in rows}
    renamed = next(campaign for campaign in world.campaigns.values() if campaign.renamed_to)
    assert {renamed.name, renamed.renamed_to} <= names


def test_an_unknown_address_says_what_there_is(running: Sandbox) -> None:
    answer = httpx.get(f"{running.base_url}/nowhere/at/all")
    assert answer.status_code == 404 and "st-cedar" in answer.json()["known"]
