"""The pulls of one run, side by side.

The steps of a run follow one another in one process (docs/decisions/0007), but no vendor need wait for the
slowest: the first pull step of a run starts them all, and each step then waits for its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from threading import Lock

from ingestion.config import Settings
from ingestion.pull import PullResult
from ingestion.run import pull_accounts, source_of
from orchestration.progress import listener


@dataclass(frozen=True)
class VendorPull:
    """What one run asks of all accounts of one platform."""

    platform: str
    full: bool = False
    since: date | None = None


_started: dict[tuple[str, str], Future[list[PullResult]]] = {}
_lock = Lock()


def pulled(
    run_id: str, pull: VendorPull, settings: Settings, others: Callable[[], Iterable[VendorPull]]
) -> list[PullResult]:
    """The results of one platform's pull in a run, waiting for it.

    Args:
        run_id: The run; the pulls of two runs have nothing to do with each other.
        pull: The platform that is waited for.
        others: Every pull of this run; asked by the first step only.

    Raises:
        ConfigError: the platform's accounts are configured wrongly; nothing was pulled.
    """
    with _lock:
        if (run_id, pull.platform) not in _started:
            _start(
                run_id, [pull, *(other for other in others() if other.platform != pull.platform)], settings
            )
        # Taken out: a step that is tried again asks the vendor again.
        future = _started.pop((run_id, pull.platform))
    return future.result()


def _start(run_id: str, pulls: list[VendorPull], settings: Settings) -> None:
    pool = ThreadPoolExecutor(max_workers=len(pulls), thread_name_prefix="pull")
    for pull in pulls:
        if (run_id, pull.platform) not in _started:
            _started[run_id, pull.platform] = pool.submit(_pull, pull, settings)
    # Takes no more work; what was submitted goes on.
    pool.shutdown(wait=False)


def _pull(pull: VendorPull, settings: Settings) -> list[PullResult]:
    # Asked of every account, also other platforms': one that no source reads must not be passed over.
    accounts = [
        each.account_id for each in settings.operator.accounts if source_of(each).platform == pull.platform
    ]
    if not accounts:
        return []
    return pull_accounts(settings, accounts, full=pull.full, since=pull.since, progress=listener())
