"""One tenant's records as they stand at one instant, with the lookups that files and answers need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from sandbox.servers.base import SandboxAccount
from sandbox.servers.fieldedge.identifiers import native_id
from sandbox.servers.standing import Standing
from sandbox.world.model import Brand, Customer, Invoice, Job, Lead, Payment, World


class Books(Standing):
    """What the tenant's database and its accounting side hold at `now`."""

    def __init__(self, world: World, account: SandboxAccount, now: int) -> None:
        super().__init__(world, account.account_id, now)
        self.brand_keys = frozenset(account.brand_keys)
        self.brand: Brand = world.brands[account.brand_keys[0]]

    def id_of(self, entity: str, *parts: int | str) -> str:
        return native_id(self.account_id, entity, *parts)

    # -- customers ------------------------------------------------------------------------------------------

    @cached_property
    def customers(self) -> dict[str, Customer]:
        """Who was ever one. ASSUMED: whom the office removes or merges away stays in the list as inactive,
        because accounting cannot forget somebody with invoices."""
        return {
            self.id_of("customers", customer.id): customer
            for customer in self.world.customers.values()
            if customer.brand_key in self.brand_keys and customer.created_at <= self.now
        }

    def is_active(self, customer: Customer) -> bool:
        return not self.come(customer.deleted_at) and not self.come(customer.merged_at)

    def phones(self, customer: Customer) -> list[str]:
        late = [customer.late_phone] if self.come(customer.contact_changed_at) and customer.late_phone else []
        return [*customer.phones, *late]

    # -- leads ----------------------------------------------------------------------------------------------

    @cached_property
    def leads(self) -> dict[str, Lead]:
        """What an intake posted; each stays a lead, whatever becomes of it."""
        return {
            self.id_of("leads", lead.id): lead
            for lead in self.world.leads.values()
            if lead.brand_key in self.brand_keys and lead.in_dispatch and lead.created_at <= self.now
        }

    # -- work orders ----------------------------------------------------------------------------------------

    @cached_property
    def jobs(self) -> dict[str, Job]:
        return {
            self.id_of("jobs", job.id): job
            for job in self.world.jobs.values()
            if job.brand_key in self.brand_keys and job.booked_at <= self.now
        }

    def work_order_status(self, job: Job) -> str:
        """Finalized: completed, and its invoice has gone to accounting."""
        if self.come(job.canceled_at):
            return "Canceled"
        if self.come(job.completed_at):
            invoices = self.invoices_of_job.get(job.id, ())
            return "Finalized" if any(self.is_final(invoice) for invoice in invoices) else "Completed"
        if self.come(job.started_at):
            return "Working"
        if self.come(job.dispatched_at):
            return "Traveling"
        return "Scheduled" if self.schedule(job)[0] is not None else "Pending"

    def amounts(self, job: Job) -> tuple[int, int]:
        """(subtotal, total with tax) in cents; nothing is known before the work is done."""
        if not self.come(job.completed_at):
            return 0, 0
        standing = (
            invoice
            for invoice in self.invoices_of_job.get(job.id, ())
            if invoice.kind == "job" and self.is_final(invoice) and not self.come(invoice.voided_at)
        )
        return job.total_cents, job.total_cents + sum(invoice.tax_cents for invoice in standing)

    # -- money ----------------------------------------------------------------------------------------------

    @cached_property
    def invoices(self) -> dict[str, Invoice]:
        return {
            self.invoice_id(invoice): invoice
            for invoice in self.world.invoices.values()
            if invoice.brand_key in self.brand_keys
            and invoice.created_at <= self.now
            and not self.come(invoice.suppressed_at)
        }

    def invoice_id(self, invoice: Invoice) -> str:
        """The work order's id. ASSUMED: what is issued again after a void is a transaction of accounting."""
        if invoice.job_id is not None and self._first_invoices.get(invoice.job_id) == invoice.id:
            return self.id_of("jobs", invoice.job_id)
        return self.id_of("invoices", invoice.id)

    @cached_property
    def _first_invoices(self) -> dict[int, int]:
        """Job -> its first invoice, whether it has come yet or not."""
        first: dict[int, int] = {}
        for invoice in self.world.invoices.values():
            if invoice.job_id is not None and invoice.brand_key in self.brand_keys:
                first[invoice.job_id] = min(invoice.id, first.get(invoice.job_id, invoice.id))
        return first

    @cached_property
    def invoices_of_job(self) -> dict[int, list[Invoice]]:
        by_job: dict[int, list[Invoice]] = defaultdict(list)
        for invoice in self.invoices.values():
            if invoice.job_id is not None:
                by_job[invoice.job_id].append(invoice)
        return by_job

    def is_final(self, invoice: Invoice) -> bool:
        return invoice.finalized_at <= self.now

    def is_void(self, invoice: Invoice) -> bool:
        job = self.world.jobs.get(invoice.job_id) if invoice.job_id is not None else None
        return self.come(invoice.voided_at) or (job is not None and self.come(job.canceled_at))

    def invoice_total(self, invoice: Invoice) -> int:
        """Cents including tax; zero until the lines are final."""
        return invoice.total_cents if self.is_final(invoice) else 0

    def invoice_due(self, invoice: Invoice) -> int:
        """Cents; a refund raises it again, a void one asks for nothing."""
        if self.is_void(invoice):
            return 0
        paid = sum(cents for payment, cents in self.applied.get(invoice.id, ()) if self.counts(payment))
        off = invoice.balance_off_by_cents if self.come(invoice.defect_at) else 0
        return self.invoice_total(invoice) - paid + off

    def invoice_paid_at(self, invoice: Invoice) -> int | None:
        """When the payments reached the total."""
        total, received = self.invoice_total(invoice), 0
        for payment, cents in self.applied.get(invoice.id, ()):
            if cents > 0 and self.counts(payment):
                received += cents
                if received >= total > 0:
                    return payment.paid_at
        return None

    def invoice_status(self, invoice: Invoice) -> str:
        if self.is_void(invoice):
            return "Void"
        settled = invoice.total_cents <= 0 or self.invoice_paid_at(invoice) is not None
        return "Paid" if self.is_final(invoice) and settled else "Open"

    @cached_property
    def payments(self) -> dict[str, Payment]:
        return {
            self.id_of("payments", payment.id): payment
            for payment in self.world.payments.values()
            if payment.brand_key in self.brand_keys and payment.paid_at <= self.now
        }

    @cached_property
    def applied(self) -> dict[int, list[tuple[Payment, int]]]:
        """Invoice -> the payments (and refunds, negative) that point at it now, oldest first."""
        by_invoice: dict[int, list[tuple[Payment, int]]] = defaultdict(list)
        for payment in self.payments.values():
            for invoice_id, cents in self.applications(payment):
                by_invoice[invoice_id].append((payment, cents))
        for applied in by_invoice.values():
            applied.sort(key=lambda pair: (pair[0].paid_at, pair[0].id))
        return by_invoice

    def applications(self, payment: Payment) -> Iterator[tuple[int, int]]:
        """(invoice, cents); a payment that lost its invoice has none."""
        if not self.come(payment.orphaned_at):
            yield from payment.applied

    def counts(self, payment: Payment) -> bool:
        return not self.come(payment.voided_at)
