"""Export feeds: pages in the order in which rows became visible, resumed by an opaque token.

Documented: `from` is a date or a token; a token belongs to the endpoint that issued it; 15 minutes of delay
unless `includeRecentChanges=true`, which repeats rows over consecutive requests; rows come "usually" in order
of modification; `hasMore` decides, not the number of rows. ASSUMED: the token's content, the page size, and
that a foreign token is refused with 400.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace

import msgspec

from sandbox.servers.servicetitan import wire
from sandbox.servers.servicetitan.history import LAG, Key, Row, Snapshot
from sandbox.servers.servicetitan.problems import Problem, invalid

SPARSE_SHARE = 12  # one page in so many is nearly empty though more rows follow
FEW = 3
START: Key = (0, 0, 0)


@dataclass(frozen=True)
class Cursor:
    """Where a reader stands: after which row, and from which modification time on it wants rows."""

    feed: str
    position: Key
    since: int
    recent: bool
    after_sparse: bool = False


@dataclass(frozen=True)
class Page:
    versions: list[tuple[Row, int]]
    has_more: bool
    cursor: Cursor


class TokenBook:
    """Writes cursors as opaque text and reads back only this feed's and tenant's own."""

    def __init__(self, tenant: str) -> None:
        self._salt = hashlib.sha256(f"continueFrom {tenant}".encode()).digest()

    def write(self, cursor: Cursor) -> str:
        return base64.urlsafe_b64encode(self._sealed(msgspec.msgpack.encode(cursor))).decode()

    def _sealed(self, body: bytes) -> bytes:
        check = hashlib.sha256(self._salt + body).digest()[:8]
        return check + self._masked(check, body)

    def _masked(self, check: bytes, body: bytes) -> bytes:
        pad = hashlib.shake_256(self._salt + check).digest(len(body))
        return bytes(left ^ right for left, right in zip(body, pad, strict=True))

    def read(self, text: str, feed: str) -> Cursor:
        """The cursor behind a token.

        Raises:
            Problem: 400 for text that is neither a date nor a token of this feed and tenant.
        """
        try:
            raw = base64.b64decode(text.encode(), altchars=b"-_", validate=True)
            body = self._masked(raw[:8], raw[8:])
            if hashlib.sha256(self._salt + body).digest()[:8] != raw[:8]:
                raise _rejected(text)
            cursor = msgspec.msgpack.decode(body, type=Cursor)
        except (binascii.Error, ValueError, msgspec.DecodeError):
            raise _rejected(text) from None
        if cursor.feed != feed:
            raise _rejected(text)
        return cursor


def _rejected(text: str) -> Problem:
    return invalid("from", f"The value '{text[:80]}' is not valid for From.")


def start(feed: str, text: str | None, recent: bool, book: TokenBook) -> Cursor:
    """The cursor a request asks to go on from: none, a date or a token."""
    if not text:
        return Cursor(feed, START, 0, recent)
    try:
        since = wire.read_moment(text)
    except ValueError:
        return _switched(book.read(text, feed), recent)
    # No version is visible before the second of its modification, so nothing before that can qualify.
    return Cursor(feed, (since - 2 * wire.TICKS, 0, 0), since, recent)


def _switched(cursor: Cursor, recent: bool) -> Cursor:
    """A token of the delayed feed, used for the immediate one, goes back by the delay to skip nothing."""
    if recent and not cursor.recent:
        return replace(cursor, position=(cursor.position[0] - LAG * wire.TICKS, 0, 0), recent=True)
    return replace(cursor, recent=recent)


def page(seen: Snapshot, cursor: Cursor, size: int, now: int) -> Page:
    """The next page after a cursor, and the cursor to hand out with it."""
    begin = bisect_right(seen.keys, cursor.position)
    limit = _limit(cursor, begin, size)
    versions, end = _collect(seen, begin, cursor.since, limit)
    has_more = end < len(seen.keys)
    sparse = limit < size
    if end > begin:
        cursor = replace(cursor, position=seen.keys[end - 1])
    cursor = replace(cursor, after_sparse=sparse)
    if cursor.recent and not has_more:
        cursor = _rewound(seen, cursor, now)
    return Page(_shuffled(versions, begin), has_more, cursor)


def _limit(cursor: Cursor, begin: int, size: int) -> int:
    """Usually a full page; now and then few rows or none, never twice in a row.

    Never the first one: servicepytan, which many use, takes an empty first page for an empty feed.
    """
    drawn = wire.mixed(begin, len(cursor.feed) * 31 + sum(cursor.feed.encode()))
    if begin == 0 or cursor.after_sparse or drawn % SPARSE_SHARE:
        return size
    return min(size, FEW) if (drawn >> 16) % 2 else 0


def _collect(seen: Snapshot, begin: int, since: int, limit: int) -> tuple[list[tuple[Row, int]], int]:
    """Rows from a position on that were modified at `since` or later, and where the next page begins."""
    versions: list[tuple[Row, int]] = []
    end = begin
    while end < len(seen.keys) and len(versions) < limit:
        row, second = seen.versions[end]
        if since == 0 or wire.ticks(row.native, second) >= since:
            versions.append((row, second))
        end += 1
    return versions, end


def _rewound(seen: Snapshot, cursor: Cursor, now: int) -> Cursor:
    """An immediate reader at the end gets the rows of the last quarter of an hour again next time."""
    edge = ((now - LAG) * wire.TICKS, 0, 0)
    if cursor.position <= edge:
        return cursor
    before = bisect_left(seen.keys, edge)
    return replace(cursor, position=seen.keys[before - 1] if before else START)


def _shuffled(versions: list[tuple[Row, int]], begin: int) -> list[tuple[Row, int]]:
    """Order within a page is usual, not promised: every fourth page comes mixed."""
    if begin // max(1, len(versions)) % 4 != 1:
        return versions
    return sorted(versions, key=lambda version: wire.mixed(version[0].native, begin))
