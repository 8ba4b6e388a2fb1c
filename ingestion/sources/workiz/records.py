"""What a pull must know of a job or lead to decide how to go on: nothing of it reaches the warehouse."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import msgspec

Row = Mapping[str, Any]

_CLOSED_JOBS = frozenset({"done", "canceled"})
# ASSUMED names, except "new" no status of a lead was ever captured. A closed lead that goes by another name
# is merely asked after longer than necessary.
_CLOSED_LEADS = frozenset({"lost", "won", "converted", "done", "canceled"})


@dataclass(frozen=True)
class RecordKind:
    """One of the two things that are listed.

    Attributes:
        name: As in the path, `/<name>/all/`.
        scheduled: Its field with the day that lists are ordered and bounded by.
        is_settled: Whether nothing is expected to happen to it any more.
    """

    name: str
    scheduled: str
    is_settled: Callable[[Row], bool]


def is_settled_job(row: Row) -> bool:
    """Closed and paid. Amounts come as numbers, in some accounts as text."""
    return _status(row) in _CLOSED_JOBS and Decimal(str(row.get("JobAmountDue") or 0)) == 0


def is_settled_lead(row: Row) -> bool:
    return str(row.get("LeadLost") or "0") == "1" or _status(row) in _CLOSED_LEADS


def _status(row: Row) -> str:
    return str(row.get("Status") or "").lower()


JOB = RecordKind("job", "JobDateTime", is_settled_job)
LEAD = RecordKind("lead", "LeadDateTime", is_settled_lead)


@dataclass
class Sightings:
    """What a pull has seen so far.

    Attributes:
        seen: UUIDs.
        unsettled: UUID -> the day it is scheduled for ("" when it has none), of those not settled.
        newest: The newest day of creation. The vendor's clock, not ours, sets how far a pull has come.
    """

    kind: RecordKind
    seen: set[str] = field(default_factory=set)
    unsettled: dict[str, str] = field(default_factory=dict)
    newest: str = ""

    def note(self, rows: Iterable[msgspec.Raw]) -> int:
        """Take the rows in; returns how many of them are new. A row without a key is left to the loader."""
        before = len(self.seen)
        for raw in rows:
            row = msgspec.json.decode(raw)
            uuid = row.get("UUID")
            if not isinstance(uuid, str):
                continue
            self.seen.add(uuid)
            self.newest = max(self.newest, str(row.get("CreatedDate") or "")[:10])
            if self.kind.is_settled(row):
                self.unsettled.pop(uuid, None)
            else:
                self.unsettled[uuid] = str(row.get(self.kind.scheduled) or "")[:10]
        return len(self.seen) - before

    def knows_any(self, rows: Iterable[msgspec.Raw]) -> bool:
        return any(msgspec.json.decode(raw).get("UUID") in self.seen for raw in rows)
