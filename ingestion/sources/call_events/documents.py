"""A file of call events as a whole: lines of JSON, or a table with a header; good lines and refused ones."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from ingestion.sources.call_events.events import Rejected, check_json, read_cells
from ingestion.tables import BrokenTable, Table, read_table

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

    def summary(self) -> dict[str, Any]:
        """What became of the file; a corrected one replaces what was said of it before."""
        rejects = [
            {"line": line.number, "reason": line.reason, "text": line.text}
            for line in self.lines
            if line.reason is not None
        ]
        return {"file": self.name, "events": len(self.lines) - len(rejects), "rejects": rejects}


def read_document(name: str, body: bytes) -> Document:
    """Read a file: JSON lines if it begins with a brace, else a table (comma or tab).

    Raises:
        BrokenTable: no UTF-8, or a table without the columns that every event has.
    """
    if body.removeprefix(codecs.BOM_UTF8).lstrip()[:1] in (b"{", b""):
        lines = _json_lines(name, body)
    else:
        lines = _rows(name, read_table(name, body))
    return Document(name, tuple(_without_contradictions(lines)))


def _json_lines(name: str, body: bytes) -> Iterator[Line]:
    for number, line in enumerate(body.removeprefix(codecs.BOM_UTF8).split(b"\n"), start=1):
        if not line.strip():
            continue
        text = _text(name, number, line)
        try:
            event = check_json(line)
        except Rejected as error:
            yield Line(number, text, reason=str(error))
        else:
            yield Line(number, text, event.event_id, payload=msgspec.Raw(line.strip()))


def _text(name: str, number: int, line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise BrokenTable(f"{name}, line {number}: not UTF-8") from error


def _rows(name: str, table: Table) -> Iterator[Line]:
    missing = sorted(REQUIRED_COLUMNS - set(table.header))
    if missing:
        raise BrokenTable(
            f"{name}, line 1: no column {', '.join(missing)}; found "
            f"{', '.join(table.header[:12]) or 'nothing'}"
        )
    for number, cells in table.lines:
        yield _row(table.header, number, cells)


def _row(header: tuple[str, ...], number: int, cells: tuple[str, ...]) -> Line:
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
