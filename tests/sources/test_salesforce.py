"""Salesforce against its simulation: what a pull brings equals what the org has, by query and in bulk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ingestion.config import ConfigError, Settings
from ingestion.http import (
    CredentialsRejected,
    QuotaExhausted,
    UnexpectedAnswer,
    VendorUnavailable,
)
from ingestion.limits import RateLimit
from ingestion.run import ingest
from ingestion.sources.salesforce import SPEC, bulk, connection, records
from ingestion.sources.salesforce.rows import read_rows
from ingestion.sources.salesforce.soql import Selection
from ingestion.spec import Page, utc_now
from tests.sources.operator_world import QUICK, OperatorWorld, operator_world

OBJECTS = tuple(spec.name for spec in SPEC.objects)
ORG = "sf-org"
WIDE = ("leads", "opportunities", "tasks", "contacts")


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LIMITS", {"default": RateLimit(per_second=500, burst=50)})
    monkeypatch.setattr(bulk, "FIRST_POLL", 0.0)


@pytest.fixture
def org(tmp_path: Path) -> Iterator[OperatorWorld]:
    """Pages of 25 rows, so that a small world has several."""
    with operator_world("salesforce", tmp_path, households=60, options={"page_rows": "25"}) as running:
        yield running


@pytest.fixture
def in_bulk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every object that allows it is read in bulk, in small results."""
    monkeypatch.setattr(records, "BULK_ABOVE", 0)
    monkeypatch.setattr(bulk, "RESULT_ROWS", 12)


def assert_equal_to_the_org(org: OperatorWorld, *objects: str) -> None:
    for name in objects or OBJECTS:
        assert org.live_rows(ORG, name) == org.expected(ORG, name), name


def failure(world: OperatorWorld, *objects: str) -> Exception:
    """The error that a pull of one object ends with."""
    (result,) = ingest(world.settings, objects=objects, patience=QUICK)
    assert result.error is not None
    return result.error


def test_a_first_pull_brings_everything(org: OperatorWorld) -> None:
    org.ingest()
    assert_equal_to_the_org(org)
    assert org.query("select count(*) from raw_salesforce.tasks")[0][0] > 25, "more than one page"


def test_later_pulls_bring_every_change_merges_and_deletions_too(org: OperatorWorld) -> None:
    org.ingest()
    for hours in (100, 500):
        org.clock.advance(hours)
        org.ingest()
        assert_equal_to_the_org(org)


def test_of_many_rows_only_the_changed_ones_are_asked_for(
    org: OperatorWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    org.ingest(*WIDE)
    monkeypatch.setattr(records, "WHOLE_BELOW", 0)
    org.clock.advance(100)
    results = {result.object: result for result in org.ingest(*WIDE)}
    assert {result.mode for result in results.values()} == {"incremental"}
    assert 0 < results["tasks"].rows < len(org.expected(ORG, "tasks"))
    for name in WIDE:
        held, expected = org.live_rows(ORG, name), org.expected(ORG, name)
        assert {key: held[key] for key in expected} == expected, name


def test_a_row_that_was_committed_late_comes_with_the_overlap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "WHOLE_BELOW", 0)
    with operator_world("salesforce", tmp_path, options={"late_commit_seconds": "540"}) as org:
        late = late_task(org)
        org.ingest("tasks")
        assert late not in org.live_rows(ORG, "tasks")
        org.clock.advance(0.15)
        org.ingest("tasks")
        assert late in org.live_rows(ORG, "tasks")
        assert_equal_to_the_org(org, "tasks")


def late_task(org: OperatorWorld) -> str:
    """Move the clock to a minute after a call whose log entry is still on its way; the id of its task."""
    server: Any = org.servers[ORG]
    ends = sorted(
        call.started_at + call.duration_seconds
        for call in org.world.calls.values()
        if call.direction == "inbound"
    )
    for ended_at in ends:
        if ended_at > org.clock.now():
            org.clock.advance((ended_at + 60 - org.clock.now()) / 3600)
            hidden = {row.id for row in server.org.tasks} - dict(server.expected("tasks")).keys()
            if hidden:
                return min(hidden)
    raise AssertionError("no call came late")


def test_bulk_jobs_bring_the_same_rows(org: OperatorWorld, in_bulk: None) -> None:
    results = {result.object: result for result in org.ingest()}
    assert results["tasks"].pages > 2
    assert_equal_to_the_org(org)


def test_a_row_is_the_same_by_query_and_in_bulk(org: OperatorWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    org.ingest(*WIDE)
    before = {name: versions(org, name) for name in WIDE}
    monkeypatch.setattr(records, "BULK_ABOVE", 0)
    org.ingest(*WIDE)
    assert {name: versions(org, name) for name in WIDE} == before


def versions(org: OperatorWorld, name: str) -> dict[str, Any]:
    return dict(org.query(f"select native_id, changed_at from raw_salesforce.{name}"))


def test_a_long_query_goes_in_bulk(org: OperatorWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "LONGEST_QUERY", 10)
    org.ingest("leads", "opportunity_stages")
    assert_equal_to_the_org(org, "leads", "opportunity_stages")
    server: Any = org.servers[ORG]
    assert server.jobs.created == 1, "the stages have no bulk jobs"


def test_a_job_that_fails_is_made_again_and_at_last_reported(tmp_path: Path, in_bulk: None) -> None:
    with operator_world("salesforce", tmp_path / "two", households=20, options={"failing_jobs": "2"}) as org:
        org.ingest("leads")
        assert_equal_to_the_org(org, "leads")
    with operator_world("salesforce", tmp_path / "all", households=20, options={"failing_jobs": "9"}) as org:
        error = failure(org, "leads")
    assert isinstance(error, VendorUnavailable)
    assert "3 jobs in a row" in str(error) and "InternalServerError" in str(error)


def test_an_interrupted_result_is_read_on_where_it_broke_off(
    org: OperatorWorld, in_bulk: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_off_after(monkeypatch, 13)
    assert isinstance(failure(org, "tasks"), VendorUnavailable)
    monkeypatch.undo()
    org.ingest("tasks")
    assert_equal_to_the_org(org, "tasks")
    server: Any = org.servers[ORG]
    assert server.jobs.created == 1


def test_an_interrupted_result_that_the_vendor_has_dropped_is_read_anew(
    org: OperatorWorld, in_bulk: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_off_after(monkeypatch, 13)
    assert isinstance(failure(org, "tasks"), VendorUnavailable)
    monkeypatch.undo()
    org.clock.advance(8 * 24)
    org.ingest("tasks")
    assert_equal_to_the_org(org, "tasks")


def break_off_after(monkeypatch: pytest.MonkeyPatch, pages: int) -> None:
    """Results of two rows each, of which no more than so many can be read."""
    monkeypatch.setattr(bulk, "RESULT_ROWS", 2)
    whole, read = connection.SalesforceClient.results, []

    def results(client: Any, path: str, params: Any) -> Any:
        read.append(path)
        if len(read) > pages:
            raise VendorUnavailable("the line is dead")
        return whole(client, path, params)

    monkeypatch.setattr(connection.SalesforceClient, "results", results)


def test_a_token_that_ends_during_a_listing_is_renewed(org: OperatorWorld) -> None:
    end_sessions_at_second_page(org)
    org.ingest("tasks")
    assert_equal_to_the_org(org, "tasks")


def test_a_cursor_that_died_with_its_token_is_read_from_the_beginning(tmp_path: Path) -> None:
    options = {"page_rows": "25", "cursors_die_with_token": "yes"}
    with operator_world("salesforce", tmp_path, households=60, options=options) as org:
        end_sessions_at_second_page(org)
        (result,) = org.ingest("tasks")
        assert_equal_to_the_org(org, "tasks")
        assert result.rows == len(org.expected(ORG, "tasks")) + 25


def end_sessions_at_second_page(org: OperatorWorld) -> None:
    server: Any = org.servers[ORG]
    admit: Callable[[Any], str] = server.sessions.admit
    ended = []

    def admit_or_end(request: Any) -> str:
        if "/query/0r8" in request.url.path and not ended:
            ended.append(request)
            server.sessions.end_all()
        return admit(request)

    server.sessions.admit = admit_or_end


def test_a_field_without_permission_is_named(tmp_path: Path) -> None:
    options = {"hidden_fields": "Lead.Phone Opportunity.Ext_Job_Id__c"}
    with operator_world("salesforce", tmp_path, households=20, options=options) as org:
        for name, field in (("leads", "Lead.Phone"), ("opportunities", "Opportunity.Ext_Job_Id__c")):
            error = failure(org, name)
            assert isinstance(error, CredentialsRejected) and not error.stops_account
            assert field in str(error) and "Field Permissions" in str(error) and ORG in str(error)


def test_an_object_without_permission_is_named_and_stops_no_other(tmp_path: Path) -> None:
    with operator_world("salesforce", tmp_path, households=20, options={"hidden_fields": "Campaign"}) as org:
        error = failure(org, "campaigns")
        assert isinstance(error, CredentialsRejected) and not error.stops_account
        assert "may not see Campaign" in str(error) and "View All" in str(error)
        org.ingest("leads", "fields")
        assert {row["object"] for row in org.live_rows(ORG, "fields").values()} >= {"Lead", "Task"}


def test_fields_that_shall_not_be_read_are_not(tmp_path: Path) -> None:
    options = {"excluded_fields": ["Lead.Description"]}
    with operator_world("salesforce", tmp_path, households=20, account_options=options) as org:
        org.ingest("leads")
        assert all("Description" not in row for row in org.live_rows(ORG, "leads").values())


def test_which_tasks_are_calls_is_the_operators_to_say(tmp_path: Path) -> None:
    options = {"call_condition": "CallType = 'Outbound' OR TaskSubtype = 'Email'"}
    with operator_world("salesforce", tmp_path, households=20, account_options=options) as org:
        (result,) = org.ingest("tasks")
        assert result.rows == 0


def test_a_used_up_day_ends_the_account_cleanly(tmp_path: Path) -> None:
    with operator_world("salesforce", tmp_path, households=20, options={"daily_requests": "6"},
                        account_options={"daily_share": 1}) as org:  # fmt: skip
        errors = [result.error for result in ingest(org.settings, patience=QUICK) if result.error]
    exhausted = [error for error in errors if isinstance(error, QuotaExhausted)]
    assert exhausted and exhausted[0].stops_account
    assert "rolling day" in str(exhausted[0]) and "TotalRequests" in str(exhausted[0])


def test_some_of_the_days_requests_are_left_to_others(tmp_path: Path) -> None:
    with operator_world("salesforce", tmp_path, households=20, options={"daily_requests": "10"},
                        account_options={"daily_share": 0.2}) as org:  # fmt: skip
        error = failure(org, "leads")
    assert isinstance(error, QuotaExhausted) and "daily_share (0.2)" in str(error)


def test_too_many_long_requests_are_waited_for(tmp_path: Path) -> None:
    with operator_world("salesforce", tmp_path, households=20, options={"concurrent_every": "3"}) as org:
        org.ingest("leads", "opportunities")
        assert_equal_to_the_org(org, "leads", "opportunities")


def test_a_refused_app_is_told_without_its_secret(org: OperatorWorld) -> None:
    wrong = {ORG: {"client_id": "3MVG9-other", "client_secret": "not-the-one"}}
    settings = Settings(org.settings.home, org.settings.operator, org.settings.config_path, wrong)
    (result,) = ingest(settings, objects=["leads"], patience=QUICK)
    assert isinstance(result.error, CredentialsRejected)
    assert "invalid_client_id" in str(result.error) and "not-the-one" not in str(result.error)


@pytest.mark.parametrize("address", [None, "https://login.salesforce.com", "https://test.salesforce.com/"])
def test_only_the_orgs_own_address_gives_tokens(org: OperatorWorld, address: str | None) -> None:
    operator = org.settings.operator
    account = operator.accounts[0].model_copy(update={"base_url": address})
    settings = Settings(
        org.settings.home,
        operator.model_copy(update={"accounts": (account,)}),
        org.settings.config_path,
        {ORG: {"client_id": "a", "client_secret": "b"}},
    )
    with pytest.raises(ConfigError, match="My Domain"):
        ingest(settings, objects=["leads"], patience=QUICK)


JSON_PAGE = b"""{"totalSize": 1, "done": true, "records": [{"attributes": {"type": "Lead"}, "Id": "00Q1",
  "IsDeleted": false, "Amount": 1250.50, "Email": null, "Text": "two\\nlines, \\"quoted\\"",
  "SystemModstamp": "2026-01-03T10:00:00.000+0000"}]}"""
CSV_PAGE = (
    b'"Id","IsDeleted","Amount","Email","Text","SystemModstamp"\n'
    b'"00Q1","false","1250.50","","two\nlines, ""quoted""\x00","2026-01-03T10:00:00.000Z"\n'
)


def test_both_forms_of_a_page_hold_one_row() -> None:
    (by_query,), (in_bulk,) = read_rows(JSON_PAGE), read_rows(CSV_PAGE)
    assert bytes(by_query) == bytes(in_bulk)
    assert msgspec.json.decode(by_query) == {
        "Id": "00Q1", "IsDeleted": "false", "Amount": "1250.50", "Email": None,
        "Text": 'two\nlines, "quoted"', "SystemModstamp": "2026-01-03T10:00:00.000Z",
    }  # fmt: skip


@pytest.mark.parametrize("body", [b"", b"\n", b'"Id","Name"\n'])
def test_a_result_without_rows_may_be_a_header_or_nothing(body: bytes) -> None:
    assert read_rows(body) == []


@pytest.mark.parametrize("body", [b'"Id","Name"\n"00Q1"\n', b"<html><h1>Oops</h1></html>", b'{"a": 1}'])
def test_what_is_no_page_is_refused(body: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        read_rows(body)


def test_a_result_with_fewer_rows_than_told_is_refused(org: OperatorWorld) -> None:
    jobs = bulk.Jobs(context=Bare(org.settings.operator.accounts[0]), client=None)  # type: ignore[arg-type]
    page = Page("GET /results", CSV_PAGE, utc_now())
    jobs._check_whole(page, "1")
    with pytest.raises(UnexpectedAnswer, match="holds 1 rows and says 2"):
        jobs._check_whole(page, "2")


class Bare:
    """Of a pull's context only the account."""

    def __init__(self, account: Any) -> None:
        self.account = account


def test_a_window_is_closed_at_both_ends_and_keeps_the_condition_together() -> None:
    moment = utc_now().replace(2026, 1, 2, 3, 4, 5, 0)
    window = Selection("Task", "CallType = 'Inbound' OR CallType = 'Outbound'", moment, moment)
    assert window.rows(["Id", "WhoId"]) == (
        "SELECT Id, WhoId FROM Task WHERE (CallType = 'Inbound' OR CallType = 'Outbound') "
        "AND SystemModstamp >= 2026-01-02T03:04:05Z AND SystemModstamp <= 2026-01-02T03:04:05Z"
    )
    assert replace(window, start=None, end=None, condition="").count() == "SELECT COUNT() FROM Task"
