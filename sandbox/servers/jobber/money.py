"""Payloads of invoices and payment records. Amounts are decimal dollars, never cents."""

from __future__ import annotations

from functools import partial
from typing import Any

from sandbox.clock import iso
from sandbox.servers.jobber import people, work
from sandbox.servers.jobber.connections import Reference, paged
from sandbox.servers.jobber.till import Till
from sandbox.world.model import Customer, Invoice, InvoiceLine, Payment

CATEGORIES = {"service": "SERVICE", "material": "PRODUCT", "equipment": "PRODUCT"}
# Method -> the type of the record and its `paymentType`.
RECORDS = {
    "credit_card": ("JobberPaymentsCreditCardPaymentRecord", "JOBBER_PAYMENTS"),
    "ach": ("JobberPaymentsACHPaymentRecord", "JOBBER_PAYMENTS"),
    "check": ("CheckPaymentRecord", "CHEQUE"),
    "cash": ("CashPaymentRecord", "CASH"),
    "consumer_financing": ("OtherPaymentRecord", "CONSUMER_FINANCING"),
}


def invoice(till: Till, record: Invoice) -> dict[str, Any]:
    """A draft has neither lines nor an amount nor a date of issue."""
    books, is_final = till.books, till.is_final(record)
    key = books.id_of("invoices", record.id)
    paid_at = till.paid_at(record)
    lines = [line for line in record.lines if line.kind != "discount"] if is_final else []
    jobs = job_references(till, record)
    archived = till.job_is_archived(record)
    return {
        "id": key,
        "invoiceNumber": record.number,
        "invoiceStatus": till.status(record),
        "subject": "For Services Rendered",
        "issuedDate": iso(books.midnight(till.issued_on(record))) if is_final else None,
        "dueDate": iso(books.midnight(till.due_on(record))) if is_final else None,
        "receivedDate": iso(books.midnight(books.day_of(paid_at))) if paid_at is not None else None,
        "client": people.reference(books, books.id_of("customers", books.surviving(record.customer_id).id)),
        "amounts": amounts(till, record),
        # An invoice shows the jobs that the office has closed apart from the others.
        "jobs": paged([] if archived else jobs),
        "archivedJobs": paged(jobs if archived else []),
        "lineItems": paged([partial(line_item, till, record, line) for line in lines]),
        "jobberWebUri": people.web_uri("invoices", key),
        "createdAt": iso(record.created_at),
        "updatedAt": iso(till.modified(record)),
    }


def job_references(till: Till, record: Invoice) -> list:
    books = till.books
    if record.job_id is None:
        return []
    job = books.world.jobs[record.job_id]
    return [lambda: Reference(books.id_of("jobs", job.id), lambda: work.job(books, job))]


def amounts(till: Till, record: Invoice) -> dict[str, float]:
    """`total = subtotal − discountAmount + taxAmount`; `paymentsTotal` is without deposits.

    ASSUMED for discounts and deposits, and no client relies on it: only an invoice without either was seen.
    """
    lines = record.lines if till.is_final(record) else ()
    subtotal = sum(line.total_cents for line in lines if line.kind != "discount")
    discount = -sum(line.total_cents for line in lines if line.kind == "discount")
    deposits = till.deposits(record)
    paid = sum(cents for _, cents in till.applied.get(record.id, ())) - deposits
    return {
        "depositAmount": deposits / 100,
        "discountAmount": discount / 100,
        "invoiceBalance": till.balance(record) / 100,
        "paymentsTotal": paid / 100,
        "subtotal": subtotal / 100,
        "taxAmount": (record.tax_cents if lines else 0) / 100,
        "tipsTotal": sum(till.tip(payment) for payment, _ in till.applied.get(record.id, ())) / 100,
        "total": till.total(record) / 100,
    }


def line_item(till: Till, record: Invoice, line: InvoiceLine) -> dict[str, Any]:
    total = line.total_cents
    if till.books.come(record.defect_at) and line.id == record.lines[0].id:
        total -= record.lines_off_by_cents
    return {
        "id": till.books.id_of("invoice_lines", line.id),
        "name": line.name,
        "description": "",
        "category": CATEGORIES.get(line.kind, "SERVICE"),
        "quantity": line.quantity_hundredths / 100,
        "unitPrice": line.unit_price_cents / 100,
        "totalPrice": total / 100,
        "taxable": line.kind != "service",
    }


def payment(till: Till, record: Payment) -> dict[str, Any]:
    """The amount is a size; `adjustmentType` says which way the money went."""
    books, billed = till.books, till.paid_invoice(record)
    type_name, payment_type = RECORDS[record.method]
    is_refund = record.amount_cents < 0
    is_processed = type_name.startswith("JobberPayments")
    if is_refund and is_processed:
        type_name = "JobberPaymentsRefundPaymentRecord"
    return {
        "__typename": type_name,
        "id": books.id_of("payments", record.id),
        "amount": abs(record.amount_cents) / 100,
        "adjustmentType": "REFUND" if is_refund else "DEPOSIT" if till.is_deposit(record) else "PAYMENT",
        "paymentType": payment_type,
        "entryDate": iso(till.entered_at(record)),
        "details": None,
        "client": people.reference(books, books.id_of("customers", books.surviving(record.customer_id).id)),
        "invoice": billed and Reference(books.id_of("invoices", billed.id), lambda: invoice(till, billed)),
        "quote": deposit_quote(till, record),
        "checkNumber": str(1_000 + record.id) if record.method == "check" else None,
        "tipAmount": till.tip(record) / 100 if is_processed else None,
        "feeAmount": till.fee(record) / 100 if is_processed else None,
        "transactionStatus": "FAILED" if books.come(record.voided_at) else "SUCCEEDED",
        "refundedPaymentRecord": refunded(till, record),
    }


def deposit_quote(till: Till, record: Payment) -> Reference | None:
    """ASSUMED: a deposit keeps its quote when it is applied to an invoice."""
    billed = till.paid_invoice(record)
    if not till.is_deposit(record) or billed is None or billed.job_id is None:
        return None
    return work.quote_reference(till.books, till.books.world.jobs[billed.job_id].from_estimate_option_id)


def refunded(till: Till, record: Payment) -> Reference | None:
    if record.refund_of_id is None:
        return None
    key = till.books.id_of("payments", record.refund_of_id)
    return Reference(key, lambda: payment(till, till.payments[key]))


def opening_balance(till: Till, customer: Customer) -> dict[str, Any]:
    books = till.books
    return {
        "__typename": "OtherPaymentRecord",
        "id": books.id_of("balances", customer.id),
        "amount": round(10 + 200 * books.draw("opening amount", customer.id), 2),
        "adjustmentType": "INITIAL_BALANCE",
        "paymentType": None,
        "entryDate": iso(books.midnight(books.day_of(customer.created_at))),
        "details": "Initial balance",
        "client": people.reference(books, books.id_of("customers", books.surviving(customer.id).id)),
        "invoice": None,
        "quote": None,
    }
