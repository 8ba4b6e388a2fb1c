"""A home of its own for every test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.orchestration.operators import write_operator


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home with a valid operator file, made current by the environment."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("FOURWIRE_HOME", str(folder))
    monkeypatch.setenv("FOURWIRE_CONFIG", str(write_operator(tmp_path)))
    return folder
