"""When things run: the jobs, their schedules, and a log line for every failing check.

`daily` is the whole line from vendor to report: demo, `fourwire run` and schedule launch this job.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg

from ingestion.config import load_settings
from orchestration.publish import REPORT

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

DAILY_JOB = "daily"
HOURLY_JOB = "hourly"
REMEDY_JOB = "remedy"


def jobs(expectations: dg.AssetChecksDefinition) -> tuple[UnresolvedAssetJobDefinition, ...]:
    """The jobs; `expectations` costs as much as a small pull, so once a day has to do."""
    everything = dg.AssetSelection.all()
    return (
        dg.define_asset_job(
            DAILY_JOB,
            selection=everything,
            description="Pull every account, build and check, publish the marts, draw the report.",
        ),
        dg.define_asset_job(
            HOURLY_JOB,
            selection=everything - dg.AssetSelection.assets(REPORT) - dg.AssetSelection.checks(expectations),
            description="The same without the report and the expectations: pulls what changed since the last "
            "run.",
        ),
    )


def schedules(
    daily: UnresolvedAssetJobDefinition, hourly: UnresolvedAssetJobDefinition
) -> list[dg.ScheduleDefinition]:
    # Stopped until somebody switches them on: opening the UI on a laptop must not start pulling from vendors.
    return [
        dg.ScheduleDefinition(
            name="nightly", job=daily, cron_schedule="15 2 * * *", description="Every night at 02:15."
        ),
        dg.ScheduleDefinition(
            name="hourly",
            job=hourly,
            cron_schedule="5 6-22 * * *",
            description="Every hour of the working day.",
        ),
    ]


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="A failed check that does not block leaves its run green; this says so in the log.",
)
def failing_checks(context: dg.RunStatusSensorContext) -> None:
    """Log each failed check of a run that succeeded; people are told by `alerts`."""
    records = context.instance.all_logs(
        context.dagster_run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
    )
    for record in records:
        event = record.get_dagster_event()
        evaluation = event.asset_check_evaluation_data
        if not evaluation.passed:
            context.log.warning(
                "%s check %s on %s failed: %s",
                evaluation.severity.value,
                evaluation.check_name,
                evaluation.asset_key.to_user_string(),
                evaluation.description or "",
            )


@dg.sensor(
    minimum_interval_seconds=300,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tells the configured channels what is new; watches runs and schedules from outside.",
)
def alerts(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Send what is due; starts no run. Without channels there is nothing to do."""
    settings = load_settings()
    if not settings.operator.alerts.channels:
        return dg.SkipReason("alerts.channels names nobody")
    from orchestration.alerts import send_alerts

    # One attempt: a tick may take a minute in all, and the next one is five minutes away.
    done = send_alerts(settings, context.instance, pauses=())
    for delivery in done.failed:
        context.log.error("alert channel %s: %s", delivery.channel, delivery.error)
    return dg.SkipReason(f"{len(done.delivered)} messages sent, {len(done.failed)} not taken")


@dg.op(description="Read the accounts with fresh gaps again; the next run loads what came.")
def repull_for_gaps() -> None:
    from orchestration.remedies import repull

    for attempt in repull(load_settings()):
        dg.get_dagster_logger().info(
            "%s since %s: %s rows, %s errors",
            attempt.account_id,
            attempt.since,
            attempt.rows,
            len(attempt.errors),
        )


@dg.job(
    name=REMEDY_JOB,
    description="What may be done about gaps without being asked: pages are landed.",
)
def remedy() -> None:
    repull_for_gaps()


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    request_job=remedy,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="After a good run, starts `remedy` where the operator wants it and a gap was not tried yet.",
)
def remedies(context: dg.RunStatusSensorContext) -> dg.RunRequest | dg.SkipReason:
    """Ask for the job `remedy` when there is something that it has not tried."""
    settings = load_settings()
    if not settings.operator.remedies.repull:
        return dg.SkipReason("remedies.repull is off")
    from orchestration.remedies import plan_repulls

    if not plan_repulls(settings):
        return dg.SkipReason("no gap that was not tried")
    return dg.RunRequest()
