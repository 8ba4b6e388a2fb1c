"""Each source, under each way a vendor fails: raw equals the truth, nothing lost or doubled."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from ingestion.config import Home, Settings, load_settings
from ingestion.sources import discover
from tests.conformance.conftest import Operator, platforms
from tests.conformance.layouts import layouts, platforms_of
from tests.conformance.warehouse import differences, raw_rows

# Each group of ways to fail at once. A fault strikes the second request that it sees (the first may be the
# one for a token), so that it strikes vendors with few requests too, and then one in `every`.
FAULTS = {
    "throttled, with a header and without, silence and cut bodies": [
        {"kind": "throttle", "every": 7, "times": 4, "retry_after": 1},
        {"kind": "throttle_no_header", "every": 9, "times": 2},
        {"kind": "timeout", "every": 8, "times": 2, "seconds": 0.3},
        {"kind": "cut_body", "every": 5, "times": 4},
    ],
    "500 and 502 with HTML, tokens expire mid-pull, rows repeat over page edges": [
        {"kind": "error_500", "every": 6, "times": 4},
        {"kind": "error_502", "every": 5, "times": 4},
        {"kind": "expire_token", "every": 10, "times": 2},
        {"kind": "duplicate_edge", "every": 2, "times": 20},
    ],
}
# Strikes pages only, and not every vendor has a second one in so small a world.
NEEDS_PAGES = {"duplicate_edge"}


@pytest.mark.parametrize("platform", platforms())
@pytest.mark.parametrize("faults", FAULTS)
def test_raw_equals_truth_under(faults: str, platform: str, operator: Operator) -> None:
    for account_id in operator.accounts(platform):
        for fault in FAULTS[faults]:
            operator.control("POST", "faults", account=account_id, **fault | {"every": 2, "times": 1})
            operator.control("POST", "faults", account=account_id, **fault)
    operator.ingest(platform)
    struck = {fault["kind"] for fault in operator.control("GET", "faults")["faults"] if fault["fired"]}
    assert {fault["kind"] for fault in FAULTS[faults]} - struck <= NEEDS_PAGES
    operator.assert_raw_equals_truth(platform)


@pytest.mark.parametrize("platform", platforms())
def test_rows_that_change_during_a_pull_are_whole_after_the_next(platform: str, operator: Operator) -> None:
    # The accounts share one clock: 18 hours in all. A pull is no longer than a day, however many accounts it
    # has, and what a vendor tells for so many days may drop out at one midnight, not at two.
    accounts = operator.accounts(platform)
    for account_id in accounts:
        fault = {"kind": "change_rows", "every": 4, "times": 3, "hours": 6 / len(accounts)}
        operator.control("POST", "faults", account=account_id, **fault)
    operator.ingest(platform)
    operator.control("DELETE", "faults")
    operator.control("POST", "clock", advance_hours=2)
    operator.ingest(platform, full=True)
    operator.assert_raw_equals_truth(platform)


@pytest.mark.parametrize("platform", platforms())
def test_a_second_pull_changes_nothing_and_increments_equal_a_full_reload(
    platform: str, operator: Operator, tmp_path: Path
) -> None:
    operator.ingest(platform)
    operator.assert_raw_equals_truth(platform)
    before = _everything(operator, platform)
    operator.ingest(platform)
    assert _everything(operator, platform) == before
    for hours in (7, 30, 24 * 6):
        operator.control("POST", "clock", advance_hours=hours)
        operator.ingest(platform)
    reloaded = Operator(operator.sandbox, _another_home(operator, tmp_path / "reloaded"))
    reloaded.ingest(platform, full=True)
    wrong = []
    with operator.warehouse() as warehouse, reloaded.warehouse() as fresh:
        for account_id in operator.accounts(platform):
            for spec in discover()[platform].objects:
                kept, now = (raw_rows(each, platform, account_id, spec.name) for each in (warehouse, fresh))
                if spec.kept_for:
                    # What the vendor has stopped showing meanwhile is in the increments alone.
                    kept = {native_id: row for native_id, row in kept.items() if native_id in now}
                wrong += [f"{account_id}.{spec.name}: {text}" for text in differences(kept, now)]
    assert not wrong, "\n".join(wrong)


# What has come to disk since the start of a run tells how far it is.
KILLED_WHEN: dict[str, Callable[[Home, float], bool]] = {
    "the first pages land": lambda home, start: _newer(home.landing.rglob("*.partial"), start) > 0,
    "some pulls have landed": lambda home, start: _newer(home.landing.rglob("*.json"), start) >= 8,
    "the load starts": lambda home, start: _newer([home.dlt / ".lock"], start) > 0,
    "rows wait to be loaded": lambda home, start: _newer(home.dlt.glob("*/load/normalized/*/*/*"), start) > 0,
    "one vendor is loaded": lambda home, start: _newer(home.dlt.glob("*/load/loaded/*"), start) > 0,
}
INGEST = (
    "import sys; from pathlib import Path; from ingestion.config import load_settings; "
    "from ingestion.run import ingest; "
    "ingest(load_settings(home=Path(sys.argv[1]), config=Path(sys.argv[2])))"
)


@pytest.mark.slow
@pytest.mark.parametrize("layout", layouts())
def test_killed_at_every_moment_and_run_again(layout: str, operator: Operator) -> None:
    """Each run starts on what the one before it left when it was killed."""
    for moment in KILLED_WHEN:
        _kill_when(moment, operator)
    operator.ingest()
    for platform in platforms_of(layouts()[layout]):
        assert operator.accounts(platform)
        operator.assert_raw_equals_truth(platform)


def test_the_layouts_have_every_platform() -> None:
    assert sorted({name for layout in layouts().values() for name in platforms_of(layout)}) == sorted(
        platforms()
    )


def test_one_vendor_is_connected_twice(operator: Operator) -> None:
    """So that every test here would see rows of one account in another."""
    assert any(len(operator.accounts(platform)) > 1 for platform in platforms())


def _kill_when(moment: str, operator: Operator) -> None:
    home, start = operator.settings.home, time.time()
    process = subprocess.Popen(
        [sys.executable, "-c", INGEST, str(home.root), str(operator.settings.config_path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None and not KILLED_WHEN[moment](home, start):
        time.sleep(0.002)
    process.kill()
    assert process.wait() == -signal.SIGKILL, f"the run ended before the moment came: {moment}"


def _newer(paths: Iterable[Path], start: float) -> int:
    """How many of the files have been written since `start`."""
    found = 0
    for path in paths:
        try:
            found += path.stat().st_mtime >= start
        except FileNotFoundError:  # taken away meanwhile
            continue
    return found


def _everything(operator: Operator, platform: str) -> dict:
    with operator.warehouse() as warehouse:
        return {
            (account_id, spec.name): raw_rows(warehouse, platform, account_id, spec.name)
            for account_id in operator.accounts(platform)
            for spec in discover()[platform].objects
        }


def _another_home(operator: Operator, home: Path) -> Settings:
    return load_settings(home=home, config=operator.settings.config_path)
