"""Who hears of pages and rows while a pull runs.

A command that runs the job in its own process listens here and draws a progress bar; without a listener the
pull is silent, and its figures stand in the run's metadata.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ingestion.pull import ProgressListener

_current: ProgressListener | None = None


def listener() -> ProgressListener | None:
    return _current


@contextmanager
def listening(to: ProgressListener) -> Iterator[None]:
    """Let `to` hear every pull of this process until the block ends."""
    global _current
    former, _current = _current, to
    try:
        yield
    finally:
        _current = former
