"""In whatever order the archive's pulls are loaded, the tables come out the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.config import Settings
from ingestion.landing import Landing
from ingestion.run import load_landed, pull_accounts
from tests.ingestion.serving import served
from tests.ingestion.tenant import QUICK, Tenant, settings_for
from tests.ingestion.warehouse import everything, query

OBJECTS = ["jobs", "campaigns"]


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> Settings:
    """A history that is sensitive to order: edits, an edit taken back, a removal, a return."""
    tenant = Tenant()
    home = tmp_path_factory.mktemp("archive")
    with served(tenant.app) as url:
        operator = settings_for(home, {"north": url}, shrink_share=0.9)
        for number in range(1, 6):
            tenant.commit("jobs", number, f"2026-01-01T00:00:0{number}Z", total=number)
        for names in (["a", "b", "c"], ["a", "B", "c"], ["a", "b"], ["b", "c"]):
            # No change of the modification time: only the order of the pulls tells which name is the newest.
            tenant.lists["campaigns"] = [{"id": ord(name.lower()), "name": name} for name in names]
            tenant.commit("jobs", 2, f"2026-01-02T00:00:0{len(tenant.feeds['jobs'])}Z", total=len(names))
            results = pull_accounts(operator, objects=OBJECTS, patience=QUICK)
            assert all(result.error is None for result in results)
    load_landed(operator, platforms=["servicetitan"])
    return operator


def test_the_history_is_what_it_should_be(archive: Settings) -> None:
    found = query(
        archive,
        "select native_id, payload ->> 'name', removed_at is null from raw_servicetitan.campaigns order by 1",
    )
    assert [row[1:] for row in found] == [("a", False), ("b", True), ("c", True)]


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_gives_the_same_tables(data, archive: Settings, tmp_path_factory) -> None:
    root = archive.home.landing
    manifests = Landing(root).manifests("servicetitan")
    order = data.draw(st.permutations(manifests))
    cuts = data.draw(st.sets(st.integers(1, len(order) - 1), max_size=2))
    home = tmp_path_factory.mktemp("replayed")
    replayed = settings_for(home, {"north": "http://127.0.0.1:9"})
    for number, manifest in enumerate(order, start=1):
        _copy(root, replayed.home.landing, manifest.pull_id)
        if number in cuts:
            load_landed(replayed, platforms=["servicetitan"])
    load_landed(replayed, platforms=["servicetitan"])
    assert everything(replayed, *OBJECTS) == everything(archive, *OBJECTS)


def _copy(root: Path, target: Path, pull_id: str) -> None:
    for path in root.rglob(f"{pull_id}*"):
        copy = target / path.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)
