"""Every Service Fusion object that is read, as data.

There are no endpoints for payments, locations, contacts, appointments, memberships, campaigns and calls
(404): payments, invoices and visits are inside jobs, contacts and locations inside customers, and only if
`expand` asks for them. Deleted records vanish from their lists without a trace.

Not read: calendar tasks, equipment; of jobs pictures, documents, signatures, tasks, and the printable work
order, whose address carries an access token.
"""

from __future__ import annotations

from datetime import timedelta

from ingestion.sources.servicefusion.listings import (
    Query,
    complete,
    complete_or,
    jobs,
    newest_first,
    newest_first_or_last,
)
from ingestion.spec import ObjectSpec, PullFunction, rows_at

_CHECKPOINT_PAGES = 20
_WEEK = timedelta(days=7)
# Credentials have no scopes: those of a company on the Pro plan read all of it.
_PERMISSION = "API Credentials of the company (Pro plan); there is nothing else to tick"

_WITH_PEOPLE: Query = {"expand": "contacts,contacts.phones,contacts.emails,locations,custom_fields"}
_WITH_WORK: Query = {
    "expand": "agents,custom_fields,techs_assigned,notes,products,services,other_charges,payments,invoices,"
    "visits,visits.techs_assigned"
}
_WITH_OFFER: Query = {"expand": "products,services,other_charges,techs_assigned,tags,payments"}
# Sorting them is refused in practice; unsorted they come oldest first.
_UNSORTED: Query = {}


def _record(name: str, description: str, pull: PullFunction) -> ObjectSpec:
    return ObjectSpec(
        name=name,
        description=description,
        pull=pull,
        modified="updated_at",
        created="created_at",
        rows=rows_at("items"),
        incremental=True,
        full_every=_WEEK,
        is_complete_listing=True,
        checkpoint_pages=_CHECKPOINT_PAGES,
        permission=_PERMISSION,
    )


def _lookup(name: str, path: str, description: str, modified: str | None = None) -> ObjectSpec:
    return ObjectSpec(
        name=name,
        description=description,
        pull=complete(path, _UNSORTED),
        modified=modified,
        rows=rows_at("items"),
        is_complete_listing=True,
        permission=_PERMISSION,
    )


OBJECTS = (
    _record(
        "customers",
        "a customer with its contacts and locations, which have no ids of their own",
        complete_or("/v1/customers", _WITH_PEOPLE, newest_first("/v1/customers", _WITH_PEOPLE)),
    ),
    _record(
        "jobs",
        "a job with its line items, payments, invoices and visits; it names the rest by display name",
        jobs("/v1/jobs", _WITH_WORK),
    ),
    _record(
        "estimates",
        "an estimate with its line items; it is tied to no job",
        complete_or("/v1/estimates", _WITH_OFFER, newest_first("/v1/estimates", _WITH_OFFER)),
    ),
    _record(
        "invoices",
        "an invoice as its own list shows it: no job, no balance, no lines",
        complete_or("/v1/invoices", {}, newest_first_or_last("/v1/invoices"), whole_query=_UNSORTED),
    ),
    _lookup("techs", "/v1/techs", "a technician, also a former one: there is no flag", modified="updated_at"),
    _lookup("job_statuses", "/v1/job-statuses", "a job status of this company: code, name, category"),
    _lookup("job_categories", "/v1/job-categories", "a job category of this company"),
    _lookup("sources", "/v1/sources", "a marketing source; records refer to it by its short name"),
    _lookup("payment_types", "/v1/payment-types", "a way to pay of this company"),
)
