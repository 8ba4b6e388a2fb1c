"""One company's records as they stand at one instant, with the lookups that payloads and listings need."""

from __future__ import annotations

from functools import cached_property

from sandbox.servers.base import SandboxAccount
from sandbox.servers.servicefusion.ledger import Ledger
from sandbox.servers.servicefusion.lookups import STATUS_BY_CODE
from sandbox.servers.servicefusion.registry import Offer, Registry
from sandbox.servers.servicefusion.wire import as_if_utc, stamp
from sandbox.servers.standing import Standing, latest
from sandbox.world.model import Customer, Invoice, Job, Technician, World


class Books(Standing):
    """What the vendor's database holds at `now`. Built once per clock value, read by every request."""

    def __init__(
        self,
        world: World,
        account: SandboxAccount,
        registry: Registry,
        status_names: dict[str, str],
        now: int,
    ) -> None:
        super().__init__(world, account.account_id, now)
        self.brand = world.brands[account.brand_keys[0]]
        self.registry = registry
        self.ledger = Ledger(world, registry, now)
        self._status_names = status_names
        self._writes_local = account.options.get("stamps") == "local"

    def id_of(self, table: str, key: int | str) -> int:
        return self.registry[table][key]

    def touched_at(self, number: int) -> int | None:
        """When somebody spoilt the record with this id."""
        return self.touched.get(str(number))

    def work_instant(self, instant: int) -> int:
        """What the columns of jobs, estimates, invoices and payments hold for an instant.

        One integrator takes these stamps for the company's own time labelled as UTC and the customers' for
        true UTC; nobody confirmed it. `stamps: local` plays that company.
        """
        return as_if_utc(instant, self.brand.timezone) if self._writes_local else instant

    def work_stamp(self, instant: int) -> str:
        return stamp(self.work_instant(instant))

    # -- customers ------------------------------------------------------------------------------------------

    def knows_customer(self, customer: Customer) -> bool:
        """ASSUMED: a merged-away customer disappears like a deleted one; what merging does is not known."""
        return (
            customer.created_at <= self.now
            and not self.come(customer.deleted_at)
            and not self.come(customer.merged_at)
        )

    @cached_property
    def customers(self) -> dict[int, Customer]:
        return {
            self.id_of("customers", customer.id): customer
            for customer in self.registry.customers
            if self.knows_customer(customer)
        }

    def customer_modified(self, customer: Customer) -> int:
        """A phone number added later has a stamp of its own; ASSUMED not to move the customer's."""
        return latest(self.now, customer.created_at, self.touched_at(self.id_of("customers", customer.id)))

    def last_serviced(self, customer: Customer) -> int | None:
        done = (
            job.completed_at
            for job in self.registry.jobs_of_customer.get(customer.id, ())
            if job.completed_at is not None and job.completed_at <= self.now
        )
        return max(done, default=None)

    @cached_property
    def technicians(self) -> dict[int, Technician]:
        """Who left stays in the list: it has no flag for it."""
        return {
            self.id_of("technicians", technician.id): technician
            for technician in self.registry.technicians
            if technician.hired_at <= self.now
        }

    # -- jobs -----------------------------------------------------------------------------------------------

    @cached_property
    def jobs(self) -> dict[int, Job]:
        return {self.id_of("jobs", job.id): job for job in self.registry.jobs if job.booked_at <= self.now}

    def status(self, job: Job) -> str:
        return self.status_name(self.status_code(job))

    def status_name(self, code: str) -> str:
        """The name that the company's list has now."""
        return self._status_names.get(code, STATUS_BY_CODE[code].name)

    def status_code(self, job: Job) -> str:
        if self.come(job.canceled_at):
            return "11_CXL"
        if self.come(job.completed_at):
            invoices = self.ledger.invoices_of_job.get(job.id, ())
            if not invoices:
                return "10_CMP"
            return "15_PAI" if all(map(self.ledger.is_paid, invoices)) else "14_INV"
        if self.come(job.started_at):
            return "07_STA"
        if self.come(job.dispatched_at):
            return "05_OTW"
        return "02_SCH" if self.come(self.scheduled_at(job)) else "01_UNS"

    def closed_at(self, job: Job) -> int | None:
        """When the completed job had its invoice."""
        invoices = self.ledger.invoices_of_job.get(job.id, ())
        if job.completed_at is None or not self.come(job.completed_at) or not invoices:
            return None
        return max(job.completed_at, min(invoice.finalized_at for invoice in invoices))

    def job_modified(self, job: Job) -> int:
        """Whether a payment moves the job is not established: half of them do here."""
        ledger = self.ledger
        money: list[int | None] = []
        for invoice in ledger.invoices_of_job.get(job.id, ()):
            money += (
                invoice.finalized_at,
                invoice.defect_at,
                self.touched_at(self.invoice_id(invoice)),
            )
        for payment, _ in ledger.payments_of_job.get(job.id, ()):
            if self.draw("payment moves job", payment.id) < 0.5:
                money += (payment.paid_at, payment.voided_at, payment.orphaned_at)
        return latest(
            self.now,
            job.booked_at,
            self.scheduled_at(job),
            job.rescheduled_at,
            job.dispatched_at,
            job.started_at,
            job.completed_at,
            job.canceled_at,
            *self.merges(job.customer_id),
            self.touched_at(self.id_of("jobs", job.id)),
            *money,
        )

    def invoice_id(self, invoice: Invoice) -> int:
        return self.id_of("invoices", invoice.id)

    # -- estimates and lists --------------------------------------------------------------------------------

    @cached_property
    def estimates(self) -> dict[int, Offer]:
        return {
            self.id_of("estimates", offer.option.id): offer
            for offer in self.registry.offers
            if offer.estimate.created_at <= self.now
        }

    def estimate_modified(self, offer: Offer) -> int:
        visit = self.world.jobs[offer.estimate.job_id]
        return latest(
            self.now,
            offer.estimate.created_at,
            offer.option.sold_at,
            offer.option.declined_at,
            *self.merges(visit.customer_id),
        )

    def source_name(self, campaign_id: int | None) -> str | None:
        """The name that the source has today, whenever the record was made (ASSUMED)."""
        return self.campaign_name(campaign_id, self.now)

    @cached_property
    def sources(self) -> dict[int, tuple[int, str]]:
        """The list of sources, which also holds what the office picked for customers."""
        names: dict[str, int | str] = {}
        for campaign in self.registry.campaigns:
            if campaign.created_at <= self.now:
                names.setdefault(self.source_name(campaign.id) or campaign.name, campaign.id)
        for customer in self.customers.values():
            if customer.source_name:
                names.setdefault(customer.source_name, customer.source_name)
        ids = ((self.id_of("sources", key), name) for name, key in names.items())
        return {number: (number, name) for number, name in ids}

    @cached_property
    def categories(self) -> dict[int, tuple[int, str]]:
        return {
            number: (number, self.category_name(type_id))
            for type_id, number in self.registry["categories"].ids.items()
        }

    def category_name(self, job_type_id: int | str) -> str:
        """The vendor has one category where others have a business unit and a job type."""
        kind = self.world.job_types[int(job_type_id)]
        return f"{kind.trade.title()}: {kind.name}"
