"""The golden world: `golden/expected` was worked out by hand; `golden/README.md` has the arithmetic."""

from __future__ import annotations

import csv
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ingestion.config import Home
from orchestration.explanation import explain_job
from orchestration.paper_trail import explain_campaign, explain_invoice
from tests.warehouse.worlds import build_money, read_tables, run_dbt, write_world

GOLDEN = Path(__file__).parent / "golden"

QUERIES = {
    "leads": """
        select lead_key, record_count, lead_on, is_booked, job_key, exclusion_reason, is_new_customer, method,
            channel, campaign_name
        from core.fct_leads order by lead_key
    """,
    "ledger": """
        select entry_type, coalesce(reversal_kind, 'original') as role, job_key, invoice_key, payment_key,
            amount, tax_amount, event_on, posted_on
        from core.fct_revenue_ledger
        order by entry_type, job_key, invoice_key, payment_key, event_on, amount desc
    """,
    "attribution": """
        select conversion_key, string_agg(model, ' ' order by model) as models, touch_key, channel, weight,
            booked_amount, completed_amount, invoiced_amount, collected_amount, attribution_reason
        from core.fct_attribution
        group by all
        order by conversion_key, models, touch_key
    """,
    "conflicts": """
        select touch_key, evidence_method, evidence_channel, chosen_on_record_key, chosen_channel
        from attribution.int_touches__conflicts order by touch_key, chosen_on_record_key
    """,
    "ad_spend": """
        select account_id, channel, campaign_name, spend_on, spend_amount, reported_amount, is_superseded
        from core.fct_ad_spend order by account_id, channel, spend_on
    """,
    "spend_left_out": """
        select account_id, superseded_by_account_id, channel, campaign_name, cost_type, month_on, days,
            left_out_amount
        from marketing.rpt_spend_left_out order by all
    """,
    "channel_performance": """
        select view_basis, month_on, channel, leads, booked_leads, mature_leads,
            round(booked_jobs, 2) as booked_jobs, round(net_booked_jobs, 2) as net_booked_jobs,
            round(new_customers, 2) as new_customers, spend_amount,
            gross_booked_amount, booked_amount, completed_amount, invoiced_amount, collected_amount,
            round(cost_per_lead, 2) as cost_per_lead, round(cac, 2) as cac,
            round(roas_completed, 4) as roas_completed
        from marketing.rpt_channel_performance
        where model = 'linear' and brand_key = 'north'
        order by view_basis, month_on, channel
    """,
    "channel_returns": """
        select view_basis, month_on, channel, completed_amount, first_time_completed_amount,
            returning_completed_amount, completed_reversal_amount, margin_amount, profit_amount,
            round(roi, 4) as roi, round(roas_first_time, 4) as roas_first_time, idle_spend_amount
        from marketing.rpt_channel_performance
        where model = 'last' and brand_key = 'north' and (completed_amount <> 0 or spend_amount <> 0)
        order by view_basis, month_on, channel
    """,
    "revenue_bridge": """
        select from_basis, from_month_on, to_basis, to_month_on, step, completed_amount
        from marketing.rpt_revenue_bridge
        where brand_key = 'north' and (from_basis, to_basis) in (
            ('completed', 'collected'), ('completed', 'lead'), ('click', 'call')
        )
        order by from_basis, to_basis, from_month_on, to_month_on
    """,
    "customer_value": """
        select brand_key, month_on, channel, months_since, is_month_over, customers, spend_amount,
            invoiced_amount, collected_amount, margin_amount, acquisition_cost, payback_months
        from marketing.rpt_customer_value where channel in ('google_ads', 'google_lsa', 'organic')
        order by brand_key, month_on, channel, months_since
    """,
    "attribution_interval": """
        select brand_key, channel, readings, least_completed_amount, most_completed_amount, best_rank,
            worst_rank, spend_amount, readings_that_pay, decision_flips
        from marketing.rpt_attribution_interval where span = 'year' order by brand_key, channel
    """,
    "lead_response": """
        select lead_key, is_after_hours, response_state, response_seconds, office_response_seconds
        from core.fct_leads where response_state <> 'waiting' order by lead_key
    """,
    "funnel": """
        select brand_key, month_on, sum(clicks) as clicks, sum(requests) as requests, sum(leads) as leads,
            sum(booked_leads) as booked_leads, sum(run_leads) as run_leads, sum(sold_leads) as sold_leads,
            sum(invoiced_leads) as invoiced_leads, sum(paid_leads) as paid_leads
        from marketing.rpt_funnel group by brand_key, month_on order by brand_key, month_on
    """,
}
RESTATEMENTS = """
    select view_basis, month_on, channel, figure, cause, before_value, after_value, change_value
    from marketing.rpt_restatements order by view_basis, month_on, channel, figure
"""
# What a later pull brings: spend restated upwards, a credit on J03, the source of L04 corrected from the
# search page to the ad that the click came from, and J08 paid.
LATER = """
    update conformed.int_ad_spend__unioned set spend_amount = 130 where ad_spend_key = 'S01';
    update conformed.int_leads__unioned
        set utm_source = 'google', utm_medium = 'cpc', utm_campaign = 'ac_repair', referrer_url = null
        where lead_key = 'L04';
    insert into conformed.int_invoices__unioned by name
        select * replace (
            'I16' as invoice_key, 'i16' as native_id, 'adjustment' as invoice_kind, null as job_key,
            'I05' as adjusts_invoice_key, date '2026-05-25' as invoiced_on, -60 as subtotal_amount,
            0 as tax_amount, -60 as total_amount, 0 as balance_amount,
            timestamp '2026-05-25 15:00:00' as created_at
        )
        from conformed.int_invoices__unioned where invoice_key = 'I05';
    insert into conformed.int_payments__unioned by name
        select * replace (
            'P14' as payment_key, 'p14' as native_id, 'C06' as customer_key, 'J08' as job_key,
            timestamp '2026-06-10 16:00:00' as created_at, timestamp '2026-06-10 16:00:00' as updated_at,
            timestamp '2026-06-10 16:00:00' as paid_at, date '2026-06-10' as paid_on, 210 as amount
        )
        from conformed.int_payments__unioned where payment_key = 'P06';
    insert into conformed.int_payment_applications__unioned by name
        select * replace (
            'A15' as payment_application_key, 'a15' as native_id, 'P14' as payment_key,
            'I14' as invoice_key, date '2026-06-10' as applied_on, 210 as applied_amount
        )
        from conformed.int_payment_applications__unioned where payment_application_key = 'A06';
"""


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The golden world with every money model built and every dbt test of them passed."""
    warehouse = tmp_path_factory.mktemp("golden") / "warehouse.duckdb"
    write_world(warehouse, read_tables(GOLDEN / "inputs"))
    build_money(warehouse)
    return warehouse


@pytest.mark.parametrize("name", QUERIES)
def test_golden_world(golden: Path, name: str) -> None:
    assert _found(golden, QUERIES[name]) == _expected(name)


def test_every_rung_of_the_ladder_agrees(golden: Path, tmp_path: Path) -> None:
    """Also with a tip and a fee in the ledger, which no conversion earns and no report counts."""
    warehouse = tmp_path / "warehouse.duckdb"
    shutil.copy(golden, warehouse)
    result = run_dbt("run", warehouse, "--select", "rpt_control_totals")
    assert result.returncode == 0, result.stdout
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        aside = connection.sql("select 1 from core.fct_revenue_ledger where not is_revenue").fetchall()
        rungs = connection.sql("select distinct rung from reconciliation.rpt_control_totals").fetchall()
        differing = connection.sql(
            "select * from reconciliation.rpt_control_totals "
            "where left_rows is distinct from right_rows or left_amount is distinct from right_amount"
        ).fetchall()
    assert aside
    assert {rung for (rung,) in rungs} >= {"4 facts = ledger", "5 ledger = attributed", "6 ledger = reports"}
    assert differing == []


def test_late_news_are_restatements(golden: Path, tmp_path: Path) -> None:
    """A month that was over changes only in the open, each time with the cause; what was known stays."""
    warehouse = tmp_path / "warehouse.duckdb"
    shutil.copy(golden, warehouse)
    shutil.copytree(golden.parent / "target", tmp_path / "target")
    history = "select * from marketing.fct_headline_history order by all"
    known_before = _found(golden, history)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(LATER)
    build_money(warehouse, "run")
    assert _found(warehouse, RESTATEMENTS) == _expected("restatements")
    known_since = _found(warehouse, history)
    assert [row for row in known_since if row in known_before] == known_before
    run_dbt("run", warehouse, "--select", "fct_headline_history")
    assert _found(warehouse, history) == known_since


def test_a_rewritten_campaign_is_a_restatement_and_stays_on_record(golden: Path, tmp_path: Path) -> None:
    """Months after J10 was done, its platform puts it to the campaign for Yelp instead of Google."""
    home = Home(tmp_path)
    shutil.copy(golden, home.warehouse)
    shutil.copytree(golden.parent / "target", tmp_path / "target")
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute(
            "update conformed.int_jobs__unioned set campaign_key = 'CM2', source_name = null, "
            "updated_at = timestamp '2026-08-01 15:00:00' where job_key = 'J10'"
        )
    build_money(home.warehouse, "run")
    assert _found(
        home.warehouse,
        """
        select channel, figure, cause, rewritten_jobs, change_value from marketing.rpt_restatements
        where view_basis = 'period' and month_on = date '2026-03-01' and figure = 'completed_amount'
        order by channel
        """,
    )[1:] == [
        ["google_ads", "completed_amount", "moved_between_channels", "1", "-275.0000"],
        ["yelp", "completed_amount", "moved_between_channels", "1", "275.0000"],
    ]
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        named = connection.execute(
            "select campaign_name, channel, is_current, known_until_at is null, cast(known_at as date) "
            "from core.fct_job_campaigns where job_key = 'J10' order by revision"
        ).fetchall()
    assert named == [
        ("Google Ads", "google_ads", False, False, date(2026, 5, 21)),
        ("Yelp Ads", "yelp", True, True, date(2026, 8, 1)),
    ]
    with duckdb.connect(str(home.warehouse)) as connection:
        # Reconciliation is not part of this world; a job's explanation lists its open gaps, here none.
        connection.execute(
            """
            create schema if not exists reconciliation;
            create or replace table reconciliation.fct_reconciliation_gaps (
                job_key varchar, check_id varchar, native_id varchar, expected varchar, actual varchar,
                dollars_at_risk varchar, first_seen_at timestamp, status varchar, remedy varchar
            )
            """
        )
    explained = explain_job(home, "1010")["campaigns_named"]
    assert [(row["campaign_name"], row["is_current"]) for row in explained] == [
        ("Google Ads", False),
        ("Yelp Ads", True),
    ]


def test_an_invoice_leads_to_the_bank(golden: Path) -> None:
    trail = explain_invoice(Home(golden.parent), "i02")
    assert [row["native_id"] for row in trail["job"]] == ["1002"]
    assert [(row["native_id"], row["total_amount"]) for row in trail["corrections"]] == [("i03", -120)]
    assert [(row["native_id"], row["amount"]) for row in trail["payments"]] == [("p03", 500)]
    assert sorted((row["entry_type"], row["amount"]) for row in trail["ledger"]) == [
        ("collected", 500),
        ("completed", 500),
        ("invoiced", 500),
    ]
    credited: dict[tuple[str, str], Decimal] = {}
    for row in trail["credit"]:
        key = row["model"], row["entry_type"]
        credited[key] = credited.get(key, Decimal(0)) + row["amount"]
    assert len(credited) > 2 and set(credited.values()) == {500}


def test_a_campaign_leads_from_spend_to_its_jobs(golden: Path) -> None:
    trail = explain_campaign(Home(golden.parent), "spring offer")
    assert [(str(row["month_on"]), row["spend_amount"]) for row in trail["spend"]] == [("2026-03-01", 60)]
    assert {row["native_id"] for row in trail["leads"]} >= {"l02", "l09", "l10", "l12", "l14", "l18"}
    assert ("1008", 210) in [(row["native_id"], row["completed_amount"]) for row in trail["jobs"]]
    assert explain_campaign(Home(golden.parent), "no such campaign") == {}


def _found(warehouse: Path, query: str) -> list[list[str]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        cursor = connection.execute(query)
        header = [column[0] for column in cursor.description]
        return [header, *([_text(cell) for cell in row] for row in cursor.fetchall())]


def _expected(name: str) -> list[list[str]]:
    with (GOLDEN / "expected" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def _text(cell: object) -> str:
    if cell is None:
        return ""
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def test_a_full_day_of_calls_counts_each_call_once(golden: Path) -> None:
    with duckdb.connect(str(golden), read_only=True) as connection:
        copies = connection.execute(
            "select call_key, duplicate_of_call_key from core.fct_calls where is_duplicate"
        )
        assert copies.fetchall() == [("K10b", "K10")]


def test_models_that_would_learn_say_that_there_is_too_little(golden: Path) -> None:
    with duckdb.connect(str(golden), read_only=True) as connection:
        guards = connection.execute(
            "select model, guard_reason from core.fct_attribution "
            "where attribution_reason = 'credited' group by all order by guard_reason nulls last, model"
        ).fetchall()
    assert guards[:2] == [("markov", "too_few_conversions"), ("shapley", "too_few_conversions")]
    assert {reason for _, reason in guards[2:]} == {None}
