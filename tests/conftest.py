"""What every test process needs before its first test."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import certifi
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.fixtures.dbt_forks import shared_folder

# Tests whose cost does not lie in a fixture that their file shares: each may run on any worker.
INDEPENDENT = (
    "tests/conformance/",
    "tests/pipeline/test_format_changes.py",
)
# Files that read one build, which a second worker would make again.
ONE_BUILD = (
    ("tests/staging/",),
    ("tests/identity/",),
    ("tests/pipeline/test_gaps.py", "tests/pipeline/test_money.py"),
)
# The longest first, so that no worker ends with one of them while the other has nothing left to do.
LONGEST = ("tests/pipeline/", "tests/warehouse/", "tests/identity/", "tests/conformance/")


def pytest_configure() -> None:
    _trust_one_authority()


def pytest_unconfigure(config: pytest.Config) -> None:
    controller = config.pluginmanager.get_plugin("dsession")
    if controller is not None:
        shutil.rmtree(shared_folder(controller.nodemanager.testrunuid), ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _place(item.nodeid))


class OneBuildOneWorker(LoadScopeScheduling):
    """A file stays on one worker for its fixtures' sake, except where none is shared, or with other files.

    Not `--dist loadgroup`: pytest 9 ignores the way in which xdist 3.8 notes a test's group, without a word.
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(INDEPENDENT):
            return nodeid
        file = nodeid.partition("::")[0]
        return next((files for files in ONE_BUILD if file.startswith(files)), (file,))[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneBuildOneWorker:
    return OneBuildOneWorker(config, log)


def _place(nodeid: str) -> int:
    return next((place for place, folder in enumerate(LONGEST) if nodeid.startswith(folder)), len(LONGEST))


def _trust_one_authority() -> None:
    """Reading the whole store takes 50 ms of every `httpx.get`, and no test leaves this machine."""
    end = "-----END CERTIFICATE-----\n"
    first = Path(certifi.where()).read_text(encoding="ascii").partition(end)[0] + end
    store = Path(tempfile.gettempdir()) / "fourwire-tests-one-authority.pem"
    store.write_text(first, encoding="ascii")
    os.environ["SSL_CERT_FILE"] = str(store)
