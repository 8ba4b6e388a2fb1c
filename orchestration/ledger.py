"""What reconciliation found: open gaps by rule, and the control totals, read from the warehouse.

The dbt models decide what a gap is; this module only reads their tables, for the checks, the commands and the
report.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import duckdb

from orchestration.project import ReconciliationRule

SAMPLE_SIZE = 20


@dataclass(frozen=True)
class GapSample:
    """One open gap, as a person needs it to find the record."""

    platform: str
    account_id: str
    native_id: str
    native_url: str | None
    expected: str | None
    actual: str | None
    dollars_at_risk: Decimal


@dataclass(frozen=True)
class RuleFinding:
    """The open gaps of one reconciliation rule."""

    rule: ReconciliationRule
    open_gaps: int
    dollars_at_risk: Decimal
    tolerance: str | None
    first_seen_at: datetime | None
    samples: tuple[GapSample, ...] = ()
    handled_gaps: int = 0  # of the open ones: acknowledged or snoozed

    @property
    def holds(self) -> bool:
        return self.open_gaps == 0

    @property
    def is_taken_on(self) -> bool:
        """Whether somebody acknowledged or snoozed every open gap."""
        return self.handled_gaps == self.open_gaps

    @property
    def is_error(self) -> bool:
        return self.rule.severity == "ERROR"


@dataclass(frozen=True)
class ControlTotal:
    """One comparison of the control-total ladder: the same entity counted and summed on two neighbouring
    levels."""

    rung: str
    platform: str | None
    account_id: str | None
    entity: str
    left_rows: int | None
    right_rows: int | None
    left_amount: Decimal | None
    right_amount: Decimal | None

    @property
    def holds(self) -> bool:
        return self.left_rows == self.right_rows and self.left_amount == self.right_amount

    @property
    def rows_difference(self) -> int:
        return (self.left_rows or 0) - (self.right_rows or 0)

    @property
    def amount_difference(self) -> Decimal:
        return (self.left_amount or Decimal(0)) - (self.right_amount or Decimal(0))


@dataclass(frozen=True)
class VendorTotal:
    """The newest pull of one object of one account, beside what the vendor said it holds."""

    account_id: str
    pull_id: str
    is_complete: bool
    error: str | None
    vendor_rows: int | None  # None: this vendor gives no total here
    rows: int

    @property
    def holds(self) -> bool:
        return self.is_complete and (self.vendor_rows is None or self.rows >= self.vendor_rows)


def find_open_gaps(
    connection: duckdb.DuckDBPyConnection, rules: Sequence[ReconciliationRule]
) -> tuple[RuleFinding, ...]:
    """One finding per rule, in the order given; a rule without open gaps holds."""
    return tuple(_finding(connection, rule) for rule in rules)


def _finding(connection: duckdb.DuckDBPyConnection, rule: ReconciliationRule) -> RuleFinding:
    count, dollars, tolerance, first_seen, handled = connection.execute(
        """
        select count(*), coalesce(sum(dollars_at_risk), 0), min(cast(tolerance as varchar)),
        min(first_seen_at), count(*) filter (where handling <> 'unhandled')
        from reconciliation.fct_reconciliation_gaps
        where check_id = ? and status = 'open'
        """,
        [rule.check_id],
    ).fetchone() or (0, Decimal(0), None, None, 0)
    return RuleFinding(
        rule=rule,
        open_gaps=count,
        dollars_at_risk=Decimal(dollars),
        tolerance=tolerance,
        first_seen_at=first_seen,
        samples=_samples(connection, rule.check_id) if count else (),
        handled_gaps=handled,
    )


def _samples(connection: duckdb.DuckDBPyConnection, check_id: str) -> tuple[GapSample, ...]:
    rows = connection.execute(
        """
        select
            platform, account_id, native_id, native_url, cast(expected as varchar), cast(actual as varchar),
            coalesce(dollars_at_risk, 0)
        from reconciliation.fct_reconciliation_gaps
        where check_id = ? and status = 'open'
        order by dollars_at_risk desc nulls last, gap_id
        limit ?
        """,
        [check_id, SAMPLE_SIZE],
    ).fetchall()
    return tuple(GapSample(*row[:-1], dollars_at_risk=Decimal(row[-1])) for row in rows)


def find_control_totals(connection: duckdb.DuckDBPyConnection) -> tuple[ControlTotal, ...]:
    """Every line of the ladder, lowest rung first as the model orders them."""
    rows = connection.execute(
        """
        select rung, platform, account_id, entity, left_rows, right_rows, left_amount, right_amount
        from reconciliation.rpt_control_totals
        order by rung, platform nulls first, account_id nulls first, entity
        """
    ).fetchall()
    return tuple(ControlTotal(*row) for row in rows)


def open_gap_keys(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str, str]]:
    """(check, account, native id) of every open gap, from the published marts."""
    rows = connection.execute(
        "select check_id, account_id, native_id from fct_reconciliation_gaps where status = 'open'"
    ).fetchall()
    return {(check_id, account_id, str(native_id)) for check_id, account_id, native_id in rows}


def find_vendor_totals(
    connection: duckdb.DuckDBPyConnection, platform: str, object_name: str
) -> tuple[VendorTotal, ...]:
    """The newest pull of one object, by account.

    A full pull is compared with the rows that raw holds, an incremental one with the rows that came. More
    rows than the vendor counted are no fault: they may have been created meanwhile.
    """
    rows = connection.execute(
        f"""
        with newest as (
            select * from raw_{platform}._pulls where object = $object
            qualify row_number() over (partition by account_id order by started_at desc, finished_at desc) = 1
        ),
        held as (
            select account_id, count(*) as held from raw_{platform}."{object_name}"
            where removed_at is null group by account_id
        )
        select newest.account_id, pull_id, complete, error, control_total,
            case when mode = 'full' then coalesce(held, 0) else rows_seen end
        from newest left join held on held.account_id = newest.account_id
        order by newest.account_id
        """,
        {"object": object_name},
    ).fetchall()
    return tuple(VendorTotal(*row) for row in rows)
