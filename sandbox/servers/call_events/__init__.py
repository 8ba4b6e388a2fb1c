"""What an answering service tells of the calls it took: one file of `call_event_v1` lines over HTTP.

It takes every call outside office hours and some that the office did not get to. It hears the call a few
seconds after it began elsewhere, through the office number, and seldom knows which number was dialled. Each
call is told twice: when it ends, and again (as a later revision) when it is known what came of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b
from importlib import import_module
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sandbox.accounts import accounts_of
from sandbox.clock import Clock, iso
from sandbox.faults import Faults
from sandbox.servers.base import Access, SandboxAccount, VendorServer
from sandbox.servers.call_events.signatures import signature
from sandbox.world.model import Brand, Call, Job, World

__all__ = ["ACCESS", "FILE_PATH", "EventFile", "build", "signature"]

FILE_PATH = "/call_events.ndjson"
ACCESS = Access(kind="calls", paths={"url": FILE_PATH})
OVERFLOW_PERCENT = 12
_OPEN_HOURS = range(8, 18)
# The service rings this long after the caller dialled.
_FORWARDED_AFTER = 4
_DISPOSITIONS = {"booked": "booked", "unbooked": "not_booked", "excused": "excused", "not_lead": "spam"}
_HEARD = {"google_ads": "Google", "organic": "Google", "meta": "Facebook", "referral": "A neighbor"}

Event = dict[str, Any]


class EventFile:
    """Serves the file as of the clock."""

    platform = "call_events"
    kind = "calls"

    def __init__(self, world: World, clock: Clock, faults: Faults) -> None:
        self._world = world
        self._clock = clock
        self._faults = faults
        self._jobs_of_call = {job.call_id: job for job in world.jobs.values() if job.call_id is not None}
        self._dialled = {
            campaign.tracking_phone for campaign in world.campaigns.values() if campaign.tracking_phone
        }
        self._dispatch: dict[str, VendorServer] = {}
        self.app = Starlette(routes=[Route(FILE_PATH, self._download)])

    def native_id(self, entity: str, world_id: int) -> str:
        """See `VendorServer`."""
        if entity != "calls":
            raise KeyError(f"call events know no {entity}")
        return f"rcp_{world_id:06d}"

    def expected(self, object_name: str) -> Iterator[tuple[str, Event]]:
        """See `VendorServer`. No line of this file is refused."""
        events = list(self.events())
        if object_name == "events":
            yield from ((event["event_id"], event) for event in events)
        elif object_name == "event_files":
            name = FILE_PATH.removeprefix("/")
            yield name, {"file": name, "events": len(events), "rejects": []}

    def throttled(self, retry_after: int | None) -> Response:
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return PlainTextResponse("Too Many Requests", 429, headers)

    def takes(self, call: Call) -> bool:
        """Whether the service took this call."""
        brand = self._world.brands[call.brand_key]
        is_office_time = self._local(call.started_at, brand).hour in _OPEN_HOURS
        overflows = blake2b(f"overflow:{call.id}".encode(), digest_size=2).digest()[0] * 100 < (
            OVERFLOW_PERCENT * 256
        )
        return call.direction == "inbound" and (overflows or not is_office_time)

    def events(self) -> Iterator[Event]:
        """Everything told so far, oldest call first."""
        now = self._clock.now()
        for call in self._world.calls.values():
            if not self.takes(call) or call.started_at + call.duration_seconds > now:
                continue
            yield self._completed(call)
            known_at = self._known_at(call)
            if known_at is not None and known_at <= now:
                yield self._analyzed(call)

    def _known_at(self, call: Call) -> int | None:
        """When it is known what came of it: after the booking, where there is one."""
        job = self._jobs_of_call.get(call.id)
        times = [call.classified_at, job.booked_at if job else None]
        known = [at for at in times if at is not None]
        return max(known) + 60 if known else None

    def _completed(self, call: Call) -> Event:
        brand = self._world.brands[call.brand_key]
        started_at = call.started_at + min(_FORWARDED_AFTER, call.duration_seconds)
        answered = call.outcome != "abandoned"
        knows_number = call.to_phone in self._dialled and call.id % 4 == 0
        return {
            "schema_version": "1.0",
            "event_id": _event_id(call, 1),
            "event_type": "call.completed",
            "revision": 1,
            "tenant_id": brand.key,
            "provider": "retell",
            "call_id": self.native_id("calls", call.id),
            "parent_call_id": None,
            "telephony_sid": None,
            "from": call.from_phone or None,
            "to": f"{brand.office_phone[:-2]}99",
            "tracking_number": call.to_phone if knows_number else None,
            "forwarded_from": brand.office_phone,
            "direction": "inbound",
            "started_at": iso(started_at),
            "answered_at": iso(started_at + 2) if answered else None,
            "ended_at": iso(call.started_at + call.duration_seconds),
            "duration_seconds": call.started_at + call.duration_seconds - started_at,
            "answered": answered,
            "handled_by": "ai_agent" if answered else None,
            "after_hours": self._local(call.started_at, brand).hour not in _OPEN_HOURS,
            "business_timezone": brand.timezone,
            "emergency": False,
        }

    def _analyzed(self, call: Call) -> Event:
        """The same call with what came of it. Who it was is known of callers who asked for something."""
        job, lead = self._jobs_of_call.get(call.id), self._world.leads.get(call.lead_id or 0)
        campaign = self._world.campaigns.get(call.campaign_id or 0)
        heard = _HEARD.get(campaign.channel) if campaign and call.id % 3 == 0 else None
        return {
            **self._completed(call),
            "event_id": _event_id(call, 2),
            "event_type": "call.analyzed",
            "revision": 2,
            "intent": "book_service" if lead else None,
            "lead_disposition": _DISPOSITIONS.get(call.outcome or ""),
            "job_type": None,
            "caller": {
                "name": " ".join(filter(None, (lead.first, lead.last))) if lead else None,
                "phone": call.from_phone or None,
                "email": None,
            },
            "service_address": self._address(job) if job else None,
            "booking": self._booking(job),
            "transfer": {"transferred": False, "to": None, "outcome": None},
            "marketing": {"source": None, "campaign": None, "gclid": None, "self_reported_source": heard},
            "summary": f"Asked for {lead.trade} service." if lead else None,
        }

    def _booking(self, job: Job | None) -> Event:
        if job is None:
            return {"status": "none", "slot_start": None, "slot_end": None, "crm": None,
                    "external_booking_id": None, "external_job_id": None}  # fmt: skip
        return {
            "status": "booked",
            "slot_start": iso(job.scheduled_start),
            "slot_end": iso(job.scheduled_end),
            "crm": self._world.brands[job.brand_key].platform,
            "external_booking_id": None,
            "external_job_id": self._job_id(job),
        }

    def _address(self, job: Job) -> Event:
        place = self._world.properties[job.property_id]
        return {
            "line1": place.street,
            "line2": place.unit,
            "city": place.city,
            "state": place.state,
            "postal_code": place.zip,
            "country": "US",
            "raw": f"{place.street}, {place.city}",
            "confidence": 0.93,
        }

    def _job_id(self, job: Job) -> str:
        """What the dispatch platform calls the job, which whoever books there gets back."""
        brand = self._world.brands[job.brand_key]
        server = self._dispatch.get(brand.account_id)
        if server is None:
            account = next(one for one in accounts_of(self._world, "") if one.account_id == brand.account_id)
            package = import_module(f"sandbox.servers.{brand.platform}")
            server = self._dispatch[brand.account_id] = package.build(
                self._world, account, self._clock, self._faults
            )
        return server.native_id("jobs", job.id)

    @staticmethod
    def _local(instant: int, brand: Brand) -> datetime:
        return datetime.fromtimestamp(instant, ZoneInfo(brand.timezone))

    async def _download(self, request: Request) -> Response:
        lines = "".join(f"{json.dumps(event, separators=(',', ':'))}\n" for event in self.events())
        return Response(lines, media_type="application/x-ndjson")


def build(world: World, account: SandboxAccount, clock: Clock, faults: Faults) -> EventFile:
    """One file for all brands; it asks for no credentials."""
    return EventFile(world, clock, faults)


def _event_id(call: Call, revision: int) -> str:
    return str(UUID(bytes=blake2b(f"event:{call.id}:{revision}".encode(), digest_size=16).digest()))
