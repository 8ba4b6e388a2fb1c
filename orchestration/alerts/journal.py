"""What each channel was told, and how each delivery went: a SQLite file in the home.

A delivery is recorded after the receiver took it. A crash between the two sends the same message once more,
under the same id, and never loses one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

from orchestration.alerts.matters import Matter

Reason = Literal["new", "again", "grown", "open"]
QUIET = "quiet"  # the version of a matter that somebody took on: whatever comes next is news

_SCHEMA = """
create table if not exists told (
    channel text not null, key text not null, version text not null, dollars_at_risk text not null,
    told_at text not null, primary key (channel, key)
);
create table if not exists deliveries (
    delivery_id text not null, channel text not null, kind text not null, subject text not null,
    at text not null, error text
);
create index if not exists deliveries_by_channel on deliveries (channel, at);
"""


@dataclass(frozen=True)
class News:
    """A matter that a channel does not know yet, and why it is news."""

    matter: Matter
    reason: Reason


@dataclass(frozen=True)
class Delivery:
    """One message handed over, with all its retries; `error` is None when the receiver took it."""

    delivery_id: str
    channel: str
    kind: str
    subject: str
    at: str  # ISO 8601, UTC
    error: str | None


class Journal:
    """Open it with `journal()`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def news(self, channel: str, matters: Iterable[Matter], growth_share: Decimal) -> list[News]:
        """The matters that `channel` has not been told, in this version and at about these dollars."""
        told = self._told(channel)
        found = []
        for matter in matters:
            if matter.key not in told:
                found.append(News(matter, "new"))
                continue
            version, dollars = told[matter.key]
            if version != matter.version:
                found.append(News(matter, "again"))
            elif matter.dollars_at_risk > dollars * (1 + growth_share):
                found.append(News(matter, "grown"))
        return found

    def record_told(self, channel: str, matters: Iterable[Matter], at: datetime) -> None:
        self._connection.executemany(
            "insert or replace into told values (?, ?, ?, ?, ?)",
            [
                (channel, each.key, each.version, str(each.dollars_at_risk), at.isoformat())
                for each in matters
            ],
        )

    def record_quiet(self, channel: str, keys: Iterable[str]) -> None:
        """Somebody took these on: when that ends, they are told again."""
        self._connection.executemany(
            f"update told set version = '{QUIET}' where channel = ? and key = ?",
            [(channel, key) for key in keys],
        )

    def forget_ended(self, channel: str, holding: Iterable[str]) -> None:
        """Drop conditions that hold no longer, so that their next occurrence is news.

        A gap is never dropped: its number of openings tells one occurrence from the next.
        """
        ended = self._told(channel).keys() - set(holding)
        self._connection.executemany(
            "delete from told where channel = ? and key = ?",
            [(channel, key) for key in ended if not key.startswith(("gap:", "digest"))],
        )

    def record_delivery(self, delivery: Delivery) -> None:
        self._connection.execute(
            "insert into deliveries values (?, ?, ?, ?, ?, ?)",
            (
                delivery.delivery_id,
                delivery.channel,
                delivery.kind,
                delivery.subject,
                delivery.at,
                delivery.error,
            ),
        )

    def digest_day(self, channel: str) -> str | None:
        """The day of the last digest that the channel took."""
        told = self._told(channel).get("digest")
        return told[0] if told else None

    def record_digest(self, channel: str, day: str, at: datetime) -> None:
        self._connection.execute(
            "insert or replace into told values (?, 'digest', ?, '0', ?)", (channel, day, at.isoformat())
        )

    def deliveries(self, limit: int = 20) -> tuple[Delivery, ...]:
        """The newest deliveries, newest first."""
        rows = self._connection.execute(
            "select delivery_id, channel, kind, subject, at, error from deliveries "
            "order by at desc, rowid desc limit ?",
            (limit,),
        ).fetchall()
        return tuple(Delivery(*row) for row in rows)

    def failing(self) -> Mapping[str, tuple[str, datetime]]:
        """Channel -> error and time of its newest delivery, where that failed."""
        rows = self._connection.execute(
            "select channel, at, error from deliveries "
            "where rowid in (select max(rowid) from deliveries group by channel)"
        ).fetchall()
        return {channel: (error, datetime.fromisoformat(at)) for channel, at, error in rows if error}

    def commit(self) -> None:
        self._connection.commit()

    def _told(self, channel: str) -> dict[str, tuple[str, Decimal]]:
        rows = self._connection.execute(
            "select key, version, dollars_at_risk from told where channel = ?", (channel,)
        )
        return {key: (version, Decimal(dollars)) for key, version, dollars in rows}


@contextmanager
def journal(path: Path) -> Iterator[Journal]:
    """The journal of a home, made when missing. What is not committed when it closes did not happen."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        connection.execute("pragma synchronous = full")
        connection.executescript(_SCHEMA)
        yield Journal(connection)
