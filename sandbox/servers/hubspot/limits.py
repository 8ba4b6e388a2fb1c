"""Request limits, by the real clock: a rolling ten seconds, searches by the second, and the day's quota."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping

TEN_SECONDS = 10.0


class Limits:
    """Counts requests and names the policy that one breaks.

    Args:
        options: `ten_secondly` (190), `associations_ten_secondly` (150), `search_per_second` (5) and `daily`
            (650,000), as the account's plan sets them.
    """

    def __init__(self, options: Mapping[str, str]) -> None:
        self.ten_secondly = int(options.get("ten_secondly", 190))
        self.daily = int(options.get("daily", 650_000))
        self._rates = {
            "general": (self.ten_secondly, TEN_SECONDS, "TEN_SECONDLY_ROLLING"),
            "associations": (
                int(options.get("associations_ten_secondly", 150)),
                TEN_SECONDS,
                "TEN_SECONDLY_ROLLING",
            ),
            "search": (int(options.get("search_per_second", 5)), 1.0, "SECONDLY"),
        }
        self._seen: dict[str, deque[float]] = {bucket: deque() for bucket in self._rates}
        self._today = 0

    def broken_by(self, bucket: str) -> str | None:
        """Count a request; the policy that it breaks. A refused one counts for the day only."""
        self._today += 1
        if self._today > self.daily:
            return "DAILY"
        most, period, policy = self._rates[bucket]
        seen, now = self._seen[bucket], time.monotonic()
        while seen and now - seen[0] >= period:
            seen.popleft()
        if len(seen) >= most:
            return policy
        seen.append(now)
        return None

    def headers(self, bucket: str) -> dict[str, str]:
        """What ordinary replies carry; replies to searches carry nothing."""
        if bucket == "search":
            return {}
        most = self._rates[bucket][0]
        return {
            "X-HubSpot-RateLimit-Daily": str(self.daily),
            "X-HubSpot-RateLimit-Daily-Remaining": str(max(self.daily - self._today, 0)),
            "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
            "X-HubSpot-RateLimit-Max": str(most),
            "X-HubSpot-RateLimit-Remaining": str(max(most - len(self._seen[bucket]), 0)),
        }
