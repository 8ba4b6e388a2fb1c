"""When each account was last read, by the clock: from the landing archive, so that no run is disturbed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ingestion.config import Account, Home
from ingestion.landing import Landing
from ingestion.sources import discover


@dataclass(frozen=True)
class SourceState:
    """When one account was last read completely, judged by its object that lags most; None for never."""

    account_id: str
    platform: str
    brand: str | None
    lagging_object: str
    read_at: datetime | None
    is_stale: bool


def source_states(
    home: Home, accounts: Sequence[Account], stale_after_hours: int, now: datetime
) -> tuple[SourceState, ...]:
    """When each account was last read completely; an object that was never, lags most."""
    return tuple(_source_state(home, account, stale_after_hours, now) for account in accounts)


def _source_state(home: Home, account: Account, stale_after_hours: int, now: datetime) -> SourceState:
    landing = Landing(home.landing)
    read: dict[str, datetime | None] = {}
    for each in discover()[account.platform].objects:
        archive = landing.archive(account.platform, account.account_id, each.name)
        read[each.name] = next((pull.finished_at for pull in archive.newest_first() if pull.complete), None)
    never = datetime.min.replace(tzinfo=UTC)
    name, read_at = min(read.items(), key=lambda pair: pair[1] or never)
    is_stale = now - (read_at or never) > timedelta(hours=stale_after_hours)
    return SourceState(account.account_id, account.platform, account.brand, name, read_at, is_stale)
