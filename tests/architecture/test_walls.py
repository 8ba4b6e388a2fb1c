"""The walls of the house, each held by a test."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ingestion.sources import discover
from orchestration.project import ROOT, manifest_document, models, published_models
from tests.architecture.test_adding_a_vendor import channels

CODE = ("ingestion", "activation", "sandbox", "orchestration", "benchmarks", "tests")
VENDORS = sorted(discover())


def python_files(*packages: str) -> list[Path]:
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


@cache
def nodes(kind: str) -> list[dict[str, Any]]:
    return [node for node in manifest_document()["nodes"].values() if node["resource_type"] == kind]


def layer(node: dict[str, Any]) -> str:
    return node["fqn"][1]


def named(node: dict[str, Any]) -> str:
    return node["original_file_path"]


def test_the_linter_keeps_dagster_and_dbt_out_of_the_plain_packages(tmp_path: Path) -> None:
    intruder = tmp_path / "intruder.py"
    intruder.write_text("import dagster\nimport dbt.cli\nimport dagster_dbt\n", encoding="utf-8")
    command = [sys.executable, "-m", "ruff", "check", "--output-format", "json", "--select", "TID251"]
    pyproject = ["--config", str(ROOT / "pyproject.toml")]
    found = subprocess.run([*command, *pyproject, str(intruder)], capture_output=True, text=True, check=False)
    assert [each["code"] for each in json.loads(found.stdout)] == ["TID251"] * 3
    plain = [str(ROOT / package) for package in ("ingestion", "activation", "sandbox")]
    clean = subprocess.run([*command, *pyproject, *plain], capture_output=True, text=True, check=False)
    assert json.loads(clean.stdout) == []


def test_plain_packages_run_without_dagster_and_dbt() -> None:
    code = """
import sys, ingestion.run, sandbox.server
print([name for name in ('dagster', 'dbt') if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("path", python_files("orchestration"), ids=lambda path: str(path.relative_to(ROOT)))
def test_orchestration_names_no_vendor(path: Path) -> None:
    text = path.read_text(encoding="utf-8").lower()
    assert [vendor for vendor in VENDORS if vendor in text] == []


def names_platform(text: str, vendor: str) -> bool:
    """Whether a text of the later layers names a platform.

    A few are spelled like a marketing channel (`seeds/channels.csv`), which is a word of those layers; there
    it counts only where it names the platform's tables or is compared with a platform.
    """
    if vendor not in channels():
        return vendor in text
    return (
        re.search(rf"(stg|base|raw)_{vendor}\b|(stg|base)_{vendor}__|platform\W+{vendor}\b", text) is not None
    )


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        ("channel: {}", False),
        ("from {{{{ ref('stg_{}__campaigns') }}}}", True),
        ("where platform = '{}'", True),
        ("from raw_{}.campaigns", True),
    ],
)
@pytest.mark.parametrize("vendor", sorted(channels() & set(VENDORS)))
def test_a_platform_spelled_like_a_channel_is_still_noticed(vendor: str, text: str, is_named: bool) -> None:
    assert names_platform(text.format(vendor), vendor) == is_named


def test_no_vendor_is_named_past_staging() -> None:
    past = [
        path
        for path in (ROOT / "dbt_project" / "models").rglob("*")
        if path.suffix in {".sql", ".py", ".yml"}
    ]
    past = [path for path in past if "staging" not in path.parts]
    past += (ROOT / "dbt_project" / "macros").rglob("*.sql")
    offenders = {
        str(path.relative_to(ROOT)): vendor
        for path in past
        for vendor in VENDORS
        if names_platform(path.read_text(encoding="utf-8").lower(), vendor)
    }
    assert offenders == {}


def test_only_staging_reads_raw() -> None:
    readers = [
        named(node)
        for node in nodes("model")
        if any(parent.startswith("source.") for parent in node["depends_on"]["nodes"])
        and layer(node) != "staging"
    ]
    assert readers == []


def test_marts_never_read_a_vendors_staging() -> None:
    """The operator's own settings are nobody's vendor; marts may read them."""
    readers = [
        (named(node), parent)
        for node in nodes("model")
        if layer(node) == "marts"
        for parent in node["depends_on"]["nodes"]
        if re.match(rf"model\.fourwire\.(stg|base)_({'|'.join(VENDORS)})__", parent)
    ]
    assert readers == []


def test_staging_models_of_a_vendor_stay_with_that_vendor() -> None:
    strays = [
        (named(node), parent)
        for node in nodes("model")
        if layer(node) == "staging"
        for parent in node["depends_on"]["nodes"]
        for other in VENDORS
        if parent.startswith((f"source.fourwire.{other}.", f"model.fourwire.stg_{other}__"))
        and other not in node["fqn"]
    ]
    assert strays == []


def test_every_model_says_what_a_row_is() -> None:
    silent = [
        named(node) for node in nodes("model") if layer(node) != "staging" and not node["description"].strip()
    ]
    assert silent == []


@pytest.mark.parametrize("model", published_models(), ids=lambda model: model.name)
def test_every_published_column_is_described(model: Any) -> None:
    assert model.columns
    assert [name for name, description in model.columns.items() if not description] == []


def test_published_models_are_held_to_their_columns() -> None:
    """An enforced contract makes dbt refuse to build other columns than the yml describes."""
    enforced = {node["name"] for node in nodes("model") if node["config"].get("contract", {}).get("enforced")}
    assert {model.name for model in published_models()} - enforced == set()


def test_a_dbt_test_with_two_parents_says_which_asset_it_checks() -> None:
    """Without it Dagster shows no check, and the test would fail in silence."""
    homeless = [
        named(node)
        for node in nodes("test")
        if len(node["depends_on"]["nodes"]) > 1
        and not node.get("attached_node")
        and not (node["config"].get("meta") or {}).get("dagster", {}).get("ref")
    ]
    assert homeless == []


def test_no_module_is_called_after_nothing() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert [
        str(path) for path in python_files(*CODE) if path.stem in vague or vague & set(path.parent.parts)
    ] == []


def test_money_is_never_a_float_in_the_warehouse() -> None:
    offenders = [
        (model.name, name)
        for node, model in zip(sorted(nodes("model"), key=lambda each: each["name"]), models(), strict=True)
        for name, column in node["columns"].items()
        if name.endswith("_amount") and (column.get("data_type") or "").lower() in {"double", "float", "real"}
    ]
    assert offenders == []


def test_time_columns_are_named_for_what_they_are() -> None:
    wrong = [
        (node["name"], name)
        for node in nodes("model")
        for name, column in node["columns"].items()
        if ((column.get("data_type") or "").lower() == "date" and not name.endswith("_on"))
        or ((column.get("data_type") or "").lower() == "timestamp" and not re.search(r"_(at|from|to)$", name))
    ]
    assert wrong == []
