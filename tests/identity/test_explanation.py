"""`fourwire explain household`: what ties the records, what was held apart and why, and keys of the past."""

from __future__ import annotations

import json

from orchestration.cli.failures import exit_status
from tests.identity.conftest import Timeline, fourwire


def explained(timeline: Timeline, build: str, identifier: str) -> dict:
    home = getattr(timeline, build).home
    done = fourwire(home, timeline.config, "explain", "household", identifier, "--json")
    assert done.exit_code == 0, done.output + str(done.exception)
    return json.loads(done.stdout)


def test_records_and_the_rules_that_tie_them(timeline: Timeline) -> None:
    sections = explained(timeline, "first", timeline.first.of[timeline.cases["spouses"][0]])
    assert {record["name"] for record in sections["records"]} == {"Ruth Vance", "Owen Vance"}
    assert {record["rule"] for record in sections["records"]} == {"same_address_and_family_name"}
    (edge,) = sections["edges"]
    assert edge["evidence"] == "both have address 8 birch lane, 37204 and the same family name"
    assert edge["weight"] > 0 and edge["is_person_link"] is False


def test_a_vendors_id_answers_and_an_ambiguous_one_lists_the_keys(timeline: Timeline) -> None:
    assert explained(timeline, "first", "od1")["open_duplicates"][0]["keep_native_id"] == "od2"
    done = fourwire(timeline.first.home, timeline.config, "explain", "household", "7001")
    assert exit_status(done.exception) == 2
    assert all(
        timeline.first.of[key] in str(done.exception) for key in timeline.cases["native_id_in_two_accounts"]
    )


def test_what_was_held_apart_is_told_with_the_reason(timeline: Timeline) -> None:
    members = timeline.cases["bridge_between_two_families"]
    held = explained(timeline, "first", timeline.first.of[members[0]])["held_apart"]
    assert any(row["why"].startswith("held:") and row["rule"] and "stray" in row.values() for row in held)
    recycled = explained(timeline, "first", "rc1")["held_apart"]
    assert [(row["other_native_id"], row["rule"], row["why"][:8]) for row in recycled] == [
        ("rc2", None, "doubtful")
    ]


def test_a_stewards_word_is_told_on_both_sides(timeline: Timeline) -> None:
    for key in timeline.cases["everything_shared"][:2]:
        sections = explained(timeline, "third", timeline.third.of[key])
        assert [row["decision"] for row in sections["decisions"]] == ["different"]
        assert "a steward decided: different" in {row["why"] for row in sections["held_apart"]}


def test_a_key_of_the_past_answers_with_todays_household(timeline: Timeline) -> None:
    """Last month's report named it; it was merged away since."""
    big, small = timeline.cases["big_family"], timeline.cases["small_family"]
    old_key, key = timeline.first.of[small[0]], timeline.second.of[big[0]]
    assert old_key not in timeline.second.of.values()
    sections = explained(timeline, "second", old_key)
    assert sections["household"][0]["household_key"] == key
    assert {(row["household_key"], row["superseded_by"]) for row in sections["history"]} == {
        (key, None),
        (old_key, key),
    }


def test_for_a_person_it_is_one_table_after_the_other(timeline: Timeline) -> None:
    done = fourwire(timeline.first.home, timeline.config, "explain", "household", "lh3")
    assert done.exit_code == 0, done.output + str(done.exception)
    for said in ("Records", "Held apart", "Properties", "60 pine hill, 37212", "direct_mail"):
        assert said in done.stdout
