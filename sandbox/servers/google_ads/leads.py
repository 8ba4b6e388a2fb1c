"""Local Services leads: what Google says of a request that its profile brought, as it changes over weeks.

| what | when |
|---|---|
| charged | an hour after it came, unless the call was too short |
| BOOKED, DECLINED | as the office marks it; ACTIVE once it answered |
| credit PENDING, CREDITED | of some lost ones, a day and ten days after they were lost |
| WIPED_OUT | of some lost ones, 45 days after (ASSUMED: when is not published); contact details are gone |
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.servers.google_ads.figures import DAY, drawn, local
from sandbox.world.model import Brand, Call, Lead, World

CHANNEL = "google_lsa"
_HOUR = 3600
_CHARGED_FROM_SECONDS = 30
# One lost lead in so many is credited, and wiped out; one phone lead in so many is behind a Google number.
_CREDITED, _WIPED, _FORWARDED = 8, 5, 25
_CREDIT_ASKED_AFTER, _CREDITED_AFTER, _WIPED_AFTER = DAY, 10 * DAY, 45 * DAY
# Only the first two are published; the others are ASSUMED to follow the pattern.
_CATEGORIES = {
    "hvac": "xcat:service_area_business_hvac",
    "plumbing": "xcat:service_area_business_plumber",
    "electrical": "xcat:service_area_business_electrician",
    "roofing": "xcat:service_area_business_roofer",
}


@dataclass(frozen=True)
class Profile:
    """A brand's Local Services profile."""

    brand: Brand
    zone: ZoneInfo
    customer_id: str
    leads: tuple[Lead, ...]
    calls: dict[int, Call]  # lead id → the call that it was

    @classmethod
    def of(cls, world: World, brand: Brand, zone: ZoneInfo, customer_id: str) -> Profile:
        ids = {key for key in brand.campaign_ids if world.campaigns[key].channel == CHANNEL}
        leads = tuple(lead for lead in world.leads.values() if lead.campaign_id in ids)
        calls = {lead.id: world.calls[lead.call_id] for lead in leads if lead.call_id is not None}
        return cls(brand, zone, customer_id, leads, calls)

    def lead_rows(self, campaign_names: dict[int, str], now: int) -> Iterator[dict[str, Any]]:
        """Args: campaign_names: world campaign id → resource name."""
        for lead in self.leads:
            if lead.created_at <= now:
                yield {
                    f"local_services_lead.{name}": value for name, value in self._lead(lead, now).items()
                } | {"local_services_lead.campaign": campaign_names[lead.campaign_id or 0]}

    def conversation_rows(self, now: int) -> Iterator[dict[str, Any]]:
        for lead in self.leads:
            for number, (at, conversation) in enumerate(self._conversations(lead)):
                if at <= now:
                    native = conversation_id(lead.id, number)
                    fields = {
                        "id": native,
                        "resource_name": f"{self._base}/localServicesLeadConversations/{native}",
                        "lead": self._lead_name(lead),
                        "event_date_time": self._written(at),
                        **conversation,
                    }
                    yield {f"local_services_lead_conversation.{name}": fields[name] for name in fields}

    def _lead(self, lead: Lead, now: int) -> dict[str, Any]:
        status = _status(lead, now)
        return {
            "id": lead_id(lead.id),
            "resource_name": self._lead_name(lead),
            "lead_type": "PHONE_CALL" if lead.kind == "call" else "MESSAGE",
            "lead_status": status,
            "category_id": _CATEGORIES[lead.trade],
            "creation_date_time": self._written(lead.created_at),
            "locale": "en",
            "lead_charged": self._is_charged(lead) and lead.created_at + _HOUR <= now,
            **self._credit(lead, now),
            **({} if status == "WIPED_OUT" else self._contact(lead)),
        }

    @property
    def _base(self) -> str:
        return f"customers/{self.customer_id}"

    def _lead_name(self, lead: Lead) -> str:
        return f"{self._base}/localServicesLeads/{lead_id(lead.id)}"

    def _is_charged(self, lead: Lead) -> bool:
        call = self.calls.get(lead.id)
        return call is None or call.duration_seconds > _CHARGED_FROM_SECONDS

    def _credit(self, lead: Lead, now: int) -> dict[str, Any]:
        if lead.lost_at is None or drawn("credit", lead.id) % _CREDITED or not self._is_charged(lead):
            return {}
        for after, state in ((_CREDITED_AFTER, "CREDITED"), (_CREDIT_ASKED_AFTER, "PENDING")):
            if lead.lost_at + after <= now:
                return {
                    "credit_details.credit_state": state,
                    "credit_details.credit_state_last_update_date_time": self._written(lead.lost_at + after),
                    "lead_feedback_submitted": True,
                }
        return {}

    def _contact(self, lead: Lead) -> dict[str, Any]:
        if lead.kind != "call":
            name = f"{lead.first} {(lead.last or ' ')[0]}." if lead.first else None
            return {
                "contact_details.consumer_name": name,
                "contact_details.phone_number": _e164(lead.phone),
            }
        if drawn("forwarded", lead.id) % _FORWARDED == 0:
            # Google's own number: dialling it needs the extension, and it identifies nobody.
            return {
                "contact_details.phone_number": f"{self.brand.office_phone[:5]}5550190",
                "contact_details.phone_number_extension": f"{drawn(lead.id) % 10_000:04}",
            }
        return {
            "contact_details.phone_number": self.calls[lead.id].from_phone if lead.id in self.calls else None
        }

    def _conversations(self, lead: Lead) -> Iterator[tuple[int, dict[str, Any]]]:
        call = self.calls.get(lead.id)
        if call is not None:
            yield (
                call.started_at,
                {
                    "conversation_channel": "PHONE_CALL",
                    "participant_type": "CONSUMER",
                    "phone_call_details.call_duration_millis": call.duration_seconds * 1000,
                },
            )
            return
        yield lead.created_at, {"conversation_channel": "MESSAGE", "participant_type": "CONSUMER"}
        if lead.contacted_at is not None:
            yield lead.contacted_at, {"conversation_channel": "MESSAGE", "participant_type": "ADVERTISER"}

    def _written(self, instant: int) -> str:
        """The account's wall clock, without an offset."""
        return f"{local(instant, self.zone):%Y-%m-%d %H:%M:%S}"


def lead_id(world_id: int) -> int:
    return 908_877_000_000 + world_id


def conversation_id(world_lead_id: int, number: int = 0) -> int:
    """The calls of phone leads are the first conversation of theirs."""
    return 55_000_000 + 2 * world_lead_id + number


def _status(lead: Lead, now: int) -> str:
    if lead.booked_at is not None and lead.booked_at <= now:
        return "BOOKED"
    if lead.lost_at is not None and lead.lost_at <= now:
        is_wiped = drawn("wiped", lead.id) % _WIPED == 0 and lead.lost_at + _WIPED_AFTER <= now
        return "WIPED_OUT" if is_wiped else "DECLINED"
    return "ACTIVE" if lead.contacted_at is not None and lead.contacted_at <= now else "NEW"


def _e164(typed: str | None) -> str | None:
    digits = "".join(character for character in typed or "" if character.isdigit())[-10:]
    return f"+1{digits}" if len(digits) == 10 else None
