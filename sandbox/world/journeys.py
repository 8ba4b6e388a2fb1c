"""From a broken furnace to a booking: what a household asks for, how, and what became of the request."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

from sandbox.world.calendars import DAY, HOUR, MINUTE, MONTH, PEAK, Calendar
from sandbox.world.handwriting import (
    email_as_typed,
    first_as_typed,
    last_as_typed,
    phone_as_typed,
    street_as_typed,
)
from sandbox.world.marketing import CHANNELS, Mix
from sandbox.world.model import Call, Campaign, Lead, Person, World
from sandbox.world.noise import Noise
from sandbox.world.numbers import stranger_number
from sandbox.world.pace import USUAL, Pace, delay
from sandbox.world.records import Desk, Files
from sandbox.world.residents import Site, Story
from sandbox.world.work import Crews, Order

_BOOKING_RATE = {"call": 0.76, "form": 0.55, "chat": 0.52, "booking": 0.93}
_SERVICES = {
    "roofing": (("repair", 0.36), ("maintenance", 0.06), ("estimate", 0.58)),
    "default": (("repair", 0.62), ("maintenance", 0.18), ("estimate", 0.20)),
}
_FURTHER_NEEDS_PER_18_MONTHS = 0.52
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
# channel -> the id that its clicks carry: field, share that keeps it, beginning, characters, their number.
_CLICK_IDS = {
    "google_ads": ("gclid", 0.92, "Cj0KCQ", _ALPHABET, 40),
    "meta": ("fbclid", 0.85, "IwAR", _ALPHABET, 57),
    "microsoft_ads": ("msclkid", 0.90, "", "0123456789abcdef", 32),
}
_REFERRERS = {"meta": "https://www.facebook.com/", "yelp": "https://www.yelp.com/"}
_AGENTS = ("Dana Whitfield", "Marcus Bell", "Tonya Price", "Eli Navarro")


@dataclass(frozen=True, slots=True)
class Need:
    """Something to be done at a property, and the moment when somebody starts asking for it."""

    site: Site
    moment: int
    trade: str
    service: str


class Journeys:
    """Lives one household's story: requests, calls, bookings, and everything that follows from them."""

    def __init__(
        self,
        world: World,
        noise: Noise,
        calendars: dict[str, Calendar],
        mixes: dict[str, Mix],
        desk: Desk,
        crews: Crews,
        pace: Pace = USUAL,
    ) -> None:
        self._world = world
        self._noise = noise
        self._calendars = calendars
        self._mixes = mixes
        self._desk = desk
        self._crews = crews
        self._pace = pace

    def live(self, story: Story) -> None:
        files = Files()
        served: set[str] = set()
        for need in self._needs(story):
            if self._pursue(story, files, need, returning=need.site.brand_key in served):
                served.add(need.site.brand_key)
        self._desk.tidy_up(story, files)
        if story.rng.random() < self._noise.spam_call:
            self._stray_call(story.rng, story.sites[0].brand_key)

    def _needs(self, story: Story) -> list[Need]:
        rng, ends_at = story.rng, self._world.ends_at
        months = (ends_at - story.asks_from) / MONTH
        further = _poisson(rng, _FURTHER_NEEDS_PER_18_MONTHS * story.demand * months / 18)
        needs = (self._need(story, rng.randrange(story.asks_from, ends_at)) for _ in range(1 + further))
        return sorted((need for need in needs if need is not None), key=lambda need: need.moment)

    def _need(self, story: Story, moment: int) -> Need | None:
        rng = story.rng
        for _ in range(4):
            held = [site for site in story.sites if site.held_at(moment)]
            if not held:
                return None
            site = rng.choice(held)
            trade = rng.choice(self._world.brands[site.brand_key].trades)
            calendar = self._calendars[site.brand_key]
            if rng.random() < calendar.season(trade, moment) / PEAK:
                break
            moment = rng.randrange(story.asks_from, self._world.ends_at)
        services = _SERVICES.get(trade, _SERVICES["default"])
        service = rng.choices([name for name, _ in services], weights=[share for _, share in services])[0]
        moment = max(calendar.waking(rng, moment), story.asks_from)
        if not site.held_at(moment):
            return None
        return Need(site, moment, trade, service)

    def _pursue(self, story: Story, files: Files, need: Need, *, returning: bool) -> bool:
        """Ask until somebody books or gives up. True if a job was booked."""
        rng, mix = story.rng, self._mixes[need.site.brand_key]
        if not returning and rng.random() < self._noise.earlier_touch:
            early = need.moment - rng.randrange(1 * DAY, 21 * DAY)
            if early > story.asks_from and need.site.held_at(early):
                self._ask(
                    story, files, need, mix.draw(rng, need.trade, returning=False), early, may_book=False
                )
        lead = self._ask(
            story, files, need, mix.draw(rng, need.trade, returning=returning), need.moment, may_book=True
        )
        if lead is None or lead.job_id is not None:
            return lead is not None
        if rng.random() >= self._noise.second_try:
            return False
        again = self._calendars[need.site.brand_key].waking(rng, (lead.lost_at or lead.created_at) + DAY)
        if again <= lead.created_at or not need.site.held_at(again):
            return False
        lead = self._ask(
            story, files, need, mix.draw(rng, need.trade, returning=returning), again, may_book=True
        )
        return lead is not None and lead.job_id is not None

    def _ask(
        self, story: Story, files: Files, need: Need, campaign_id: int, moment: int, *, may_book: bool
    ) -> Lead | None:
        """One request. None if it never became a lead: after the horizon, or a missed call never repeated."""
        rng, campaign = story.rng, self._world.campaigns[campaign_id]
        kinds = CHANNELS[campaign.channel].kinds
        kind = rng.choices(tuple(kinds), weights=tuple(kinds.values()))[0]
        if kind == "booking" and not may_book:
            kind = "form"
        books = may_book and rng.random() < _BOOKING_RATE[kind]
        person = self._asker(story, books=books)
        if kind == "call":
            moment = self._calendars[need.site.brand_key].office(moment)
        if moment > self._world.ends_at - HOUR:
            return None
        lead = self._lead(story, need, person, campaign, kind, moment)
        if kind == "call" and rng.random() < self._noise.missed_call:
            returned_at = moment + rng.randrange(5, 50) * MINUTE
            missed = self._call(story, lead, person, moment, outcome="abandoned", keep_lead=False)
            if rng.random() >= self._noise.missed_call_returns or returned_at > self._world.ends_at - HOUR:
                self._call_back(missed)
                return None
            lead.created_at = returned_at
        lead.id = len(self._world.leads) + 1
        self._world.leads[lead.id] = lead
        is_called = self._handle(rng, lead, books=books)
        call = None
        if kind == "call":
            outcome = "booked" if lead.booked_at else "unbooked"
            if outcome == "unbooked" and rng.random() < self._noise.excused_call:
                outcome = "excused"
            call = self._call(story, lead, person, lead.created_at, outcome=outcome, keep_lead=True)
            lead.call_id = call.id
        elif is_called and lead.contacted_at is not None and rng.random() < 0.55:
            self._call(story, lead, person, lead.contacted_at, outcome=None, keep_lead=True)
        if lead.in_crm:
            lead.crm_contact_id = self._desk.contact(story, files, person, lead).id
        if lead.booked_at is not None:
            self._book(story, files, need, person, lead, call)
        elif call is not None and rng.random() < self._noise.caller_put_on_file:
            lead.customer_id = call.customer_id = self._desk.customer(
                story, files, person, need.site, lead
            ).id
        return lead

    def _asker(self, story: Story, *, books: bool) -> Person:
        """Mostly the first adult. A request that leads nowhere comes from whoever has asked before.

        It leaves no address, so from somebody new nobody could tell whose household it is.
        """
        first, *others = story.members
        if not books:
            return next((member for member in story.members if member.id in story.known_phones), first)
        return others[0] if others and story.rng.random() < self._noise.partner_asks else first

    def _lead(
        self, story: Story, need: Need, person: Person, campaign: Campaign, kind: str, moment: int
    ) -> Lead:
        """The request as recorded; its id is given when it is kept."""
        rng, noise = story.rng, self._noise
        place = self._world.properties[need.site.property_id]
        typed = kind != "call"
        shows_street = typed and rng.random() < noise.street_on_form
        lead = Lead(
            id=0,
            brand_key=need.site.brand_key,
            household_id=story.household.id,
            person_id=person.id,
            kind=kind,
            created_at=moment,
            cause_campaign_id=campaign.id,
            campaign_id=campaign.id,
            evidence="csr",
            first=first_as_typed(rng, noise, person.first),
            last=last_as_typed(rng, noise, person.last),
            phone=phone_as_typed(rng, self._calling_from(story, person)),
            email=email_as_typed(rng, rng.choice(person.emails)) if typed and rng.random() < 0.92 else None,
            street=" ".join(filter(None, street_as_typed(rng, noise, place))) if shows_street else None,
            zip=place.zip if typed else None,
            trade=need.trade,
        )
        self._leave_evidence(rng, lead, campaign)
        # Online requests always reach the CRM, and so do calls where dispatch keeps no call log; anything
        # else only when somebody carries it over.
        logged_in_crm = kind == "call" and "calls" not in self._world.brands[lead.brand_key].dispatch_keeps
        lead.in_crm = kind in ("form", "chat") or rng.random() < 0.55 or logged_in_crm
        lead.in_dispatch = kind in ("call", "booking") or rng.random() < 0.35
        return lead

    def _calling_from(self, story: Story, person: Person) -> str:
        if person.id not in story.known_phones:
            use_landline = len(person.phones) > 1 and story.rng.random() < 0.35
            story.known_phones[person.id] = person.phones[1 if use_landline else 0]
        return story.known_phones[person.id]

    def _leave_evidence(self, rng: Random, lead: Lead, campaign: Campaign) -> None:
        brand, channel = self._world.brands[lead.brand_key], campaign.channel
        site = f"https://www.{brand.key}.example.com"
        if lead.kind == "call":
            if campaign.tracking_phone is None:
                return
            if channel != "google_lsa" and rng.random() < self._noise.misheard_source:
                # They dialled the office number; "found you online" is all the CSR heard.
                lead.campaign_id = self._mixes[brand.key].organic_id
                return
            lead.evidence = "lsa" if channel == "google_lsa" else "tracking_number"
        elif channel == "google_lsa":
            lead.evidence = "lsa"
        elif channel == "organic":
            lead.evidence = "referrer"
            lead.referrer_url = rng.choice(
                ("https://www.google.com/", "https://www.google.com/", "https://www.bing.com/")
            )
            lead.landing_url = f"{site}/{lead.trade}"
        else:
            self._tag(rng, lead, campaign, site)

    @staticmethod
    def _tag(rng: Random, lead: Lead, campaign: Campaign, site: str) -> None:
        lead.evidence = "utm"
        lead.utm_source, lead.utm_medium, lead.utm_campaign = (
            campaign.source,
            campaign.medium,
            campaign.utm_campaign,
        )
        query = (
            f"utm_source={campaign.source}&utm_medium={campaign.medium}&utm_campaign={campaign.utm_campaign}"
        )
        if campaign.channel in _CLICK_IDS:
            name, kept, beginning, alphabet, length = _CLICK_IDS[campaign.channel]
            if rng.random() < kept:
                click_id = beginning + "".join(rng.choices(alphabet, k=length))
                lead.evidence = name
                setattr(lead, name, click_id)
                query += f"&{name}={click_id}"
        lead.landing_url = f"{site}/{lead.trade}?{query}"
        lead.referrer_url = _REFERRERS.get(campaign.channel)

    def _handle(self, rng: Random, lead: Lead, *, books: bool) -> bool:
        """When the office answered, and whether it booked or lost the request; False if only in writing."""
        is_called = True
        calendar, ends_at = self._calendars[lead.brand_key], self._world.ends_at
        if lead.kind == "call":
            lead.contacted_at = lead.created_at
            booked_at = lead.created_at + rng.randrange(2, 9) * MINUTE
        elif lead.kind == "booking":
            lead.contacted_at = lead.created_at
            booked_at = lead.created_at + rng.randrange(5, 90)
        else:
            is_called = books or rng.random() >= self._noise.answered_in_writing * 3
            answered_at = calendar.office(lead.created_at + int(rng.lognormvariate(3.2, 1.2) * MINUTE))
            lead.contacted_at = None if answered_at > ends_at else answered_at
            wait = rng.randrange(3, 25) * MINUTE
            if rng.random() < 0.25:
                wait += rng.randrange(1, 5) * DAY
            booked_at = calendar.office(answered_at + wait)
        # Nothing is booked in the last hour before the horizon, so that each booking still gets its job.
        if books and lead.contacted_at is not None and booked_at <= ends_at - HOUR:
            lead.booked_at = booked_at
        else:
            lost_at = (lead.contacted_at or lead.created_at) + rng.randrange(6, 14 * 24) * HOUR
            lead.lost_at = lost_at if lost_at <= ends_at else None
        return is_called

    def _call(
        self,
        story: Story,
        lead: Lead,
        person: Person,
        started_at: int,
        *,
        outcome: str | None,
        keep_lead: bool,
    ) -> Call:
        """An inbound call, or with no outcome the office calling back."""
        rng, brand = story.rng, self._world.brands[lead.brand_key]
        tracked = lead.evidence in ("tracking_number", "lsa") and lead.campaign_id is not None
        number = self._world.campaigns[lead.campaign_id].tracking_phone if tracked else None  # type: ignore[index]
        caller, dialled = self._calling_from(story, person), number or brand.office_phone
        inbound = outcome is not None
        duration = rng.randrange(4, 50) if outcome == "abandoned" else rng.randrange(60, 720)
        call = Call(
            id=len(self._world.calls) + 1,
            brand_key=brand.key,
            direction="inbound" if inbound else "outbound",
            from_phone=caller if inbound else brand.office_phone,
            to_phone=dialled if inbound else caller,
            started_at=started_at,
            duration_seconds=duration,
            outcome=outcome,
            classified_at=started_at + duration + 30 if inbound else None,
            campaign_id=lead.campaign_id if (keep_lead or tracked) and inbound else None,
            lead_id=lead.id if keep_lead else None,
            agent_name=None if outcome == "abandoned" else rng.choice(_AGENTS),
            household_id=story.household.id,
            person_id=person.id,
        )
        self._world.calls[call.id] = call
        return call

    def _book(
        self, story: Story, files: Files, need: Need, person: Person, lead: Lead, call: Call | None
    ) -> None:
        assert lead.booked_at is not None and lead.campaign_id is not None
        rng = story.rng
        customer = self._desk.customer(story, files, person, need.site, lead)
        lead.customer_id = customer.id
        files.served.add(customer.id)
        urgent = need.service == "repair"
        job = self._crews.perform(
            story,
            Order(
                customer=customer,
                property_id=need.site.property_id,
                trade=need.trade,
                kind=need.service,
                booked_at=min(
                    lead.booked_at + delay(self._pace.handover, lead.id), self._world.ends_at - MINUTE
                ),
                days_out=rng.choice((0, 0, 1, 1, 2)) if urgent else rng.randrange(1, 8),
                campaign_id=self._typed_campaign(rng, lead),
                cause_campaign_id=lead.cause_campaign_id or lead.campaign_id,
                lead=lead,
            ),
        )
        lead.job_id = job.id
        if call is not None:
            call.customer_id, call.job_id = customer.id, job.id

    def _typed_campaign(self, rng: Random, lead: Lead) -> int:
        """What the CSR wrote on the job: mostly what the evidence says, sometimes something else."""
        assert lead.campaign_id is not None
        if lead.evidence == "csr" or rng.random() >= self._noise.csr_conflict:
            return lead.campaign_id
        mix = self._mixes[lead.brand_key]
        wrong = [
            choice for choice in (mix.organic_id, mix.referral_id, *mix.by_channel["google_ads", lead.trade])
        ]
        return rng.choice([choice for choice in wrong if choice != lead.campaign_id])

    def _stray_call(self, rng: Random, brand_key: str) -> None:
        """A call from nobody's household: a seller, a wrong number, a hang-up."""
        brand, calendar = self._world.brands[brand_key], self._calendars[brand_key]
        moment = calendar.office(rng.randrange(self._world.starts_at, self._world.ends_at - DAY))
        campaigns = [self._world.campaigns[key] for key in brand.campaign_ids]
        dialled = rng.choice([campaign for campaign in campaigns if campaign.tracking_phone] + [None, None])
        withheld = rng.random() < self._noise.withheld_number
        hung_up = rng.random() < 0.3
        duration = rng.randrange(3, 20) if hung_up else rng.randrange(15, 180)
        call = Call(
            id=len(self._world.calls) + 1,
            brand_key=brand_key,
            direction="inbound",
            from_phone="" if withheld else stranger_number(rng.randrange(700)),
            to_phone=(dialled.tracking_phone if dialled else None) or brand.office_phone,
            started_at=moment,
            duration_seconds=duration,
            outcome="abandoned" if hung_up else "not_lead",
            classified_at=moment + duration + 30,
            campaign_id=dialled.id if dialled else None,
            agent_name=None if hung_up else rng.choice(_AGENTS),
        )
        self._world.calls[call.id] = call
        if hung_up:
            self._call_back(call)

    def _call_back(self, missed: Call) -> None:
        """A good office rings back whoever was not answered and shows a number."""
        soon = (10 + missed.id % 40) * MINUTE
        called_at = missed.started_at + soon + delay(self._pace.call_back, missed.id)
        if not missed.from_phone or called_at > self._world.ends_at:
            return
        call = Call(
            id=len(self._world.calls) + 1,
            brand_key=missed.brand_key,
            direction="outbound",
            from_phone=self._world.brands[missed.brand_key].office_phone,
            to_phone=missed.from_phone,
            started_at=called_at,
            duration_seconds=20 + missed.id * 7 % 100,
            outcome=None,
            classified_at=None,
            campaign_id=None,
            agent_name=_AGENTS[missed.id % len(_AGENTS)],
            household_id=missed.household_id,
            person_id=missed.person_id,
        )
        self._world.calls[call.id] = call


def _poisson(rng: Random, mean: float) -> int:
    limit, product, drawn = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        drawn += 1
    return drawn
