"""One build of all staging models over every fixture row, which most tests here only read."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.sources import discover
from tests.fixtures.warehouse import build_warehouse, run_dbt

# Tests that also need a model outside the selection are left to the layer of that model.
CAUTIOUS = ["--indirect-selection", "buildable"]
SEEDS = " ".join(f"path:seeds/{platform}_*" for platform in discover())
SELECTION = f"{SEEDS} path:models/staging path:models/intermediate/conformed"


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse with every fixture row, staged and united; not to be written to."""
    warehouse = build_warehouse(tmp_path_factory.mktemp("staging") / "warehouse.duckdb")
    run = run_dbt(["build", *CAUTIOUS, "--select", SELECTION], warehouse)
    assert run.returncode == 0, run.stdout[-4000:]
    return warehouse
