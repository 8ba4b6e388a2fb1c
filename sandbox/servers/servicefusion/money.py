"""Payloads of what is asked for the work and what was paid: line items, invoices, payments."""

from __future__ import annotations

from typing import Any

from sandbox.servers.servicefusion.books import Books
from sandbox.servers.servicefusion.lookups import PAYMENT_TYPES
from sandbox.servers.servicefusion.people import contact_name, customer_name
from sandbox.servers.servicefusion.wire import dollars, local, midnight, quantity
from sandbox.world.model import Invoice, InvoiceLine, Payment

TAX = "Sales tax"


def services(books: Books, lines: tuple[InvoiceLine, ...], since: int) -> list[dict[str, Any]]:
    return [
        {
            **item(books, line, since),
            "service": line.name,
            "service_list_id": line.id,
            "service_rate_id": None,
        }
        for line in lines
        if line.kind == "service"
    ]


def products(books: Books, lines: tuple[InvoiceLine, ...], since: int) -> list[dict[str, Any]]:
    """Material and equipment alike."""
    return [
        {**item(books, line, since), "product": line.name, "product_list_id": line.id}
        for line in lines
        if line.kind in ("material", "equipment")
    ]


def item(books: Books, line: InvoiceLine, since: int) -> dict[str, Any]:
    """ASSUMED: `total` is multiplier times rate, before tax; `tax` names the rate's entry, not an amount."""
    taxed = line.kind != "service"
    return {
        "name": line.name,
        "description": None,
        "multiplier": quantity(line.quantity_hundredths),
        "rate": dollars(line.unit_price_cents),
        "total": dollars(line.total_cents),
        "cost": dollars(line.cost_cents),
        "actual_cost": dollars(line.cost_cents),
        "item_index": 0,
        "parent_index": None,
        "is_show_rate_items": False,
        "tax": TAX if taxed else None,
        "pattern_row_id": None,
        "qbo_class_id": None,
        "qbd_class_id": None,
        "created_at": books.work_stamp(since),
        "updated_at": books.work_stamp(since),
    }


def other_charges(lines: tuple[InvoiceLine, ...]) -> list[dict[str, Any]]:
    """Discounts are other charges with a flag; ASSUMED to be negative."""
    return [
        {
            "name": line.name,
            "rate": dollars(line.unit_price_cents),
            "total": dollars(line.total_cents),
            "charge_index": position,
            "parent_index": None,
            "is_percentage": False,
            "is_discount": True,
            "other_charge": line.name,
            "applies_to": None,
            "other_charge_id": line.id,
        }
        for position, line in enumerate(line for line in lines if line.kind == "discount")
    ]


def invoice_number(invoice_id: int) -> int:
    return 10_000 + invoice_id


def invoice(books: Books, record: Invoice) -> dict[str, Any]:
    """Alike on its own list and inside a job: no job, no balance, no lines, no status but `is_paid`."""
    owner = books.surviving(record.customer_id)
    number = books.invoice_id(record)
    customer_id = books.id_of("customers", owner.id)
    return {
        "id": number,
        "number": invoice_number(record.id),
        "currency": "USD",
        "po_number": None,
        "terms": None,
        "customer_message": None,
        "notes": None,
        "pay_online_url": f"https://admin.servicefusion.com/payOnline/{number}",
        "qbo_invoice_no": None,
        "qbo_sync_token": None,
        "qbo_synced_date": None,
        "qbo_id": None,
        "qbd_id": None,
        "total": dollars(record.total_cents),
        "is_paid": books.ledger.is_paid(record),
        "date": midnight(record.invoiced_on),
        "mail_send_date": books.work_stamp(record.sent_at)
        if record.sent_at is not None and books.come(record.sent_at)
        else None,
        "created_at": books.work_stamp(record.finalized_at),
        "updated_at": books.work_stamp(invoice_modified(books, record)),
        "customer": customer_name(owner),
        "customer_contact": contact_name(owner),
        "payment_terms": None,
        "bill_to_customer_id": customer_id,
        "bill_to_customer_location_id": customer_id,
        "bill_to_customer_contact_id": customer_id,
        "bill_to_email_id": None,
        "bill_to_phone_id": None,
    }


def invoice_modified(books: Books, record: Invoice) -> int:
    merged = [instant for instant in books.merges(record.customer_id) if instant is not None]
    edited = books.touched_at(books.invoice_id(record)) or 0
    return max(books.ledger.invoice_modified(record), edited, *merged)


def payment(books: Books, record: Payment, invoice_id: int) -> dict[str, Any]:
    """One transaction. ASSUMED: the words of `transaction_type`, and that a refund's amount is positive."""
    number = books.id_of("payments", record.id)
    voided = record.voided_at if books.come(record.voided_at) else None
    target = None if books.come(record.orphaned_at) else invoice_id
    kind = "void" if voided else "refund" if record.amount_cents < 0 else "sale"
    received = local(record.paid_at, books.brand.timezone).date().isoformat()
    return {
        "transaction_type": kind,
        "transaction_token": None,
        "transaction_id": None,
        "payment_transaction_id": number,
        "original_transaction_id": str(books.id_of("payments", record.refund_of_id))
        if record.refund_of_id is not None
        else None,
        "apply_to": f"Invoice #{invoice_number(invoice_id)}" if target is not None else None,
        "amount": dollars(abs(record.amount_cents)),
        "memo": None,
        "authorization_code": None,
        "bill_to_street_address": None,
        "bill_to_postal_code": None,
        "bill_to_country": None,
        "reference_number": None,
        "is_resync_qbo": False,
        "created_at": books.work_stamp(record.paid_at),
        "updated_at": books.work_stamp(voided or record.paid_at),
        "received_on": midnight(received),
        "qbo_synced_date": None,
        "qbo_id": None,
        "qbd_id": None,
        "customer": customer_name(books.surviving(record.customer_id)),
        "type": PAYMENT_TYPES[record.method],
        "invoice_id": books.id_of("invoices", target) if target is not None else None,
        "gateway_id": None,
        "receipt_id": None,
    }
