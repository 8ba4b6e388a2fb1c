"""The front desk: how customers and CRM contacts come to be on record, once or several times."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from sandbox.world.calendars import DAY
from sandbox.world.handwriting import (
    PLACEHOLDER_EMAILS,
    PLACEHOLDER_PHONES,
    email_as_typed,
    first_as_typed,
    last_as_typed,
    phone_as_typed,
    street_as_typed,
)
from sandbox.world.marketing import CHANNELS
from sandbox.world.model import CrmContact, Customer, Lead, Person, World
from sandbox.world.noise import Noise
from sandbox.world.residents import Site, Story

# A healthy office books somebody under a second record now and then, and notices before there is a third.
RECORDS_OF_ONE_PERSON = 2


@dataclass(slots=True)
class Files:
    """What the systems already hold about one household."""

    customers: list[Customer] = field(default_factory=list)
    contacts: list[CrmContact] = field(default_factory=list)
    served: set[int] = field(default_factory=set)  # customers that had a job booked


class Desk:
    """Finds or creates the record that a request is booked under."""

    def __init__(self, world: World, noise: Noise) -> None:
        self._world = world
        self._noise = noise

    def customer(self, story: Story, files: Files, person: Person, site: Site, lead: Lead) -> Customer:
        """The dispatch record of a booking, or of an unbooked caller whom the CSR puts on file."""
        moment = lead.booked_at or lead.created_at
        known = [
            customer
            for customer in files.customers
            if customer.brand_key == site.brand_key
            and customer.merged_at is None
            # A slow answer may book after a later request did: its record did not exist yet.
            and customer.created_at <= moment
        ]
        match = self._match(story.rng, known, person, site)
        is_new = match is None or story.rng.random() < self._noise.duplicate_customer
        own = [customer for customer in files.customers if customer.brand_key == site.brand_key]
        own = [customer for customer in own if customer.person_id == person.id]
        if is_new and len(own) == RECORDS_OF_ONE_PERSON:
            match, is_new = next((customer for customer in own if customer in known), match), False
        if match is None or is_new:
            return self._new_customer(story, files, person, site, lead, moment, duplicate_of=match)
        if site.property_id not in match.property_ids:
            match.property_ids = (*match.property_ids, site.property_id)
            place = self._world.properties[site.property_id]
            match.address_text[place.id] = street_as_typed(story.rng, self._noise, place)
        return match

    def _match(self, rng: Random, known: list[Customer], person: Person, site: Site) -> Customer | None:
        if not known:
            return None
        own = [customer for customer in known if customer.person_id == person.id]
        here = [customer for customer in own or known if site.property_id in customer.property_ids]
        if not own and rng.random() < self._noise.spouse_gets_own_record:
            return None
        if here:
            return here[0]
        moved = self._world.households[person.household_id].kind == "residential"
        return None if moved and rng.random() < self._noise.new_record_after_move else (own or known)[0]

    def _new_customer(
        self,
        story: Story,
        files: Files,
        person: Person,
        site: Site,
        lead: Lead,
        moment: int,
        duplicate_of: Customer | None,
    ) -> Customer:
        rng, noise = story.rng, self._noise
        place = self._world.properties[site.property_id]
        first, last = first_as_typed(rng, noise, person.first), last_as_typed(rng, noise, person.last)
        if rng.random() < noise.swapped_name:
            first, last = last, first
        emails = self._emails(rng, person)
        customer = Customer(
            id=len(self._world.customers) + 1,
            brand_key=site.brand_key,
            household_id=story.household.id,
            person_id=person.id,
            first=first,
            last=last,
            company=story.household.business_name,
            kind="commercial" if story.household.business_name else "residential",
            phones=self._phones(story, files, person, site, emails),
            emails=emails,
            property_ids=(place.id,),
            created_at=moment,
            source_name=self._picklist(lead),
            address_text={place.id: street_as_typed(rng, noise, place)},
        )
        if duplicate_of is not None and rng.random() < noise.duplicate_merged:
            customer.merged_at = moment + rng.randrange(5 * DAY, 90 * DAY)
            customer.merged_into_id = duplicate_of.id
            if customer.merged_at > self._world.ends_at:
                customer.merged_at = customer.merged_into_id = None
        if len(person.phones) > 1 and rng.random() < noise.landline_told_later:
            told_at = moment + rng.randrange(10 * DAY, 120 * DAY)
            if told_at <= self._world.ends_at:
                customer.contact_changed_at = told_at
                customer.late_phone = phone_as_typed(rng, person.phones[1])
        self._world.customers[customer.id] = customer
        files.customers.append(customer)
        return customer

    def _picklist(self, lead: Lead) -> str | None:
        if lead.campaign_id is None:
            return None
        return CHANNELS[self._world.campaigns[lead.campaign_id].channel].picklist

    def _phones(
        self, story: Story, files: Files, person: Person, site: Site, emails: tuple[str, ...]
    ) -> tuple[str, ...]:
        rng, noise = story.rng, self._noise
        if story.manager_phone is not None:
            own = (person.phones[0],) if rng.random() < 0.2 else ()
            return tuple(phone_as_typed(rng, phone) for phone in (story.manager_phone, *own))
        phones = [person.phones[0]]
        for partner in story.members:
            if partner is person:
                continue
            if self._must_be_named(story, files, partner, person, site):
                phones.append(story.known_phones.get(partner.id, partner.phones[0]))
            elif rng.random() < noise.both_phones:
                phones.append(partner.phones[0])
        typed = tuple(phone_as_typed(rng, phone) for phone in phones)
        lot = rng.random()
        if not emails or len(typed) > 1:
            return typed
        if lot < noise.placeholder_phone:
            return (rng.choice(PLACEHOLDER_PHONES),)
        if lot < noise.placeholder_phone + noise.office_phone:
            return (phone_as_typed(rng, self._world.brands[site.brand_key].office_phone),)
        return typed

    @staticmethod
    def _must_be_named(story: Story, files: Files, partner: Person, person: Person, site: Site) -> bool:
        """Whether nobody could tell that two adults live together unless this record gives both numbers."""
        if not share_a_trait(person, partner):
            return True
        on_file = any(
            customer.person_id == partner.id and site.property_id in customer.property_ids
            for customer in files.customers
        )
        return partner.id in story.known_phones and not on_file

    def _emails(self, rng: Random, person: Person) -> tuple[str, ...]:
        lot = rng.random()
        if lot < self._noise.missing_email:
            return ()
        if lot < self._noise.missing_email + self._noise.placeholder_email:
            return (rng.choice(PLACEHOLDER_EMAILS), email_as_typed(rng, person.emails[0]))
        return (email_as_typed(rng, person.emails[0]),)

    def tidy_up(self, story: Story, files: Files) -> None:
        """Some records that never had a job are deleted later."""
        survivors = {customer.merged_into_id for customer in files.customers}
        for customer in files.customers:
            if customer.id in files.served or customer.id in survivors:
                continue
            if story.rng.random() < self._noise.jobless_deleted:
                deleted_at = customer.created_at + story.rng.randrange(20 * DAY, 100 * DAY)
                if customer.merged_at is None and deleted_at <= self._world.ends_at:
                    customer.deleted_at = deleted_at

    def contact(self, story: Story, files: Files, person: Person, lead: Lead) -> CrmContact:
        """The CRM contact of a lead; the CRM itself never holds one e-mail address twice."""
        email = lead.email.lower() if lead.email else None
        live = [
            contact for contact in files.contacts if contact.merged_at is None and contact.archived_at is None
        ]
        own = [contact for contact in live if contact.person_id == person.id]
        known = next((contact for contact in live if email is not None and contact.email == email), None)
        if known is None and own and story.rng.random() >= self._noise.duplicate_contact:
            known = own[0]
            known.email = known.email or email
        if known is not None:
            # Requests are simulated by need, so an earlier one may come later.
            known.created_at = min(known.created_at, lead.created_at)
            return known
        if any(contact.email == email for contact in files.contacts):
            email = None
        return self._new_contact(story, files, person, lead, email, own[0] if own else None)

    def _new_contact(
        self,
        story: Story,
        files: Files,
        person: Person,
        lead: Lead,
        email: str | None,
        duplicate_of: CrmContact | None,
    ) -> CrmContact:
        rng, noise = story.rng, self._noise
        brand = self._world.brands[lead.brand_key]
        mobile = rng.random() < 0.3
        contact = CrmContact(
            id=len(self._world.contacts) + 1,
            household_id=story.household.id,
            person_id=person.id,
            brand_key=lead.brand_key,
            first=lead.first,
            last=lead.last,
            email=email,
            phone=None if mobile else lead.phone,
            mobile=lead.phone if mobile else None,
            street=lead.street,
            city=brand.city if lead.street else None,
            state=brand.state if lead.street else None,
            zip=lead.zip,
            created_at=lead.created_at,
            first_lead_id=lead.id,
        )
        if duplicate_of is not None:
            later = lead.created_at + rng.randrange(2 * DAY, 40 * DAY)
            lot = rng.random()
            if later <= self._world.ends_at and lot < noise.contact_merged:
                contact.merged_at, contact.merged_into_id = later, duplicate_of.id
            elif later <= self._world.ends_at and lot < noise.contact_merged + noise.contact_archived:
                contact.archived_at = later
        self._world.contacts[contact.id] = contact
        files.contacts.append(contact)
        return contact


def survivor(world: World, customer: Customer, instant: int) -> Customer:
    """The record that a merged customer continues as at `instant`."""
    while (
        customer.merged_into_id is not None
        and customer.merged_at is not None
        and customer.merged_at <= instant
    ):
        customer = world.customers[customer.merged_into_id]
    return customer


def share_a_trait(one: Person, other: Person) -> bool:
    """Whether a stranger could tell from records alone that two people live together."""
    return one.last == other.last or bool({*one.phones, *one.emails} & {*other.phones, *other.emails})
