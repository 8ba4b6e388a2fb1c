"""Property definitions and values: what a contact, a deal and a call can be asked for by name.

Every value is text or null. A name that is not here is left out of a reply without a word.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.servers.hubspot.portal import FIRST_CALL, FIRST_OWNER, STAGES, Portal
from sandbox.servers.hubspot.sources import CHANNEL_TEXTS, original_source

Value = str | None


@dataclass(frozen=True)
class Property:
    """One property of one object type.

    Attributes:
        kind: string, number, date, datetime, enumeration, bool or phone_number.
        is_custom: made by the operator's office, not by the vendor.
    """

    name: str
    value: Callable[[Portal, Any], Value]
    kind: str = "string"
    label: str = ""
    is_custom: bool = False
    is_read_only: bool = False
    has_unique_value: bool = False
    options: tuple[str, ...] = ()


def stamp(milliseconds: int | None) -> Value:
    """`2026-01-02T03:04:05.678Z`."""
    if milliseconds is None:
        return None
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


def money(cents: int) -> str:
    """`1250.00`: a number as text."""
    return f"{cents // 100}.{cents % 100:02d}"


def truth(value: bool) -> str:
    return "true" if value else "false"


def joined(values: list[str]) -> Value:
    """Several values in one, as the vendor writes them."""
    return ";".join(values) or None


def e164(phone: Value) -> Value:
    """What the vendor calculates from a North American number; null when it cannot be one."""
    digits = "".join(character for character in phone or "" if character.isdigit())
    if len(digits) == 11 and digits.startswith("1"):
        digits = digits[1:]
    return f"+1{digits}" if len(digits) == 10 else None


def owner_id(record_id: int) -> str:
    return str(FIRST_OWNER + record_id % 3)


# -- contacts -----------------------------------------------------------------------------------------------


def first_of(row: Any, field: str) -> Value:
    """The survivor's value; what it lacks comes from the contacts merged into it."""
    return next((value for one in (row.contact, *row.absorbed) if (value := getattr(one, field))), None)


def additional_emails(portal: Portal, row: Any) -> Value:
    primary = first_of(row, "email")
    return joined([one.email for one in row.absorbed if one.email and one.email != primary])


def merged_vids(portal: Portal, row: Any) -> Value:
    """`id:milliseconds;…`, of the direct merges only."""
    return joined(
        [f"{row.merged_ids[1 + n]}:{(one.merged_at or 0) * 1000}" for n, one in enumerate(row.absorbed)]
    )


def lifecycle(portal: Portal, row: Any) -> str:
    """Forward only: a lost request does not lead back."""
    stages = {stage for lead in row.leads for stage, _ in portal.stages(lead)}
    if "closedwon" in stages:
        return "customer"
    return "opportunity" if "booked" in stages else "lead"


def lead_status(portal: Portal, row: Any) -> Value:
    if not row.leads:
        return None
    last = portal.stages(row.leads[-1])[-1][0]
    statuses = {"new": "NEW", "contacted": "CONNECTED", "closedlost": "UNQUALIFIED"}
    return statuses.get(last, "OPEN_DEAL")


def of_lead(field: str, position: int = 0) -> Callable[[Portal, Any], Value]:
    """A field that a form left on the contact: of its first request (position 0) or its latest (-1)."""

    def value(portal: Portal, row: Any) -> Value:
        return lead_field(portal, row.leads[position], field) if row.leads else None

    return value


def lead_field(portal: Portal, lead: Any, field: str) -> Value:
    """Marketing fields are empty where the request came without a source."""
    return getattr(lead, field) if portal.campaign_of(lead) is not None else None


def source_part(part: int, position: int = 0) -> Callable[[Portal, Any], Value]:
    """Part 0 is the source, 1 and 2 its drill-downs."""

    def value(portal: Portal, row: Any) -> Value:
        return original_source(portal, row.leads[position])[part] if row.leads else None

    return value


def ads_click_id(portal: Portal, row: Any) -> Value:
    """Filled only where the vendor's own tracking saw the click: every other one here."""
    return of_lead("gclid")(portal, row) if row.contact.id % 2 else None


def conversion(portal: Portal, row: Any) -> Value:
    """`Page title: Form name` of the first form, never a form id."""
    forms = [lead for lead in row.leads if lead.kind == "form"]
    return f"Request service: {forms[0].trade} form" if forms else None


def conversions(portal: Portal, row: Any) -> str:
    return str(sum(lead.kind == "form" for lead in row.leads))


CONTACT = (
    Property("createdate", lambda p, r: stamp(r.created_ms), "datetime", is_read_only=True),
    Property("lastmodifieddate", lambda p, r: stamp(r.modified_ms), "datetime", is_read_only=True),
    # It exists on contacts and is not maintained: a cursor on it silently misses changes.
    Property("hs_lastmodifieddate", lambda p, r: stamp(r.created_ms), "datetime", is_read_only=True),
    Property("hs_object_id", lambda p, r: str(r.id), "number", is_read_only=True),
    Property("email", lambda p, r: first_of(r, "email")),
    Property("hs_additional_emails", additional_emails, is_read_only=True),
    Property("firstname", lambda p, r: first_of(r, "first")),
    Property("lastname", lambda p, r: first_of(r, "last")),
    Property("phone", lambda p, r: first_of(r, "phone")),
    Property("mobilephone", lambda p, r: first_of(r, "mobile")),
    Property("hs_calculated_phone_number", lambda p, r: e164(first_of(r, "phone")), is_read_only=True),
    Property("hs_calculated_mobile_number", lambda p, r: e164(first_of(r, "mobile")), is_read_only=True),
    Property("company", lambda p, r: None),
    Property("address", lambda p, r: first_of(r, "street")),
    Property("city", lambda p, r: first_of(r, "city")),
    Property("state", lambda p, r: first_of(r, "state")),
    Property("zip", lambda p, r: first_of(r, "zip")),
    Property("country", lambda p, r: None),
    Property("lifecyclestage", lifecycle, "enumeration", options=("lead", "opportunity", "customer")),
    Property("hs_lead_status", lead_status, "enumeration", options=("NEW", "CONNECTED", "OPEN_DEAL", "UNQUALIFIED")),
    Property("hubspot_owner_id", lambda p, r: owner_id(r.contact.id), "enumeration"),
    Property("hs_merged_object_ids", lambda p, r: joined([str(i) for i in r.merged_ids]), "enumeration", is_read_only=True),
    Property("hs_calculated_merged_vids", merged_vids, is_read_only=True),
    Property("hs_analytics_source", source_part(0), "enumeration"),
    Property("hs_analytics_source_data_1", source_part(1), is_read_only=True),
    Property("hs_analytics_source_data_2", source_part(2), is_read_only=True),
    Property("hs_latest_source", source_part(0, -1), "enumeration"),
    Property("hs_latest_source_data_1", source_part(1, -1), is_read_only=True),
    Property("hs_latest_source_data_2", source_part(2, -1), is_read_only=True),
    Property("hs_analytics_first_url", of_lead("landing_url"), is_read_only=True),
    Property("hs_analytics_last_url", of_lead("landing_url", -1), is_read_only=True),
    Property("hs_analytics_first_referrer", of_lead("referrer_url"), is_read_only=True),
    Property("hs_analytics_last_referrer", of_lead("referrer_url", -1), is_read_only=True),
    Property("hs_google_click_id", ads_click_id),
    Property("first_conversion_event_name", conversion, is_read_only=True),
    Property("num_conversion_events", conversions, "number", is_read_only=True),
    Property("hs_object_source", lambda p, r: "FORM" if conversion(p, r) else "CRM_UI", "enumeration", is_read_only=True),
    Property("brand", lambda p, r: r.contact.brand_key, "enumeration", is_custom=True),
    Property("utm_source", of_lead("utm_source"), is_custom=True),
    Property("utm_medium", of_lead("utm_medium"), is_custom=True),
    Property("utm_campaign", of_lead("utm_campaign"), is_custom=True),
    Property("gclid", of_lead("gclid"), is_custom=True),
)  # fmt: skip

# -- deals --------------------------------------------------------------------------------------------------


def deal_amount(portal: Portal, row: Any) -> Value:
    """The job's total before tax, once the deal is won."""
    return money(row.job.total_cents) if row.stage == "closedwon" else None


def closed_at(portal: Portal, row: Any) -> Value:
    stage, instant = row.entered[-1]
    return stamp(instant * 1000) if stage in ("closedwon", "closedlost") else None


def entered(stage: str) -> Callable[[Portal, Any], Value]:
    def value(portal: Portal, row: Any) -> Value:
        instant = dict(row.entered).get(stage)
        return None if instant is None else stamp(instant * 1000)

    return value


def lead_channel(portal: Portal, row: Any) -> Value:
    campaign = portal.campaign_of(row.lead)
    return None if campaign is None else CHANNEL_TEXTS.get(campaign.channel)


def of_deal(field: str) -> Callable[[Portal, Any], Value]:
    return lambda portal, row: lead_field(portal, row.lead, field)


def call_id(portal: Portal, row: Any) -> Value:
    """The call record in this portal, not the dispatch platform's."""
    return None if row.lead.call_id is None else str(FIRST_CALL + row.lead.call_id)


def deal_name(portal: Portal, row: Any) -> str:
    name = " ".join(part for part in (row.lead.first, row.lead.last) if part) or "Unknown caller"
    return f"{name} - {row.lead.trade}"


DEAL = (
    Property("dealname", deal_name),
    Property("pipeline", lambda p, r: "default", "enumeration", options=("default",)),
    Property("dealstage", lambda p, r: r.stage, "enumeration", options=STAGES),
    Property("amount", deal_amount, "number"),
    Property("deal_currency_code", lambda p, r: "USD", "enumeration", options=("USD",)),
    Property("closedate", closed_at, "datetime"),
    Property("createdate", lambda p, r: stamp(r.created_ms), "datetime"),
    Property("hs_lastmodifieddate", lambda p, r: stamp(r.modified_ms), "datetime", is_read_only=True),
    Property("hs_object_id", lambda p, r: str(r.id), "number", is_read_only=True),
    Property("hubspot_owner_id", lambda p, r: owner_id(r.lead.id), "enumeration"),
    Property("dealtype", lambda p, r: "newbusiness", "enumeration", options=("newbusiness", "existingbusiness")),
    Property("hs_is_closed", lambda p, r: truth(r.stage in ("closedwon", "closedlost")), "bool", is_read_only=True),
    Property("hs_is_closed_won", lambda p, r: truth(r.stage == "closedwon"), "bool", is_read_only=True),
    *(Property(f"hs_v2_date_entered_{stage}", entered(stage), "datetime", is_read_only=True) for stage in STAGES),
    Property("ext_job_id", lambda p, r: p.job_id(r.job) if r.job else None, is_custom=True, has_unique_value=True),
    Property("brand", lambda p, r: r.lead.brand_key, "enumeration", is_custom=True),
    Property("lead_channel", lead_channel, "enumeration", is_custom=True, options=tuple(CHANNEL_TEXTS.values())),
    Property("lead_kind", lambda p, r: r.lead.kind, "enumeration", is_custom=True, options=("form", "call", "chat", "booking")),
    Property("trade", lambda p, r: r.lead.trade, "enumeration", is_custom=True),
    Property("utm_source", of_deal("utm_source"), is_custom=True),
    Property("utm_medium", of_deal("utm_medium"), is_custom=True),
    Property("utm_campaign", of_deal("utm_campaign"), is_custom=True),
    Property("gclid", of_deal("gclid"), is_custom=True),
    Property("landing_url", of_deal("landing_url"), is_custom=True),
    Property("referrer_url", of_deal("referrer_url"), is_custom=True),
    Property("call_id", call_id, is_custom=True),
)  # fmt: skip

# -- calls --------------------------------------------------------------------------------------------------

CONNECTED = "f240bbac-87c9-4f6e-bf70-924b57d47db7"
NO_ANSWER = "73a0d17f-1163-4015-bdd5-ec830791da20"


def call_status(portal: Portal, row: Any) -> str:
    return "NO_ANSWER" if row.call.outcome == "abandoned" else "COMPLETED"


def call_outcome(portal: Portal, row: Any) -> Value:
    """What the agent said of it afterwards."""
    return row.call.outcome if portal.come(row.call.classified_at) else None


CALL = (
    Property("hs_timestamp", lambda p, r: stamp(r.call.started_at * 1000), "datetime"),
    Property("hs_createdate", lambda p, r: stamp(r.created_ms), "datetime", is_read_only=True),
    Property("hs_lastmodifieddate", lambda p, r: stamp(r.modified_ms), "datetime", is_read_only=True),
    Property("hs_object_id", lambda p, r: str(r.id), "number", is_read_only=True),
    Property("hs_call_title", lambda p, r: f"Inbound call to {r.call.to_phone}"),
    Property("hs_call_direction", lambda p, r: "INBOUND", "enumeration", options=("INBOUND", "OUTBOUND")),
    Property("hs_call_duration", lambda p, r: str(r.call.duration_seconds * 1000), "number"),
    # A withheld number is an empty text.
    Property("hs_call_from_number", lambda p, r: r.call.from_phone),
    Property("hs_call_to_number", lambda p, r: r.call.to_phone),
    Property("hs_call_status", call_status, "enumeration", options=("COMPLETED", "NO_ANSWER")),
    Property("hs_call_disposition", lambda p, r: NO_ANSWER if r.call.outcome == "abandoned" else CONNECTED, "enumeration", options=(CONNECTED, NO_ANSWER)),
    Property("hubspot_owner_id", lambda p, r: owner_id(r.call.id), "enumeration"),
    Property("brand", lambda p, r: r.call.brand_key, "enumeration", is_custom=True),
    Property("call_outcome", call_outcome, "enumeration", is_custom=True, options=("booked", "unbooked", "excused", "not_lead", "abandoned")),
)  # fmt: skip

BY_TYPE: dict[str, dict[str, Property]] = {
    "contacts": {one.name: one for one in CONTACT},
    "deals": {one.name: one for one in DEAL},
    "calls": {one.name: one for one in CALL},
}
# What a complete pull asks for, per raw table.
PROPERTIES: dict[str, tuple[str, ...]] = {name: tuple(table) for name, table in BY_TYPE.items()}
# What a reply holds when nothing is asked. No source property is among them.
DEFAULTS: dict[str, tuple[str, ...]] = {
    "contacts": ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"),
    "deals": ("amount", "closedate", "createdate", "dealname", "dealstage", "hs_lastmodifieddate",
              "hs_object_id", "pipeline"),
    "calls": ("hs_createdate", "hs_lastmodifieddate", "hs_object_id"),
}  # fmt: skip
# What a reply always holds, whatever was asked.
ALWAYS: dict[str, tuple[str, ...]] = {
    "contacts": ("createdate", "hs_object_id", "lastmodifieddate"),
    "deals": ("createdate", "hs_lastmodifieddate", "hs_object_id"),
    "calls": ("hs_createdate", "hs_lastmodifieddate", "hs_object_id"),
}


def values(portal: Portal, object_type: str, row: Any, names: tuple[str, ...] | None) -> dict[str, Value]:
    """The properties of a record: those asked for that exist, and those that always come."""
    table = BY_TYPE[object_type]
    wanted = DEFAULTS[object_type] if not names else (*ALWAYS[object_type], *names)
    return {name: table[name].value(portal, row) for name in sorted(set(wanted)) if name in table}


FIELD_TYPES = {"string": "text", "number": "number", "datetime": "date", "enumeration": "select",
               "bool": "booleancheckbox"}  # fmt: skip


def definition(one: Property, group: str) -> dict[str, Any]:
    """The description of a property, as `GET /crm/v3/properties/{type}` gives it."""
    return {
        "name": one.name,
        "label": one.label or one.name.removeprefix("hs_").replace("_", " ").capitalize(),
        "type": one.kind,
        "fieldType": FIELD_TYPES[one.kind],
        "description": "",
        "groupName": group,
        "options": [
            {"label": option, "value": option, "displayOrder": position, "hidden": False}
            for position, option in enumerate(one.options)
        ],
        "displayOrder": -1,
        "calculated": False,
        "externalOptions": False,
        "archived": False,
        "hasUniqueValue": one.has_unique_value,
        "hidden": False,
        "hubspotDefined": not one.is_custom,
        "formField": not one.is_read_only,
        "modificationMetadata": {
            "archivable": one.is_custom,
            "readOnlyDefinition": not one.is_custom,
            "readOnlyOptions": not one.is_custom,
            "readOnlyValue": one.is_read_only,
        },
    }
