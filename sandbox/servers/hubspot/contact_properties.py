"""What a contact can be asked for. Marketing fields stem from its requests and are null without a source."""

from __future__ import annotations

from sandbox.servers.hubspot.definitions import (
    Getter,
    Property,
    Value,
    custom,
    e164,
    joined,
    lead_field,
    owner_id,
    picklist,
    read_only,
    stamp,
)
from sandbox.servers.hubspot.portal import ContactRow, Portal
from sandbox.servers.hubspot.sources import original_source
from sandbox.world.model import Lead


def first_of(row: ContactRow, field: str) -> Value:
    """The survivor's value; what it lacks comes from the contacts merged into it."""
    return next((value for one in (row.contact, *row.absorbed) if (value := getattr(one, field))), None)


def additional_emails(portal: Portal, row: ContactRow) -> Value:
    primary = first_of(row, "email")
    return joined([one.email for one in row.absorbed if one.email and one.email != primary])


def merged_vids(portal: Portal, row: ContactRow) -> Value:
    """`id:milliseconds;…`, of the direct merges only."""
    return joined(
        [f"{row.merged_ids[1 + n]}:{(one.merged_at or 0) * 1000}" for n, one in enumerate(row.absorbed)]
    )


def lifecycle(portal: Portal, row: ContactRow) -> str:
    """Forward only: a lost request does not lead back."""
    stages = {stage for lead in row.leads for stage, _ in portal.stages(lead)}
    if "closedwon" in stages:
        return "customer"
    return "opportunity" if "booked" in stages else "lead"


def lead_status(portal: Portal, row: ContactRow) -> Value:
    """Of the latest request. Who did not book is not unqualified: that means spam and is never set here."""
    if not row.leads:
        return None
    last = portal.stages(row.leads[-1])[-1][0]
    statuses = {"new": "NEW", "contacted": "CONNECTED", "closedlost": "BAD_TIMING"}
    return statuses.get(last, "OPEN_DEAL")


def of_lead(field: str, position: int = 0) -> Getter:
    """A field that a form left on the contact: of its first request (position 0) or its latest (-1)."""

    def value(portal: Portal, row: ContactRow) -> Value:
        return lead_field(portal, row.leads[position], field) if row.leads else None

    return value


def source_part(part: int, position: int = 0) -> Getter:
    """Part 0 is the source, 1 and 2 its drill-downs."""

    def value(portal: Portal, row: ContactRow) -> Value:
        return original_source(portal, row.leads[position])[part] if row.leads else None

    return value


def ads_click_id(field: str) -> Getter:
    """Filled only where the vendor's own tracking saw the click: every other one here."""
    return lambda portal, row: of_lead(field)(portal, row) if row.contact.id % 2 else None


def forms_of(row: ContactRow) -> list[Lead]:
    return [lead for lead in row.leads if lead.kind == "form"]


def conversion(portal: Portal, row: ContactRow) -> Value:
    """`Page title: Form name` of the first form, never a form id."""
    forms = forms_of(row)
    return f"Request service: {forms[0].trade} form" if forms else None


def converted_at(position: int) -> Getter:
    """When the first (0) or the latest (-1) form was sent."""

    def value(portal: Portal, row: ContactRow) -> Value:
        forms = forms_of(row)
        return stamp(forms[position].created_at * 1000) if forms else None

    return value


def conversions(portal: Portal, row: ContactRow) -> str:
    return str(len(forms_of(row)))


CONTACT = (
    read_only("createdate", lambda p, r: stamp(r.created_ms), "datetime"),
    read_only("lastmodifieddate", lambda p, r: stamp(r.modified_ms), "datetime"),
    # It exists on contacts and is not maintained: a cursor on it silently misses changes.
    read_only("hs_lastmodifieddate", lambda p, r: stamp(r.created_ms), "datetime"),
    read_only("hs_object_id", lambda p, r: str(r.id), "number"),
    Property("email", lambda p, r: first_of(r, "email")),
    read_only("hs_additional_emails", additional_emails),
    Property("firstname", lambda p, r: first_of(r, "first")),
    Property("lastname", lambda p, r: first_of(r, "last")),
    Property("phone", lambda p, r: first_of(r, "phone")),
    Property("mobilephone", lambda p, r: first_of(r, "mobile")),
    read_only("hs_calculated_phone_number", lambda p, r: e164(first_of(r, "phone"))),
    read_only("hs_calculated_mobile_number", lambda p, r: e164(first_of(r, "mobile"))),
    Property("company", lambda p, r: None),
    Property("address", lambda p, r: first_of(r, "street")),
    Property("city", lambda p, r: first_of(r, "city")),
    Property("state", lambda p, r: first_of(r, "state")),
    Property("zip", lambda p, r: first_of(r, "zip")),
    Property("country", lambda p, r: None),
    picklist("lifecyclestage", lifecycle, "lead", "opportunity", "customer"),
    picklist("hs_lead_status", lead_status, "NEW", "CONNECTED", "OPEN_DEAL", "BAD_TIMING", "UNQUALIFIED"),
    Property("hubspot_owner_id", lambda p, r: owner_id(r.contact.id), "enumeration"),
    read_only("hs_merged_object_ids", lambda p, r: joined([str(i) for i in r.merged_ids]), "enumeration"),
    read_only("hs_calculated_merged_vids", merged_vids),
    Property("hs_analytics_source", source_part(0), "enumeration"),
    read_only("hs_analytics_source_data_1", source_part(1)),
    read_only("hs_analytics_source_data_2", source_part(2)),
    Property("hs_latest_source", source_part(0, -1), "enumeration"),
    read_only("hs_latest_source_data_1", source_part(1, -1)),
    read_only("hs_latest_source_data_2", source_part(2, -1)),
    read_only("hs_analytics_first_url", of_lead("landing_url")),
    read_only("hs_analytics_last_url", of_lead("landing_url", -1)),
    read_only("hs_analytics_first_referrer", of_lead("referrer_url")),
    read_only("hs_analytics_last_referrer", of_lead("referrer_url", -1)),
    Property("hs_google_click_id", ads_click_id("gclid")),
    Property("hs_facebook_click_id", ads_click_id("fbclid")),
    read_only("first_conversion_event_name", conversion),
    read_only("first_conversion_date", converted_at(0), "datetime"),
    read_only("recent_conversion_date", converted_at(-1), "datetime"),
    read_only("num_conversion_events", conversions, "number"),
    read_only("hs_object_source", lambda p, r: "FORM" if conversion(p, r) else "CRM_UI", "enumeration"),
    custom("brand", lambda p, r: r.contact.brand_key, "enumeration"),
    custom("utm_source", of_lead("utm_source")),
    custom("utm_medium", of_lead("utm_medium")),
    custom("utm_campaign", of_lead("utm_campaign")),
    *(custom(name, of_lead(name)) for name in ("gclid", "fbclid", "msclkid")),
)
