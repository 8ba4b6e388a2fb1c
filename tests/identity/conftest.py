"""One operator's records through five builds, shared by every test of identity."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from ingestion.identity_decisions import FILE_NAME, in_force, read_decisions
from orchestration.cli import app
from orchestration.project import Model
from orchestration.snapshot import publish, publish_review
from tests.identity.cases import CASES, add_crowd
from tests.identity.operator_records import ACCOUNTS, Household, OperatorRecords

CROWD = 240
PUBLISHED = ("bridge_household_members", "fct_household_history")
REVIEW = ("rpt_review_pairs_pii", "rpt_review_records_pii")


@dataclass(frozen=True)
class Timeline:
    """What one operator's records became, build by build.

    Attributes:
        cases: Name of a case -> keys of its records.
        crowd: Keys of the random records.
        alone: The first day's records, built from nothing.
        empty: Another warehouse, before its first record.
        first: The first day's records there, in another order than in `alone`.
        second: After new records, a vendor's merge, a changed mailbox and a steward's decisions.
        third: After one of the decisions was taken back.
        newcomers: Keys of what the second build added.
    """

    cases: dict[str, list[str]]
    crowd: list[str]
    alone: Household
    empty: Household
    first: Household
    second: Household
    third: Household
    newcomers: list[str]
    records: OperatorRecords
    config: Path


def fourwire(home: Path, config: Path, *arguments: str, keys: str = "") -> Result:
    """A command in this process, on one home."""
    environment = {"FOURWIRE_HOME": str(home), "FOURWIRE_CONFIG": str(config), "COLUMNS": "140"}
    return CliRunner().invoke(app, list(arguments), input=keys, env=environment)


@pytest.fixture(autouse=True, scope="session")
def _logging_as_it_was() -> Iterator[None]:
    """The command line silences warnings for its whole process."""
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="session")
def timeline(tmp_path_factory: pytest.TempPathFactory) -> Timeline:
    folder = tmp_path_factory.mktemp("identity")
    config = _operator_file(folder / "config")
    records = OperatorRecords()
    cases = {name.removeprefix("_"): add(records) for name, add in CASES.items()}
    crowd = add_crowd(records, CROWD, seed=4)

    alone = records.build(folder, "alone", shuffled_by=1, tested=False)
    (folder / "warehouse.duckdb").unlink()
    empty = OperatorRecords().build(folder, "empty", shuffled_by=0, tested=False)
    first = _published(records.build(folder, "first", shuffled_by=2))

    newcomers = _a_day_later(records, cases)
    _decide(first, config, records, cases)
    second = _published(records.build(folder, "second", shuffled_by=3, full_refresh=True))

    _command(second, config, "undo", *_ids(records, cases["big_family"][0], cases["small_family"][0]))
    records.decisions = in_force(read_decisions(config.with_name(FILE_NAME)))
    third = _published(records.build(folder, "third", shuffled_by=4, tested=False))
    return Timeline(cases, crowd, alone, empty, first, second, third, newcomers, records, config)


@pytest.fixture(scope="session")
def cases(timeline: Timeline) -> dict[str, list[str]]:
    return timeline.cases


@pytest.fixture(scope="session")
def households(timeline: Timeline) -> Household:
    return timeline.first


def _operator_file(folder: Path) -> Path:
    folder.mkdir()
    document = {
        "name": "Test Operator",
        "brands": [
            {"key": key, "name": key, "timezone": "America/Chicago"}
            for key in ("cedar-ridge", "bluebird", "summit")
        ],
        "accounts": [
            {"account_id": account, "platform": platform, "timezone": zone}
            | ({"brand": brand} if brand else {})
            for account, (platform, brand, zone) in ACCOUNTS.items()
        ],
    }
    path = folder / "operator.yml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


def _published(built: Household) -> Household:
    def models(names: tuple[str, ...]) -> list[Model]:
        return [Model(name, "core", ("marts", "core"), "table", "", {}, {}) for name in names]

    publish(built.warehouse, built.home / "published", models(PUBLISHED))
    publish_review(built.warehouse, built.home / "review" / "review.duckdb", models(REVIEW))
    return built


def _a_day_later(records: OperatorRecords, cases: dict[str, list[str]]) -> list[str]:
    """Relatives whose keys are smaller than all others', strangers, a vendor's merge, a new mailbox."""
    hales = cases["hales"]
    newcomers = [records.lead(f"h4-{n}", "Ada Hale", phone="6295550107") for n in range(8)]
    newcomers += [
        records.customer(f"new{n}", f"New {n} Comer", phones=(f"86555501{n:02d}",)) for n in range(20)
    ]
    records.change("int_customers__unioned", hales[2], merged_into_customer_key=hales[0], is_active=False)
    for row in records.tables["int_contact_points__unioned"]:
        if row["contact_value"] == "pia@example.com":
            row["contact_value"] = "pia.finch@example.com"
    return newcomers


def _decide(first: Household, config: Path, records: OperatorRecords, cases: dict[str, list[str]]) -> None:
    verdicts = (
        (cases["big_family"][0], cases["small_family"][0], "same"),
        (cases["everything_shared"][0], cases["everything_shared"][1], "different"),
        (cases["nothing_shared"][1], cases["nothing_shared"][0], "same"),
        (cases["mover_with_a_new_number"][0], cases["mover_with_a_new_number"][1], "same"),
    )
    for left, right, verdict in verdicts:
        _command(first, config, "decide", *_ids(records, left, right), verdict)
    records.decisions = in_force(read_decisions(config.with_name(FILE_NAME)))


def _ids(records: OperatorRecords, *keys: str) -> list[str]:
    origins = [records.origin[key] for key in keys]
    return [f"{origin.account_id}:{origin.native_id}" for origin in origins]


def _command(built: Household, config: Path, *arguments: str) -> None:
    done = fourwire(built.home, config, "identity", *arguments)
    assert done.exit_code == 0, done.output + str(done.exception)
