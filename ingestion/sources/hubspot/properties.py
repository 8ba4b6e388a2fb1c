"""Which properties are asked for. A reply holds none but a handful unless they are named.

Marketing fields are custom in every portal (there is no standard `utm_source` or `gclid`), so all custom
properties are read, together with the standard ones below and whatever looks like a click id.
"""

from __future__ import annotations

import re

import msgspec

from ingestion.config import ConfigError
from ingestion.spec import PullContext

CLICK_IDS = re.compile(r"^(utm_|gclid|gbraid|wbraid|fbclid|msclkid|hs_v2_date_entered_)|_click_id$")

STANDARD: dict[str, tuple[str, ...]] = {
    "contacts": (
        "createdate", "lastmodifieddate", "hs_lastmodifieddate", "hs_object_id", "email",
        "hs_additional_emails", "firstname", "lastname", "phone", "mobilephone",
        "hs_calculated_phone_number", "hs_calculated_mobile_number", "company", "address", "city", "state",
        "zip", "country", "lifecyclestage", "hs_lead_status", "hubspot_owner_id", "hs_merged_object_ids",
        "hs_calculated_merged_vids",
        "hs_analytics_source", "hs_analytics_source_data_1", "hs_analytics_source_data_2", "hs_latest_source",
        "hs_latest_source_data_1", "hs_latest_source_data_2", "hs_latest_source_timestamp",
        "hs_analytics_first_url", "hs_analytics_last_url", "hs_analytics_first_referrer",
        "hs_analytics_last_referrer", "hs_analytics_first_timestamp", "first_conversion_event_name",
        "first_conversion_date", "recent_conversion_event_name", "recent_conversion_date",
        "num_conversion_events", "hs_object_source", "hs_object_source_label",
    ),
    "deals": (
        "createdate", "hs_lastmodifieddate", "hs_object_id", "dealname", "pipeline", "dealstage", "amount",
        "deal_currency_code", "closedate", "hubspot_owner_id", "dealtype", "hs_is_closed", "hs_is_closed_won",
        "hs_analytics_source", "hs_analytics_source_data_1", "hs_analytics_source_data_2",
        "hs_merged_object_ids",
    ),
    "calls": (
        "hs_createdate", "hs_lastmodifieddate", "hs_object_id", "hs_timestamp", "hs_call_title",
        "hs_call_direction", "hs_call_duration", "hs_call_from_number", "hs_call_to_number", "hs_call_status",
        "hs_call_disposition", "hs_call_recording_url", "hs_call_has_voicemail", "hs_call_source",
        "hubspot_owner_id",
    ),
}  # fmt: skip


class _Definition(msgspec.Struct):
    name: str
    hubspotDefined: bool = False


class _Definitions(msgspec.Struct):
    results: list[_Definition]


def names(context: PullContext, object_type: str) -> list[str]:
    """The properties of this portal to ask for, sorted.

    Raises:
        ConfigError: a property that the account's options require does not exist.
    """
    page = context.client.get(f"/crm/v3/properties/{object_type}")
    defined = {one.name: one for one in page.json(_Definitions).results}
    options = context.options
    required = {"contacts": options.required_contact_properties, "deals": options.required_deal_properties}
    missing = sorted(set(required.get(object_type, ())) - defined.keys())
    if missing:
        raise ConfigError(
            f"account {context.account.account_id!r} (hubspot): the portal has no {object_type} property "
            f"{', '.join(missing)}. Create it there (Settings › Properties), or take it out of "
            f"accounts[].options.required_{object_type[:-1]}_properties."
        )
    custom = {name for name, one in defined.items() if not one.hubspotDefined}
    tracked = {name for name in defined if CLICK_IDS.search(name)}
    return sorted((set(STANDARD[object_type]) & defined.keys()) | custom | tracked)
