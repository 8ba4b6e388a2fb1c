"""What a call can be asked for."""

from __future__ import annotations

from sandbox.servers.hubspot.definitions import Property, Value, custom, owner_id, picklist, read_only, stamp
from sandbox.servers.hubspot.portal import CallRow, Portal

CONNECTED = "f240bbac-87c9-4f6e-bf70-924b57d47db7"
NO_ANSWER = "73a0d17f-1163-4015-bdd5-ec830791da20"


def call_status(portal: Portal, row: CallRow) -> str:
    return "NO_ANSWER" if row.call.outcome == "abandoned" else "COMPLETED"


def call_disposition(portal: Portal, row: CallRow) -> str:
    return NO_ANSWER if row.call.outcome == "abandoned" else CONNECTED


def call_outcome(portal: Portal, row: CallRow) -> Value:
    """What whoever took it said of it afterwards."""
    return row.call.outcome if portal.come(row.call.classified_at) else None


CALL = (
    Property("hs_timestamp", lambda p, r: stamp(r.call.started_at * 1000), "datetime"),
    read_only("hs_createdate", lambda p, r: stamp(r.created_ms), "datetime"),
    read_only("hs_lastmodifieddate", lambda p, r: stamp(r.modified_ms), "datetime"),
    read_only("hs_object_id", lambda p, r: str(r.id), "number"),
    Property("hs_call_title", lambda p, r: f"Inbound call to {r.call.to_phone}"),
    picklist("hs_call_direction", lambda p, r: "INBOUND", "INBOUND", "OUTBOUND"),
    Property("hs_call_duration", lambda p, r: str(r.call.duration_seconds * 1000), "number"),
    # A withheld number is an empty text.
    Property("hs_call_from_number", lambda p, r: r.call.from_phone),
    Property("hs_call_to_number", lambda p, r: r.call.to_phone),
    picklist("hs_call_status", call_status, "COMPLETED", "NO_ANSWER"),
    picklist("hs_call_disposition", call_disposition, CONNECTED, NO_ANSWER),
    Property("hubspot_owner_id", lambda p, r: owner_id(r.call.id), "enumeration"),
    custom("brand", lambda p, r: r.call.brand_key, "enumeration"),
    picklist(
        "call_outcome", call_outcome, "booked", "unbooked", "excused", "not_lead", "abandoned", is_custom=True
    ),
)
