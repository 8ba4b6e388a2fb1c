"""One account's money as it stands at one instant: invoices, what was paid on them, what was given back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property

from sandbox.servers.jobber.books import Books
from sandbox.servers.standing import latest
from sandbox.world.model import Customer, Invoice, Payment

NET_DAYS = 30
# These go through the vendor's own payment service, which knows what became of them.
PROCESSED = frozenset({"credit_card", "ach"})
TIPS = (0,) * 17 + (500, 1_000, 2_000)  # cents
FEE_PERMILLE = {"credit_card": 29, "ach": 10}


class Till:
    """Invoices and payments of `books`."""

    def __init__(self, books: Books) -> None:
        self.books = books

    # -- payments -------------------------------------------------------------------------------------------

    @cached_property
    def payments(self) -> dict[str, Payment]:
        """A processed payment that was voided stays, failed; any other one is deleted by the office."""
        books = self.books
        return {
            books.id_of("payments", payment.id): payment
            for payment in books.world.payments.values()
            if payment.brand_key in books.brand_keys and payment.paid_at <= books.now
            if not books.come(payment.voided_at) or payment.method in PROCESSED
        }

    @cached_property
    def opening_balances(self) -> dict[str, Customer]:
        """What a few clients owed when the office came to this platform: a payment record, no cash."""
        books = self.books
        return {
            books.id_of("balances", customer.id): customer
            for customer in books.world.customers.values()
            if customer.brand_key in books.brand_keys
            and customer.created_at <= books.now
            and not books.come(customer.deleted_at)
            and books.draw("opening balance", customer.id) < 0.03
        }

    def paid_invoice(self, payment: Payment) -> Invoice | None:
        """The invoice that the payment is recorded on; a payment of this world is for one."""
        if self.books.come(payment.orphaned_at) or not payment.applied:
            return None
        invoice = self.books.world.invoices[payment.applied[0][0]]
        return None if self.books.come(invoice.suppressed_at) else invoice

    def entered_at(self, payment: Payment) -> int:
        """`entryDate`. ASSUMED: the instant of a processed payment, the beginning of the day of others."""
        if payment.method in PROCESSED:
            return payment.paid_at
        return self.books.midnight(self.books.day_of(payment.paid_at))

    def is_deposit(self, payment: Payment) -> bool:
        """Taken for sold work before it was done."""
        invoice = self.paid_invoice(payment)
        job = self.books.world.jobs.get(invoice.job_id) if invoice and invoice.job_id else None
        if job is None or payment.amount_cents < 0 or job.from_estimate_option_id is None:
            return False
        return job.completed_at is None or payment.paid_at < job.completed_at

    def tip(self, payment: Payment) -> int:
        """Cents on top of what the invoice gets; a refund gives none back."""
        if payment.method != "credit_card" or payment.amount_cents < 0:
            return 0
        return TIPS[int(len(TIPS) * self.books.draw("tip", payment.id))]

    @staticmethod
    def fee(payment: Payment) -> int:
        """Cents that the processor keeps. ASSUMED: it keeps them when the money goes back."""
        if payment.amount_cents < 0:
            return 0
        return payment.amount_cents * FEE_PERMILLE[payment.method] // 1000

    @cached_property
    def applied(self) -> dict[int, list[tuple[Payment, int]]]:
        """Invoice -> the payments (and refunds, negative) on it that count now, oldest first."""
        books = self.books
        found: dict[int, list[tuple[Payment, int]]] = defaultdict(list)
        for payment in self.payments.values():
            if not books.come(payment.orphaned_at) and not books.come(payment.voided_at):
                for invoice_id, cents in payment.applied:
                    found[invoice_id].append((payment, cents))
        for applied in found.values():
            applied.sort(key=lambda pair: (pair[0].paid_at, pair[0].id))
        return found

    # -- invoices -------------------------------------------------------------------------------------------

    @cached_property
    def invoices(self) -> dict[str, Invoice]:
        books = self.books
        return {
            books.id_of("invoices", invoice.id): invoice
            for invoice in books.world.invoices.values()
            if invoice.brand_key in books.brand_keys
            and invoice.created_at <= books.now
            and not books.come(invoice.suppressed_at)
        }

    def is_final(self, invoice: Invoice) -> bool:
        return invoice.finalized_at <= self.books.now

    def total(self, invoice: Invoice) -> int:
        """Cents including tax; zero until the lines are final."""
        return invoice.total_cents if self.is_final(invoice) else 0

    def deposits(self, invoice: Invoice) -> int:
        return sum(cents for payment, cents in self.applied.get(invoice.id, ()) if self.is_deposit(payment))

    def balance(self, invoice: Invoice) -> int:
        """Cents. ASSUMED: a refund raises it again; a voided invoice asks for nothing."""
        if self.books.come(invoice.voided_at):
            return 0
        paid = sum(cents for _, cents in self.applied.get(invoice.id, ()))
        off = invoice.balance_off_by_cents if self.books.come(invoice.defect_at) else 0
        return self.total(invoice) - paid + off

    def paid_at(self, invoice: Invoice) -> int | None:
        """When the payments reached the total."""
        total, received = self.total(invoice), 0
        for payment, cents in self.applied.get(invoice.id, ()):
            if cents > 0:
                received += cents
                if received >= total > 0:
                    return payment.paid_at
        return None

    def issued_on(self, invoice: Invoice) -> date:
        return date.fromisoformat(invoice.invoiced_on)

    def due_on(self, invoice: Invoice) -> date:
        return self.issued_on(invoice) + timedelta(days=NET_DAYS)

    def status(self, invoice: Invoice) -> str:
        """`past_due` comes with the calendar; ASSUMED: `paid` outlives a refund."""
        if self.books.come(invoice.voided_at):
            return "voided"
        if not self.is_final(invoice):
            return "draft"
        if invoice.total_cents <= 0 or self.paid_at(invoice) is not None:
            return "paid"
        is_late = self.due_on(invoice) < self.books.day_of(self.books.now)
        return "past_due" if is_late else "awaiting_payment"

    def modified(self, invoice: Invoice) -> int:
        """The calendar moves nothing, and neither does closing the job that it bills."""
        touched = self.books.touched.get(self.books.id_of("invoices", invoice.id))
        return latest(
            self.books.now,
            touched,
            invoice.created_at,
            invoice.finalized_at,
            invoice.sent_at,
            invoice.voided_at,
            invoice.defect_at,
            *self.books.merges(invoice.customer_id),
            *self._payment_instants(invoice),
        )

    def _payment_instants(self, invoice: Invoice) -> Iterator[int | None]:
        for payment in self._payments_of.get(invoice.id, ()):
            yield from (payment.paid_at, payment.voided_at, payment.orphaned_at)

    @cached_property
    def _payments_of(self) -> dict[int, list[Payment]]:
        found: dict[int, list[Payment]] = defaultdict(list)
        for payment in self.books.world.payments.values():
            for invoice_id, _ in payment.applied:
                found[invoice_id].append(payment)
        return found

    def job_is_archived(self, invoice: Invoice) -> bool:
        job = self.books.world.jobs.get(invoice.job_id) if invoice.job_id is not None else None
        return job is not None and self.books.come(self.books.closed_at(job))
