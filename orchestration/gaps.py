"""The gap ledger as people use it: read from the published marts, decided on in the decision file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, TextIO

import duckdb

from ingestion.config import Home
from ingestion.gap_decisions import Action, GapDecision, append_decisions, read_decisions
from orchestration.snapshot import read_snapshot, reading_published

Status = Literal["open", "resolved", "all"]

# A spreadsheet would run a cell that begins like this.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class UnknownGap(Exception):
    """No gap, or more than one, has an id that begins as asked."""


class DecisionRefused(Exception):
    """A decision that would have no effect, or none that was meant."""


@dataclass(frozen=True)
class Gap:
    """One row of the published ledger; the columns are described with `fct_reconciliation_gaps`."""

    gap_id: str
    check_id: str
    wire: str
    severity: str
    status: str
    handling: str | None
    platform: str
    account_id: str
    brand_key: str | None
    entity: str
    native_id: str
    native_url: str | None
    job_key: str | None
    expected: str | None
    actual: str | None
    difference_amount: Decimal | None
    dollars_at_risk: Decimal
    tolerance: str | None
    occurred_on: date | None
    first_seen_at: datetime
    opened_at: datetime
    last_seen_at: datetime
    resolved_at: datetime | None
    times_opened: int
    age_days: int
    owner: str | None
    handled_by: str | None
    handled_at: datetime | None
    handled_reason: str | None
    handled_until_on: date | None
    remedy: str

    @property
    def short_id(self) -> str:
        return self.gap_id[:8]

    @property
    def is_quiet(self) -> bool:
        return self.handling in ("acknowledged", "snoozed")


@dataclass(frozen=True)
class Opening:
    """One opening of a gap, newest last."""

    times_opened: int
    opened_at: datetime
    last_seen_at: datetime
    resolved_at: datetime | None
    dollars_at_risk: Decimal


@dataclass(frozen=True)
class GapFilter:
    """Which gaps are meant; None means any. A wire is named by its number or by its name."""

    status: Status = "open"
    rule: str | None = None
    wire: str | None = None
    severity: str | None = None
    brand: str | None = None
    owner: str | None = None
    handling: str | None = None

    def conditions(self) -> tuple[str, list[Any]]:
        """The filter as SQL with its parameters."""
        wanted = {
            "status = ?": None if self.status == "all" else self.status,
            "check_id = ?": self.rule,
            "(wire = ? or starts_with(wire, ? || ' '))": self.wire,
            "severity = upper(?)": self.severity,
            "brand_key = ?": self.brand,
            "owner = ?": self.owner,
            "handling = ?": self.handling,
        }
        given = {condition: value for condition, value in wanted.items() if value is not None}
        parameters = [value for condition, value in given.items() for _ in range(condition.count("?"))]
        return " and ".join(given) or "true", parameters


_COLUMNS = ", ".join(each.name for each in fields(Gap))


def find_gaps(connection: duckdb.DuckDBPyConnection, wanted: GapFilter) -> tuple[Gap, ...]:
    """The gaps that a filter means, those with the most dollars first."""
    conditions, parameters = wanted.conditions()
    rows = connection.execute(
        f"select {_COLUMNS} from fct_reconciliation_gaps where {conditions} "
        "order by severity, dollars_at_risk desc, gap_id",
        parameters,
    ).fetchall()
    return tuple(Gap(*row) for row in rows)


def find_gap(connection: duckdb.DuckDBPyConnection, identifier: str) -> Gap:
    """The gap whose id begins with `identifier`.

    Raises:
        UnknownGap: none does, or several do.
    """
    rows = connection.execute(
        f"select {_COLUMNS} from fct_reconciliation_gaps where starts_with(gap_id, ?) limit 2",
        [identifier],
    ).fetchall()
    if len(rows) != 1 or not identifier:
        found = "several gaps have" if rows else "no published gap has"
        raise UnknownGap(f"{found} an id that begins with {identifier!r}; `fourwire gaps list` shows the ids")
    return Gap(*rows[0])


def find_openings(connection: duckdb.DuckDBPyConnection, gap_id: str) -> tuple[Opening, ...]:
    rows = connection.execute(
        "select times_opened, opened_at, last_seen_at, resolved_at, dollars_at_risk "
        "from fct_reconciliation_gap_openings where gap_id = ? order by times_opened",
        [gap_id],
    ).fetchall()
    return tuple(Opening(*row) for row in rows)


def decisions_on(home: Home, gap_id: str) -> tuple[GapDecision, ...]:
    """Everything that was said about one gap, oldest first."""
    return tuple(each for each in read_decisions(home.gap_decisions) if each.gap_id == gap_id)


def waiting_decisions(home: Home) -> dict[str, GapDecision]:
    """The newest decision on each gap that the published marts do not know yet."""
    snapshot = read_snapshot(home.published)
    published_at = (
        datetime.fromisoformat(snapshot.published_at) if snapshot else datetime.min.replace(tzinfo=UTC)
    )
    return {
        each.gap_id: each for each in read_decisions(home.gap_decisions) if each.decided_at > published_at
    }


def select_gaps(home: Home, identifiers: Sequence[str], rule: str | None) -> tuple[Gap, ...]:
    """The open gaps that a person names, by id or all of one rule.

    Raises:
        UnknownGap: an id fits none or several gaps, or the rule has none open.
        DecisionRefused: a named gap is resolved.
    """
    with reading_published(home.published) as connection:
        named = [find_gap(connection, identifier) for identifier in identifiers]
        of_rule = find_gaps(connection, GapFilter(rule=rule)) if rule else ()
    if rule and not of_rule:
        raise UnknownGap(f"no open gap of the rule {rule!r}")
    resolved = [gap.short_id for gap in named if gap.status != "open"]
    if resolved:
        raise DecisionRefused(f"already resolved: {', '.join(resolved)}")
    return tuple({gap.gap_id: gap for gap in (*named, *of_rule)}.values())


def quiet_until(gaps: Iterable[Gap], until: date | None, days: int) -> date:
    """The last day of a decision: the one given, else `days` from today or from the data, whichever is later.

    Raises:
        DecisionRefused: the day is before the data's own, so the decision would never hold.
    """
    data_on = max(gap.last_seen_at.date() for gap in gaps)
    if until is None:
        return max(data_on, datetime.now(UTC).date()) + timedelta(days=days)
    if until < data_on:
        raise DecisionRefused(f"{until} is over: the data is of {data_on}. Name a later day.")
    return until


def decide(
    home: Home,
    gaps: Iterable[Gap],
    action: Action,
    by: str,
    *,
    reason: str | None = None,
    until_on: date | None = None,
    owner: str | None = None,
) -> tuple[GapDecision, ...]:
    """Write down one decision about each gap; the next run reads it."""
    now = datetime.now(UTC)
    decisions = tuple(
        GapDecision(
            gap_id=gap.gap_id,
            action=action,
            decided_at=now,
            decided_by=by,
            times_opened=gap.times_opened,
            dollars_at_risk=gap.dollars_at_risk,
            reason=reason,
            until_on=until_on,
            owner=owner,
        )
        for gap in gaps
    )
    append_decisions(home.gap_decisions, decisions)
    return decisions


def write_csv(gaps: Iterable[Gap], file: TextIO) -> None:
    """The gaps as CSV, every column; text that a spreadsheet would take for a formula is quoted as text."""
    writer = csv.writer(file)
    writer.writerow(each.name for each in fields(Gap))
    for gap in gaps:
        writer.writerow(_cell(value) for value in astuple(gap))


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
