"""The health of the four wires: what the published marts say, and how recently their sources were read.

The marts know gaps and count in the data's own time. Whether a source is read at all is a matter of the
clock: it comes from the landing archive, at the moment of looking.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

import duckdb

from ingestion.config import Settings
from orchestration.freshness import SourceState, source_states
from orchestration.project import reconciliation_rules
from orchestration.snapshot import Snapshot, reading_published


@dataclass(frozen=True)
class WireSource:
    """One account that feeds a wire."""

    account_id: str
    platform: str
    brand: str | None
    records: int
    newest_record_at: datetime | None
    read_at: datetime | None = None  # its object that lags most, by the clock; None: not known
    is_stale: bool = False


@dataclass(frozen=True)
class WireGaps:
    """The open gaps of one rule."""

    check_id: str
    title: str
    severity: str
    open_gaps: int
    handled_gaps: int
    dollars_at_risk: Decimal
    oldest_opened_at: datetime
    remedy: str


@dataclass(frozen=True)
class WireHealth:
    """One wire, as it stands: the columns of `rpt_wire_health`, with what is behind them."""

    wire: str
    title: str
    state: str
    since_at: datetime | None
    rules_watching: int
    error_gaps: int
    warning_gaps: int
    unhandled_error_gaps: int
    handled_gaps: int
    dollars_at_risk: Decimal
    as_of_at: datetime | None
    gaps: tuple[WireGaps, ...] = ()
    sources: tuple[WireSource, ...] = ()

    @property
    def stale_sources(self) -> tuple[WireSource, ...]:
        return tuple(source for source in self.sources if source.is_stale)


def knows_wires(snapshot: Snapshot | None) -> bool:
    """Whether the published marts hold the wires' health; those of an earlier release do not."""
    return snapshot is not None and any(table.name == "rpt_wire_health" for table in snapshot.tables)


def wire_health(settings: Settings, now: datetime | None = None) -> tuple[WireHealth, ...]:
    """Every wire, in order. A stale source breaks the wires that it feeds: their gaps cannot be seen.

    Raises:
        WarehouseMissing: nothing is published yet.
    """
    operator = settings.operator
    states = source_states(
        settings.home, operator.accounts, operator.alerts.stale_after_hours, now or datetime.now(UTC)
    )
    with reading_published(settings.home.published) as connection:
        return tuple(_with_sources(each, states) for each in read_wires(connection))


def read_wires(connection: duckdb.DuckDBPyConnection) -> tuple[WireHealth, ...]:
    """Every wire as the published marts have it."""
    rows = connection.execute(
        """
        select wire, title, state, since_at, rules_watching, error_gaps, warning_gaps, unhandled_error_gaps,
            handled_gaps, dollars_at_risk, as_of_at
        from rpt_wire_health order by sort_order
        """
    ).fetchall()
    return tuple(
        WireHealth(*row, gaps=_gaps(connection, row[0]), sources=_sources(connection, row[0])) for row in rows
    )


def _gaps(connection: duckdb.DuckDBPyConnection, wire: str) -> tuple[WireGaps, ...]:
    titles = {rule.check_id: rule.title for rule in reconciliation_rules()}
    rows = connection.execute(
        """
        select check_id, any_value(severity), count(*), count(*) filter (where handling <> 'unhandled'),
            sum(dollars_at_risk), min(opened_at), any_value(remedy)
        from fct_reconciliation_gaps where wire = ? and status = 'open'
        group by check_id order by any_value(severity), sum(dollars_at_risk) desc, check_id
        """,
        [wire],
    ).fetchall()
    return tuple(WireGaps(check_id, titles.get(check_id, check_id), *rest) for check_id, *rest in rows)


def _sources(connection: duckdb.DuckDBPyConnection, wire: str) -> tuple[WireSource, ...]:
    rows = connection.execute(
        "select account_id, platform, brand_key, records, newest_record_at from rpt_wire_sources "
        "where wire = ? order by account_id",
        [wire],
    ).fetchall()
    return tuple(WireSource(*row) for row in rows)


def _with_sources(health: WireHealth, states: Sequence[SourceState]) -> WireHealth:
    read = {state.account_id: state for state in states}
    sources = tuple(_as_read(source, read.get(source.account_id)) for source in health.sources)
    return _judged(replace(health, sources=sources))


def _as_read(source: WireSource, state: SourceState | None) -> WireSource:
    # An account that the configuration no longer names is not read, and nobody expects it to be.
    return replace(source, read_at=state.read_at, is_stale=state.is_stale) if state else source


def _judged(health: WireHealth) -> WireHealth:
    if not health.stale_sources or health.state == "broken":
        return health
    return replace(health, state="broken", since_at=_earliest(each.read_at for each in health.stale_sources))


def _earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment.replace(tzinfo=None) for moment in moments if moment), default=None)
