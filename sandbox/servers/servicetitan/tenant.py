"""The part of the world that one ServiceTitan tenant holds, with the links between its records.

Nothing here depends on the clock. A tenant is built anew when the world was edited (an injected gap), never
otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Protocol, TypeVar

from sandbox.servers.servicetitan import ids
from sandbox.world.model import (
    BusinessUnit,
    Customer,
    Estimate,
    EstimateOption,
    Invoice,
    Job,
    Lead,
    Membership,
    Payment,
    World,
)


class _Branded(Protocol):
    brand_key: str


Record = TypeVar("Record", bound=_Branded)

FOLLOW_UP_AFTER = 3600  # a call that books later than this was first noted as a lead


@dataclass(frozen=True, slots=True)
class Location:
    """A service address of one customer record."""

    native: int
    customer: Customer
    property_id: int
    ordinal: int


@dataclass(frozen=True, slots=True)
class Contact:
    """A phone or e-mail of a customer record or of one of its locations."""

    native: int
    customer: Customer
    owner: int  # native id of the customer or the location
    value: str
    is_email: bool
    created_at: int


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice record. Every job has one from its booking on; `invoice` is None when it is never filled."""

    native: int
    customer: Customer
    created_at: int
    invoice: Invoice | None
    job: Job | None


@dataclass(frozen=True, slots=True)
class Offer:
    """An estimate record: each option of a good-better-best choice is an estimate of its own here."""

    native: int
    estimate: Estimate
    option: EstimateOption
    job: Job
    position: int


@dataclass(frozen=True, slots=True)
class MonthCost:
    """What a campaign cost in one month, entered in the vendor's own marketing screen."""

    native: int
    campaign_id: int
    year: int
    month: int


@dataclass(frozen=True, slots=True)
class Reason:
    """A picklist entry: why a call ended or a job was canceled."""

    native: int
    name: str
    is_lead: bool = False
    is_retired: bool = False


CALL_REASONS = (
    ("Booked - repair", True, False),
    ("Price shopper", True, False),
    ("Will call back", True, False),
    ("Vendor or sales call", False, False),
    ("Existing job question", False, False),
    ("Out of area (old)", False, True),
)
CANCEL_REASONS = (("Customer canceled", False), ("Office canceled", False), ("Duplicate job (old)", True))
CATEGORIES = ("Digital", "Google Local Services", "Offline", "Existing customers", "Other")
_CATEGORY_OF_CHANNEL = {
    "google_ads": 1,
    "meta": 1,
    "microsoft_ads": 1,
    "organic": 1,
    "yelp": 1,
    "google_lsa": 2,
    "direct_mail": 3,
    "referral": 3,
    "existing_customer": 4,
}


def category_of(channel: str) -> int:
    """World id of the campaign category that a channel is filed under."""
    return _CATEGORY_OF_CHANNEL.get(channel, 5)


class Tenant:
    """All records of one tenant and the look-ups that rendering needs, each built once."""

    def __init__(self, world: World, tenant_id: str, brand_keys: Iterable[str]) -> None:
        self.world = world
        self.tenant_id = int(tenant_id)
        self.brands = {key: world.brands[key] for key in brand_keys}
        self._read_reference()
        self._read_customers()
        self._read_work()
        self._read_accounts()
        self._read_touches()

    def _mine(self, records: dict[int, Record]) -> dict[int, Record]:
        return {key: record for key, record in records.items() if record.brand_key in self.brands}

    def _read_reference(self) -> None:
        world = self.world
        self.campaigns = self._mine(world.campaigns)
        self.technicians = self._mine(world.technicians)
        self.job_types = self._mine(world.job_types)
        self.business_units = self._mine(world.business_units)
        self.call_reasons = [
            Reason(ids.native("call_reasons", number), name, is_lead, retired)
            for number, (name, is_lead, retired) in enumerate(CALL_REASONS, 1)
        ]
        self.cancel_reasons = [
            Reason(ids.native("job_cancel_reasons", number), name, is_retired=retired)
            for number, (name, retired) in enumerate(CANCEL_REASONS, 1)
        ]
        self.zones = {
            ids.native("zones", number): (brand.city, zips)
            for number, (brand, zips) in enumerate(self._zone_zips(), 1)
        }
        self.zone_of_zip = {zip_code: zone for zone, (_, zips) in self.zones.items() for zip_code in zips}
        self.spend_days: dict[tuple[int, str], list[tuple[str, int]]] = defaultdict(list)
        for spend in world.spend:
            campaign = self.campaigns.get(spend.campaign_id)
            if campaign is not None and campaign.cost_source == "dispatch":
                self.spend_days[spend.campaign_id, spend.day[:7]].append((spend.day, spend.spend_cents))
        months = sorted({month for _, month in self.spend_days})
        self.costs = [
            MonthCost(
                ids.native("campaign_costs", campaign_id * 1200 + months.index(month)),
                campaign_id,
                int(month[:4]),
                int(month[5:]),
            )
            for campaign_id, month in sorted(self.spend_days)
        ]

    def _zone_zips(self):
        for brand in self.brands.values():
            half = (len(brand.service_zips) + 1) // 2
            for zips in (brand.service_zips[:half], brand.service_zips[half:]):
                if zips:
                    yield brand, zips

    def _read_customers(self) -> None:
        self.customers = self._mine(self.world.customers)
        self.absorbed: dict[int, list[Customer]] = defaultdict(list)
        for customer in self.customers.values():
            if customer.merged_into_id is not None:
                self.absorbed[customer.merged_into_id].append(customer)
        self.jobs = self._mine(self.world.jobs)
        visited: dict[int, list[int]] = defaultdict(list)
        for job in self.jobs.values():
            visited[job.customer_id].append(job.property_id)
        self.locations: list[Location] = []
        self.location_ids: dict[tuple[int, int], int] = {}
        ordinals = count(1)
        for customer in self.customers.values():
            for property_id in dict.fromkeys((*customer.property_ids, *visited[customer.id])):
                ordinal = next(ordinals)
                native = ids.native("locations", ordinal)
                self.locations.append(Location(native, customer, property_id, ordinal))
                self.location_ids[customer.id, property_id] = native
        self.customer_contacts = [
            contact for customer in self.customers.values() for contact in self._contacts_of(customer)
        ]
        self.location_contacts = [
            Contact(
                ids.native("location_contacts", location.ordinal),
                location.customer,
                location.native,
                location.customer.phones[0],
                False,
                location.customer.created_at,
            )
            for location in self.locations
            if location.customer.phones
        ]

    @staticmethod
    def _contacts_of(customer: Customer) -> list[Contact]:
        owner = ids.native("customers", customer.id)
        values = [(value, False, customer.created_at) for value in customer.phones]
        values += [(value, True, customer.created_at) for value in customer.emails]
        if customer.contact_changed_at is not None and customer.late_phone is not None:
            values.append((customer.late_phone, False, customer.contact_changed_at))
        return [
            Contact(ids.native("customer_contacts", customer.id * 16 + place), customer, owner, *value)
            for place, value in enumerate(values)
        ]

    def _read_work(self) -> None:
        world = self.world
        self.leads: dict[int, Lead] = {}
        self.bookings: dict[int, Lead] = {}
        for lead in self._mine(world.leads).values():
            if not lead.in_dispatch:
                continue
            if lead.kind == "booking":
                self.bookings[lead.id] = lead
            elif lead.kind != "call" or _needed_follow_up(lead):
                self.leads[lead.id] = lead
        self.calls = self._mine(world.calls)
        self.job_of_lead = {job.lead_id: job for job in self.jobs.values() if job.lead_id is not None}
        self.job_of_call = {job.call_id: job for job in self.jobs.values() if job.call_id is not None}
        self.offers_of_job: dict[int, list[Offer]] = defaultdict(list)
        for estimate in self._mine(world.estimates).values():
            for position, option in enumerate(estimate.options):
                native = ids.native("estimates", option.id)
                job = self.jobs[estimate.job_id]
                self.offers_of_job[job.id].append(Offer(native, estimate, option, job, position))

    def _read_accounts(self) -> None:
        world = self.world
        self.memberships: dict[int, Membership] = self._mine(world.memberships)
        plans = sorted({(plan.name, plan.billing, plan.price_cents) for plan in self.memberships.values()})
        self.membership_types = {
            plan: ids.native("membership_types", number) for number, plan in enumerate(plans, 1)
        }
        invoices = self._mine(world.invoices)
        self._write_bills(invoices.values())
        self.sale_of_membership = {
            invoice.membership_id: invoice
            for invoice in invoices.values()
            if invoice.membership_id is not None and invoice.kind == "membership"
        }
        self.payments: dict[int, Payment] = self._mine(world.payments)
        self.applications: dict[int, list[tuple[Payment, int]]] = defaultdict(list)
        for payment in self.payments.values():
            for invoice_id, cents in payment.applied:
                self.applications[invoice_id].append((payment, cents))
        self.invoices_of_customer: dict[int, list[Invoice]] = defaultdict(list)
        for invoice in invoices.values():
            self.invoices_of_customer[invoice.customer_id].append(invoice)
        self.payments_of_customer: dict[int, list[Payment]] = defaultdict(list)
        for payment in self.payments.values():
            self.payments_of_customer[payment.customer_id].append(payment)

    def _write_bills(self, invoices: Iterable[Invoice]) -> None:
        """A job's first invoice exists from its booking; a replacement of a voided one later."""
        self.bill_of_invoice: dict[int, Bill] = {}
        self.bills_of_job: dict[int, list[Bill]] = defaultdict(list)
        for invoice in sorted(invoices, key=lambda invoice: (invoice.created_at, invoice.id)):
            job = self.jobs.get(invoice.job_id) if invoice.job_id is not None else None
            owner = job if invoice.kind == "job" else None
            created = invoice.created_at
            if owner is not None and owner.id not in self.bills_of_job:
                created = min(created, owner.booked_at)
            native = ids.native("invoices", invoice.id)
            bill = Bill(native, self.customers[invoice.customer_id], created, invoice, job)
            self.bill_of_invoice[invoice.id] = bill
            if owner is not None:
                self.bills_of_job[owner.id].append(bill)
        self.bills = list(self.bill_of_invoice.values())
        for job in self.jobs.values():
            if job.id not in self.bills_of_job:
                native = ids.native("job_invoices", job.id)
                empty = Bill(native, self.customers[job.customer_id], job.booked_at, None, job)
                self.bills_of_job[job.id].append(empty)
                self.bills.append(empty)

    def bill_of_job(self, job_id: int, at: int) -> Bill:
        """The invoice that a job names: its latest."""
        bills = self.bills_of_job[job_id]
        return next((bill for bill in reversed(bills) if bill.created_at <= at), bills[0])

    def _read_touches(self) -> None:
        """When an injected gap edited a row: the edit moves the row's modification time."""
        self.touches: dict[tuple[str, int], list[int]] = defaultdict(list)
        # The instants of edits, with how many edits there were by then.
        self.edits = {gap.injected_at: number for number, gap in enumerate(self.world.gaps, 1)}
        for gap in self.world.gaps:
            if gap.platform == "servicetitan" and gap.native_id.isdecimal():
                for kind, world_id in self._edited_with(*ids.origin(int(gap.native_id))):
                    self.touches[kind, world_id].append(gap.injected_at)

    def _edited_with(self, kind: str, world_id: int) -> Iterable[tuple[str, int]]:
        """The rows that lose their source together: a job, the request behind it and the call behind that."""
        yield kind, world_id
        lead_id = self.jobs[world_id].lead_id if kind == "jobs" and world_id in self.jobs else None
        if kind in ("leads", "bookings"):
            lead_id = world_id
        lead = self.world.leads.get(lead_id) if lead_id is not None else None
        if lead is None:
            return
        yield from (("leads", lead.id), ("bookings", lead.id))
        job = self.job_of_lead.get(lead.id)
        if job is not None:
            yield "jobs", job.id
        if lead.call_id is not None:
            yield "calls", lead.call_id

    def touched(self, kind: str, world_id: int) -> list[int]:
        return self.touches.get((kind, world_id), [])

    def business_unit_for(self, brand_key: str, trade: str) -> BusinessUnit:
        """The business unit that takes a trade's requests, or the brand's first."""
        mine = [unit for unit in self.business_units.values() if unit.brand_key == brand_key]
        return next((unit for unit in mine if unit.trade == trade), mine[0])

    def location_of(self, customer_id: int) -> int | None:
        """The first location of a customer, which is where the vendor files what names no address."""
        customer = self.customers[customer_id]
        if not customer.property_ids:
            return None
        return self.location_ids[customer_id, customer.property_ids[0]]


def _needed_follow_up(lead: Lead) -> bool:
    return lead.booked_at is None or lead.booked_at - lead.created_at > FOLLOW_UP_AFTER


def customer_name(customer: Customer) -> str:
    """The one name field of the vendor: the business, or the person in reading order."""
    if customer.company:
        return customer.company
    return " ".join(part for part in (customer.first, customer.last) if part) or "Unknown"
