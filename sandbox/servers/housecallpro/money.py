"""Payloads of invoices, with their payments and refunds: the vendor has no endpoint for either."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.clock import iso
from sandbox.servers.housecallpro.books import Books
from sandbox.world.model import Invoice, InvoiceLine, Payment

ITEM_TYPES = {"service": "labor", "material": "material", "equipment": "material"}
SURCHARGED, SURCHARGE_PERMILLE = 0.1, 30


def invoice(books: Books, record: Invoice) -> dict[str, Any]:
    """An invoice as listed: no customer, no `created_at`, no `updated_at`; `job_id` is the only link."""
    payload = job_invoice(books, record)
    # ASSUMED: an invoice that belongs to no job (a membership fee) shows null.
    payload["job_id"] = books.id_of("jobs", record.job_id) if record.job_id is not None else None
    return payload


def job_invoice(books: Books, record: Invoice) -> dict[str, Any]:
    """The same under `/jobs/{id}/invoices`, where the job is known."""
    final = books.is_final(record)
    lines = record.lines if final else ()
    items = [item(books, line) for line in lines if line.kind != "discount"]
    if items and books.come(record.defect_at):
        items[0]["amount"] -= record.lines_off_by_cents
        items[0]["invoiced_amount"] = items[0]["amount"]
    applied = books.applied.get(record.id, ())
    job = books.world.jobs.get(record.job_id) if record.job_id is not None else None
    paid_at = books.invoice_paid_at(record)
    return {
        "id": books.id_of("invoices", record.id),
        "status": books.invoice_status(record),
        "invoice_number": invoice_number(books, record),
        "amount": books.invoice_total(record),
        "subtotal": record.subtotal_cents if final else 0,
        "due_amount": books.invoice_due(record),
        "due_at": iso(record.finalized_at) if final else None,
        "display_due_concept": "upon receipt",
        "due_concept": "upon",
        "paid_at": iso(paid_at) if paid_at is not None else None,
        "sent_at": iso(record.sent_at) if record.sent_at is not None and books.come(record.sent_at) else None,
        "service_date": iso(job.scheduled_start) if job is not None else None,
        "invoice_date": iso(dated(books, record)),
        "items": items,
        "taxes": taxes(books, record) if final else [],
        "discounts": [discount(books, line) for line in lines if line.kind == "discount"],
        "payments": [
            payment(books, paid, cents, record) for paid, cents in applied if paid.amount_cents >= 0
        ],
        "refunds": [refund(books, paid, cents) for paid, cents in applied if paid.amount_cents < 0],
    }


def invoice_number(books: Books, record: Invoice) -> str:
    """The number of the job segment, so it repeats where the job's does."""
    if record.kind != "job" or record.job_id is None:
        return record.number
    return books.job_number(books.world.jobs[record.job_id])


def dated(books: Books, record: Invoice) -> int:
    """An instant on the invoice's own day, in the company's zone; the vendor gives a date-time."""
    zone = ZoneInfo(books.brand.timezone)
    day = date.fromisoformat(record.invoiced_on)
    if datetime.fromtimestamp(record.created_at, zone).date() == day:
        return record.created_at
    return int(datetime.combine(day, time(12), zone).timestamp())


def item(books: Books, line: InvoiceLine) -> dict[str, Any]:
    return {
        "id": books.id_of("invoice_lines", line.id),
        "name": line.name,
        "description": None,
        "unit_cost": line.cost_cents,
        "unit_price": line.unit_price_cents,
        "qty_in_hundredths": line.quantity_hundredths,
        "amount": line.total_cents,
        "invoiced_amount": line.total_cents,
        "type": ITEM_TYPES.get(line.kind, "labor"),
    }


def discount(books: Books, line: InvoiceLine) -> dict[str, Any]:
    """ASSUMED: a discount's amount is positive and is subtracted."""
    return {
        "id": books.id_of("discounts", line.id),
        "name": line.name,
        "description": None,
        "amount": abs(line.total_cents),
    }


def taxes(books: Books, record: Invoice) -> list[dict[str, Any]]:
    if record.tax_cents == 0:
        return []
    # The unit of `rate` is not established; percent here.
    rate = round(100 * record.tax_cents / record.subtotal_cents, 2) if record.subtotal_cents else 0
    tax_id = books.id_of("invoice_taxes", record.id)
    return [{"id": tax_id, "name": "Sales tax", "rate": rate, "amount": record.tax_cents}]


def payment_id(books: Books, record: Payment, invoice_id: int | None = None) -> str:
    """One payment on several invoices is one row in each: the first keeps the plain id."""
    if record.amount_cents < 0:
        return books.id_of("refunds", record.id)
    if invoice_id is None or not record.applied or record.applied[0][0] == invoice_id:
        return books.id_of("payments", record.id)
    return books.id_of("payments", record.id, invoice_id)


def payment(books: Books, record: Payment, cents: int, owner: Invoice) -> dict[str, Any]:
    """ASSUMED: a payment that was voided shows as failed."""
    return {
        "id": payment_id(books, record, owner.id),
        "status": "succeeded" if books.counts(record) else "failed",
        # An open set in real payloads, and another vocabulary than the `payment_method[]` filter's.
        "payment_method": record.method,
        "amount": cents,
        "note": None,
        "paid_at": iso(record.paid_at),
        "category": "customer_payment",
        "surcharge_fee_amount": surcharge(books, record, cents),
    }


def surcharge(books: Books, record: Payment, cents: int) -> int:
    """ASSUMED: on top of the amount, for some customers who pay by card; a refund gives none of it back."""
    pays_for_the_card = record.method == "credit_card" and books.draw("surcharge", record.id) < SURCHARGED
    return cents * SURCHARGE_PERMILLE // 1000 if pays_for_the_card else 0


def refund(books: Books, record: Payment, cents: int) -> dict[str, Any]:
    """Observed in real payloads though not in the documents; the amount is positive."""
    return {
        "id": payment_id(books, record),
        "amount": abs(cents),
        "category": "refund",
        "payment_method": record.method,
        "refunded_at": iso(record.paid_at),
        "status": "succeeded" if books.counts(record) else "failed",
        "surcharge_fee_amount": 0,
        "tip_amount": 0,
    }
