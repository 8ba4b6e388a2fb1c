"""Gaps in what people asked for: leads and calls that lost their source, their answer or their job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from random import Random

from sandbox.gaps.scene import Places, Scene, Spot, Worth
from sandbox.gaps.work import FAR_ZIPS
from sandbox.world.calendars import HOUR
from sandbox.world.model import Call, Job, Lead
from sandbox.world.numbers import stranger_number

MISSPELT_SOURCES = ("gogle", "facebok_ad", "binng", "newsleter", "gooogle-ads", "yellp")
# Ids of calls that a gap adds begin here, beyond those of any world.
ADDED_CALL = 1_000_000_000


class RequestGaps:
    """Where a request can get lost."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._world = scene.world
        self.places: dict[str, Places] = {
            "lead_without_source": self._sourced_leads,
            "lead_source_unknown": self._tagged_leads,
            "lead_outside_service_area": self._leads_with_zip,
            "lead_booked_without_job": self._unbooked_leads,
            "lead_not_answered": self._answered_leads,
            "lead_trade_differs_from_job": self._leads_of_brands_with_trades,
            "outcome_missing_in_crm": self._won_leads,
            "outcome_amount_differs_in_crm": self._won_leads_with_amount,
            "call_booked_without_job": self._strangers_on_tracked_lines,
            "missed_call_not_returned": self._tracked_lines,
        }

    # -- leads ----------------------------------------------------------------------------------------------

    def _ripe_leads(self) -> Iterator[tuple[str, Lead]]:
        crm = self._scene.account_of_kind("crm")
        for lead in self._scene.lonely_crm_leads():
            if crm is not None and self._scene.is_ripe(lead.created_at + 2 * HOUR):
                yield crm, lead

    def _leads_of_lone_contacts(self) -> Iterator[tuple[str, Lead]]:
        """Of people who asked once: no other request of the same contact says more."""
        use = self._scene.contact_use()
        for crm, lead in self._ripe_leads():
            contact = self._world.contacts.get(lead.crm_contact_id or 0)
            if contact is not None and use[contact.id] == 1 and contact.merged_at is None:
                yield crm, lead

    def _ticket(self, lead: Lead) -> Worth:
        return lambda: self._scene.ticket(lead.brand_key, lead.trade)

    def _sourced_leads(self) -> Iterator[Spot]:
        for crm, lead in self._leads_of_lone_contacts():
            yield Spot(crm, "lead", "deals", lead.id, self._lose_source(lead))

    def _lose_source(self, lead: Lead) -> Callable[[Random], Worth]:
        def apply(_: Random) -> Worth:
            lead.campaign_id = lead.utm_source = lead.utm_medium = lead.utm_campaign = None
            lead.gclid = lead.fbclid = lead.msclkid = lead.landing_url = lead.referrer_url = None
            lead.evidence = "none"
            return self._ticket(lead)

        return apply

    def _tagged_leads(self) -> Iterator[Spot]:
        """Somebody mistypes the link's tag; click ids and the picklist still tell the source."""
        for crm, lead in self._leads_of_lone_contacts():
            if lead.utm_source is not None:
                yield Spot(crm, "lead", "deals", lead.id, self._misspell(lead))

    def _misspell(self, lead: Lead) -> Callable[[Random], Worth]:
        def apply(rng: Random) -> Worth:
            spelt, lead.utm_source = lead.utm_source, rng.choice(MISSPELT_SOURCES)
            if lead.landing_url is not None:
                old, new = f"utm_source={spelt}", f"utm_source={lead.utm_source}"
                lead.landing_url = lead.landing_url.replace(old, new)
            return self._ticket(lead)

        return apply

    def _leads_with_zip(self) -> Iterator[Spot]:
        """Of households that asked once and have no job: nothing else tells of a home in the area."""
        asked = Counter(lead.household_id for lead in self._world.leads.values())
        served = {job.household_id for job in self._world.jobs.values()}
        for crm, lead in self._leads_of_lone_contacts():
            is_stranger = asked[lead.household_id] == 1 and lead.household_id not in served
            if is_stranger and lead.zip is not None:
                yield Spot(crm, "lead", "deals", lead.id, self._ask_from_afar(lead))

    def _ask_from_afar(self, lead: Lead) -> Callable[[Random], Worth]:
        """Nobody can go there, so no revenue is at risk: what was lost is what the lead had cost."""

        def apply(rng: Random) -> Worth:
            contact = self._world.contacts[lead.crm_contact_id or 0]
            lead.zip = contact.zip = rng.choice(FAR_ZIPS)
            return lambda: 0

        return apply

    def _unbooked_leads(self) -> Iterator[Spot]:
        """Requests of people who never had a job, so that no job can be taken for the missing one."""
        served = {job.household_id for job in self._world.jobs.values()}
        for crm, lead in self._ripe_leads():
            if lead.household_id not in served:
                yield Spot(crm, "lead", "deals", lead.id, self._claim_booked(lead))

    def _claim_booked(self, lead: Lead) -> Callable[[Random], Worth]:
        def apply(_: Random) -> Worth:
            ripe_since = min(lead.created_at + 2 * HOUR, self._scene.clock.now())
            lead.crm_booked_without_job = True
            lead.contacted_at = lead.contacted_at or lead.created_at + HOUR
            lead.booked_at = max(lead.contacted_at, ripe_since)
            lead.lost_at = None
            return self._ticket(lead)

        return apply

    def _answered_leads(self) -> Iterator[Spot]:
        """Answered by mail, so that no call shows that somebody did."""
        last_called: dict[int | None, int] = {}
        for call in self._world.calls.values():
            last_called[call.household_id] = max(call.started_at, last_called.get(call.household_id, 0))
        for crm, lead in self._ripe_leads():
            quiet = last_called.get(lead.household_id, 0) < lead.created_at
            if lead.contacted_at is not None and quiet:
                yield Spot(crm, "lead", "deals", lead.id, self._ignore(lead))

    def _ignore(self, lead: Lead) -> Callable[[Random], Worth]:
        def apply(_: Random) -> Worth:
            lead.contacted_at = None
            return self._ticket(lead)

        return apply

    # -- what came of leads ---------------------------------------------------------------------------------

    def _booked_crm_leads(self) -> Iterator[tuple[str, Lead, Job]]:
        """Requests that became a job which still stands, and that the CRM knows."""
        crm = self._scene.account_of_kind("crm")
        for lead in self._world.leads.values():
            job = self._world.jobs.get(lead.job_id or 0)
            known = lead.in_crm and not lead.crm_booked_without_job
            fresh = self._scene.is_fresh("lead", lead.id) and self._scene.is_fresh("job", lead.job_id)
            stands = job is not None and job.canceled_at is None and self._scene.is_ripe(job.booked_at)
            if crm is not None and job is not None and stands and known and fresh:
                yield crm, lead, job

    def _leads_of_brands_with_trades(self) -> Iterator[Spot]:
        for crm, lead, job in self._booked_crm_leads():
            others = [trade for trade in self._world.brands[lead.brand_key].trades if trade != lead.trade]
            if others and not lead.in_dispatch:
                yield Spot(crm, "lead", "deals", lead.id, self._ask_for_other_trade(lead, job, others))

    def _ask_for_other_trade(self, lead: Lead, job: Job, others: list[str]) -> Callable[[Random], Worth]:
        def apply(rng: Random) -> Worth:
            lead.trade = rng.choice(others)
            self._scene.spoil("job", job.id)
            return lambda: self._scene.value_of(job)

        return apply

    def _done_crm_leads(self) -> Iterator[tuple[str, Lead, Job]]:
        for crm, lead, job in self._booked_crm_leads():
            if self._scene.is_ripe(job.completed_at) and job.total_cents > 0:
                yield crm, lead, job

    def _won_leads(self) -> Iterator[Spot]:
        for crm, lead, job in self._done_crm_leads():
            yield Spot(crm, "lead", "deals", lead.id, self._lose_outcome(lead, job))

    def _lose_outcome(self, lead: Lead, job: Job) -> Callable[[Random], Worth]:
        def apply(_: Random) -> Worth:
            lead.outcome_lost = True
            self._scene.spoil("job", job.id)
            return lambda: job.total_cents

        return apply

    def _won_leads_with_amount(self) -> Iterator[Spot]:
        for crm, lead, job in self._done_crm_leads():
            yield Spot(crm, "lead", "deals", lead.id, self._tell_other_amount(lead, job))

    def _tell_other_amount(self, lead: Lead, job: Job) -> Callable[[Random], Worth]:
        """Off by half-dollars, which no sales tax of the job happens to be."""

        def apply(rng: Random) -> Worth:
            off = rng.randrange(1, 40) * 50
            lead.outcome_off_by_cents = -off if rng.random() < 0.5 else off + job.total_cents
            self._scene.spoil("job", job.id)
            return lambda: abs(lead.outcome_off_by_cents)

        return apply

    # -- calls ----------------------------------------------------------------------------------------------

    def _call_spot(self, call: Call, apply: Callable[[Random], Worth]) -> Spot:
        return Spot(self._scene.account(call.brand_key), "call", "calls", call.id, apply)

    def _strangers_on_tracked_lines(self) -> Iterator[Spot]:
        """Calls of nobody's household, which a CSR now says were booked."""
        for call in self._world.calls.values():
            plain = call.outcome == "not_lead" and call.from_phone and call.campaign_id is not None
            alone = call.household_id is None and self._is_only_call(call)
            if plain and alone and self._is_logged(call) and self._scene.is_fresh("call", call.id):
                yield self._call_spot(call, self._claim_call_booked(call))

    def _claim_call_booked(self, call: Call) -> Callable[[Random], Worth]:
        def apply(_: Random) -> Worth:
            call.outcome, call.edited_at = "booked", self._scene.clock.now()
            return lambda: self._scene.ticket(call.brand_key, None)

        return apply

    def _tracked_lines(self) -> Iterator[Spot]:
        """A stranger rings the number that somebody else rang, is not answered, and never called back."""
        for call in self._world.calls.values():
            inbound = call.direction == "inbound" and call.campaign_id is not None
            if inbound and self._is_logged(call):
                account = self._scene.account(call.brand_key)
                yield Spot(account, "call", "calls", ADDED_CALL + call.id, self._ring_in_vain(call))

    def _ring_in_vain(self, like: Call) -> Callable[[Random], Worth]:
        def apply(rng: Random) -> Worth:
            added = Call(
                id=ADDED_CALL + like.id,
                brand_key=like.brand_key,
                direction="inbound",
                from_phone=self._unknown_number(),
                to_phone=like.to_phone,
                started_at=like.started_at + rng.randrange(5, 60) * 60,
                duration_seconds=rng.randrange(15, 50),
                outcome="abandoned",
                classified_at=like.started_at + HOUR + 60,
                campaign_id=like.campaign_id,
                edited_at=self._scene.clock.now(),
            )
            self._world.calls[added.id] = added
            return lambda: self._scene.ticket(like.brand_key, None)

        return apply

    def _unknown_number(self) -> str:
        used = {call.from_phone for call in self._world.calls.values()}
        return next(number for number in map(stranger_number, range(700)) if number not in used)

    def _is_only_call(self, call: Call) -> bool:
        return not any(
            other.id != call.id and call.from_phone in (other.from_phone, other.to_phone)
            for other in self._world.calls.values()
        )

    def _is_logged(self, call: Call) -> bool:
        """Where dispatch keeps no call log, nobody sees whether the office called back."""
        return self._scene.keeps(call.brand_key, "calls") and self._scene.is_ripe(call.started_at)
