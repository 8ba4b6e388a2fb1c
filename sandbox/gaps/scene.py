"""The world as a saboteur sees it: what fits, what is spoilt already, and what a record is worth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

from sandbox.clock import Clock
from sandbox.servers.base import VendorServer
from sandbox.world.calendars import DAY
from sandbox.world.model import Invoice, Job, Lead, Payment, World

# Longer than any grace period of `ingestion.config.Tolerances`.
RIPE = 5 * DAY
# Longer than the time within which two records may be one request.
ALONE = 4 * DAY

Worth = Callable[[], int]
"""Cents at risk, asked for whenever somebody reads the gap: a lead is worth what jobs bring by then."""


@dataclass(frozen=True)
class Spot:
    """Where a gap can be made.

    Attributes:
        account_id: the account whose record will look wrong.
        entity: job, invoice, payment, lead, call or account, as the gap ledger names it.
        native_entity: what the vendor's server calls that record; None: `world_id` is the native id itself.
        world_id: id of the record.
        apply: makes the edit and returns what is at risk.
    """

    account_id: str
    entity: str
    native_entity: str | None
    world_id: int | str
    apply: Callable[[Random], Worth]


Places = Callable[[], Iterator[Spot]]


class Scene:
    """Look-ups that several classes of gap share."""

    def __init__(self, world: World, clock: Clock, servers: Mapping[str, VendorServer]) -> None:
        self.world = world
        self.clock = clock
        self.servers = servers
        self.spoilt: set[tuple[str, int | str]] = set()

    # -- where ----------------------------------------------------------------------------------------------

    def account(self, brand_key: str) -> str:
        return self.world.brands[brand_key].account_id

    def keeps(self, brand_key: str, what: str) -> bool:
        """Whether the brand's dispatch platform keeps something that others do not."""
        return what in self.world.brands[brand_key].dispatch_keeps

    def account_of_kind(self, kind: str) -> str | None:
        return next((key for key, server in self.servers.items() if server.kind == kind), None)

    # -- when -----------------------------------------------------------------------------------------------

    def has_come(self, instant: int | None) -> bool:
        return instant is not None and instant <= self.clock.now()

    def is_ripe(self, instant: int | None) -> bool:
        """Older than every grace period."""
        return instant is not None and instant <= self.clock.now() - RIPE

    # -- what is spoilt -------------------------------------------------------------------------------------

    def is_fresh(self, entity: str, world_id: int | None) -> bool:
        return world_id is None or (entity, world_id) not in self.spoilt

    def spoil(self, entity: str, *world_ids: int) -> None:
        self.spoilt.update((entity, world_id) for world_id in world_ids)

    def is_whole(self, invoice: Invoice) -> bool:
        return (
            invoice.defect_at is None
            and invoice.suppressed_at is None
            and invoice.voided_at is None
            and self.is_fresh("invoice", invoice.id)
        )

    def are_settled(self, payments: list[Payment]) -> bool:
        """All in the past, none given back: voiding them with their invoice leaves nothing behind."""
        return all(
            self.has_come(payment.paid_at)
            and payment.amount_cents > 0
            and self.is_fresh("payment", payment.id)
            for payment in payments
        )

    # -- what it is worth -----------------------------------------------------------------------------------

    def is_canceled(self, job: Job) -> bool:
        return self.has_come(job.canceled_at)

    def value_of(self, job: Job) -> int:
        """Its price once it is done, before that what such a job brings on average; canceled, nothing."""
        if self.is_canceled(job):
            return 0
        return job.total_cents if self.has_come(job.completed_at) else self.ticket(job.brand_key, job.trade)

    def ticket(self, brand_key: str, trade: str | None) -> int:
        """What paid jobs of the brand, of one trade or of all, brought on average so far."""
        totals = [
            job.total_cents
            for job in self.world.jobs.values()
            if job.brand_key == brand_key and trade in (None, job.trade) and job.total_cents > 0
            if self.has_come(job.completed_at) and not self.is_canceled(job)
        ]
        # Half a cent rounds up, as people do it; `round` would go to the even cent.
        return (2 * sum(totals) + len(totals)) // (2 * len(totals)) if totals else 0

    # -- what belongs together ------------------------------------------------------------------------------

    def invoices_of_job(self) -> dict[int, list[Invoice]]:
        found: dict[int, list[Invoice]] = defaultdict(list)
        for invoice in self.world.invoices.values():
            if invoice.job_id is not None:
                found[invoice.job_id].append(invoice)
        return found

    def payments_of_invoice(self) -> dict[int, list[Payment]]:
        found: dict[int, list[Payment]] = defaultdict(list)
        for payment in self.world.payments.values():
            for invoice_id, _ in payment.applied:
                found[invoice_id].append(payment)
        return found

    def refunded(self) -> set[int | None]:
        return {payment.refund_of_id for payment in self.world.payments.values()}

    def requests_of_household(self) -> dict[int, list[int]]:
        moments: dict[int, list[int]] = defaultdict(list)
        for lead in self.world.leads.values():
            moments[lead.household_id].append(lead.created_at)
        for call in self.world.calls.values():
            if call.household_id is not None and call.direction == "inbound":
                moments[call.household_id].append(call.started_at)
        return moments

    def contact_use(self) -> dict[int, int]:
        """CRM contact -> how many requests it made."""
        use: dict[int, int] = defaultdict(int)
        for lead in self.world.leads.values():
            if lead.crm_contact_id is not None:
                use[lead.crm_contact_id] += 1
        return use

    def lonely_crm_leads(self) -> Iterator[Lead]:
        """Unbooked online requests that only the CRM knows and that stand alone.

        A second request or a call of the household soon before or after could be taken for the same one.
        """
        requests_of = self.requests_of_household()
        for lead in self.world.leads.values():
            online = lead.kind in ("form", "chat") and lead.in_crm and not lead.in_dispatch
            if any(0 < abs(at - lead.created_at) < ALONE for at in requests_of[lead.household_id]):
                continue
            known = lead.booked_at is None and lead.campaign_id is not None
            if online and known and self.is_fresh("lead", lead.id):
                yield lead
