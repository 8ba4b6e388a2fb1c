"""A steward's word on households: one CSV file per operator, beside the operator's configuration.

A line is one decision on one pair of records. Lines are only ever added; of several on one pair the last one
holds, and `withdrawn` takes back what was said before. The file belongs into version control with the
configuration: it holds vendors' ids and notes, no names or numbers.
"""

from __future__ import annotations

import csv
import fcntl
import io
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ingestion.config import ConfigError, Settings

FILE_NAME = "identity_decisions.csv"
DECISIONS = ("same", "different", "withdrawn")
ENTITIES = ("customer", "lead")

PARTS = ("platform", "account_id", "entity", "native_id")
NEEDED = (*(f"{side}_{part}" for side in ("left", "right") for part in PARTS), "decision")
# Absent from a file that was begun by hand.
CIRCUMSTANCES = ("decided_at", "decided_by", "note")
COLUMNS = (*NEEDED, *CIRCUMSTANCES)


@dataclass(frozen=True, order=True)
class RecordId:
    """A customer or lead record as its vendor knows it."""

    platform: str
    account_id: str
    entity: str
    native_id: str

    def __str__(self) -> str:
        return f"{self.account_id} {self.entity} {self.native_id}"


@dataclass(frozen=True)
class Decision:
    """What a steward said of two records."""

    left: RecordId
    right: RecordId
    decision: str
    decided_at: str = ""  # ISO 8601, UTC; empty on a line written by hand
    decided_by: str = ""
    note: str = ""

    @property
    def pair(self) -> frozenset[RecordId]:
        return frozenset((self.left, self.right))

    def row(self) -> dict[str, str]:
        sides = {"left": self.left, "right": self.right}
        ids = {f"{side}_{part}": getattr(record, part) for side, record in sides.items() for part in PARTS}
        return ids | {
            "decision": self.decision,
            "decided_at": self.decided_at,
            "decided_by": self.decided_by,
            "note": self.note,
        }


def decide(left: RecordId, right: RecordId, decision: str, decided_by: str, note: str = "") -> Decision:
    """A decision made now; a note of several lines becomes one."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Decision(left, right, decision, now, decided_by, " ".join(note.split()))


def decisions_path(settings: Settings) -> Path:
    """The operator's file: the configured one, or `identity_decisions.csv` beside the configuration."""
    return settings.config_path.parent.joinpath(
        settings.operator.identity_overrides_file or FILE_NAME
    ).resolve()


def configured_decisions(settings: Settings) -> list[Decision]:
    """Every line of the operator's file, in order; none while nobody has decided anything.

    Raises:
        ConfigError: a file that the configuration names is missing, or a line is wrong.
    """
    path = decisions_path(settings)
    named = settings.operator.identity_overrides_file
    if named is not None and not path.is_file():
        raise ConfigError(
            f"{settings.config_path}: identity_overrides_file: {path} does not exist; "
            "correct the path, or take the line out to use identity_decisions.csv beside the configuration"
        )
    platforms = {account.account_id: account.platform for account in settings.operator.accounts}
    return read_decisions(path, platforms)


def read_decisions(path: Path, platforms: Mapping[str, str] | None = None) -> list[Decision]:
    """The lines of one file, in order; an absent file has none.

    Args:
        path: The CSV file.
        platforms: Account -> platform, where known; a line that says otherwise is refused.

    Raises:
        ConfigError: a line is wrong; the message names file, line and what would be right.
    """
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(_parsed(path, lines, platforms or {}))


def in_force(decisions: Iterable[Decision]) -> list[Decision]:
    """The decision that holds for each pair: its last one, unless that one withdraws."""
    last: dict[frozenset[RecordId], Decision] = {}
    for decision in decisions:
        last.pop(decision.pair, None)
        last[decision.pair] = decision
    return [decision for decision in last.values() if decision.decision != "withdrawn"]


def append_decision(path: Path, decision: Decision) -> None:
    """Add one line and see it onto the disk before returning.

    Safe against a second steward, against a crash, and against a last line without its end. A file begun with
    fewer columns gets the missing ones.

    Raises:
        ConfigError: the file that is there has no usable heading.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _only_writer(path.parent):
        columns = _complete_heading(path)
        with path.open("a+b") as file:
            text = _line(decision.row(), columns)
            file.write(("" if _ends_a_line(file) else "\n").encode() + text.encode())
            file.flush()
            os.fsync(file.fileno())


@contextmanager
def _only_writer(folder: Path) -> Iterator[None]:
    """The folder is what is locked: the file itself may be replaced meanwhile."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _complete_heading(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8-sig") if path.is_file() else ""
    heading, _, rest = text.partition("\n")
    columns = next(csv.reader([heading.rstrip("\r")]), []) if heading.strip() else []
    if columns:
        _check_heading(path, columns)
    missing = [column for column in COLUMNS if column not in columns]
    if missing:
        columns += missing
        beside = path.with_name(f".{path.name}.new")
        with beside.open("w", encoding="utf-8", newline="") as file:
            file.write(",".join(columns) + "\n" + rest)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    return columns


def _ends_a_line(file: io.BufferedRandom) -> bool:
    if file.seek(0, os.SEEK_END) == 0:
        return True
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def _line(row: Mapping[str, str], columns: list[str]) -> str:
    text = io.StringIO()
    csv.DictWriter(text, columns, restval="", lineterminator="\n").writerow(dict(row))
    return text.getvalue()


def _parsed(path: Path, lines: Iterable[str], platforms: Mapping[str, str]) -> Iterator[Decision]:
    reader = csv.DictReader(lines)
    if reader.fieldnames is None:
        return
    _check_heading(path, reader.fieldnames)
    for row in reader:
        if any((value or "").strip() for key, value in row.items() if key is not None):
            yield _decision(f"{path}, line {reader.line_num}", row, platforms)


def _check_heading(path: Path, columns: Iterable[str]) -> None:
    missing = [column for column in NEEDED if column not in columns]
    if missing:
        raise ConfigError(
            f"{path}, line 1: columns are missing: {', '.join(missing)}; the heading is\n{','.join(COLUMNS)}"
        )


def _decision(place: str, row: Mapping[str, str | None], platforms: Mapping[str, str]) -> Decision:
    values = {column: (row.get(column) or "").strip() for column in COLUMNS}
    empty = [column for column in NEEDED if not values[column]]
    if empty:
        raise ConfigError(f"{place}: {', '.join(empty)} is empty; complete the line or take it out")
    left, right = (_record(place, side, values, platforms) for side in ("left", "right"))
    if left == right:
        raise ConfigError(f"{place}: both sides are {left}; a decision is about two records")
    if values["decision"] not in DECISIONS:
        raise ConfigError(f"{place}: decision is {values['decision']!r}; write {', '.join(DECISIONS)}")
    if values["decided_at"] and not _is_time(values["decided_at"]):
        raise ConfigError(
            f"{place}: decided_at is {values['decided_at']!r}; write UTC as 2026-01-31T15:00:00Z, or nothing"
        )
    return Decision(left, right, values["decision"], *(values[column] for column in CIRCUMSTANCES))


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _record(place: str, side: str, values: Mapping[str, str], platforms: Mapping[str, str]) -> RecordId:
    record = RecordId(*(values[f"{side}_{part}"] for part in PARTS))
    if record.entity not in ENTITIES:
        raise ConfigError(f"{place}: {side}_entity is {record.entity!r}; write {' or '.join(ENTITIES)}")
    expected = platforms.get(record.account_id, record.platform)
    if record.platform != expected:
        raise ConfigError(
            f"{place}: {side}_platform is {record.platform!r}, but account {record.account_id!r} is "
            f"{expected}; write {expected}"
        )
    return record
