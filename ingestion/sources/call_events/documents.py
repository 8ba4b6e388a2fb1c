"""A file of call events as a whole: lines of JSON, or a table with a header; good lines and refused ones."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from ingestion.sources.call_events.events import Rejected, check_json, read_cells

REQUIRED_COLUMNS = frozenset(
    {
        "schema_version",
        "event_id",
        "event_type",
        "tenant_id",
        "provider",
        "call_id",
        "direction",
        "started_at",
    }
)


class BrokenFile(ValueError):
    """A file of which nothing can be read line by line; the message names file and line."""


@dataclass(frozen=True)
class Line:
    """One line: an event as JSON, or the reason why it is none."""

    number: int
    text: str
    event_id: str | None = None
    payload: msgspec.Raw | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Document:
    """One file, read."""

    name: str
    lines: tuple[Line, ...]

    def events(self) -> Iterator[msgspec.Raw]:
        for line in self.lines:
            if line.payload is not None:
                yield line.payload

    def rejects(self) -> Iterator[dict[str, Any]]:
        for line in self.lines:
            if line.reason is not None:
                yield {"file": self.name, "line": line.number, "reason": line.reason, "text": line.text}


def read_document(name: str, text: str) -> Document:
    """Read a file: JSON lines if it begins with a brace, else a table (comma or tab).

    Raises:
        BrokenFile: a table without the columns that every event has.
    """
    is_table = text.lstrip("\ufeff \r\n")[:1] != "{" and bool(text.strip("\ufeff \r\n"))
    lines = _table(name, text.lstrip("\ufeff")) if is_table else _json_lines(text.lstrip("\ufeff"))
    return Document(name, tuple(_without_contradictions(lines)))


def _json_lines(text: str) -> Iterator[Line]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            event = check_json(line.encode())
        except Rejected as error:
            yield Line(number, line, reason=str(error))
        else:
            yield Line(number, line, event.event_id, payload=msgspec.Raw(line.strip().encode()))


def _table(name: str, text: str) -> Iterator[Line]:
    delimiter = "\t" if "\t" in text.split("\n", 1)[0] else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        _check_header(name, header)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _row(header, reader.line_num, cells)
    except csv.Error as error:
        raise BrokenFile(f"{name}, line {reader.line_num}: not a table ({error})") from error


def _check_header(name: str, header: list[str]) -> None:
    missing = sorted(REQUIRED_COLUMNS - set(header))
    if missing:
        raise BrokenFile(
            f"{name}, line 1: no column {', '.join(missing)}; found {', '.join(header[:12]) or 'nothing'}"
        )


def _row(header: list[str], number: int, cells: list[str]) -> Line:
    text = ",".join(cells)
    if len(cells) != len(header):
        return Line(number, text, reason=f"{len(cells)} cells where the header has {len(header)}")
    try:
        event, payload = read_cells(dict(zip(header, cells, strict=True)))
    except Rejected as error:
        return Line(number, text, reason=str(error))
    return Line(number, text, event.event_id, payload=msgspec.Raw(msgspec.json.encode(payload)))


def _without_contradictions(lines: Iterator[Line]) -> Iterator[Line]:
    """A sender may repeat an event; another content under the same id is a mistake of the sender."""
    told: dict[str, Line] = {}
    for line in lines:
        if line.event_id is None:
            yield line
            continue
        earlier = told.setdefault(line.event_id, line)
        if earlier.payload == line.payload:
            yield line
        else:
            reason = f"event_id: {line.event_id!r} was told on line {earlier.number} with other content"
            yield Line(line.number, line.text, reason=reason)
