"""Lines that several tests only read: built once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.pipeline.line import Line, operating


@dataclass(frozen=True)
class CleanRun:
    """What `fourwire run` made of a world without gaps."""

    line: Line
    status: int
    summary: dict[str, Any]
    said: str


@pytest.fixture(scope="session")
def clean_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CleanRun]:
    """A clean world, through the very job that the schedule launches."""
    with operating(tmp_path_factory.mktemp("clean"), seed=3) as line:
        done = run_command(line, "run")
        yield CleanRun(line, done.returncode, json.loads(done.stdout or "{}"), done.stderr)


def run_command(line: Line, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One `fourwire` command on the line's home, its result as JSON on stdout."""
    environment = {
        **os.environ,
        "FOURWIRE_HOME": str(line.settings.home.root),
        "FOURWIRE_CONFIG": str(line.settings.config_path),
    }
    return subprocess.run(
        [sys.executable, "-m", "orchestration.cli", *arguments, "--json"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
