"""What a person meets at the command line: exit statuses, one clear message, JSON that parses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.project import control_total_rungs
from tests.orchestration.operators import file_account, gap, ledger_warehouse, write_operator

TIMEOUT = 120


def fourwire(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, as a person runs it."""
    return subprocess.run(
        [sys.executable, "-m", "orchestration.cli", *arguments],
        env={**os.environ, "COLUMNS": "100", **environment},
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )


def says(result: subprocess.CompletedProcess[str]) -> str:
    """What the person reads on stderr, without the frame around it."""
    assert "Traceback" not in result.stderr, result.stderr
    return " ".join(result.stderr.replace("│", " ").split())


def equal_totals() -> list[tuple[object, ...]]:
    return [(rung, "dispatch", "account-1", "payments", 3, 3, "10", "10") for rung in control_total_rungs()]


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["demo"],
        ["sandbox", "serve"],
        ["run"],
        ["ingest"],
        ["explain", "job"],
        ["check"],
        ["ui"],
        ["identity"],
    ],
)
def test_help_answers(command: list[str]) -> None:
    result = fourwire(*command, "--help")
    assert result.returncode == 0
    assert "Usage" in result.stdout


def test_an_unknown_option_is_wrong_usage() -> None:
    assert fourwire("run", "--fulll").returncode == 2


def test_a_missing_configuration_is_named(home: Path) -> None:
    result = fourwire("ingest", FOURWIRE_CONFIG=str(home / "nowhere.yml"))
    assert result.returncode == 2
    assert "nowhere.yml: no operator configuration there" in says(result)


def test_a_wrong_value_is_named_with_its_key(home: Path, tmp_path: Path) -> None:
    account = {**file_account(tmp_path), "timezone": "Mars/Olympus"}
    result = fourwire("run", FOURWIRE_CONFIG=str(write_operator(tmp_path, [account])))
    assert result.returncode == 2
    assert "accounts.0.timezone" in says(result)
    assert not (home / "warehouse.duckdb").exists()


def test_a_platform_that_nobody_reads_is_refused(home: Path, tmp_path: Path) -> None:
    account = {**file_account(tmp_path), "platform": "carrier_pigeon", "options": {}}
    result = fourwire("ingest", FOURWIRE_CONFIG=str(write_operator(tmp_path, [account])))
    assert result.returncode == 2
    assert "carrier_pigeon" in says(result)


def test_an_unknown_account_is_wrong_usage(home: Path) -> None:
    result = fourwire("ingest", "nobody")
    assert result.returncode == 2
    assert "no account 'nobody'" in says(result)


def test_a_corrupt_file_fails_its_account_and_loads_nothing_of_it(home: Path, tmp_path: Path) -> None:
    account = file_account(tmp_path, text="this,is\nnot,a,spend\x00file\n")
    result = fourwire("ingest", FOURWIRE_CONFIG=str(write_operator(tmp_path, [account])))
    assert result.returncode == 3
    assert "spend.csv" in says(result)


def test_the_archive_is_loaded_anew_without_asking_anybody(home: Path, tmp_path: Path) -> None:
    rows = "source,campaign_name,date,spend\ngoogle_ads,Drains,2026-09-01,12.50\n"
    account = file_account(tmp_path, text=rows)
    config = str(write_operator(tmp_path, [account]))
    assert fourwire("ingest", FOURWIRE_CONFIG=config).returncode == 0
    Path(account["options"]["path"]).unlink()
    replayed = fourwire("ingest", "--replay", "--json", FOURWIRE_CONFIG=config)
    assert replayed.returncode == 0, replayed.stderr
    assert sum(json.loads(replayed.stdout)["changed"].values()) == 1


def test_looking_before_anything_was_loaded_says_what_to_run(home: Path) -> None:
    for command in (["check"], ["explain", "job", "1"], ["report"], ["identity", "review"]):
        result = fourwire(*command)
        assert result.returncode == 2, command
        assert "fourwire" in says(result)


def test_check_fails_while_an_error_gap_is_open(home: Path) -> None:
    ledger_warehouse(
        home / "warehouse.duckdb", [gap("completed_job_without_invoice", "J-1", "120.50")], equal_totals()
    )
    result = fourwire("check", "--json")
    assert result.returncode == 1
    document = json.loads(result.stdout)
    assert document["holds"] is False
    (open_gap,) = [each for each in document["findings"] if each["open_gaps"]]
    assert (open_gap["rule"]["check_id"], open_gap["dollars_at_risk"]) == (
        "completed_job_without_invoice",
        "120.50",
    )
    assert "$120.50 at risk" in says(result)


def test_check_fails_while_a_control_total_differs(home: Path) -> None:
    totals = equal_totals()
    totals[0] = (*totals[0][:4], 3, 2, "10", "9")
    ledger_warehouse(home / "warehouse.duckdb", totals=totals)
    result = fourwire("check")
    assert result.returncode == 1
    assert f"1 of {len(totals)} control totals differ" in says(result)


def test_check_holds_with_warnings_only(home: Path) -> None:
    ledger_warehouse(
        home / "warehouse.duckdb", [gap("lead_without_source", "L-1", "0", severity="WARN")], equal_totals()
    )
    result = fourwire("check")
    assert result.returncode == 0, result.stderr
    assert "A lead has a marketing source" in result.stdout


def test_status_of_an_empty_home(home: Path) -> None:
    result = fourwire("status", "--json")
    assert result.returncode == 0
    assert json.loads(result.stdout)["pulls"] == []


def test_the_demo_refuses_a_home_that_it_did_not_make(home: Path) -> None:
    (home / "warehouse.duckdb").write_bytes(b"precious")
    result = fourwire("demo", "--households", "10")
    assert result.returncode == 2
    assert "no demo made" in says(result)
    assert (home / "warehouse.duckdb").read_bytes() == b"precious"


def test_debug_shows_the_traceback(home: Path) -> None:
    result = fourwire("--debug", "ingest", FOURWIRE_CONFIG=str(home / "nowhere.yml"))
    assert "Traceback" in result.stderr
