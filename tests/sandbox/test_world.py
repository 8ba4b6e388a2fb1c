"""The world: the same for the same seed, without gaps while nobody injects any, and right to the cent."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import fields, is_dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import phonenumbers
import pytest

from sandbox.world import build_world
from sandbox.world.model import Invoice, Lead, World
from sandbox.world.numbers import mailbox_suffix, phone_number, stranger_number
from sandbox.world.pace import SLOW
from sandbox.world.records import RECORDS_OF_ONE_PERSON

RECORDS = (
    "brands", "campaigns", "properties", "households", "persons", "technicians", "job_types",
    "business_units",
    "customers", "contacts", "leads", "calls", "jobs", "estimates", "invoices", "payments", "memberships",
)  # fmt: skip
HOUR = 3600
DAY = 86_400


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(seed=11, households=1500, months=12)


@pytest.fixture(scope="module")
def invoices_of_job(world: World) -> dict[int, list[Invoice]]:
    found = defaultdict(list)
    for invoice in world.invoices.values():
        found[invoice.job_id].append(invoice)
    return found


def digest(world: World) -> str:
    """Over every field of every record, so that no difference can hide."""
    hashed = hashlib.sha256()
    for name in RECORDS:
        for key, record in getattr(world, name).items():
            hashed.update(f"{name}:{key}:{record!r}\n".encode())
    for spend in world.spend:
        hashed.update(repr(spend).encode())
    return hashed.hexdigest()


def test_a_seed_gives_one_world() -> None:
    assert digest(build_world(3, 120, 6)) == digest(build_world(3, 120, 6))
    assert digest(build_world(3, 120, 6)) != digest(build_world(4, 120, 6))


def test_a_larger_world_continues_a_smaller_one() -> None:
    small, large = build_world(5, 90, 6), build_world(5, 400, 6)
    for name in RECORDS:
        left, right = getattr(small, name), getattr(large, name)
        # The last household's plot may be cut off; everything before it is the same.
        kept = list(left.items())[: int(len(left) * 0.8)]
        assert kept == [(key, right[key]) for key, _ in kept], name


def test_bad_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 household"):
        build_world(1, 0, 6)


def test_even_a_small_world_has_every_kind_of_household() -> None:
    world = build_world(7, 60, 6)
    kinds = Counter(household.kind for household in world.households.values())
    assert set(kinds) == {"residential", "landlord", "property_manager", "commercial"}
    names = Counter((person.first, person.last) for person in world.persons.values())
    assert max(names.values()) > 1, "nobody has a namesake"
    assert any(residence[2] for home in world.households.values() for residence in home.residences), (
        "nobody moved"
    )


def test_a_house_passes_from_one_family_to_the_next(world: World) -> None:
    owners = defaultdict(list)
    for household in world.households.values():
        for property_id, since, until in household.residences:
            if household.kind == "residential":
                owners[property_id].append((since, until or world.ends_at, household.id))
    sold = [sorted(spans) for spans in owners.values() if len(spans) > 1]
    assert sold
    for (_, left, one), (moved_in, _, other) in sold:
        assert left < moved_in and one != other


def test_addresses_are_distinct(world: World) -> None:
    addresses = Counter((place.street, place.unit, place.zip) for place in world.properties.values())
    assert max(addresses.values()) == 1


def test_numbers_are_fictitious_valid_and_distinct() -> None:
    numbers = [phone_number(ordinal) for ordinal in range(60_000)]
    assert len(set(numbers)) == len(numbers)
    assert all(number[5:10] == "55501" for number in numbers[:30_000])
    for number in [*numbers[::997], *(stranger_number(ordinal) for ordinal in range(0, 700, 53))]:
        assert phonenumbers.is_valid_number(phonenumbers.parse(number)), number
    with pytest.raises(OverflowError):
        phone_number(4_000_000)
    assert len({mailbox_suffix(person) for person in range(1, 200_000)}) == 199_999


@pytest.mark.parametrize("seed", [7, 11, 23])
def test_a_healthy_office_never_has_three_records_of_one_person(seed: int) -> None:
    world = build_world(seed, 3000, 18)
    on_file = Counter((customer.brand_key, customer.person_id) for customer in world.customers.values())
    assert max(on_file.values()) == RECORDS_OF_ONE_PERSON


def test_phones_and_mailboxes_belong_to_one_household(world: World) -> None:
    owners = defaultdict(set)
    for person in world.persons.values():
        for point in (*person.phones, *person.emails):
            owners[point].add(person.household_id)
    assert all(len(households) == 1 for households in owners.values())
    own = {brand.office_phone for brand in world.brands.values()}
    own |= {campaign.tracking_phone for campaign in world.campaigns.values()}
    assert not own & set(owners)


# -- a clean world has no gap ---------------------------------------------------------------------------


def test_every_request_has_a_visible_source(world: World) -> None:
    for lead in world.leads.values():
        assert lead.campaign_id is not None and lead.evidence != "none", lead
        assert lead.in_crm or lead.in_dispatch, lead
        assert lead.cause_campaign_id in world.campaigns


def test_evidence_shows_what_it_claims(world: World) -> None:
    shown = {
        "gclid": lambda lead: lead.gclid and lead.utm_source,
        "fbclid": lambda lead: lead.fbclid and lead.utm_medium == "paid_social",
        "msclkid": lambda lead: lead.msclkid and lead.utm_source == "bing",
        "utm": lambda lead: lead.utm_source and not (lead.gclid or lead.fbclid or lead.msclkid),
        "referrer": lambda lead: lead.referrer_url and not lead.utm_source,
        "tracking_number": lambda lead: dialled(world, lead) == tracking(world, lead),
        "lsa": lambda lead: lead.kind != "call" or dialled(world, lead) == tracking(world, lead),
        "csr": lambda lead: dialled(world, lead) == world.brands[lead.brand_key].office_phone,
    }
    seen = Counter()
    for lead in world.leads.values():
        seen[lead.evidence] += 1
        assert shown[lead.evidence](lead), lead
    assert set(seen) == set(shown)


def dialled(world: World, lead: Lead) -> str:
    return world.calls[lead.call_id].to_phone


def tracking(world: World, lead: Lead) -> str | None:
    return world.campaigns[lead.campaign_id].tracking_phone


def test_every_booking_has_its_job_and_back(world: World) -> None:
    for lead in world.leads.values():
        assert (lead.booked_at is None) == (lead.job_id is None), lead
        if lead.job_id is not None:
            job = world.jobs[lead.job_id]
            assert job.lead_id == lead.id and job.booked_at == lead.booked_at
            assert job.household_id == lead.household_id and job.customer_id == lead.customer_id
        assert not (lead.booked_at and lead.lost_at)


def test_every_job_has_a_campaign_of_its_brand(world: World) -> None:
    existing = {c.brand_key: c.id for c in world.campaigns.values() if c.channel == "existing_customer"}
    for job in world.jobs.values():
        assert world.campaigns[job.campaign_id].brand_key == job.brand_key
        if job.recall_of_id is not None or job.membership_id is not None:
            assert job.campaign_id == existing[job.brand_key]


def test_every_completed_job_is_invoiced_in_time(world: World, invoices_of_job) -> None:
    for job in world.jobs.values():
        if job.completed_at is None:
            continue
        standing = [i for i in invoices_of_job[job.id] if i.kind == "job" and i.voided_at is None]
        assert len(standing) == 1, job
        assert standing[0].subtotal_cents == job.total_cents
        assert standing[0].finalized_at <= job.completed_at + 48 * HOUR


# -- money ----------------------------------------------------------------------------------------------


def test_invoices_equal_their_lines_plus_tax(world: World) -> None:
    for invoice in world.invoices.values():
        assert sum(line.total_cents for line in invoice.lines) == invoice.subtotal_cents
        assert invoice.subtotal_cents + invoice.tax_cents == invoice.total_cents
        for line in invoice.lines:
            assert line.unit_price_cents * line.quantity_hundredths == line.total_cents * 100


def test_payments_are_applied_to_standing_invoices_and_never_exceed_them(world: World) -> None:
    paid = Counter()
    for payment in sorted(world.payments.values(), key=lambda payment: payment.paid_at):
        assert sum(cents for _, cents in payment.applied) == payment.amount_cents != 0
        for invoice_id, cents in payment.applied:
            invoice = world.invoices[invoice_id]
            assert invoice.created_at <= payment.paid_at and invoice.voided_at is None
            if payment.voided_at is None:
                paid[invoice_id] += cents
                assert paid[invoice_id] <= max(invoice.total_cents, 0)
    settled = sum(paid[invoice.id] == invoice.total_cents for invoice in world.invoices.values())
    assert 0.8 < settled / len(world.invoices) < 1, "most invoices are paid, some are open"


def test_refunds_name_what_they_give_back(world: World) -> None:
    refunds = [payment for payment in world.payments.values() if payment.amount_cents < 0]
    assert refunds
    for refund in refunds:
        paid = world.payments[refund.refund_of_id]
        assert 0 < -refund.amount_cents <= paid.amount_cents
        assert paid.paid_at < refund.paid_at and paid.voided_at is None
    assert all(p.refund_of_id is None for p in world.payments.values() if p.amount_cents > 0)


def test_adjustments_and_voids_occur(world: World) -> None:
    kinds = Counter(invoice.kind for invoice in world.invoices.values())
    assert kinds["adjustment"] and kinds["membership"]
    assert any(invoice.voided_at for invoice in world.invoices.values())
    assert any(payment.voided_at for payment in world.payments.values())
    for invoice in world.invoices.values():
        if invoice.adjusts_id is not None:
            assert (
                invoice.total_cents < 0 and world.invoices[invoice.adjusts_id].created_at < invoice.created_at
            )


# -- time -----------------------------------------------------------------------------------------------


def ordered(*instants: int | None) -> bool:
    known = [instant for instant in instants if instant is not None]
    return known == sorted(known)


def test_milestones_come_in_order(world: World) -> None:
    for job in world.jobs.values():
        assert ordered(job.booked_at, job.dispatched_at, job.started_at, job.completed_at, job.rated_at), job
        assert job.booked_at < job.scheduled_start < job.scheduled_end
        assert ordered(job.booked_at, job.canceled_at) and not (job.canceled_at and job.completed_at)
    for lead in world.leads.values():
        assert ordered(lead.created_at, lead.contacted_at, lead.booked_at), lead
        assert ordered(lead.created_at, lead.lost_at)
    for estimate in world.estimates.values():
        assert sum(option.sold_at is not None for option in estimate.options) <= 1
        assert all(ordered(estimate.created_at, option.sold_at) for option in estimate.options)
    for customer in world.customers.values():
        assert ordered(customer.created_at, customer.merged_at)
        assert ordered(customer.created_at, customer.deleted_at)
        assert ordered(customer.created_at, customer.contact_changed_at)


def test_records_exist_before_what_points_at_them(world: World) -> None:
    for job in world.jobs.values():
        customer = world.customers[job.customer_id]
        assert customer.created_at <= job.booked_at and customer.brand_key == job.brand_key
        assert customer.deleted_at is None
        assert customer.merged_at is None or job.booked_at < customer.merged_at
        assert customer.household_id == job.household_id
        assert job.property_id in customer.property_ids
    for lead in world.leads.values():
        if lead.crm_contact_id is not None:
            contact = world.contacts[lead.crm_contact_id]
            assert contact.created_at <= lead.created_at and contact.household_id == lead.household_id
        assert lead.in_crm == (lead.crm_contact_id is not None)


def test_nothing_lies_past_the_horizon(world: World) -> None:
    for name in ("customers", "contacts", "leads", "calls", "jobs", "invoices", "payments"):
        for record in getattr(world, name).values():
            assert is_dataclass(record)
            for item in fields(record):
                value = getattr(record, item.name)
                if item.name.endswith("_at") and value is not None:
                    assert world.starts_at <= value <= world.ends_at, (name, item.name, record)


def test_the_story_goes_on_after_now(world: World) -> None:
    now = world.clock_starts_at
    for name, milestone in (
        ("leads", "created_at"),
        ("leads", "booked_at"),
        ("jobs", "booked_at"),
        ("jobs", "completed_at"),
        ("jobs", "canceled_at"),
        ("jobs", "rescheduled_at"),
        ("invoices", "created_at"),
        ("payments", "paid_at"),
        ("customers", "created_at"),
        ("customers", "merged_at"),
        ("calls", "started_at"),
    ):
        instants = [getattr(record, milestone) for record in getattr(world, name).values()]
        assert any(instant is not None and instant > now for instant in instants), (name, milestone)
        assert any(instant is not None and instant <= now for instant in instants), (name, milestone)


def test_an_install_follows_the_estimate_that_sold_it(world: World) -> None:
    option_of = {o.id: (e, o) for e in world.estimates.values() for o in e.options}
    installs = [job for job in world.jobs.values() if job.from_estimate_option_id is not None]
    assert installs
    for job in installs:
        estimate, option = option_of[job.from_estimate_option_id]
        visit = world.jobs[estimate.job_id]
        assert visit.completed_at < job.booked_at and option.sold_at <= job.booked_at
        assert job.completed_at is None or job.total_cents == option.subtotal_cents
        assert job.household_id == visit.household_id and job.campaign_id == visit.campaign_id


def test_spend_covers_every_paid_campaign_and_day_once(world: World) -> None:
    rows = Counter((spend.campaign_id, spend.day) for spend in world.spend)
    assert max(rows.values()) == 1
    paid = {campaign.id for campaign in world.campaigns.values() if campaign.is_paid}
    assert {campaign_id for campaign_id, _ in rows} == paid
    assert all(world.campaigns[campaign_id].cost_source for campaign_id in paid)


def test_return_on_spend_is_plausible() -> None:
    world = build_world(seed=7, households=3000, months=18)
    revenue, spend = Counter(), Counter()
    for job in world.jobs.values():
        if job.completed_at is not None:
            revenue[world.campaigns[job.cause_campaign_id].channel] += job.total_cents
    for day in world.spend:
        spend[world.campaigns[day.campaign_id].channel] += day.spend_cents
    for channel, cents in spend.items():
        assert 2 < revenue[channel] / cents < 10, channel


def test_a_healthy_office_sends_one_crew_for_one_thing_on_one_day() -> None:
    """Also where the same household asks twice within hours: here one household once got two crews."""
    world = build_world(seed=7, households=400, months=8, pace=SLOW)
    zones = {key: ZoneInfo(brand.timezone) for key, brand in world.brands.items()}
    visits = Counter(
        (job.property_id, job.job_type_id, datetime.fromtimestamp(start, zones[job.brand_key]).date())
        for job in world.jobs.values()
        if job.canceled_at is None and job.recall_of_id is None
        for start in [job.rescheduled_start or job.scheduled_start]
    )
    assert [visit for visit, times in visits.items() if times > 1] == []
