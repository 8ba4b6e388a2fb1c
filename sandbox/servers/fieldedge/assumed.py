"""Answers whose shape nobody established: all of it is ASSUMED, for the sandbox alone."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from sandbox.clock import iso
from sandbox.servers.fieldedge.books import Books
from sandbox.servers.fieldedge.exports import work_order_number
from sandbox.world.model import Invoice, Job

SIGNATURE_HEADER = "X-FieldEdge-Signature"


def work_order(books: Books, record: Job) -> dict[str, Any]:
    start, _ = books.schedule(record)
    technician_id = record.technician_id
    return {
        "id": books.id_of("jobs", record.id),
        "workOrderNumber": work_order_number(record),
        "status": books.work_order_status(record),
        "customerId": books.id_of("customers", books.surviving(record.customer_id).id),
        "businessUnit": books.world.business_units[record.business_unit_id].name,
        "leadSource": books.campaign_name(record.campaign_id, record.booked_at),
        "scheduledStart": iso(start) if start is not None else None,
        "assignedEmployeeIds": [books.id_of("technicians", technician_id)] if technician_id else [],
        "tasks": [{"name": books.world.job_types[record.job_type_id].name}],
    }


def invoice(books: Books, record: Invoice) -> dict[str, Any]:
    final = books.is_final(record)
    native_id = books.invoice_id(record)
    return {
        "id": native_id,
        "invoiceNumber": work_order_number(books.world.jobs[record.job_id or 0]),
        "workOrderId": native_id,
        "subtotal": record.subtotal_cents / 100 if final else 0.0,
        "tax": record.tax_cents / 100 if final else 0.0,
        "total": books.invoice_total(record) / 100,
        "balance": books.invoice_due(record) / 100,
        "lineItems": [
            {
                "itemId": books.id_of("items", line.name),
                "description": line.name,
                "quantity": line.quantity_hundredths / 100,
                "unitPrice": line.unit_price_cents / 100,
            }
            for line in (record.lines if final else ())
        ],
    }


def signature(secret: str, body: bytes) -> str:
    """Of a webhook delivery. Documented is only that deliveries are signed with an HMAC secret."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
