"""How fast an account may be asked: one token bucket per named limit, shared by the account's threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class RateLimit:
    """`per_second` requests on average, at most `burst` at once. Stay at ~80 % of what the vendor states."""

    per_second: float
    burst: int = 1


class TokenBucket:
    """Hands out permission to send; blocks the caller until it is its turn."""

    def __init__(
        self,
        limit: RateLimit,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._limit = limit
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._tokens = float(limit.burst)
        self._counted_at = clock()
        self._closed_until = 0.0

    def acquire(self) -> float:
        """Take one token; returns the seconds waited."""
        with self._lock:
            now = self._clock()
            refill = (now - self._counted_at) * self._limit.per_second
            self._tokens = min(float(self._limit.burst), self._tokens + refill)
            self._counted_at = now
            # Going below zero reserves a place in the queue, so that waiting threads do not all wake at once.
            self._tokens -= 1.0
            wait = max(0.0, -self._tokens / self._limit.per_second, self._closed_until - now)
        if wait > 0:
            self._sleep(wait)
        return wait

    def close_for(self, seconds: float) -> None:
        """Let nobody through for a while: the vendor said so to one of us, and meant all of us."""
        with self._lock:
            self._closed_until = max(self._closed_until, self._clock() + seconds)


class Limiter:
    """The buckets of one account, by name. A request names its bucket; unknown names are a mistake."""

    def __init__(self, limits: Mapping[str, RateLimit]) -> None:
        self._buckets = {name: TokenBucket(limit) for name, limit in limits.items()}

    def acquire(self, bucket: str) -> float:
        return self._buckets[bucket].acquire()

    def close_for(self, bucket: str, seconds: float) -> None:
        self._buckets[bucket].close_for(seconds)
