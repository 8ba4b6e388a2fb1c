"""The sandbox's business clock: it stands still until somebody advances it."""

from __future__ import annotations

from datetime import UTC, datetime

HOUR = 3600


class Clock:
    """What "now" is for every vendor server. Tokens and rate limits run on `time.monotonic`, not on this."""

    def __init__(self, starts_at: int, ends_at: int) -> None:
        self._now = starts_at
        self._ends_at = ends_at

    def now(self) -> int:
        """Epoch seconds, UTC."""
        return self._now

    def hours_left(self) -> float:
        """How far the clock can still move."""
        return (self._ends_at - self._now) / HOUR

    def advance(self, hours: float) -> int:
        """Move forward and return the new now.

        Raises:
            ValueError: backwards, or past the end of the generated world.
        """
        if hours < 0:
            raise ValueError("the clock only moves forward: advance_hours must not be negative")
        target = self._now + round(hours * HOUR)
        if target > self._ends_at:
            raise ValueError(f"the world ends at {iso(self._ends_at)}; advancing by {hours} h would pass it")
        self._now = target
        return target


def iso(instant: int) -> str:
    """`2026-11-01T12:00:00Z` for epoch seconds."""
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def epoch(text: str) -> int:
    """Epoch seconds for an ISO 8601 text that carries its offset."""
    return int(datetime.fromisoformat(text).timestamp())
