"""A gap that may be a late record is read again: once per opening, within its window, and written down."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from typer.testing import CliRunner

from ingestion.config import Settings, load_settings
from ingestion.landing import Landing
from orchestration.automation import REMEDY_JOB, remedies
from orchestration.cli import app
from orchestration.definitions import defs
from orchestration.remedies import plan_repulls, read_attempts, repull
from tests.orchestration.operators import file_account, gap, publish_ledger, write_operator

RULE = "completed_job_without_invoice"
ROWS = "source,campaign_name,date,spend\ngoogle_ads,Drains,2026-09-01,12.50\n"


@pytest.fixture
def settings(home: Path, tmp_path: Path) -> Settings:
    """An account with two recent gaps, beside gaps that ask for nothing."""
    publish_ledger(
        home,
        [
            gap(RULE, "J-1", "120.50", account_id="spend", occurred_on="2026-09-20"),
            gap(RULE, "J-2", "80.25", account_id="spend", occurred_on="2026-09-28"),
            gap(RULE, "J-3", "10", account_id="spend", occurred_on="2026-01-01"),  # too old to be late
            gap(RULE, "J-4", "10", account_id="spend", occurred_on="2026-09-01", handling="acknowledged"),
            gap(RULE, "J-5", "10", account_id="left-us", occurred_on="2026-09-28"),
        ],
    )
    account = file_account(tmp_path, text=ROWS)
    return load_settings(config=write_operator(tmp_path, [account], remedies={"repull": True}))


def pulls(settings: Settings) -> int:
    landing = Landing(settings.home.landing)
    return sum(len(landing.manifests(platform)) for platform in landing.platforms())


def test_an_account_is_read_again_from_the_day_before_its_oldest_gap(settings: Settings) -> None:
    (planned,) = plan_repulls(settings)
    assert (planned.account_id, planned.since) == ("spend", date(2026, 9, 19))
    assert planned.openings == (f"{RULE}-J-1:1", f"{RULE}-J-2:1")
    (attempt,) = repull(settings)
    assert (attempt.rows, attempt.errors) == (1, ())
    assert pulls(settings) == 2  # one per object
    assert not settings.home.warehouse.exists()


def test_an_opening_is_tried_once_and_the_next_one_again(settings: Settings) -> None:
    repull(settings)
    assert repull(settings) == ()
    again = gap(RULE, "J-1", "120.50", account_id="spend", occurred_on="2026-09-20", times_opened=2)
    publish_ledger(settings.home.root, [again])
    assert [each.openings for each in repull(settings)] == [(f"{RULE}-J-1:2",)]
    assert len(read_attempts(settings.home)) == 2


def test_a_pull_that_fails_is_written_down_and_not_repeated(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "spend.csv").write_text("this,is\nnot,a,spend\x00file\n", encoding="utf-8")
    (attempt,) = repull(settings)
    assert "spend.csv" in attempt.errors[0]
    assert repull(settings) == ()


def test_the_command_shows_its_plan_and_what_it_read(settings: Settings) -> None:
    planned = CliRunner().invoke(app, ["gaps", "repull", "--dry-run", "--json"])
    assert [each["account_id"] for each in json.loads(planned.output)] == ["spend"]
    assert pulls(settings) == 0
    done = CliRunner().invoke(app, ["gaps", "repull", "--json"])
    assert [each["rows"] for each in json.loads(done.output)] == [1]


class TestAfterARun:
    """Dagster starts the job after a good run, where the operator wants it and there is something to read."""

    def requested(self) -> bool:
        with dg.DagsterInstance.ephemeral() as instance:
            run = instance.create_run_for_job(defs.resolve_job_def(REMEDY_JOB))
            event = dg.DagsterEvent(dg.DagsterEventType.RUN_SUCCESS.value, run.job_name)
            context = dg.build_run_status_sensor_context("remedies", event, instance, run)
            return isinstance(remedies(context), dg.RunRequest)

    def test_it_is_requested_while_something_is_untried(self, settings: Settings) -> None:
        assert self.requested()
        assert defs.resolve_job_def(REMEDY_JOB).execute_in_process().success
        assert len(read_attempts(settings.home)) == 1
        assert not self.requested()

    def test_it_is_off_unless_configured(self, settings: Settings, tmp_path: Path) -> None:
        write_operator(tmp_path, [file_account(tmp_path, text=ROWS)])
        assert not self.requested()
