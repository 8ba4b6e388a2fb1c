"""Who belongs together, case by case, through one real build; each test names the behaviour it holds."""

from __future__ import annotations

import pytest

from tests.identity.operator_records import OFFICE_PHONE, Household, OperatorRecords


@pytest.fixture(scope="module")
def records() -> OperatorRecords:
    return OperatorRecords()


@pytest.fixture(scope="module")
def cases(records: OperatorRecords) -> dict[str, list[str]]:
    """Every case has its own phones, addresses and names, so that none can influence another."""
    return {name.removeprefix("_"): build(records) for name, build in CASES.items()}


@pytest.fixture(scope="module")
def households(records: OperatorRecords, cases: dict[str, list[str]], tmp_path_factory) -> Household:
    return records.build(tmp_path_factory.mktemp("households"))


def _same_phone_in_any_spelling(r: OperatorRecords) -> list[str]:
    return [
        r.customer("ph1", "Dana Whitfield", phones=("(615) 555-0101",)),
        r.customer("ph2", "Dana Whitfield", account="dispatch-b", phones=("+1 615.555.0101",)),
        r.lead("ph3", "dana whitfield", phone="1-615-555-0101"),
    ]


def _mailbox_in_any_spelling(r: OperatorRecords) -> list[str]:
    return [
        r.customer("em1", "Eli Navarro", emails=("Eli.Navarro+hvac@gmail.com",)),
        r.lead("em2", "Eli Navarro", email="elinavarro@googlemail.com"),
    ]


def _dots_matter_elsewhere(r: OperatorRecords) -> list[str]:
    return [
        r.customer("dt1", "Sam Ode", emails=("s.ode@example.com",)),
        r.lead("dt2", "Sam Ode", email="sode@example.com"),
    ]


def _address_in_any_spelling(r: OperatorRecords) -> list[str]:
    return [
        r.customer("ad1", "Tonya Price", addresses=("12 N. Oak St Apt 4, 37201",)),
        r.customer(
            "ad2", "Tonya Price", account="dispatch-b", addresses=("12 North Oak Street #4, 37201-1234",)
        ),
    ]


def _unit_left_out(r: OperatorRecords) -> list[str]:
    return [
        r.customer("un1", "Marcus Bell", addresses=("300 Elm Avenue Unit 9, 37202",)),
        r.lead("un2", "Marcus Bell", address="300 Elm Ave, 37202"),
    ]


def _street_misspelt(r: OperatorRecords) -> list[str]:
    return [
        r.customer("ms1", "Petra Lund", addresses=("41 Pinnacle Court, 37203",)),
        r.lead("ms2", "Petra Lund", address="41 Pinnaacle Ct, 37203"),
    ]


def _a_slip_in_every_field(r: OperatorRecords) -> list[str]:
    return [
        r.customer(
            "sl1", "Margaret Vrabel", phones=("6155550132",), addresses=("418 Juniper Terrace, 37211",)
        ),
        r.customer(
            "sl2",
            "Margaret Vrable",
            account="dispatch-b",
            phones=("6155550172",),
            addresses=("418 Junipre Terrace, 37211",),
        ),
    ]


def _nickname_and_swapped_order(r: OperatorRecords) -> list[str]:
    return [
        r.customer("nk1", "William Hart", phones=("6155550110",), account="dispatch-a"),
        r.lead("nk2", "Bill Hart", phone="6155550110"),
        r.lead("nk3", "Hart, William", phone="6155550110"),
        r.customer(
            "nk4", None, account="dispatch-b", phones=("6155550110",), first_name="Hart", last_name="William"
        ),
    ]


def _spouses(r: OperatorRecords) -> list[str]:
    return [
        r.customer("sp1", "Ruth Vance", phones=("6155550111",), addresses=("8 Birch Lane, 37204",)),
        r.customer("sp2", "Owen Vance", phones=("6155550112",), addresses=("8 Birch Ln, 37204",)),
    ]


def _spouses_with_two_surnames(r: OperatorRecords) -> list[str]:
    return [
        r.customer("st1", "Ivy Moss", phones=("6155550113",), addresses=("9 Birch Lane, 37204",)),
        r.customer("st2", "Noel Archer", phones=("6155550113",), addresses=("9 Birch Lane, 37204",)),
    ]


def _surname_alone_does_not_glue_spouses(r: OperatorRecords) -> list[str]:
    return [
        r.customer("sn1", "Clara Dunn", phones=("6155550114",), addresses=("10 Birch Lane, 37204",)),
        r.customer("sn2", "Felix Dunn", phones=("6155550114",), addresses=("10 Birch Lane, 37204",)),
        r.lead("sn3", "Dunn", phone="6155550114"),
    ]


def _new_owner(r: OperatorRecords) -> list[str]:
    old = r.customer(
        "no1", "Gail Frost", phones=("6155550115",), addresses=("77 Cedar Road, 37205",), at="2024-02-01"
    )
    new = r.customer(
        "no2", "Omar Shah", phones=("6155550116",), addresses=("77 Cedar Rd, 37205",), at="2026-02-01"
    )
    return [old, new]


def _mover(r: OperatorRecords) -> list[str]:
    return [
        r.customer(
            "mv1", "Lena Koch", phones=("6155550117",), addresses=("1 Ash Court, 37206",), at="2024-02-01"
        ),
        r.customer(
            "mv2", "Lena Koch", phones=("6155550117",), addresses=("52 Fir Drive, 37207",), at="2026-02-01"
        ),
    ]


def _recycled_number(r: OperatorRecords) -> list[str]:
    return [
        r.customer(
            "rc1", "Hugo Lind", phones=("6155550118",), addresses=("3 Ash Court, 37206",), at="2023-02-01"
        ),
        r.customer(
            "rc2", "Mara Cole", phones=("6155550118",), addresses=("90 Fir Drive, 37207",), at="2026-02-01"
        ),
    ]


def _two_shared_contacts_survive_two_addresses(r: OperatorRecords) -> list[str]:
    contacts = ("6155550119", "6155550120")
    return [
        r.customer("tw1", "Ashley Lynch", phones=contacts, addresses=("5 Ash Court, 37206",)),
        r.customer("tw2", "Carol Nichols", phones=contacts, addresses=("91 Fir Drive, 37207",)),
    ]


def _name_twins(r: OperatorRecords) -> list[str]:
    return [
        r.customer("nt1", "John Smith", phones=("6155550121",), addresses=("100 Maple Street, 37208",)),
        r.customer("nt2", "John Smith", phones=("6155550122",), addresses=("102 Maple Street, 37208",)),
    ]


def _same_name_without_anything_else(r: OperatorRecords) -> list[str]:
    return [r.lead("sa1", "Mary Jones"), r.lead("sa2", "Mary Jones")]


def _null_emails(r: OperatorRecords) -> list[str]:
    return [
        r.lead("ne1", "Aldo Ray", email=None, phone=None),
        r.lead("ne2", "Bea Lowe", email=None, phone=None),
    ]


def _placeholders(r: OperatorRecords) -> list[str]:
    return [
        r.customer("pl1", "Una Page", phones=("555-555-5555",), emails=("none@none.com",)),
        r.customer("pl2", "Una Page", phones=("(555) 555-5555",), emails=("NONE@none.com",)),
        r.customer("pl3", "Una Page", phones=("0000000000",), emails=("noemail@example.net",)),
    ]


def _office_phone(r: OperatorRecords) -> list[str]:
    return [
        r.customer("of1", "Nell Gray", phones=(OFFICE_PHONE,)),
        r.customer("of2", "Nell Gray", phones=("615-555-0199",), account="dispatch-b"),
    ]


def _unlisted_hub_phone(r: OperatorRecords) -> list[str]:
    names = ("Ann Ames", "Bob Boyd", "Cal Cross", "Deb Dean", "Ed Estes", "Fay Flynn")
    return [r.customer(f"hb{n}", name, phones=("6155550123",)) for n, name in enumerate(names)]


def _landlord(r: OperatorRecords) -> list[str]:
    homes = tuple(f"{number} Lark Street, 37209" for number in range(10, 50))
    payer = r.customer("ll1", "Roy Banks", phones=("6155550124",), addresses=homes)
    tenants = [
        r.customer("ll2", "Kay Ortiz", phones=("6155550125",), addresses=("11 Lark Street, 37209",)),
        r.customer("ll3", "Lou Perez", phones=("6155550126",), addresses=("12 Lark Street, 37209",)),
    ]
    return [payer, *tenants]


def _property_manager(r: OperatorRecords) -> list[str]:
    names = ("Gus Hale", "Hal Ives", "Ida Judd", "Jan Kerr", "Kim Lake", "Lee Mead")
    manager = r.customer(
        "pm0", "Acme Property Management LLC", phones=("6155550127",), customer_type="commercial"
    )
    twin = r.customer(
        "pm9", "ACME Property Management", "dispatch-b", phones=("6155550127",), customer_type="commercial"
    )
    tenants = [
        r.customer(f"pm{n}", name, phones=("6155550127",), addresses=(f"200 Tower Way #{n}, 37210",))
        for n, name in enumerate(names, 1)
    ]
    return [manager, twin, *tenants]


def _business_and_its_owner(r: OperatorRecords) -> list[str]:
    return [
        r.customer("bz1", "The Oak Grill, LLC", phones=("6155550128",), customer_type="commercial"),
        r.lead("bz2", "Vera Stone", phone="6155550128"),
    ]


def _vendor_merge(r: OperatorRecords) -> list[str]:
    kept = r.customer("vm1", "Tess Boone", phones=("6155550129",))
    return [kept, r.customer("vm2", "T B", is_active=False, merged_into_customer_key=kept)]


def _lead_names_customer(r: OperatorRecords) -> list[str]:
    customer = r.customer("lc1", "Wade Kemp")
    return [customer, r.lead("lc2", None, account="dispatch-a", customer_key=customer)]


def _crm_stores_job(r: OperatorRecords) -> list[str]:
    customer = r.customer("cj1", "Zoe Hahn", account="dispatch-b")
    r.job("4711", customer, account="dispatch-b")
    return [customer, r.lead("cj2", "Z", job_native_id="4711", brand_key="bluebird")]


def _job_id_without_platform(r: OperatorRecords) -> list[str]:
    one = r.customer("jp1", "Abe Orr", account="dispatch-b")
    other = r.customer("jp2", "Cy Upton", account="dispatch-c")
    r.job("1001", one, account="dispatch-b")
    r.job("1001", other, account="dispatch-c")
    return [
        one,
        other,
        r.lead("jp3", None, job_native_id="1001"),
        r.lead("jp4", None, job_native_id="1001", brand_key="summit"),
    ]


def _call_tells_the_phone(r: OperatorRecords) -> list[str]:
    customer = r.customer("ct1", "Ray Quinn")
    r.call("ct2", "6155550130", customer_key=customer)
    return [customer, r.lead("ct3", "Ray Quinn", phone="615 555 0130")]


def _deleted_records(r: OperatorRecords) -> list[str]:
    return [
        r.customer("dl1", "Pam Nye", phones=("6155550131",), is_deleted=True),
        r.lead("dl2", "Pam Nye", phone="6155550131"),
    ]


CASES = {name: build for name, build in dict(globals()).items() if name.startswith("_") and callable(build)}

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
    "mover",
    "two_shared_contacts_survive_two_addresses",
    "business_and_its_owner",
    "vendor_merge",
    "lead_names_customer",
    "crm_stores_job",
    "call_tells_the_phone",
    "deleted_records",
)
APART = (
    "dots_matter_elsewhere",
    "new_owner",
    "recycled_number",
    "name_twins",
    "same_name_without_anything_else",
    "null_emails",
    "placeholders",
    "office_phone",
    "unlisted_hub_phone",
    "landlord",
)
ONE_PERSON = (
    "same_phone_in_any_spelling",
    "mailbox_in_any_spelling",
    "address_in_any_spelling",
    "unit_left_out",
    "nickname_and_swapped_order",
    "mover",
    "vendor_merge",
    "crm_stores_job",
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
