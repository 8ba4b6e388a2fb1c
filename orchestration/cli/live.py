"""Progress in the terminal while a run is at work: steps, pages, rows, rate."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from orchestration.cli.console import err

if TYPE_CHECKING:
    import dagster as dg

    from ingestion.pull import Progress as PullState


class PullProgress:
    """One line per account: objects done, pages, rows, rows per second."""

    def __init__(self, quiet: bool = False, bars: Progress | None = None) -> None:
        self._bars = bars or _bars(quiet)
        self._owns_bars = bars is None
        self._lock = Lock()
        self._tasks: dict[str, TaskID] = {}
        self._objects: dict[str, dict[str, PullState]] = {}
        self._started: dict[str, float] = {}

    def __enter__(self) -> Self:
        if self._owns_bars:
            self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._owns_bars:
            self._bars.stop()

    def on_page(self, state: PullState) -> None:
        """Hear of one more page; called from the pulling threads."""
        with self._lock:
            account = state.account_id
            if account not in self._tasks:
                self._tasks[account] = self._bars.add_task(f"  {account}", total=None, detail="")
                self._objects[account] = {}
                self._started[account] = monotonic()
            objects = self._objects[account]
            objects[state.object] = state
            rows = sum(each.rows for each in objects.values())
            pages = sum(each.pages for each in objects.values())
            rate = rows / max(monotonic() - self._started[account], 0.001)
            self._bars.update(
                self._tasks[account],
                completed=rows,
                detail=f"{rows:,} rows in {pages:,} pages, {rate:,.0f} rows/s",
            )

    def finish(self) -> None:
        """Mark every account as done."""
        with self._lock:
            for task in self._tasks.values():
                _complete(self._bars, task)


class LiveRun:
    """The steps of one run as they happen, with the pulls' pages and rows below the pulling step."""

    def __init__(self, quiet: bool = False) -> None:
        self._quiet = quiet
        self._tasks: dict[str, TaskID] = {}
        self._built = 0
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        from orchestration.progress import listening

        terminal = self._stack.enter_context(_terminal_of_our_own())
        self._bars = _bars(self._quiet, Console(file=terminal))
        self._pulls = PullProgress(bars=self._bars)
        self._stack.enter_context(self._bars)
        self._stack.enter_context(listening(self._pulls.on_page))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def on_event(self, event: dg.DagsterEvent) -> None:
        """Hear of one event of the run."""
        handler = self._handlers().get(event.event_type_value)
        if handler and event.step_key:
            handler(event.step_key)

    def _handlers(self) -> dict[str, Callable[[str], None]]:
        return {
            "STEP_START": self._start,
            "STEP_SUCCESS": self._succeed,
            "STEP_FAILURE": self._fail,
            "ASSET_MATERIALIZATION": self._count,
        }

    def _start(self, step: str) -> None:
        title = _title(step)
        if title != _PULLING and _PULLING in self._tasks:
            self._finish_pulling()
        if title and title not in self._tasks:
            self._tasks[title] = self._bars.add_task(title, total=_total(step), detail="")

    def _count(self, step: str) -> None:
        if step == "transform":
            self._built += 1
            self._bars.update(
                self._tasks[_title(step)], completed=self._built, detail=f"{self._built} tables"
            )

    def _succeed(self, step: str) -> None:
        title = _title(step)
        # Pulling is many steps under one title; it is over when another one starts.
        if title in self._tasks and title != _PULLING:
            _complete(self._bars, self._tasks[title])

    def _finish_pulling(self) -> None:
        self._pulls.finish()
        _complete(self._bars, self._tasks[_PULLING])

    def _fail(self, step: str) -> None:
        title = _title(step)
        if title in self._tasks:
            self._bars.update(self._tasks[title], description=f"[red]✗[/red] {title}")


_PULLING = "Pulling from the vendors"


def _title(step: str) -> str:
    if step.startswith("ingest_"):
        return _PULLING
    return {
        "transform": "Building the warehouse and running its tests",
        "control_totals": "Comparing control totals",
        "reconciliation_gaps": "Looking for gaps between systems",
        "published__marts": "Publishing the marts",
        "published__report": "Drawing the report",
        "published__review": "Publishing the review queue",
    }.get(step, "")


def _total(step: str) -> int | None:
    if step != "transform":
        return None
    from orchestration.project import models

    return len(models())


def _complete(bars: Progress, task: TaskID) -> None:
    total = next((each.total or each.completed for each in bars.tasks if each.id == task), 0) or 1
    bars.update(task, total=total, completed=total)


@contextmanager
def _terminal_of_our_own() -> Iterator[TextIO]:
    """A handle on the terminal, while stdout and stderr lead nowhere.

    Dagster moves both into the run's log files, step by step, and mirrors those files to where the two led
    before: the bars would land in the logs, and dbt's lines between the bars.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    former = [os.dup(1), os.dup(2)]
    with os.fdopen(os.dup(2), "w", encoding="utf-8") as terminal, Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        try:
            yield terminal
        finally:
            for number, descriptor in enumerate(former, start=1):
                os.dup2(descriptor, number)
                os.close(descriptor)


def _bars(quiet: bool, console: Console = err) -> Progress:
    return Progress(
        SpinnerColumn(finished_text="[green]✓[/green]"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=16),
        TextColumn("{task.fields[detail]}"),
        TimeElapsedColumn(),
        console=console,
        disable=quiet,
    )
