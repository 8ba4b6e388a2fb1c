"""Google Ads against its simulation: what is read again, what is never asked twice, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from pydantic import ValidationError

from ingestion.config import ConfigError, Settings
from ingestion.http import CredentialsRejected, QuotaExhausted, UnexpectedAnswer, VendorUnavailable
from ingestion.limits import RateLimit
from ingestion.pull import PullResult
from ingestion.run import ingest
from ingestion.sources.google_ads import SPEC, connection, pulls
from ingestion.sources.google_ads.answers import day_rows, search_rows
from ingestion.sources.google_ads.connection import Options, throttle_reader
from sandbox.servers.google_ads import server
from sandbox.servers.google_ads.books import TRIAL_NAME
from tests.sources.operator_world import QUICK, OperatorWorld, operator_world

OBJECTS = tuple(spec.name for spec in SPEC.objects)
ACCOUNT = "gads-bluebird"
CUSTOMER = {"customer_id": "482-193-0011", "login_customer_id": "1112223333"}


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.LIMITS, "default", RateLimit(per_second=2000, burst=2000))


@pytest.fixture
def advertiser(tmp_path: Path) -> Iterator[OperatorWorld]:
    with advertising(tmp_path) as running:
        yield running


def advertising(home: Path, options: dict[str, str] | None = None, **account_options: Any):
    return operator_world(
        "google_ads", home, households=250, options=options, account_options=CUSTOMER | account_options
    )


def pull(world: OperatorWorld, *objects: str, **how: Any) -> dict[str, PullResult]:
    """Pull one account, whatever comes of it."""
    results = ingest(world.settings, [ACCOUNT], objects=objects or None, patience=QUICK, **how)
    return {result.object: result for result in results}


def pulled(world: OperatorWorld, *objects: str, **how: Any) -> dict[str, PullResult]:
    results = pull(world, *objects, **how)
    assert [result.error for result in results.values() if result.error] == []
    return results


def error_of(world: OperatorWorld, name: str) -> Exception | None:
    return pull(world, name)[name].error


def assert_whole(world: OperatorWorld, *objects: str) -> None:
    for name in objects or OBJECTS:
        assert world.live_rows(ACCOUNT, name) == world.expected(ACCOUNT, name), name


def campaigns_by_day(world: OperatorWorld) -> dict[str, list[dict[str, Any]]]:
    """Day → the figures of each campaign, as raw has them."""
    return {on: row["campaigns"] for on, row in world.live_rows(ACCOUNT, "spend_days").items()}


def days_of(name: str, days: dict[str, list[dict[str, Any]]]) -> set[str]:
    return {on for on, rows in days.items() if any(row["campaign"]["name"] == name for row in rows)}


def with_secrets(world: OperatorWorld, **secrets: str | None) -> OperatorWorld:
    settings = world.settings
    held = {ACCOUNT: {**settings._secrets[ACCOUNT], **secrets}}
    kept = {name: {key: value for key, value in one.items() if value} for name, one in held.items()}
    return replace(world, settings=Settings(settings.home, settings.operator, settings.config_path, kept))


def test_a_first_pull_brings_everything_and_asks_for_ninety_days_of_clicks(
    advertiser: OperatorWorld,
) -> None:
    results = pulled(advertiser)
    assert_whole(advertiser)
    assert results["clicks"].pages == 90
    assert results["local_services_leads"].control_total == results["local_services_leads"].rows > 0
    assert results["clicks"].rows > 0


def test_later_pulls_bring_what_changed_and_no_old_day_of_clicks(advertiser: OperatorWorld) -> None:
    pulled(advertiser)
    for hours, days_of_clicks in ((1, 1), (50, 3), (300, 13)):
        advertiser.clock.advance(hours)
        results = pulled(advertiser)
        assert_whole(advertiser)
        assert results["spend_days"].mode == "incremental"
        # The first days are over by now; the last is not.
        assert abs(results["clicks"].pages - days_of_clicks) <= 1


def test_a_pause_is_read_back_to_where_the_last_pull_was(advertiser: OperatorWorld) -> None:
    """Days that were new at the last pull are restated since, and lie beyond a window from today."""
    pulled(advertiser)
    advertiser.clock.advance(24 * 45)
    pulled(advertiser)
    assert_whole(advertiser)


def test_a_campaign_that_leaves_a_day_is_gone_from_it(advertiser: OperatorWorld) -> None:
    pulled(advertiser, "spend_days")
    trial = days_of(TRIAL_NAME, campaigns_by_day(advertiser))
    assert trial
    advertiser.clock.advance(24 * 12)
    pulled(advertiser, "spend_days")
    after = campaigns_by_day(advertiser)
    assert trial <= after.keys() and not days_of(TRIAL_NAME, after)


def test_restated_cost_ends_at_what_the_world_says(advertiser: OperatorWorld) -> None:
    pulled(advertiser, "spend_days")
    first = campaigns_by_day(advertiser)
    advertiser.clock.advance(24 * 31)
    pulled(advertiser, "spend_days")
    after = campaigns_by_day(advertiser)
    world, native_id = advertiser.world, advertiser.servers[ACCOUNT].native_id
    spent = {
        (native_id("campaigns", spend.campaign_id), spend.day): spend.spend_cents for spend in world.spend
    }
    for on in first:
        for row in after[on]:
            micros = int(row["metrics"].get("costMicros", 0))
            assert micros == spent[row["campaign"]["id"], on] * 10_000
    assert sum(after[on] != first[on] for on in first) > 1


def test_an_interrupted_first_load_goes_on_where_it_stopped(
    advertiser: OperatorWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, asked = pulls.searched, []

    def failing(context: Any, query: str) -> Any:
        asked.append(query)
        if len(asked) == 35:
            raise VendorUnavailable("the line went dead")
        return original(context, query)

    monkeypatch.setattr(pulls, "searched", failing)
    assert isinstance(error_of(advertiser, "clicks"), VendorUnavailable)
    result = pulled(advertiser, "clicks")["clicks"]
    assert (result.mode, result.pages) == ("full", 60)
    assert_whole(advertiser, "clicks")


def test_days_of_clicks_that_nobody_read_in_time_are_reported(
    advertiser: OperatorWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulled(advertiser, "clicks")
    monkeypatch.setattr(pulls, "CLICK_DAYS", 10)
    advertiser.clock.advance(24 * 20)
    warning = pulled(advertiser, "clicks")["clicks"].warning
    assert warning and "from 2026-11-01 to 2026-11-11" in warning and ACCOUNT in warning
    assert pulled(advertiser, "clicks")["clicks"].warning is None


def test_since_reads_again_and_skips_nothing(advertiser: OperatorWorld) -> None:
    objects = ("clicks", "spend_days")
    pulled(advertiser, *objects)
    advertiser.clock.advance(24 * 5)
    # Since the last day that was over: the days between are read as well.
    assert pulled(advertiser, *objects, since=date(2026, 11, 5))["clicks"].pages == 6
    # Our clock may be ahead of the vendor's.
    assert pulled(advertiser, *objects, since=date(2030, 1, 1))["clicks"].pages == 1
    assert_whole(advertiser, *objects)


def test_since_reads_days_again_that_were_read_before(advertiser: OperatorWorld) -> None:
    pulled(advertiser, "spend_days")
    again = pulled(advertiser, "spend_days", since=date(2026, 8, 1))["spend_days"]
    assert (again.mode, again.pages) == ("incremental", 4)


def test_pages_and_batches_of_any_size_make_the_same(tmp_path: Path) -> None:
    with advertising(tmp_path, {"page_rows": "2"}) as world:
        pulled(world)
        assert_whole(world)


def test_a_list_that_ends_early_is_not_taken_for_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = server.GoogleAdsServer._page

    def shortened(*arguments: Any) -> dict[str, Any]:
        answer = page(*arguments)
        if "totalResultsCount" in answer:
            answer["results"].pop()
        return answer

    monkeypatch.setattr(server.GoogleAdsServer, "_page", shortened)
    with advertising(tmp_path) as world:
        error = error_of(world, "campaigns")
    assert isinstance(error, UnexpectedAnswer) and "ended after" in str(error)


def test_a_stream_that_breaks_off_is_asked_again(tmp_path: Path) -> None:
    with advertising(tmp_path, {"broken_streams": "2", "page_rows": "20"}) as world:
        pulled(world, "spend_days")
        assert_whole(world, "spend_days")


def test_a_stream_that_always_breaks_off_lands_nothing(tmp_path: Path) -> None:
    with advertising(tmp_path, {"broken_streams": "99"}) as world:
        error = error_of(world, "spend_days")
        assert isinstance(error, VendorUnavailable) and "TRANSIENT_ERROR" in str(error)
        assert world.live_rows(ACCOUNT, "spend_days") == {}


def test_the_developer_token_may_be_left_out(advertiser: OperatorWorld) -> None:
    pulled(with_secrets(advertiser, developer_token=None), "campaigns")
    assert_whole(advertiser, "campaigns")


def test_a_revoked_refresh_token_is_refused_without_being_told(advertiser: OperatorWorld) -> None:
    error = error_of(with_secrets(advertiser, refresh_token="1//revoked"), "campaigns")
    assert isinstance(error, CredentialsRejected) and "invalid_grant" in str(error)
    assert "1//" not in str(error)


def test_access_by_another_way_says_what_to_configure(tmp_path: Path) -> None:
    with advertising(tmp_path, login_customer_id=None) as world:
        error = error_of(world, "clicks")
    assert isinstance(error, CredentialsRejected) and "login_customer_id" in str(error)


def test_a_manager_account_is_refused(tmp_path: Path) -> None:
    with advertising(tmp_path, {"is_manager": "yes"}) as world:
        error = error_of(world, "spend_days")
    assert isinstance(error, ConfigError) and "manager" in str(error)


def test_a_used_up_day_ends_the_account_and_keeps_what_is_read(tmp_path: Path) -> None:
    with advertising(tmp_path, {"operations_per_day": "40"}) as world:
        error = error_of(world, "clicks")
        assert isinstance(error, QuotaExhausted) and error.stops_account


def test_an_older_version_does_not_ask_for_what_it_lacks(tmp_path: Path) -> None:
    with advertising(tmp_path, api_version="v25") as world:
        pulled(world, "local_services_leads")
        rows = world.live_rows(ACCOUNT, "local_services_leads")
    assert rows and not any("campaign" in row["localServicesLead"] for row in rows.values())


def test_the_account_s_day_is_the_vendor_s(advertiser: OperatorWorld) -> None:
    """The simulated clock stands in another month than ours."""
    pulled(advertiser, "spend_days")
    assert max(advertiser.live_rows(ACCOUNT, "spend_days")) == "2026-11-01"
    assert datetime.now().date() != date(2026, 11, 1)


@pytest.mark.parametrize("wrong", [{"customer_id": "482-193"}, {}, {"customer_id": "4821930011", "x": 1}])
def test_a_wrong_option_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Options.model_validate(wrong)


def test_a_customer_id_may_be_written_as_the_pages_show_it() -> None:
    assert Options(customer_id="482-193-0011").customer_id == "4821930011"


def test_a_day_without_rows_is_a_row() -> None:
    answer = b'[{"results":[{"segments":{"date":"2026-10-02"}}]}]'
    body = b'{"first_day":"2026-10-01","last_day":"2026-10-02","answer":' + answer + b"}"
    rows = [msgspec.json.decode(row) for row in day_rows(body)]
    assert rows == [
        {"date": "2026-10-01", "campaigns": []},
        {"date": "2026-10-02", "campaigns": [{"segments": {"date": "2026-10-02"}}]},
    ]


@pytest.mark.parametrize(
    "answer", [b'[{"results":[{"segments":{"date":"2026-10-03"}}]}]', b'[{"error":{"code":500}}]', b"{}"]
)
def test_an_answer_that_is_none_to_the_question_is_refused(answer: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        day_rows(b'{"first_day":"2026-10-01","last_day":"2026-10-02","answer":' + answer + b"}")


def test_a_page_without_rows_is_one_only_if_it_names_its_fields() -> None:
    assert list(search_rows(b'{"fieldMask":"campaign.id"}')) == []
    with pytest.raises(msgspec.DecodeError):
        search_rows(b'{"error":{"code":400}}')


@pytest.mark.parametrize("in_stream", [False, True])
def test_a_refusal_says_how_long_to_wait(in_stream: bool) -> None:
    failure = {"errors": [{"details": {"quotaErrorDetails": {"retryDelay": "30s"}}}]}
    body: Any = {"error": {"code": 429, "details": [failure]}}
    answer = httpx.Response(429, json=[body] if in_stream else body)
    assert throttle_reader("gads")(answer) == 30.0
    assert throttle_reader("gads")(httpx.Response(429, text="<html>")) is None
    assert throttle_reader("gads")(httpx.Response(503, json=body)) is None
