"""Who belongs together, case by case, through one real build; each case names the behaviour it holds."""

from __future__ import annotations

import pytest

from tests.identity.operator_records import Household

TOGETHER = (
    "same_phone_in_any_spelling",
    "mailbox_in_any_spelling",
    "address_in_any_spelling",
    "unit_left_out",
    "street_misspelt",
    "a_slip_in_every_field",
    "nickname_and_swapped_order",
    "spouses",
    "spouses_with_two_surnames",
    "surname_alone_does_not_glue_spouses",
    "spouse_who_left_the_unit_out",
    "mover",
    "two_shared_contacts_survive_two_addresses",
    "business_and_its_owner",
    "commercial_customer",
    "vendor_merge",
    "vendor_merge_chain",
    "lead_names_customer",
    "crm_stores_job",
    "call_tells_the_phone",
    "deleted_records",
    "open_duplicates",
    "everything_shared",
    "swapped_digits_next_door",
    "house_of_one_name",
    "shared_phone_and_a_mistyped_zip",
)
APART = (
    "dots_matter_elsewhere",
    "new_owner",
    "one_family_name_in_a_busy_building",
    "given_name_like_the_next_owners_family_name",
    "recycled_number",
    "name_twins",
    "same_name_without_anything_else",
    "mover_with_a_new_number",
    "null_emails",
    "native_id_in_two_accounts",
    "placeholders",
    "office_phone",
    "unlisted_hub_phone",
    "landlord",
    "branches_of_a_chain",
    "nothing_shared",
)
ONE_PERSON = (
    "same_phone_in_any_spelling",
    "mailbox_in_any_spelling",
    "address_in_any_spelling",
    "unit_left_out",
    "nickname_and_swapped_order",
    "mover",
    "commercial_customer",
    "vendor_merge",
    "vendor_merge_chain",
    "crm_stores_job",
    "open_duplicates",
)


@pytest.mark.parametrize("case", TOGETHER)
def test_one_household(case: str, cases: dict[str, list[str]], households: Household) -> None:
    assert households.together(*cases[case])


@pytest.mark.parametrize("case", APART)
def test_separate_households(case: str, cases: dict[str, list[str]], households: Household) -> None:
    assert households.apart(*cases[case])


@pytest.mark.parametrize("case", ONE_PERSON)
def test_one_person(case: str, cases: dict[str, list[str]], households: Household) -> None:
    assert households.same_person(*cases[case])


def test_spouses_are_two_persons(cases: dict[str, list[str]], households: Household) -> None:
    for case in ("spouses", "spouses_with_two_surnames"):
        assert not households.same_person(*cases[case])


def test_a_record_without_given_name_joins_one_of_the_spouses(cases, households: Household) -> None:
    wife, husband, nameless = cases["surname_alone_does_not_glue_spouses"]
    assert not households.same_person(wife, husband)
    assert households.same_person(wife, nameless) != households.same_person(husband, nameless)


def test_a_managers_phone_joins_the_manager_but_no_tenants(cases, households: Household) -> None:
    manager, twin, *tenants = cases["property_manager"]
    assert households.together(manager, twin)
    assert households.apart(manager, *tenants)


def test_a_job_id_without_platform_links_only_where_the_brand_makes_it_unique(
    cases, households: Household
) -> None:
    one, other, without_brand, with_brand = cases["job_id_without_platform"]
    assert households.together(other, with_brand)
    assert households.apart(one, other, without_brand)


def test_a_landlord_is_one_payer_with_many_properties(cases, households: Household) -> None:
    household = households.of[cases["landlord"][0]]
    assert households.rows(
        f"select household_kind, property_count from core.dim_households where household_key = '{household}'"
    ) == [("landlord", 40)]


def test_a_recycled_number_waits_for_review(cases, households: Household) -> None:
    left, right = sorted(cases["recycled_number"])
    assert households.rows(f"""
        select evidence
        from identity.int_identities__review_queue
        where left_key = '{left}' and right_key = '{right}'
    """) == [("both have phone +16155550118",)]


def test_reasons_not_to_believe_a_value(households: Household) -> None:
    assert set(
        households.rows(
            "select distinct reason_not_evidence from identity.int_contact_points__normalized"
            " where not is_evidence"
        )
    ) == {("placeholder",), ("own_phone",), ("hub",), ("unreadable",)}


def test_every_link_is_explained(cases, households: Household) -> None:
    key = cases["spouses"][0]
    assert households.rows(
        f"select rule, evidence from identity.int_identities__edges where '{key}' in (left_key, right_key)"
    ) == [("same_address_and_family_name", "both have address 8 birch lane, 37204 and the same family name")]


def test_calls_find_their_household(cases, households: Household) -> None:
    (customer, _) = cases["call_tells_the_phone"]
    assert households.rows("select household_key, rule from identity.int_calls__resolved") == [
        (households.of[customer], "the call names the customer")
    ]


def test_no_personal_data_in_the_shared_dimension(households: Household) -> None:
    columns = {row[0] for row in households.rows("describe core.dim_households")}
    assert not columns & {"display_name", "phones", "emails", "addresses", "street", "postal_code"}


def test_a_bridge_between_two_families_is_held_for_review(cases, households: Household) -> None:
    *members, stray = cases["bridge_between_two_families"]
    moss, reed = members[0], members[4]
    assert households.apart(moss, reed)
    assert households.of[stray] in {households.of[moss], households.of[reed]}
    queue = households.rows(f"""
        select left_key, right_key, reason
        from identity.int_identities__review_queue
        where '{stray}' in (left_key, right_key)
    """)
    assert queue and all(reason.startswith("held") for _, _, reason in queue)


def test_an_id_without_its_platform_fans_out_nowhere(cases, households: Household) -> None:
    """Three accounts number a customer alike: each record is one row, in its own account."""
    assert households.rows("""
        select count(*), count(distinct record_key), count(distinct account_id)
        from core.bridge_household_members
        where native_id = '7001'
    """) == [(3, 3, 3)]
