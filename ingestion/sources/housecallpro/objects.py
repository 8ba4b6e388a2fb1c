"""Every Housecall Pro object that is read, as data.

Customers and invoices vanish from their lists when deleted, employees when they leave; jobs stay, with
`deleted_at`. Not read: attachments (their links die within the hour), price book, events, routes,
checklists. Service plans, payments and calls have no endpoint; payments and refunds are inside the
invoices.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ingestion.http import CredentialsRejected
from ingestion.sources.housecallpro.listings import (
    changed_jobs,
    complete,
    complete_invoices,
    complete_or,
    newest_first,
)
from ingestion.spec import ObjectSpec, Page, PullContext, PullFunction, rows_at, whole_page

_CHECKPOINT_PAGES = 50
# Without it the visits of a job are absent, not empty.
_WITH_VISITS = {"expand[]": "appointments"}


def _company() -> PullFunction:
    def pull(context: PullContext) -> Iterator[Page]:
        yield context.client.get("/company")

    return pull


def _zones() -> PullFunction:
    """Zones are documented for partners' keys only; a company's own key that is refused has none to show."""
    read = complete("/service_zones")

    def pull(context: PullContext) -> Iterator[Page]:
        try:
            yield from read(context)
        except CredentialsRejected:
            context.save()

    return pull


def _reference(name: str, path: str, description: str) -> ObjectSpec:
    return ObjectSpec(
        name=name, description=description, pull=complete(path), rows=rows_at(name), is_complete_listing=True
    )


OBJECTS = (
    ObjectSpec(
        name="company",
        description="the company: time zone, served postal codes",
        pull=_company(),
        rows=whole_page,
        lists_everything=True,
    ),
    ObjectSpec(
        name="customers",
        description="a customer with its addresses; phones and e-mail are fields of it",
        pull=complete_or("/customers", {}, newest_first("/customers")),
        modified="updated_at",
        created="created_at",
        rows=rows_at("customers"),
        incremental=True,
        full_every=timedelta(days=7),
        is_complete_listing=True,
        checkpoint_pages=_CHECKPOINT_PAGES,
    ),
    ObjectSpec(
        name="jobs",
        description="a job with its visits and a copy of its customer",
        pull=complete_or("/jobs", _WITH_VISITS, changed_jobs("/jobs", _WITH_VISITS)),
        modified="updated_at",
        created="created_at",
        rows=rows_at("jobs"),
        incremental=True,
        full_every=timedelta(days=7),
        is_complete_listing=True,
        checkpoint_pages=_CHECKPOINT_PAGES,
    ),
    ObjectSpec(
        name="estimates",
        description="an estimate with its options, which are alternatives",
        pull=complete_or("/estimates", {}, newest_first("/estimates")),
        modified="updated_at",
        created="created_at",
        rows=rows_at("estimates"),
        incremental=True,
        full_every=timedelta(days=7),
        is_complete_listing=True,
        checkpoint_pages=_CHECKPOINT_PAGES,
    ),
    ObjectSpec(
        name="invoices",
        description="an invoice with lines, payments and refunds; it names only its job",
        pull=complete_invoices("/invoices"),
        rows=rows_at("invoices"),
        incremental=True,
        full_every=timedelta(days=1),
        is_complete_listing=True,
    ),
    # No time in the payload and no filter by time: all of them, each time.
    _reference("leads", "/leads", "a lead with what it was converted to; it shows no time of its own"),
    _reference("employees", "/employees", "an employee who is active now"),
    _reference("lead_sources", "/lead_sources", "an entry of the lead source picklist"),
    ObjectSpec(
        name="job_types",
        description="a kind of job",
        pull=complete("/job_fields/job_types"),
        rows=rows_at("job_types"),
        is_complete_listing=True,
    ),
    ObjectSpec(
        name="service_zones",
        description="a zone with its postal codes",
        pull=_zones(),
        rows=rows_at("service_zones"),
        is_complete_listing=True,
    ),
)
