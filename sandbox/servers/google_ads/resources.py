"""Which fields a query may name, and what it must say about dates."""

from __future__ import annotations

from datetime import date, timedelta

from sandbox.servers.google_ads.failures import Failure, query_error
from sandbox.servers.google_ads.gaql import Query

CLICK_DAYS = 90
# The vendor's error REQUESTED_DATE_GRANULARITY_NOT_SUPPORTED exists since v26; how far back is ASSUMED.
DAILY_FIGURES_MONTHS = 37
FIRST_VERSION, LAST_VERSION = 23, 26

_CUSTOMER = frozenset(
    f"customer.{name}"
    for name in (
        "id", "resource_name", "descriptive_name", "currency_code", "time_zone", "auto_tagging_enabled",
        "manager", "status",
    )
)  # fmt: skip
_CAMPAIGN = frozenset(
    f"campaign.{name}"
    for name in (
        "id", "resource_name", "name", "status", "serving_status", "advertising_channel_type",
        "advertising_channel_sub_type", "tracking_url_template", "final_url_suffix",
    )
)  # fmt: skip
_METRICS = frozenset(
    f"metrics.{name}"
    for name in (
        "cost_micros", "clicks", "impressions", "conversions", "conversions_value", "all_conversions",
        "phone_calls",
    )
)  # fmt: skip
_CLICK = frozenset(
    f"click_view.{name}"
    for name in (
        "gclid", "resource_name", "keyword", "keyword_info.text", "keyword_info.match_type", "ad_group_ad",
        "page_number",
    )
)  # fmt: skip
_LEAD = frozenset(
    f"local_services_lead.{name}"
    for name in (
        "id", "resource_name", "lead_type", "lead_status", "category_id", "service_id", "creation_date_time",
        "locale", "contact_details.phone_number", "contact_details.phone_number_extension",
        "contact_details.consumer_name", "lead_charged", "credit_details.credit_state",
        "credit_details.credit_state_last_update_date_time", "lead_feedback_submitted", "campaign",
    )
)  # fmt: skip
_CONVERSATION = frozenset(
    f"local_services_lead_conversation.{name}"
    for name in (
        "id", "resource_name", "lead", "conversation_channel", "participant_type", "event_date_time",
        "phone_call_details.call_duration_millis", "phone_call_details.call_recording_url",
    )
)  # fmt: skip
_DATE = frozenset({"segments.date"})

FIELDS: dict[str, frozenset[str]] = {
    "customer": _CUSTOMER | _METRICS | _DATE,
    "campaign": _CUSTOMER | _CAMPAIGN | _METRICS | _DATE,
    "click_view": _CUSTOMER
    | _CAMPAIGN
    | _CLICK
    | _DATE
    | {"ad_group.id", "ad_group.name", "segments.device", "segments.ad_network_type", "metrics.clicks"},
    "local_services_lead": _CUSTOMER | _LEAD,
    "local_services_lead_conversation": _CUSTOMER | _CONVERSATION,
}
_ADDED_IN_26 = frozenset({"local_services_lead.campaign"})


def check(query: Query, *, version: int, today: date, is_manager: bool) -> None:
    """Refuse what the vendor refuses.

    Raises:
        Failure: naming the field or the date range.
    """
    if query.resource not in FIELDS:
        raise query_error("BAD_RESOURCE_TYPE_IN_FROM_CLAUSE", f"Invalid resource {query.resource!r} in FROM.")
    known = FIELDS[query.resource] - (_ADDED_IN_26 if version < LAST_VERSION else frozenset())
    for field in sorted(query.mentioned()):
        _check_field(field, known)
    if query.resource == "click_view":
        _check_click_day(query, today)
    elif "segments.date" in query.fields:
        _check_range(query, today)
    if is_manager and any(field.startswith("metrics.") for field in query.fields):
        raise query_error(
            "REQUESTED_METRICS_FOR_MANAGER", "Metrics cannot be requested for a manager account."
        )


def _check_field(field: str, known: frozenset[str]) -> None:
    if field in known:
        return
    if field.startswith("metrics."):
        raise query_error(
            "PROHIBITED_METRIC_IN_SELECT_OR_WHERE_CLAUSE", f"Cannot select or filter on {field!r} here."
        )
    if any(name.startswith(f"{field}.") for name in known):
        # As reported for v25; others saw parents of leaves go through, so nobody should rely on either.
        raise query_error("PROHIBITED_FIELD_IN_SELECT_CLAUSE", f"Cannot select the message field {field!r}.")
    raise query_error("UNRECOGNIZED_FIELD", f"Unrecognized field in the query: '{field}'.")


def _check_click_day(query: Query, today: date) -> None:
    first, last = query.days()
    if first is None or first != last:
        raise Failure(
            400, "clickViewError", "EXPECTED_FILTER_ON_A_SINGLE_DAY",
            "Queries to ClickView must have a filter on a single day.", "query",
        )  # fmt: skip
    if date.fromisoformat(first) < today - timedelta(days=CLICK_DAYS):
        raise Failure(400, "clickViewError", "DATE_TOO_OLD", "The requested date is too old.", "query")


def _check_range(query: Query, today: date) -> None:
    first, last = query.days()
    if first is None or last is None:
        raise query_error(
            "EXPECTED_FILTERS_ON_DATE_RANGE",
            "A finite date range must be in the WHERE clause when a date segment is selected.",
        )
    if date.fromisoformat(first) < today - timedelta(days=DAILY_FIGURES_MONTHS * 31):
        raise Failure(
            400, "dateRangeError", "REQUESTED_DATE_GRANULARITY_NOT_SUPPORTED",
            "The requested granularity is not supported for dates that far back.", "query",
        )  # fmt: skip
