"""Runs that fail and schedules that start none are noticed from Dagster's own records, on a real instance."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import (
    InProcessCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, ScheduleInstigatorData
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

from ingestion.config import load_settings
from orchestration.alerts import look, send_alerts
from orchestration.alerts.runs import failed_runs, missed_schedules
from orchestration.automation import DAILY_JOB, alerts
from orchestration.instance import instance_of
from tests.orchestration.operators import write_operator
from tests.orchestration.receivers import hook

GRACE = timedelta(minutes=30)


@pytest.fixture
def instance(home: Path) -> Iterator[dg.DagsterInstance]:
    with instance_of(load_settings()) as each:
        yield each


def run_daily(instance: dg.DagsterInstance, fault: str | None = None, **tags: str) -> None:
    """A run of a job of that name, failing on `fault`."""

    @dg.op
    def pull() -> None:
        if fault:
            raise ConnectionError(fault)

    @dg.job(name=DAILY_JOB)
    def job() -> None:
        pull()

    job.execute_in_process(instance=instance, raise_on_error=False, tags=tags)


def switch_on(instance: dg.DagsterInstance, name: str, cron: str, since: datetime) -> None:
    repository = RemoteRepositoryOrigin(InProcessCodeLocationOrigin(LoadableTargetOrigin()), "fourwire")
    instance.add_instigator_state(
        InstigatorState(
            RemoteInstigatorOrigin(repository, name),
            InstigatorType.SCHEDULE,
            InstigatorStatus.RUNNING,
            ScheduleInstigatorData(cron, since.timestamp()),
        )
    )


class TestFailedRuns:
    def test_a_failure_is_named_with_its_step_and_cause(self, instance: dg.DagsterInstance) -> None:
        run_daily(instance)
        run_daily(instance, "the vendor hung up")
        (failure,) = failed_runs(instance)
        assert (failure.job, failure.cause) == (DAILY_JOB, "pull (ConnectionError)")
        assert "the vendor hung up" in failure.message

    def test_it_is_over_when_the_next_run_ends_well(self, instance: dg.DagsterInstance) -> None:
        run_daily(instance, "the vendor hung up")
        run_daily(instance)
        assert failed_runs(instance) == []

    def test_failures_in_a_row_are_one_trouble_since_the_first(self, instance: dg.DagsterInstance) -> None:
        run_daily(instance)
        before = datetime.now(UTC)
        run_daily(instance, "down")
        after_first = datetime.now(UTC)
        run_daily(instance, "still down")
        (failure,) = failed_runs(instance)
        assert before <= failure.since <= after_first

    def test_hourly_repeats_are_told_once_and_a_new_cause_again(
        self, home: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        channels = {"channels": [{"name": "ops", "kind": "slack"}], "ui_url": "https://fourwire.example.com/"}
        settings = load_settings(config=write_operator(home.parent, alerts=channels))
        with hook() as slack:
            monkeypatch.setenv("FOURWIRE_SECRET_ALERTS_OPS_URL", slack.url)
            for fault in ("down", "down", None, "down"):
                run_daily(instance, fault)
                send_alerts(settings, instance, pauses=())
        first, second = slack.taken
        assert first["text"] == second["text"] == "Test Operator: The job daily fails"
        assert "https://fourwire.example.com/runs/" in str(first["blocks"])


class TestMissedSchedules:
    NOW = datetime.now(UTC)

    def test_a_due_schedule_without_a_run_is_missed(self, instance: dg.DagsterInstance) -> None:
        switch_on(instance, "nightly", "0 * * * *", self.NOW - timedelta(days=2))
        (missed,) = missed_schedules(instance, self.NOW, GRACE)
        assert missed.name == "nightly"
        assert self.NOW - GRACE - timedelta(hours=1) <= missed.due_at <= self.NOW - GRACE

    def test_its_own_run_since_then_is_enough_and_a_run_by_hand_is_not(
        self, instance: dg.DagsterInstance
    ) -> None:
        switch_on(instance, "nightly", "0 0 1 1 *", self.NOW - timedelta(days=800))
        run_daily(instance)
        assert len(missed_schedules(instance, self.NOW, GRACE)) == 1
        run_daily(instance, **{"dagster/schedule_name": "nightly"})
        assert missed_schedules(instance, self.NOW, GRACE) == []

    def test_one_that_was_not_switched_on_then_is_not_missed(self, instance: dg.DagsterInstance) -> None:
        switch_on(instance, "nightly", "0 0 1 1 *", self.NOW)
        assert missed_schedules(instance, self.NOW, GRACE) == []

    def test_it_is_told_with_what_to_do(self, home: Path, instance: dg.DagsterInstance) -> None:
        switch_on(instance, "nightly", "0 * * * *", self.NOW - timedelta(days=2))
        (matter,) = look(load_settings(), instance, self.NOW).matters
        assert matter.topic == "The schedule nightly did not run"
        assert "fourwire ui" in matter.remedy


def test_the_sensor_sends_and_starts_no_run(
    home: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"channels": [{"name": "ops", "kind": "webhook"}]}
    monkeypatch.setenv("FOURWIRE_CONFIG", str(write_operator(home.parent, alerts=settings)))
    run_daily(instance, "down")
    with hook() as receiver:
        monkeypatch.setenv("FOURWIRE_SECRET_ALERTS_OPS_URL", receiver.url)
        said = alerts(dg.build_sensor_context(instance))
        assert isinstance(said, dg.SkipReason)
        assert said.skip_message == "1 messages sent, 0 not taken"
        assert receiver.taken[0]["groups"][0]["topic"] == "The job daily fails"
