"""`kill -9` at the worst moments, then run again: the same raw tables as without."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import deque
from pathlib import Path

import pytest

from ingestion.config import Settings
from ingestion.run import ingest
from tests.ingestion.serving import served
from tests.ingestion.tenant import QUICK, Tenant, settings_for, stall
from tests.ingestion.warehouse import payloads, query

OBJECTS = ("jobs", "campaigns")

# Where the load dies: each names a function after or before which the process kills itself.
KILLED_IN_LOAD = {
    "before dlt starts": ("dlt.pipeline.pipeline:Pipeline.run", "before"),
    "after extract": ("dlt.pipeline.pipeline:Pipeline.extract", "after"),
    "after the first load job": ("dlt.load.load:Load.complete_jobs", "after"),
    "before the package is complete": ("dlt.load.load:Load.complete_package", "before"),
    "after the package is complete": ("dlt.load.load:Load.complete_package", "after"),
    "before a pull is renamed": ("ingestion.landing:PullWriter.commit", "before"),
    "after a pull is renamed": ("ingestion.landing:PullWriter.commit", "after"),
    "before removals are marked": ("ingestion.load:_PlatformLoad._mark_removed", "before"),
}

PROGRAM = """
import importlib, os, signal, sys, json
from pathlib import Path
from ingestion.run import ingest
from tests.ingestion.tenant import QUICK, settings_for

target, moment, home, url, objects = json.loads(sys.argv[1])
if target:
    module, _, path = target.partition(":")
    owner, name = path.split(".")
    owner = getattr(importlib.import_module(module), owner)
    original = getattr(owner, name)
    def dying(*args, **kwargs):
        if moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        original(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)
    setattr(owner, name, dying)
ingest(settings_for(Path(home), {"north": url}), objects=objects, patience=QUICK)
"""


@pytest.fixture
def history(tenant: Tenant) -> Tenant:
    for number in range(1, 8):
        tenant.commit("jobs", number, f"2026-01-01T00:00:0{number}Z", total=number)
    tenant.lists["campaigns"] = [{"id": number, "name": f"C{number}"} for number in range(5)]
    return tenant


def start(settings: Settings, url: str, target: str | None = None, moment: str = "") -> subprocess.Popen:
    order = json.dumps([target, moment, str(settings.home.root), url, OBJECTS])
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, order],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def state(settings: Settings) -> tuple:
    return payloads(settings, "jobs"), payloads(settings, "campaigns")


@pytest.mark.parametrize("point", KILLED_IN_LOAD)
def test_killed_and_run_again(
    point: str, settings: Settings, history: Tenant, tenant_url: str, tmp_path: Path
) -> None:
    died = start(settings, tenant_url, *KILLED_IN_LOAD[point])
    assert died.wait(timeout=120) == -signal.SIGKILL
    ingest(settings, objects=OBJECTS, patience=QUICK)
    untouched = settings_for(tmp_path / "untouched", {"north": tenant_url})
    ingest(untouched, objects=OBJECTS, patience=QUICK)
    assert state(settings) == state(untouched)
    doubled = query(settings, "select pull_id from raw_servicetitan._pulls group by 1 having count(*) > 1")
    assert doubled == []


def test_killed_in_the_middle_of_a_pull(settings: Settings, history: Tenant, tenant_url: str) -> None:
    history.instead["jobs"] = deque([None, None, stall])
    process = start(settings, tenant_url)
    deadline = time.monotonic() + 60
    while len([request for request in history.requests if "export/jobs" in request]) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.kill()
    process.wait()
    ingest(settings, objects=OBJECTS, patience=QUICK)
    assert payloads(settings, "jobs").keys() == {str(number) for number in range(1, 8)}
    assert not list(settings.home.landing.rglob("*.partial"))


def test_a_long_pull_resumes_at_its_last_checkpoint(
    settings: Settings, history: Tenant, tenant_url: str, tmp_path: Path
) -> None:
    """Feeds land a part every 50 pages: what came before the last full part is not asked for again."""
    for number in range(8, 121):
        history.commit("jobs", number, f"2026-01-01T00:{number // 60:02}:{number % 60:02}Z", total=number)
    history.page_size = 1
    history.instead["jobs"] = deque([*[None] * 60, stall])
    process = start(settings, tenant_url)
    deadline = time.monotonic() + 60
    while len([request for request in history.requests if "export/jobs" in request]) < 61:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.kill()
    process.wait()
    history.requests.clear()
    history.instead.clear()
    ingest(settings, objects=OBJECTS, patience=QUICK)
    assert len(payloads(settings, "jobs")) == 120
    asked = [request for request in history.requests if "export/jobs" in request]
    assert "%7C50%7C" in asked[0], "the first part of 50 pages was landed, and with it the token behind it"


def test_two_runs_at_once_do_not_disturb_each_other(history: Tenant, tmp_path: Path) -> None:
    with served(history.app) as url:
        settings = settings_for(tmp_path, {"north": url})
        processes = [start(settings, url) for _ in range(2)]
        codes = [process.wait(timeout=120) for process in processes]
    assert codes == [0, 0]
    assert len(payloads(settings, "jobs")) == 7
