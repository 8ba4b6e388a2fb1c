"""Which fields are asked for: all that the integration user may see, as the object's description lists them.

Marketing fields are custom in every org, so none can be named here. A field without permission is absent from
the description, and naming it fails the whole query; so each pull asks anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from ingestion.http import CredentialsRejected
from ingestion.sources.salesforce.connection import Refusal
from ingestion.spec import Page, PullContext

# Compounds repeat their parts and cannot be read in bulk; binaries are no business of a warehouse.
UNREAD_TYPES = frozenset({"address", "location", "base64"})
CURSOR = "SystemModstamp"
# What staging cannot do without, and a permission may hide.
NEEDED: dict[str, tuple[str, ...]] = {
    "Lead": ("Email", "Phone", "MobilePhone", "LeadSource", "Status", "ConvertedOpportunityId"),
    "Contact": ("Email", "Phone", "MobilePhone", "AccountId"),
    "Account": ("Phone",),
    "Opportunity": ("AccountId", "Amount", "LeadSource", "CampaignId", "StageName"),
    "OpportunityContactRole": ("ContactId", "IsPrimary"),
    "OpportunityHistory": ("StageName",),
    "Task": ("CallType", "CallDurationInSeconds", "WhoId", "WhatId"),
    "CampaignMember": ("CampaignId", "LeadId", "ContactId"),
    "OpportunityStage": ("ApiName", "IsClosed", "IsWon"),
}
# Described for staging, which finds the org's own fields by their names.
DESCRIBED = ("Lead", "Contact", "Account", "Opportunity", "Task", "Campaign", "CampaignMember")


class _Field(msgspec.Struct):
    name: str
    type: str
    filterable: bool = True


class _Description(msgspec.Struct):
    fields: list[_Field]


@dataclass(frozen=True)
class Readable:
    """What can be read of an object.

    Attributes:
        has_cursor: Rows can be asked for by their time of change; some objects do not allow it.
    """

    names: tuple[str, ...]
    has_cursor: bool


def readable(context: PullContext, sobject: str, only: Sequence[str] = ()) -> Readable:
    """The fields of an object to ask for, in the order of its description.

    Raises:
        CredentialsRejected: the user may not see the object, or a field that is needed.
    """
    described = _describe(context, sobject).json(_Description)
    excluded = set(context.options.excluded_fields)
    fields = [
        field
        for field in described.fields
        if field.type not in UNREAD_TYPES
        and f"{sobject}.{field.name}" not in excluded
        and (not only or field.name in only)
    ]
    names = tuple(field.name for field in fields)
    _check_needed(context, sobject, names)
    return Readable(names, any(field.name == CURSOR and field.filterable for field in fields))


def descriptions(context: PullContext) -> Iterator[Page]:
    """The descriptions of the objects whose custom fields matter; without those that the user may not see."""
    for sobject in DESCRIBED:
        try:
            yield _describe(context, sobject)
        except CredentialsRejected:
            # That object's own pull says so.
            continue


class _NamedDescription(msgspec.Struct):
    name: str
    fields: list[dict[str, msgspec.Raw]]


_decode = msgspec.json.Decoder(_NamedDescription).decode


def field_rows(body: bytes) -> Sequence[msgspec.Raw]:
    """Rows `{object, name, type, custom, …}` of a description."""
    described = _decode(body)
    owner = msgspec.Raw(msgspec.json.encode(described.name))
    return [msgspec.Raw(msgspec.json.encode({"object": owner, **field})) for field in described.fields]


def _describe(context: PullContext, sobject: str) -> Page:
    path = f"/services/data/v{context.options.api_version}/sobjects/{sobject}/describe"
    try:
        return context.client.get(path)
    except Refusal as refusal:
        if refusal.status != 404:
            raise
        raise CredentialsRejected(
            f"account {context.account.account_id!r} (salesforce): the integration user may not see "
            f"{sobject}. Give it Read and View All on {sobject} (Setup › Permission Sets › its set › Object "
            "Settings)."
        ) from refusal


def _check_needed(context: PullContext, sobject: str, names: Sequence[str]) -> None:
    needed = (*NEEDED.get(sobject, ()), *context.options.required_fields.get(sobject, ()))
    missing = sorted(set(needed) - set(names))
    if not missing:
        return
    raise CredentialsRejected(
        f"account {context.account.account_id!r} (salesforce): the integration user sees no "
        f"{', '.join(f'{sobject}.{name}' for name in missing)}. Give it Read access to the field (Setup › "
        f"Permission Sets › its set › Object Settings › {sobject} › Field Permissions); a custom field may "
        "also not exist, or have another name: then correct accounts[].options.required_fields."
    )
