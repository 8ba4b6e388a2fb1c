"""One export file: which kind it is by its header, its lines as records, and the lines that are none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ingestion.sources.fieldedge.assumptions import KINDS, Field, Kind
from ingestion.sources.fieldedge.values import Unreadable, read_value
from ingestion.tables import BrokenTable, Table, read_table

Columns = Mapping[str, Mapping[str, str]]  # kind -> field -> column, where it is not the assumed one
Record = dict[str, Any]


class UnknownFile(ValueError):
    """A file of which nothing can be read; the message says what it lacks."""


@dataclass(frozen=True)
class Refusal:
    """One line that is not used, and why."""

    line: int
    reason: str
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Document:
    """One export, read: its records by key, and the lines that were refused."""

    kind: Kind
    records: Mapping[str, Record]
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True)
class _Line:
    number: int
    cells: Mapping[str, str]
    record: Record
    part: Record


def read_document(name: str, body: bytes, columns: Columns) -> Document:
    """Read one file, whatever kind it is.

    Raises:
        UnknownFile: it is no table, or of no kind that is known.
    """
    try:
        table = read_table(name, body)
    except BrokenTable as error:
        raise UnknownFile(str(error)) from error
    kind = _kind_of(name, table, columns)
    places = _places(kind, table, columns)
    lines: list[_Line] = []
    refusals: list[Refusal] = []
    for number, cells in table.lines:
        written = dict(zip(table.header, cells, strict=False))
        try:
            if len(cells) != len(table.header):
                raise Unreadable(f"{len(cells)} cells where the header has {len(table.header)}")
            lines.append(_line(kind, number, written, cells, places))
        except Unreadable as error:
            refusals.append(Refusal(number, str(error), written))
    return _gathered(kind, lines, refusals, _keys_of_refused(kind, refusals, table, places))


def column_of(kind: Kind, field: Field, columns: Columns) -> str:
    return columns.get(kind.name, {}).get(field.name, field.column)


def _kind_of(name: str, table: Table, columns: Columns) -> Kind:
    """The kind whose required columns the file has; of several, the one that knows most of its columns."""
    header = {column.lower() for column in table.header}
    missing = {
        kind.name: [
            column_of(kind, field, columns)
            for field in kind.fields
            if field.is_needed and column_of(kind, field, columns).lower() not in header
        ]
        for kind in KINDS.values()
    }
    fitting = [KINDS[kind] for kind, lacking in missing.items() if not lacking]
    if not fitting:
        nearest = min(missing, key=lambda kind: (len(missing[kind]), -_known(KINDS[kind], header, columns)))
        raise UnknownFile(
            f"{name}, line 1: no known kind of file. Nearest is {nearest} ({KINDS[nearest].title}), which "
            f"needs a column {', '.join(missing[nearest])}; found {', '.join(table.header[:20]) or 'nothing'}"
        )
    ranked = sorted(fitting, key=lambda kind: -_known(kind, header, columns))
    if len(ranked) > 1 and _known(ranked[0], header, columns) == _known(ranked[1], header, columns):
        raise UnknownFile(f"{name}, line 1: may be {ranked[0].name} or {ranked[1].name}; leave out columns")
    return ranked[0]


def _known(kind: Kind, header: set[str], columns: Columns) -> int:
    return sum(column_of(kind, field, columns).lower() in header for field in kind.every_field)


def _places(kind: Kind, table: Table, columns: Columns) -> dict[str, int]:
    """Field -> position of its column."""
    positions = {column.lower(): position for position, column in enumerate(table.header)}
    wanted = {field.name: column_of(kind, field, columns).lower() for field in kind.every_field}
    return {name: positions[column] for name, column in wanted.items() if column in positions}


def _line(
    kind: Kind, number: int, written: Mapping[str, str], cells: tuple[str, ...], places: Mapping[str, int]
) -> _Line:
    return _Line(number, written, _values(kind.fields, cells, places), _values(kind.parts, cells, places))


def _values(fields: Iterable[Field], cells: tuple[str, ...], places: Mapping[str, int]) -> Record:
    values: Record = {}
    for field in fields:
        text = cells[places[field.name]] if field.name in places else ""
        try:
            values[field.name] = read_value(field.form, text)
        except Unreadable as error:
            raise Unreadable(f"{field.name}: {error}") from error
        if field.filled and values[field.name] is None:
            raise Unreadable(f"{field.name}: empty")
    return values


def _keys_of_refused(
    kind: Kind, refusals: list[Refusal], table: Table, places: Mapping[str, int]
) -> dict[str, int]:
    """Key -> line of the first refused line of that record."""
    column = table.header[places[kind.key]]
    keys: dict[str, int] = {}
    for refusal in refusals:
        keys.setdefault(refusal.cells.get(column, "").strip(), refusal.line)
    return keys


def _gathered(
    kind: Kind, lines: list[_Line], refusals: list[Refusal], refused_keys: Mapping[str, int]
) -> Document:
    """Lines of one key are one record. It is used whole or not at all: half an invoice is a wrong one."""
    of_key: dict[str, list[_Line]] = {}
    for line in lines:
        of_key.setdefault(line.record[kind.key], []).append(line)
    records: dict[str, Record] = {}
    for key, same in of_key.items():
        reason = _contradiction(kind, same)
        if key in refused_keys:
            reason = f"line {refused_keys[key]} of the same {kind.key} is refused"
        if reason:
            refusals.extend(Refusal(line.number, reason, line.cells) for line in same)
        else:
            records[key] = _record(kind, same)
    return Document(kind, records, tuple(sorted(refusals, key=lambda refusal: refusal.line)))


def _contradiction(kind: Kind, same: list[_Line]) -> str | None:
    first = same[0]
    for other in same[1:]:
        if other.record != first.record:
            return f"{kind.key}: lines {first.number} and {other.number} have the same one and differ"
    return None


def _record(kind: Kind, same: list[_Line]) -> Record:
    record = dict(same[0].record)
    if kind.parts:
        record[kind.parts_name] = [line.part for line in same if any(line.part.values())]
        record["as_written"] = [dict(line.cells) for line in same]
    else:
        record["as_written"] = dict(same[0].cells)
    return record
