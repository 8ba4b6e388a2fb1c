"""A vendor changes its format: nothing is lost, the build says what it cannot read, a check tells it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion.run import ingest
from orchestration import project
from orchestration.drift import find_drift
from orchestration.warehouse import reading
from tests.pipeline.line import Line, operating

pytestmark = pytest.mark.slow

ACCOUNT, PLATFORM = "st-cedar", "servicetitan"
# From raw to the contract, where a format that cannot be read must stop.
TO_THE_CONTRACT = (
    "--indirect-selection=buildable",
    "--select",
    f"path:models/staging/{PLATFORM}",
    f"path:seeds/{PLATFORM}_*",
    "path:models/staging/operator",
    "path:models/intermediate/conformed",
)


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    """A home whose first load is three days old."""
    with operating(tmp_path / "home", seed=5, households=150, months=4) as line:
        pull(line)
        for table in ("_fields", "jobs", "invoices", "customers"):
            columns = ("first_seen_at", "last_seen_at") if table == "_fields" else ("fetched_at",)
            aged = ", ".join(f"{column} = {column} - interval 3 day" for column in columns)
            line.edit(f"update raw_{PLATFORM}.{table} set {aged}")
        yield line


def pull(line: Line) -> None:
    results = ingest(line.settings, accounts=[ACCOUNT], full=True)
    assert [result.error for result in results if result.error] == []


def change(line: Line, path: str, **order) -> None:
    """From now on the rows below `path` come in another format."""
    line.sandbox.faults.post({"kind": "reshape", "account": ACCOUNT, "path": path, "times": None, **order})


def staged(line: Line) -> project.BuildResult:
    return line.dbt(TO_THE_CONTRACT, platforms=(PLATFORM,))


def told(line: Line, name: str) -> dict[str, str]:
    """Field -> kind of difference that the check on a raw table tells."""
    with reading(line.warehouse) as connection:
        return {each.field: each.kind for each in find_drift(connection, PLATFORM, [name])[name]}


def payloads(line: Line, name: str) -> list[dict]:
    return [json.loads(text) for (text,) in line.rows(f"select payload from raw_{PLATFORM}.{name}")]


def test_a_new_field_another_type_and_a_field_that_is_gone_are_told_and_change_no_amount(line: Line) -> None:
    assert staged(line).succeeded
    amounts = f"select native_id, total_amount from staging.stg_{PLATFORM}__invoices order by 1"
    before = line.rows(amounts)
    change(line, "/export/customers", values={"loyaltyTier": "gold"})
    change(line, "/export/invoices", values={"total": "$number"})
    change(line, "/export/jobs", without=["summary"])
    pull(line)
    assert {row["loyaltyTier"] for row in payloads(line, "customers")} == {"gold"}
    assert told(line, "customers") == {"loyaltyTier": "new"}
    assert told(line, "invoices") == {"total": "other type"}
    assert told(line, "jobs") == {"summary": "gone"}
    assert staged(line).succeeded
    assert line.rows(amounts) == before


def test_a_row_that_lost_its_key_is_set_aside_with_the_reason(line: Line) -> None:
    held = len(payloads(line, "customers"))
    change(line, "/export/customers", without=["id"])
    pull(line)
    reasons = line.rows(f"select reason, payload from raw_{PLATFORM}._rejects where object = 'customers'")
    assert len(reasons) == held
    assert "id" in reasons[0][0] and json.loads(reasons[0][1])["name"]
    assert len(payloads(line, "customers")) == held


def test_an_amount_that_is_gone_stops_the_build(line: Line) -> None:
    """Else a month's revenue would quietly be zero."""
    change(line, "/export/invoices", without=["total"])
    pull(line)
    built = staged(line)
    assert not built.succeeded
    assert any("NOT NULL constraint failed" in failure for failure in built.failures)


def test_a_new_enum_value_stops_the_build_and_is_named(line: Line) -> None:
    change(line, "/export/jobs", values={"jobStatus": "Teleported"})
    pull(line)
    built = staged(line)
    assert not built.succeeded
    assert any("every_value_is_mapped" in failure for failure in built.failures)
