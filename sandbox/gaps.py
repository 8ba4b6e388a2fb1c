"""Injects business gaps: the ways in which a real operator's systems stop agreeing with each other.

Each class edits records that have been right so far, at places drawn from a seed, and keeps apart from every
other gap: no record is spoilt twice, and a spoilt one does not look like a gap of another class. The business
event behind a gap is older than every grace period, so it counts at once; the edit happens now, so the next
incremental pull sees it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

from sandbox.clock import Clock
from sandbox.servers.base import VendorServer
from sandbox.world.calendars import DAY, HOUR
from sandbox.world.model import Gap, Invoice, Job, Lead, Payment, World

# Longer than any grace period of `ingestion.config.Tolerances`.
RIPE = 5 * DAY
ALONE = 14 * DAY


class NotEnough(Exception):
    """The world holds fewer fitting records than gaps were asked for; nothing was injected."""


@dataclass(frozen=True)
class Spot:
    """Where a gap can be made.

    Attributes:
        account_id: the account whose record will look wrong.
        entity: job, invoice, payment or lead, as the gap ledger names it.
        native_entity: what the vendor's server calls that record.
        world_id: id of the record.
        apply: makes the edit and returns the cents at risk.
    """

    account_id: str
    entity: str
    native_entity: str
    world_id: int
    apply: Callable[[Random], int]


class Saboteur:
    """Knows the seven classes and where each can be injected."""

    def __init__(self, world: World, clock: Clock, servers: Mapping[str, VendorServer]) -> None:
        self._world = world
        self._clock = clock
        self._servers = servers
        self._spoilt: set[tuple[str, int]] = set()
        self._places: dict[str, Callable[[], Iterator[Spot]]] = {
            "completed_job_without_invoice": self._unbilled_jobs,
            "payment_without_invoice": self._orphaned_payments,
            "invoice_total_differs_from_lines": self._wrong_totals,
            "invoice_balance_differs_from_payments": self._wrong_balances,
            "lead_without_source": self._leads_without_source,
            "lead_booked_without_job": self._leads_without_job,
            "job_without_source": self._jobs_without_source,
        }

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(self._places)

    def inject(self, gap_class: str, count: int, seed: int | None = None) -> list[Gap]:
        """Spoil `count` records; the same seed on the same world and clock picks the same ones.

        Raises:
            ValueError: no such class, or a count below 1.
            NotEnough: too few records fit.
        """
        if gap_class not in self._places:
            raise ValueError(f"unknown gap class {gap_class!r}; known: {', '.join(self.classes)}")
        if count < 1:
            raise ValueError("count must be at least 1")
        spots = [spot for spot in self._places[gap_class]() if spot.account_id in self._servers]
        if len(spots) < count:
            raise NotEnough(f"only {len(spots)} records can show {gap_class}; {count} were asked for")
        rng = Random(f"{self._world.seed if seed is None else seed}:{gap_class}:{len(self._world.gaps)}")
        gaps = [
            self._make(gap_class, spot, rng, offset)
            for offset, spot in enumerate(rng.sample(spots, count), 1)
        ]
        # Servers notice new gaps by their number: all edits come first, so that none is served half.
        self._world.gaps.extend(gaps)
        return gaps

    def _make(self, gap_class: str, spot: Spot, rng: Random, offset: int) -> Gap:
        server = self._servers[spot.account_id]
        gap = Gap(
            id=len(self._world.gaps) + offset,
            gap_class=gap_class,
            platform=server.platform,
            account_id=spot.account_id,
            entity=spot.entity,
            native_id=server.native_id(spot.native_entity, spot.world_id),
            injected_at=self._clock.now(),
            amount_cents=spot.apply(rng),
        )
        self._spoilt.add((spot.entity, spot.world_id))
        return gap

    def _account(self, brand_key: str) -> str:
        return self._world.brands[brand_key].account_id

    def _crm_account(self) -> str | None:
        return next((key for key, server in self._servers.items() if server.kind == "crm"), None)

    def _ripe(self, instant: int | None) -> bool:
        return instant is not None and instant <= self._clock.now() - RIPE

    def _unspoilt(self, entity: str, world_id: int | None) -> bool:
        return world_id is None or (entity, world_id) not in self._spoilt

    # -- jobs -----------------------------------------------------------------------------------------------

    def _unbilled_jobs(self) -> Iterator[Spot]:
        invoices_of, payments_of = self._invoices_of_job(), self._payments_of_invoice()
        for job in self._world.jobs.values():
            invoices = invoices_of.get(job.id, [])
            if not (self._ripe(job.completed_at) and job.total_cents > 0 and len(invoices) == 1):
                continue
            invoice = invoices[0]
            payments = payments_of.get(invoice.id, [])
            if invoice.voided_at is None and self._is_whole(invoice) and self._are_settled(payments):
                yield Spot(
                    self._account(job.brand_key), "job", "jobs", job.id, self._unbill(job, invoice, payments)
                )

    def _unbill(self, job: Job, invoice: Invoice, payments: list[Payment]) -> Callable[[Random], int]:
        """The invoice disappears; its payments are voided, or they would be gaps of their own."""

        def apply(_: Random) -> int:
            invoice.suppressed_at = self._clock.now()
            self._spoilt.add(("invoice", invoice.id))
            for payment in payments:
                payment.voided_at = payment.voided_at or self._clock.now()
                self._spoilt.add(("payment", payment.id))
            return job.total_cents

        return apply

    def _jobs_without_source(self) -> Iterator[Spot]:
        for job in self._world.jobs.values():
            ripe = self._ripe(job.booked_at) and self._unspoilt("job", job.id)
            if (
                ripe
                and job.lead_id is not None
                and job.campaign_id is not None
                and self._unspoilt("lead", job.lead_id)
            ):
                yield Spot(self._account(job.brand_key), "job", "jobs", job.id, self._lose_campaign(job))

    def _lose_campaign(self, job: Job) -> Callable[[Random], int]:
        def apply(_: Random) -> int:
            job.campaign_id = None
            return job.total_cents if job.completed_at and job.completed_at <= self._clock.now() else 0

        return apply

    # -- money ----------------------------------------------------------------------------------------------

    def _orphaned_payments(self) -> Iterator[Spot]:
        payments_of = self._payments_of_invoice()
        refunded = {payment.refund_of_id for payment in self._world.payments.values()}
        for payment in self._world.payments.values():
            brand = self._world.brands[payment.brand_key]
            # Where payments live inside their invoice, none can lose it.
            if "payments" not in brand.dispatch_keeps or not self._ripe(payment.paid_at):
                continue
            live = payment.amount_cents > 0 and payment.voided_at is None and payment.id not in refunded
            invoices = [self._world.invoices[invoice_id] for invoice_id, _ in payment.applied]
            if live and invoices and all(self._is_whole(invoice) for invoice in invoices):
                alone = all(self._are_whole(payments_of[invoice.id]) for invoice in invoices)
                if alone and self._unspoilt("payment", payment.id):
                    yield Spot(brand.account_id, "payment", "payments", payment.id, self._orphan(payment))

    def _orphan(self, payment: Payment) -> Callable[[Random], int]:
        def apply(_: Random) -> int:
            payment.orphaned_at = self._clock.now()
            self._spoilt.update(("invoice", invoice_id) for invoice_id, _ in payment.applied)
            return payment.amount_cents

        return apply

    def _wrong_totals(self) -> Iterator[Spot]:
        return self._wrong_invoices("lines_off_by_cents", signed=True)

    def _wrong_balances(self) -> Iterator[Spot]:
        return self._wrong_invoices("balance_off_by_cents", signed=False)

    def _wrong_invoices(self, attribute: str, *, signed: bool) -> Iterator[Spot]:
        for invoice in self._world.invoices.values():
            plain = invoice.kind == "job" and invoice.total_cents >= 10_000 and invoice.voided_at is None
            if plain and self._ripe(invoice.finalized_at) and self._is_whole(invoice):
                account = self._account(invoice.brand_key)
                yield Spot(
                    account, "invoice", "invoices", invoice.id, self._miscount(invoice, attribute, signed)
                )

    def _miscount(self, invoice: Invoice, attribute: str, signed: bool) -> Callable[[Random], int]:
        def apply(rng: Random) -> int:
            off = rng.randrange(100, 5_000)
            setattr(invoice, attribute, -off if signed and rng.random() < 0.5 else off)
            invoice.defect_at = self._clock.now()
            return off

        return apply

    # -- leads ----------------------------------------------------------------------------------------------

    def _leads_without_source(self) -> Iterator[Spot]:
        """Online requests that only the CRM knows, by people who asked once: no other record has a source."""
        crm = self._crm_account()
        contact_use: dict[int, int] = {}
        for lead in self._world.leads.values():
            if lead.crm_contact_id is not None:
                contact_use[lead.crm_contact_id] = contact_use.get(lead.crm_contact_id, 0) + 1
        for lead in self._crm_only_leads():
            if (
                crm is not None
                and self._ripe(lead.created_at)
                and contact_use.get(lead.crm_contact_id or 0) == 1
            ):
                yield Spot(crm, "lead", "deals", lead.id, self._lose_source(lead))

    def _lose_source(self, lead: Lead) -> Callable[[Random], int]:
        def apply(_: Random) -> int:
            lead.campaign_id = lead.utm_source = lead.utm_medium = lead.utm_campaign = None
            lead.gclid = lead.fbclid = lead.msclkid = lead.landing_url = lead.referrer_url = None
            lead.evidence = "none"
            return self._average_ticket(lead)

        return apply

    def _leads_without_job(self) -> Iterator[Spot]:
        """Requests of people who never had a job, so that no job can be taken for the missing one."""
        crm = self._crm_account()
        served = {job.household_id for job in self._world.jobs.values()}
        for lead in self._crm_only_leads():
            if crm is not None and self._ripe(lead.created_at + 2 * HOUR) and lead.household_id not in served:
                yield Spot(crm, "lead", "deals", lead.id, self._claim_booked(lead))

    def _claim_booked(self, lead: Lead) -> Callable[[Random], int]:
        def apply(_: Random) -> int:
            lead.crm_booked_without_job = True
            lead.contacted_at = lead.contacted_at or lead.created_at + HOUR
            lead.booked_at = min(max(lead.contacted_at, lead.created_at + 2 * HOUR), self._clock.now() - RIPE)
            lead.lost_at = None
            return self._average_ticket(lead)

        return apply

    def _crm_only_leads(self) -> Iterator[Lead]:
        """Unbooked online requests that stand alone.

        A second request or a call of the household soon before or after could be taken for the same one.
        """
        requests_of = self._requests_of_household()
        for lead in self._world.leads.values():
            online = lead.kind in ("form", "chat") and lead.in_crm and not lead.in_dispatch
            if any(0 < abs(at - lead.created_at) < ALONE for at in requests_of[lead.household_id]):
                continue
            if (
                online
                and lead.booked_at is None
                and lead.campaign_id is not None
                and self._unspoilt("lead", lead.id)
            ):
                yield lead

    def _average_ticket(self, lead: Lead) -> int:
        """A lost lead is worth what its trade's paid jobs of the brand brought on average so far."""
        now = self._clock.now()
        totals = [
            job.total_cents
            for job in self._world.jobs.values()
            if job.brand_key == lead.brand_key and job.trade == lead.trade and job.total_cents > 0
            if job.completed_at is not None and job.completed_at <= now
        ]
        # Half a cent rounds up, as people do it; `round` would go to the even cent.
        return (2 * sum(totals) + len(totals)) // (2 * len(totals)) if totals else 0

    def _requests_of_household(self) -> dict[int, list[int]]:
        moments: dict[int, list[int]] = defaultdict(list)
        for lead in self._world.leads.values():
            moments[lead.household_id].append(lead.created_at)
        for call in self._world.calls.values():
            if call.household_id is not None and call.direction == "inbound":
                moments[call.household_id].append(call.started_at)
        return moments

    # -- what belongs together ------------------------------------------------------------------------------

    def _invoices_of_job(self) -> dict[int, list[Invoice]]:
        found: dict[int, list[Invoice]] = {}
        for invoice in self._world.invoices.values():
            if invoice.job_id is not None:
                found.setdefault(invoice.job_id, []).append(invoice)
        return found

    def _payments_of_invoice(self) -> dict[int, list[Payment]]:
        found: dict[int, list[Payment]] = {}
        for payment in self._world.payments.values():
            for invoice_id, _ in payment.applied:
                found.setdefault(invoice_id, []).append(payment)
        return found

    def _is_whole(self, invoice: Invoice) -> bool:
        return (
            invoice.defect_at is None
            and invoice.suppressed_at is None
            and self._unspoilt("invoice", invoice.id)
        )

    def _are_whole(self, payments: list[Payment]) -> bool:
        return all(payment.orphaned_at is None for payment in payments)

    def _are_settled(self, payments: list[Payment]) -> bool:
        """All in the past, none given back: voiding them with their invoice leaves nothing behind."""
        now = self._clock.now()
        return all(
            payment.paid_at <= now and payment.amount_cents > 0 and self._unspoilt("payment", payment.id)
            for payment in payments
        )
