"""Every object the tenant serves: its path, its rows, their milestones, and how one is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sandbox.servers.servicetitan import (
    ids,
    render_accounting,
    render_calls,
    render_crm,
    render_jobs,
    render_reference,
)
from sandbox.servers.servicetitan.tenant import CATEGORIES, Tenant

Payload = dict[str, Any]
Render = Callable[[Tenant, Any, int, int], Payload]


def _always(tenant: Tenant, record: Any, at: int) -> bool:
    return True


@dataclass(frozen=True)
class Listing:
    """How the list endpoint of an object behaves."""

    path: str
    sorts: tuple[str, ...] = ("id", "modifiedon", "createdon")
    # Which rows come when the caller does not say: "True" (active ones) or "Any".
    active_parameter: str | None = "active"
    active_default: str = "True"
    render: Render | None = None
    # Exact-match filters: query parameter -> field of the payload. All other parameters are ignored.
    filters: tuple[tuple[str, str], ...] = ()
    # Campaigns accept a sort and answer in order of id all the same.
    honours_sort: bool = True


@dataclass(frozen=True)
class Resource:
    """One object of the vendor, named after the raw table it fills."""

    name: str
    scope: str
    records: Callable[[Tenant], Iterable[tuple[int, Any]]]
    milestones: Callable[[Tenant, Any], Iterable[int | None]]
    render: Render
    is_active: Callable[[Tenant, Any, int], bool] = _always
    export: str | None = None
    # The assignments export hides inactive rows unless asked; no other export does.
    export_hides_inactive: bool = False
    listing: Listing | None = None


def _keyed(kind: str, collection: str) -> Callable[[Tenant], Iterable[tuple[int, Any]]]:
    """Records that sit in a dict of the tenant under their world id."""
    return lambda tenant: (
        (ids.native(kind, world_id), record) for world_id, record in getattr(tenant, collection).items()
    )


def _named(collection: str) -> Callable[[Tenant], Iterable[tuple[int, Any]]]:
    """Records that carry their native id."""
    return lambda tenant: ((record.native, record) for record in getattr(tenant, collection))


def _offers(tenant: Tenant) -> Iterable[tuple[int, Any]]:
    return ((offer.native, offer) for offers in tenant.offers_of_job.values() for offer in offers)


def _assigned(tenant: Tenant) -> Iterable[tuple[int, Any]]:
    jobs = (job for job in tenant.jobs.values() if job.technician_id is not None)
    return ((ids.native("appointment_assignments", job.id), job) for job in jobs)


def _canceled(tenant: Tenant) -> Iterable[tuple[int, Any]]:
    jobs = (job for job in tenant.jobs.values() if job.canceled_at is not None)
    return ((ids.native("job_canceled_logs", job.id), job) for job in jobs)


def _membership_types(tenant: Tenant) -> Iterable[tuple[int, Any]]:
    return ((native, plan) for plan, native in tenant.membership_types.items())


def _categories(tenant: Tenant) -> Iterable[tuple[int, Any]]:
    return ((ids.native("campaign_categories", number), name) for number, name in enumerate(CATEGORIES, 1))


_SETTLED = render_reference.since_the_start

RESOURCES = (
    Resource(
        "customers",
        "tn.crm.customers:r",
        _keyed("customers", "customers"),
        render_crm.customer_milestones,
        render_crm.customer,
        render_crm.is_customer_active,
        "/crm/v2/tenant/{tenant}/export/customers",
        listing=Listing("/crm/v2/tenant/{tenant}/customers", filters=(("name", "name"),)),
    ),
    Resource(
        "customer_contacts",
        "tn.crm.customers:r",
        _named("customer_contacts"),
        lambda tenant, contact: [contact.created_at],
        render_crm.customer_contact,
        export="/crm/v2/tenant/{tenant}/export/customers/contacts",
    ),
    Resource(
        "locations",
        "tn.crm.locations:r",
        _named("locations"),
        render_crm.location_milestones,
        render_crm.location,
        render_crm.is_location_active,
        "/crm/v2/tenant/{tenant}/export/locations",
        listing=Listing("/crm/v2/tenant/{tenant}/locations", filters=(("customerId", "customerId"),)),
    ),
    Resource(
        "location_contacts",
        "tn.crm.locations:r",
        _named("location_contacts"),
        lambda tenant, contact: [contact.created_at],
        render_crm.location_contact,
        export="/crm/v2/tenant/{tenant}/export/locations/contacts",
    ),
    Resource(
        "leads",
        "tn.crm.leads:r",
        _keyed("leads", "leads"),
        render_crm.lead_milestones,
        render_crm.lead,
        export="/crm/v2/tenant/{tenant}/export/leads",
    ),
    Resource(
        "bookings",
        "tn.crm.bookings:r",
        _keyed("bookings", "bookings"),
        render_crm.lead_milestones,
        render_crm.booking,
        export="/crm/v2/tenant/{tenant}/export/bookings",
    ),
    Resource(
        "calls",
        "tn.tlc.calls:r",
        _keyed("calls", "calls"),
        render_calls.call_milestones,
        render_calls.call,
        export="/telecom/v2/tenant/{tenant}/export/calls",
        listing=Listing("/telecom/v3/tenant/{tenant}/calls", render=render_calls.bundled_call),
    ),
    Resource(
        "jobs",
        "tn.jpm.jobs:r",
        _keyed("jobs", "jobs"),
        render_jobs.job_milestones,
        render_jobs.job,
        export="/jpm/v2/tenant/{tenant}/export/jobs",
        listing=Listing(
            "/jpm/v2/tenant/{tenant}/jobs",
            sorts=("id", "modifiedon", "createdon", "priority"),
            active_parameter=None,
            render=render_jobs.listed_job,
            filters=(
                ("jobStatus", "jobStatus"),
                ("customerId", "customerId"),
                ("locationId", "locationId"),
                ("bookingId", "bookingId"),
                ("campaignId", "campaignId"),
                ("invoiceId", "invoiceId"),
                ("jobTypeId", "jobTypeId"),
                ("number", "jobNumber"),
            ),
        ),
    ),
    # No endpoint of its own: the list's rows, which a reader of the export has to fetch for their recalls.
    Resource(
        "job_recalls",
        "tn.jpm.jobs:r",
        _keyed("jobs", "jobs"),
        render_jobs.job_milestones,
        render_jobs.listed_job,
    ),
    Resource(
        "appointments",
        "tn.jpm.appointments:r",
        _keyed("appointments", "jobs"),
        render_jobs.visit_milestones,
        render_jobs.appointment,
        export="/jpm/v2/tenant/{tenant}/export/appointments",
    ),
    Resource(
        "job_canceled_logs",
        "tn.jpm.jobcanceledlogs:r",
        _canceled,
        lambda tenant, job: [job.canceled_at],
        render_jobs.canceled_log,
        export="/jpm/v2/tenant/{tenant}/export/job-canceled-logs",
    ),
    Resource(
        "appointment_assignments",
        "tn.dis.appointmentassignments:r",
        _assigned,
        render_jobs.visit_milestones,
        render_jobs.assignment,
        render_jobs.is_assignment_active,
        "/dispatch/v2/tenant/{tenant}/export/appointment-assignments",
        export_hides_inactive=True,
    ),
    Resource(
        "estimates",
        "tn.sal.estimates:r",
        _offers,
        render_jobs.offer_milestones,
        render_jobs.estimate,
        export="/sales/v2/tenant/{tenant}/export/estimates",
    ),
    Resource(
        "invoices",
        "tn.acc.invoices:r",
        _named("bills"),
        render_accounting.bill_milestones,
        render_accounting.invoice,
        render_accounting.is_bill_active,
        "/accounting/v2/tenant/{tenant}/export/invoices",
        listing=Listing(
            "/accounting/v2/tenant/{tenant}/invoices",
            active_parameter="activeState",
            active_default="All",
            filters=(("number", "referenceNumber"), ("adjustmentToId", "adjustmentToId")),
        ),
    ),
    Resource(
        "payments",
        "tn.acc.payments:r",
        _keyed("payments", "payments"),
        render_accounting.payment_milestones,
        render_accounting.payment,
        render_accounting.is_payment_active,
        "/accounting/v2/tenant/{tenant}/export/payments",
        listing=Listing(
            "/accounting/v2/tenant/{tenant}/payments",
            active_parameter="activeState",
            active_default="ActiveOnly",
        ),
    ),
    Resource(
        "memberships",
        "tn.mem.memberships:r",
        _keyed("memberships", "memberships"),
        render_accounting.membership_milestones,
        render_accounting.membership,
        export="/memberships/v2/tenant/{tenant}/export/memberships",
    ),
    Resource(
        "membership_types",
        "tn.mem.membershiptypes:r",
        _membership_types,
        _SETTLED,
        render_accounting.membership_type,
        export="/memberships/v2/tenant/{tenant}/export/membership-types",
    ),
    Resource(
        "technicians",
        "tn.stt.technicians:r",
        _keyed("technicians", "technicians"),
        render_reference.technician_milestones,
        render_reference.technician,
        render_reference.is_technician_active,
        "/settings/v2/tenant/{tenant}/export/technicians",
        listing=Listing("/settings/v2/tenant/{tenant}/technicians"),
    ),
    Resource(
        "business_units",
        "tn.stt.businessunits:r",
        _keyed("business_units", "business_units"),
        _SETTLED,
        render_reference.business_unit,
        export="/settings/v2/tenant/{tenant}/export/business-units",
        listing=Listing("/settings/v2/tenant/{tenant}/business-units"),
    ),
    Resource(
        "campaigns",
        "tn.mrk.campaigns:r",
        _keyed("campaigns", "campaigns"),
        render_reference.campaign_milestones,
        render_reference.campaign,
        listing=Listing(
            "/marketing/v2/tenant/{tenant}/campaigns",
            sorts=("id", "name", "createdon", "modifiedon"),
            filters=(("name", "name"),),
            honours_sort=False,
        ),
    ),
    Resource(
        "campaign_categories",
        "tn.mrk.categories:r",
        _categories,
        _SETTLED,
        render_reference.category,
        listing=Listing(
            "/marketing/v2/tenant/{tenant}/categories",
            sorts=("id", "createdon", "name"),
            active_parameter=None,
        ),
    ),
    Resource(
        "campaign_costs",
        "tn.mrk.costs:r",
        _named("costs"),
        render_reference.cost_milestones,
        render_reference.cost,
        listing=Listing(
            "/marketing/v2/tenant/{tenant}/costs",
            sorts=("id", "date"),
            active_parameter=None,
            filters=(("year", "year"), ("month", "month"), ("campaignId", "campaignId")),
        ),
    ),
    Resource(
        "job_types",
        "tn.jpm.jobtypes:r",
        _keyed("job_types", "job_types"),
        _SETTLED,
        render_reference.job_type,
        listing=Listing("/jpm/v2/tenant/{tenant}/job-types", filters=(("name", "name"),)),
    ),
    Resource(
        "job_cancel_reasons",
        "tn.jpm.jobcancelreasons:r",
        _named("cancel_reasons"),
        _SETTLED,
        render_reference.cancel_reason,
        render_reference.is_reason_active,
        listing=Listing("/jpm/v2/tenant/{tenant}/job-cancel-reasons", active_default="Any"),
    ),
    Resource(
        "call_reasons",
        "tn.jbce.callreasons:r",
        _named("call_reasons"),
        _SETTLED,
        render_reference.call_reason,
        render_reference.is_reason_active,
        listing=Listing("/jbce/v2/tenant/{tenant}/call-reasons"),
    ),
    Resource(
        "zones",
        "tn.dis.zones:r",
        lambda tenant: tenant.zones.items(),
        _SETTLED,
        render_reference.zone,
        listing=Listing("/dispatch/v2/tenant/{tenant}/zones"),
    ),
)
