"""A Meta ad account against its simulation: every finished day, once, as it is now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

import sandbox.servers.meta_ads.server as simulated
from ingestion.http import CredentialsRejected, UnexpectedAnswer, VendorRefused, VendorUnavailable
from ingestion.limits import Limiter
from ingestion.sources.meta_ads import graph, objects, reports
from ingestion.sources.meta_ads.graph import AskedTooMuch, Options, judge, regained_after, used_percent
from ingestion.sources.meta_ads.reports import Report, day_rows
from ingestion.spans import Span
from tests.sources.advertisers import Advertiser, advertiser

DAY = timedelta(days=1)
YESTERDAY = date(2026, 10, 31)  # by the sandbox's clock


@pytest.fixture
def meta(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Advertiser]:
    monkeypatch.setattr(reports, "FIRST_POLL", 0.01)
    with advertiser("meta_ads", tmp_path) as running:
        yield running


def campaign_of(meta: Advertiser) -> int:
    return min(meta.server.ads.campaigns)


# -- what comes ----------------------------------------------------------------------------------------------


def test_a_first_pull_brings_every_day_since_the_first_delivery(meta: Advertiser) -> None:
    meta.ingest()
    meta.assert_raw_equals_account()
    days = meta.rows("campaign_days")
    assert max(days) == YESTERDAY.isoformat() and len(days) > 80
    spent = {row["spend"] for day in days.values() for row in day["campaigns"]}
    assert all(isinstance(amount, str) for amount in spent)


def test_pages_are_followed_by_their_cursors(meta: Advertiser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "PAGE_ROWS", 7)
    monkeypatch.setattr(objects, "PAGE_ROWS", 1)
    meta.ingest()
    meta.assert_raw_equals_account()
    assert meta.asked("/insights") > 20


def test_the_token_stands_nowhere(meta: Advertiser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Meta writes it into the address of the next page."""
    monkeypatch.setattr(objects, "PAGE_ROWS", 1)
    meta.ingest()
    archived = meta.archived()
    assert b"access_token=&" in archived or b'access_token="' in archived
    assert meta.server.account.credentials["access_token"].encode() not in archived


def test_a_deleted_campaign_keeps_its_cost(meta: Advertiser) -> None:
    campaign = campaign_of(meta)
    meta.server.ads.deleted.add(campaign)
    meta.ingest()
    native = meta.server.native_id("campaigns", campaign)
    assert meta.rows("campaigns")[native]["effective_status"] == "DELETED"
    last = meta.rows("campaign_days")[YESTERDAY.isoformat()]["campaigns"]
    assert native in {row["campaign_id"] for row in last}


# -- what changes --------------------------------------------------------------------------------------------


def test_restated_days_are_read_again(meta: Advertiser) -> None:
    meta.ingest()
    before = meta.rows("campaign_days")[YESTERDAY.isoformat()]
    meta.sandbox.clock.advance(24 * 3)
    meta.ingest()
    meta.assert_raw_equals_account()
    after = meta.rows("campaign_days")[YESTERDAY.isoformat()]
    assert float(after["campaigns"][0]["spend"]) > float(before["campaigns"][0]["spend"])


def test_what_vanished_from_a_day_is_removed(meta: Advertiser) -> None:
    meta.ingest()
    campaign, recent, old = campaign_of(meta), YESTERDAY - 20 * DAY, YESTERDAY - 40 * DAY
    native = meta.server.native_id("campaigns", campaign)
    whole = YESTERDAY - 3 * DAY
    gone = {(campaign, recent), (campaign, old), *((each, whole) for each in meta.server.ads.campaigns)}
    meta.server.ads.withdrawn.update(gone)
    meta.ingest()

    def left(day: date) -> set[str]:
        return {row["campaign_id"] for row in meta.rows("campaign_days")[day.isoformat()]["campaigns"]}

    assert native not in left(recent) and len(left(recent)) == 1
    assert left(whole) == set()
    # Four weeks on nothing changes any more; only a full pull looks there.
    assert native in left(old)
    meta.ingest(full=True)
    meta.assert_raw_equals_account()


def test_days_between_two_pulls_that_lie_far_apart_are_read(meta: Advertiser) -> None:
    meta.ingest()
    meta.sandbox.clock.advance(24 * 45)
    meta.ingest()
    meta.assert_raw_equals_account()


def test_an_account_that_never_delivered_has_no_days(meta: Advertiser) -> None:
    meta.sandbox.world.spend.clear()
    meta.ingest()
    assert meta.rows("campaign_days") == {} and len(meta.rows("campaigns")) == 2


def test_rows_that_do_not_add_up_are_not_landed(meta: Advertiser, monkeypatch: pytest.MonkeyPatch) -> None:
    true_summary = simulated.summary
    monkeypatch.setattr(
        simulated, "summary", lambda *about: {**true_summary(*about), "spend": "123456789.00"}
    )
    error = meta.error("campaign_days")
    assert isinstance(error, UnexpectedAnswer) and "123456789.00" in str(error)
    assert meta.rows("campaign_days") == {}


# -- report jobs ---------------------------------------------------------------------------------------------


def test_what_is_too_much_at_once_goes_by_report_job(meta: Advertiser) -> None:
    meta.server.sync_rows = 20
    meta.ingest()
    meta.assert_raw_equals_account()
    assert meta.asked("/insights", "POST") >= 1


def test_a_job_that_fails_is_asked_for_in_halves(meta: Advertiser) -> None:
    meta.server.sync_rows, meta.server.failing_days = 0, 30
    # The question about the account as a whole is never too much.
    meta.server.sync_rows = 1
    meta.ingest()
    meta.assert_raw_equals_account()
    assert meta.asked("/insights", "POST") >= 3


def test_a_job_for_a_day_that_fails_ends_the_pull(meta: Advertiser) -> None:
    meta.server.sync_rows, meta.server.failing_days = 1, 0
    error = meta.error("campaign_days")
    assert isinstance(error, VendorUnavailable) and "Job Failed" in str(error)


def test_an_unknown_state_of_a_job_is_no_success(meta: Advertiser, monkeypatch: pytest.MonkeyPatch) -> None:
    meta.server.sync_rows = 1
    monkeypatch.setattr(simulated.Job, "state", lambda job: ("Job Pondering", 100))
    assert "Job Pondering" in str(meta.error("campaign_days"))


# -- refusals and limits -------------------------------------------------------------------------------------


def answer(code: int, message: str = "no", *, status: int = 400, **more: Any) -> httpx.Response:
    body = {"error": {"message": message, "code": code, **more}}
    return httpx.Response(status, json=body, headers=more.pop("headers", {}))


@pytest.mark.parametrize("code", [4, 17, 32, 341, 613, 80000, 80004, 80014, 1, 2])
def test_throttling_and_passing_troubles_are_tried_again(code: int) -> None:
    assert judge("m")(answer(code)) is None


@pytest.mark.parametrize(
    ("response", "kind", "words"),
    [
        (answer(190, error_subcode=463), CredentialsRejected, "new token"),
        (answer(200), CredentialsRejected, "ads_read"),
        (answer(10, status=403), CredentialsRejected, "View performance"),
        (answer(100), VendorRefused, "options"),
        (answer(1, status=500, error_subcode=99), AskedTooMuch, "code 1"),
        (answer(1, "Please reduce the amount of data you're asking for", status=500), AskedTooMuch, "reduce"),
    ],
)
def test_what_no_waiting_can_help_is_said(
    response: httpx.Response, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words) as raised:
        judge("meta-cedar")(response)
    assert "meta-cedar" in str(raised.value)
    assert getattr(raised.value, "stops_account", False) == (
        kind is CredentialsRejected and "190" in str(raised.value)
    )


def test_a_gateways_page_is_tried_again() -> None:
    assert judge("m")(httpx.Response(502, html="<html>502</html>")) is None


def test_a_refusal_never_repeats_the_token() -> None:
    with pytest.raises(CredentialsRejected) as raised:
        judge("m")(answer(190, "Malformed access token EAABsbCS1iHgBO7ZC4wZDZD"))
    assert "iHgBO7" not in str(raised.value)


def test_an_expired_token_ends_the_account(meta: Advertiser) -> None:
    meta.server.account.credentials["access_token"] = "EAAother"
    errors = [result.error for result in meta.pull()]
    assert all(isinstance(error, CredentialsRejected) for error in errors)
    assert meta.asked("/") < 4


def test_usage_is_read_from_every_header() -> None:
    by_business = {"441": [{"type": "ads_insights", "call_count": 28, "total_cputime": 81, "total_time": 3,
                            "estimated_time_to_regain_access": 4}]}  # fmt: skip
    headers = {"x-business-use-case-usage": json.dumps(by_business)}
    assert (used_percent(headers), regained_after(headers)) == (81, 240)
    headers = {"x-ad-account-usage": json.dumps({"acc_id_util_pct": 9.5, "reset_time_duration": 7})}
    assert (used_percent(headers), regained_after(headers)) == (9.5, 7)
    headers = {"x-fb-ads-insights-throttle": json.dumps({"app_id_util_pct": 90, "acc_id_util_pct": 10})}
    assert (used_percent(headers), regained_after(headers)) == (90, None)
    assert used_percent({"x-ad-account-usage": "not json"}) == 0


def test_the_client_slows_down_before_the_limit(meta: Advertiser, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(graph, "BUSY_PAUSE", 0.01)
    monkeypatch.setattr(Limiter, "close_for", lambda limiter, bucket, seconds: pauses.append(seconds))
    meta.server.hourly_calls = 7
    meta.pull()
    assert pauses == [0.01]


def test_windows_that_are_reported_no_more_are_refused() -> None:
    with pytest.raises(ValueError, match=r"28d_view.*since 2026-01-12"):
        Options(ad_account_id="1", attribution_windows=("7d_click", "28d_view"))
    assert Options(ad_account_id="act_12").account_path == Options(ad_account_id="12").account_path


# -- days ----------------------------------------------------------------------------------------------------


def test_a_report_becomes_days_also_empty_ones() -> None:
    row = {"campaign_id": "2", "date_start": "2026-10-02", "spend": "1.00"}
    rows = [msgspec.Raw(msgspec.json.encode(each)) for each in (row, {**row, "campaign_id": "1"})]
    report = Report(date(2026, 10, 1), date(2026, 10, 2), rows)
    first, second = (json.loads(bytes(day)) for day in day_rows(msgspec.json.encode(report)))
    assert first == {"date": "2026-10-01", "campaigns": []}
    assert [each["campaign_id"] for each in second["campaigns"]] == ["1", "2"]


def test_a_row_of_another_day_is_refused() -> None:
    row = msgspec.Raw(b'{"campaign_id": "2", "date_start": "2026-10-09"}')
    with pytest.raises(msgspec.ValidationError, match="2026-10-09"):
        day_rows(msgspec.json.encode(Report(date(2026, 10, 1), date(2026, 10, 2), [row])))


def test_a_span_falls_into_pieces_without_a_seam() -> None:
    span = Span(date(2026, 1, 1), date(2026, 3, 1))
    pieces = list(span.pieces(25))
    assert [day for piece in pieces for day in piece.days] == span.days
    assert max(len(piece.days) for piece in pieces) == 25
    assert list(Span(date(2026, 1, 2), date(2026, 1, 1)).pieces(5)) == []
