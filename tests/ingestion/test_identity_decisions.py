"""The file of a steward's decisions: nothing said is lost, nothing wrong is read over."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.config import ConfigError, load_settings
from ingestion.identity_decisions import (
    COLUMNS,
    NEEDED,
    Decision,
    RecordId,
    append_decision,
    configured_decisions,
    decide,
    decisions_path,
    in_force,
    read_decisions,
)

ONE = RecordId("dispatch", "north", "customer", "100")
OTHER = RecordId("dispatch", "north", "customer", "200")
LEAD = RecordId("crm", "portal", "lead", "9001")
HAND_WRITTEN = ",".join(NEEDED) + "\ndispatch,north,customer,100,crm,portal,lead,9001,same\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "identity_decisions.csv"


def test_what_was_decided_is_read_back(path: Path) -> None:
    decision = decide(ONE, LEAD, "same", "mia", 'she said "same house",\nthen hung up')
    append_decision(path, decision)
    assert read_decisions(path) == [decision]
    assert decision.note == 'she said "same house", then hung up'
    assert path.read_text().count("\n") == 2, "one line per decision, so that a diff shows one"


def test_the_last_word_on_a_pair_holds_whichever_way_round_it_is_written(path: Path) -> None:
    for left, right, verdict in ((ONE, OTHER, "same"), (ONE, LEAD, "same"), (OTHER, ONE, "different")):
        append_decision(path, decide(left, right, verdict, "mia"))
    append_decision(path, decide(LEAD, ONE, "withdrawn", "mia"))
    assert [(each.pair, each.decision) for each in in_force(read_decisions(path))] == [
        (frozenset((ONE, OTHER)), "different")
    ]
    assert len(read_decisions(path)) == 4, "what was said before stays to be read"


def test_a_file_begun_by_hand_gets_the_missing_columns(path: Path) -> None:
    path.write_text(HAND_WRITTEN.rstrip("\n"))
    append_decision(path, decide(ONE, OTHER, "different", "mia", "two houses"))
    first, second = read_decisions(path)
    assert (first.left, first.right, first.decision, first.decided_by) == (ONE, LEAD, "same", "")
    assert (second.decision, second.decided_by, second.note) == ("different", "mia", "two houses")


def test_a_spreadsheets_byte_order_mark_and_line_ends_are_read(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + HAND_WRITTEN.replace("\n", "\r\n").encode() + b",,,,,,,,\r\n")
    assert [each.decision for each in read_decisions(path)] == ["same"]
    append_decision(path, decide(ONE, OTHER, "same", "mia"))
    assert [each.decision for each in read_decisions(path)] == ["same", "same"]


def line(**changes: str) -> str:
    ids = {"platform": "dispatch", "account_id": "north", "entity": "customer", "native_id": "1"}
    row = {f"left_{part}": value for part, value in ids.items()}
    row |= {f"right_{part}": value for part, value in (ids | {"native_id": "2"}).items()}
    row |= {"decision": "same"} | changes
    return ",".join(COLUMNS) + "\n" + ",".join(row.get(column, "") for column in COLUMNS) + "\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("left,right\n", "line 1: columns are missing: left_platform"),
        (line(decision="perhaps"), "line 2: decision is 'perhaps'; write same, different, withdrawn"),
        (line(right_native_id=""), "line 2: right_native_id is empty; complete the line"),
        (line(right_native_id="1"), "line 2: both sides are north customer 1"),
        (line(left_entity="Customer"), "line 2: left_entity is 'Customer'; write customer or lead"),
        (line(left_platform="crm"), "line 2: left_platform is 'crm', but account 'north' is dispatch"),
        (line(decided_at="yesterday"), "line 2: decided_at is 'yesterday'; write UTC as 2026-"),
        (line() + "dispatch,north,cust", "line 3: left_native_id, right_platform"),
    ],
    ids=["heading", "verdict", "empty", "itself", "entity", "platform", "time", "torn line"],
)
def test_a_wrong_line_is_named_with_what_would_be_right(path: Path, text: str, expected: str) -> None:
    path.write_text(text)
    with pytest.raises(ConfigError) as refused:
        read_decisions(path, {"north": "dispatch"})
    assert expected in str(refused.value)
    assert str(path) in str(refused.value)


def test_a_heading_that_is_none_is_never_written_to(path: Path) -> None:
    path.write_text("left,right\n")
    with pytest.raises(ConfigError, match="columns are missing"):
        append_decision(path, decide(ONE, OTHER, "same", "mia"))
    assert path.read_text() == "left,right\n"


def test_two_stewards_at_once_lose_nothing(path: Path) -> None:
    """Each of four processes appends 25 decisions to a file that does not exist yet."""
    code = """
import sys
from pathlib import Path
from ingestion.identity_decisions import RecordId, append_decision, decide
for number in range(25):
    ids = [f"{side}{sys.argv[2]}-{number}" for side in "lr"]
    left, right = (RecordId("dispatch", "north", "customer", native_id) for native_id in ids)
    append_decision(Path(sys.argv[1]), decide(left, right, "same", "steward " + sys.argv[2]))
"""
    stewards = [subprocess.Popen([sys.executable, "-c", code, str(path), str(who)]) for who in range(4)]
    assert [steward.wait(timeout=60) for steward in stewards] == [0] * 4
    decisions = read_decisions(path)
    assert len({each.pair for each in decisions}) == len(decisions) == 100
    assert path.read_text().count("left_platform") == 1


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=20)
IDS = st.builds(
    RecordId,
    st.just("dispatch"),
    st.just("north"),
    st.sampled_from(["customer", "lead"]),
    TEXT.map(str.strip).filter(bool),
)


@given(st.lists(st.tuples(IDS, IDS, st.sampled_from(["same", "different", "withdrawn"]), TEXT), max_size=6))
@settings(max_examples=40, deadline=None)
def test_any_id_and_any_note_survive_the_file(tmp_path_factory: pytest.TempPathFactory, said) -> None:
    path = tmp_path_factory.mktemp("decisions") / "identity_decisions.csv"
    written = [
        decide(left, right, verdict, "mia", note) for left, right, verdict, note in said if left != right
    ]
    for decision in written:
        append_decision(path, decision)
    assert read_decisions(path) == written


def operator_file(folder: Path, **extra: str) -> Path:
    document = {
        "name": "Test Operator",
        "brands": [{"key": "north", "name": "North Air", "timezone": "America/Chicago"}],
        "accounts": [{"account_id": "north", "platform": "dispatch", "timezone": "America/Chicago"}],
        **extra,
    }
    config = folder / "operator.yml"
    config.write_text(yaml.safe_dump(document), encoding="utf-8")
    return config


def test_without_a_word_in_the_configuration_the_file_is_beside_it(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, config=operator_file(tmp_path))
    assert decisions_path(settings) == tmp_path / "identity_decisions.csv"
    assert configured_decisions(settings) == []


def test_a_named_file_that_is_missing_stops_the_run(tmp_path: Path) -> None:
    """A misspelt path would otherwise undo every decision in silence."""
    config = operator_file(tmp_path, identity_overrides_file="overides.csv")
    with pytest.raises(ConfigError, match=r"identity_overrides_file: .*overides\.csv does not exist"):
        configured_decisions(load_settings(home=tmp_path, config=config))


def test_decisions_are_no_place_for_names_or_numbers() -> None:
    assert set(Decision.__dataclass_fields__) == {
        "left", "right", "decision", "decided_at", "decided_by", "note",
    }  # fmt: skip
