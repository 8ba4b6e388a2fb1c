"""Spans of calendar days, for vendors that are asked for days and not for instants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """Days in the account's own time zone, both ends included."""

    since: date
    until: date

    @property
    def days(self) -> list[date]:
        return [self.since + number * DAY for number in range((self.until - self.since).days + 1)]

    def pieces(self, length: int) -> Iterator[Span]:
        """The span in parts of at most `length` days, oldest first."""
        start = self.since
        while start <= self.until:
            yield Span(start, min(self.until, start + (length - 1) * DAY))
            start += length * DAY
