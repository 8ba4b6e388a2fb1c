"""The dbt project as the rest of orchestration sees it: where it is, its manifest, and how dbt is called.

Nothing here imports Dagster or dbt, so that a command that only needs a path stays quick.
"""

from __future__ import annotations

import csv
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ingestion.config import Environment, Home
from orchestration.platforms import in_use, unused

ROOT = Path(__file__).resolve().parents[1]
PROJECT_DIR = ROOT / "dbt_project"
MANIFEST = PROJECT_DIR / "target" / "manifest.json"
_FINGERPRINT = PROJECT_DIR / "target" / "manifest.sha256"

# Unit tests check the code, not the data: `make test` runs them.
BUILD_OPTIONS = ("--exclude-resource-type", "unit_test")

# What Fourwire says of itself: whether all that vendors show is here, and why totals differ.
CONSERVATION_MODELS = frozenset({"fct_conservation", "rpt_conservation_bridge"})

_READ_BY_DBT = {".sql", ".yml", ".yaml", ".csv", ".md", ".py"}


class BuildError(Exception):
    """dbt could not parse or build the project; the message carries what dbt said."""


@dataclass(frozen=True)
class Model:
    """One dbt model, as its manifest describes it."""

    name: str
    schema: str
    folder: tuple[str, ...]  # below models/, e.g. ("marts", "core")
    materialized: str
    description: str
    columns: Mapping[str, str]  # name -> description
    meta: Mapping[str, Any]

    @property
    def layer(self) -> str:
        return self.folder[0] if self.folder else ""

    @property
    def has_personal_data(self) -> bool:
        return bool(self.meta.get("contains_pii"))


@dataclass(frozen=True)
class ReconciliationRule:
    """One row of the seed `reconciliation_rules`."""

    check_id: str
    title: str
    wire: str
    severity: str
    entity: str
    subject_model: str
    tolerance_key: str
    remedy: str

    @property
    def is_about_the_line(self) -> bool:
        """Fourwire itself lost or doubled something: no record at a vendor can be edited to show it."""
        return self.subject_model in CONSERVATION_MODELS


def dbt_environment(warehouse: Path, platforms: Sequence[str] | None = None) -> dict[str, str]:
    """What dbt needs in its environment to build into `warehouse`.

    Args:
        platforms: The platforms to unite; None means those in use.
    """
    return {
        "FOURWIRE_WAREHOUSE": str(warehouse),
        "FOURWIRE_PLATFORMS": ",".join(in_use() if platforms is None else platforms),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        # What dbt says goes to the terminal, or to Dagster's log of the step; a second copy with every
        # statement of every node, which is the default, costs a tenth of a small build.
        "DBT_LOG_LEVEL_FILE": os.environ.get("DBT_LOG_LEVEL_FILE", "warn"),
    }


def staging_of(platforms: Sequence[str]) -> tuple[str, ...]:
    """dbt selectors of what belongs to these platforms alone: their staging folders and their seeds."""
    return tuple(
        selector
        for platform in platforms
        for selector in (f"path:models/staging/{platform}", f"path:seeds/{platform}_*")
    )


def dbt_executable() -> str:
    """The dbt of this environment, also when its `bin` folder is not on PATH."""
    beside = Path(sys.executable).parent / "dbt"
    return str(beside) if beside.exists() else "dbt"


def dbt_command(*arguments: str) -> list[str]:
    """A dbt command line on this project."""
    here = str(PROJECT_DIR)
    return [dbt_executable(), *arguments, "--project-dir", here, "--profiles-dir", here]


def current_manifest() -> Path:
    """The manifest, parsed anew when it is missing or was made from other files.

    Raises:
        BuildError: dbt cannot parse the project.
    """
    if _is_stale():
        with _parse_lock():
            if _is_stale():
                _parse()
    return MANIFEST


def _is_stale() -> bool:
    if not MANIFEST.is_file() or not _FINGERPRINT.is_file():
        return True
    return _FINGERPRINT.read_text(encoding="utf-8") != _fingerprint()


def _fingerprint() -> str:
    """What the project's files say; times would lie after a checkout or a copy."""
    digest = hashlib.sha256()
    for path in [PROJECT_DIR / "dbt_project.yml", PROJECT_DIR / "profiles.yml", *_files_of_models()]:
        digest.update(f"{path.relative_to(PROJECT_DIR)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _files_of_models() -> list[Path]:
    folders = ("models", "macros", "seeds", "tests")
    paths = (path for folder in folders for path in (PROJECT_DIR / folder).rglob("*"))
    return sorted(path for path in paths if path.suffix in _READ_BY_DBT)


@contextmanager
def _parse_lock() -> Iterator[None]:
    MANIFEST.parent.mkdir(parents=True, exist_ok=True)
    with (MANIFEST.parent / ".parse.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _parse() -> None:
    # Taken before: a file that changes while dbt reads makes the next look parse again.
    fingerprint = _fingerprint()
    done = subprocess.run(
        dbt_command("parse", "--quiet"),
        # The same profile as the build of this home: dbt throws away what it parsed under another one.
        env={**os.environ, **dbt_environment(Home(Environment().home).warehouse)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BuildError(f"dbt cannot parse {PROJECT_DIR}:\n{(done.stdout + done.stderr).strip()}")
    _FINGERPRINT.write_text(fingerprint, encoding="utf-8")


@cache
def _manifest_document(path: Path, modified_ns: int) -> dict[str, Any]:
    del modified_ns  # part of the cache key: a new manifest is read anew
    return json.loads(path.read_text(encoding="utf-8"))


def manifest_document() -> dict[str, Any]:
    """The parsed manifest."""
    path = current_manifest()
    return _manifest_document(path, path.stat().st_mtime_ns)


def models() -> tuple[Model, ...]:
    """Every model of the project, sorted by name."""
    nodes = manifest_document()["nodes"].values()
    return tuple(
        sorted(
            (_model(node) for node in nodes if node["resource_type"] == "model"), key=lambda model: model.name
        )
    )


def _model(node: Mapping[str, Any]) -> Model:
    return Model(
        name=node["name"],
        schema=node["schema"],
        folder=tuple(node["fqn"][1:-1]),
        materialized=node["config"]["materialized"],
        description=node["description"].strip(),
        columns={name: column["description"].strip() for name, column in node["columns"].items()},
        meta={**node.get("meta", {}), **node["config"].get("meta", {})},
    )


def published_models() -> tuple[Model, ...]:
    """The marts that readers get: tables, and views whose rows are copied; free of personal data."""
    return tuple(
        model
        for model in models()
        if model.layer == "marts"
        and (model.materialized != "view" or model.meta.get("is_published"))
        and not model.has_personal_data
    )


def review_models() -> tuple[Model, ...]:
    """The marts that a steward works from: personal data, copied to a file of their own."""
    return tuple(model for model in models() if model.meta.get("for_stewards"))


@cache
def reconciliation_rules() -> tuple[ReconciliationRule, ...]:
    """The reconciliation rules, in the order of the seed."""
    with (PROJECT_DIR / "seeds" / "reconciliation_rules.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            ReconciliationRule(**{name: row[name] for name in ReconciliationRule.__dataclass_fields__})
            for row in csv.DictReader(file)
        )


def control_total_rungs() -> tuple[str, ...]:
    """The rungs of the ladder: what `rpt_control_totals.rung` may hold, by its `accepted_values` test.

    Raises:
        BuildError: the model or that test is missing.
    """
    for node in manifest_document()["nodes"].values():
        test = node.get("test_metadata") or {}
        if test.get("name") == "accepted_values" and node.get("attached_node", "").endswith(
            ".rpt_control_totals"
        ):
            arguments = test["kwargs"]
            if arguments.get("column_name") == "rung":
                return tuple(arguments["values"])
    raise BuildError("rpt_control_totals.rung needs an accepted_values test: it names the rungs to check")


def sources() -> dict[str, tuple[str, ...]]:
    """The raw tables that dbt reads, by source."""
    found: dict[str, list[str]] = {}
    for node in manifest_document()["sources"].values():
        found.setdefault(node["source_name"], []).append(node["name"])
    return {name: tuple(sorted(tables)) for name, tables in sorted(found.items())}


@dataclass(frozen=True)
class BuildResult:
    """What `dbt build` did, by status of its nodes."""

    seconds: float
    counts: Mapping[str, int]
    failures: tuple[str, ...]

    @property
    def succeeded(self) -> bool:
        return not self.failures


def warmed(artifacts: Path) -> Path:
    """The folder for dbt's artifacts, with what the last parse learnt: a first build need not parse again."""
    parsed, kept = MANIFEST.with_name("partial_parse.msgpack"), artifacts / "partial_parse.msgpack"
    if parsed.is_file() and not kept.exists():
        artifacts.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(parsed, kept)
    return artifacts


def build(
    warehouse: Path,
    artifacts: Path,
    arguments: Sequence[str] = (),
    quiet: bool = False,
    platforms: Sequence[str] | None = None,
) -> BuildResult:
    """Run `dbt build` into `warehouse`, dbt's own lines going to the terminal.

    Args:
        platforms: The platforms to build; None means those in use.

    Raises:
        BuildError: dbt did not get as far as running the models.
    """
    used = in_use() if platforms is None else platforms
    left_out = [f"--exclude={selector}" for selector in staging_of(unused(used))]
    results = warmed(artifacts) / "run_results.json"
    results.unlink(missing_ok=True)
    environment = {
        **os.environ,
        **dbt_environment(warehouse, used),
        "DBT_TARGET_PATH": str(artifacts),
        "DBT_LOG_PATH": str(artifacts),
    }
    # dbt writes to stdout, which belongs to the command's result.
    done = subprocess.run(
        dbt_command("build", *BUILD_OPTIONS, *(["--quiet"] if quiet else []), *left_out, *arguments),
        env=environment,
        stdout=sys.stderr,
        check=False,
    )
    if not results.is_file():
        raise BuildError(
            f"dbt build ended with status {done.returncode} before it ran a model; see {artifacts}/dbt.log"
        )
    document = json.loads(results.read_text(encoding="utf-8"))
    statuses = Counter(result["status"] for result in document["results"])
    failures = tuple(
        f"{result['unique_id'].split('.', 2)[-1]}: {result['message']}"
        for result in document["results"]
        if result["status"] in {"error", "fail"}
    )
    return BuildResult(seconds=document["elapsed_time"], counts=dict(statuses), failures=failures)
