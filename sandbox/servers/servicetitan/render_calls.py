"""Calls as `telecom` shows them: flat in the export, bundled with their job in the version 3 list."""

from __future__ import annotations

from typing import Any

from sandbox.servers.servicetitan import ids, wire
from sandbox.servers.servicetitan.books import has_happened
from sandbox.servers.servicetitan.tenant import Tenant, customer_name
from sandbox.world.model import Call, Job

Payload = dict[str, Any]

_TYPES = {
    "booked": "Booked",
    "unbooked": "Unbooked",
    "excused": "Excused",
    "not_lead": "NotLead",
    "abandoned": "Abandoned",
}
_REASONS = {"booked": 1, "unbooked": 2, "excused": 5, "not_lead": 4}


def call_milestones(tenant: Tenant, call: Call) -> list[int | None]:
    job = _job(tenant, call)
    return [
        call.started_at,
        call.started_at + call.duration_seconds,
        call.classified_at,
        job.booked_at if job is not None else None,
        *tenant.touched("calls", call.id),
        call.edited_at,
    ]


def _job(tenant: Tenant, call: Call) -> Job | None:
    if call.job_id is not None:
        return tenant.jobs.get(call.job_id)
    return tenant.job_of_call.get(call.id)


def _call_type(call: Call, at: int) -> str | None:
    """Null while nobody has classified it, and for outbound calls for ever."""
    return _TYPES.get(call.outcome or "") if has_happened(call.classified_at, at) else None


def _agent(call: Call) -> Payload | None:
    if call.agent_name is None:
        return None
    return {"id": ids.native("employees", 1 + sum(call.agent_name.encode()) % 50), "name": call.agent_name}


def _links(tenant: Tenant, call: Call, at: int) -> dict[str, Any]:
    """The customer a call was matched to; one that made a new customer is linked once the customer exists."""
    job = _job(tenant, call)
    booked = job is not None and job.booked_at <= at
    customer_id = call.customer_id or (job.customer_id if job is not None and booked else None)
    customer = tenant.customers.get(customer_id) if customer_id is not None else None
    if customer is None or customer.created_at > at:
        return {"customer": None, "location": None}
    location = tenant.location_of(customer.id)
    name = customer_name(customer)
    return {
        "customer": {"id": ids.native("customers", customer.id), "name": name},
        "location": {"id": location, "name": name} if location is not None else None,
    }


def _campaign(tenant: Tenant, call: Call, at: int) -> Payload | None:
    campaign = tenant.campaigns.get(call.campaign_id) if call.campaign_id is not None else None
    if campaign is None:
        return None
    return {"id": ids.native("campaigns", campaign.id), "name": campaign.name_at(at)}


def call(tenant: Tenant, record: Call, native: int, at: int) -> Payload:
    job = _job(tenant, record)
    booked = job is not None and job.booked_at <= at
    reason_id = _REASONS.get(record.outcome or "") if has_happened(record.classified_at, at) else None
    reason = tenant.call_reasons[reason_id - 1] if reason_id is not None else None
    ended = record.started_at + record.duration_seconds <= at
    lead = tenant.leads.get(record.lead_id) if record.lead_id is not None else None
    agent = _agent(record)
    # Declared as plain text, yet seen as null: both occur.
    blank = None if wire.mixed(native, 7) % 2 else ""
    recording = f"https://api.servicetitan.io/telecom/v2/tenant/{tenant.tenant_id}/calls/{native}/recording"
    job_id = ids.native("jobs", job.id) if job is not None and booked else None
    return {
        "id": native,
        "duration": wire.span(record.duration_seconds if ended else 0),
        "from": wire.digits(record.from_phone),
        "to": wire.digits(record.to_phone),
        "direction": record.direction.capitalize(),
        "status": "Completed" if ended else "Answered",
        "type": _call_type(record, at),
        "recordingUrl": recording if ended else None,
        "voiceMailPath": None,
        "createdOn": wire.stamp(native, record.started_at),
        "modifiedOn": wire.stamp(native, at),
        "reason": {"id": reason.native, "name": reason.name} if reason is not None else None,
        **_links(tenant, record, at),
        "campaign": _campaign(tenant, record, at),
        "job": {"id": job_id, "number": str(job_id)} if job_id is not None else None,
        "agent": agent,
        "createdBy": agent if record.direction == "outbound" else None,
        "excuseMemo": blank,
        "tag": blank,
        "active": True,
        "lead": {"id": ids.native("leads", lead.id)} if lead is not None and lead.created_at <= at else None,
    }


def bundled_call(tenant: Tenant, record: Call, native: int, at: int) -> Payload:
    """The same call under the version 3 names: `callType`, `receivedOn`, `voiceMailUrl`."""
    flat = call(tenant, record, native, at)
    reason = next(
        (entry for entry in tenant.call_reasons if flat["reason"] and entry.native == flat["reason"]["id"]),
        None,
    )
    shared = (
        "id",
        "duration",
        "from",
        "to",
        "direction",
        "recordingUrl",
        "createdOn",
        "modifiedOn",
        "active",
    )
    return {
        "id": native,
        "jobNumber": flat["job"]["number"] if flat["job"] else None,
        "projectId": 0,
        "businessUnit": None,
        "type": None,
        "leadCall": {
            **{name: flat[name] for name in (*shared, "active", "customer", "campaign", "createdBy")},
            "receivedOn": flat["createdOn"],
            "callType": flat["type"],
            "reason": {"id": reason.native, "name": reason.name, "lead": reason.is_lead, "active": True}
            if reason
            else None,
            "voiceMailUrl": flat["voiceMailPath"],
            "agent": {**flat["agent"], "externalId": None} if flat["agent"] else None,
            "sid": None,
            "tags": None,
        },
    }
