"""The review queue as a steward works it: what is still open, and which records a person means.

Everything is read from what the last run published, so a review never meets the working file's lock. A
decision holds for the queue at once and for the households from the next run on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from ingestion.config import Home
from ingestion.identity_decisions import Decision, RecordId, in_force
from orchestration.warehouse import reading
from orchestration.warehouse import rows as select


class UnknownRecord(Exception):
    """No record, or more than one, has the id that was given."""


@dataclass(frozen=True)
class ReviewRecord:
    """One side of a pair, as `rpt_review_records_pii` has it."""

    record_key: str
    household_key: str
    platform: str
    account_id: str
    entity: str
    native_id: str
    native_url: str | None
    name: str | None
    company_name: str | None
    phones: str | None
    emails: str | None
    addresses: str | None
    source_name: str | None
    first_seen_at: datetime | None
    last_active_at: datetime | None
    job_count: int
    last_job_on: date | None
    booked_amount: Decimal
    collected_amount: Decimal
    is_active: bool
    is_deleted: bool

    @property
    def id(self) -> RecordId:
        return RecordId(self.platform, self.account_id, self.entity, self.native_id)


@dataclass(frozen=True)
class ReviewPair:
    """One question to a steward: are these two one household?"""

    review_key: str
    left: ReviewRecord
    right: ReviewRecord
    reason: str
    evidence: str
    rules: str | None
    weight: float
    at_stake_amount: Decimal

    @property
    def ids(self) -> frozenset[RecordId]:
        return frozenset((self.left.id, self.right.id))


@dataclass(frozen=True)
class DecisionState:
    """A decision in force and what the published households say of it."""

    decision: Decision
    state: str  # holds, next run, no such record


def read_queue(home: Home) -> list[ReviewPair]:
    """Every pair of the published queue, in the order of asking.

    Raises:
        WarehouseMissing: no run has published one yet.
    """
    with reading(home.review) as connection:
        fields = ", ".join(ReviewRecord.__dataclass_fields__)
        records = {
            row["record_key"]: ReviewRecord(**row)
            for row in select(connection, f"select {fields} from rpt_review_records_pii")
        }
        pairs = select(
            connection,
            "select review_key, left_key, right_key, reason, evidence, rules, weight, at_stake_amount "
            "from rpt_review_pairs_pii order by review_position",
        )
    return [
        ReviewPair(left=records[row.pop("left_key")], right=records[row.pop("right_key")], **row)
        for row in pairs
    ]


def queue_published_at(home: Home) -> datetime:
    return datetime.fromtimestamp(home.review.stat().st_mtime, UTC)


def still_open(
    queue: Iterable[ReviewPair], decisions: Sequence[Decision], published_at: datetime
) -> list[ReviewPair]:
    """The pairs that no decision has settled: neither their own, nor, since the queue was published, another
    that joins their households."""
    holding = in_force(decisions)
    settled = {decision.pair for decision in holding}
    pairs = list(queue)
    household_of = {record.id: record.household_key for pair in pairs for record in (pair.left, pair.right)}
    joined = Groups()
    since = published_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    for decision in holding:
        if decision.decision == "same" and decision.decided_at >= since:
            joined.join(
                *(household_of.get(record, str(record)) for record in (decision.left, decision.right))
            )
    return [
        pair
        for pair in pairs
        if pair.ids not in settled and not joined.together(pair.left.household_key, pair.right.household_key)
    ]


def contradicted(decisions: Iterable[Decision]) -> list[Decision]:
    """Each `different` in force whose two records other decisions tie together; it wins over them."""
    holding = in_force(decisions)
    joined = Groups()
    for decision in holding:
        if decision.decision == "same":
            joined.join(decision.left, decision.right)
    return [
        decision
        for decision in holding
        if decision.decision == "different" and joined.together(decision.left, decision.right)
    ]


def find_record(home: Home, text: str) -> RecordId:
    """The record that a person means by a record key, a vendor's id, or `account:id`.

    Raises:
        UnknownRecord: none has this id, or several; the message lists them.
        WarehouseMissing: nothing has been published yet.
    """
    account, _, native_id = text.rpartition(":")
    with reading(home.published / "marts.duckdb") as connection:
        found = select(
            connection,
            """
            select distinct platform, account_id, entity, native_id from bridge_household_members
            where record_key = $text or native_id = $text
                or (account_id = $account and native_id = $native_id)
            order by all
            """,
            text=text,
            account=account,
            native_id=native_id,
        )
    records = [RecordId(**row) for row in found]
    if len(records) == 1:
        return records[0]
    if not records:
        raise UnknownRecord(
            f"no customer or lead {text!r} in the published households; give a record_key or a vendor's id "
            "as bridge_household_members has it"
        )
    choices = "\n".join(f"  {record.account_id}:{record.native_id}  {record.entity}" for record in records)
    raise UnknownRecord(f"{len(records)} records have the id {text!r}; name one of them:\n{choices}")


def states(home: Home, decisions: Iterable[Decision]) -> list[DecisionState]:
    """The decisions in force, each with whether the published households already follow it."""
    with reading(home.published / "marts.duckdb") as connection:
        rows = select(
            connection,
            "select platform, account_id, entity, native_id, household_key from bridge_household_members",
        )
    household_of = {RecordId(**{key: row[key] for key in _ID}): row["household_key"] for row in rows}
    return [DecisionState(decision, _state(decision, household_of)) for decision in in_force(decisions)]


_ID = ("platform", "account_id", "entity", "native_id")


def _state(decision: Decision, household_of: Mapping[RecordId, str]) -> str:
    left, right = household_of.get(decision.left), household_of.get(decision.right)
    if left is None or right is None:
        return "no such record"
    return "holds" if (left == right) == (decision.decision == "same") else "next run"


class Groups:
    """Sets of things that belong together, grown by joining two at a time (a union-find)."""

    def __init__(self) -> None:
        self._parent: dict[Any, Any] = {}

    def join(self, one: Any, other: Any) -> None:
        self._parent[self._root(one)] = self._root(other)

    def together(self, one: Any, other: Any) -> bool:
        return self._root(one) == self._root(other)

    def _root(self, item: Any) -> Any:
        while (parent := self._parent.get(item, item)) != item:
            item = parent
        return item
