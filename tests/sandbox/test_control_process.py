"""The sandbox as a process of its own, as `fourwire sandbox serve` runs it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from ingestion.config import load_settings

PROGRAM = """
import sys
from pathlib import Path
from sandbox.server import serve
folder = Path(sys.argv[1])
serve(households=30, seed=7, months=3, port=0, info_file=folder / "info.json", config_out=folder / "demo.yml",
      faults=[{"kind": "error_502", "account": "spend"}])
"""


def test_it_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path)])
    try:
        told = wait_for(tmp_path / "info.json")
        assert httpx.get(f"{told['control_url']}/clock").json() == {"now": "2026-11-01T12:00:00Z"}
        settings = load_settings(home=tmp_path, config=tmp_path / "demo.yml")
        url = settings.operator.account("spend").options["url"]
        assert [httpx.get(url).status_code for _ in range(2)] == [502, 200], "a fault stands from the start"
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=10)
    finally:
        process.kill()
        process.wait()
    assert not list(tmp_path.glob(".*")), "no drafts are left behind"


def wait_for(path: Path) -> dict:
    deadline = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < deadline, "the sandbox did not come up"
        time.sleep(0.05)
    return json.loads(path.read_text())
