"""Jobber against its simulation: what a pull brings equals what the vendor has, however it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from graphql import parse

from ingestion.http import CredentialsRejected, UnexpectedAnswer, VendorError, VendorRefused
from ingestion.limits import RateLimit
from ingestion.sources.jobber import SPEC, answers, connection, listings, questions
from ingestion.sources.jobber.budget import Budget, Cost, ThrottleStatus
from ingestion.sources.jobber.questions import Question
from sandbox.servers.jobber import costs
from sandbox.servers.jobber.lists import LISTINGS, Listing
from tests.sources.jobber_account import JobberAccount, jobber_account
from tests.sources.operator_world import operator_world

OBJECTS = tuple(spec.name for spec in SPEC.objects)
CHANGING = ("clients", "properties", "requests", "quotes", "jobs", "invoices", "payment_records")
QUESTIONS = tuple(value for value in vars(questions).values() if isinstance(value, Question))


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LIMITS", {"default": RateLimit(per_second=1_000, burst=50)})


@pytest.fixture
def account(tmp_path: Path) -> Iterator[JobberAccount]:
    with jobber_account(tmp_path) as running:
        yield running


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that seams between pages, and nested lists that are cut, occur in a small world."""
    monkeypatch.setattr(questions, "LARGEST_PAGE", 1)
    for question in QUESTIONS:
        cut = tuple(replace(nested, first=1) for nested in question.nested)
        monkeypatch_frozen(monkeypatch, question, page_size=5, nested=cut)


def monkeypatch_frozen(monkeypatch: pytest.MonkeyPatch, frozen: object, **values: object) -> None:
    """Change a frozen dataclass for the length of a test."""
    for name, value in values.items():
        monkeypatch.setitem(vars(frozen), name, value)


def test_a_first_pull_brings_everything_to_the_warehouse(tmp_path: Path) -> None:
    with operator_world("jobber", tmp_path, households=60) as operator:
        operator.ingest()
        for account_id in operator.servers:
            for name in OBJECTS:
                assert operator.live_rows(account_id, name) == operator.expected(account_id, name), name
        secrets = {value for pairs in operator.settings._secrets.values() for value in pairs.values()}
        tokens = "".join(file.read_text() for file in (tmp_path / "tokens").glob("*.json"))
        landed = b"".join(file.read_bytes() for file in (tmp_path / "landing").rglob("*") if file.is_file())
        assert not [secret for secret in secrets if secret.encode() in landed]
        assert "Bearer" not in tokens and b"refresh_token" not in landed


@pytest.mark.usefixtures("small_pages")
def test_nested_lists_that_are_cut_come_whole(account: JobberAccount) -> None:
    """With pages of one, two lines of an invoice come in an answer with parts."""
    lengths = {len(row["lineItems"]["nodes"]) for row in account.expected("invoices").values()}
    assert 2 in lengths, "no invoice has more lines than a page"
    for name in CHANGING:
        assert account.pull(name).rows == account.expected(name), name


@pytest.mark.usefixtures("small_pages")
def test_increments_bring_every_change(account: JobberAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also those of the calendar, which move no time, and visits that move none of their job's."""
    pulls = {name: account.pull(name) for name in CHANGING}
    monkeypatch.setattr(listings, "BEARABLE_POINTS", 0)
    for hours in (6, 72, 240):
        account.clock.advance(hours)
        for name in CHANGING:
            pulls[name] = account.pull(name, before=pulls[name])
            assert pulls[name].context.mode == "incremental", name
            expected = account.expected(name)
            assert {key: pulls[name].rows.get(key) for key in expected} == expected, name


def test_a_job_s_visit_is_found_without_a_time_of_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listings, "BEARABLE_POINTS", 0)
    with jobber_account(tmp_path, households=300) as account:
        pulled, silent = account.pull("jobs"), set()
        for _ in range(8):
            account.clock.advance(10)
            expected = account.expected("jobs")
            silent |= {key for key, row in pulled.rows.items() if changed_silently(row, expected[key])}
            pulled = account.pull("jobs", before=pulled)
            assert pulled.rows == expected
        assert silent, "every visit moved its job"


def changed_silently(row: dict[str, Any], later: dict[str, Any]) -> bool:
    return row["visits"] != later["visits"] and row["updatedAt"] == later["updatedAt"]


def test_a_short_list_is_read_in_full_each_time(account: JobberAccount) -> None:
    first = account.pull("clients")
    gone = next(iter(account.server.till.books.clients.values())).customer
    assert gone is not None
    gone.deleted_at = account.clock.now()
    account.server._till = None
    second = account.pull("clients", before=first)
    assert second.context.mode == "full"
    assert len(second.rows) == len(first.rows) - 1
    assert second.rows == account.expected("clients")


@pytest.mark.usefixtures("small_pages")
def test_a_row_that_jumps_to_the_front_is_not_missed(account: JobberAccount) -> None:
    last = list(account.server._rows(_listing("clients")))[-1][1].customer
    _between_pages(account, lambda: setattr(last, "contact_changed_at", account.clock.now()))
    assert account.pull("clients").rows == account.expected("clients")


@pytest.mark.usefixtures("small_pages")
def test_a_list_that_shrinks_while_it_is_read_is_read_again(account: JobberAccount) -> None:
    """A removal pulls the following rows up across a page seam; they must not count as removed."""
    first = next(iter(account.server._rows(_listing("clients"))))[1].customer
    _between_pages(account, lambda: setattr(first, "deleted_at", account.clock.now()))
    pulled = account.pull("clients")
    assert pulled.context.is_restarted
    expected = account.expected("clients")
    assert {key: pulled.rows[key] for key in expected} == expected


@pytest.mark.usefixtures("small_pages")
def test_a_list_that_never_stops_shrinking_is_given_up(
    account: JobberAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = iter(range(50, 0, -1))
    monkeypatch.setattr(listings.Reading, "_count", lambda reading: next(counts) - 40)
    with pytest.raises(UnexpectedAnswer, match="became shorter"):
        account.pull("clients")


def test_no_question_asks_for_more_than_half_of_the_bucket() -> None:
    for question in QUESTIONS:
        page = costs.requested(parse(question.page(with_total=True)), {"first": question.page_size})
        assert page <= 5_000, question.root
        if question.nested:
            whole = costs.requested(parse(question.whole((), [["MQ"] for _ in question.nested])), {})
            assert whole <= 5_000, question.root


def test_a_page_that_can_never_run_becomes_smaller(tmp_path: Path) -> None:
    with jobber_account(tmp_path, maximum_points="1000") as account:
        assert account.pull("jobs").rows == account.expected("jobs")
        assert account.pull("clients").rows == account.expected("clients")


def test_a_row_that_can_never_be_asked_for_is_said(tmp_path: Path) -> None:
    with (
        jobber_account(tmp_path, maximum_points="20") as account,
        pytest.raises(VendorRefused, match="points"),
    ):
        account.pull("jobs")


def test_a_pull_waits_for_its_points(tmp_path: Path) -> None:
    """The bucket holds one page and refills within four seconds: pages are let in one after the other."""
    with jobber_account(tmp_path, maximum_points="4200", restore_rate="1000") as account:
        client = account.client()
        for name in ("jobs", "invoices", "quotes", "jobs"):
            assert account.pull(name, client=client).rows == account.expected(name)
        assert client.seconds_waiting > 0.2


def test_waiting_is_arithmetic() -> None:
    now = [100.0]
    budget = Budget(clock=lambda: now[0])
    assert budget.seconds_until("jobs") == 0
    budget.note("jobs", Cost(4_000, ThrottleStatus(10_000, 1_000, 500), 700))
    assert budget.seconds_until("jobs") == 6
    assert budget.seconds_until("something new") == 0
    now[0] += 4
    assert budget.seconds_until("jobs") == 2
    now[0] += 400
    assert budget.seconds_until("jobs") == 0


def test_hidden_rows_are_an_error_and_no_empty_list(tmp_path: Path) -> None:
    with (
        jobber_account(tmp_path, hidden="quotes") as account,
        pytest.raises(CredentialsRejected, match="Quotes: Read") as refused,
    ):
        account.pull("quotes")
    assert not refused.value.stops_account


def test_an_unknown_field_is_named_and_can_be_left_out(
    account: JobberAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch_frozen(monkeypatch, questions.CLIENTS, fields=(*questions.CLIENTS.fields, "favouriteColour"))
    with pytest.raises(VendorRefused, match=r"favouriteColour.*options\.left_out_fields"):
        account.pull("clients")
    client = account.client(left_out_fields=["favouriteColour"])
    assert account.pull("clients", client=client).rows == account.expected("clients")


def test_another_version_than_the_one_asked_for_is_an_error(tmp_path: Path) -> None:
    with (
        jobber_account(tmp_path, version="2027-01-20") as account,
        pytest.raises(UnexpectedAnswer, match=r"2026-05-12 .* answered by 2027-01-20"),
    ):
        account.pull("users")


def test_a_waiting_room_is_waited_in(tmp_path: Path) -> None:
    with jobber_account(tmp_path, waiting_rooms="2") as account:
        assert account.pull("users").rows == account.expected("users")


@pytest.mark.parametrize(
    "body",
    [
        b'{"data":{"clients":null}}',
        b'{"data":null}',
        b'{"data":{}}',
        b'{"data":{"clients":{"nodes":null,"pageInfo":{"hasNextPage":false}}}}',
    ],
)
def test_nothing_in_place_of_a_list_is_no_empty_list(body: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        answers.connection_in(body, "clients")


def test_more_pages_without_a_cursor_is_an_error(
    account: JobberAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = SimpleNamespace(body=b'{"data":{"users":{"nodes":[],"pageInfo":{"hasNextPage":true}}}}')
    monkeypatch.setattr(
        connection.JobberClient,
        "ask",
        lambda *_: connection.Reply(page, 1),  # type: ignore[arg-type]
    )
    with pytest.raises(UnexpectedAnswer, match="more and not where"):
        account.pull("users")


def test_a_record_that_vanished_before_it_was_asked_for_alone_is_no_row() -> None:
    assert answers.rows_of("jobs", "job")(b'{"data":{"job":null}}') == []
    with pytest.raises(msgspec.DecodeError):
        answers.rows_of("jobs", "job")(b'{"data":{"invoice":{"id":"MQ"}}}')


def test_payments_dated_ahead_do_not_hide_later_ones(
    account: JobberAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listings, "BEARABLE_POINTS", 0)
    before = account.pull("payment_records")
    before.context.saved = {**before.context.saved, "newest": "2031-01-01T05:00:00Z"}
    asked = account.pull("payment_records", before=before).pages[0].request
    assert "2031" not in asked and '"after":"20' in asked


def test_a_token_that_is_called_invalid_in_a_200_is_renewed(
    account: JobberAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = account.client()
    original, refusals = client.post, [1]

    def post(path: str, body: object):
        page = original(path, body)
        if refusals:
            refusals.pop()
            said = b'{"errors":[{"message":"?","extensions":{"code":"UNAUTHENTICATED"}}],"data":null}'
            return replace(page, body=said)
        return page

    monkeypatch.setattr(client, "post", post)
    first = account.pull("users", client=client)
    assert first.rows == account.expected("users")
    assert len(account.server._office._granted) == 2


def test_a_limit_of_requests_is_a_429(tmp_path: Path) -> None:
    with jobber_account(tmp_path, requests_per_window="1") as account:
        client = account.client()
        account.pull("users", client=client)
        with pytest.raises(VendorError, match="429"):
            account.pull("users", client=client)


def _listing(name: str) -> Listing:
    return next(listing for listing in LISTINGS if listing.name == name)


def _between_pages(account: JobberAccount, change: Callable[[], None]) -> None:
    """Do `change` once, after the first page was answered."""
    server, original, asked = account.server, account.server._answer, []

    def answer(query: str, variables):
        asked.append(query)
        if len(asked) == 2:
            change()
            server._till = None
        return original(query, variables)

    server._answer = answer  # type: ignore[method-assign]


def test_a_request_shows_no_secret(account: JobberAccount) -> None:
    pulled = account.pull("users")
    secrets = account.settings._secrets[account.account.account_id].values()
    assert pulled.pages[0].request.startswith("POST ")
    assert not any(secret in pulled.pages[0].request for secret in secrets)
