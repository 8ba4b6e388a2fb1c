"""Every ServiceTitan object that is read, as data.

Export feeds carry active, inactive and deleted rows (`active`), so an absence there means nothing. The
exceptions are the contact feeds: deletions of contacts are not trusted to appear (Fivetran re-reads both
weekly for that reason), so they are read in full every week. Lists hide inactive rows unless asked for
`active=Any`.

Not read: pay data, payroll and inventory (no question of this project needs them), invoice items (inside the
invoices).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ingestion.sources.servicetitan.feeds import VISIBLE_AFTER, export, listing
from ingestion.spec import ObjectSpec

_CHECKPOINT_PAGES = 50
_WEEK = timedelta(days=7)
_ANY = {"active": "Any"}
_BY_ID = {"sort": "+Id"}
# What the app must be granted in the developer portal, object by object.
_SCOPES = {
    "customers": "tn.crm.customers:r",
    "customer_contacts": "tn.crm.customers:r",
    "locations": "tn.crm.locations:r",
    "location_contacts": "tn.crm.locations:r",
    "leads": "tn.crm.leads:r",
    "bookings": "tn.crm.bookings:r",
    "calls": "tn.tlc.calls:r",
    "jobs": "tn.jpm.jobs:r",
    "job_recalls": "tn.jpm.jobs:r",
    "appointments": "tn.jpm.appointments:r",
    "job_canceled_logs": "tn.jpm.jobcanceledlogs:r",
    "appointment_assignments": "tn.dis.appointmentassignments:r",
    "estimates": "tn.sal.estimates:r",
    "invoices": "tn.acc.invoices:r",
    "payments": "tn.acc.payments:r",
    "memberships": "tn.mem.memberships:r",
    "membership_types": "tn.mem.membershiptypes:r",
    "business_units": "tn.stt.businessunits:r",
    "technicians": "tn.stt.technicians:r",
    "job_types": "tn.jpm.jobtypes:r",
    "job_cancel_reasons": "tn.jpm.jobcancelreasons:r",
    "call_reasons": "tn.jbce.callreasons:r",
    "campaigns": "tn.mrk.campaigns:r",
    "campaign_categories": "tn.mrk.categories:r",
    "campaign_costs": "tn.mrk.costs:r",
    "zones": "tn.dis.zones:r",
}


def _feed(
    name: str,
    path: str,
    description: str,
    *,
    modified: str = "modifiedOn",
    params: dict[str, str] | None = None,
    created: str | None = "createdOn",
    amount: str | None = None,
) -> ObjectSpec:
    return ObjectSpec(
        name=name,
        description=description,
        pull=export(path, params),
        modified=modified,
        incremental=True,
        checkpoint_pages=_CHECKPOINT_PAGES,
        lists_everything=True,
        created=created,
        amount=amount,
    )


def _contact_feed(name: str, path: str, description: str) -> ObjectSpec:
    return ObjectSpec(
        name=name,
        description=description,
        pull=export(path),
        modified="modifiedOn",
        incremental=True,
        checkpoint_pages=_CHECKPOINT_PAGES,
        full_every=_WEEK,
        is_complete_listing=True,
        visible_after=VISIBLE_AFTER,
    )


def _reference(
    name: str, path: str, description: str, *, params: dict[str, str], modified: str | None = "modifiedOn"
) -> ObjectSpec:
    return ObjectSpec(
        name=name,
        description=description,
        pull=listing(path, params),
        modified=modified,
        is_complete_listing=True,
    )


_UNGRANTED = (
    _feed(
        "customers",
        "/crm/v2/tenant/{tenant}/export/customers",
        "a customer as billed; merged ones stay inactive",
    ),
    _contact_feed(
        "customer_contacts",
        "/crm/v2/tenant/{tenant}/export/customers/contacts",
        "a phone number or e-mail address of a customer",
    ),
    _feed("locations", "/crm/v2/tenant/{tenant}/export/locations", "a service address of a customer"),
    _contact_feed(
        "location_contacts",
        "/crm/v2/tenant/{tenant}/export/locations/contacts",
        "a phone number or e-mail address of a location",
    ),
    _feed(
        "leads",
        "/crm/v2/tenant/{tenant}/export/leads",
        "a lead to follow up: somebody who did not book at once",
    ),
    _feed(
        "bookings",
        "/crm/v2/tenant/{tenant}/export/bookings",
        "a request that came in through a booking provider",
    ),
    _feed("calls", "/telecom/v2/tenant/{tenant}/export/calls", "a phone call with its classification"),
    _feed(
        "jobs",
        "/jpm/v2/tenant/{tenant}/export/jobs",
        "a job, from booked to completed or canceled",
        amount="total",
    ),
    # One tenant's export had recallForId on 1 of 2,471 jobs where the list had 111, and warrantyId on none.
    ObjectSpec(
        name="job_recalls",
        description="a job as the list shows it: only there recallForId and warrantyId are reliable",
        pull=listing("/jpm/v2/tenant/{tenant}/jobs", _BY_ID, by_watermark=True),
        modified="modifiedOn",
        incremental=True,
        full_every=timedelta(days=30),
        lists_everything=True,
    ),
    _feed(
        "appointments",
        "/jpm/v2/tenant/{tenant}/export/appointments",
        "a visit of a job",
        params=_ANY,
    ),
    _feed(
        "job_canceled_logs",
        "/jpm/v2/tenant/{tenant}/export/job-canceled-logs",
        "one cancellation of a job; a job can be canceled more than once",
        modified="createdOn",
    ),
    _feed(
        "appointment_assignments",
        "/dispatch/v2/tenant/{tenant}/export/appointment-assignments",
        "a technician on an appointment",
        params=_ANY,
    ),
    _feed(
        "estimates",
        "/sales/v2/tenant/{tenant}/export/estimates",
        "an estimate with its lines; several per job",
    ),
    _feed(
        "invoices",
        "/accounting/v2/tenant/{tenant}/export/invoices",
        "an invoice or an adjustment, with lines",
        amount="total",
    ),
    _feed(
        "payments",
        "/accounting/v2/tenant/{tenant}/export/payments",
        "a payment or refund and what it pays",
        amount="total",
    ),
    _feed(
        "memberships", "/memberships/v2/tenant/{tenant}/export/memberships", "a customer's service membership"
    ),
    _feed(
        "membership_types", "/memberships/v2/tenant/{tenant}/export/membership-types", "a kind of membership"
    ),
    _feed(
        "business_units",
        "/settings/v2/tenant/{tenant}/export/business-units",
        "a business unit (trade, branch)",
    ),
    _feed("technicians", "/settings/v2/tenant/{tenant}/export/technicians", "a technician"),
    _reference(
        "job_types", "/jpm/v2/tenant/{tenant}/job-types", "a kind of job", params=_ANY | {"orderBy": "Id"}
    ),
    _reference(
        "job_cancel_reasons",
        "/jpm/v2/tenant/{tenant}/job-cancel-reasons",
        "why jobs are canceled",
        params=_ANY | _BY_ID,
    ),
    _reference(
        "call_reasons",
        "/jbce/v2/tenant/{tenant}/call-reasons",
        "why calls were not booked",
        params=_ANY | _BY_ID,
    ),
    _reference(
        "campaigns",
        "/marketing/v2/tenant/{tenant}/campaigns",
        "a marketing campaign with its phone numbers",
        params=_ANY | _BY_ID,
    ),
    _reference(
        "campaign_categories",
        "/marketing/v2/tenant/{tenant}/categories",
        "a group of campaigns",
        params=_BY_ID,
    ),
    # No modification time and no window: costs of past months can change, so all are read each time.
    _reference(
        "campaign_costs",
        "/marketing/v2/tenant/{tenant}/costs",
        "a campaign's average daily cost in one month",
        params=_BY_ID,
        modified=None,
    ),
    _reference(
        "zones",
        "/dispatch/v2/tenant/{tenant}/zones",
        "a service zone with its postal codes",
        params=_ANY | _BY_ID,
    ),
)

OBJECTS = tuple(replace(spec, permission=_SCOPES[spec.name]) for spec in _UNGRANTED)
