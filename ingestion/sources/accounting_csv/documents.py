"""An accounting export as a whole: its encoding, its header, its lines.

A line that cannot be used is set aside with the reason (`entry_rejects`); the others count. What concerns the
file as a whole (not a table, no such column, one document twice) refuses all of it, with file and line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ingestion.sources.accounting_csv.entries import REQUIRED_COLUMNS, Entry, Rejected, read_entry
from ingestion.tables import BrokenTable, read_table


class BrokenExport(ValueError):
    """A file of which nothing is loaded; the message names file and line."""


@dataclass(frozen=True)
class Line:
    """One line after the header: accepted, or rejected with the reason."""

    number: int
    values: dict[str, str]
    entry: Entry | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Export:
    """One file, read."""

    name: str
    lines: tuple[Line, ...]

    def payloads(self) -> Iterator[dict[str, Any]]:
        # Without the line's number: a file that grows at its top would change all documents each time.
        for line in self.lines:
            if line.entry is not None:
                yield {**line.entry.payload(), "file": self.name}

    def reject_payloads(self) -> Iterator[dict[str, Any]]:
        for line in self.lines:
            if line.entry is None:
                yield {"file": self.name, "line": line.number, "reason": line.reason, "row": line.values}


# Accepted and rejected lines are two objects, and each asks for the file when it is pulled and when loaded.
@lru_cache(maxsize=1)
def read_export(name: str, body: bytes) -> Export:
    """Read a file's bytes: UTF-8 (with or without BOM), comma or tab, a header row.

    Raises:
        BrokenExport: nothing of it can be used.
    """
    try:
        table = read_table(name, body)
    except BrokenTable as error:
        raise BrokenExport(str(error)) from error
    header = [column.lower() for column in table.header]
    missing = [column for column in REQUIRED_COLUMNS if column not in header]
    if missing:
        found = ", ".join(header[:12]) or "nothing"
        raise BrokenExport(f"{name}, line 1: no column {', '.join(missing)}; found {found}")
    export = Export(name, tuple(_line(header, number, cells) for number, cells in table.lines))
    _check_keys(export)
    return export


def _line(header: list[str], number: int, cells: Sequence[str]) -> Line:
    values = dict(zip(header, cells, strict=False))
    if len(cells) != len(header):
        return Line(number, values, reason=f"{len(cells)} cells where the header has {len(header)}")
    try:
        return Line(number, values, entry=read_entry(values))
    except Rejected as error:
        return Line(number, values, reason=str(error))


def _check_keys(export: Export) -> None:
    """Two lines of one document would be one of them lost."""
    seen: dict[str, int] = {}
    for line in export.lines:
        if line.entry is None:
            continue
        first = seen.setdefault(line.entry.key, line.number)
        if first != line.number:
            raise BrokenExport(
                f"{export.name}, line {line.number}, column number: the same document as line {first}"
            )
