"""The golden world: `golden/expected` was worked out by hand; `golden/README.md` has the arithmetic."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.worlds import build_money, read_tables, write_world

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
        select model, conversion_key, touch_key, channel, weight, booked_amount, completed_amount,
            invoiced_amount, collected_amount, attribution_reason
        from core.fct_attribution order by conversion_key, model, touch_position
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
}


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The golden world with every money model built and every dbt test of them passed."""
    warehouse = tmp_path_factory.mktemp("golden") / "warehouse.duckdb"
    write_world(warehouse, read_tables(GOLDEN / "inputs"))
    build_money(warehouse)
    return warehouse


@pytest.mark.parametrize("name", QUERIES)
def test_golden_world(golden: Path, name: str) -> None:
    with duckdb.connect(str(golden), read_only=True) as connection:
        cursor = connection.execute(QUERIES[name])
        header = [column[0] for column in cursor.description]
        actual = [header, *([_text(cell) for cell in row] for row in cursor.fetchall())]
    with (GOLDEN / "expected" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        expected = list(csv.reader(file))
    assert actual == expected


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
