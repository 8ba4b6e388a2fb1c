"""How much may be asked: Jobber counts points, not requests, and lets a query in by what it *may* cost.

A query whose requested cost the bucket does not hold is refused whole. What the bucket holds and how fast it
refills stands in every answer, so that waiting is arithmetic. Only the actual cost is taken from it, mostly a
tenth of what was requested.

https://developer.getjobber.com/docs/using_jobbers_api/api_rate_limits
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable

import msgspec


class ThrottleStatus(msgspec.Struct, rename="camel"):
    maximum_available: float
    currently_available: float
    restore_rate: float


class Cost(msgspec.Struct, rename="camel"):
    """`extensions.cost` of an answer, in points."""

    requested_query_cost: int
    throttle_status: ThrottleStatus
    # Null has been seen in refusals.
    actual_query_cost: int | None = None

    @property
    def can_never_run(self) -> bool:
        return self.requested_query_cost > self.throttle_status.maximum_available


class Budget:
    """The account's bucket as the last answer showed it, and what each question was found to ask for."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._status: ThrottleStatus | None = None
        self._noted_at = 0.0
        self._requested: dict[Hashable, int] = {}

    def note(self, question: Hashable, cost: Cost) -> None:
        self._status, self._noted_at = cost.throttle_status, self._clock()
        self._requested[question] = cost.requested_query_cost

    def seconds_until(self, question: Hashable) -> float:
        """How long until the bucket holds what `question` asks for; 0 where that is not known yet."""
        status, requested = self._status, self._requested.get(question)
        if status is None or requested is None or status.restore_rate <= 0:
            return 0.0
        refilled = (self._clock() - self._noted_at) * status.restore_rate
        missing = requested - min(status.maximum_available, status.currently_available + refilled)
        return max(0.0, missing / status.restore_rate)
