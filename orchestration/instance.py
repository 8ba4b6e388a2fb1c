"""The Dagster instance of one home: runs, schedules and their history live in `$FOURWIRE_HOME/dagster`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.config import Settings
from orchestration.project import ROOT, dbt_environment

if TYPE_CHECKING:
    import dagster as dg

WORKSPACE = ROOT / "workspace.yaml"
LOCATION = "fourwire"

_INSTANCE_YAML = """\
# Written by fourwire when missing; change it freely. SQLite files beside this one are the default; for
# Postgres put the `storage` key of Dagster's documentation in the place of `event_log_storage`.
telemetry:
  enabled: false
nux:
  enabled: false
# Dagster's own files, opened once instead of for every event.
event_log_storage:
  module: orchestration.event_log
  class: PooledSqliteEventLogStorage
  config:
    base_dir:
      env: DAGSTER_HOME
concurrency:
  # One writer of the warehouse at a time, also across runs.
  pools:
    default_limit: 1
    granularity: op
  runs:
    max_concurrent_runs: 2
run_monitoring:
  enabled: true
  poll_interval_seconds: 10
  # A killed run would otherwise keep the warehouse for ever.
  free_slots_after_run_end_seconds: 30
run_retries:
  enabled: true
  max_retries: 1
  # A crash is tried again; a step that failed has already been patient, and a failed check must not be
  # repeated.
  retry_on_asset_or_op_failure: false
retention:
  schedule:
    purge_after_days: 30
  sensor:
    purge_after_days:
      skipped: 3
      failure: 30
      success: 30
"""


def dagster_home(settings: Settings) -> Path:
    """The instance folder, with its `dagster.yaml` written when missing."""
    folder = settings.home.dagster
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "dagster.yaml"
    if not config.exists():
        config.write_text(_INSTANCE_YAML, encoding="utf-8")
    return folder


def environment(settings: Settings) -> dict[str, str]:
    """What a process needs in its environment to work on this home, whichever folder it starts in."""
    return {
        "FOURWIRE_HOME": str(settings.home.root),
        "FOURWIRE_CONFIG": str(settings.config_path),
        "DAGSTER_HOME": str(dagster_home(settings)),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        **dbt_environment(settings.home.warehouse),
    }


def enter(settings: Settings) -> None:
    """Make this process, and those it starts, work on this home."""
    os.environ.update(environment(settings))


@contextmanager
def instance_of(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """The home's Dagster instance. This process works on that home from now on.

    The instance finds its files by the environment, so that a home can be moved.
    """
    from dagster import DagsterInstance

    enter(settings)
    with DagsterInstance.from_config(str(dagster_home(settings))) as instance:
        yield instance


@contextmanager
def opened(settings: Settings) -> Iterator[dg.DagsterInstance | None]:
    """The home's Dagster instance; None where no run was ever recorded."""
    if not settings.home.dagster.is_dir():
        yield None
        return
    with instance_of(settings) as instance:
        yield instance


def end_dead_runs(instance: dg.DagsterInstance) -> list[str]:
    """Fail the runs whose process is gone (killed, or lost with the machine), and free the pools they hold.

    Dagster leaves them "started" and holding the warehouse for ever: its default launcher cannot tell a dead
    worker from a busy one.

    Returns:
        The ids of those runs.
    """
    from dagster import DagsterRunStatus, RunsFilter

    ended = []
    unfinished = [DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]
    for run in instance.get_runs(RunsFilter(statuses=unfinished)):
        process = _process_of(instance, run.run_id)
        if process is not None and not _is_running(process):
            instance.report_run_failed(run, f"its process {process} ended without saying so")
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
            ended.append(run.run_id)
    return ended


def _process_of(instance: dg.DagsterInstance, run_id: str) -> int | None:
    """The process that executes a run, as its executor noted; None before it did."""
    from dagster import DagsterEventType

    for entry in instance.all_logs(run_id, of_type=DagsterEventType.ENGINE_EVENT):
        noted = entry.get_dagster_event().engine_event_data.metadata.get("pid")
        if noted is not None:
            return int(noted.value)
    return None


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
