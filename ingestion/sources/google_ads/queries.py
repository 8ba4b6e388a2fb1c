"""What is asked, in the vendor's query language. Only leaf fields may be selected.

Nothing is filtered by status: removed campaigns have cost too. Cost is asked by campaign, because groups and
ads of a Performance Max campaign have none.
"""

from __future__ import annotations

from datetime import date

CUSTOMERS = """SELECT customer.id, customer.descriptive_name, customer.currency_code, customer.time_zone,
 customer.auto_tagging_enabled, customer.status FROM customer"""

CAMPAIGNS = """SELECT campaign.id, campaign.name, campaign.status, campaign.serving_status,
 campaign.advertising_channel_type, campaign.advertising_channel_sub_type, campaign.tracking_url_template,
 campaign.final_url_suffix FROM campaign ORDER BY campaign.id"""

_CONVERSATIONS = """SELECT local_services_lead_conversation.id, local_services_lead_conversation.lead,
 local_services_lead_conversation.conversation_channel, local_services_lead_conversation.participant_type,
 local_services_lead_conversation.event_date_time,
 local_services_lead_conversation.phone_call_details.call_duration_millis
 FROM local_services_lead_conversation{where} ORDER BY local_services_lead_conversation.id"""

_LEADS = """SELECT local_services_lead.id, local_services_lead.lead_type, local_services_lead.lead_status,
 local_services_lead.category_id, local_services_lead.service_id, local_services_lead.creation_date_time,
 local_services_lead.locale, local_services_lead.contact_details.phone_number,
 local_services_lead.contact_details.phone_number_extension,
 local_services_lead.contact_details.consumer_name, local_services_lead.lead_charged,
 local_services_lead.credit_details.credit_state,
 local_services_lead.credit_details.credit_state_last_update_date_time,
 local_services_lead.lead_feedback_submitted{more}
 FROM local_services_lead{where} ORDER BY local_services_lead.id"""

# The first version whose leads name their campaign.
LEADS_NAME_CAMPAIGNS = 26


def spend(first: date, last: date) -> str:
    """Figures by campaign and day of the account's time zone."""
    return f"""SELECT segments.date, customer.currency_code, campaign.id, campaign.name, campaign.status,
 campaign.advertising_channel_type, metrics.cost_micros, metrics.clicks, metrics.impressions,
 metrics.conversions, metrics.conversions_value, metrics.all_conversions, metrics.phone_calls
 FROM campaign WHERE segments.date BETWEEN '{first}' AND '{last}' ORDER BY segments.date, campaign.id"""


def first_active_day(first: date, last: date) -> str:
    """The first day with any figures."""
    return f"""SELECT segments.date, metrics.impressions FROM customer
 WHERE segments.date BETWEEN '{first}' AND '{last}' ORDER BY segments.date LIMIT 1"""


def clicks(day: date) -> str:
    """Exactly one day may be asked for. To filter by click id is unreliable, so the whole day is read."""
    return f"""SELECT click_view.gclid, click_view.keyword, click_view.keyword_info.text,
 click_view.keyword_info.match_type, click_view.ad_group_ad, click_view.page_number, campaign.id,
 campaign.name, campaign.advertising_channel_type, ad_group.id, ad_group.name, segments.date,
 segments.device, segments.ad_network_type FROM click_view WHERE segments.date = '{day}'"""


def leads(since: date | None, version: int) -> str:
    more = ", local_services_lead.campaign" if version >= LEADS_NAME_CAMPAIGNS else ""
    return _LEADS.format(more=more, where=_since("local_services_lead.creation_date_time", since))


def conversations(since: date | None, version: int) -> str:
    return _CONVERSATIONS.format(where=_since("local_services_lead_conversation.event_date_time", since))


def _since(field: str, day: date | None) -> str:
    return f" WHERE {field} >= '{day} 00:00:00'" if day else ""
