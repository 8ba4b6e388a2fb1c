"""Rows of a page: a JSON reply or a bulk CSV, the same row from either.

The two write one value differently (`false` and "false", +0000 and Z), and a CSV cannot tell null from empty.
A row is therefore what a CSV can say: every value as text, or null.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

import msgspec

_JSON_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000")
# Long text areas hold up to 131,072 characters.
csv.field_size_limit(1_000_000)


class _Records(msgspec.Struct):
    records: list[dict[str, msgspec.Raw]]


_records = msgspec.json.Decoder(_Records).decode
_text = msgspec.json.Decoder(str).decode


def read_rows(body: bytes) -> Sequence[msgspec.Raw]:
    """The rows of a page.

    Raises:
        msgspec.DecodeError: it is neither of the two.
    """
    rows = _of_json(body) if body[:1] == b"{" else _of_csv(body)
    return [msgspec.Raw(msgspec.json.encode(row)) for row in rows]


def _of_json(body: bytes) -> list[dict[str, str | None]]:
    return [
        {name: _value(raw) for name, raw in record.items() if name != "attributes"}
        for record in _records(body).records
    ]


def _value(raw: msgspec.Raw) -> str | None:
    """Numbers keep the vendor's own digits."""
    written = bytes(raw)
    if written == b"null":
        return None
    if written[:1] != b'"':
        return written.decode()
    text = _text(written)
    if _JSON_INSTANT.fullmatch(text):
        return f"{text[:-5]}Z"
    return text or None


def _of_csv(body: bytes) -> list[dict[str, str | None]]:
    """Line ends inside quotes belong to their value; NUL bytes occur in old text."""
    text = body.decode("utf-8-sig").replace("\x00", "")
    if not text.strip():
        return []
    header, *lines = csv.reader(io.StringIO(text, newline=""))
    if any(len(line) != len(header) for line in lines) or "Id" not in header:
        raise msgspec.ValidationError("a bulk result whose lines do not match its header")
    return [{name: cell or None for name, cell in zip(header, line, strict=True)} for line in lines]
