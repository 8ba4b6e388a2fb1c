"""A run that was killed must not keep the warehouse."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest

from ingestion.config import Account as OperatorAccount
from ingestion.config import Brand, Home, OperatorConfig, Settings
from orchestration.instance import dagster_home, end_dead_runs
from orchestration.transform import WAREHOUSE_POOL

RUN = """
import sys, time
import dagster as dg

@dg.op(pool="warehouse")
def hold():
    open(sys.argv[2], "w").close()
    time.sleep(300)

@dg.job(executor_def=dg.in_process_executor)
def held():
    hold()

with dg.DagsterInstance.from_config(sys.argv[1]) as instance:
    held.execute_in_process(instance=instance)
"""


def holding_run(folder: Path, marker: Path) -> subprocess.Popen[bytes]:
    """A process inside a step that holds the warehouse."""
    child = subprocess.Popen([sys.executable, "-c", RUN, str(folder), str(marker)])
    deadline = time.monotonic() + 60
    while not marker.exists():
        assert child.poll() is None and time.monotonic() < deadline
        time.sleep(0.1)
    return child


def test_a_killed_run_gives_the_warehouse_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    operator = OperatorConfig(
        name="Test",
        brands=(Brand(key="b", name="B", timezone="UTC"),),
        accounts=(OperatorAccount(account_id="a", platform="p", timezone="UTC"),),
    )
    folder = dagster_home(Settings(Home(tmp_path), operator, tmp_path / "operator.yml", {}))
    monkeypatch.setenv("DAGSTER_HOME", str(folder))
    child = holding_run(folder, tmp_path / "holding")
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        try:
            assert end_dead_runs(instance) == []
            assert slots_held(instance) == 1
        finally:
            child.kill()
            child.wait()
        (run_id,) = end_dead_runs(instance)
        assert slots_held(instance) == 0
        run = instance.get_run_by_id(run_id)
        assert run is not None and run.status is dg.DagsterRunStatus.FAILURE
        assert end_dead_runs(instance) == []


def slots_held(instance: dg.DagsterInstance) -> int:
    return instance.event_log_storage.get_concurrency_info(WAREHOUSE_POOL).active_slot_count
