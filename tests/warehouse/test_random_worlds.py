"""A random world of two brands: credit against a plain re-computation, every cent, refunds, and late facts.

dbt's own tests run in the same build: sums of credit equal the ledger per model, entries are allocated whole,
reports equal facts. Here the weights are checked too, by an oracle that shares no code with the models; and a
second home that learns some facts late must end with the same marts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from ingestion.config import Home
from orchestration import provenance
from tests.warehouse.late_facts import as_known_at_first, shuffled, with_late_facts
from tests.warehouse.random_rows import WINDOW_DAYS, Rows, random_world
from tests.warehouse.worlds import build_money, write_world

SEED = 11
RULES = ("first", "last", "last_non_direct", "linear", "position", "time_decay", "w_shaped", "shapley")
MARTS = ("core", "marketing")
# What a home has shown before is its own history, and belongs to it.
OWN_HISTORY = ("fct_headline_history", "rpt_restatements", "fct_job_campaigns")


@pytest.fixture(scope="module")
def world() -> Rows:
    return with_late_facts(random_world(SEED))


@pytest.fixture(scope="module")
def built(world: Rows, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse that knew everything at once."""
    warehouse = tmp_path_factory.mktemp("at-once") / "warehouse.duckdb"
    write_world(warehouse, world)
    build_money(warehouse)
    return warehouse


def read(warehouse: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


def expected_weights(rows: Rows) -> dict[tuple[str, str], dict[str | None, float]]:
    """(model, job) -> touch -> weight; {None: 1} where there is no touch. Markov is not here: it learns."""
    leads = defaultdict(list)
    for lead in rows["leads"]:
        leads[lead["lead_key"][1:5]].append(lead)
    expected = {}
    for job in random_jobs(rows):
        booked_at = job["booked_at"]
        path = [
            lead
            for lead in sorted(leads[job["job_key"][1:5]], key=lambda each: each["occurred_at"])
            if booked_at - timedelta(days=WINDOW_DAYS) <= lead["occurred_at"] <= booked_at
        ]
        for model, shares in shares_by_model(path, booked_at).items():
            total = sum(shares)
            expected[model, job["job_key"]] = {
                lead["lead_key"]: share / total for lead, share in zip(path, shares, strict=True) if share
            } or {None: 1.0}
    return expected


def random_jobs(rows: Rows) -> list[dict[str, Any]]:
    return [job for job in rows["jobs"] if job["job_key"].startswith("JH")]


def shares_by_model(path: list[dict[str, Any]], booked_at: datetime) -> dict[str, list[float]]:
    """Every lead here is a form, so the first touch is also where the lead was made; none names its job."""
    count = len(path)
    if count < 2:
        return dict.fromkeys(RULES, [1.0] * count)
    channels = [lead["utm_source"] for lead in path]
    middle = [0.0] * (count - 2)
    days = [(booked_at - lead["occurred_at"]) / timedelta(days=1) for lead in path]
    return {
        "first": [1.0, *middle, 0.0],
        "last": [0.0, *middle, 1.0],
        "last_non_direct": [0.0, *middle, 1.0],
        "linear": [1.0] * count,
        "position": [0.4, *(0.2 / len(middle) for _ in middle), 0.4],
        "time_decay": [0.5 ** (age / 7) for age in days],
        "w_shaped": [0.6, *(0.1 / len(middle) for _ in middle), 0.3],
        "shapley": [1 / channels.count(channel) for channel in channels],
    }


def test_credit_equals_a_plain_recomputation(world: Rows, built: Path) -> None:
    credits = read(
        built,
        "select model, job_key, touch_key, weight from core.fct_attribution "
        "where model <> 'markov' and job_key like 'JH%'",
    )
    found: dict[tuple[str, str], dict[str | None, float]] = defaultdict(dict)
    for model, job_key, touch_key, weight in credits:
        found[model, job_key][touch_key] = float(weight)
    expected = expected_weights(world)
    assert found.keys() == expected.keys()
    for key, weights in expected.items():
        assert found[key] == pytest.approx(weights, abs=1e-11), key


def test_markov_credit_comes_to_each_channels_share(built: Path) -> None:
    """In bookings, not dollars, and by brand and year."""
    found = read(
        built,
        """
        select brand_key || '-' || year(conversion_at), channel, sum(weight)
        from core.fct_attribution
        where model = 'markov' and attribution_reason = 'credited' and guard_reason is null
            and job_key = opportunity_key
        group by all
        """,
    )
    valued = read(
        built,
        "select population_key, channel, markov_conversions, credited_conversions "
        "from attribution.int_channels__valued",
    )
    credited = {(population, channel): float(weight) for population, channel, weight in found}
    assert {population for population, _ in credited} == {"north-2026", "south-2026"}
    for population, channel, _, by_weights in valued:
        assert credited[population, channel] == pytest.approx(by_weights, abs=1e-6)
    south = [
        (markov, by_weights) for population, _, markov, by_weights in valued if population == "south-2026"
    ]
    assert all(markov == pytest.approx(by_weights, abs=1e-6) for markov, by_weights in south)


def test_every_cent_is_credited_once_by_model_brand_and_month(world: Rows, built: Path) -> None:
    uneven = read(
        built,
        """
        with credited as (
            select model, brand_key, month_on, sum(booked_amount) as booked,
                sum(completed_amount) as completed, sum(invoiced_amount) as invoiced,
                sum(collected_amount) as collected
            from marketing.rpt_channel_performance where view_basis = 'period' group by 1, 2, 3
        ),
        ledger as (
            select models.model, brand_key, cast(date_trunc('month', event_on) as date) as month_on,
                coalesce(sum(amount) filter (where entry_type = 'booked'), 0) as booked,
                coalesce(sum(amount) filter (where entry_type = 'completed'), 0) as completed,
                coalesce(sum(amount) filter (where entry_type = 'invoiced'), 0) as invoiced,
                coalesce(sum(amount) filter (where entry_type = 'collected'), 0) as collected
            from core.fct_revenue_ledger cross join seeds.attribution_models as models group by 1, 2, 3
        )
        select ledger.* from ledger left join credited using (model, brand_key, month_on)
        where (credited.booked, credited.completed, credited.invoiced, credited.collected)
            is distinct from (ledger.booked, ledger.completed, ledger.invoiced, ledger.collected)
        """,
    )
    assert uneven == []
    off_by_a_cent = read(
        built,
        """
        select * from core.fct_attribution as credits
        inner join core.fct_jobs as jobs on jobs.job_key = credits.job_key
        where abs(credits.collected_amount - credits.weight * jobs.collected_amount) >= 0.01
           or abs(credits.invoiced_amount - credits.weight * jobs.invoiced_amount) >= 0.01
        """,
    )
    assert off_by_a_cent == []
    cash = read(built, "select sum(gross_amount) from core.fct_revenue_ledger where entry_type = 'collected'")
    assert cash == [
        (sum(row["amount"] for row in world["payments"] if row["payment_status"] == "succeeded"),)
    ]


def test_a_full_refund_takes_back_from_each_touch_what_it_was_given(world: Rows, built: Path) -> None:
    """Whatever the household did between payment and refund: touches after the booking earn nothing of it."""
    refunded = {
        row["payment_key"][2:]: row["paid_at"]
        for row in world["payments"]
        if row["payment_key"].startswith("P1J")
        and row["amount"] < 0
        and any(
            other["payment_key"] == "P0" + row["payment_key"][2:] and other["amount"] == -row["amount"]
            for other in world["payments"]
        )
    }
    asked_between = [
        job["job_key"]
        for job in random_jobs(world)
        if job["job_key"] in refunded
        and any(
            lead["lead_key"][1:5] == job["job_key"][1:5]
            and job["booked_at"] < lead["occurred_at"] < refunded[job["job_key"]]
            for lead in world["leads"]
        )
    ]
    assert len(asked_between) > 3
    left_over = read(
        built,
        "select job_key, model, touch_key, collected_amount from core.fct_attribution "
        "where collected_amount <> 0",
    )
    assert [row for row in left_over if row[0] in refunded] == []


def test_facts_that_come_late_lead_to_the_same_marts(world: Rows, built: Path, tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    write_world(warehouse, as_known_at_first(world, SEED))
    build_money(warehouse, tests=False)
    known, early = marts(built), marts(warehouse)
    assert early.keys() == known.keys()
    assert {name for name, rows in early.items() if rows != known[name]} >= {
        "fct_ad_spend", "fct_attribution", "fct_payments", "fct_revenue_ledger", "fct_touches",
        "rpt_campaign_performance", "rpt_channel_performance",
    }  # fmt: skip
    write_world(warehouse, shuffled(world, SEED))
    build_money(warehouse, tests=False)
    assert [name for name, rows in marts(warehouse).items() if rows != known[name]] == []
    # What was known at first is not lost: not the campaign either that the platform has taken off the job.
    assert read(
        warehouse,
        "select revision, campaign_name, channel, former_channel, is_current from core.fct_job_campaigns "
        "where job_key = 'JS5' order by revision",
    ) == [
        (1, "AC Repair", "google_ads", None, False),
        (2, "Yelp Ads", "yelp", "google_ads", True),
    ]
    assert read(warehouse, "select count(*) from core.fct_job_campaigns where job_key = 'JS1'") == [(1,)]


def marts(warehouse: Path) -> dict[str, Counter[tuple[Any, ...]]]:
    """Every published table's rows, in no order."""
    names = read(
        warehouse,
        f"select table_schema, table_name from information_schema.tables where table_schema in {MARTS} "
        f"and table_name not like 'bridge_household%' and table_name not in {OWN_HISTORY}",
    )
    return {name: Counter(read(warehouse, f"select * from {schema}.{name}")) for schema, name in names}


def test_what_came_late_is_what_is_credited(built: Path) -> None:
    """The campaign by its new name, each call by what its number was that day, the merged customer's ad."""
    credited = read(
        built,
        "select job_key, channel, campaign_name, collected_amount from core.fct_attribution "
        "where model = 'last' and job_key in ('JS1', 'JS2', 'JS3', 'JS4') order by job_key",
    )
    assert [row[:2] for row in credited] == [
        ("JS1", "google_ads"), ("JS2", "yelp"), ("JS3", "meta"), ("JS4", "google_ads"),
    ]  # fmt: skip
    assert credited[0][2] == "AC Tune-Up"
    assert credited[3][3] == Decimal("500.00")


def test_revenue_without_a_day_of_collection_is_what_was_not_paid(built: Path) -> None:
    """Job by job: what it came to, less the cash for it, never more than all nor less than nothing."""
    jobs = read(built, "select completed_amount, collected_amount from core.fct_jobs")
    owed = sum(total - min(max(paid, Decimal(0)), total) if total > 0 else total for total, paid in jobs)
    shown = read(
        built,
        "select sum(completed_amount) from marketing.rpt_revenue_by_date_basis "
        "where date_basis = 'collected' and month_on is null",
    )
    assert owed > 0
    assert shown == [(owed,)]


def test_bridges_lead_from_any_date_to_any_other(built: Path) -> None:
    months: dict[tuple[str, Any], Decimal] = defaultdict(Decimal)
    for basis, month, amount in read(
        built, "select date_basis, month_on, completed_amount from marketing.rpt_revenue_by_date_basis"
    ):
        months[basis, month] += amount
    arrived: dict[tuple[str, str, Any], Decimal] = defaultdict(Decimal)
    left: dict[tuple[str, str, Any], Decimal] = defaultdict(Decimal)
    for one, one_month, other, other_month, amount in read(
        built,
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


def test_every_models_figure_lies_in_its_interval(built: Path) -> None:
    outside = read(
        built,
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
    flips = read(built, "select count(*) from marketing.rpt_attribution_interval where spread_amount > 0")
    assert flips[0][0] > 0


def test_any_number_leads_back_to_rows_that_make_it(built: Path) -> None:
    rng = Random(5)
    months = [month for (month,) in read(built, "select distinct date_on from core.dim_dates "
              "where day(date_on) = 1 and date_on between '2026-01-01' and '2026-06-01'")]  # fmt: skip
    for column in (*provenance.TRACEABLE, "average_ticket", "booking_rate"):
        question = provenance.Question(
            rng.choice(provenance.SCORECARDS), column, rng.choice(("period", "cohort")),
            rng.choice(("first", "last", "linear")), rng.choice([None, *months]),
            rng.choice([None, "google_ads", "meta", "unattributed"]),
        )  # fmt: skip
        found = provenance.trace(Home(built.parent), question)
        assert found.holds, question
    for basis in ("booked", "completed", "collected"):
        question = provenance.Question(
            provenance.DATE_BASES, "completed_amount", month=rng.choice(months), basis=basis
        )
        found = provenance.trace(Home(built.parent), question)
        assert found.holds and found.parts[0].rows, question


def test_every_difference_of_totals_has_a_cause(world: Rows, built: Path) -> None:
    """That each bridge sums on each day is dbt's own test; here, that it starts where a plain sum of the
    documents does, and that nothing is left over."""
    bridges = {
        (bridge, line): amount
        for bridge, line, amount in read(
            built, "select bridge, line, sum(amount) from reconciliation.fct_conservation group by all"
        )
    }
    listed = {
        "booked": sum(row["total_amount"] for row in world["jobs"]),
        "invoiced": sum(row["total_amount"] for row in world["invoices"]),
        "collected": sum(row["amount"] for row in world["payments"]),
    }
    landed = zip(("jobs", "invoices", "payments"), listed.values(), strict=True)
    listed |= {f"de-duplicated {entity}": amount for entity, amount in landed}
    assert {bridge: bridges[bridge, "vendor"] for bridge in listed} == listed
    lines = {line for _, line in bridges}
    assert "unexplained" not in lines
    assert lines >= {"time_zone", "date_basis", "tax", "cancelled", "voided", "failed"}
    for bridge in listed:
        assert bridges.get((bridge, "time_zone"), 0) == bridges.get((bridge, "date_basis"), 0) == 0
