"""When each account was last read, by the clock: from the landing archive, so that no run is disturbed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingestion.config import Account, Home
from ingestion.landing import Landing
from ingestion.sources import discover


@dataclass(frozen=True)
class SourceState:
    """When one account was last read completely, judged by its object that lags most.

    An object that was never read completely is being connected, or not permitted: it does not count. While
    that is true of all of them, `read_at` is None and nothing is stale.
    """

    account_id: str
    platform: str
    brand: str | None
    lagging_object: str | None
    read_at: datetime | None
    is_stale: bool


def source_states(
    home: Home, accounts: Sequence[Account], stale_after_hours: int, now: datetime
) -> tuple[SourceState, ...]:
    """When each account was last read completely."""
    return tuple(_source_state(home, account, stale_after_hours, now) for account in accounts)


def _source_state(home: Home, account: Account, stale_after_hours: int, now: datetime) -> SourceState:
    landing = Landing(home.landing)
    read: dict[str, datetime] = {}
    for each in discover()[account.platform].objects:
        archive = landing.archive(account.platform, account.account_id, each.name)
        complete = next((pull for pull in archive.newest_first() if pull.complete), None)
        if complete:
            read[each.name] = complete.finished_at
    if not read:
        return SourceState(account.account_id, account.platform, account.brand, None, None, is_stale=False)
    name, read_at = min(read.items(), key=lambda pair: pair[1])
    is_stale = now - read_at > timedelta(hours=stale_after_hours)
    return SourceState(account.account_id, account.platform, account.brand, name, read_at, is_stale)
