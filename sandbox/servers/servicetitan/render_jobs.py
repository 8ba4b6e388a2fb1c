"""Jobs, appointments, assignments, cancellations and estimates as `jpm`, `dispatch` and `sales` show them."""

from __future__ import annotations

from typing import Any

from sandbox.servers.servicetitan import ids, wire
from sandbox.servers.servicetitan.books import has_happened
from sandbox.servers.servicetitan.render_crm import clerk
from sandbox.servers.servicetitan.tenant import Offer, Tenant
from sandbox.world.model import Job, Technician

Payload = dict[str, Any]

_JOB_WORDS = {"done": "Completed", "working": "InProgress"}
_APPOINTMENT_WORDS = {"done": "Done", "working": "Working"}  # the same states under other names


def _state(job: Job, at: int) -> str:
    if has_happened(job.canceled_at, at):
        return "canceled"
    for milestone, state in (
        (job.completed_at, "done"),
        (job.started_at, "working"),
        (job.dispatched_at, "dispatched"),
    ):
        if has_happened(milestone, at):
            return state
    return "scheduled"


def job_status(job: Job, at: int) -> str:
    state = _state(job, at)
    return _JOB_WORDS.get(state, state.capitalize())


def job_milestones(tenant: Tenant, job: Job) -> list[int | None]:
    offers = tenant.offers_of_job.get(job.id, ())
    return [
        job.booked_at,
        job.rescheduled_at,
        job.dispatched_at,
        job.started_at,
        job.completed_at,
        job.canceled_at,
        *(offer.estimate.created_at for offer in offers),
        *(offer.option.sold_at for offer in offers),
        *(bill.created_at for bill in tenant.bills_of_job[job.id]),
        *tenant.touched("jobs", job.id),
        job.edited_at,
    ]


def _completed_on(job: Job, native: int, at: int) -> str | None:
    """A few canceled jobs keep a completion time, so that only the status tells what happened."""
    if has_happened(job.canceled_at, at):
        return wire.stamp_once(native, job.canceled_at, at) if wire.mixed(native, 3) % 20 == 0 else None
    return wire.stamp_once(native, job.completed_at, at)


def job_total(job: Job, at: int) -> float:
    """0, never null, for a job without revenue."""
    done = has_happened(job.completed_at, at) and not has_happened(job.canceled_at, at)
    return wire.amount(job.total_cents if done else 0)


def _booking_of(tenant: Tenant, job: Job) -> int | None:
    return ids.native("bookings", job.lead_id) if job.lead_id in tenant.bookings else None


def _optional(kind: str, world_id: int | None) -> int | None:
    return ids.native(kind, world_id) if world_id is not None else None


def job(tenant: Tenant, record: Job, native: int, at: int) -> Payload:
    """A job as `export/jobs` shows it: `recallForId` and `warrantyId` are empty there, the list has them."""
    offers = [offer for offer in tenant.offers_of_job.get(record.id, ()) if offer.estimate.created_at <= at]
    sold = any(has_happened(offer.option.sold_at, at) for offer in offers)
    appointment_id = ids.native("appointments", record.id)
    return {
        "id": native,
        "jobNumber": str(native),
        "projectId": None,
        "customerId": ids.native("customers", record.customer_id),
        "locationId": tenant.location_ids[record.customer_id, record.property_id],
        "jobStatus": job_status(record, at),
        "completedOn": _completed_on(record, native, at),
        "businessUnitId": ids.native("business_units", record.business_unit_id),
        "jobTypeId": ids.native("job_types", record.job_type_id),
        "priority": "Normal",
        # The schema demands a number; what a job without a campaign carries is not documented. ASSUMED: 0.
        "campaignId": _optional("campaigns", record.campaign_id) or 0,
        "appointmentCount": 1,
        "firstAppointmentId": appointment_id,
        "lastAppointmentId": appointment_id,
        "recallForId": None,
        "warrantyId": None,
        "jobGeneratedLeadSource": None,
        "noCharge": record.is_no_charge,
        "notificationsEnabled": True,
        "createdOn": wire.stamp(native, record.booked_at),
        "createdById": clerk(native),
        "modifiedOn": wire.stamp(native, at),
        "tagTypeIds": [],
        "leadCallId": _optional("calls", record.call_id),
        "partnerLeadCallId": None,
        "bookingId": _booking_of(tenant, record),
        "soldById": _optional("technicians", record.technician_id) if sold else None,
        # Declared as plain text, yet seen as null: both occur.
        "customerPo": None if wire.mixed(native, 4) % 2 else "",
        "invoiceId": tenant.bill_of_job(record.id, at).native,
        "membershipId": _optional("memberships", record.membership_id),
        "total": job_total(record, at),
        "createdFromEstimateId": _optional("estimates", record.from_estimate_option_id),
        "estimateIds": [offer.native for offer in offers],
        "equipmentIds": [],
        "isAutoDispatched": False,
        "summary": f"<p>{record.summary}</p>" if record.summary else None,
        "summaryOfWork": None,
        "customFields": [],
        "externalData": [],
        "active": True,
    }


def listed_job(tenant: Tenant, record: Job, native: int, at: int) -> Payload:
    """A job as the `jobs` list shows it: with its recall, without the export's `active`."""
    payload = job(tenant, record, native, at)
    del payload["active"]
    is_warranty = wire.mixed(native, 5) % 4 == 0
    payload["warrantyId" if is_warranty else "recallForId"] = _optional("jobs", record.recall_of_id)
    return payload


def visit_milestones(tenant: Tenant, job: Job) -> list[int | None]:
    return [
        job.booked_at,
        job.rescheduled_at,
        job.dispatched_at,
        job.started_at,
        job.completed_at,
        job.canceled_at,
        job.edited_at,
    ]


def appointment(tenant: Tenant, record: Job, native: int, at: int) -> Payload:
    start, end = record.scheduled_start, record.scheduled_end
    if has_happened(record.rescheduled_at, at) and record.rescheduled_start is not None:
        start, end = record.rescheduled_start, record.rescheduled_end or record.rescheduled_start
    has_window = wire.mixed(native, 6) % 8 > 0
    state = _state(record, at)
    job_id = ids.native("jobs", record.id)
    return {
        "id": native,
        "jobId": job_id,
        "appointmentNumber": f"{job_id}-1",
        "start": wire.whole(start),
        "end": wire.whole(end),
        "arrivalWindowStart": wire.whole(start) if has_window else None,
        "arrivalWindowEnd": wire.whole(start + 4 * 3600) if has_window else None,
        "status": _APPOINTMENT_WORDS.get(state, state.capitalize()),
        "specialInstructions": None,
        "createdOn": wire.stamp(native, record.booked_at),
        "modifiedOn": wire.stamp(native, at),
        "customerId": ids.native("customers", record.customer_id),
        "unused": False,
        "createdById": clerk(native),
        "isConfirmed": state in ("dispatched", "working", "done"),
        "active": True,
        "appointmentSummaries": None,
    }


def is_assignment_active(tenant: Tenant, job: Job, at: int) -> bool:
    """ASSUMED: cancelling the job takes the technician off it."""
    return not has_happened(job.canceled_at, at)


def assignment(tenant: Tenant, record: Job, native: int, at: int) -> Payload:
    state = _state(record, at)
    technician = tenant.technicians[record.technician_id] if record.technician_id is not None else None
    return {
        "id": native,
        "technicianId": _optional("technicians", record.technician_id),
        "technicianName": technician_name(technician) if technician is not None else "",
        "assignedById": clerk(native),
        "assignedOn": wire.stamp(native, record.booked_at),
        "status": "Scheduled" if state == "canceled" else _APPOINTMENT_WORDS.get(state, state.capitalize()),
        "isPaused": False,
        "jobId": ids.native("jobs", record.id),
        "appointmentId": ids.native("appointments", record.id),
        "createdOn": wire.stamp(native, record.booked_at),
        "modifiedOn": wire.stamp(native, at),
        "active": is_assignment_active(tenant, record, at),
    }


def technician_name(technician: Technician) -> str:
    return f"{technician.first} {technician.last}"


def canceled_log(tenant: Tenant, record: Job, native: int, at: int) -> Payload:
    """The only row without a modification time: a log entry is written once."""
    return {
        "id": native,
        "jobId": ids.native("jobs", record.id),
        "reasonId": ids.native("job_cancel_reasons", 1 if record.canceled_by == "customer" else 2),
        "memo": None,
        "createdOn": wire.stamp_once(native, record.canceled_at, at),
        "createdById": clerk(native),
        "active": True,
    }


_ESTIMATE_STATUS = (
    "Open",
    "Sold",
    "Dismissed",
)  # the integer values are ASSUMED to count from 0 in this order


def offer_milestones(tenant: Tenant, offer: Offer) -> list[int | None]:
    return [offer.estimate.created_at, offer.option.sold_at, offer.option.declined_at]


def estimate(tenant: Tenant, record: Offer, native: int, at: int) -> Payload:
    option, job = record.option, record.job
    sold, declined = has_happened(option.sold_at, at), has_happened(option.declined_at, at)
    status = 1 if sold else 2 if declined else 0
    unit = tenant.business_units[job.business_unit_id]
    created = wire.stamp(native, record.estimate.created_at)
    return {
        "id": native,
        "jobId": ids.native("jobs", job.id),
        "projectId": None,
        "locationId": tenant.location_ids[job.customer_id, job.property_id],
        "customerId": ids.native("customers", job.customer_id),
        "name": option.name,
        "jobNumber": str(ids.native("jobs", job.id)),
        "status": {"value": status, "name": _ESTIMATE_STATUS[status]},
        "reviewStatus": "None",
        "summary": None,
        "createdOn": created,
        "modifiedOn": wire.stamp(native, at),
        "soldOn": wire.stamp_once(native, option.sold_at, at),
        "soldBy": _optional("technicians", job.technician_id) if sold else None,
        "active": True,
        "items": [_estimate_item(record, created)],
        "externalLinks": [],
        "subtotal": wire.amount(option.subtotal_cents),
        "tax": wire.amount(option.tax_cents),
        "businessUnitId": ids.native("business_units", unit.id),
        "businessUnitName": unit.name,
        "isRecommended": record.position == 1,
        "budgetCodeId": None,
        "isChangeOrder": False,
        "proposalTagName": None,
        "depositAmount": None,
        "depositPercent": None,
        "requireDepositOnSignature": None,
    }


def _estimate_item(offer: Offer, created: str) -> Payload:
    option = offer.option
    cost = wire.amount(option.subtotal_cents // 2)
    return {
        "id": ids.native("estimate_items", option.id),
        "sku": {
            "id": ids.native("skus", offer.position + 1),
            "name": f"PKG-{offer.position + 1}",
            "displayName": option.name,
            "type": "Service",
            "soldHours": 0.0,
            "generalLedgerAccountId": 40,
            "generalLedgerAccountName": "Service income",
            "modifiedOn": created,
        },
        "skuAccount": "Service income",
        "description": option.name,
        "membershipTypeId": None,
        "qty": 1.0,
        "unitRate": wire.amount(option.subtotal_cents),
        "total": wire.amount(option.subtotal_cents),
        "unitCost": cost,
        "totalCost": cost,
        "itemGroupName": "",
        "itemGroupRootId": None,
        "createdOn": created,
        "modifiedOn": created,
        "chargeable": True,
        "invoiceItemId": None,
        "budgetCodeId": None,
    }
