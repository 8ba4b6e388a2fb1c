"""CallRail against its simulation: ranges, links, late edits, spam that disappears, quotas."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest
from pydantic import ValidationError

from ingestion.config import secret_variable
from ingestion.http import CredentialsRejected, QuotaExhausted, UnexpectedAnswer
from ingestion.limits import RateLimit
from ingestion.run import ingest
from ingestion.sources.callrail import SPEC, connection, listings
from ingestion.sources.callrail.connection import HourlyQuota, Options
from ingestion.sources.callrail.objects import CALL_FIELDS
from sandbox.servers.callrail import ACCOUNT, server
from sandbox.servers.callrail.identifiers import native
from tests.sources.operator_world import QUICK, OperatorWorld, operator_world

OBJECTS = tuple(spec.name for spec in SPEC.objects)
TRACKING = "cr-company"
HOUR_OF_A_MONTH = 24 * 40


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.LIMITS, "default", RateLimit(per_second=500, burst=50))


@pytest.fixture
def account(tmp_path: Path) -> Iterator[OperatorWorld]:
    with operator_world("callrail", tmp_path, households=60, account_options={"account": ACCOUNT}) as running:
        yield running


@pytest.fixture
def busy_account(tmp_path: Path) -> Iterator[OperatorWorld]:
    """One with so many calls that some are spam."""
    with operator_world(
        "callrail", tmp_path, households=240, account_options={"account": ACCOUNT}
    ) as running:
        yield running


@pytest.fixture
def long_account(tmp_path: Path) -> Iterator[OperatorWorld]:
    """One whose lists are too long to be read whole each time."""
    options = {"account": ACCOUNT, "read_in_full_up_to": 0, "reread_days": 30}
    with operator_world("callrail", tmp_path, households=60, account_options=options) as running:
        yield running


def address(account: OperatorWorld) -> str:
    return f"{account.settings.operator.account(TRACKING).base_url}/v3/a/{ACCOUNT}"


def key_of(account: OperatorWorld) -> str:
    settings = account.settings
    return settings.credential(settings.operator.account(TRACKING), "api_key").get_secret_value()


def assert_equal_to_the_account(account: OperatorWorld) -> None:
    for name in OBJECTS:
        assert account.live_rows(TRACKING, name) == account.expected(TRACKING, name), name


def test_everything_is_read_although_the_default_is_seven_days(account: OperatorWorld) -> None:
    account.ingest()
    assert_equal_to_the_account(account)
    ((oldest,),) = account.query(
        "select min(cast(payload ->> '$.start_time' as timestamptz)) from raw_callrail.calls"
    )
    assert account.clock.now() - oldest.timestamp() > 60 * 24 * 3600


def test_every_field_that_exists_is_asked_for(account: OperatorWorld) -> None:
    account.ingest("calls")
    assert set(CALL_FIELDS) >= set(server.CALL_EXTRAS)


def test_pages_follow_links(account: OperatorWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listings, "PAGE_SIZE", 7)
    (result,) = account.ingest("calls")
    assert result.pages > 3
    assert account.live_rows(TRACKING, "calls") == account.expected(TRACKING, "calls")
    assert result.control_total == result.rows


def test_short_lists_are_read_whole_so_no_edit_is_late(account: OperatorWorld) -> None:
    account.ingest()
    for hours in (5, 100, HOUR_OF_A_MONTH):
        account.clock.advance(hours)
        account.ingest()
        assert_equal_to_the_account(account)


def test_a_long_list_is_read_again_for_some_weeks(long_account: OperatorWorld) -> None:
    long_account.ingest("calls")
    before = long_account.live_rows(TRACKING, "calls")
    long_account.clock.advance(24 * 7)
    (result,) = long_account.ingest("calls")
    assert result.mode == "incremental" and 0 < result.rows < len(before)
    held, true = long_account.live_rows(TRACKING, "calls"), long_account.expected(TRACKING, "calls")
    assert held.keys() >= true.keys()
    newest = max(row["start_time"] for row in before.values())
    recent = [key for key, row in true.items() if row["start_time"] >= newest]
    assert recent and all(held[key] == true[key] for key in recent)


def test_an_edit_of_an_older_call_waits_for_the_next_complete_read(long_account: OperatorWorld) -> None:
    """What a late edit costs, and that the complete read pays it back; so it does for spam."""
    long_account.ingest("calls")
    long_account.clock.advance(HOUR_OF_A_MONTH)
    world, now = long_account.world, long_account.clock.now()
    jobs = [job for job in world.jobs.values() if job.call_id and (job.completed_at or now) < now]
    late = next(
        key
        for job in jobs
        if (key := native("calls", job.call_id)) in long_account.live_rows(TRACKING, "calls")
        and now - world.calls[job.call_id].started_at > 100 * 24 * 3600
    )
    world.jobs[next(j.id for j in jobs if native("calls", j.call_id) == late)].total_cents += 100
    long_account.ingest("calls")
    assert long_account.live_rows(TRACKING, "calls")[late] != long_account.expected(TRACKING, "calls")[late]
    long_account.ingest("calls", full=True)
    assert_equal_calls(long_account)


def assert_equal_calls(account: OperatorWorld) -> None:
    assert account.live_rows(TRACKING, "calls") == account.expected(TRACKING, "calls")


def test_spam_disappears_and_is_kept_as_removed(busy_account: OperatorWorld) -> None:
    account = busy_account
    records, now = account.servers[TRACKING]._records, account.clock.now()
    in_the_end = {call.id for call in records.calls(account.world.ends_at)}
    spam = next(
        call
        for call in account.world.calls.values()
        if call.outcome == "not_lead" and call.to_phone in records._trackers and call.id not in in_the_end
    )
    spam.started_at = now - 3600
    key = native("calls", spam.id)
    account.ingest("calls")
    assert key in account.live_rows(TRACKING, "calls")
    account.clock.advance(24)
    account.ingest("calls")
    assert key not in account.live_rows(TRACKING, "calls")
    removed = account.query(
        f"select removed_at is not null from raw_callrail.calls where native_id = '{key}'"
    )
    assert removed == [(True,)]


def test_rows_that_leave_while_a_list_is_read_push_no_other_out(
    account: OperatorWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listings, "PAGE_SIZE", 5)
    tracking = account.servers[TRACKING]
    hidden: set[int] = set()
    original, asked = tracking._records.calls, []

    def vanishing(now: int) -> list:
        asked.append(now)
        calls = original(now)
        if len(asked) == 4:
            hidden.add(calls[0].id)
        return [call for call in calls if call.id not in hidden]

    monkeypatch.setattr(tracking._records, "calls", vanishing)
    account.ingest("calls")
    assert hidden
    assert account.live_rows(TRACKING, "calls").keys() >= account.expected(TRACKING, "calls").keys()


def test_an_old_account_is_read_as_far_back_as_it_can_be(
    account: OperatorWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`all_time` is refused when data is older than 25 months; then the range is named."""
    monkeypatch.setattr(server, "RETENTION_MONTHS", 5)
    now = account.clock.now()
    monkeypatch.setattr(listings, "_from", _from_as_of(now))
    account.ingest("calls")
    held = account.live_rows(TRACKING, "calls")
    assert held and len(held) < sum(1 for _ in account.servers[TRACKING]._records.calls(now))


def _from_as_of(now: int) -> Callable[[object], dict[str, str]]:
    def since(start: object) -> dict[str, str]:
        begins = datetime.fromtimestamp(now, UTC) - timedelta(days=100)
        return {"start_date": begins.strftime("%Y-%m-%d"), "end_date": "2100-01-01", "time_zone": "UTC"}

    return since


def test_a_field_that_did_not_come_is_noticed(
    account: OperatorWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = account.servers[TRACKING]._records.call
    monkeypatch.setattr(
        account.servers[TRACKING]._records,
        "call",
        lambda call, now: {name: v for name, v in original(call, now).items() if name != "milestones"},
    )
    (result,) = ingest(account.settings, objects=["calls"], patience=QUICK)
    assert isinstance(result.error, UnexpectedAnswer) and "milestones" in str(result.error)


def test_a_link_to_elsewhere_is_not_followed(account: OperatorWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key goes with every request: it must not go to another host."""
    monkeypatch.setattr(listings, "PAGE_SIZE", 5)
    original = server._relative_page

    def elsewhere(request, items):
        page = original(request, items)
        return {**page, "next_page": page["next_page"] and "https://elsewhere.example.com/v3/calls.json"}

    monkeypatch.setattr(server, "_relative_page", elsewhere)
    (result,) = ingest(account.settings, objects=["calls"], patience=QUICK)
    assert isinstance(result.error, UnexpectedAnswer) and "elsewhere.example.com" in str(result.error)


def test_a_used_up_hour_ends_the_account_and_the_next_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with operator_world(
        "callrail",
        tmp_path,
        households=60,
        options={"requests_per_hour": "4"},
        account_options={"account": ACCOUNT},
    ) as account:
        results = ingest(account.settings, patience=QUICK)
        errors = [result.error for result in results if result.error]
        assert any(isinstance(error, QuotaExhausted) for error in errors)
        assert "full hour" in str(next(error for error in errors if isinstance(error, QuotaExhausted)))
        account.servers[TRACKING]._quota = 10_000
        account.ingest()
        assert_equal_to_the_account(account)


def test_a_short_squeeze_is_waited_out() -> None:
    quota = HourlyQuota("track")
    request = httpx.Request("GET", "https://api.callrail.com/v3/a/ACC1/calls.json")
    refused = httpx.Response(429, request=request)
    assert [quota(refused) for _ in range(5)] == [None] * 5
    with pytest.raises(QuotaExhausted, match="track"):
        quota(refused)
    told = httpx.Response(429, request=request, headers={"Retry-After": "7"})
    assert quota(told) is None


def test_a_wrong_key_is_named(account: OperatorWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(secret_variable(TRACKING, "api_key"), "wrong")
    results = ingest(account.settings, objects=["companies"], patience=QUICK)
    assert isinstance(results[0].error, CredentialsRejected) and TRACKING in str(results[0].error)


def test_the_key_is_sent_as_the_vendor_writes_it(account: OperatorWorld) -> None:
    url, key = f"{address(account)}/companies.json", key_of(account)
    for header in (f'Token token="{key}"', f"Token token={key}"):
        assert httpx.get(url, headers={"Authorization": header}).status_code == 200
    assert httpx.get(url, headers={"Authorization": f"Bearer {key}"}).status_code == 401


@pytest.mark.parametrize("wrong", [{}, {"account": "COM1"}, {"account": ACCOUNT, "reread_days": 0}])
def test_options_are_checked(wrong: dict) -> None:
    with pytest.raises(ValidationError):
        Options.model_validate(wrong)


def test_ranges_name_start_end_and_zone() -> None:
    scope = listings._from(datetime(2026, 2, 1, tzinfo=UTC))
    assert scope.keys() == {"start_date", "end_date", "time_zone"}
    assert scope["start_date"] == "2026-02-01T00:00:00Z" and scope["time_zone"] == "UTC"


def test_the_links_carry_the_question(account: OperatorWorld) -> None:
    query = "relative_pagination=true&offset=0&per_page=3&date_range=all_time&fields=tags"
    answer = httpx.get(
        f"{address(account)}/calls.json?{query}",
        headers={"Authorization": f"Token token={key_of(account)}"},
    )
    page = msgspec.json.decode(answer.content)
    assert parse_qs(urlsplit(page["next_page"]).query)["offset"] == ["1"]
    assert "tags" in page["calls"][0] and "milestones" not in page["calls"][0]
