"""What Fourwire may do about a gap by itself: read the vendor's records again. Never money, never a write.

A gap may be no gap: a page that was cut short, a record that came late. Reading the account again from the
day before the oldest such gap cannot harm, costs some requests, and is tried once per opening. What it lands,
the next run loads; every attempt is a line of the home's `remedies.ndjson`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from ingestion.config import Home, Settings
from ingestion.run import pull_accounts
from orchestration.gaps import Gap, GapFilter, find_gaps
from orchestration.snapshot import read_snapshot, reading_published


@dataclass(frozen=True)
class Repull:
    """One account to read again from one day on, and the openings of gaps that ask for it."""

    account_id: str
    since: date
    openings: tuple[str, ...]  # <gap_id>:<times_opened>


@dataclass(frozen=True)
class Attempt:
    """A re-pull that was made: what it read, and what went wrong."""

    at: str  # ISO 8601, UTC
    remedy: str
    account_id: str
    since: str
    openings: tuple[str, ...]
    rows: int
    errors: tuple[str, ...]


def plan_repulls(settings: Settings) -> tuple[Repull, ...]:
    """What would be read again: accounts with open gaps that nobody has taken on and that were not tried yet.

    Gaps older than `remedies.repull_days` before the newest data are left out: what was not read by now is
    not late any more.
    """
    if read_snapshot(settings.home.published) is None:
        return ()
    with reading_published(settings.home.published) as connection:
        gaps = find_gaps(connection, GapFilter(handling="unhandled"))
    tried = {opening for attempt in read_attempts(settings.home) for opening in attempt.openings}
    configured = {account.account_id for account in settings.operator.accounts}
    days = timedelta(days=settings.operator.remedies.repull_days)
    wanted: dict[str, list[Gap]] = {}
    for gap in gaps:
        is_recent = gap.occurred_on is not None and gap.occurred_on >= gap.last_seen_at.date() - days
        if is_recent and gap.account_id in configured and _opening(gap) not in tried:
            wanted.setdefault(gap.account_id, []).append(gap)
    return tuple(_repull(account_id, of_account) for account_id, of_account in sorted(wanted.items()))


def _repull(account_id: str, gaps: Iterable[Gap]) -> Repull:
    gaps = tuple(gaps)
    oldest = min(gap.occurred_on for gap in gaps if gap.occurred_on)
    return Repull(account_id, oldest - timedelta(days=1), tuple(_opening(gap) for gap in gaps))


def _opening(gap: Gap) -> str:
    return f"{gap.gap_id}:{gap.times_opened}"


def repull(settings: Settings) -> tuple[Attempt, ...]:
    """Read again what `plan_repulls` names. Lands pages only: the warehouse is not touched."""
    return tuple(_attempt(settings, each) for each in plan_repulls(settings))


def _attempt(settings: Settings, planned: Repull) -> Attempt:
    results = pull_accounts(settings, accounts=[planned.account_id], since=planned.since)
    attempt = Attempt(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        remedy="repull",
        account_id=planned.account_id,
        since=planned.since.isoformat(),
        openings=planned.openings,
        rows=sum(result.rows for result in results),
        errors=tuple(f"{result.object}: {result.error}" for result in results if result.error),
    )
    _append(_log(settings.home), attempt)
    return attempt


def read_attempts(home: Home) -> tuple[Attempt, ...]:
    """Every attempt so far, oldest first."""
    path = _log(home)
    if not path.is_file():
        return ()
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(_read_attempt(line) for line in lines if line.endswith("}"))


def _read_attempt(line: str) -> Attempt:
    document = json.loads(line)
    return Attempt(**document | {name: tuple(document[name]) for name in ("openings", "errors")})


def _append(path: Path, attempt: Attempt) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(attempt)) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _log(home: Home) -> Path:
    return home.root / "remedies.ndjson"
