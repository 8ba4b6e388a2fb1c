"""What every test process needs before its first test."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import certifi
import pytest

# Tests whose cost does not lie in a fixture that their file shares: each may run on any worker.
INDEPENDENT = ("tests/conformance/",)
# Folders whose files read one build, which a second worker would make again.
ONE_BUILD = ("tests/staging/",)


def pytest_configure() -> None:
    _trust_one_authority()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file stays on one worker for its fixtures' sake, except where none is shared, or with other files."""
    for item in items:
        if item.nodeid.startswith(INDEPENDENT):
            continue
        together = next((folder for folder in ONE_BUILD if item.nodeid.startswith(folder)), None)
        item.add_marker(pytest.mark.xdist_group(together or item.nodeid.partition("::")[0]))


def _trust_one_authority() -> None:
    """Reading the whole store takes 50 ms of every `httpx.get`, and no test leaves this machine."""
    end = "-----END CERTIFICATE-----\n"
    first = Path(certifi.where()).read_text(encoding="ascii").partition(end)[0] + end
    store = Path(tempfile.gettempdir()) / "fourwire-tests-one-authority.pem"
    store.write_text(first, encoding="ascii")
    os.environ["SSL_CERT_FILE"] = str(store)
