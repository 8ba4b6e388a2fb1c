"""What happens to household keys from build to build, and what a steward's word does to them."""

from __future__ import annotations

import pytest

from tests.identity.conftest import Timeline
from tests.identity.operator_records import Household


def history(household: Household, key: str) -> tuple:
    (row,) = household.rows(f"""
        select valid_to is null, superseded_by, split_from, reason, current_household_key
        from core.fct_household_history
        where household_key = '{key}'
    """)
    return row


def test_an_operator_without_records_builds(timeline: Timeline) -> None:
    """And the empty first run does not stop the increments."""
    assert timeline.empty.of == {}
    assert len(timeline.first.of) > 300


def test_order_of_records_is_irrelevant(timeline: Timeline) -> None:
    """Two warehouses, one begun empty, the records in another order: the same ids."""
    assert timeline.alone.of == timeline.first.of
    assert timeline.alone.person_of == timeline.first.person_of


FACTS = {
    "core.bridge_household_members": "* exclude (valid_from)",
    "core.dim_households": "*",
    "core.dim_persons": "*",
    "core.bridge_household_contact_points": "*",
    "core.bridge_household_properties": "*",
    "core.fct_household_lifetimes": "*",
    "core.rpt_duplicate_customers": "*",
    "core.rpt_review_pairs_pii": "*",
    "identity.int_identities__edges": "*",
}


@pytest.mark.parametrize("table", FACTS)
def test_two_rebuilds_with_shuffled_input_give_the_same_facts(timeline: Timeline, table: str) -> None:
    alone, first = (
        built.rows(f"select {FACTS[table]} from {table} order by all")
        for built in (timeline.alone, timeline.first)
    )
    assert alone and alone == first


def test_keys_survive_new_records_and_a_full_refresh(timeline: Timeline) -> None:
    """Newcomers whose keys are smaller than all others must not rename the household."""
    hales = timeline.cases["hales"]
    newcomers = timeline.newcomers[:8]
    assert min(newcomers) < min(hales)
    assert {timeline.second.of[record] for record in [*hales, *newcomers]} == {timeline.first.of[hales[0]]}


def test_keys_survive_a_merge_at_the_vendor(timeline: Timeline) -> None:
    kept, _, merged = timeline.cases["hales"]
    for built in (timeline.second, timeline.third):
        assert built.of[merged] == built.of[kept] == timeline.first.of[kept]
        assert built.person_of[merged] == timeline.first.person_of[kept]


def test_keys_are_not_made_of_mailboxes(timeline: Timeline) -> None:
    """A customer who changes the mailbox keeps the household; the old lead no longer shares it."""
    customer, lead = timeline.cases["mailbox_that_will_change"]
    assert timeline.first.together(customer, lead)
    assert timeline.second.apart(customer, lead)
    assert timeline.first.of[customer] in {timeline.second.of[customer], timeline.second.of[lead]}


DECIDED = ("big_family", "small_family", "everything_shared", "nothing_shared", "mover_with_a_new_number")
CHANGED = (*DECIDED, "mailbox_that_will_change")


def test_a_new_record_changes_no_unrelated_household(timeline: Timeline) -> None:
    """Twenty-eight newcomers, a merge and four decisions: everybody else keeps household and person."""
    touched = {record for case in CHANGED for record in timeline.cases[case]}
    before, after = timeline.first, timeline.second
    unrelated = set(before.of) - touched
    assert len(unrelated) > 300
    assert {record: after.of[record] for record in unrelated} == {
        record: before.of[record] for record in unrelated
    }
    assert {record: after.person_of[record] for record in unrelated} == {
        record: before.person_of[record] for record in unrelated
    }


def test_a_stewards_same_wins_although_nothing_is_shared(timeline: Timeline) -> None:
    for case in ("nothing_shared", "mover_with_a_new_number"):
        assert timeline.first.apart(*timeline.cases[case])
        assert timeline.second.together(*timeline.cases[case])
        assert timeline.third.together(*timeline.cases[case])


def test_a_stewards_different_wins_although_everything_is_shared(timeline: Timeline) -> None:
    """Also although a third record shares everything with both."""
    one, other, between = timeline.cases["everything_shared"]
    assert timeline.first.together(one, other)
    for built in (timeline.second, timeline.third):
        assert built.apart(one, other)
        assert built.of[between] in {built.of[one], built.of[other]}


def test_a_merge_and_a_split_are_history(timeline: Timeline) -> None:
    big, small = timeline.cases["big_family"], timeline.cases["small_family"]
    big_key, small_key = timeline.first.of[big[0]], timeline.first.of[small[0]]

    assert timeline.second.together(*big, *small)
    assert timeline.second.of[big[0]] == big_key, "the bigger one gives its key"
    assert history(timeline.second, small_key) == (False, big_key, None, "merged", big_key)

    assert timeline.third.apart(big[0], small[0])
    assert timeline.third.of[big[0]] == big_key
    new_key = timeline.third.of[small[0]]
    assert new_key != big_key
    (split_from, reason) = timeline.third.rows(f"""
        select split_from, reason
        from core.fct_household_history
        where household_key = '{new_key}' and valid_to is null
    """)[0]
    assert (split_from, reason) == (big_key, "split off")


def connected(records: set[str], links: list[tuple[str, str]]) -> dict[str, str]:
    """Record -> representative, by a union-find that knows nothing of the models."""
    parent = {record: record for record in records}

    def root(record: str) -> str:
        while parent[record] != record:
            record = parent[record]
        return record

    for left, right in links:
        parent[root(left)] = root(right)
    return {record: root(record) for record in records}


@pytest.mark.parametrize("name", ["first", "second", "third"])
def test_households_are_what_a_union_find_makes_of_the_edges(timeline: Timeline, name: str) -> None:
    """Every household hangs together by its own edges and the steward's; every edge that leaves one is on the
    review queue, or in a group that a steward's `different` has parted."""
    built: Household = getattr(timeline, name)
    edges = built.rows("select left_key, right_key from identity.int_identities__edges")
    decided = built.rows("select left_key, right_key, decision from identity.int_identities__decisions")
    same = [(left, right) for left, right, decision in decided if decision == "same"]
    inside = [(left, right) for left, right in [*edges, *same] if built.together(left, right)]
    found = connected(set(built.of), inside)
    assert all((found[a] == found[b]) == built.together(a, b) for a, b in [*edges, *same])
    assert len(set(found.values())) == len(set(built.of.values()))

    everything = connected(set(built.of), [*edges, *same])
    parted = {everything[left] for left, _, decision in decided if decision == "different"}
    queue = {
        frozenset(pair)
        for pair in built.rows("select left_key, right_key from identity.int_identities__review_queue")
    }
    leaving = {frozenset((a, b)) for a, b in edges if built.apart(a, b) and everything[a] not in parted}
    assert leaving <= queue
    assert name != "first" or leaving, "the bridge between two families, at least"


def test_no_household_of_the_crowd_swallows_it(timeline: Timeline) -> None:
    """240 records that share numbers, names and homes at random: the households stay small."""
    sizes = timeline.first.rows("""
        select count(*)
        from core.bridge_household_members
        where native_id like 'crowd%'
        group by household_key
    """)
    assert sum(size for (size,) in sizes) == 240
    assert len(sizes) > 60
    assert max(size for (size,) in sizes) <= 24, "a tenth"
