"""What is worth telling somebody: open gaps, failed runs, missed schedules, silent sources.

A matter is a condition that holds now. Whether it is news to a channel is for the journal to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal

from ingestion.config import Alerts, Home
from orchestration.freshness import SourceState
from orchestration.gaps import Gap
from orchestration.snapshot import read_snapshot

Kind = Literal["gap", "run", "schedule", "source", "channel"]


@dataclass(frozen=True)
class Matter:
    """One condition that holds now.

    Attributes:
        key: The same for the same thing from night to night.
        version: Changes when it is another occurrence: a gap that reopened, a run that fails elsewhere.
        topic: What it is told under; matters of one topic are one group of a message.
        dollars_at_risk: Zero for what is not about money.
        since: UTC, in the data's time for gaps and by the clock for everything else.
    """

    key: str
    version: str
    kind: Kind
    severity: str
    topic: str
    what: str
    since: datetime
    remedy: str
    link: str | None = None
    brand: str | None = None
    dollars_at_risk: Decimal = Decimal(0)


@dataclass(frozen=True)
class RunFailure:
    """The newest run of a job, which failed.

    Attributes:
        cause: Step and kind of error: the same trouble an hour later is no news.
        since: When the first run failed since one ended well, UTC.
    """

    job: str
    run_id: str
    cause: str
    message: str
    since: datetime


@dataclass(frozen=True)
class MissedSchedule:
    """A schedule that is switched on and started no run when it was due (UTC)."""

    name: str
    due_at: datetime


def gap_matters(gaps: Iterable[Gap], titles: Mapping[str, str], ui_url: str | None) -> list[Matter]:
    """The gaps that nobody has taken on; the quiet ones are left out."""
    return [
        Matter(
            key=f"gap:{gap.gap_id}",
            version=str(gap.times_opened),
            kind="gap",
            severity=gap.severity,
            topic=titles.get(gap.check_id, gap.check_id),
            what=f"{gap.entity} {gap.native_id} of {gap.account_id}: "
            f"expected {gap.expected or 'a match'}, found {gap.actual or 'none'}",
            since=gap.opened_at.replace(tzinfo=UTC),
            remedy=gap.remedy,
            link=gap.native_url or gap_link(ui_url),
            brand=gap.brand_key,
            dollars_at_risk=gap.dollars_at_risk,
        )
        for gap in gaps
        if not gap.is_quiet
    ]


def gap_link(ui_url: str | None) -> str | None:
    """Where Dagster shows the ledger and its checks."""
    return ui_url and f"{ui_url.rstrip('/')}/assets/reconciliation/fct_reconciliation_gaps"


def run_matters(failures: Iterable[RunFailure], ui_url: str | None) -> list[Matter]:
    return [
        Matter(
            key=f"run:{failure.job}",
            version=failure.cause,
            kind="run",
            severity="ERROR",
            topic=f"The job {failure.job} fails",
            what=f"{failure.cause}: {failure.message}",
            since=failure.since,
            remedy="Readers keep the last good marts. Mend the cause, then start `fourwire run`.",
            link=ui_url and f"{ui_url.rstrip('/')}/runs/{failure.run_id}",
        )
        for failure in failures
    ]


def schedule_matters(missed: Iterable[MissedSchedule], ui_url: str | None) -> list[Matter]:
    return [
        Matter(
            key=f"schedule:{each.name}",
            version="missed",
            kind="schedule",
            severity="ERROR",
            topic=f"The schedule {each.name} did not run",
            what=f"no run was started at {each.due_at:%Y-%m-%d %H:%M} UTC",
            since=each.due_at,
            remedy="See whether `fourwire ui` and its daemon are up; then start `fourwire run` by hand.",
            link=ui_url and f"{ui_url.rstrip('/')}/automation",
        )
        for each in missed
    ]


def publish_matters(home: Home, alerts: Alerts, now: datetime) -> list[Matter]:
    """Where somebody else than Dagster starts the runs: the age of what they publish."""
    snapshot = read_snapshot(home.published)
    if alerts.publish_expected_hours is None or snapshot is None:
        return []
    published_at = datetime.fromisoformat(snapshot.published_at)
    if now - published_at <= timedelta(hours=alerts.publish_expected_hours):
        return []
    return [
        Matter(
            key="schedule:publish",
            version="missed",
            kind="schedule",
            severity="ERROR",
            topic="Nothing new is published",
            what=f"the newest marts are of {published_at:%Y-%m-%d %H:%M} UTC, older than "
            f"{alerts.publish_expected_hours} hours",
            since=published_at + timedelta(hours=alerts.publish_expected_hours),
            remedy="See why whatever starts `fourwire run` did not, or why the run failed.",
        )
    ]


def source_matters(states: Iterable[SourceState]) -> list[Matter]:
    """The sources that are stale."""
    return [
        Matter(
            key=f"source:{state.account_id}",
            version="stale",
            kind="source",
            severity="ERROR",
            topic="A source is stale",
            what=f"{state.account_id}: {state.lagging_object} was last read completely at "
            f"{state.read_at:%Y-%m-%d %H:%M} UTC",
            since=state.read_at,
            remedy=f"`fourwire check-connection {state.account_id}` says what the vendor answers.",
            brand=state.brand,
        )
        for state in states
        if state.is_stale and state.read_at is not None
    ]


def channel_matters(failing: Mapping[str, tuple[str, datetime]]) -> list[Matter]:
    """The channels whose newest delivery failed, for the other channels to tell."""
    return [
        Matter(
            key=f"channel:{name}",
            version="failing",
            kind="channel",
            severity="ERROR",
            topic="An alert channel fails",
            what=f"{name}: {error}",
            since=since,
            remedy="`fourwire alerts test` tries it again; see its secret and its receiver.",
        )
        for name, (error, since) in failing.items()
    ]
