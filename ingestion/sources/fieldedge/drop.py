"""The drop folder: its files, when each was exported, and what they say taken together.

Neither the order in which files are dropped nor their number matters. A file's content counts once, however
often and under whatever name it lies there, and as of the earliest time that one of its names states. Of
several exports that have a record, the one that was exported last has it right; where none is the last, none
is used.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from ingestion.config import Account
from ingestion.http import VendorClient
from ingestion.sources.fieldedge.documents import Document, Record, UnknownFile, read_document
from ingestion.uploads import paths_matching

if TYPE_CHECKING:
    from ingestion.sources.fieldedge.connection import Options

_STAMP = re.compile(
    r"(?<!\d)(?P<day>20\d{2}-?\d{2}-?\d{2})"
    r"(?:[T_ -]?(?P<hour>\d{2})[-.]?(?P<minute>\d{2})(?:[-.]?(?P<second>\d{2}))?(?P<utc>Z)?)?(?!\d)"
)


@dataclass(frozen=True)
class Export:
    """One file's content that can be read."""

    name: str
    sha256: str
    exported_at: datetime
    content: bytes
    document: Document


@dataclass(frozen=True)
class Unread:
    """One file that cannot be read, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Known:
    """One record as the newest export has it; `is_current`: the newest export of its kind still has it."""

    record: Record
    is_current: bool


@dataclass(frozen=True)
class Drop:
    """The folder at one moment: contents oldest export first, and files that cannot be read."""

    exports: tuple[Export, ...]
    unread: tuple[Unread, ...]

    def of_kind(self, kind: str) -> list[Export]:
        return [export for export in self.exports if export.document.kind.name == kind]

    @cached_property
    def newest_at(self) -> datetime | None:
        return max((export.exported_at for export in self.exports), default=None)

    def known(self, kind: str) -> dict[str, Known]:
        """Key -> the record, over all exports of a kind."""
        exports = self.of_kind(kind)
        newest_at = max((export.exported_at for export in exports), default=None)
        found: dict[str, Known] = {}
        for export in exports:
            is_current = export.exported_at == newest_at
            found |= {key: Known(record, is_current) for key, record in export.document.records.items()}
        return found


class _Listed(msgspec.Struct):
    """A line of nginx's JSON listing."""

    name: str
    type: str = "file"


def read_drop(account: Account, options: Options, folder: VendorClient) -> Drop:
    """Read every file of the folder.

    Raises:
        ConfigError: no file matches the path.
        VendorError: the folder's server cannot be read.
    """
    found = _downloaded(folder) if options.url else _on_disk(account, str(options.path))
    exports: dict[str, Export] = {}
    unread: list[Unread] = []
    for name, content in found:
        try:
            export = _read(name, content, account, options)
        except UnknownFile as error:
            unread.append(Unread(name, str(error)))
            continue
        twin = exports.get(export.sha256)
        if twin is None or export.exported_at < twin.exported_at:
            exports[export.sha256] = export
    contradictory = _contradictions(list(exports.values()))
    for sha256, reason in contradictory.items():
        unread.append(Unread(exports.pop(sha256).name, reason))
    ordered = sorted(exports.values(), key=lambda export: (export.exported_at, export.sha256))
    return Drop(tuple(ordered), tuple(unread))


def _contradictions(exports: Sequence[Export]) -> dict[str, str]:
    """Exports of one kind and one time that say different things of one record, by content, and why.

    Neither is the newer one.
    """
    by_moment: dict[tuple[str, datetime], list[Export]] = {}
    for export in exports:
        by_moment.setdefault((export.document.kind.name, export.exported_at), []).append(export)
    found: dict[str, str] = {}
    for export, other in (pair for same in by_moment.values() for pair in permutations(same, 2)):
        theirs = other.document.records
        for key, record in export.document.records.items():
            if theirs.get(key, record) != record:
                found[export.sha256] = (
                    f"{export.name}: says something else of {export.document.kind.key} {key} than "
                    f"{other.name}, and by their names both were exported at the same time; add the time"
                )
                break
    return found


def _read(name: str, content: bytes, account: Account, options: Options) -> Export:
    document = read_document(name, content, options.columns)
    exported_at = stated_time(name, account)
    if exported_at is None:
        raise UnknownFile(
            f"{name}: the name does not say when the file was exported, without which nobody can tell which "
            f"of two exports is right; name it such as {document.kind.name}-2026-09-14.csv, with the time "
            "(-2026-09-14-1730) where a day has several"
        )
    return Export(name, hashlib.sha256(content).hexdigest(), exported_at, content, document)


def stated_time(name: str, account: Account) -> datetime | None:
    """When a file was exported, by its name: `2026-09-14`, `20260914-1730`, or with seconds and `Z` for UTC.

    A time without `Z` is the account's local one; a day without a time means its beginning.
    """
    found = list(_STAMP.finditer(Path(name).stem))
    if not found:
        return None
    last = found[-1]
    digits = last["day"].replace("-", "") + (last["hour"] or "00") + (last["minute"] or "00")
    try:
        stated = datetime.strptime(digits + (last["second"] or "00"), "%Y%m%d%H%M%S")
    except ValueError:
        return None
    return stated.replace(tzinfo=UTC if last["utc"] else account.zone).astimezone(UTC)


def _on_disk(account: Account, pattern: str) -> Iterator[tuple[str, bytes]]:
    for path in sorted(paths_matching(account, pattern)):
        yield str(path), path.read_bytes()


def _downloaded(folder: VendorClient) -> Iterator[tuple[str, bytes]]:
    listing = folder.get("/").json(list[_Listed])
    for entry in sorted(listing, key=lambda entry: entry.name):
        if entry.type == "file" and entry.name.lower().endswith((".csv", ".txt", ".tsv")):
            yield entry.name, folder.get(f"/{quote(entry.name)}", expect="text").body
