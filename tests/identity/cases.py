"""Records of one operator, case by case: each function adds the records of one case and returns their keys.

Every case has its own phones, addresses and names, so that none can influence another and all share one
build.
"""

from __future__ import annotations

import random

from tests.identity.operator_records import OFFICE_PHONE, OperatorRecords


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
            "sl1", "Margaret Vrabel", phones=("6155550146",), addresses=("418 Juniper Terrace, 37211",)
        ),
        r.customer(
            "sl2",
            "Margaret Vrable",
            account="dispatch-b",
            phones=("6155550172",),
            addresses=("418 Junipre Terrace, 37211",),
        ),
    ]


def _spouse_who_left_the_unit_out(r: OperatorRecords) -> list[str]:
    return [
        r.customer("su1", "Ilse Quade", phones=("6155550147",), addresses=("310 Elm Avenue Unit 9, 37202",)),
        r.customer("su2", "Piet Quade", phones=("6155550148",), addresses=("310 Elm Ave, 37202",)),
    ]


def _one_family_name_in_a_busy_building(r: OperatorRecords) -> list[str]:
    """In a tower of seven families, two Tans are neighbours, although one of them left the unit out."""
    for unit, name in enumerate(("Bix", "Coyle", "Drury", "Esker", "Foy", "Gantt"), 1):
        r.customer(f"bb{unit}", f"Lee {name}", addresses=(f"700 Spire Way #{unit}, 37214",))
    return [
        r.customer("bb8", "Wei Tan", phones=("6155550149",), addresses=("700 Spire Way #8, 37214",)),
        r.customer("bb9", "Dora Tan", phones=("6155550150",), addresses=("700 Spire Way, 37214",)),
    ]


def _given_name_like_the_next_owners_family_name(r: OperatorRecords) -> list[str]:
    """Roger Diaz sold to Helen Rogers: one likeness across the two names is chance, not a swap of both."""
    return [
        r.customer("gl1", "Roger Diaz", phones=("6155550151",), addresses=("14 Larkspur Terrace, 37215",)),
        r.customer("gl2", "Helen Rogers", phones=("6295550171",), addresses=("14 Larkspur Terrace, 37215",)),
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


def _swapped_digits_next_door(r: OperatorRecords) -> list[str]:
    """A number with two digits swapped is a slip; the next number up would be a neighbour's."""
    return [
        r.customer("sd1", "Casimir Vrabel", phones=("6155550156",), addresses=("29 Boone Trail, 37216",)),
        r.customer("sd2", "Casimir Vrabel", phones=("6155550165",), addresses=("11 Boone Trail, 37216",)),
    ]


def _house_of_one_name(r: OperatorRecords) -> list[str]:
    return [
        r.customer(
            "hn1",
            "Odalys Brandt",
            phones=("6155550157",),
            addresses=("75 Naismith Pike Unit Heronsgate, 37216",),
        ),
        r.customer(
            "hn2",
            "Odalys Brandt",
            phones=("6295550188",),
            addresses=("57 Naismith Pike Unit Heronsgate, 37216",),
        ),
    ]


def _shared_phone_and_a_mistyped_zip(r: OperatorRecords) -> list[str]:
    return [
        r.customer("mz1", "Rosa Ibarra", phones=("6295550152",), addresses=("41 Juniper Path, 37217",)),
        r.customer("mz2", "Keith Olander", phones=("6295550152",), addresses=("41 Juniper Path, 37271",)),
    ]


def _same_name_without_anything_else(r: OperatorRecords) -> list[str]:
    return [r.lead("sa1", "Mary Jones"), r.lead("sa2", "Mary Jones")]


def _null_emails(r: OperatorRecords) -> list[str]:
    """A missing value is no value that two records share, however it is missing."""
    return [
        r.lead("ne1", "Aldo Ray", email=None, phone=None),
        r.lead("ne2", "Bea Lowe", email=None, phone=None),
        r.lead("ne3", None, email="", phone=""),
        r.lead("ne4", None, email=" ", phone=" "),
        r.customer("ne5", None, emails=("",), phones=("",), addresses=(", ",)),
        r.customer("ne6", None, emails=("n/a",), phones=("n/a",), addresses=("unknown, ",)),
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


def _vendor_merge_chain(r: OperatorRecords) -> list[str]:
    """The vendor merged one record into a second, and that one into a third."""
    last = r.customer("vc1", "Gil Stowe", phones=("6155550132",))
    middle = r.customer("vc2", "Gilbert Stow", is_active=False, merged_into_customer_key=last)
    return [
        last,
        middle,
        r.customer("vc3", None, is_active=False, is_deleted=True, merged_into_customer_key=middle),
    ]


def _native_id_in_two_accounts(r: OperatorRecords) -> list[str]:
    """Two tenants of one vendor number their customers alike."""
    return [
        r.customer("7001", "Ola Brandt", account="dispatch-b", phones=("6155550133",)),
        r.customer("7001", "Sig Tveit", account="dispatch-c", phones=("6155550134",)),
        r.customer("7001", "Dag Solberg", account="dispatch-a", phones=("6155550135",)),
    ]


def _mover_with_a_new_number(r: OperatorRecords) -> list[str]:
    """Nothing is shared but the name: only a steward can know."""
    return [
        r.customer("mn1", "Rex Harlow", phones=("6155550136",), addresses=("4 Ash Court, 37206",)),
        r.customer("mn2", "Rex Harlow", phones=("6295550161",), addresses=("53 Fir Drive, 37207",)),
    ]


def _branches_of_a_chain(r: OperatorRecords) -> list[str]:
    """One name above two doors, each with a line and an address of its own."""
    return [
        r.customer(
            f"bc{n}",
            "Nook Bakery LLC",
            phones=(f"615555013{n + 7}",),
            addresses=(f"{n}00 Market Street, 3721{n}",),
            customer_type="commercial",
        )
        for n in (1, 2)
    ]


def _commercial_customer(r: OperatorRecords) -> list[str]:
    """One business in two dispatch accounts, spelt in two ways."""
    return [
        r.customer("cc1", "Vance Dental Clinic, Inc.", phones=("6155550140",), customer_type="commercial"),
        r.customer(
            "cc2", "Vance Dental Clinic", "dispatch-b", phones=("6155550140",), customer_type="commercial"
        ),
    ]


def _open_duplicates(r: OperatorRecords) -> list[str]:
    """One person three times in one account, once merged away already, and once in another account."""
    phones = ("6155550141",)
    oldest = r.customer(
        "od1", "Amy Castle", phones=phones, at="2025-01-05 15:00:00", native_url="https://vendor.example/od1"
    )
    earning = r.customer("od2", "Amy Castle", phones=phones, native_url="https://vendor.example/od2")
    merged = r.customer("od3", "Amy Castle", phones=phones, is_active=False, merged_into_customer_key=earning)
    elsewhere = r.customer("od4", "Amy Castle", account="dispatch-b", phones=phones)
    r.job("odj1", oldest, amount="80.00", at="2025-02-01 15:00:00")
    r.job("odj2", earning, amount="400.00")
    r.job("odj3", elsewhere, amount="9000.00", account="dispatch-b")
    return [oldest, earning, merged, elsewhere]


def _let_and_sold_homes(r: OperatorRecords) -> list[str]:
    """A landlord, his tenant, an owner who moved away, and the one who came after."""
    landlord = r.customer(
        "lh1",
        "Ian Crewe",
        phones=("6155550142",),
        addresses=tuple(f"{number} Wren Row, 37211" for number in (1, 2, 3)),
        at="2023-03-01 15:00:00",
    )
    tenant = r.customer(
        "lh2", "Bo Tilly", phones=("6155550143",), addresses=("2 Wren Row, 37211",), at="2024-05-01 15:00:00"
    )
    owner = r.customer(
        "lh3",
        "Sue Marsh",
        phones=("6155550144",),
        addresses=("60 Pine Hill, 37212",),
        at="2023-06-01 15:00:00",
    )
    moved = r.customer(
        "lh4",
        "Sue Marsh",
        phones=("6155550144",),
        addresses=("8 Lake View, 37213",),
        at="2025-06-01 15:00:00",
        account="dispatch-b",
    )
    after = r.customer(
        "lh5",
        "Kai Dole",
        phones=("6155550145",),
        addresses=("60 Pine Hill, 37212",),
        at="2025-08-01 15:00:00",
    )
    r.job("lhj1", landlord, amount="250.00", at="2024-06-01 15:00:00", place=1)
    r.job("lhj2", owner, amount="300.00", at="2023-06-10 15:00:00", place=0)
    r.job(
        "lhj3",
        moved,
        amount="120.00",
        collected="20.00",
        at="2025-07-01 15:00:00",
        account="dispatch-b",
        place=0,
    )
    r.touch(owner, "referral", "2023-06-05 15:00:00", method="unknown")
    r.touch(owner, "direct_mail", "2023-06-07 15:00:00")
    r.touch(moved, "radio_tv", "2025-06-20 15:00:00")
    return [landlord, tenant, owner, moved, after]


def _bridge_between_two_families(r: OperatorRecords) -> list[str]:
    """A record carries the Moss phone and the Reed mailbox; the two families have nothing else in common."""
    families = (("Moss", "6155550104", "moss"), ("Reed", "6155550105", "reed"))
    members = [
        r.customer(
            f"{family}{number}",
            f"Jo {family}",
            phones=(phone.replace("615", "629"),),
            emails=(f"{mailbox}@example.com",),
            addresses=(f"{len(family)} {family} Lane, 3722{len(mailbox)}",),
        )
        for family, phone, mailbox in families
        for number in range(4)
    ]
    # The stray record has no name, so nothing but its values speaks for either side.
    return [*members, r.lead("stray", None, phone="6295550104", email="reed@example.com")]


def _everything_shared(r: OperatorRecords) -> list[str]:
    shared = {"phones": ("6295550106",), "emails": ("kit@example.com",), "addresses": ("3 Fir Road, 37203",)}
    return [
        r.customer("d1", "Kit Vale", **shared),
        r.customer("d2", "Kit Vale", account="dispatch-b", **shared),
        r.lead("d3", "Kit Vale", phone="6295550106", email="kit@example.com"),
    ]


def _nothing_shared(r: OperatorRecords) -> list[str]:
    return [r.lead("s1", "Ned Poe"), r.lead("s2", "Uma Roth")]


def _hales(r: OperatorRecords) -> list[str]:
    return [
        r.customer("h1", "Ada Hale", phones=("6295550107",), addresses=("1 Oak Street, 37201",)),
        r.lead("h2", "Ada Hale", phone="6295550107"),
        r.customer("h3", "Ada Hale", account="dispatch-b", phones=("6295550107",)),
    ]


def _big_family(r: OperatorRecords) -> list[str]:
    return [
        r.customer("bf1", "Lou Merrow", phones=("6295550108",)),
        r.lead("bf2", "Lou Merrow", phone="6295550108"),
        r.customer("bf3", "Lou Merrow", account="dispatch-b", phones=("6295550108",)),
    ]


def _small_family(r: OperatorRecords) -> list[str]:
    return [
        r.customer("sf1", "Max Orr", phones=("6295550109",), addresses=("2 Elm Street, 37202",)),
        r.lead("sf2", "Max Orr", phone="6295550109"),
    ]


def _mailbox_that_will_change(r: OperatorRecords) -> list[str]:
    return [
        r.customer("mc1", "Pia Finch", emails=("pia@example.com",)),
        r.lead("mc2", "Pia Finch", email="pia@example.com"),
    ]


def add_crowd(records: OperatorRecords, size: int, seed: int) -> list[str]:
    """Records that share few names, numbers, mailboxes and homes at random: what nobody thought of."""
    pick = random.Random(seed).choice
    phones = [
        f"{area}55501{number:02d}" for area in ("423", "731", "865", "901") for number in range(20, 100)
    ]
    homes = [
        f"{number} {street}, 38{number:03d}"
        for street in ("Crowd Street", "Throng Lane")
        for number in range(1, 160)
    ]
    names = [
        f"{given} {family}"
        for given in ("Ann", "Ben", "Cleo", "Dov", "Eve")
        for family in ("Abel", "Birk", "Crane", "Dahl", "Egan", "Falk", "Gore", "Hahn")
    ]
    members = []
    for number in range(size):
        name, phone, home = pick([*names, None]), pick(phones), pick(homes)
        mailbox = (
            f"{(name or 'nobody').replace(' ', '.').lower()}{pick(range(10))}@example.com"
            if pick((True, False))
            else None
        )
        if pick((True, False)):
            emails = (mailbox,) if mailbox else ()
            account = pick(("dispatch-a", "dispatch-b", "dispatch-c"))
            members.append(records.customer(f"crowd{number}", name, account, (phone,), emails, (home,)))
        else:
            members.append(
                records.lead(f"crowd{number}", name, phone=phone, email=mailbox, address=pick((home, None)))
            )
    return members


CASES = {name: build for name, build in dict(globals()).items() if name.startswith("_") and callable(build)}
