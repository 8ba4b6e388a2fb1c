"""Each source, under each way a vendor fails: raw equals the truth, nothing lost or doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingestion.config import Settings, load_settings
from ingestion.sources import discover
from tests.conformance.conftest import Operator, platforms
from tests.conformance.warehouse import differences, raw_rows

FAULTS = {
    "none": [],
    "throttled": [{"kind": "throttle", "every": 7, "times": 5, "retry_after": 1}],
    "throttled without a header": [{"kind": "throttle_no_header", "every": 9, "times": 2}],
    "500 with HTML": [{"kind": "error_500", "every": 6, "times": 4}],
    "502 with HTML": [{"kind": "error_502", "every": 5, "times": 4}],
    "timeout": [{"kind": "timeout", "every": 8, "times": 2, "seconds": 0.3}],
    "cut body": [{"kind": "cut_body", "every": 5, "times": 4}],
    "token expires mid-pull": [{"kind": "expire_token", "every": 10, "times": 2}],
    "rows repeat over page edges": [{"kind": "duplicate_edge", "every": 2, "times": 20}],
}


@pytest.mark.parametrize("platform", platforms())
@pytest.mark.parametrize("fault", FAULTS)
def test_raw_equals_truth_under(fault: str, platform: str, operator: Operator) -> None:
    for account_id in operator.accounts(platform):
        for one in FAULTS[fault]:
            operator.control("POST", "faults", account=account_id, **one)
    operator.ingest(accounts=operator.accounts(platform))
    operator.assert_raw_equals_truth(platform)


@pytest.mark.parametrize("platform", platforms())
def test_rows_that_change_during_a_pull_are_whole_after_the_next(platform: str, operator: Operator) -> None:
    for account_id in operator.accounts(platform):
        operator.control("POST", "faults", account=account_id, kind="change_rows", every=4, times=3, hours=6)
    operator.ingest(accounts=operator.accounts(platform))
    operator.control("DELETE", "faults")
    operator.control("POST", "clock", advance_hours=2)
    operator.ingest(accounts=operator.accounts(platform), full=True)
    operator.assert_raw_equals_truth(platform)


@pytest.mark.parametrize("platform", platforms())
def test_a_second_run_changes_nothing(platform: str, operator: Operator) -> None:
    operator.ingest(accounts=operator.accounts(platform))
    before = _everything(operator, platform)
    operator.ingest(accounts=operator.accounts(platform))
    assert _everything(operator, platform) == before


@pytest.mark.parametrize("platform", platforms())
def test_increments_equal_a_full_reload(platform: str, operator: Operator, tmp_path) -> None:
    operator.ingest(accounts=operator.accounts(platform))
    for hours in (7, 30, 24 * 6):
        operator.control("POST", "clock", advance_hours=hours)
        operator.ingest(accounts=operator.accounts(platform))
    reloaded = Operator(operator.sandbox, _another_home(operator, tmp_path / "reloaded"))
    reloaded.ingest(accounts=operator.accounts(platform), full=True)
    wrong = []
    for account_id in operator.accounts(platform):
        for spec in discover()[platform].objects:
            pair = [
                raw_rows(each.settings.home.warehouse, platform, account_id, spec.name)
                for each in (operator, reloaded)
            ]
            wrong += [f"{account_id}.{spec.name}: {text}" for text in differences(*pair)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [1.5, 2.5, 3.5, 5.0])
def test_kill_anywhere_and_run_again(seconds: float, operator: Operator) -> None:
    """The moments spread over start-up, pull and load; what was under way does not matter."""
    program = (
        "import sys; from pathlib import Path; from ingestion.config import load_settings; "
        "from ingestion.run import ingest; "
        "ingest(load_settings(home=Path(sys.argv[1]), config=Path(sys.argv[2])))"
    )
    home, config = operator.settings.home.root, operator.settings.config_path
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(home), str(config)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ},
    )
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    operator.ingest()
    for platform in platforms():
        operator.assert_raw_equals_truth(platform)


def test_two_accounts_of_one_vendor_stay_apart(operator: Operator) -> None:
    shared = [platform for platform in platforms() if len(operator.accounts(platform)) > 1]
    assert shared, "the sandbox must connect one vendor twice"
    for platform in shared:
        operator.ingest(accounts=operator.accounts(platform))
        operator.assert_raw_equals_truth(platform)


def _everything(operator: Operator, platform: str) -> dict:
    return {
        (account_id, spec.name): raw_rows(operator.settings.home.warehouse, platform, account_id, spec.name)
        for account_id in operator.accounts(platform)
        for spec in discover()[platform].objects
    }


def _another_home(operator: Operator, home: Path) -> Settings:
    return load_settings(home=home, config=operator.settings.config_path)
