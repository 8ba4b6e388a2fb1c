"""The limiter lets no window hold more requests than it promises."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingestion.limits import RateLimit, TokenBucket


class Time:
    """A clock that only sleeping and explicit waiting move."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@given(
    per_second=st.floats(0.5, 50),
    burst=st.integers(1, 20),
    idle=st.lists(st.floats(0, 2), min_size=2, max_size=80),
)
def test_no_window_holds_more_than_rate_and_burst(per_second: float, burst: int, idle: list[float]) -> None:
    time = Time()
    bucket = TokenBucket(RateLimit(per_second, burst), clock=time, sleep=time.sleep)
    sent = []
    for pause in idle:
        time.now += pause
        bucket.acquire()
        sent.append(time.now)
    for first in range(len(sent)):
        for last in range(first, len(sent)):
            allowed = burst + per_second * (sent[last] - sent[first])
            assert last - first + 1 <= allowed + 1e-6


def test_a_closed_bucket_holds_everybody() -> None:
    time = Time()
    bucket = TokenBucket(RateLimit(1000, 100), clock=time, sleep=time.sleep)
    bucket.close_for(30)
    bucket.acquire()
    assert time.now >= 30
