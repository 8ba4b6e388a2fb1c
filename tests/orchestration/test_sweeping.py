"""The sweep as people meet it: the command and the job, on the source that reads files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.definitions import defs
from orchestration.sweeping import SWEEP_JOB
from tests.orchestration.operators import file_account, write_operator

SPEND = "date,source,campaign_name,spend\n2026-10-01,yelp,Fall,120.50\n2026-10-02,yelp,Fall,80.00\n"


@pytest.fixture
def spending(home: Path, tmp_path: Path) -> Path:
    """A home whose one account is a file of two days."""
    write_operator(tmp_path, [file_account(tmp_path, SPEND)])
    return home


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "sweep", *arguments],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def test_the_command_tells_what_it_compared(spending: Path) -> None:
    done = command("--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    rows = {each["object"]: (each["listed_rows"], each["held_rows"]) for each in told["objects"]}
    assert rows["spend"] == (2, 2)
    assert told["unswept"] == []


def test_an_unknown_account_is_wrong_usage(spending: Path) -> None:
    assert command("nobody").returncode == 2


def test_the_job_fails_while_a_row_is_held_twice(spending: Path) -> None:
    job = defs.resolve_job_def(SWEEP_JOB)
    assert job.execute_in_process().success
    with duckdb.connect(str(spending / "warehouse.duckdb")) as connection:
        (table,) = connection.execute(
            "select table_schema || '.spend' from information_schema.tables "
            "where table_name = 'spend' and table_schema not like '%staging'"
        ).fetchone() or ("",)
        connection.execute(f"insert into {table} from {table} limit 1")
    failed = job.execute_in_process(raise_on_error=False)
    assert not failed.success
    (step,) = [event for event in failed.all_events if event.is_step_failure]
    metadata = step.step_failure_data.user_failure_data.metadata
    assert metadata["rows_left"].value == 1
    (difference,) = metadata["differences"].records
    assert difference.data["cause"] == "doubled"


def test_the_sweep_has_a_schedule_of_its_own() -> None:
    assert defs.resolve_schedule_def("nightly_sweep").job_name == SWEEP_JOB
