"""Rows of random worlds: two brands, households that ask, book, pay, get money back, and ask again."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

WINDOW_DAYS = 40
START = datetime(2026, 1, 5, 15)
HOUSEHOLDS = 60
BRANDS = ("north", "south")
Row = dict[str, Any]
Rows = dict[str, list[Row]]


def random_world(seed: int) -> Rows:
    """Households with unbooked requests (web forms three days or more apart), jobs, invoices and payments."""
    rng = Random(seed)
    rows: Rows = defaultdict(list)
    rows["operator.accounts"] = [
        *(
            {"account_id": brand, "platform": "dispatch", "brand_key": brand, "timezone": "America/Chicago"}
            for brand in BRANDS
        ),
        {"account_id": "portal", "platform": "crm", "timezone": "America/Chicago"},
    ]
    rows["operator.brands"] = [
        {"brand_key": brand, "brand_name": brand.title(), "timezone": "America/Chicago", "trades": "hvac"}
        for brand in BRANDS
    ]
    rows["operator.settings"] = [
        {"key": "attribution.window_days.default", "value": str(WINDOW_DAYS)},
        {"key": "attribution.new_customer_after_months", "value": "24"},
        {"key": "attribution.smallest_population", "value": "15"},
    ]
    for number in range(HOUSEHOLDS):
        add_household(rows, rng, f"H{number:03d}", BRANDS[number % 2])
    return rows


def add_household(rows: Rows, rng: Random, household: str, brand: str) -> None:
    rows["bridge_household_members"].append(member(household, "customer", f"C{household}", brand))
    for day in sorted(rng.sample(range(0, 120, 3), rng.randrange(0, 7))):
        lead_key = f"L{household}-{day:03d}"
        rows["bridge_household_members"].append(member(household, "lead", lead_key))
        rows["leads"].append(
            form(lead_key, brand, START + timedelta(days=day))
            | {
                "utm_source": "google" if rng.random() < 0.5 else "facebook",
                "utm_campaign": f"c{rng.randrange(3)}",
            }
        )
    for day in sorted(rng.sample(range(1, 150, 3), rng.randrange(1, 4))):
        _add_job(rows, rng, household, brand, day)


def form(lead_key: str, brand: str, occurred_at: datetime) -> Row:
    return {
        "lead_key": lead_key, "platform": "crm", "account_id": "portal", "native_id": lead_key,
        "lead_kind": "form", "lead_status": "open", "brand_key": brand, "is_booked": False,
        "occurred_at": occurred_at, "utm_source": "google", "utm_medium": "cpc", "utm_campaign": "c0",
    }  # fmt: skip


def member(household: str, entity: str, record_key: str, account_id: str = "portal") -> Row:
    return {
        "household_key": household, "person_key": f"P{household}",
        "platform": "crm" if entity == "lead" else "dispatch", "account_id": account_id,
        "entity": entity, "native_id": record_key, "record_key": record_key,
    }  # fmt: skip


def _add_job(rows: Rows, rng: Random, household: str, brand: str, day: int) -> None:
    job_key = f"J{household}-{day:03d}"
    booked_at = START + timedelta(days=day)
    done_at = booked_at + timedelta(days=1)
    subtotal = Decimal(rng.randrange(1, 900_000)) / 100
    tax = (subtotal * Decimal("0.0825")).quantize(Decimal("0.01"))
    status = rng.choice(["completed", "completed", "completed", "canceled", "scheduled"])
    rows["jobs"].append(
        {
            "job_key": job_key, "native_id": job_key, "account_id": brand, "customer_key": f"C{household}",
            "job_status": status, "booked_at": booked_at, "booked_on": booked_at.date(),
            "total_amount": subtotal, "created_at": booked_at - timedelta(hours=rng.randrange(40)),
            **({"completed_at": done_at, "completed_on": done_at.date()} if status == "completed" else {}),
            **({"canceled_at": done_at, "canceled_on": done_at.date()} if status == "canceled" else {}),
        }
    )  # fmt: skip
    if status != "completed":
        return
    rows["invoices"].append(
        {
            "invoice_key": f"I{job_key}", "native_id": f"I{job_key}", "account_id": brand,
            "invoice_kind": "job", "job_key": job_key,
            "invoice_status": rng.choice(["open", "paid", "voided"]), "customer_key": f"C{household}",
            "invoiced_on": done_at.date(), "subtotal_amount": subtotal, "tax_amount": tax,
            "total_amount": subtotal + tax, "voided_at": done_at + timedelta(days=9),
            "created_at": done_at + timedelta(hours=rng.randrange(40)),
        }
    )  # fmt: skip
    if rng.random() < 0.2:
        _pay_and_give_back(rows, rng, rows["invoices"][-1], done_at)
    else:
        _pay_in_parts(rows, rng, rows["invoices"][-1], done_at)


def _pay_and_give_back(rows: Rows, rng: Random, invoice: Row, done_at: datetime) -> None:
    """All of it back, up to four months later, whatever the household has asked for in between."""
    whole = invoice["total_amount"]
    _pay(rows, invoice, 0, done_at, whole, whole)
    _pay(rows, invoice, 1, done_at + timedelta(days=rng.randrange(1, 120)), -whole, -whole)


def _pay_in_parts(rows: Rows, rng: Random, invoice: Row, done_at: datetime) -> None:
    left, number = invoice["total_amount"], 0
    while left > 0 and number < 4:
        part = min(left, Decimal(rng.randrange(1, 400_000)) / 100)
        signed = -part if number > 0 and rng.random() < 0.3 else part
        applied = signed if rng.random() < 0.8 else (signed / 2).quantize(Decimal("0.01"))
        status = rng.choice(["succeeded", "succeeded", "succeeded", "voided", "failed"])
        _pay(rows, invoice, number, done_at + timedelta(days=number), signed, applied, status)
        left, number = left - part, number + 1


def _pay(
    rows: Rows,
    invoice: Row,
    number: int,
    paid_at: datetime,
    amount: Decimal,
    applied: Decimal,
    status: str = "succeeded",
) -> None:
    key = f"P{number}{invoice['job_key']}"
    rows["payments"].append(
        {
            "payment_key": key, "native_id": key, "account_id": invoice["account_id"],
            "customer_key": invoice["customer_key"], "payment_kind": "refund" if amount < 0 else "payment",
            "payment_status": status, "paid_at": paid_at, "updated_at": paid_at, "paid_on": paid_at.date(),
            "amount": amount, "created_at": paid_at + timedelta(hours=13 * number),
        }
    )  # fmt: skip
    rows["payment_applications"].append(
        {
            "payment_application_key": f"A{key}", "native_id": f"A{key}", "payment_key": key,
            "account_id": invoice["account_id"], "invoice_key": invoice["invoice_key"],
            "applied_amount": applied,
        }
    )  # fmt: skip
