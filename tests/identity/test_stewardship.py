"""A steward at the terminal: the queue, a decision, a second thought, an interrupt."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingestion.identity_decisions import FILE_NAME, in_force, read_decisions
from orchestration.cli.failures import exit_status
from tests.identity.conftest import Timeline, fourwire


@pytest.fixture
def config(timeline: Timeline, tmp_path: Path) -> Path:
    """The operator's configuration in a folder where nobody has decided anything."""
    return Path(shutil.copy(timeline.config, tmp_path / "operator.yml"))


def queue(timeline: Timeline, config: Path) -> dict:
    done = fourwire(timeline.first.home, config, "identity", "queue", "--json", "--limit", "0")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def verdicts(config: Path) -> list[str]:
    return [decision.decision for decision in in_force(read_decisions(config.with_name(FILE_NAME)))]


def test_the_queue_shows_both_sides_and_why(timeline: Timeline, config: Path) -> None:
    """The strongest evidence first; a held pair names its rule, a doubtful one that none dares."""
    pairs = queue(timeline, config)["pairs"]
    weights = [pair["weight"] for pair in pairs]
    assert weights == sorted(weights, reverse=True)
    by_records = {
        frozenset((pair["left"]["record_key"], pair["right"]["record_key"])): pair for pair in pairs
    }
    recycled = by_records[frozenset(timeline.cases["recycled_number"])]
    assert {recycled["left"]["name"], recycled["right"]["name"]} == {"Hugo Lind", "Mara Cole"}
    assert recycled["evidence"] == "both have phone +16155550118"
    assert recycled["reason"].startswith("doubtful") and recycled["rules"] is None
    stray = timeline.cases["bridge_between_two_families"][-1]
    held = [pair for records, pair in by_records.items() if stray in records]
    assert held and all(pair["reason"].startswith("held") and "same_" in pair["rules"] for pair in held)


def test_working_the_queue_with_keys(timeline: Timeline, config: Path) -> None:
    """Skip, reject with a note, take it back, accept instead, quit: every step is in the file."""
    before = queue(timeline, config)["open"]
    keys = "s\nn\nowner told us\nr\nu\na\nq\n"
    done = fourwire(timeline.first.home, config, "identity", "review", "--by", "mia", keys=keys)
    assert done.exit_code == 0, done.output + str(done.exception)
    assert "1 decided (1 same, 0 different), 1 skipped" in done.stdout
    said = read_decisions(config.with_name(FILE_NAME))
    assert [(each.decision, each.note, each.decided_by) for each in said] == [
        ("different", "owner told us", "mia"),
        ("withdrawn", "", "mia"),
        ("same", "", "mia"),
    ]
    assert len({each.pair for each in said}) == 1
    assert queue(timeline, config)["open"] < before, "what is decided is not asked again"


def test_the_end_of_input_loses_nothing(timeline: Timeline, config: Path) -> None:
    done = fourwire(timeline.first.home, config, "identity", "review", keys="r\na\n")
    assert done.exit_code == 0
    assert verdicts(config) == ["different", "same"]


def test_an_interrupt_loses_nothing(timeline: Timeline, config: Path) -> None:
    """A real terminal: one key decides, Ctrl-C ends, and the decision is on the disk."""
    controller, terminal = pty.openpty()
    review = subprocess.Popen(
        [sys.executable, "-m", "orchestration.cli", "identity", "review"],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=os.environ
        | {"FOURWIRE_HOME": str(timeline.first.home), "FOURWIRE_CONFIG": str(config), "TERM": "xterm"},
        start_new_session=True,
    )
    os.close(terminal)
    shown = _shown_until(controller, rb"uit")
    shown += _shown_until(controller, rb"uit", key=b"r")
    review.send_signal(signal.SIGINT)
    shown += _shown_until(controller, rb"Saved in")
    assert review.wait(timeout=30) == 0
    os.close(controller)
    said = verdicts(config)
    assert set(said) == {"different"}
    plain = re.sub(rb"\x1b\[[0-9;]*m", b"", shown).decode()
    assert f"{len(said)} decided (0 same, {len(said)} different)" in plain


def _shown_until(controller: int, mark: bytes, key: bytes = b"", seconds: float = 60) -> bytes:
    """What the terminal shows up to `mark`.

    A key that comes before the terminal listens is lost: it is pressed again while nothing happens.
    """
    shown, deadline = b"", time.monotonic() + seconds
    while mark not in shown:
        assert time.monotonic() < deadline, shown
        os.write(controller, b"" if shown else key)
        while select.select([controller], [], [], 2)[0] and mark not in shown:
            shown += os.read(controller, 4096)
    return shown


def test_decide_and_undo_without_a_terminal(timeline: Timeline, config: Path) -> None:
    ids = ["dispatch-a:rc1", "dispatch-a:rc2"]
    home = timeline.first.home
    done = fourwire(home, config, "identity", "decide", *ids, "different", "--note", "new owner", "--json")
    assert json.loads(done.stdout)["decision"]["note"] == "new owner"
    listed = fourwire(home, config, "identity", "decisions", "--json")
    (decision,) = json.loads(listed.stdout)["decisions"]
    assert decision["state"] == "holds", "the published households already keep the two apart"
    assert fourwire(home, config, "identity", "undo", *reversed(ids)).exit_code == 0
    assert verdicts(config) == []
    nothing_left = fourwire(home, config, "identity", "undo")
    assert exit_status(nothing_left.exception) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["7001", "dispatch-a:rc1"], "3 records have the id '7001'"),
        (["nobody", "dispatch-a:rc1"], "no customer or lead 'nobody'"),
        (["dispatch-a:rc1", "dispatch-a:rc1"], "a decision is about two records"),
    ],
    ids=["id of three accounts", "unknown", "itself"],
)
def test_what_cannot_be_decided_is_said(timeline: Timeline, config: Path, arguments, message: str) -> None:
    done = fourwire(timeline.first.home, config, "identity", "decide", *arguments, "same")
    assert exit_status(done.exception) == 2
    assert message in str(done.exception)
    assert not config.with_name(FILE_NAME).exists()


def test_a_same_that_contradicts_a_different_is_pointed_out(timeline: Timeline, config: Path) -> None:
    home = timeline.first.home
    for pair in (
        ["dispatch-a:nt1", "dispatch-a:nt2", "different"],
        ["dispatch-a:nt1", "dispatch-a:rc1", "same"],
    ):
        assert "that wins" not in fourwire(home, config, "identity", "decide", *pair).output
    warned = fourwire(home, config, "identity", "decide", "dispatch-a:nt2", "dispatch-a:rc1", "same")
    assert "decided different; that wins" in " ".join(warned.output.split())


def test_a_decision_waits_for_the_next_run_and_then_holds(timeline: Timeline) -> None:
    """The very file that `identity decide` wrote was read by the second build."""
    states = {}
    for name in ("first", "third"):
        done = fourwire(getattr(timeline, name).home, timeline.config, "identity", "decisions", "--json")
        listed = json.loads(done.stdout)["decisions"]
        states[name] = sorted(each["state"] for each in listed)
    assert states == {"first": ["next run"] * 3, "third": ["holds"] * 3}
