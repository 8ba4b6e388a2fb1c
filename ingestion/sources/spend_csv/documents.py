"""A spend file as a whole: its encoding, its header, its lines, and what they must not say together.

A line that cannot be used is set aside with the reason (`spend_rejects`); the others count. What concerns
the file as a whole (not a table, no such column, one cost twice) refuses all of it, with file, line and
column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from ingestion.sources.spend_csv.rows import REQUIRED_COLUMNS, Rejected, SpendRow, read_row
from ingestion.tables import BrokenTable, read_table

_NEEDED = (*(frozenset({name}) for name in REQUIRED_COLUMNS), frozenset({"campaign_id", "campaign_name"}),
           frozenset({"date", "period_start"}))  # fmt: skip


class BrokenFile(ValueError):
    """A file of which nothing is loaded; the message names file, line and column."""


@dataclass(frozen=True)
class Line:
    """One line after the header: accepted, or rejected with the reason."""

    number: int
    values: dict[str, str]
    row: SpendRow | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Document:
    """One file, read."""

    name: str
    lines: tuple[Line, ...]

    @property
    def rows(self) -> list[tuple[Line, SpendRow]]:
        return [(line, line.row) for line in self.lines if line.row]

    @property
    def rejects(self) -> list[Line]:
        return [line for line in self.lines if line.row is None]

    def payloads(self) -> Iterator[dict[str, Any]]:
        # Without the line's number: a file that grows at its top would change every row with every upload.
        for _, row in self.rows:
            yield {**row.payload(), "file": self.name}

    def reject_payloads(self) -> Iterator[dict[str, Any]]:
        for line in self.rejects:
            yield {"file": self.name, "line": line.number, "reason": line.reason, "row": line.values}


# Accepted and rejected lines are two objects, and each asks for the file when it is pulled and when loaded.
@lru_cache(maxsize=1)
def read_document(name: str, body: bytes) -> Document:
    """Read a file's bytes: UTF-8 (with or without BOM), comma or tab, a header row.

    Raises:
        BrokenFile: nothing of it can be used.
    """
    try:
        table = read_table(name, body)
    except BrokenTable as error:
        raise BrokenFile(str(error)) from error
    header = [column.lower() for column in table.header]
    _check_header(name, header)
    document = Document(name, tuple(_line(header, number, cells) for number, cells in table.lines))
    _check_keys(document)
    check_overlaps([document])
    return document


def check_overlaps(documents: Iterable[Document]) -> None:
    """Refuse what states one cost twice. A later line with the same row_key replaces the earlier one instead.

    Raises:
        BrokenFile: naming both lines.
    """
    newest = {
        row.row_key: (document.name, line, row) for document in documents for line, row in document.rows
    }
    by_series: dict[tuple[str, ...], list[tuple[str, Line, SpendRow]]] = {}
    for entry in newest.values():
        by_series.setdefault(entry[2].series, []).append(entry)
    for entries in by_series.values():
        entries.sort(key=lambda entry: entry[2].first_day)
        for (file, line, row), (other_file, other_line, other) in pairwise(entries):
            if other.first_day <= row.last_day:
                raise BrokenFile(
                    f"{other_file}, line {other_line.number}, column date/period_start: {other.source} "
                    f"{other.campaign!r} ({other.cost_type}) from {other.first_day} overlaps {row.first_day} "
                    f"to {row.last_day} on line {line.number} of {file}; correct one, or give both the same "
                    "row_key"
                )


def _check_header(name: str, header: list[str]) -> None:
    for alternatives in _NEEDED:
        if not alternatives & set(header):
            raise BrokenFile(
                f"{name}, line 1: no column {' or '.join(sorted(alternatives))}; found "
                f"{', '.join(header[:12]) or 'nothing'}"
            )


def _line(header: list[str], number: int, cells: Sequence[str]) -> Line:
    values = dict(zip(header, cells, strict=False))
    if len(cells) != len(header):
        return Line(number, values, reason=f"{len(cells)} cells where the header has {len(header)}")
    try:
        return Line(number, values, row=read_row(values))
    except Rejected as error:
        return Line(number, values, reason=str(error))


def _check_keys(document: Document) -> None:
    seen: dict[str, int] = {}
    for line, row in document.rows:
        if row.row_key in seen:
            raise BrokenFile(
                f"{document.name}, line {line.number}, column row_key: the same row as line "
                f"{seen[row.row_key]}"
            )
        seen[row.row_key] = line.number
