"""Workiz against its simulation: what a pull brings equals what the vendor has, and absence proves little."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ingestion.http import UnexpectedAnswer, VendorUnavailable
from ingestion.run import ingest
from ingestion.sources.workiz import SPEC, listings
from sandbox.servers.workiz.server import JOBS
from sandbox.world.model import Job
from tests.sources.operator_world import QUICK, OperatorWorld, operator_world

BLUEBIRD = "workiz-bluebird"
DAY = 86_400
QUICKLY = {"requests_per_second": 500}


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seams between pages occur in a small world."""
    monkeypatch.setattr(listings, "PAGE_SIZE", 20)


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[OperatorWorld]:
    with operator_world("workiz", tmp_path, households=200, account_options=QUICKLY) as running:
        yield running


def assert_equal_to_the_vendor(operator: OperatorWorld, *objects: str) -> None:
    for account_id in operator.servers:
        for name in objects or [spec.name for spec in SPEC.objects]:
            held = operator.live_rows(account_id, name)
            assert held == operator.expected(account_id, name), (account_id, name)


def asked(operator: OperatorWorld, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, str]]]:
    """Which lists the vendor is asked for from now on, with the query."""
    questions: list[tuple[str, dict[str, str]]] = []
    for server in operator.servers.values():
        original = server._passing

        def passing(kind, start, *rest, _original=original):
            questions.append((kind.name, {"start": start}))
            return _original(kind, start, *rest)

        monkeypatch.setattr(server, "_passing", passing)
    return questions


def a_finished_job(operator: OperatorWorld, days_ago: int = 120) -> tuple[Job, str]:
    """One that was done and paid long ago, and its id."""
    server, now = operator.servers[BLUEBIRD], operator.clock.now()
    jobs = server.books.jobs
    uuid = max(
        uuid
        for uuid, row in server.expected("jobs")
        if row["Status"].lower() == "done"
        and row["JobAmountDue"] == 0 < row["SubTotal"]
        and jobs[uuid].scheduled_start < now - days_ago * DAY
    )
    return jobs[uuid], uuid


def refund(operator: OperatorWorld, job: Job) -> None:
    """Give something back now."""
    (bill,) = operator.servers[BLUEBIRD].books.priced(job)
    paid = next(
        one
        for one in operator.world.payments.values()
        if one.applied[0][0] == bill.id and one.voided_at is None
    )
    paid.amount_cents -= 500
    paid.applied = ((bill.id, paid.amount_cents),)
    operator.servers[BLUEBIRD]._books = None


def offsets_asked(monkeypatch: pytest.MonkeyPatch, fails_at: int = 0) -> list[int]:
    """The offsets of the pages that are asked for from now on; the n-th one meets an outage."""
    offsets: list[int] = []
    original = listings._Reading._page

    def page(self, since, offset):
        offsets.append(offset)
        if len(offsets) == fails_at:
            raise VendorUnavailable("gone for lunch")
        return original(self, since, offset)

    monkeypatch.setattr(listings._Reading, "_page", page)
    return offsets


def test_a_first_pull_brings_everything(operator: OperatorWorld) -> None:
    operator.ingest()
    assert_equal_to_the_vendor(operator)
    assert operator.query("select count(*) from raw_workiz.jobs")[0][0] > 40


def test_a_later_pull_brings_every_change(operator: OperatorWorld) -> None:
    operator.ingest()
    for hours in (6, 72, 240):
        operator.clock.advance(hours)
        operator.ingest()
        assert_equal_to_the_vendor(operator)


def test_every_balance_that_was_read_is_kept_with_the_time_of_its_first_reading(
    operator: OperatorWorld,
) -> None:
    job, uuid = a_finished_job(operator)
    operator.ingest("job_balances")
    history = (
        "select payload->>'JobAmountDue', removed_at is null, changed_at from raw_workiz.job_balances "
        f"where native_id like '{uuid}|%' order by changed_at"
    )
    (before,) = operator.query(history)
    refund(operator, job)
    operator.ingest("job_balances")
    operator.clock.advance(240)
    operator.ingest("job_balances")
    old, new = operator.query(history)
    assert [old[:2], new[:2]] == [("0", False), ("5", True)]
    assert old[2] == before[2] < new[2]


def test_a_deleted_job_is_noticed(operator: OperatorWorld) -> None:
    operator.ingest("jobs")
    job, uuid = a_finished_job(operator)
    del operator.world.jobs[job.id]
    operator.servers[BLUEBIRD]._books = None
    operator.ingest("jobs")
    assert operator.query("select native_id from raw_workiz.jobs where removed_at is not null") == [(uuid,)]


@pytest.fixture
def long_list(operator: OperatorWorld, monkeypatch: pytest.MonkeyPatch) -> OperatorWorld:
    """Everything was read once, and is more than can be read each time."""
    operator.ingest()
    monkeypatch.setattr(listings, "BEARABLE_ROWS", 0)
    return operator


def test_of_a_long_list_only_the_last_months_are_read(
    long_list: OperatorWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = asked(long_list, monkeypatch)
    long_list.clock.advance(48)
    results = {(result.account_id, result.object): result for result in long_list.ingest("jobs", "leads")}
    assert {result.mode for result in results.values()} == {"incremental"}
    newest = max(row["CreatedDate"] for row in long_list.expected(BLUEBIRD, "jobs").values())[:10]
    earliest = datetime.fromisoformat(newest) - listings.LOOK_BACK - timedelta(days=7)
    assert all(question["start"] > earliest.date().isoformat() for _, question in questions)
    assert_equal_to_the_vendor(long_list, "jobs", "leads")


def test_an_unpaid_job_is_followed_beyond_the_window(operator: OperatorWorld, monkeypatch) -> None:
    job, uuid = a_finished_job(operator)
    refund(operator, job)
    operator.ingest("jobs")
    monkeypatch.setattr(listings, "BEARABLE_ROWS", 0)
    refund(operator, job)
    operator.ingest("jobs")
    assert operator.live_rows(BLUEBIRD, "jobs")[uuid]["JobAmountDue"] == 10


def test_a_settled_job_that_changes_after_months_comes_with_the_weekly_whole_read(
    long_list: OperatorWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, uuid = a_finished_job(long_list)
    refund(long_list, job)
    long_list.ingest("jobs")
    assert long_list.live_rows(BLUEBIRD, "jobs")[uuid]["JobAmountDue"] == 0
    monkeypatch.setattr(listings, "WHOLE_EVERY", timedelta(0))
    results = long_list.ingest("jobs")
    assert {result.mode for result in results} == {"full"}
    assert_equal_to_the_vendor(long_list, "jobs")


def test_an_open_job_that_was_moved_out_of_the_window_is_asked_for(long_list: OperatorWorld) -> None:
    server, now = long_list.servers[BLUEBIRD], long_list.clock.now()
    coming = (job for job in long_list.world.jobs.values() if job.brand_key == "bluebird")
    job = min((job for job in coming if job.booked_at > now), key=lambda job: job.booked_at)
    long_list.clock.advance((job.booked_at + 60 - now) / 3_600)
    long_list.ingest("jobs")
    job.scheduled_start -= 400 * DAY
    job.scheduled_end -= 400 * DAY
    server._books = None
    uuid = server.native_id("jobs", job.id)
    assert uuid not in {row["UUID"] for row in server._passing(JOBS, "2026-01-01", False, set())}
    long_list.ingest("jobs")
    assert long_list.live_rows(BLUEBIRD, "jobs")[uuid] == long_list.expected(BLUEBIRD, "jobs")[uuid]


def test_what_a_list_does_not_reach_is_asked_for_and_stays(operator: OperatorWorld) -> None:
    """A list that goes back 60 days must not make everything older count as deleted."""
    operator.ingest()
    for server in operator.servers.values():
        server._reaches_back = 60
    warnings = [result.warning for result in operator.ingest() if result.warning]
    assert_equal_to_the_vendor(operator)
    assert any("jobs exist that the list does not show" in warning for warning in warnings)


def test_a_list_that_lost_too_much_is_not_believed(
    operator: OperatorWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator.ingest("jobs")
    before = operator.live_rows(BLUEBIRD, "jobs")
    operator.servers[BLUEBIRD]._reaches_back = 60
    monkeypatch.setattr(listings, "MISSED_AT_MOST", 3)
    results = ingest(operator.settings, [BLUEBIRD], objects=["jobs"], patience=QUICK)
    (error,) = [result.error for result in results if result.error]
    assert isinstance(error, UnexpectedAnswer) and "--full" in str(error)
    assert operator.live_rows(BLUEBIRD, "jobs") == before


def test_a_job_that_lost_its_date_is_not_deleted(tmp_path: Path) -> None:
    with operator_world(
        "workiz", tmp_path, households=200, options={"undated": "dropped"}, account_options=QUICKLY
    ) as operator:
        operator.ingest("jobs")
        server = operator.servers[BLUEBIRD]
        _, uuid = a_finished_job(operator)
        original = server.books.__class__.schedule
        undated = server.books.jobs[uuid]
        server.books.__class__.schedule = lambda self, job: (
            (None, None) if job is undated else original(self, job)
        )
        try:
            server._books = None
            operator.ingest("jobs")
            assert operator.live_rows(BLUEBIRD, "jobs")[uuid]["JobDateTime"] is None
        finally:
            server._books.__class__.schedule = original


def test_a_list_whose_rows_move_up_while_it_is_read_is_read_again(
    operator: OperatorWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = operator.servers[BLUEBIRD]
    original, answers, offsets = server._passing, [], offsets_asked(monkeypatch)

    def passing(*question):
        answers.append(question)
        # After the first page ten of its rows are gone, and others have taken their places.
        return original(*question)[10 if len(answers) == 2 else 0 :]

    monkeypatch.setattr(server, "_passing", passing)
    ingest(operator.settings, [BLUEBIRD], objects=["jobs"], patience=QUICK)
    assert offsets[:4] == [0, 15, 0, 15]
    assert operator.live_rows(BLUEBIRD, "jobs") == operator.expected(BLUEBIRD, "jobs")


def test_pages_that_do_not_continue_each_other_are_refused_with_a_hint(tmp_path: Path) -> None:
    with operator_world(
        "workiz", tmp_path, households=200, options={"offset_counts": "pages"}, account_options=QUICKLY
    ) as operator:
        results = ingest(operator.settings, objects=["jobs"], patience=QUICK)
    errors = [result.error for result in results if result.error]
    assert errors and all(isinstance(error, UnexpectedAnswer) for error in errors)
    assert "offset_counts" in str(errors[0])


def test_an_account_that_counts_pages_is_read_once_it_is_said(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("sandbox.servers.workiz.server.MOST_RECORDS", 20)
    with operator_world(
        "workiz",
        tmp_path,
        households=200,
        options={"offset_counts": "pages"},
        account_options=QUICKLY | {"offset_counts": "pages"},
    ) as operator:
        operator.ingest()
        assert_equal_to_the_vendor(operator)


def test_an_interrupted_first_read_goes_on_where_it_was(
    operator: OperatorWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = next(spec for spec in SPEC.objects if spec.name == "jobs")
    monkeypatch.setitem(vars(jobs), "checkpoint_pages", 1)
    offsets = offsets_asked(monkeypatch, fails_at=3)
    (failed,) = ingest(operator.settings, [BLUEBIRD], objects=["jobs"], patience=QUICK)
    assert isinstance(failed.error, VendorUnavailable)
    ingest(operator.settings, [BLUEBIRD], objects=["jobs"], patience=QUICK)
    # The second page was not landed yet: parts end where the next page begins.
    assert offsets[:4] == [0, 15, 30, 15]
    assert operator.live_rows(BLUEBIRD, "jobs") == operator.expected(BLUEBIRD, "jobs")
