"""Local time of a brand: when people ask for help and when crews work."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

DAY = 86_400
HOUR = 3_600
MINUTE = 60
MONTH = 30.4375 * DAY

# Share of a trade's demand by calendar month, January first; 1.0 is an average month.
SEASONS: dict[str, tuple[float, ...]] = {
    "hvac": (1.15, 1.05, 0.80, 0.75, 0.95, 1.30, 1.45, 1.35, 0.90, 0.75, 0.85, 1.10),
    "plumbing": (1.15, 1.05, 1.00, 0.95, 0.95, 1.00, 1.00, 0.95, 0.95, 0.95, 1.05, 1.10),
    "electrical": (0.95, 0.95, 1.00, 1.00, 1.00, 1.05, 1.10, 1.05, 1.00, 0.95, 0.95, 1.00),
    "roofing": (0.55, 0.60, 0.90, 1.15, 1.40, 1.40, 1.30, 1.20, 1.10, 0.95, 0.75, 0.60),
}
PEAK = 1.45


class Calendar:
    """Converts between instants and a brand's local days without asking the time zone database each time."""

    def __init__(self, timezone: str, starts_at: int, ends_at: int) -> None:
        zone = ZoneInfo(timezone)
        first = datetime.fromtimestamp(starts_at, UTC).date() - timedelta(days=40)
        count = (ends_at - starts_at) // DAY + 600
        self.days: list[date] = [first + timedelta(days=offset) for offset in range(count)]
        self._midnights = [
            int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) for day in self.days
        ]

    def index(self, instant: int) -> int:
        return bisect_right(self._midnights, instant) - 1

    def day(self, instant: int) -> date:
        return self.days[self.index(instant)]

    def at(self, index: int, seconds: int) -> int:
        """Local midnight of a day plus seconds; off by one hour on the two days a year when clocks change."""
        return self._midnights[index] + seconds

    def season(self, trade: str, instant: int) -> float:
        return SEASONS[trade][self.day(instant).month - 1]

    def waking(self, rng: Random, instant: int) -> int:
        """The same local day at an hour when people ask for help: mostly daytime, some evenings."""
        seconds = int(rng.triangular(6.5 * HOUR, 22.5 * HOUR, 10.5 * HOUR))
        return self.at(self.index(instant), seconds)

    def office(self, instant: int) -> int:
        """The first instant from `instant` on when the office is staffed: 7:00 to 20:00 every day."""
        index = self.index(instant)
        seconds = instant - self._midnights[index]
        if seconds < 7 * HOUR:
            return self.at(index, 7 * HOUR + seconds // 60)
        if seconds >= 20 * HOUR:
            return self.at(index + 1, 7 * HOUR + (seconds - 20 * HOUR) // 8)
        return instant

    def appointment(self, rng: Random, earliest: int, days_out: int) -> int:
        """A start on a working day, `days_out` days after `earliest` and never before it."""
        index = self.index(earliest) + days_out
        if self.days[index].weekday() == 6:
            index += 1
        start = self.at(index, rng.choice((8, 9, 10, 11, 12, 13, 14, 15, 16)) * HOUR)
        if start <= earliest + HOUR:
            index += 2 if self.days[index + 1].weekday() == 6 else 1
            start = self.at(index, rng.choice((8, 9, 10, 13)) * HOUR)
        return start
