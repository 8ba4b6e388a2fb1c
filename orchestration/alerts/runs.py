"""What Dagster's own records say: the newest runs that failed, and the schedules that started none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import dagster as dg
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, ScheduleInstigatorData
from dagster._core.storage.tags import SCHEDULE_NAME_TAG
from dagster._utils.schedules import reverse_cron_string_iterator

from orchestration.alerts.matters import MissedSchedule, RunFailure
from orchestration.automation import DAILY_JOB, HOURLY_JOB

_FINISHED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]
_LOOK_BACK = 50  # runs; a trouble older than that began at least so long ago


def failed_runs(instance: dg.DagsterInstance) -> list[RunFailure]:
    """The jobs whose newest finished run failed."""
    return [failure for job in (DAILY_JOB, HOURLY_JOB) if (failure := _failure(instance, job))]


def _failure(instance: dg.DagsterInstance, job: str) -> RunFailure | None:
    wanted = dg.RunsFilter(job_name=job, statuses=_FINISHED)
    records = instance.get_run_records(wanted, limit=_LOOK_BACK)
    if not records or records[0].dagster_run.is_success:
        return None
    first = records[0]
    for record in records:
        if record.dagster_run.is_success:
            break
        first = record
    run_id = records[0].dagster_run.run_id
    cause, message = _cause(instance, run_id)
    return RunFailure(job, run_id, cause, message, first.create_timestamp.astimezone(UTC))


def _cause(instance: dg.DagsterInstance, run_id: str) -> tuple[str, str]:
    """Where the run failed and on what, with the first line of the message behind it."""
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE):
        event = entry.get_dagster_event()
        error = event.step_failure_data.error
        while error is not None and error.cause is not None:
            error = error.cause
        name = (error.cls_name if error else None) or "Error"
        lines = error.message.strip().splitlines() if error else []
        return f"{event.step_key} ({name})", lines[0][:300] if lines else ""
    return "its process", "the run ended without a failed step"


def missed_schedules(instance: dg.DagsterInstance, now: datetime, grace: timedelta) -> list[MissedSchedule]:
    """The schedules that are switched on, were due longer than `grace` ago, and started no run since."""
    states = instance.all_instigator_state(instigator_type=InstigatorType.SCHEDULE)
    running = [state for state in states if state.status == InstigatorStatus.RUNNING]
    return [missed for state in running if (missed := _missed(instance, state, now - grace))]


def _missed(instance: dg.DagsterInstance, state: InstigatorState, until: datetime) -> MissedSchedule | None:
    data = state.instigator_data
    if not isinstance(data, ScheduleInstigatorData) or not isinstance(data.cron_schedule, str):
        return None
    due_at = next(reverse_cron_string_iterator(until.timestamp(), data.cron_schedule, "UTC")).astimezone(UTC)
    if due_at.timestamp() < (data.start_timestamp or 0):
        return None  # it was not switched on yet
    started = dg.RunsFilter(tags={SCHEDULE_NAME_TAG: state.instigator_name}, created_after=due_at)
    if instance.get_run_records(started, limit=1):
        return None
    return MissedSchedule(state.instigator_name, due_at)
