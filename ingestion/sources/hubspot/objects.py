"""Every HubSpot object that is read, as data.

Not read: companies and tickets (no question of this project needs them), the leads object (Sales Hub
Professional only; requests are deals here), form submissions (their source fields are on the contact).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ingestion.sources.hubspot.associations import pair_rows, pairs
from ingestion.sources.hubspot.records import RecordPage, records
from ingestion.spec import ObjectSpec, Page, PullContext, PullFunction, rows_at

_WEEK = timedelta(days=7)
_ROWS = rows_at("results")
_CONTACTS = "crm.objects.contacts.read, crm.schemas.contacts.read"
_DEALS = "crm.objects.deals.read, crm.schemas.deals.read"


def _reference(path: str) -> PullFunction:
    """A list that is one page."""

    def pull(context: PullContext) -> Iterator[Page]:
        yield context.client.get(path)

    return pull


def _owners() -> PullFunction:
    def pull(context: PullContext) -> Iterator[Page]:
        query: dict[str, str | int] = {"limit": 100}
        while True:
            page = context.client.get("/crm/v3/owners", query)
            yield page
            after = page.json(RecordPage).after
            if after is None:
                return
            query["after"] = after

    return pull


def _records(name: str, description: str, permission: str) -> ObjectSpec:
    return ObjectSpec(
        name=name,
        description=description,
        pull=records(name),
        permission=permission,
        modified="updatedAt",
        created="createdAt",
        rows=_ROWS,
        incremental=True,
        full_every=_WEEK,
        is_complete_listing=True,
    )


def _pairs(name: str, from_type: str, description: str, permission: str) -> ObjectSpec:
    from_name = from_type.removesuffix("s")
    return ObjectSpec(
        name=name,
        description=description,
        pull=pairs(from_type, "contacts"),
        permission=permission,
        key=(f"{from_name}_id", "contact_id"),
        rows=pair_rows(from_name, "contact"),
        incremental=True,
        full_every=_WEEK,
        is_complete_listing=True,
    )


OBJECTS = (
    _records("contacts", "a contact, archived ones included, with its source fields", _CONTACTS),
    _records("deals", "a deal: one request for service, with stage, amount and dispatch job id", _DEALS),
    _records("calls", "a logged phone call", _CONTACTS),
    _pairs("deal_contacts", "deals", "a contact of a deal", _DEALS),
    _pairs("call_contacts", "calls", "a contact of a call", _CONTACTS),
    ObjectSpec(
        name="deal_pipelines",
        description="a deal pipeline with its stages, which deals name by id",
        pull=_reference("/crm/v3/pipelines/deals"),
        permission=_DEALS,
        rows=_ROWS,
        is_complete_listing=True,
    ),
    ObjectSpec(
        name="owners",
        description="a user that records are assigned to",
        pull=_owners(),
        permission="crm.objects.owners.read",
        rows=_ROWS,
        is_complete_listing=True,
    ),
    ObjectSpec(
        name="contact_properties",
        description="the definition of a contact property of this portal",
        pull=_reference("/crm/v3/properties/contacts"),
        permission=_CONTACTS,
        key=("name",),
        rows=_ROWS,
        is_complete_listing=True,
    ),
)
