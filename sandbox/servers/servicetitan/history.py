"""Versions of rows: when each was changed, when that became visible, and what a reader sees at an instant.

Every change of a row (a milestone) makes a version with one modification time. Of each row a reader sees the
latest version that is visible; its payload is the row as it stood at that version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sandbox.servers.servicetitan import wire
from sandbox.servers.servicetitan.tenant import Tenant

LAG = 15 * wire.MINUTE  # new and changed rows reach the exports about this long after the change
LATE_SHARE = 12  # one version in so many is committed late
LATEST_COMMIT = 40 * wire.MINUTE


@dataclass(slots=True)
class Row:
    """One row of one object with the seconds at which it changed, oldest first."""

    native: int
    record: Any
    seconds: tuple[int, ...]


def commit_lag(second: int) -> int:
    """Seconds from the modification time of what changed in one second to the end of its transaction.

    ASSUMED: the vendor documents only the 15-minute delay. A modification time is taken when a transaction
    starts, so a long one ends after later-stamped rows are out: a cursor over modification times loses it.
    What changes together (a payment, its invoice's balance, the customer's) carries one second and so commits
    together, or books that agree would look wrong for minutes.
    """
    drawn = wire.mixed(0x5EED, second)
    if drawn % LATE_SHARE:
        return 0
    return LAG + (drawn >> 16) % (LATEST_COMMIT - LAG)


def delay(second: int, lagged: bool) -> int:
    """Seconds until a version can be read: until its commit, and for a lagged reader at least the delay."""
    return max(commit_lag(second), LAG if lagged else 0)


def rows_of(
    tenant: Tenant,
    records: Iterable[tuple[int, Any]],
    milestones: Callable[[Tenant, Any], Iterable[int | None]],
) -> list[Row]:
    """The versions of every record; what comes before the first milestone (its creation) is ignored."""
    rows = []
    for native, record in records:
        first, *later = milestones(tenant, record)
        if first is not None:
            seconds = {first, *(second for second in later if second is not None and second > first)}
            rows.append(Row(native, record, tuple(sorted(seconds))))
    return rows


Key = tuple[int, int, int]  # visible from (ticks), number of the edit by control or 0, native id


@dataclass(slots=True)
class Snapshot:
    """What one kind of reader sees of one object at one instant, in the order in which it became visible."""

    keys: list[Key]
    versions: list[tuple[Row, int]]  # (row, second of the version)


def snapshot(rows: Iterable[Row], now: int, lagged: bool, edits: Mapping[int, int]) -> Snapshot:
    """What a reader sees.

    Args:
        rows: of one object.
        now: epoch seconds.
        lagged: whether the reader gets changes only after the delay.
        edits: instants at which the control API edited the world, with a rising number. An edit is visible at
            once, so that a gap can be injected and looked for without moving the clock, and comes after all
            that was visible at that instant before it.
    """
    entries = []
    for row in rows:
        for second in reversed(row.seconds):
            if second > now:
                continue
            edit = edits.get(second, 0)
            if edit:
                entries.append(((second * wire.TICKS - 1, edit, row.native), (row, second)))
                break
            waits = delay(second, lagged)
            if second + waits < now:  # by whole seconds, so that what changed together is seen together
                visible = wire.ticks(row.native, second) + waits * wire.TICKS
                entries.append(((visible, 0, row.native), (row, second)))
                break
    entries.sort(key=itemgetter(0))
    return Snapshot([key for key, _ in entries], [version for _, version in entries])
