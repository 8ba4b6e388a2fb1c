"""One account's records as they stand at one instant, with the lookups that payloads and listings need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from sandbox.servers.base import SandboxAccount
from sandbox.servers.housecallpro.identifiers import native_id
from sandbox.servers.standing import Standing, latest
from sandbox.world.model import (
    Brand,
    Customer,
    Estimate,
    Invoice,
    Job,
    Lead,
    Payment,
    Technician,
    World,
)


class LeadSource(NamedTuple):
    """One entry of the lead source picklist."""

    id: str
    name: str


class Books(Standing):
    """What the vendor's database holds at `now`. Built once per clock value, read by every request."""

    def __init__(self, world: World, account: SandboxAccount, now: int) -> None:
        super().__init__(world, account.account_id, now)
        self.brand_keys = frozenset(account.brand_keys)
        self.brand: Brand = world.brands[account.brand_keys[0]]

    def id_of(self, entity: str, *parts: int | str) -> str:
        return native_id(self.account_id, entity, *parts)

    # -- customers ------------------------------------------------------------------------------------------

    def knows_customer(self, customer: Customer) -> bool:
        """ASSUMED: a merged-away customer disappears like a deleted one; what merging does is not known."""
        return (
            customer.brand_key in self.brand_keys
            and customer.created_at <= self.now
            and not self.come(customer.deleted_at)
            and not self.come(customer.merged_at)
        )

    @cached_property
    def customers(self) -> dict[str, Customer]:
        return {
            self.id_of("customers", customer.id): customer
            for customer in self.world.customers.values()
            if self.knows_customer(customer)
        }

    def profile_edited_at(self, customer: Customer) -> int | None:
        """Some customers switch their notifications off later; that edit does move `updated_at`."""
        chance = self.draw("profile edit", customer.id)
        return customer.created_at + int(chance * 300 * 86_400) if chance < 0.2 else None

    def customer_modified(self, customer: Customer, at: int | None = None) -> int:
        """Notes and late phone numbers do not move it: seen live for notes, ASSUMED for phones."""
        return latest(
            self.now if at is None else at,
            customer.created_at,
            self.profile_edited_at(customer),
            *(self.world.properties[place].edited_at for place in customer.property_ids),
            self.touched.get(self.id_of("customers", customer.id)) if self.touched else None,
        )

    # -- employees ------------------------------------------------------------------------------------------

    @cached_property
    def employees(self) -> dict[str, Technician]:
        """Active ones only; a job goes on naming one who left."""
        return {
            self.id_of("technicians", technician.id): technician
            for technician in self.world.technicians.values()
            if technician.brand_key in self.brand_keys
            and technician.hired_at <= self.now
            and not self.come(technician.left_at)
        }

    # -- jobs -----------------------------------------------------------------------------------------------

    @cached_property
    def jobs(self) -> dict[str, Job]:
        """Canceled and deleted jobs stay listed, with `canceled_at` or `deleted_at`."""
        return {
            self.id_of("jobs", job.id): job
            for job in self.world.jobs.values()
            if job.brand_key in self.brand_keys and job.booked_at <= self.now
        }

    def work_status(self, job: Job) -> str:
        """The body's vocabulary, with spaces; the filter's is another one."""
        if self.come(job.canceled_at):
            return "pro canceled" if job.canceled_by == "pro" else "user canceled"
        if self.come(job.completed_at):
            return "complete rated" if self.come(job.rated_at) else "complete unrated"
        if self.come(job.started_at):
            return "in progress"
        return "scheduled" if self.come(self.scheduled_at(job)) else "needs scheduling"

    def job_modified(self, job: Job) -> int:
        """When `updated_at` says the job changed.

        Rating it and being on the way never move it, starting it only sometimes: a live `job.started` was 41
        minutes younger than its own `updated_at`. What happens to its invoices does move it (ASSUMED).
        """
        money = (
            instant
            for invoice in self.invoices_of_job.get(job.id, ())
            for instant in self.invoice_instants(invoice)
        )
        starts = job.started_at if self.draw("start moves job", job.id) < 0.5 else None
        return latest(
            self.now,
            job.booked_at,
            self.scheduled_at(job),
            job.rescheduled_at,
            starts,
            job.completed_at,
            job.canceled_at,
            *self.merges(job.customer_id),
            self.touched.get(self.id_of("jobs", job.id)) if self.touched else None,
            *money,
        )

    def job_number(self, job: Job) -> str:
        """Not unique: a callback repeats its first job's number; an install is a segment of the visit's."""
        if job.recall_of_id is not None and job.recall_of_id in self.world.jobs:
            return self.job_number(self.world.jobs[job.recall_of_id])
        if job.from_estimate_option_id is not None:
            visit = self.visit_of_option.get(job.from_estimate_option_id)
            if visit is not None and visit != job.id:
                return f"{self.job_number(self.world.jobs[visit])}-2"
        return str(10_000 + job.id)

    # -- leads and estimates --------------------------------------------------------------------------------

    @cached_property
    def leads(self) -> dict[str, Lead]:
        return {
            self.id_of("leads", lead.id): lead
            for lead in self.world.leads.values()
            if lead.brand_key in self.brand_keys and lead.in_dispatch and lead.created_at <= self.now
        }

    def converted_job(self, lead: Lead) -> Job | None:
        """The job that the lead became, once it is booked."""
        job = self.world.jobs.get(lead.job_id) if lead.job_id is not None else None
        return job if job is not None and job.booked_at <= self.now else None

    def lead_status(self, lead: Lead) -> str:
        if self.converted_job(lead) is not None:
            return "won"
        return "lost" if self.come(lead.lost_at) else "open"

    def lead_modified(self, lead: Lead) -> int:
        """Sorts the listing; no payload shows it."""
        job = self.converted_job(lead)
        return latest(
            self.now,
            lead.created_at,
            lead.contacted_at,
            lead.lost_at,
            job.booked_at if job else None,
            self.touched.get(self.id_of("leads", lead.id)) if self.touched else None,
        )

    @cached_property
    def estimates(self) -> dict[str, Estimate]:
        return {
            self.id_of("estimates", estimate.id): estimate
            for estimate in self.world.estimates.values()
            if estimate.brand_key in self.brand_keys and estimate.created_at <= self.now
        }

    def estimate_modified(self, estimate: Estimate) -> int:
        """Whether a decision on an option moves the estimate is not established: half of them do here."""
        visit = self.world.jobs[estimate.job_id]
        decisions: list[int | None] = []
        if self.draw("decision moves estimate", estimate.id) < 0.5:
            for option in estimate.options:
                decisions += (option.sold_at, option.declined_at)
                decisions += (job.booked_at for job in self.jobs_of_option.get(option.id, ()))
        return latest(
            self.now, estimate.created_at, visit.completed_at, *self.merges(visit.customer_id), *decisions
        )

    @cached_property
    def visit_of_option(self) -> dict[int, int]:
        """Estimate option -> the job on whose visit it was offered."""
        return {
            option.id: estimate.job_id
            for estimate in self.world.estimates.values()
            for option in estimate.options
        }

    @cached_property
    def jobs_of_option(self) -> dict[int, list[Job]]:
        """Estimate option -> the jobs copied from it so far."""
        copied: dict[int, list[Job]] = defaultdict(list)
        for job in self.jobs.values():
            if job.from_estimate_option_id is not None:
                copied[job.from_estimate_option_id].append(job)
        return copied

    # -- money ----------------------------------------------------------------------------------------------

    @cached_property
    def invoices(self) -> dict[str, Invoice]:
        return {
            self.id_of("invoices", invoice.id): invoice
            for invoice in self.world.invoices.values()
            if invoice.brand_key in self.brand_keys
            and invoice.created_at <= self.now
            and not self.come(invoice.suppressed_at)
        }

    @cached_property
    def invoices_of_job(self) -> dict[int, list[Invoice]]:
        by_job: dict[int, list[Invoice]] = defaultdict(list)
        for invoice in self.invoices.values():
            if invoice.job_id is not None:
                by_job[invoice.job_id].append(invoice)
        return by_job

    @cached_property
    def applied(self) -> dict[int, list[tuple[Payment, int]]]:
        """Invoice -> the payments (and refunds, negative) that point at it now, oldest first."""
        by_invoice: dict[int, list[tuple[Payment, int]]] = defaultdict(list)
        for payment in self.world.payments.values():
            if payment.brand_key in self.brand_keys and payment.paid_at <= self.now:
                for invoice_id, cents in self.applications(payment):
                    by_invoice[invoice_id].append((payment, cents))
        for applied in by_invoice.values():
            applied.sort(key=lambda pair: (pair[0].paid_at, pair[0].id))
        return by_invoice

    def applications(self, payment: Payment) -> Iterator[tuple[int, int]]:
        """(invoice, cents); a refund without its own goes to where the refunded payment went."""
        if self.come(payment.orphaned_at):
            return
        if payment.applied or payment.refund_of_id is None:
            yield from payment.applied
            return
        refunded = self.world.payments[payment.refund_of_id]
        yield from ((invoice_id, payment.amount_cents) for invoice_id, _ in refunded.applied[:1])

    def counts(self, payment: Payment) -> bool:
        return not self.come(payment.voided_at)

    def invoice_instants(self, invoice: Invoice) -> Iterator[int | None]:
        """Everything that changes an invoice."""
        yield from (
            invoice.created_at,
            invoice.finalized_at,
            invoice.sent_at,
            invoice.voided_at,
            invoice.defect_at,
        )
        for payment, _ in self.applied.get(invoice.id, ()):
            yield from (payment.paid_at, payment.voided_at)

    def invoice_modified(self, invoice: Invoice) -> int:
        """Sorts the listing; no payload shows it."""
        touched = self.touched.get(self.id_of("invoices", invoice.id)) if self.touched else None
        return latest(self.now, touched, *self.invoice_instants(invoice))

    def is_final(self, invoice: Invoice) -> bool:
        return invoice.finalized_at <= self.now

    def invoice_total(self, invoice: Invoice) -> int:
        """Cents including tax; zero until the lines are final."""
        return invoice.total_cents if self.is_final(invoice) else 0

    def invoice_due(self, invoice: Invoice) -> int:
        """Cents. ASSUMED: a refund raises it again; a voided or canceled invoice asks for nothing."""
        if self.invoice_status(invoice) in ("voided", "canceled"):
            return 0
        paid = sum(cents for payment, cents in self.applied.get(invoice.id, ()) if self.counts(payment))
        off = invoice.balance_off_by_cents if self.come(invoice.defect_at) else 0
        return self.invoice_total(invoice) - paid + off

    def invoice_paid_at(self, invoice: Invoice) -> int | None:
        """When the payments reached the total; never for an invoice of $0, which is `paid` all the same."""
        total = self.invoice_total(invoice)
        received = 0
        for payment, cents in self.applied.get(invoice.id, ()):
            if cents > 0 and self.counts(payment):
                received += cents
                if received >= total > 0:
                    return payment.paid_at
        return None

    def invoice_status(self, invoice: Invoice) -> str:
        """`paid` outlives a refund (ASSUMED)."""
        if self.come(invoice.voided_at):
            return "voided"
        job = self.world.jobs.get(invoice.job_id) if invoice.job_id is not None else None
        if job is not None and self.come(job.canceled_at):
            return "canceled"
        if not self.is_final(invoice):
            return "open"
        settled = invoice.total_cents <= 0 or self.invoice_paid_at(invoice) is not None
        return "paid" if settled else "open"

    # -- sources --------------------------------------------------------------------------------------------

    @cached_property
    def lead_sources(self) -> dict[str, LeadSource]:
        """The picklist, which also holds what the office picked for customers.

        ASSUMED: renaming a lead source leaves the name on older records as it was.
        """
        names: dict[str, int | str] = {}
        for campaign in self.world.campaigns.values():
            if campaign.brand_key in self.brand_keys and campaign.created_at <= self.now:
                names.setdefault(self.campaign_name(campaign.id, self.now) or campaign.name, campaign.id)
        for customer in self.customers.values():
            if customer.source_name:
                names.setdefault(customer.source_name, customer.source_name)
        sources = (LeadSource(self.id_of("lead_sources", key), name) for name, key in names.items())
        return {source.id: source for source in sources}
