"""The event log with kept connections holds what Dagster's own holds, in the same files."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

from orchestration.event_log import OPEN_DATABASES, PooledSqliteEventLogStorage

STORAGE = """\
event_log_storage:
  module: orchestration.event_log
  class: PooledSqliteEventLogStorage
  config: {base_dir: {env: DAGSTER_HOME}}
"""


@dg.asset(check_specs=[dg.AssetCheckSpec("is_paid", asset="invoices")])
def invoices() -> dg.MaterializeResult:
    return dg.MaterializeResult(
        metadata={"rows": 3}, check_results=[dg.AssetCheckResult(check_name="is_paid", passed=False)]
    )


@pytest.fixture
def instance_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "dagster.yaml").write_text(STORAGE, encoding="utf-8")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    return tmp_path


def run_once(instance: dg.DagsterInstance) -> str:
    result = dg.materialize([invoices], instance=instance)
    assert result.success
    return result.run_id


def test_dagsters_own_storage_reads_what_the_pooled_one_wrote(instance_folder: Path) -> None:
    with dg.DagsterInstance.from_config(str(instance_folder)) as instance:
        assert isinstance(instance.event_log_storage, PooledSqliteEventLogStorage)
        run_id = run_once(instance)
        told = [entry.message for entry in instance.all_logs(run_id)]
        assert instance.get_latest_materialization_event(dg.AssetKey("invoices")).run_id == run_id
    (instance_folder / "dagster.yaml").write_text("", encoding="utf-8")
    with dg.DagsterInstance.from_config(str(instance_folder)) as instance:
        assert type(instance.event_log_storage) is SqliteEventLogStorage
        assert [entry.message for entry in instance.all_logs(run_id)] == told
        assert instance.get_latest_materialization_event(dg.AssetKey("invoices")).run_id == run_id
        # And the other way round: the pooled one goes on with a home that an earlier version made.
        second = run_once(instance)
    (instance_folder / "dagster.yaml").write_text(STORAGE, encoding="utf-8")
    with dg.DagsterInstance.from_config(str(instance_folder)) as instance:
        assert len(instance.all_logs(second)) == len(told)


def test_another_process_sees_each_event_at_once(instance_folder: Path) -> None:
    with (
        dg.DagsterInstance.from_config(str(instance_folder)) as running,
        dg.DagsterInstance.from_config(str(instance_folder)) as watching,
    ):
        for _ in range(2):
            run_id = run_once(running)
            assert len(watching.all_logs(run_id)) == len(running.all_logs(run_id)) > 5


def test_no_more_databases_stay_open_than_it_says(instance_folder: Path) -> None:
    with dg.DagsterInstance.from_config(str(instance_folder)) as instance:
        runs = [run_once(instance) for _ in range(OPEN_DATABASES + 2)]
        assert all(len(instance.all_logs(run_id)) > 5 for run_id in runs)
        assert len(instance.event_log_storage._engines) == OPEN_DATABASES


def test_what_is_wiped_is_gone_and_can_be_written_again(instance_folder: Path) -> None:
    with dg.DagsterInstance.from_config(str(instance_folder)) as instance:
        run_id = run_once(instance)
        instance.wipe()
        assert instance.all_logs(run_id) == []
        assert instance.get_latest_materialization_event(dg.AssetKey("invoices")) is None
        assert len(instance.all_logs(run_once(instance))) > 5
