"""Staging of FieldEdge: exports first, look-ups where there is none, times out of the account's own zone."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from tests.staging.test_staging import query

WORK_ORDER = "8d6c0000-0000-4000-8000-00000000000"
CUSTOMER = "f2f7c1a0-33dd-4a55-9a45-5f8a2c2d4c0"


def test_local_times_become_utc_and_days_stay_local(built: Path) -> None:
    rows = query(
        built,
        "select booked_at::varchar, booked_on::varchar, completed_at::varchar, total_amount, subtotal_amount "
        f"from staging.stg_fieldedge__jobs where native_id = '{WORK_ORDER}1'",
    )
    assert rows == [
        ("2026-02-11 05:30:00", "2026-02-10", "2026-02-14 18:40:00", Decimal("2489.00"), Decimal("2299.31"))
    ]


def test_a_look_up_fills_in_what_no_export_has_and_overrides_nothing(built: Path) -> None:
    rows = query(
        built,
        "select right(native_id, 1), job_status, is_deleted, vendor_attributes ->> 'is_exported' "
        "from staging.stg_fieldedge__jobs order by 1",
    )
    assert rows == [
        ("1", "completed", False, "true"),
        ("2", "canceled", False, "true"),
        ("3", "in_progress", False, "true"),
        ("4", "completed", False, "true"),
        ("5", "on_hold", True, "true"),
        ("7", "scheduled", False, "false"),
    ]


def test_a_work_order_without_a_customer_belongs_to_the_only_one_with_its_phone(built: Path) -> None:
    rows = query(
        built,
        "select customers.native_id from staging.stg_fieldedge__jobs as jobs "
        "inner join staging.stg_fieldedge__customers as customers "
        f"on customers.customer_key = jobs.customer_key where jobs.native_id = '{WORK_ORDER}3'",
    )
    assert rows == [(f"{CUSTOMER}4",)]


def test_a_phone_of_two_customers_says_nothing(built: Path) -> None:
    assert query(
        built, "select count(*) from staging.base_fieldedge__people_found where contact = '5125550142'"
    ) == [(0,)]


def test_customers_of_exports_and_of_look_ups(built: Path) -> None:
    rows = query(
        built,
        "select right(native_id, 1), full_name, customer_type, is_active, is_deleted "
        "from staging.stg_fieldedge__customers order by 1",
    )
    assert rows == [
        ("1", "Dana Whitlock", "residential", True, False),
        ("2", "Alder Properties LLC", "commercial", True, False),
        ("3", "Dana Witlock", "residential", False, True),
        ("4", "Ray Ochoa", "residential", True, False),
        ("5", "Noor Saleh", "residential", True, False),
    ]


def test_invoices_and_what_became_of_them(built: Path) -> None:
    rows = query(
        built,
        "select right(native_id, 1), invoice_kind, invoice_status, subtotal_amount, balance_amount, "
        "is_deleted, voided_at::varchar from staging.stg_fieldedge__invoices order by 1",
    )
    # A work order without an invoice is no invoice; what a void was issued as again is not answered by id.
    assert rows == [
        ("1", "job", "paid", Decimal("2299.31"), Decimal("0.00"), False, None),
        ("4", "job", "open", Decimal("75.50"), Decimal("75.50"), False, None),
        ("9", "job", "voided", Decimal("150.00"), Decimal("0.00"), False, "2026-02-16 06:00:00"),
        ("a", "other", "open", Decimal("300.00"), Decimal("300.00"), False, None),
    ]


def test_payments_refunds_and_voids(built: Path) -> None:
    rows = query(
        built,
        """
        select right(payments.native_id, 1), payments.payment_kind, payments.payment_status,
            payments.paid_on::varchar, payments.amount, payments.unapplied_amount,
            right(refunded.native_id, 1), payments.job_key is not null
        from staging.stg_fieldedge__payments as payments
        left join staging.stg_fieldedge__payments as refunded
            on refunded.payment_key = payments.refunds_payment_key
        order by 1
        """,
    )
    none = Decimal("0.00")
    assert rows == [
        ("1", "payment", "succeeded", "2026-02-15", Decimal("2489.00"), none, None, True),
        ("2", "refund", "succeeded", "2026-02-20", Decimal("-50.00"), none, "1", True),
        ("3", "payment", "voided", "2026-02-21", Decimal("300.00"), none, None, False),
        ("4", "payment", "succeeded", "2026-02-22", Decimal("120.00"), Decimal("120.00"), None, False),
    ]


def test_a_lead_arrived_when_it_was_posted(built: Path) -> None:
    rows = query(
        built,
        "select right(native_id, 1), occurred_at::varchar, occurred_on::varchar, lead_kind, gclid, "
        "source_name, customer_key is not null, is_deleted from staging.stg_fieldedge__leads order by 1",
    )
    assert rows == [
        ("1", "2026-02-11 05:05:00", "2026-02-10", "form", "EAIaIQobTest_FeA", "Google Ads", True, False),
        ("2", "2026-02-26 13:00:00", "2026-02-26", None, None, "Yard sign", False, False),
        ("3", "2026-02-26 13:30:00", "2026-02-26", None, None, None, False, True),
    ]
