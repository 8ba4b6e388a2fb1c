"""Calls, forms and conversations of one account, as CallRail shows them at an instant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.servers.callrail.identifiers import native, share
from sandbox.servers.callrail.trackers import SOURCE_TITLES, Tracker, company_id, local, trackers, utc
from sandbox.servers.callrail.visits import (
    Visit,
    earlier_search,
    invented_click_id,
    milestones,
    plain_fields,
)
from sandbox.world.calendars import DAY
from sandbox.world.model import Call, Job, Lead, Person, World

Row = dict[str, Any]

# What a plain request leaves out, and `fields=` adds.
CALL_EXTRAS = (
    "call_type", "campaign", "company_id", "company_name", "company_time_zone", "created_at", "device_type",
    "fbclid", "first_call", "gclid", "good_lead_call_id", "keywords", "landing_page_url", "lead_status",
    "medium", "milestones", "msclkid", "note", "person_id", "prior_calls", "referring_url", "source",
    "source_name", "tags", "timeline_url", "total_calls", "tracker_id", "utm_campaign", "utm_medium",
    "utm_source", "value",
)  # fmt: skip
FORM_EXTRAS = (
    "company_name", "form_name", "lead_status", "milestones", "note", "tags", "timeline_url",
    "utm_campaign", "utm_medium", "utm_source", "value",
)  # fmt: skip

_TAGS = {"booked": (11, "Booked"), "unbooked": (12, "Not booked"), "excused": (13, "Excused")}
_LEAD_STATUS = {"booked": "good_lead", "unbooked": "good_lead", "not_lead": "not_a_lead"}
_SPAM_NOTICED_AFTER = DAY


class Records:
    """What the account holds; rows are rendered only when somebody reads them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._trackers = trackers(world)
        self._campaigns = {
            campaign.tracking_phone: campaign
            for campaign in world.campaigns.values()
            if campaign.tracking_phone
        }
        self._jobs_of_call: dict[int, Job] = {
            job.call_id: job for job in world.jobs.values() if job.call_id is not None
        }

    # -- which exist at an instant -----------------------------------------------------------------

    def calls(self, now: int) -> list[Call]:
        """Oldest first; spam that somebody marked is gone from every answer."""
        found = [
            call
            for call in self._world.calls.values()
            if call.direction == "inbound"
            and call.to_phone in self._trackers
            and call.started_at <= now
            and not self._is_hidden(call, now)
        ]
        return sorted(found, key=lambda call: (call.started_at, call.id))

    def forms(self, now: int) -> list[Lead]:
        """Newest first. Other requests came through pages that CallRail does not see."""
        found = [lead for lead in self._leads(now, "form") if lead.landing_url]
        return sorted(found, key=lambda lead: (-lead.created_at, lead.id))

    def conversations(self, now: int) -> list[Lead]:
        """Newest message first."""
        found = [
            lead
            for lead in self._leads(now, "chat")
            if share(lead.id, "text", 50) and self._number_of(lead) is not None and lead.phone
        ]
        return sorted(found, key=lambda lead: (-self.last_message_at(lead, now), lead.id))

    def _leads(self, now: int, kind: str) -> Iterator[Lead]:
        return (lead for lead in self._world.leads.values() if lead.kind == kind and lead.created_at <= now)

    @staticmethod
    def _is_hidden(call: Call, now: int) -> bool:
        is_spam = call.outcome == "not_lead" and share(call.id, "spam", 30)
        return is_spam and call.started_at + _SPAM_NOTICED_AFTER <= now

    # -- calls -------------------------------------------------------------------------------------

    def call(self, call: Call, now: int) -> Row:
        """All fields, whether asked for or not."""
        tracker = self._trackers[call.to_phone]
        brand, has_ended = tracker.brand, call.started_at + call.duration_seconds <= now
        created = self._visit_before(call, tracker)
        first = self._first_touch(call.id, created, tracker)
        outcome = call.outcome if call.classified_at is not None and call.classified_at <= now else None
        tag = _TAGS.get(outcome or "")
        answered = has_ended and call.outcome != "abandoned"
        call_id = native("calls", call.id)
        return {
            "id": call_id,
            "answered": answered,
            "business_phone_number": brand.office_phone,
            "customer_city": brand.city,
            "customer_country": "US",
            "customer_name": self._name_shown(call),
            # ASSUMED: what stands in the place of a withheld number differs.
            "customer_phone_number": call.from_phone or ("Anonymous" if call.id % 2 else ""),
            "customer_state": brand.state,
            "direction": "inbound",
            "duration": call.duration_seconds if has_ended else None,
            "recording": None,
            "recording_duration": None,
            "recording_player": None,
            "start_time": local(call.started_at, brand),
            "tracking_phone_number": call.to_phone,
            "voicemail": False,
            "call_type": ("answered" if answered else "abandoned") if has_ended else "in_progress",
            "company_id": company_id(brand),
            "company_name": brand.name,
            "company_time_zone": brand.timezone,
            "created_at": utc(call.started_at),
            "device_type": "Mobile",
            "first_call": True,
            "good_lead_call_id": None,
            "keywords": None,
            "lead_status": _LEAD_STATUS.get(outcome or ""),
            "milestones": milestones(first, created, call.classified_at if outcome == "booked" else None),
            "note": None,
            "person_id": native("persons", call.person_id or f"call-{call.id}"),
            "prior_calls": 0,
            "source_name": tracker.name,
            "tags": [{"id": tag[0], "name": tag[1], "tag_level": "account", "color": "green1"}]
            if tag
            else [],
            "timeline_url": f"https://app.callrail.example.com/calls/{call_id}",
            "total_calls": 1,
            "tracker_id": tracker.id,
            "value": self._value(self._jobs_of_call.get(call.id), now),
            **plain_fields(first, created),
        }

    def _visit_before(self, call: Call, tracker: Tracker) -> Visit:
        """The visit that showed the number; where no website did, the call itself."""
        if not tracker.is_session:
            title = SOURCE_TITLES.get(tracker.channel)
            return Visit(call.started_at, title, None, tracker.campaign_name)
        site = f"https://www.{tracker.brand.key}.example.com"
        at = call.started_at - 40 - call.id % 500
        campaign = self._campaigns[tracker.number]
        if campaign.utm_campaign is None or campaign.source is None or campaign.medium is None:
            return Visit(at, "google", "organic", None, f"{site}/", "https://www.google.com/")
        utm = (campaign.source, campaign.medium, campaign.utm_campaign)
        query = "&".join(
            f"{name}={value}"
            for name, value in zip(("utm_source", "utm_medium", "utm_campaign"), utm, strict=True)
        )
        landing = f"{site}/?{query}"
        if tracker.channel == "google_ads" and share(call.id, "gclid", 70):
            click_id = invented_click_id(f"{self._world.seed}:{call.id}")
            return Visit(
                at, *utm, landing=f"{landing}&gclid={click_id}", utm=utm, click_ids=(("gclid", click_id),)
            )
        return Visit(at, *utm, landing=landing, utm=utm)

    def _first_touch(self, world_id: int, created: Visit, tracker: Tracker) -> Visit:
        if created.landing and created.medium != "organic" and share(world_id, "first touch", 25):
            return earlier_search(created, f"https://www.{tracker.brand.key}.example.com")
        return created

    def _name_shown(self, call: Call) -> str | None:
        """As carriers show it: family name first, capitals, or nothing."""
        person: Person | None = self._world.persons.get(call.person_id or 0)
        return f"{person.last} {person.first}".upper() if person and call.from_phone else None

    @staticmethod
    def _value(job: Job | None, now: int) -> str:
        """Typed in once the work is done, weeks after the call."""
        done = job is not None and job.completed_at is not None and job.completed_at <= now
        cents = job.total_cents if job is not None and done else 0
        return f"{cents // 100}.{cents % 100:02d}".removesuffix("0")

    # -- forms and text messages -------------------------------------------------------------------

    def form(self, lead: Lead, now: int) -> Row:
        brand = self._world.brands[lead.brand_key]
        created = self._visit_of(lead)
        job = self._world.jobs.get(lead.job_id or 0)
        is_booked = lead.booked_at is not None and lead.booked_at <= now
        return {
            "id": native("forms", lead.id),
            "company_id": company_id(brand),
            "person_id": native("persons", lead.person_id),
            "form_data": {
                "name": " ".join(filter(None, (lead.first, lead.last))),
                "phone": lead.phone,
                "email": lead.email,
                "street": lead.street,
                "zip": lead.zip,
                "service": lead.trade,
            },
            "form_url": lead.landing_url,
            "referrer": lead.referrer_url,
            "submitted_at": local(lead.created_at, brand),
            "first_form": True,
            "customer_phone_number": _e164(lead.phone),
            "customer_name": " ".join(filter(None, (lead.first, lead.last))) or None,
            "customer_email": lead.email,
            "keywords": None,
            "company_name": brand.name,
            "form_name": "Request service",
            "lead_status": "good_lead" if is_booked else None,
            "milestones": milestones(created, created, lead.booked_at if is_booked else None),
            "note": None,
            "tags": [],
            "timeline_url": f"https://app.callrail.example.com/forms/{native('forms', lead.id)}",
            "value": self._value(job, now),
            **{
                name: value
                for name, value in plain_fields(created, created).items()
                if name not in ("gclid", "msclkid", "fbclid")
            },
        }

    def _visit_of(self, lead: Lead) -> Visit:
        utm = None
        if lead.utm_source and lead.utm_medium and lead.utm_campaign:
            utm = (lead.utm_source, lead.utm_medium, lead.utm_campaign)
        ids = tuple(
            (name, value)
            for name in ("gclid", "msclkid", "fbclid")
            if (value := getattr(lead, name)) is not None
        )
        source, medium, campaign = utm or ("google", "organic", None)
        return Visit(
            at=lead.created_at - 60,
            source=source,
            medium=medium,
            campaign=campaign,
            landing=lead.landing_url,
            referrer=lead.referrer_url,
            utm=utm,
            click_ids=ids,
        )

    def conversation(self, lead: Lead, now: int) -> Row:
        brand = self._world.brands[lead.brand_key]
        tracker = self._trackers[str(self._number_of(lead))]
        asked = {"direction": "incoming", "content": f"Hi, I need {lead.trade} service.",
                 "created_at": utc(lead.created_at)}  # fmt: skip
        answer = {"direction": "outgoing", "content": "When can we call you?",
                  "created_at": utc(self.last_message_at(lead, now))}  # fmt: skip
        is_answered = lead.contacted_at is not None and lead.contacted_at <= now
        name = " ".join(filter(None, (lead.first, lead.last)))
        return {
            "id": native("conversations", lead.id),
            "company_id": company_id(brand),
            "initial_tracker_id": tracker.id,
            "current_tracker_id": tracker.id,
            "customer_name": name or None,
            "customer_phone_number": _e164(lead.phone),
            "initial_tracking_number": tracker.number,
            "current_tracking_number": tracker.number,
            "last_message_at": utc(self.last_message_at(lead, now)),
            "state": "active",
            "company_time_zone": brand.timezone,
            "formatted_customer_name": name or None,
            "recent_messages": [answer, asked] if is_answered else [asked],
        }

    def _number_of(self, lead: Lead) -> str | None:
        campaign = self._world.campaigns.get(lead.campaign_id or 0)
        return campaign.tracking_phone if campaign else None

    @staticmethod
    def last_message_at(lead: Lead, now: int) -> int:
        answered = lead.contacted_at
        return answered if answered is not None and answered <= now else lead.created_at


def _e164(phone: str | None) -> str | None:
    digits = "".join(character for character in phone or "" if character.isdigit())
    return f"+1{digits[-10:]}" if len(digits) >= 10 else phone
