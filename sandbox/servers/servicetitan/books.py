"""What an invoice, a payment and a customer's account are worth at an instant."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.servers.servicetitan.tenant import Tenant
from sandbox.servers.servicetitan.wire import DAY, NIGHTLY_POSTING
from sandbox.world.model import Invoice, Payment

Milestone = int | None


def posted_at(second: int) -> int:
    """When the nightly batch after an instant runs."""
    return (second - NIGHTLY_POSTING) // DAY * DAY + DAY + NIGHTLY_POSTING


def has_happened(milestone: Milestone, at: int) -> bool:
    return milestone is not None and milestone <= at


def is_final(invoice: Invoice, at: int) -> bool:
    return invoice.finalized_at <= at


def is_invoice_active(invoice: Invoice, at: int) -> bool:
    """Voided and deleted invoices stay in the feeds as inactive rows."""
    return not has_happened(invoice.voided_at, at) and not has_happened(invoice.suppressed_at, at)


def is_payment_active(payment: Payment, at: int) -> bool:
    return not has_happened(payment.voided_at, at)


def is_applied(payment: Payment, at: int) -> bool:
    """Whether the payment still stands against its invoices."""
    return (
        payment.paid_at <= at and is_payment_active(payment, at) and not has_happened(payment.orphaned_at, at)
    )


def balance(tenant: Tenant, invoice: Invoice, at: int) -> int:
    """Cents still owed on an invoice: its total less what is applied to it; nothing before it is final."""
    if has_happened(invoice.voided_at, at):
        return 0
    applied = sum(
        cents for payment, cents in tenant.applications.get(invoice.id, ()) if is_applied(payment, at)
    )
    owed = (invoice.total_cents if is_final(invoice, at) else 0) - applied
    return owed + (invoice.balance_off_by_cents if has_happened(invoice.defect_at, at) else 0)


def account_balance(tenant: Tenant, customer_id: int, at: int) -> int:
    """Cents a customer record owes: invoices less payments. ASSUMED: a merge leaves both where they were."""
    billed = sum(
        invoice.total_cents
        for invoice in tenant.invoices_of_customer.get(customer_id, ())
        if is_final(invoice, at) and is_invoice_active(invoice, at)
    )
    paid = sum(
        payment.amount_cents
        for payment in tenant.payments_of_customer.get(customer_id, ())
        if payment.paid_at <= at and is_payment_active(payment, at)
    )
    return billed - paid


def account_milestones(tenant: Tenant, customer_id: int) -> Iterator[Milestone]:
    """Instants at which a customer's balance moved; each moves the customer's modification time."""
    for invoice in tenant.invoices_of_customer.get(customer_id, ()):
        yield from (invoice.finalized_at, invoice.voided_at, invoice.suppressed_at)
    for payment in tenant.payments_of_customer.get(customer_id, ()):
        yield from (payment.paid_at, payment.voided_at)


def invoice_milestones(tenant: Tenant, invoice: Invoice) -> Iterator[Milestone]:
    """Instants at which an invoice row changed, from its final lines on."""
    yield from (invoice.finalized_at, posted_at(invoice.finalized_at), invoice.sent_at, invoice.voided_at)
    yield from (invoice.defect_at, invoice.suppressed_at)
    for payment, _ in tenant.applications.get(invoice.id, ()):
        yield from payment_milestones(payment)


def payment_milestones(payment: Payment) -> Iterator[Milestone]:
    yield from (payment.paid_at, posted_at(payment.paid_at), payment.voided_at)
    yield from (payment.orphaned_at, payment.customer_lost_at)
