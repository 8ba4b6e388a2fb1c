"""The landing archive: every page exactly as received, compressed, immutable, with one manifest per finished
pull.

Layout: `$HOME/landing/<platform>/<account>/<object>/<pull_id>.pages.zst` beside `<pull_id>.json`. The
    manifest is written
last and by rename, so a pull exists completely or not at all; a file without its manifest is debris of an
interrupted run. The newest manifest of an object holds the state to continue from: there is no second place
that could disagree.

Inside the archive each page is one line of JSON (`request`, `fetched_at`, `length`), then the page's bytes,
then a newline.
"""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Container, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from ingestion.locks import exclusive
from ingestion.spec import Mode, Page

_PAGES = ".pages.zst"
_PARTIAL = ".partial"
_READ_BYTES = 1 << 20


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What one landed pull is.

    A long pull is landed in parts, each a pull of its own. The parts share `started_at`; the last one is
    `complete`.

    Attributes:
        started_at: When the first part of the pull started: what changed later may be missing from it.
        listing_rows: Rows since `started_at`, over all parts.
        listing_refused: Why a complete listing is not accepted as evidence that absent rows were removed.
        control_total: The vendor's own count, where it gives one.
        state_after: What a later pull continues from.
        watermark: Newest modification time seen so far by this account and object.
    """

    pull_id: str
    platform: str
    account_id: str
    object: str
    mode: Mode
    started_at: datetime
    finished_at: datetime
    pages: int
    rows: int
    listing_rows: int
    complete: bool
    state_after: dict[str, Any]
    watermark: datetime | None = None
    control_total: int | None = None
    missed_by_token: int | None = None
    missed_by_watermark: int | None = None
    listing_refused: str | None = None


class _PageHeader(msgspec.Struct):
    request: str
    fetched_at: datetime
    length: int


_manifest_decoder = msgspec.json.Decoder(Manifest)
_header_decoder = msgspec.json.Decoder(_PageHeader)


class ObjectArchive:
    """The pulls of one object of one account."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def owned(self) -> Iterator[ObjectArchive]:
        """Be the only puller of this object, across processes; what a killed puller left is removed."""
        with exclusive(self.folder / ".lock"):
            self._remove_debris()
            yield self

    def newest_first(self) -> Iterator[Manifest]:
        """Every landed pull, newest first, read only as far as asked."""
        for path in sorted(self.folder.glob("*.json"), reverse=True):
            yield _manifest_decoder.decode(path.read_bytes())

    def newest(self) -> Manifest | None:
        return next(self.newest_first(), None)

    def pages(self, manifest: Manifest) -> Iterator[Page]:
        """The pages of one pull, in the order they came."""
        yield from read_pages(self.folder / f"{manifest.pull_id}{_PAGES}")

    def writer(self, pull_id: str) -> PullWriter:
        return PullWriter(self.folder, pull_id)

    def _remove_debris(self) -> None:
        for partial in self.folder.glob(f"*{_PARTIAL}"):
            partial.unlink()
        for pages in self.folder.glob(f"*{_PAGES}"):
            if not pages.with_name(pages.name.removesuffix(_PAGES) + ".json").exists():
                pages.unlink()


class PullWriter:
    """Writes one pull; it counts only once `commit` has returned."""

    def __init__(self, folder: Path, pull_id: str) -> None:
        self._folder = folder
        self.pull_id = pull_id
        self._partial = folder / f"{pull_id}{_PAGES}{_PARTIAL}"
        self._stream = pa.CompressedOutputStream(pa.OSFile(str(self._partial), "wb"), "zstd")
        self.pages = 0

    def add(self, page: Page) -> None:
        header = _PageHeader(request=page.request, fetched_at=page.fetched_at, length=len(page.body))
        self._stream.write(msgspec.json.encode(header) + b"\n")
        self._stream.write(page.body)
        self._stream.write(b"\n")
        self.pages += 1

    def commit(self, manifest: Manifest) -> None:
        """Make the pull exist. Killed before the last rename, nothing of it exists."""
        self._stream.close()
        _sync(self._partial)
        self._partial.rename(self._folder / f"{self.pull_id}{_PAGES}")
        draft = self._folder / f"{self.pull_id}.json{_PARTIAL}"
        draft.write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")
        _sync(draft)
        draft.rename(self._folder / f"{self.pull_id}.json")
        _sync(self._folder)

    def close(self) -> Path:
        """End the file without making it a pull; `read_pages` reads it until something removes it."""
        self._stream.close()
        return self._partial

    def discard(self) -> None:
        self._stream.close()
        self._partial.unlink(missing_ok=True)


class Landing:
    """The whole archive."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def archive(self, platform: str, account_id: str, object_name: str) -> ObjectArchive:
        return ObjectArchive(self.root / platform / account_id / object_name)

    def archive_of(self, manifest: Manifest) -> ObjectArchive:
        return self.archive(manifest.platform, manifest.account_id, manifest.object)

    def manifests(self, platform: str, known: Container[str] = frozenset()) -> list[Manifest]:
        """Every landed pull of a platform that is not `known` by its id, oldest first."""
        paths = [path for path in (self.root / platform).glob("*/*/*.json") if path.stem not in known]
        return [
            _manifest_decoder.decode(path.read_bytes()) for path in sorted(paths, key=lambda path: path.name)
        ]

    def platforms(self) -> list[str]:
        return sorted(path.name for path in self.root.glob("*") if path.is_dir())


def new_pull_id(object_name: str, at: datetime) -> str:
    """Sorts by time; unique even when two machines pull at the same microsecond."""
    return f"{at:%Y%m%dT%H%M%S%fZ}-{object_name}-{secrets.token_hex(3)}"


def read_pages(path: Path) -> Iterator[Page]:
    """The pages of one archive file.

    Raises:
        ValueError: the file is damaged; it names the file.
    """
    with pa.CompressedInputStream(pa.OSFile(str(path), "rb"), "zstd") as stream:
        reader = io.BufferedReader(stream, _READ_BYTES)
        while line := reader.readline():
            try:
                header = _header_decoder.decode(line)
            except msgspec.DecodeError as error:
                raise ValueError(f"{path}: not an archive of pages, or damaged") from error
            body = reader.read(header.length)
            if len(body) != header.length or reader.read(1) != b"\n":
                raise ValueError(f"{path}: ends inside a page")
            yield Page(header.request, body, header.fetched_at)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
