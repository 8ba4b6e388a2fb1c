"""Reading answers: 200 means little here. Errors come with it, sometimes beside data that looks whole.

An answer with `errors` is never read as rows: an integrator lost data for months because "hidden due to
permissions" came as an empty list.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from ingestion.sources.jobber.budget import Cost
from ingestion.spec import RowReader

# A nested list that goes on; how a longer one was completed is in `questions`.
TRUNCATED = re.compile(rb'"hasNextPage"\s*:\s*true')
PART = "_part"
_PARTS = re.compile(rb'"\w+_part\d+"\s*:')


class ErrorExtensions(msgspec.Struct):
    code: str | None = None


class Problem(msgspec.Struct):
    """One of `errors`."""

    message: str = ""
    extensions: ErrorExtensions = msgspec.field(default_factory=ErrorExtensions)

    @property
    def is_throttling(self) -> bool:
        return self.extensions.code == "THROTTLED"

    @property
    def is_about_the_token(self) -> bool:
        return self.extensions.code == "UNAUTHENTICATED"

    @property
    def is_about_permissions(self) -> bool:
        return "hidden due to permissions" in self.message


class Versioning(msgspec.Struct):
    version: str | None = None


class Extensions(msgspec.Struct):
    cost: Cost | None = None
    versioning: Versioning = msgspec.field(default_factory=Versioning)


class Answer(msgspec.Struct):
    """What stands around `data` in every answer."""

    errors: list[Problem] | None = None
    extensions: Extensions = msgspec.field(default_factory=Extensions)


class PageInfo(msgspec.Struct, rename="camel"):
    has_next_page: bool
    end_cursor: str | None = None


class Connection(msgspec.Struct, rename="camel"):
    """A page of a list."""

    nodes: list[msgspec.Raw]
    page_info: PageInfo
    total_count: int | None = None


def connection_in(body: bytes, root: str) -> Connection:
    """The list `root` of an answer.

    Raises:
        msgspec.DecodeError: there is none; a null in its place is no empty list.
    """
    data = msgspec.json.decode(body, type=_Envelope).data
    if root not in data:
        raise msgspec.ValidationError(f"data does not hold {root}")
    return msgspec.json.decode(data[root], type=Connection)


class _Envelope(msgspec.Struct):
    data: dict[str, msgspec.Raw]


class _Nodes(msgspec.Struct):
    nodes: list[msgspec.Raw]


def rows_of(root: str, single: str | None = None) -> RowReader:
    """A reader for pages of the list `root`, and for answers that are one record whole (`single`).

    A row with a truncated nested list is left out: the same record follows whole.
    """

    def rows(body: bytes) -> Sequence[msgspec.Raw]:
        data = msgspec.json.decode(body, type=_Envelope).data
        if root in data:
            nodes = msgspec.json.decode(data[root], type=_Nodes).nodes
            return [row for row in nodes if not TRUNCATED.search(bytes(row))]
        if single is not None and single in data:
            # A record that was deleted since its page came is null, without an error.
            return [] if bytes(data[single]) == b"null" else [joined(data[single])]
        raise msgspec.ValidationError(f"data holds neither {root} nor {single}")

    return rows


def joined(row: msgspec.Raw) -> msgspec.Raw:
    """A record whose long lists came in parts, each part under a name of its own, with the lists in one."""
    if not _PARTS.search(bytes(row)):
        return row
    record: dict[str, Any] = msgspec.json.decode(row)
    for name in [name for name in record if PART in name]:
        part = record.pop(name)
        whole = record[name.partition(PART)[0]]
        whole["nodes"] += part["nodes"]
        whole["pageInfo"] = part["pageInfo"]
    return msgspec.Raw(msgspec.json.encode(record))
