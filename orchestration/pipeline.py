"""Launching the job `daily` from a command: in this process, recorded in the home's Dagster instance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from time import monotonic
from typing import Any
from uuid import uuid4

import dagster as dg
from dagster._core.events import DagsterEventType

from ingestion.config import Settings
from orchestration.instance import end_dead_runs, enter, instance_of

StepListener = Callable[[dg.DagsterEvent], None]


@dataclass(frozen=True)
class StepFailure:
    """One failed step, with the name of the error behind it."""

    step: str
    error: str
    message: str


@dataclass(frozen=True)
class FailedCheck:
    name: str
    asset: str
    severity: str
    description: str
    metadata: Mapping[str, Any]


@dataclass(frozen=True)
class RunOutcome:
    """What came of one run."""

    run_id: str
    succeeded: bool
    seconds: float
    step_seconds: Mapping[str, float]
    failures: tuple[StepFailure, ...]
    failed_checks: tuple[FailedCheck, ...]
    checks: int

    @property
    def has_failed_error_check(self) -> bool:
        return any(check.severity == "ERROR" for check in self.failed_checks)


def run_daily(
    settings: Settings, full: bool = False, since: date | None = None, on_event: StepListener | None = None
) -> RunOutcome:
    """Run the whole line from vendor to report.

    Args:
        settings: The operator and the home to work on.
        full: Pull everything anew instead of what changed.
        since: With `full`, the earliest day to pull.
        on_event: Hears each event of the run as it happens.
    """
    enter(settings)
    from orchestration.automation import DAILY_JOB
    from orchestration.definitions import defs
    from orchestration.ingest import pull_run_config

    run_id = str(uuid4())
    config = {
        **pull_run_config(full=full, since=since),
        # The command tells its own story; the run's log is in the instance.
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }
    started = monotonic()
    with instance_of(settings) as instance:
        end_dead_runs(instance)
        if on_event:
            instance.add_event_listener(run_id, _forwarding(on_event))
        result = defs.resolve_job_def(DAILY_JOB).execute_in_process(
            run_config=config, instance=instance, run_id=run_id, raise_on_error=False
        )
    return outcome_of(result, monotonic() - started)


def _forwarding(listener: StepListener) -> Callable[[dg.EventLogEntry], None]:
    def forward(entry: dg.EventLogEntry) -> None:
        if entry.dagster_event is not None:
            listener(entry.dagster_event)

    return forward


def outcome_of(result: dg.ExecuteInProcessResult, seconds: float) -> RunOutcome:
    """What the events of a finished run say."""
    events = result.all_events
    evaluations = [
        event.asset_check_evaluation_data
        for event in events
        if event.event_type == DagsterEventType.ASSET_CHECK_EVALUATION
    ]
    return RunOutcome(
        run_id=result.run_id,
        succeeded=result.success,
        seconds=seconds,
        step_seconds={
            str(event.step_key): event.step_success_data.duration_ms / 1000
            for event in events
            if event.event_type == DagsterEventType.STEP_SUCCESS
        },
        failures=tuple(
            _failure(event) for event in events if event.event_type == DagsterEventType.STEP_FAILURE
        ),
        failed_checks=tuple(
            FailedCheck(
                name=evaluation.check_name,
                asset=evaluation.asset_key.to_user_string(),
                severity=evaluation.severity.value,
                description=evaluation.description or "",
                metadata={name: _figures(value) for name, value in evaluation.metadata.items()},
            )
            for evaluation in evaluations
            if not evaluation.passed
        ),
        checks=len(evaluations),
    )


def _figures(value: dg.MetadataValue) -> Any:
    """What the metadata says, in plain types: a table is its rows, by column."""
    if isinstance(value, dg.TableMetadataValue):
        return [dict(record.data) for record in value.records]
    return value.value


def _failure(event: dg.DagsterEvent) -> StepFailure:
    error = event.step_failure_data.error
    # Dagster wraps what a step raised; the cause is what the person must read.
    while error.cause is not None:
        error = error.cause
    message = error.message.strip()
    prefix, separator, rest = message.partition(": ")
    if separator and prefix.endswith(error.cls_name or "\0"):
        message = rest
    # dbt's own lines say it; the command line and the log's path around them do not help a reader.
    _, separator, said_by_dbt = message.partition("Errors parsed from dbt logs:")
    if separator:
        message = f"The build stopped, and nothing was published:\n{said_by_dbt}"
    return StepFailure(step=str(event.step_key), error=error.cls_name or "Error", message=message.strip())
