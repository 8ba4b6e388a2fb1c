"""Pages into rows: each keeps its text as the vendor sent it; only key and modification time are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, reduce
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.spec import ObjectSpec, Page

ROWS_SCHEMA = pa.schema(
    [
        pa.field("account_id", pa.string(), nullable=False),
        pa.field("native_id", pa.string(), nullable=False),
        pa.field("payload", pa.string(), nullable=False),
        pa.field("modified_at", pa.timestamp("us")),
        pa.field("fetched_at", pa.timestamp("us"), nullable=False),
        pa.field("changed_at", pa.timestamp("us"), nullable=False),
        pa.field("pull_id", pa.string(), nullable=False),
        pa.field("removed_at", pa.timestamp("us")),
        pa.field("position", pa.int64(), nullable=False),
    ]
)
REJECTS_SCHEMA = pa.schema(
    [
        pa.field("reject_id", pa.string(), nullable=False),
        pa.field("pull_id", pa.string()),
        pa.field("object", pa.string()),
        pa.field("account_id", pa.string()),
        pa.field("position", pa.int64()),
        pa.field("reason", pa.string()),
        pa.field("payload", pa.string()),
    ]
)
_EPOCH_MILLISECONDS_DIGITS = 13


class Unusable(ValueError):
    """A row that cannot be keyed: its key is missing, null or not a scalar."""


Scalar = int | float | str | bool | None
Head = tuple[str, str | None]


@cache
def head_reader(spec_key: tuple[str, ...], modified: str | None) -> Callable[[msgspec.Raw], Head]:
    """A function from a row's bytes to (native id, modification time as text); the rest is skipped unread."""
    if all("." not in path for path in spec_key) and "." not in (modified or ""):
        return _flat_head_reader(spec_key, modified)
    return _nested_head_reader(spec_key, modified)


def _flat_head_reader(key: tuple[str, ...], modified: str | None) -> Callable[[msgspec.Raw], Head]:
    names = [f"part_{index}" for index in range(len(key))]
    fields: list[Any] = [(name, int | str) for name in names]
    rename = dict(zip(names, key, strict=True))
    if modified:
        fields.append(("modified", int | str | None, None))
        rename["modified"] = modified
    head_type: Any = msgspec.defstruct("Head", fields, rename=rename, gc=False)
    decode = msgspec.json.Decoder(head_type).decode

    def read(row: msgspec.Raw) -> Head:
        try:
            head = decode(row)
        except msgspec.ValidationError as error:
            raise Unusable(str(error)) from error
        parts = [str(getattr(head, name)) for name in names]
        stamp = head.modified if modified else None
        return "|".join(parts), None if stamp is None else str(stamp)

    if len(key) > 1 or not modified:
        return read

    def read_single(row: msgspec.Raw) -> Head:
        try:
            head = decode(row)
        except msgspec.ValidationError as error:
            raise Unusable(str(error)) from error
        stamp = head.modified
        return str(head.part_0), None if stamp is None else str(stamp)

    return read_single


def _nested_head_reader(key: tuple[str, ...], modified: str | None) -> Callable[[msgspec.Raw], Head]:
    def read(row: msgspec.Raw) -> Head:
        document = msgspec.json.decode(row)
        parts = []
        for path in key:
            value = _at(document, path)
            if isinstance(value, bool) or not isinstance(value, int | str):
                raise Unusable(f"key {path!r} is {type(value).__name__}, not a number or a string")
            parts.append(str(value))
        stamp = _at(document, modified) if modified else None
        return "|".join(parts), None if stamp is None else str(stamp)

    return read


def _at(document: Any, path: str) -> Any:
    return reduce(
        lambda inner, name: inner.get(name) if isinstance(inner, dict) else None, path.split("."), document
    )


@dataclass
class Rejects:
    """Rows that cannot be keyed: kept with the reason, so that nothing disappears silently."""

    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(
        self, pull_id: str, spec: ObjectSpec, account_id: str, position: int, reason: str, payload: str
    ) -> None:
        self.rows.append(
            {
                "reject_id": f"{pull_id}|{position}",
                "pull_id": pull_id,
                "object": spec.name,
                "account_id": account_id,
                "position": position,
                "reason": reason,
                "payload": payload,
            }
        )


def rows_table(
    pages: Iterable[Page], spec: ObjectSpec, account_id: str, pull_id: str, rejects: Rejects
) -> pa.Table:
    """All rows of one pull, in the order they came; repeated keys are still in it."""
    read_head = head_reader(spec.key, spec.modified)
    ids: list[str] = []
    stamps: list[str | None] = []
    payloads: list[bytes] = []
    fetched: list[datetime] = []
    counts: list[int] = []
    positions: list[int] = []
    position = 0
    for page in pages:
        before = len(ids)
        for row in spec.rows(page.body):
            try:
                native_id, stamp = read_head(row)
            except (Unusable, msgspec.DecodeError) as error:
                rejects.add(
                    pull_id, spec, account_id, position, str(error), bytes(row).decode(errors="replace")
                )
            else:
                ids.append(native_id)
                stamps.append(stamp)
                payloads.append(bytes(row))
                positions.append(position)
            position += 1
        fetched.append(page.fetched_at.astimezone(UTC).replace(tzinfo=None))
        counts.append(len(ids) - before)
    total = len(ids)
    fetched_at = _repeated(fetched, counts)
    columns = [
        _constant(account_id, total),
        pa.array(ids, pa.string()),
        pa.array(payloads, pa.binary()).cast(pa.string()),
        moments(stamps),
        fetched_at,
        fetched_at,
        _constant(pull_id, total),
        pa.nulls(total, pa.timestamp("us")),
        pa.array(positions, pa.int64()),
    ]
    return pa.Table.from_arrays(columns, schema=ROWS_SCHEMA)


def _constant(value: str, count: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), count), pa.array([value])).cast(
        pa.string()
    )


def _repeated(moments_of_pages: Sequence[datetime], counts: Sequence[int]) -> pa.Array:
    indices = [page for page, count in enumerate(counts) for _ in range(count)]
    return pa.array(moments_of_pages, pa.timestamp("us")).take(pa.array(indices, pa.int64()))


def moments(stamps: Sequence[str | None]) -> pa.Array:
    """Vendor timestamps as UTC microseconds.

    ISO 8601 with `Z`, an offset or neither (then it is UTC), with up to nine fractional digits (.NET ticks
    have seven), and epoch milliseconds. Text that is none of these becomes null: the row then counts as older
    than any dated one.
    """
    texts = pa.array(stamps, pa.string())
    try:
        return (
            texts.cast(pa.timestamp("ns", "UTC"))
            .cast(pa.timestamp("us", "UTC"), safe=False)
            .cast(pa.timestamp("us"))
        )
    except pa.ArrowInvalid:
        return pa.array([None if stamp is None else moment(stamp) for stamp in stamps], pa.timestamp("us"))


def moment(stamp: str) -> datetime | None:
    """One vendor timestamp as naive UTC; see `moments`."""
    if stamp.isdigit() and len(stamp) >= _EPOCH_MILLISECONDS_DIGITS:
        return datetime.fromtimestamp(int(stamp) / 1000, UTC).replace(tzinfo=None)
    try:
        parsed = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return parsed.astimezone(UTC).replace(tzinfo=None) if parsed.tzinfo else parsed


def newest_moment(stamps: Sequence[str | None]) -> datetime | None:
    """The latest of some vendor timestamps, aware UTC."""
    newest = pc.max(moments(stamps)).as_py()
    return newest and newest.replace(tzinfo=UTC)
