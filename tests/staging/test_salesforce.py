"""Staging of what only Salesforce writes: conversion, merges, fields of the org's own."""

from __future__ import annotations

from pathlib import Path

from tests.staging.test_staging import query

PAT, REED, OFFICE_CALL, TWICE, STILL_TWICE, SPAM, LOST_OPPORTUNITY, SECOND_LEAD = (
    f"00QAA000000000{number}%" for number in range(1, 9)
)


def lead(built: Path, native_id: str, *columns: str) -> tuple[object, ...]:
    sql = f"select {', '.join(columns)} from staging.stg_salesforce__leads where native_id like '{native_id}'"
    (row,) = query(built, sql)
    return row


def test_a_converted_lead_is_one_request_with_its_opportunity(built: Path) -> None:
    assert lead(
        built, PAT, "lead_status", "is_booked", "job_native_id", "booked_at::varchar", "full_name", "email",
        "vendor_opportunity_amount::varchar", "occurred_at::varchar", "trade",
    ) == (
        "booked", True, "61204511", "2026-01-02 15:00:00", "Pat Lowe", "pat.lowe@example.com", "412.50",
        "2026-01-01 00:00:01", "hvac",
    )  # fmt: skip
    assert query(
        built, "select count(*) from staging.stg_salesforce__leads where native_id like '006AA%1___'"
    ) == [(0,)]


def test_an_opportunity_is_counted_with_the_first_of_its_leads(built: Path) -> None:
    """And so is the visit that it remembers."""
    columns = ("lead_status", "vendor_opportunity_id", "gclid")
    assert lead(built, SECOND_LEAD, *columns) == ("booked", None, None)


def test_a_lead_whose_opportunity_was_deleted_is_still_a_request(built: Path) -> None:
    columns = ("lead_status", "is_deleted", "is_booked", "vendor_opportunity_amount::varchar")
    assert lead(built, LOST_OPPORTUNITY, *columns) == ("open", False, False, "99.00")


def test_a_merged_lead_stays_a_request_and_a_deleted_one_does_not(built: Path) -> None:
    assert [lead(built, one, "is_deleted") for one in (TWICE, STILL_TWICE, SPAM)] == [
        (False,),
        (False,),
        (True,),
    ]


def test_required_names_that_nobody_gave_are_no_names(built: Path) -> None:
    columns = ("full_name", "company_name", "lead_kind", "lead_status", "brand_key")
    assert lead(built, OFFICE_CALL, *columns) == (None, None, "call", "lost", "bluebird")
    assert lead(built, REED, "full_name", "company_name") == ("Reed", "Reed Dental")


def test_the_address_of_the_first_page_tells_what_no_field_does(built: Path) -> None:
    assert lead(built, REED, "gclid", "utm_source", "lead_kind", "campaign_key") == (
        "Zz-9",
        "google",
        "form",
        None,
    )


def test_a_campaign_counts_where_no_link_says_more(built: Path) -> None:
    campaign = (
        "(select campaign_key from staging.stg_salesforce__campaigns where campaign_name = 'Spring mailer')"
    )
    assert lead(built, OFFICE_CALL, f"campaign_key = {campaign}") == (True,)
    assert lead(built, PAT, "campaign_key") == (None,)
    assert lead(built, STILL_TWICE, "campaign_key") == (None,)


def test_an_opportunity_without_a_lead_finds_its_person(built: Path) -> None:
    """By a role that names a merged contact, by the account's only contact, or by the account alone."""
    rows = query(
        built,
        "select full_name, email, phone, postal_code from staging.stg_salesforce__leads "
        "where vendor_record = 'opportunity' order by native_id",
    )
    assert rows == [
        ("Pat Lowe", "pat.lowe@example.com", "6145550132", "43230"),
        ("Account Person", "person@example.com", None, None),
        (None, None, "6145550139", "43230"),
    ]


def test_the_addresses_of_merged_contacts_belong_to_the_survivor_s_requests(built: Path) -> None:
    rows = query(
        built,
        "select contact_value from staging.stg_salesforce__contact_points "
        f"where native_id like '{PAT}' and contact_kind = 'email' order by 1",
    )
    assert rows == [("p.lowe@example.com",), ("pat.lowe@example.com",), ("pat@example.com",)]


def test_a_call_without_a_time_ended_when_it_was_logged(built: Path) -> None:
    rows = query(
        built,
        "select started_at::varchar, started_on::varchar, call_outcome, is_answered, direction, is_deleted "
        "from staging.stg_salesforce__calls order by native_id",
    )
    assert rows == [
        ("2026-02-10 03:17:02", "2026-02-09", "unbooked", True, "inbound", False),
        ("2026-02-10 03:17:02", "2026-02-09", "abandoned", False, "inbound", False),
        ("2026-02-10 03:17:02", "2026-02-09", "unclassified", None, "outbound", True),
    ]
