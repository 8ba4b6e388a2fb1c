"""What happens to household keys over time; every step is a real build on the same warehouse."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.identity.operator_records import Household, OperatorRecords


@pytest.fixture
def records() -> OperatorRecords:
    return OperatorRecords()


def two_families(records: OperatorRecords) -> tuple[list[str], list[str]]:
    """The Hales: three records; the Orrs: two. Nothing is shared."""
    hales = [
        records.customer("h1", "Ada Hale", phones=("6155550101",), addresses=("1 Oak Street, 37201",)),
        records.lead("h2", "Ada Hale", phone="6155550101"),
        records.customer("h3", "Ada Hale", account="dispatch-b", phones=("6155550101",)),
    ]
    orrs = [
        records.customer("o1", "Max Orr", phones=("6155550102",), addresses=("2 Elm Street, 37202",)),
        records.lead("o2", "Max Orr", phone="6155550102"),
    ]
    return hales, orrs


def history(household: Household) -> dict[str, tuple]:
    rows = household.rows("""
        select household_key, valid_to is null, superseded_by, split_from, reason
        from identity.int_household_history
    """)
    return {row[0]: row[1:] for row in rows}


def test_keys_survive_reruns_new_records_and_vendor_merges(records: OperatorRecords, tmp_path: Path) -> None:
    hales, orrs = two_families(records)
    first = records.build(tmp_path)

    assert records.build(tmp_path).of == first.of, "a run over the same records"

    # A new record whose key is smaller than all others must not rename the household.
    newcomers = [records.lead(f"h4-{n}", "Ada Hale", phone="6155550101") for n in range(8)]
    second = records.build(tmp_path, full_refresh=True)
    assert min(newcomers) < min(hales)
    assert {second.of[record] for record in [*hales, *newcomers]} == {first.of[hales[0]]}
    assert {second.of[record] for record in orrs} == {first.of[orrs[0]]}, "an unrelated household"

    records.change("int_customers__unioned", hales[2], merged_into_customer_key=hales[0], is_active=False)
    third = records.build(tmp_path)
    assert third.of == second.of
    assert third.person_of == second.person_of


def test_merge_and_split_are_history(records: OperatorRecords, tmp_path: Path) -> None:
    hales, orrs = two_families(records)
    apart = records.build(tmp_path)
    hale_key, orr_key = apart.of[hales[0]], apart.of[orrs[0]]

    records.decide(hales[0], orrs[0], "same")
    merged = records.build(tmp_path)
    assert merged.together(*hales, *orrs)
    assert merged.of[hales[0]] == hale_key, "the bigger one gives its key"
    assert history(merged)[orr_key] == (False, hale_key, None, "merged")

    records.decisions.clear()
    split = records.build(tmp_path)
    assert split.apart(hales[0], orrs[0])
    assert split.of[hales[0]] == hale_key
    assert split.of[orrs[0]] not in {hale_key}
    assert history(split)[split.of[orrs[0]]][2:] == (hale_key, "split off")


def test_overrides_always_win(records: OperatorRecords, tmp_path: Path) -> None:
    """`different` holds although everything is shared, a third record too; `same` although nothing is."""
    everything = {
        "phones": ("6155550103",),
        "emails": ("kit@example.com",),
        "addresses": ("3 Fir Road, 37203",),
    }
    one = records.customer("d1", "Kit Vale", **everything)
    other = records.customer("d2", "Kit Vale", account="dispatch-b", **everything)
    between = records.lead("d3", "Kit Vale", phone="6155550103", email="kit@example.com")
    far, away = records.lead("s1", "Ned Poe"), records.lead("s2", "Uma Roth")
    records.decide(one, other, "different")
    records.decide(away, far, "same")
    built = records.build(tmp_path)
    assert built.apart(one, other)
    assert built.of[between] in {built.of[one], built.of[other]}
    assert built.together(far, away)


def test_order_of_records_is_irrelevant(records: OperatorRecords, tmp_path: Path) -> None:
    two_families(records)
    builds = [records.build(tmp_path / str(seed), shuffled_by=seed) for seed in (1, 2)]
    assert builds[0].of == builds[1].of
    assert builds[0].person_of == builds[1].person_of


def test_a_bridge_between_two_families_is_held_for_review(records: OperatorRecords, tmp_path: Path) -> None:
    """A record carries the Moss phone and the Reed mailbox; the two families have nothing else in common."""
    for family, phone, mailbox in (("Moss", "6155550104", "moss"), ("Reed", "6155550105", "reed")):
        for number in range(4):
            address = (f"{len(family)} {family} Lane, 3720{len(mailbox)}",)
            emails = (f"{mailbox}@example.com",)
            records.customer(
                f"{family}{number}", f"Jo {family}", phones=(phone,), emails=emails, addresses=address
            )
    # The stray record has no name, so nothing but its values speaks for either side.
    stray = records.lead("stray", None, phone="6155550104", email="reed@example.com")
    built = records.build(tmp_path)
    moss, reed = (
        built.rows(f"select record_key from core.bridge_household_members where native_id = '{n}0'")[0][0]
        for n in ("Moss", "Reed")
    )
    assert built.apart(moss, reed)
    assert built.of[stray] in {built.of[moss], built.of[reed]}
    queue = built.rows("select left_key, right_key, reason from identity.int_identities__review_queue")
    assert queue and all(stray in row[:2] and row[2].startswith("held") for row in queue)


def test_an_operator_without_records_builds(records: OperatorRecords, tmp_path: Path) -> None:
    assert records.build(tmp_path).of == {}
    hales, _ = two_families(records)
    assert records.build(tmp_path).together(*hales), "an empty first run must not stop the increments"
