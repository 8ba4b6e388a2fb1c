"""What a perfect pull of an account holds: which fields of which rows, and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sandbox.servers.google_ads.books import Books
from sandbox.servers.google_ads.gaql import Query, written
from sandbox.servers.google_ads.resources import CLICK_DAYS

Row = dict[str, Any]


@dataclass(frozen=True)
class Expected:
    resource: str
    key: tuple[str, ...]
    fields: tuple[str, ...]


def _fields(**names: str) -> tuple[str, ...]:
    """`_fields(campaign="id name")` → campaign.id, campaign.name."""
    return tuple(f"{parent}.{name}" for parent, leaves in names.items() for name in leaves.split())


SPEND = _fields(
    segments="date",
    customer="currency_code",
    campaign="id name status advertising_channel_type",
    metrics="cost_micros clicks impressions conversions conversions_value all_conversions phone_calls",
)
OBJECTS = {
    "customers": Expected(
        "customer",
        ("customer.id",),
        _fields(customer="id descriptive_name currency_code time_zone auto_tagging_enabled status"),
    ),
    "campaigns": Expected(
        "campaign",
        ("campaign.id",),
        _fields(
            campaign="id name status serving_status advertising_channel_type advertising_channel_sub_type "
            "tracking_url_template final_url_suffix"
        ),
    ),
    "clicks": Expected(
        "click_view",
        ("segments.date", "click_view.gclid"),
        _fields(
            click_view="gclid keyword keyword_info.text keyword_info.match_type ad_group_ad page_number",
            campaign="id name advertising_channel_type",
            ad_group="id name",
            segments="date device ad_network_type",
        ),
    ),
    "local_services_leads": Expected(
        "local_services_lead",
        ("local_services_lead.id",),
        _fields(
            local_services_lead="id lead_type lead_status category_id service_id creation_date_time locale "
            "contact_details.phone_number contact_details.phone_number_extension "
            "contact_details.consumer_name lead_charged credit_details.credit_state "
            "credit_details.credit_state_last_update_date_time lead_feedback_submitted campaign"
        ),
    ),
    "local_services_lead_conversations": Expected(
        "local_services_lead_conversation",
        ("local_services_lead_conversation.id",),
        _fields(
            local_services_lead_conversation="id lead conversation_channel participant_type event_date_time "
            "phone_call_details.call_duration_millis"
        ),
    ),
}


def expected_rows(object_name: str, books: Books, since: date, now: int) -> Iterator[tuple[str, Row]]:
    """(native id, payload) of every row.

    Args:
        since: the day of the first pull; clicks are known from 90 days before it on, today included.
    """
    if object_name == "spend_days":
        yield from _days(books, now)
        return
    expected = OBJECTS[object_name]
    for query in _queries(expected, books, since, now):
        for row in books.rows(query, now):
            yield "|".join(str(row[name]) for name in expected.key), written(row, expected.fields)


def _queries(expected: Expected, books: Books, since: date, now: int) -> Iterator[Query]:
    if expected.resource == "click_view":
        for day in _each_day(since - timedelta(days=CLICK_DAYS - 1), books.today(now)):
            yield Query.on(day, expected.fields, expected.resource)
    else:
        yield Query(expected.fields, expected.resource, (), (), None)


def _days(books: Books, now: int) -> Iterator[tuple[str, Row]]:
    """Every day since the first with figures, those without any too."""
    for day in _each_day(books.first_day, books.today(now)):
        query = Query.on(day, SPEND, "campaign", ("campaign.id",))
        campaigns = [written(row, SPEND) for row in books.rows(query, now)]
        yield day.isoformat(), {"date": day.isoformat(), "campaigns": campaigns}


def _each_day(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
