"""One call event (`call_event_v1`): what it must say, and why a line is refused.

Nothing is guessed: a time without an offset, an unknown disposition or a call that ends before it began sets
the line aside with the reason. What the contract does not name is kept as it came.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

SCHEMA_MAJOR = "1"

Text = Annotated[str, msgspec.Meta(min_length=1)]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]
Count = Annotated[int, msgspec.Meta(ge=0)]


class Rejected(ValueError):
    """A line that is no call event; the message says which field, and what would be right."""


class Caller(msgspec.Struct):
    name: str | None = None
    phone: str | None = None
    email: str | None = None


class ServiceAddress(msgspec.Struct):
    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None
    raw: str | None = None
    confidence: float | None = None


class Booking(msgspec.Struct):
    status: Literal["booked", "requested", "failed", "none"] = "none"
    slot_start: Instant | None = None
    slot_end: Instant | None = None
    crm: str | None = None
    external_booking_id: str | None = None
    external_job_id: str | None = None


class Transfer(msgspec.Struct):
    transferred: bool = False
    to: str | None = None
    outcome: str | None = None


class Marketing(msgspec.Struct):
    source: str | None = None
    campaign: str | None = None
    gclid: str | None = None
    self_reported_source: str | None = None


class CallEvent(msgspec.Struct, rename={"from_": "from"}):
    """The fields that are checked; `intent`, `summary` and the like are free text of the integrator."""

    schema_version: Text
    event_id: Text
    event_type: Literal["call.started", "call.completed", "call.analyzed", "call.updated", "call.transferred"]
    tenant_id: Text
    provider: Text
    call_id: Text
    direction: Literal["inbound", "outbound"]
    started_at: Instant
    revision: Annotated[int, msgspec.Meta(ge=1)] = 1
    parent_call_id: str | None = None
    telephony_sid: str | None = None
    from_: str | None = None
    to: str | None = None
    tracking_number: str | None = None
    forwarded_from: str | None = None
    answered_at: Instant | None = None
    ended_at: Instant | None = None
    duration_seconds: Count | None = None
    answered: bool | None = None
    handled_by: str | None = None
    after_hours: bool | None = None
    emergency: bool | None = None
    is_new_customer: bool | None = None
    job_type: str | None = None
    lead_disposition: (
        Literal[
            "booked", "estimate_booked", "not_booked", "existing_customer", "not_a_lead", "spam",
            "wrong_number", "job_applicant", "vendor", "excused",
        ]
        | None
    ) = None  # fmt: skip
    caller: Caller | None = None
    service_address: ServiceAddress | None = None
    booking: Booking | None = None
    transfer: Transfer | None = None
    marketing: Marketing | None = None


_DECODER = msgspec.json.Decoder(CallEvent)


def check_json(line: bytes) -> CallEvent:
    """Check one line of JSON.

    Raises:
        Rejected: naming the field.
    """
    try:
        event = _DECODER.decode(line)
    except msgspec.DecodeError as error:
        raise Rejected(_reason(error)) from error
    return _consistent(event)


def read_cells(cells: Mapping[str, str]) -> tuple[CallEvent, dict[str, Any]]:
    """Check one line of a table, whose columns name nested fields with dots; the event, and it as JSON.

    Raises:
        Rejected: naming the field.
    """
    given = _nested({name: text.strip() for name, text in cells.items() if text.strip()})
    try:
        event = _consistent(msgspec.convert(given, CallEvent, strict=False))
    except msgspec.ValidationError as error:
        raise Rejected(_reason(error)) from error
    return event, {**given, **msgspec.json.decode(msgspec.json.encode(event))}


def _nested(cells: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, text in cells.items():
        group, _, field = name.partition(".")
        if not field:
            found[name] = text
        else:
            found.setdefault(group, {})[field] = text
    return found


def _consistent(event: CallEvent) -> CallEvent:
    if event.schema_version.partition(".")[0] != SCHEMA_MAJOR:
        raise Rejected(f"schema_version: {event.schema_version!r} is not read here; {SCHEMA_MAJOR}.x is")
    if event.ended_at and event.ended_at < event.started_at:
        raise Rejected("ended_at: is before started_at")
    if event.direction == "inbound" and not (event.to or event.tracking_number or event.forwarded_from):
        raise Rejected(
            "to: an inbound call says which number was dialled (to, tracking_number, forwarded_from)"
        )
    return event


def _reason(error: msgspec.DecodeError) -> str:
    """`field: what is wrong`, from "what is wrong - at `$.field`"."""
    message, _, place = str(error).partition(" - at `$.")
    return f"{place.rstrip('`')}: {message}" if place else message
