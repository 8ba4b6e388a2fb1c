"""What Dagster loads: factories over the discovered sources and the dbt manifest, put together."""

from __future__ import annotations

import dagster as dg

from orchestration.automation import alerts, failing_checks, jobs, remedies, remedy, schedules
from orchestration.checks import reconciliation_checks
from orchestration.expectations.checks import expectation_checks
from orchestration.ingest import ingest_assets
from orchestration.publish import publishing_assets
from orchestration.sweeping import sweep_job, sweep_schedule
from orchestration.transform import dbt_resource, transform_assets


def build_definitions() -> dg.Definitions:
    expectations = expectation_checks()
    daily, hourly = jobs(expectations)
    return dg.Definitions(
        assets=[*ingest_assets(), transform_assets(), *publishing_assets()],
        asset_checks=[*reconciliation_checks(), expectations],
        jobs=[daily, hourly, remedy, sweep_job],
        schedules=[*schedules(daily, hourly), sweep_schedule],
        sensors=[failing_checks, alerts, remedies],
        resources={"dbt": dbt_resource()},
        # Each step in a process of its own would import everything again: five seconds a step, for minutes of
        # steps.
        executor=dg.in_process_executor,
    )


defs = build_definitions()
