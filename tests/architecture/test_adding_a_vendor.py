"""A vendor is three folders and a line: where its name may stand, and nowhere else.

The tests of one vendor may name it wherever they like to; what is held here is the product, and the test code
that all vendors share, because that is what somebody who adds a vendor would have to find and edit.
"""

from __future__ import annotations

import csv
import re
import subprocess
from pathlib import Path

import pytest

from ingestion.sources import discover
from orchestration.project import ROOT

VENDORS = sorted(discover())

# {v} is the vendor's name as in `platform:`.
OWN_PLACES = (
    r"ingestion/sources/{v}/.+",
    r"dbt_project/models/staging/{v}/.+",
    r"dbt_project/seeds/{v}_.+\.(csv|yml)",
    r"tests/fixtures/sources/{v}/.+",
    r"sandbox/servers/{v}/.+",
    r"tests/[a-z]+/(test_)?([a-z]+_)?{v}(_[a-z_]+)?\.py",
)
SHARED_PLACES = (
    r"dbt_project/dbt_project\.yml",
    r"dbt_project/seeds/_enum_values__seeds\.yml",
    r"config/operator\.example\.yml",
    r"sandbox/world/brands\.py",
    r"tests/fixtures/sources/operator/accounts\.json",
    r"(README|CONTRIBUTING)\.md|docs/.+|.+/README\.md",
    # Only the names of others' clients, which drive the sandbox in tests.
    r"pyproject\.toml|requirements\.lock",
)
# Where marketing channels are named (`seeds/channels.csv`). A few platforms are spelled like their channel.
# Where the channel is meant, nobody who adds the platform has anything to edit: in the seeds that say what it
# is, in what the operator's own records call it (simulated worlds, other vendors' picklists, the spend
# contract), in rows of tests. Models, macros and code past the sources name neither.
CHANNEL_PLACES = (
    r"dbt_project/seeds/(channels|click_id_kinds|marketing_source_map)\.csv",
    r"dbt_project/models/intermediate/attribution/_.+\.yml",
    r"(ingestion/sources|sandbox/servers|tests/fixtures/sources)/[a-z_]+/.+",
    r"sandbox/world/.+",
    r"tests/(orchestration|sandbox|warehouse)/.+",
)
# They measure or exercise the shared machinery by the example of one vendor, and no other one concerns them.
EXAMPLES = (
    r"ingestion/http\.py",
    r"benchmarks/(ingestion|vendor_process)\.py",
    r"tests/ingestion/.+",
    r"tests/sources/operator_world\.py",
    r"tests/sandbox/(in_process|small_world|specs|test_specs|test_gaps_on_the_wire|test_modification_times)\.py",
    r"tests/sandbox/test_control_faults\.py",
    r"tests/staging/test_conserves_raw\.py",
    r"tests/architecture/test_constraints\.py",
    r"tests/pipeline/.+",
)


def files_naming(vendor: str) -> list[str]:
    """Files under version control that name a vendor by its platform name."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in listed.stdout.splitlines() if vendor in name or _names(ROOT / name, vendor)]


def channels() -> set[str]:
    with (ROOT / "dbt_project/seeds/channels.csv").open(encoding="utf-8") as file:
        return {row["channel"] for row in csv.DictReader(file)}


def strays(vendor: str, names: list[str]) -> list[str]:
    """Those of `names` that are none of the places where the vendor may stand."""
    places = (*OWN_PLACES, *SHARED_PLACES, *EXAMPLES, *(CHANNEL_PLACES if vendor in channels() else ()))
    allowed = [pattern.replace("{v}", vendor) for pattern in places]
    return [name for name in names if not any(re.fullmatch(pattern, name) for pattern in allowed)]


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_vendor_is_named_only_in_its_own_places(vendor: str) -> None:
    assert strays(vendor, files_naming(vendor)) == []


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_shared_product_names_a_vendor_on_one_line(vendor: str) -> None:
    lines = (ROOT / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8").splitlines()
    assert [line.strip().startswith(f"{vendor}:") for line in lines if vendor in line] == [True]


@pytest.mark.parametrize(
    "name",
    [
        "sandbox/gaps/money.py",
        "ingestion/config.py",
        "orchestration/checks.py",
        "tests/fixtures/warehouse.py",
        "dbt_project/models/marts/core/fct_jobs.sql",
        "dbt_project/models/staging/other/stg_other__jobs.sql",
    ],
)
def test_a_vendor_named_elsewhere_is_noticed(name: str) -> None:
    assert strays(VENDORS[0], [name]) == [name]


@pytest.mark.parametrize("vendor", sorted(channels()))
@pytest.mark.parametrize(
    "name",
    [
        "ingestion/config.py",
        "dbt_project/models/intermediate/attribution/int_touches__evidence.sql",
        "dbt_project/macros/marketing_source.sql",
        "orchestration/checks.py",
    ],
)
def test_a_platform_spelled_like_a_channel_is_noticed_all_the_same(name: str, vendor: str) -> None:
    assert strays(vendor, [name]) == [name]


def test_only_platforms_spelled_like_a_channel_may_stand_where_channels_are_named() -> None:
    assert strays("acme", ["sandbox/world/marketing.py"]) == ["sandbox/world/marketing.py"]
    assert strays("meta", ["sandbox/world/marketing.py"]) == []


def _names(path: Path, vendor: str) -> bool:
    # A file that was deleted but not committed yet is still listed.
    return path.is_file() and vendor.encode() in path.read_bytes().lower()
