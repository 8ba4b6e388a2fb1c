"""Staging of Jobber's rows: what its silence about work, cancellation and cash is taken to mean."""

from __future__ import annotations

import base64
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb


def rows(warehouse: Path, entity: str, *columns: str) -> dict[str, Any]:
    """Number in the native id -> the column, or the columns, of that row."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute(
            f"select native_id, {', '.join(columns)} from staging.stg_jobber__{entity}"
        ).fetchall()
    return {number(native_id): values[0] if len(values) == 1 else values for native_id, *values in found}


def number(native_id: str) -> str:
    head, _, rest = native_id.partition("|")
    plain = base64.b64decode(head).decode().rpartition("/")[2]
    return f"{plain}|{rest}" if rest else plain


def test_what_became_of_a_job_is_read_from_its_visits(built: Path) -> None:
    assert rows(built, "jobs", "job_status") == {
        "61": "completed",  # closed
        "62": "completed",  # its only visit is finished; nobody has closed it
        "63": "canceled",  # closed without a visit or a bill
        "64": "scheduled",  # late is a matter of the calendar
        "65": "in_progress",  # recurring
        "66": "completed",  # closed without a visit, and billed
        "67": "unscheduled",
    }


def test_work_ends_with_the_last_visit_and_a_cancellation_with_closing(built: Path) -> None:
    ended = rows(built, "jobs", "cast(completed_at as varchar)", "cast(canceled_on as varchar)")
    assert ended["61"] == ["2026-08-10 02:30:00", None]
    assert ended["66"] == ["2026-09-20 15:00:00", None]
    # One o'clock UTC is still the day before in New York.
    assert ended["63"] == [None, "2026-09-01"]


def test_the_office_s_drop_downs_become_job_type_and_campaign(built: Path) -> None:
    jobs = rows(built, "jobs", "job_type_name", "business_unit_name", "trade", "source_name")
    assert jobs["61"] == ["Water Heater Install", "Plumbing Sales", "plumbing", "Google Search"]
    assert jobs["62"] == ["Drain Cleaning", None, "plumbing", "Referral"]
    assert jobs["64"] == [None, None, None, None]
    keys = rows(built, "jobs", "campaign_key")
    campaigns = rows(built, "campaigns", "campaign_key", "campaign_name", "is_active")
    # The field existed twice, once deleted: the live entry counts.
    assert campaigns["3|Google Search"] == [keys["61"], "Google Search", True]
    assert set(campaigns) == {"3|Google Search", "3|Referral", "5|Google Search"}
    assert set(rows(built, "job_types", "trade")) == {"1|Drain Cleaning", "1|Water Heater Install"}


def test_a_request_is_booked_by_a_job_not_by_a_quote(built: Path) -> None:
    leads = rows(built, "leads", "lead_status", "is_booked", "cast(booked_at as varchar)")
    assert leads["31"] == ["booked", True, "2026-08-06 03:30:00"]
    # Through the quote that it was converted to.
    assert leads["34"][0:2] == ["booked", True]
    assert leads["32"] == ["open", False, None]
    assert leads["33"] == ["lost", False, None]


def test_marketing_counts_for_the_request_that_made_the_client(built: Path) -> None:
    leads = rows(built, "leads", "lead_kind", "source_name", "gclid", "utm_source")
    assert leads["31"] == ["booking", "Google", "EAIaIQ-Dana_AbC", "google"]
    assert leads["32"] == [None, None, None, None]
    # Client 12 was made long before its request.
    assert leads["34"] == [None, None, None, None]
    assert leads["33"] == [None, "Facebook", None, None]


def test_the_parts_of_a_name_are_the_client_s_where_the_name_is(built: Path) -> None:
    names = rows(built, "leads", "full_name", "first_name", "last_name", "company_name")
    assert names["31"] == ["Dana Whitfield", "Dana", "Whitfield", None]
    assert names["32"] == ["Dana W", None, None, None]
    assert names["34"] == [None, None, None, "Harbor Property Management"]


def test_only_cash_is_a_payment_and_refunds_are_negative(built: Path) -> None:
    payments = rows(built, "payments", "payment_kind", "payment_status", "amount", "unapplied_amount")
    assert payments == {
        "91": ["payment", "succeeded", Decimal("200.00"), Decimal("200.00")],  # a deposit on a quote
        "92": ["payment", "succeeded", Decimal("901.00"), Decimal("0.00")],
        "93": ["refund", "succeeded", Decimal("-50.00"), Decimal("0.00")],
        "94": ["payment", "succeeded", Decimal("100.00"), Decimal("0.00")],
        "95": ["refund", "succeeded", Decimal("-25.00"), Decimal("0.00")],
        "96": ["payment", "failed", Decimal("40.00"), Decimal("0.00")],
        "97": ["refund", "succeeded", Decimal("-40.00"), Decimal("0.00")],
        "100": ["payment", "succeeded", Decimal("10.00"), Decimal("0.00")],
    }


def test_tips_and_fees_are_beside_what_the_invoice_gets(built: Path) -> None:
    """A tip given back is negative; nothing says which way the fee of a refund goes, so it has none."""
    paid = rows(built, "payments", "amount", "tip_amount", "fee_amount")
    assert paid["92"] == [Decimal("901.00"), Decimal("5.00"), Decimal("26.43")]
    assert paid["93"] == [Decimal("-50.00"), Decimal("-2.50"), None]


def test_a_refund_finds_its_payment(built: Path) -> None:
    keys = rows(built, "payments", "payment_key")
    refunds = rows(built, "payments", "refunds_payment_key")
    assert refunds["93"] == keys["92"]  # named by the vendor
    assert refunds["95"] == keys["94"]  # the only payment of its invoice
    assert refunds["92"] is None


def test_a_deposit_on_a_quote_belongs_to_the_quote_s_job(built: Path) -> None:
    jobs = rows(built, "jobs", "job_key")
    paid = rows(built, "payments", "job_key")
    assert paid["91"] == paid["92"] == jobs["61"]


def test_invoices_name_their_job_open_or_closed_and_their_days(built: Path) -> None:
    jobs = rows(built, "jobs", "job_key")
    invoices = rows(built, "invoices", "job_key", "invoice_kind", "invoice_status")
    assert invoices["81"] == [jobs["61"], "job", "paid"]
    assert invoices["82"] == [jobs["62"], "job", "open"]
    assert invoices["83"] == [jobs["66"], "job", "open"]
    assert invoices["84"] == [None, "other", "voided"]
    days = rows(built, "invoices", "cast(invoiced_on as varchar)", "cast(voided_at as varchar)")
    assert days["81"] == ["2026-08-10", None]
    assert days["84"] == ["2026-08-10", "2026-08-20 02:00:00"]


def test_a_discount_is_a_line_and_the_subtotal_is_after_it(built: Path) -> None:
    amounts = rows(built, "invoices", "subtotal_amount", "discount_amount", "tax_amount", "total_amount")
    assert amounts["81"] == [Decimal("850.00"), Decimal("50.00"), Decimal("51.00"), Decimal("901.00")]
    lines = rows(built, "invoice_lines", "line_kind", "total_amount")
    assert lines["81|discount"] == ["discount", Decimal("-50.00")]
    assert [kind for kind, _ in lines.values()].count("discount") == 1


def test_a_quote_was_sold_when_it_was_approved(built: Path) -> None:
    quotes = rows(built, "estimates", "estimate_status", "cast(sold_on as varchar)", "estimate_group_id")
    assert quotes["41"][:2] == ["sold", "2026-08-05"]
    assert quotes["42"][:2] == ["open", None]
    assert quotes["43"][:2] == ["dismissed", None]
    assert quotes["41"][2] == quotes["42"][2] != quotes["43"][2]
    assert rows(built, "jobs", "origin_estimate_key")["61"] == rows(built, "estimates", "estimate_key")["41"]


def test_an_unfinished_visit_of_a_closed_job_did_not_take_place(built: Path) -> None:
    assert rows(built, "appointments", "appointment_status") == {
        "71": "done", "72": "done", "73": "done", "74": "scheduled", "75": "done", "76": "scheduled",
        "77": "scheduled",
    }  # fmt: skip
