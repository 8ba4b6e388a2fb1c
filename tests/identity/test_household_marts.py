"""What is published of a household: its persons, contact points, places, money, and what to merge."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import yaml

from tests.identity.operator_records import PROJECT, Household

MARTS = PROJECT / "models/marts/core/households/_household_marts__models.yml"


def places(households: Household, record: str) -> list[tuple]:
    return households.rows(f"""
        select full_address, property_role, is_payer, cast(valid_from as date)::varchar,
            cast(valid_to as date)::varchar, end_reason
        from core.bridge_household_properties_pii
        where household_key = '{households.of[record]}'
        order by full_address
    """)


def test_who_lets_a_home_who_rents_it_and_who_pays(cases, households: Household) -> None:
    landlord, tenant, *_ = cases["let_and_sold_homes"]
    assert places(households, landlord) == [
        (f"{number} wren row, 37211", "landlord", number == 2, "2023-03-01", None, None)
        for number in (1, 2, 3)
    ]
    assert places(households, tenant) == [("2 wren row, 37211", "tenant", False, "2024-05-01", None, None)]


def test_a_home_is_left_by_its_old_owner_and_taken_by_the_new(cases, households: Household) -> None:
    *_, owner, moved, after = cases["let_and_sold_homes"]
    assert households.together(owner, moved)
    assert places(households, owner) == [
        ("60 pine hill, 37212", "owner", True, "2023-06-01", "2025-06-01", "moved"),
        ("8 lake view, 37213", "owner", True, "2025-06-01", None, None),
    ]
    assert places(households, after) == [("60 pine hill, 37212", "owner", False, "2025-08-01", None, None)]
    keys = households.rows("""
        select count(distinct property_key), count(*)
        from core.bridge_household_properties_pii
        where full_address = '60 pine hill, 37212'
    """)
    assert keys == [(1, 2)], "one place, two households after each other"


def test_lifetime_money_and_what_won_the_household(cases, households: Household) -> None:
    """The first touch of known origin before the first booking, not the one of unknown origin before it."""
    *_, owner, moved, _ = cases["let_and_sold_homes"]
    assert households.rows(f"""
        select acquisition_channel, acquisition_touch_at, job_count, booked_amount, invoiced_amount,
            collected_amount, first_booked_on::varchar
        from core.fct_household_lifetimes
        where household_key = '{households.of[owner]}'
    """) == [
        ("direct_mail", datetime(2023, 6, 7, 15), 2, Decimal(420), Decimal(420), Decimal(320), "2023-06-10")
    ]
    assert households.of[moved] == households.of[owner]


def test_a_household_without_a_touch_is_unattributed_not_missing(cases, households: Household) -> None:
    assert households.rows(f"""
        select acquisition_channel, job_count, collected_amount
        from core.fct_household_lifetimes
        where household_key = '{households.of[cases["spouses"][0]]}'
    """) == [("unattributed", 0, Decimal(0))]


def test_lifetime_money_adds_up_to_the_ledger(households: Household) -> None:
    assert households.rows(
        "select sum(collected_amount) from core.fct_household_lifetimes"
    ) == households.rows("select sum(amount) from core.fct_revenue_ledger where entry_type = 'collected'")


def test_open_duplicates_name_the_record_to_keep_and_the_dollars(cases, households: Household) -> None:
    """Not the merged record, which the vendor no longer shows, nor the one in another account."""
    oldest, earning, _, _ = cases["open_duplicates"]
    rows = households.rows(f"""
        select record_key, action, keep_native_id, keep_native_url, keep_reason, rule, collected_amount,
            set_collected_amount
        from core.rpt_duplicate_customers
        where household_key = '{households.of[oldest]}'
        order by action
    """)
    kept = ("od2", "https://vendor.example/od2", "it collected most")
    assert rows == [
        (earning, "keep", *kept, None, Decimal(400), Decimal(480)),
        (oldest, "merge into the kept one", *kept, "same_phone_and_name", Decimal(80), Decimal(480)),
    ]


def test_spouses_and_other_accounts_are_no_duplicates(cases, households: Household) -> None:
    listed = {key for (key,) in households.rows("select record_key from core.rpt_duplicate_customers")}
    strangers = {
        record for case in ("spouses", "commercial_customer", "vendor_merge") for record in cases[case]
    }
    assert not listed & strangers


def test_persons_and_contact_points(cases, households: Household) -> None:
    wife, _, _ = cases["surname_alone_does_not_glue_spouses"]
    key = households.of[wife]
    assert households.rows(f"select count(*) from core.dim_persons where household_key = '{key}'") == [(2,)]
    assert households.rows(f"""
        select contact_value, person_count, record_count, household_count, is_evidence
        from core.bridge_household_contact_points_pii
        where household_key = '{key}'
    """) == [("+16155550114", 2, 3, 1, True)]


def test_a_number_of_two_households_says_so(cases, households: Household) -> None:
    rows = households.rows("""
        select household_count
        from core.bridge_household_contact_points_pii
        where contact_value = '+16155550118'
    """)
    assert rows == [(2,), (2,)]


def published_columns() -> list[tuple[str, str]]:
    models = yaml.safe_load(Path(MARTS).read_text(encoding="utf-8"))["models"]
    return [
        (model["name"], column["name"])
        for model in models
        if not model["name"].endswith("_pii")
        for column in model["columns"]
        if column["data_type"] == "varchar"
    ]


def test_no_published_value_is_a_name_a_number_or_an_address(households: Household) -> None:
    """By value, not by column name: whatever a column is called, nobody is in it."""
    personal = {
        value.lower()
        for sql in (
            "select contact_value from core.bridge_household_contact_points_pii",
            "select full_address from core.bridge_household_properties_pii",
            "select name from core.dim_records_pii where name is not null",
        )
        for (value,) in households.rows(sql)
        if value.strip()
    }
    assert len(personal) > 300
    leaks = [
        (table, column)
        for table, column in published_columns()
        for (value,) in households.rows(
            f"select distinct {column} from core.{table} where {column} is not null"
        )
        if value.lower() in personal
    ]
    assert leaks == []
