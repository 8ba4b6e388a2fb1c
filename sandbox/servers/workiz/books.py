"""One account's records as they stand at one instant, with the lookups that payloads need."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sandbox.clock import HOUR
from sandbox.servers.base import SandboxAccount
from sandbox.servers.standing import Standing
from sandbox.servers.workiz import identifiers
from sandbox.world.model import Brand, Invoice, Job, Lead, Technician, World

# A bill that waits longer than this was held back for the office's approval.
APPROVED_AT_ONCE = 2 * HOUR


class Price(NamedTuple):
    """What a job costs and what is still owed, in cents."""

    subtotal: int
    tax: int
    due: int

    @property
    def total(self) -> int:
        return self.subtotal + self.tax


class Books(Standing):
    """What the vendor's database holds at `now`. Built once per clock value, read by every request."""

    def __init__(self, world: World, account: SandboxAccount, now: int) -> None:
        super().__init__(world, account.account_id, now)
        self.brand_keys = frozenset(account.brand_keys)
        self.brand: Brand = world.brands[account.brand_keys[0]]
        self.zone = ZoneInfo(self.brand.timezone)

    def uuid(self, entity: str, world_id: int) -> str:
        return identifiers.uuid(self.account_id, entity, world_id)

    def local(self, instant: int) -> str:
        """`2026-10-06 13:00:00` on the account's own clock, without an offset."""
        return datetime.fromtimestamp(instant, self.zone).strftime("%Y-%m-%d %H:%M:%S")

    # -- people ---------------------------------------------------------------------------------------------

    def client_of_lead(self, lead: Lead) -> int:
        if lead.customer_id is None:
            return identifiers.prospect_number(lead.id)
        return identifiers.client_number(self.surviving(lead.customer_id).id)

    @cached_property
    def team(self) -> dict[str, Technician]:
        """ASSUMED: who left stays listed, no longer active."""
        return {
            str(identifiers.member_number(technician.id)): technician
            for technician in self.world.technicians.values()
            if technician.brand_key in self.brand_keys and technician.hired_at <= self.now
        }

    # -- jobs -----------------------------------------------------------------------------------------------

    @cached_property
    def jobs(self) -> dict[str, Job]:
        return {
            self.uuid("jobs", job.id): job
            for job in self.world.jobs.values()
            if job.brand_key in self.brand_keys and job.booked_at <= self.now
        }

    def status(self, job: Job) -> tuple[str, int]:
        """The job's status and since when it has it, which is what `LastStatusUpdate` says."""
        if self.come(job.canceled_at):
            return "Canceled", job.canceled_at or 0
        if self.come(job.completed_at):
            return self._closing_status(job, job.completed_at or 0)
        if self.come(job.started_at):
            return "In Progress", job.started_at or 0
        if self.come(job.rescheduled_at):
            return "Pending", job.rescheduled_at or 0
        return "Submitted", job.booked_at

    def _closing_status(self, job: Job, completed_at: int) -> tuple[str, int]:
        approved_at = self.approved_at(job, completed_at)
        if approved_at is None or approved_at > self.now:
            return "done pending approval", completed_at
        return ("done" if self.draw("status case", job.id) < 0.2 else "Done"), approved_at

    def approved_at(self, job: Job, completed_at: int) -> int | None:
        """When the bill was released; None when there is none that stands."""
        bills = [bill for bill in self.bills.get(job.id, ()) if not self.come(bill.suppressed_at)]
        if not bills:
            return None
        released = min(bill.finalized_at for bill in bills)
        return released if released - completed_at > APPROVED_AT_ONCE else completed_at

    # -- money ----------------------------------------------------------------------------------------------

    @cached_property
    def bills(self) -> dict[int, list[Invoice]]:
        """Job -> its invoices, also those that are not made yet."""
        by_job: dict[int, list[Invoice]] = defaultdict(list)
        for invoice in self.world.invoices.values():
            if invoice.brand_key in self.brand_keys and invoice.job_id is not None:
                by_job[invoice.job_id].append(invoice)
        return by_job

    def priced(self, job: Job) -> list[Invoice]:
        """What the job's price is made of: what stands now, known as soon as the work is done."""
        return [
            bill
            for bill in self.bills.get(job.id, ())
            if not self.come(bill.voided_at)
            and (self.come(bill.finalized_at) or (self.come(job.completed_at) and bill.adjusts_id is None))
            and (self.come(bill.created_at) or bill.adjusts_id is None)
            and not self._replaces(bill)
        ]

    def _replaces(self, bill: Invoice) -> bool:
        """A re-issued invoice counts from the hour in which the one before it is voided."""
        return not self.come(bill.created_at) and any(
            other.voided_at == bill.created_at for other in self.bills.get(bill.job_id or 0, ())
        )

    def price(self, job: Job) -> Price:
        bills = self.priced(job)
        subtotal = sum(bill.subtotal_cents for bill in bills)
        tax = sum(bill.tax_cents for bill in bills)
        paid = sum(self.paid.get(bill.id, 0) for bill in self.bills.get(job.id, ()))
        return Price(subtotal, tax, subtotal + tax - paid)

    @cached_property
    def paid(self) -> dict[int, int]:
        """Invoice -> cents received less what was given back: a refund raises the balance (ASSUMED)."""
        received: dict[int, int] = defaultdict(int)
        for payment in self.world.payments.values():
            if payment.brand_key not in self.brand_keys or not self.come(payment.paid_at):
                continue
            if not self.come(payment.voided_at):
                for invoice_id, cents in payment.applied:
                    received[invoice_id] += cents
        return received

    # -- leads ----------------------------------------------------------------------------------------------

    @cached_property
    def leads(self) -> dict[str, Lead]:
        return {
            self.uuid("leads", lead.id): lead
            for lead in self.world.leads.values()
            if lead.brand_key in self.brand_keys and lead.in_dispatch and lead.created_at <= self.now
        }

    def lead_status(self, lead: Lead) -> tuple[str, int]:
        """The lead's status and since when; ASSUMED words, only "new" was ever captured."""
        job = self.world.jobs.get(lead.job_id) if lead.job_id is not None else None
        if job is not None and self.come(job.booked_at):
            return "Converted", job.booked_at
        if self.come(lead.lost_at):
            return "Lost", lead.lost_at or 0
        return "new", lead.created_at

    def lead_slot(self, lead: Lead) -> tuple[int, int] | None:
        """The visit asked for; ASSUMED: none for some, the hour of the request for the others."""
        if self.draw("undated lead", lead.id) < 0.3:
            return None
        start = lead.created_at - lead.created_at % HOUR
        return start, start + HOUR

    # -- sources --------------------------------------------------------------------------------------------

    def source_name(self, campaign_id: int | None, at: int) -> str:
        """The label that stood in the list of sources at that instant, "" when nobody picked one."""
        return self.campaign_name(campaign_id, at) or ""
