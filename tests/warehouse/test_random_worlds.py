"""A random world: the credit of every job against a plain re-computation, and every cent accounted for.

dbt's own tests run in the same build: sums of credit equal the ledger per model, entries are allocated whole,
reports equal facts. Here the weights are checked too, by an oracle that shares no code with the models.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from ingestion.config import Home
from orchestration import provenance
from tests.warehouse.worlds import build_money, write_world

WINDOW_DAYS = 40
START = datetime(2026, 1, 5, 15)
HOUSEHOLDS = 60
Rows = dict[str, list[dict[str, Any]]]


def random_world(seed: int) -> Rows:
    """Households with unbooked requests (web forms three days or more apart), jobs, invoices and payments."""
    rng = Random(seed)
    rows: Rows = defaultdict(list)
    rows["operator.accounts"] = [
        {"account_id": "north", "platform": "dispatch", "brand_key": "north", "timezone": "America/Chicago"},
        {"account_id": "portal", "platform": "crm", "timezone": "America/Chicago"},
    ]
    rows["operator.brands"] = [
        {"brand_key": "north", "brand_name": "North", "timezone": "America/Chicago", "trades": "hvac"}
    ]
    rows["operator.settings"] = [
        {"key": "attribution.window_days.default", "value": str(WINDOW_DAYS)},
        {"key": "attribution.new_customer_after_months", "value": "24"},
    ]
    for number in range(HOUSEHOLDS):
        _add_household(rows, rng, f"H{number:03d}")
    return rows


def _add_household(rows: Rows, rng: Random, household: str) -> None:
    rows["bridge_household_members"].append(_member(household, "customer", f"C{household}"))
    for day in sorted(rng.sample(range(0, 120, 3), rng.randrange(0, 7))):
        lead_key = f"L{household}-{day:03d}"
        google = rng.random() < 0.5
        rows["bridge_household_members"].append(_member(household, "lead", lead_key))
        rows["leads"].append(
            {
                "lead_key": lead_key, "platform": "crm", "account_id": "portal", "native_id": lead_key,
                "lead_kind": "form", "lead_status": "open", "brand_key": "north", "is_booked": False,
                "occurred_at": START + timedelta(days=day), "utm_source": "google" if google else "facebook",
                "utm_medium": "cpc", "utm_campaign": f"c{rng.randrange(3)}",
            }
        )  # fmt: skip
    for day in sorted(rng.sample(range(1, 150, 3), rng.randrange(1, 4))):
        _add_job(rows, rng, household, day)


def _add_job(rows: Rows, rng: Random, household: str, day: int) -> None:
    job_key = f"J{household}-{day:03d}"
    booked_at = START + timedelta(days=day)
    done_at = booked_at + timedelta(days=1)
    subtotal = Decimal(rng.randrange(1, 900_000)) / 100
    tax = (subtotal * Decimal("0.0825")).quantize(Decimal("0.01"))
    status = rng.choice(["completed", "completed", "completed", "canceled", "scheduled"])
    rows["jobs"].append(
        {
            "job_key": job_key, "native_id": job_key, "customer_key": f"C{household}", "job_status": status,
            "created_at": booked_at - timedelta(hours=rng.randrange(40)),
            "booked_at": booked_at, "booked_on": booked_at.date(), "total_amount": subtotal,
            **({"completed_at": done_at, "completed_on": done_at.date()} if status == "completed" else {}),
            **({"canceled_at": done_at, "canceled_on": done_at.date()} if status == "canceled" else {}),
        }
    )  # fmt: skip
    if status != "completed":
        return
    rows["invoices"].append(
        {
            "invoice_key": f"I{job_key}", "native_id": f"I{job_key}", "invoice_kind": "job",
            "job_key": job_key,
            "invoice_status": rng.choice(["open", "paid", "voided"]), "customer_key": f"C{household}",
            "invoiced_on": done_at.date(), "subtotal_amount": subtotal, "tax_amount": tax,
            "created_at": done_at + timedelta(hours=rng.randrange(40)),
            "total_amount": subtotal + tax, "voided_at": done_at + timedelta(days=9),
        }
    )  # fmt: skip
    left, number = subtotal + tax, 0
    while left > 0 and number < 4:
        part = min(left, Decimal(rng.randrange(1, 400_000)) / 100)
        refund = number > 0 and rng.random() < 0.3
        key = f"P{number}{job_key}"
        signed = -part if refund else part
        rows["payments"].append(
            {
                "payment_key": key, "native_id": key, "customer_key": f"C{household}",
                "payment_kind": "refund" if refund else "payment",
                "payment_status": rng.choice(["succeeded", "succeeded", "succeeded", "voided", "failed"]),
                "paid_at": done_at + timedelta(days=number), "amount": signed,
                "created_at": done_at + timedelta(days=number, hours=rng.randrange(40)),
                "paid_on": (done_at + timedelta(days=number)).date(),
            }
        )  # fmt: skip
        applied = signed if rng.random() < 0.8 else (signed / 2).quantize(Decimal("0.01"))
        rows["payment_applications"].append(
            {
                "payment_application_key": f"A{key}", "native_id": f"A{key}", "payment_key": key,
                "invoice_key": f"I{job_key}", "applied_amount": applied,
            }
        )  # fmt: skip
        left, number = left - part, number + 1


def _member(household: str, entity: str, record_key: str) -> dict[str, Any]:
    platform, account_id = ("dispatch", "north") if entity == "customer" else ("crm", "portal")
    return {
        "household_key": household, "person_key": f"P{household}", "platform": platform,
        "account_id": account_id, "entity": entity, "native_id": record_key, "record_key": record_key,
    }  # fmt: skip


def expected_credit(rows: Rows) -> dict[tuple[str, str], list[str | None]]:
    """(model, job) -> the touches that share its credit equally; [None] where there is none."""
    leads = defaultdict(list)
    for lead in rows["leads"]:
        leads[lead["lead_key"][1:5]].append(lead)
    credit: dict[tuple[str, str], list[str | None]] = {}
    for job in rows["jobs"]:
        booked_at = job["booked_at"]
        path: list[str | None] = [
            lead["lead_key"]
            for lead in sorted(leads[job["job_key"][1:5]], key=lambda each: each["occurred_at"])
            if booked_at - timedelta(days=WINDOW_DAYS) <= lead["occurred_at"] <= booked_at
        ] or [None]
        credit["first", job["job_key"]] = path[:1]
        credit["last", job["job_key"]] = path[-1:]
        credit["linear", job["job_key"]] = path
    return credit


@pytest.fixture(scope="module", params=[11])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Rows, Path]:
    """A random world and its warehouse."""
    rows = random_world(request.param)
    warehouse = tmp_path_factory.mktemp("random") / "warehouse.duckdb"
    write_world(warehouse, rows)
    build_money(warehouse)
    return rows, warehouse


def read(warehouse: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_credit_equals_a_plain_recomputation(built: tuple[Rows, Path]) -> None:
    rows, warehouse = built
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        credits = connection.execute(
            "select model, job_key, touch_key, weight from core.fct_attribution "
            "where conversion_kind = 'job' order by model, job_key, touch_position"
        ).fetchall()
        off_by_a_cent = connection.execute(
            """
            select count(*) from core.fct_attribution as credits
            inner join core.fct_jobs as jobs on jobs.job_key = credits.job_key
            where abs(credits.collected_amount - credits.weight * jobs.collected_amount) >= 0.01
               or abs(credits.invoiced_amount - credits.weight * jobs.invoiced_amount) >= 0.01
            """
        ).fetchone()
        cash = connection.execute(
            "select sum(gross_amount) from core.fct_revenue_ledger where entry_type = 'collected'"
        ).fetchone()
    found: dict[tuple[str, str], list[str | None]] = defaultdict(list)
    for model, job_key, touch_key, _ in credits:
        found[model, job_key].append(touch_key)
    assert found == expected_credit(rows)
    even = [
        abs(weight * len(found[model, job_key]) - 1) < Decimal("1e-10")
        for model, job_key, _, weight in credits
    ]
    assert all(even)
    assert off_by_a_cent == (0,)
    assert cash == (sum(row["amount"] for row in rows["payments"] if row["payment_status"] == "succeeded"),)


def test_revenue_without_a_day_of_collection_is_what_was_not_paid(built: tuple[Rows, Path]) -> None:
    """Job by job: what it came to, less the cash for it, never more than all nor less than nothing."""
    _, warehouse = built
    jobs = read(warehouse, "select completed_amount, collected_amount from core.fct_jobs")
    owed = sum(total - min(max(paid, Decimal(0)), total) if total > 0 else total for total, paid in jobs)
    shown = read(
        warehouse,
        "select sum(completed_amount) from marketing.rpt_revenue_by_date_basis "
        "where date_basis = 'collected' and month_on is null",
    )
    assert owed > 0
    assert shown == [(owed,)]


def test_bridges_lead_from_any_date_to_any_other(built: tuple[Rows, Path]) -> None:
    _, warehouse = built
    months: dict[tuple[str, Any], Decimal] = defaultdict(Decimal)
    for basis, month, amount in read(
        warehouse, "select date_basis, month_on, completed_amount from marketing.rpt_revenue_by_date_basis"
    ):
        months[basis, month] += amount
    arrived: dict[tuple[str, str, Any], Decimal] = defaultdict(Decimal)
    left: dict[tuple[str, str, Any], Decimal] = defaultdict(Decimal)
    for one, one_month, other, other_month, amount in read(
        warehouse,
        "select from_basis, from_month_on, to_basis, to_month_on, completed_amount "
        "from marketing.rpt_revenue_bridge",
    ):
        left[other, one, one_month] += amount
        arrived[one, other, other_month] += amount
    bases = {basis for basis, _ in months}
    due = {
        (other, basis, month): amount
        for (basis, month), amount in months.items()
        for other in bases - {basis}
    }
    assert len(bases) == 8
    assert left == arrived == due


def test_every_models_figure_lies_in_its_interval(built: tuple[Rows, Path]) -> None:
    _, warehouse = built
    outside = read(
        warehouse,
        """
        with figures as (
            select brand_key, channel, model, cast(date_trunc('quarter', month_on) as date) as starts_on,
                sum(completed_amount) as amount, sum(first_time_completed_amount) as first_time_amount
            from marketing.rpt_channel_performance where view_basis = 'period' group by all
        )
        select figures.*, least_completed_amount, most_completed_amount
        from figures left join marketing.rpt_attribution_interval as ranges
            on ranges.span = 'quarter' and ranges.starts_on = figures.starts_on
            and ranges.brand_key = figures.brand_key and ranges.channel = figures.channel
        where amount not between coalesce(least_completed_amount, 0) and coalesce(most_completed_amount, 0)
           or first_time_amount not between coalesce(least_first_time_amount, 0)
               and coalesce(most_first_time_amount, 0)
        """,
    )
    assert outside == []
    flips = read(warehouse, "select count(*) from marketing.rpt_attribution_interval where spread_amount > 0")
    assert flips[0][0] > 0


def test_any_number_leads_back_to_rows_that_make_it(built: tuple[Rows, Path]) -> None:
    _, warehouse = built
    rng = Random(5)
    months = [month for (month,) in read(warehouse, "select distinct date_on from core.dim_dates "
              "where day(date_on) = 1 and date_on between '2026-01-01' and '2026-06-01'")]  # fmt: skip
    for column in (*provenance.TRACEABLE, "average_ticket", "booking_rate"):
        question = provenance.Question(
            rng.choice(provenance.SCORECARDS), column, rng.choice(("period", "cohort")),
            rng.choice(("first", "last", "linear")), rng.choice([None, *months]),
            rng.choice([None, "google_ads", "meta", "unattributed"]),
        )  # fmt: skip
        found = provenance.trace(Home(warehouse.parent), question)
        assert found.holds, question
    for basis in ("booked", "completed", "collected"):
        question = provenance.Question(
            provenance.DATE_BASES, "completed_amount", month=rng.choice(months), basis=basis
        )
        found = provenance.trace(Home(warehouse.parent), question)
        assert found.holds and found.parts[0].rows, question


def test_every_difference_of_totals_has_a_cause(built: tuple[Rows, Path]) -> None:
    """That each bridge sums on each day is dbt's own test; here, that it starts where a plain sum of the
    documents does, and that nothing is left over."""
    rows, warehouse = built
    bridges = {
        (bridge, line): amount
        for bridge, line, amount in read(
            warehouse, "select bridge, line, sum(amount) from reconciliation.fct_conservation group by all"
        )
    }
    listed = {
        "booked": sum(row["total_amount"] for row in rows["jobs"]),
        "invoiced": sum(row["total_amount"] for row in rows["invoices"]),
        "collected": sum(row["amount"] for row in rows["payments"]),
    }
    assert {bridge: bridges[bridge, "vendor"] for bridge in listed} == listed
    lines = {line for _, line in bridges}
    assert "unexplained" not in lines
    assert lines >= {"time_zone", "date_basis", "tax", "cancelled", "voided", "failed"}
    for bridge in listed:
        assert bridges.get((bridge, "time_zone"), 0) == bridges.get((bridge, "date_basis"), 0) == 0
