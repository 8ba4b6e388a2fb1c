"""Files that people make: a CSV as numbered lines under a header, and amounts as people write them."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from decimal import Decimal

_AMOUNT = re.compile(r"^(?P<sign>-)?\$?(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?P<fraction>\.\d{1,4})?$")


class BrokenTable(ValueError):
    """Bytes that are no table; the message names file and line."""


@dataclass(frozen=True)
class Table:
    """A file's header as written (blanks around cells cut), and its lines that are not blank, numbered."""

    header: tuple[str, ...]
    lines: tuple[tuple[int, tuple[str, ...]], ...]


def read_table(name: str, body: bytes) -> Table:
    """Read UTF-8 (with or without BOM), separated by commas or tabs, with a header row.

    Raises:
        BrokenTable: it is none, or a column stands there twice.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise BrokenTable(f"{name}, line {line}: not UTF-8; save the file as CSV UTF-8") from error
    delimiter = "\t" if "\t" in text.split("\n", 1)[0] else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[tuple[int, tuple[str, ...]]] = []
    try:
        header = tuple(cell.strip() for cell in next(reader, []))
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append((reader.line_num, tuple(cells)))
    except csv.Error as error:
        raise BrokenTable(f"{name}, line {reader.line_num}: not a table ({error})") from error
    _check_unique(name, header)
    return Table(header, tuple(lines))


def _check_unique(name: str, header: tuple[str, ...]) -> None:
    folded = [column.lower() for column in header]
    doubled = sorted({column for column in folded if folded.count(column) > 1})
    if doubled:
        raise BrokenTable(f"{name}, line 1, column {doubled[0] or '(empty)'}: stands there more than once")


def amount_written(text: str) -> Decimal | None:
    """`1234.5`, `$1,234.50`, `-12.00` or, as accountants write it, `(12.00)`; None for anything else."""
    inner = text.strip()
    in_parentheses = inner.startswith("(") and inner.endswith(")")
    found = _AMOUNT.match(inner[1:-1].strip() if in_parentheses else inner)
    if not found or (in_parentheses and found["sign"]):
        return None
    amount = Decimal(found["whole"].replace(",", "") + (found["fraction"] or ""))
    return -amount if in_parentheses or found["sign"] else amount
