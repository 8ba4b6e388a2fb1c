"""The world's records, free of any vendor's shape.

Instants are epoch seconds in UTC (`int`), money is integer cents, `None` means "never inside the horizon".
A record is written once, with every milestone of its life, past and future; what a server shows at clock time
`t` is derived from the milestones that are `<= t`. So advancing the clock changes nothing here, and the same
seed gives the same world whatever was asked of it before.

Identity fields (`household_id`, `person_id`, `cause_campaign_id`) are ground truth. Servers must not emit
them; only `/truth` does.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Brand:
    key: str
    name: str
    trades: tuple[str, ...]
    timezone: str
    city: str
    state: str
    platform: str  # dispatch platform
    account_id: str  # dispatch account
    office_phone: str  # E.164, 555-01xx
    service_zips: tuple[str, ...]
    campaign_ids: tuple[int, ...] = ()
    # What this dispatch platform keeps as records or fields of their own, and others do not: calls,
    # campaign_costs, credit_invoices, late_customers (a gap may add a record of somebody without a job;
    # elsewhere people show with jobs only, or are numbered once for all), memberships, name_parts (first and
    # last name apart), payments (elsewhere inside their invoice), slot_lengths (how long a kind of job is).
    dispatch_keeps: frozenset[str] = frozenset()


@dataclass(slots=True)
class Campaign:
    id: int
    brand_key: str
    name: str
    channel: str  # those of marketing.CHANNELS, or none
    source: str | None  # what a UTM or a picklist would say, e.g. "google"
    medium: str | None
    utm_campaign: str | None
    tracking_phone: str | None  # E.164
    created_at: int
    is_paid: bool
    renamed_at: int | None = None
    renamed_to: str | None = None
    # Where its cost is recorded: "file" (spend file), "dispatch" (that platform's cost table), the name of
    # an ad platform, or None.
    cost_source: str | None = None

    def name_at(self, instant: int) -> str:
        renamed = self.renamed_at is not None and self.renamed_at <= instant
        return self.renamed_to if renamed and self.renamed_to else self.name


@dataclass(slots=True)
class CampaignSpend:
    campaign_id: int
    day: str  # YYYY-MM-DD in the brand's time zone
    spend_cents: int
    clicks: int
    impressions: int


@dataclass(slots=True)
class Property:
    id: int
    street: str
    unit: str | None
    city: str
    state: str
    zip: str
    latitude: float
    longitude: float
    edited_at: int | None = None  # injected gap: when somebody wrote another address


@dataclass(slots=True)
class Person:
    id: int
    household_id: int
    first: str
    last: str
    phones: tuple[str, ...]  # E.164
    emails: tuple[str, ...]


@dataclass(slots=True)
class Household:
    id: int
    kind: str  # residential, landlord, property_manager, commercial
    person_ids: tuple[int, ...]
    # (property_id, from, to): where its members live, or what a landlord owns
    residences: tuple[tuple[int, int, int | None], ...]
    business_name: str | None = None


@dataclass(slots=True)
class Customer:
    """One customer record in one dispatch account, as somebody typed it; households have near-duplicates."""

    id: int
    brand_key: str
    household_id: int
    person_id: int
    first: str | None
    last: str | None
    company: str | None
    kind: str  # residential, commercial
    phones: tuple[str, ...]  # as typed
    emails: tuple[str, ...]  # as typed
    property_ids: tuple[int, ...]
    created_at: int
    source_name: str | None  # what the CSR picked
    address_text: dict[int, tuple[str, str | None]] = field(
        default_factory=dict
    )  # property_id -> (street, unit) as typed
    merged_at: int | None = None
    merged_into_id: int | None = None
    deleted_at: int | None = None
    contact_changed_at: int | None = (
        None  # a phone or e-mail added later; does not move the customer's modified time
    )
    late_phone: str | None = None  # the phone that appears at contact_changed_at


@dataclass(slots=True)
class Technician:
    id: int
    brand_key: str
    first: str
    last: str
    trade: str
    hired_at: int
    left_at: int | None = None


@dataclass(slots=True)
class JobType:
    id: int
    brand_key: str
    name: str
    trade: str
    kind: str  # repair, maintenance, estimate, install, recall
    duration_minutes: int
    sold_threshold_cents: int = 0


@dataclass(slots=True)
class BusinessUnit:
    id: int
    brand_key: str
    name: str
    trade: str


@dataclass(slots=True)
class Lead:
    """One request for service by one person at one moment, however many systems recorded it."""

    id: int
    brand_key: str
    household_id: int
    person_id: int
    kind: str  # form, call, chat, booking (online scheduler)
    created_at: int
    cause_campaign_id: int | None  # what truly caused it
    campaign_id: int | None  # what the systems recorded; None: no source recorded
    # How the source is visible: gclid, fbclid, msclkid, tracking_number, lsa, utm, referrer, csr, none.
    evidence: str
    first: str | None
    last: str | None
    phone: str | None  # as typed
    email: str | None  # as typed
    street: str | None
    zip: str | None
    trade: str
    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None
    gclid: str | None = None
    landing_url: str | None = None
    referrer_url: str | None = None
    call_id: int | None = None
    contacted_at: int | None = None
    booked_at: int | None = None
    lost_at: int | None = None
    customer_id: int | None = None  # dispatch record, exists from booked_at at the latest
    job_id: int | None = None
    in_crm: bool = True
    in_dispatch: bool = True  # also recorded as a lead or booking in the dispatch platform
    crm_contact_id: int | None = None
    crm_booked_without_job: bool = False  # injected gap: the CRM says booked, no job exists
    fbclid: str | None = None
    msclkid: str | None = None
    outcome_lost: bool = False  # injected gap: the CRM never heard that the job was done
    outcome_off_by_cents: int = 0  # injected gap: the CRM was told another amount


@dataclass(slots=True)
class CrmContact:
    """One contact in the CRM portal; a person may have several by mistake."""

    id: int
    household_id: int
    person_id: int
    brand_key: str
    first: str | None
    last: str | None
    email: str | None
    phone: str | None
    mobile: str | None
    street: str | None
    city: str | None
    state: str | None
    zip: str | None
    created_at: int
    first_lead_id: int | None
    merged_at: int | None = None
    merged_into_id: int | None = None  # CRM merges make a new id; see the server
    archived_at: int | None = None


@dataclass(slots=True)
class Call:
    id: int
    brand_key: str
    direction: str  # inbound, outbound
    from_phone: str  # E.164, "" when withheld
    to_phone: str
    started_at: int
    duration_seconds: int
    outcome: str | None  # booked, unbooked, excused, not_lead, abandoned; None: outbound or not classified
    classified_at: int | None
    campaign_id: int | None
    lead_id: int | None = None
    customer_id: int | None = None
    job_id: int | None = None
    agent_name: str | None = None
    household_id: int | None = None
    person_id: int | None = None
    edited_at: int | None = None  # injected gap: when the record was changed or added


@dataclass(slots=True)
class Job:
    id: int
    brand_key: str
    household_id: int
    customer_id: int
    property_id: int
    job_type_id: int
    business_unit_id: int
    trade: str
    lead_id: int | None
    call_id: int | None
    campaign_id: int | None  # as the CSR recorded it
    cause_campaign_id: int | None  # truth
    booked_at: int
    scheduled_start: int
    scheduled_end: int
    dispatched_at: int | None
    started_at: int | None
    completed_at: int | None
    canceled_at: int | None
    canceled_by: str | None  # customer, pro
    total_cents: int  # ex tax, final; visible from completed_at
    is_no_charge: bool = False
    recall_of_id: int | None = None
    from_estimate_option_id: int | None = None  # an install sold on an earlier visit
    technician_id: int | None = None
    summary: str | None = None
    rescheduled_at: int | None = None
    rescheduled_start: int | None = None
    rescheduled_end: int | None = None
    rated_at: int | None = None
    membership_id: int | None = None
    edited_at: int | None = None  # injected gap: when the record was changed or added


@dataclass(slots=True)
class EstimateOption:
    id: int
    name: str
    subtotal_cents: int
    tax_cents: int
    sold_at: int | None = None
    declined_at: int | None = None


@dataclass(slots=True)
class Estimate:
    """Options are alternatives: at most one is sold."""

    id: int
    brand_key: str
    job_id: int
    created_at: int
    options: tuple[EstimateOption, ...]


@dataclass(slots=True)
class InvoiceLine:
    id: int
    name: str
    kind: str  # service, material, equipment, discount
    quantity_hundredths: int
    unit_price_cents: int
    total_cents: int
    cost_cents: int = 0


@dataclass(slots=True)
class Invoice:
    id: int
    brand_key: str
    kind: str  # job, adjustment, membership
    job_id: int | None
    customer_id: int
    number: str
    created_at: int
    invoiced_on: str  # YYYY-MM-DD, brand's time zone
    lines: tuple[InvoiceLine, ...]
    subtotal_cents: int
    tax_cents: int
    total_cents: int
    finalized_at: int  # lines and totals are final from here on; before it the totals are zero
    sent_at: int | None = None
    voided_at: int | None = None
    adjusts_id: int | None = None
    membership_id: int | None = None
    # Injected gaps, each visible from its instant on.
    lines_off_by_cents: int = 0  # total no longer equals its lines plus tax
    balance_off_by_cents: int = 0  # balance no longer equals total minus payments
    defect_at: int | None = None
    suppressed_at: int | None = None  # the invoice disappears


@dataclass(slots=True)
class Payment:
    id: int
    brand_key: str
    customer_id: int
    paid_at: int
    amount_cents: int  # negative for a refund
    method: str  # credit_card, check, ach, cash, consumer_financing
    applied: tuple[tuple[int, int], ...]  # (invoice_id, cents)
    refund_of_id: int | None = None
    voided_at: int | None = None
    orphaned_at: int | None = None  # injected gap: from here on it points at no invoice
    customer_lost_at: int | None = None  # injected gap: from here on it names a customer that does not exist


@dataclass(slots=True)
class Membership:
    id: int
    brand_key: str
    customer_id: int
    property_id: int
    name: str
    price_cents: int
    billing: str  # annual, monthly
    from_at: int
    to_at: int
    sold_on_job_id: int | None
    canceled_at: int | None = None


@dataclass(slots=True)
class Gap:
    """An injected business gap, with where it is and what it is worth."""

    id: int
    gap_class: str
    platform: str
    account_id: str
    entity: str
    native_id: str
    injected_at: int
    amount_cents: int  # revenue is ex tax; a lead is worth the average paid job of its brand and trade


@dataclass(slots=True)
class World:
    """Everything that happened, keyed by id; ids start at 1 within each entity."""

    seed: int
    operator_name: str
    starts_at: int  # first instant of history
    clock_starts_at: int  # "now" when the sandbox starts
    ends_at: int  # horizon: the clock cannot pass it
    # platform -> account of what serves the whole operator
    systems: dict[str, str] = field(default_factory=dict)
    brands: dict[str, Brand] = field(default_factory=dict)
    campaigns: dict[int, Campaign] = field(default_factory=dict)
    spend: list[CampaignSpend] = field(default_factory=list)
    properties: dict[int, Property] = field(default_factory=dict)
    households: dict[int, Household] = field(default_factory=dict)
    persons: dict[int, Person] = field(default_factory=dict)
    technicians: dict[int, Technician] = field(default_factory=dict)
    job_types: dict[int, JobType] = field(default_factory=dict)
    business_units: dict[int, BusinessUnit] = field(default_factory=dict)
    customers: dict[int, Customer] = field(default_factory=dict)
    contacts: dict[int, CrmContact] = field(default_factory=dict)
    leads: dict[int, Lead] = field(default_factory=dict)
    calls: dict[int, Call] = field(default_factory=dict)
    jobs: dict[int, Job] = field(default_factory=dict)
    estimates: dict[int, Estimate] = field(default_factory=dict)
    invoices: dict[int, Invoice] = field(default_factory=dict)
    payments: dict[int, Payment] = field(default_factory=dict)
    memberships: dict[int, Membership] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    # Injected gap: account -> since when it tells nothing new.
    silent_since: dict[str, int] = field(default_factory=dict)
    days_behind: int = 0  # by which files that people export are late
    # Injected gaps in the books: (invoice or payment, world id) or (deposit, brand|number) -> cents by which
    # the total is off, None where the document is missing; and documents of nothing, as rows of the export.
    book_errors: dict[tuple[str, int | str], int | None] = field(default_factory=dict)
    book_inventions: list[dict[str, str]] = field(default_factory=list)
    book_days_off: dict[int, int] = field(
        default_factory=dict
    )  # invoice -> days by which the books misdate it
    # Injected gap: CRM account -> (hours by which it dates bookings wrongly, since when it rewrites them so).
    wrong_clocks: dict[str, tuple[int, int]] = field(default_factory=dict)
