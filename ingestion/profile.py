"""Which fields a vendor really sends: sampled from each pull, so that drift shows before it hurts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
import pyarrow as pa

SAMPLED_ROWS = 40
_TYPES = {
    type(None): "null",
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}

FIELDS_SCHEMA = pa.schema(
    [
        pa.field("account_id", pa.string(), nullable=False),
        pa.field("object", pa.string(), nullable=False),
        pa.field("field", pa.string(), nullable=False),
        pa.field("json_type", pa.string(), nullable=False),
        pa.field("first_seen_at", pa.timestamp("us")),
        pa.field("last_seen_at", pa.timestamp("us")),
    ]
)

_FieldKey = tuple[str, str, str, str]


class FieldProfile:
    """(account, object, field, JSON type) with the first and last page where a sampled row had it."""

    def __init__(self) -> None:
        self._seen: dict[_FieldKey, tuple[datetime, datetime]] = {}

    def observe(self, object_name: str, rows: pa.Table) -> None:
        """Sample one pull's rows, evenly: the same rows whenever the same pull is read."""
        step = max(1, rows.num_rows // SAMPLED_ROWS)
        sample = rows.select(["account_id", "payload", "fetched_at"]).take(
            pa.array(range(0, rows.num_rows, step), pa.int64())
        )
        for row in sample.to_pylist():
            for field, json_type in _fields(msgspec.json.decode(row["payload"])):
                key = (row["account_id"], object_name, field, json_type)
                self._add(key, row["fetched_at"], row["fetched_at"])

    def merge(self, held: pa.Table) -> None:
        """Extend what was observed by what the warehouse knows of it; what was not observed now stays out."""
        for row in held.to_pylist():
            key = (row["account_id"], row["object"], row["field"], row["json_type"])
            if key in self._seen:
                self._add(key, row["first_seen_at"], row["last_seen_at"])

    def table(self) -> pa.Table:
        rows: list[dict[str, Any]] = [
            {
                "account_id": account_id,
                "object": object_name,
                "field": field,
                "json_type": json_type,
                "first_seen_at": first,
                "last_seen_at": last,
            }
            for (account_id, object_name, field, json_type), (first, last) in sorted(self._seen.items())
        ]
        return pa.Table.from_pylist(rows, schema=FIELDS_SCHEMA)

    def _add(self, key: _FieldKey, first: datetime, last: datetime) -> None:
        known_first, known_last = self._seen.get(key, (first, last))
        self._seen[key] = (min(first, known_first), max(last, known_last))


def _fields(row: Any) -> Iterator[tuple[str, str]]:
    """The row's fields and those of its direct sub-objects."""
    if not isinstance(row, dict):
        return
    for name, value in row.items():
        yield name, _TYPES[type(value)]
        if isinstance(value, dict):
            for inner, inner_value in value.items():
                yield f"{name}.{inner}", _TYPES[type(inner_value)]
