"""What the work of one company costs, what is invoiced and what was paid, at one instant, in cents."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import NamedTuple

from sandbox.servers.servicefusion.registry import Registry
from sandbox.world.model import Invoice, InvoiceLine, Job, Payment, World


class Price(NamedTuple):
    """What a job is made of: its lines before tax, and the tax."""

    lines: tuple[InvoiceLine, ...]
    tax_cents: int

    @property
    def subtotal_cents(self) -> int:
        return sum(line.total_cents for line in self.lines)

    @property
    def total_cents(self) -> int:
        return self.subtotal_cents + self.tax_cents


UNPRICED = Price((), 0)


class Ledger:
    """The money at `now`."""

    def __init__(self, world: World, registry: Registry, now: int) -> None:
        self._world = world
        self._registry = registry
        self._now = now

    def _come(self, instant: int | None) -> bool:
        return instant is not None and instant <= self._now

    @cached_property
    def invoices(self) -> dict[int, Invoice]:
        """Invoices on the list. ASSUMED: one that is not final is not there yet, a voided one no longer."""
        return {
            self._registry["invoices"][invoice.id]: invoice
            for invoice in self._registry.invoices
            if self._come(invoice.finalized_at)
            and not self._come(invoice.voided_at)
            and not self._come(invoice.suppressed_at)
        }

    @cached_property
    def invoices_of_job(self) -> dict[int, list[Invoice]]:
        by_job: dict[int, list[Invoice]] = defaultdict(list)
        for invoice in self.invoices.values():
            if invoice.job_id is not None:
                by_job[invoice.job_id].append(invoice)
        return by_job

    @cached_property
    def _priced_by(self) -> dict[int, Invoice]:
        """Job -> the invoice whose lines are the job's: the last one that was not voided."""
        return {
            invoice.job_id: invoice
            for invoice in self._registry.invoices
            if invoice.job_id is not None and invoice.kind == "job" and not self._come(invoice.voided_at)
        }

    def price(self, job: Job) -> Price:
        """Nothing before the work is done or invoiced. Lines that were spoilt later make another total."""
        source = self._priced_by.get(job.id)
        done = self._come(job.completed_at)
        if source is None:
            line = InvoiceLine(0, "Service", "service", 100, job.total_cents, job.total_cents)
            return Price((line,), 0) if done else UNPRICED
        if not done and not self._come(source.finalized_at):
            return UNPRICED
        lines = source.lines
        if self._come(source.defect_at) and source.lines_off_by_cents:
            first = lines[0]
            off = first.total_cents - source.lines_off_by_cents
            spoilt = InvoiceLine(first.id, first.name, first.kind, first.quantity_hundredths, off, off)
            lines = (spoilt, *lines[1:])
        return Price(lines, source.tax_cents)

    @cached_property
    def payments_of_job(self) -> dict[int, list[tuple[Payment, int]]]:
        """Job -> its payments (refunds negative) with the invoice that each was taken for, oldest first."""
        by_job: dict[int, list[tuple[Payment, int]]] = defaultdict(list)
        for payment in self._registry.payments:
            invoice_id = self._target(payment)
            job_id = self._world.invoices[invoice_id].job_id if invoice_id is not None else None
            if self._come(payment.paid_at) and invoice_id is not None and job_id is not None:
                by_job[job_id].append((payment, invoice_id))
        return by_job

    def _target(self, payment: Payment) -> int | None:
        """The invoice of a payment; a refund without its own goes where the refunded payment went."""
        applied = payment.applied
        if not applied and payment.refund_of_id is not None:
            applied = self._world.payments[payment.refund_of_id].applied
        return applied[0][0] if applied else None

    @cached_property
    def _received(self) -> dict[int, list[Payment]]:
        """Invoice -> what counts towards it now."""
        by_invoice: dict[int, list[Payment]] = defaultdict(list)
        for pairs in self.payments_of_job.values():
            for payment, invoice_id in pairs:
                if not self._come(payment.voided_at) and not self._come(payment.orphaned_at):
                    by_invoice[invoice_id].append(payment)
        return by_invoice

    def due(self, invoice: Invoice) -> int:
        """ASSUMED: a refund raises it again."""
        paid = sum(payment.amount_cents for payment in self._received.get(invoice.id, ()))
        off = invoice.balance_off_by_cents if self._come(invoice.defect_at) else 0
        return invoice.total_cents - paid + off

    def is_paid(self, invoice: Invoice) -> bool:
        """ASSUMED: it outlives a refund."""
        taken = sum(max(0, payment.amount_cents) for payment in self._received.get(invoice.id, ()))
        return taken >= invoice.total_cents

    def invoice_modified(self, invoice: Invoice) -> int:
        instants = [invoice.finalized_at, invoice.sent_at, invoice.defect_at]
        instants += [payment.paid_at for payment in self._received.get(invoice.id, ())]
        return max(instant for instant in instants if instant is not None and instant <= self._now)

    def job_due(self, job: Job) -> int:
        """What the invoices ask for, or without one the price less what was paid ahead."""
        invoices = self.invoices_of_job.get(job.id)
        if invoices:
            return sum(self.due(invoice) for invoice in invoices)
        return self.price(job).total_cents - self.job_paid(job)

    def job_paid(self, job: Job) -> int:
        return sum(
            payment.amount_cents
            for payment, _ in self.payments_of_job.get(job.id, ())
            if not self._come(payment.voided_at)
        )
