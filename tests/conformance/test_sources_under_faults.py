"""Each source, under each way a vendor fails: raw equals the truth, nothing lost or doubled."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ingestion.config import Home, Settings, load_settings
from ingestion.sources import discover
from tests.conformance.conftest import Operator, platforms
from tests.conformance.layouts import layouts, platforms_of
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
    operator.ingest(platform)
    operator.assert_raw_equals_truth(platform)


@pytest.mark.parametrize("platform", platforms())
def test_rows_that_change_during_a_pull_are_whole_after_the_next(platform: str, operator: Operator) -> None:
    for account_id in operator.accounts(platform):
        operator.control("POST", "faults", account=account_id, kind="change_rows", every=4, times=3, hours=6)
    operator.ingest(platform)
    operator.control("DELETE", "faults")
    operator.control("POST", "clock", advance_hours=2)
    operator.ingest(platform, full=True)
    operator.assert_raw_equals_truth(platform)


@pytest.mark.parametrize("platform", platforms())
def test_a_second_run_changes_nothing(platform: str, operator: Operator) -> None:
    operator.ingest(platform)
    before = _everything(operator, platform)
    operator.ingest(platform)
    assert _everything(operator, platform) == before


@pytest.mark.parametrize("platform", platforms())
def test_increments_equal_a_full_reload(platform: str, operator: Operator, tmp_path) -> None:
    operator.ingest(platform)
    for hours in (7, 30, 24 * 6):
        operator.control("POST", "clock", advance_hours=hours)
        operator.ingest(platform)
    reloaded = Operator(operator.sandbox, _another_home(operator, tmp_path / "reloaded"))
    reloaded.ingest(platform, full=True)
    wrong = []
    for account_id in operator.accounts(platform):
        for spec in discover()[platform].objects:
            pair = [
                raw_rows(each.settings.home.warehouse, platform, account_id, spec.name)
                for each in (operator, reloaded)
            ]
            if spec.kept_for:
                # What the vendor has stopped showing meanwhile is in the increments alone.
                pair[0] = {native_id: row for native_id, row in pair[0].items() if native_id in pair[1]}
            wrong += [f"{account_id}.{spec.name}: {text}" for text in differences(*pair)]
    assert not wrong, "\n".join(wrong)


# What is on disk tells how far a run has come.
KILLED_WHEN: dict[str, Callable[[Home], bool]] = {
    "the first pages land": lambda home: any(home.landing.rglob("*.partial")),
    "some pulls have landed": lambda home: len(list(home.landing.rglob("*.json"))) >= 8,
    "the load starts": lambda home: (home.dlt / ".lock").exists(),
    "rows wait to be loaded": lambda home: any(home.dlt.glob("*/load/normalized/*/*/*")),
    "one vendor is loaded": lambda home: any(home.dlt.glob("*/load/loaded/*")),
}


@pytest.mark.slow
@pytest.mark.parametrize("layout", layouts())
@pytest.mark.parametrize("moment", KILLED_WHEN)
def test_kill_and_run_again(moment: str, layout: str, operator: Operator) -> None:
    program = (
        "import sys; from pathlib import Path; from ingestion.config import load_settings; "
        "from ingestion.run import ingest; "
        "ingest(load_settings(home=Path(sys.argv[1]), config=Path(sys.argv[2])))"
    )
    home = operator.settings.home
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(home.root), str(operator.settings.config_path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None and not KILLED_WHEN[moment](home):
        time.sleep(0.002)
    process.kill()
    assert process.wait() == -signal.SIGKILL, "the run ended before the moment came"
    operator.ingest()
    for platform in platforms_of(layouts()[layout]):
        assert operator.accounts(platform)
        operator.assert_raw_equals_truth(platform)


def test_the_layouts_have_every_platform() -> None:
    assert sorted({name for layout in layouts().values() for name in platforms_of(layout)}) == sorted(
        platforms()
    )


def test_two_accounts_of_one_vendor_stay_apart(operator: Operator) -> None:
    shared = [platform for platform in platforms() if len(operator.accounts(platform)) > 1]
    assert shared, "the sandbox must connect one vendor twice"
    for platform in shared:
        operator.ingest(platform)
        operator.assert_raw_equals_truth(platform)


def _everything(operator: Operator, platform: str) -> dict:
    return {
        (account_id, spec.name): raw_rows(operator.settings.home.warehouse, platform, account_id, spec.name)
        for account_id in operator.accounts(platform)
        for spec in discover()[platform].objects
    }


def _another_home(operator: Operator, home: Path) -> Settings:
    return load_settings(home=home, config=operator.settings.config_path)
