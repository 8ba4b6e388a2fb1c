"""A Microsoft Advertising account against its simulation: consent that is replaced, reports made whole."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import httpx
import msgspec
import pytest

from ingestion.config import ConfigError
from ingestion.http import CredentialsRejected, UnexpectedAnswer, VendorRefused, VendorUnavailable
from ingestion.sources.microsoft_ads import reports
from ingestion.sources.microsoft_ads.connection import Options, judge, report_time_zone
from ingestion.sources.microsoft_ads.reports import Archived, BrokenReport, ReportFile, Span, day_rows
from ingestion.sources.microsoft_ads.tokens import TokenFile
from tests.sources.advertisers import Advertiser, advertiser

DAY = timedelta(days=1)
YESTERDAY = date(2026, 10, 31)  # by the sandbox's clock


@pytest.fixture
def microsoft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Advertiser]:
    monkeypatch.setattr(reports, "FIRST_POLL", 0.01)
    with advertiser("microsoft_ads", tmp_path) as running:
        yield running


def token_file(microsoft: Advertiser) -> Path:
    return microsoft.settings.home.root / "tokens" / f"{microsoft.account_id}.json"


# -- what comes and what changes -----------------------------------------------------------------------------


def test_a_first_pull_brings_every_day_since_the_first_delivery(microsoft: Advertiser) -> None:
    microsoft.ingest()
    microsoft.assert_raw_equals_account()
    days = microsoft.rows("campaign_days")
    assert max(days) == YESTERDAY.isoformat() and len(days) > 80
    # Reports of two of the four years hold nothing, and have no file.
    assert microsoft.asked("/Submit") > microsoft.asked("/files/")


def test_restated_days_are_read_again_and_what_vanished_is_removed(microsoft: Advertiser) -> None:
    microsoft.ingest()
    before = microsoft.rows("campaign_days")
    (campaign,) = microsoft.server.ads.campaigns
    recent, old = YESTERDAY - 20 * DAY, YESTERDAY - 40 * DAY
    microsoft.server.ads.withdrawn.update({(campaign, recent), (campaign, old)})
    microsoft.sandbox.clock.advance(24 * 3)
    microsoft.ingest()
    after = microsoft.rows("campaign_days")
    assert after[recent.isoformat()]["campaigns"] == []
    # Four weeks on nothing changes any more; only a full pull looks there.
    assert after[old.isoformat()] == before[old.isoformat()]
    spent = [float(days[YESTERDAY.isoformat()]["campaigns"][0]["Spend"]) for days in (before, after)]
    assert spent[0] < spent[1]
    microsoft.ingest(full=True)
    microsoft.assert_raw_equals_account()


def test_a_daily_pull_orders_one_report(microsoft: Advertiser) -> None:
    microsoft.ingest()
    ordered = microsoft.asked("/Submit")
    microsoft.sandbox.clock.advance(24)
    microsoft.ingest()
    assert microsoft.asked("/Submit") == ordered + 1
    microsoft.assert_raw_equals_account()


def test_days_between_two_pulls_that_lie_far_apart_are_read(microsoft: Advertiser) -> None:
    microsoft.ingest()
    microsoft.sandbox.clock.advance(24 * 45)
    microsoft.ingest()
    microsoft.assert_raw_equals_account()


def test_success_without_a_file_means_that_there_is_nothing(microsoft: Advertiser) -> None:
    microsoft.sandbox.world.spend.clear()
    microsoft.ingest()
    assert microsoft.rows("campaign_days") == {} and len(microsoft.rows("accounts")) == 1


def test_a_report_that_fails_at_microsoft_is_no_empty_one(microsoft: Advertiser) -> None:
    microsoft.server.account.options["report_state"] = "Error"
    assert isinstance(microsoft.error("campaign_days"), VendorUnavailable)
    microsoft.server.account.options["report_state"] = "Lost"
    assert "unknown status 'Lost'" in str(microsoft.error("campaign_days"))


def test_a_file_about_other_days_is_refused(microsoft: Advertiser, monkeypatch: pytest.MonkeyPatch) -> None:
    asked_too_little = Span(date(2026, 1, 1), date(2026, 1, 2))
    monkeypatch.setattr(reports, "_custom_range", lambda span: _range(asked_too_little))
    campaigns = microsoft.server.ads.campaigns
    next(
        spend for spend in microsoft.sandbox.world.spend if spend.campaign_id in campaigns
    ).day = "2026-01-01"
    error = microsoft.error("campaign_days")
    assert isinstance(error, UnexpectedAnswer) and "2026-01-01 to 2026-01-02" in str(error)


_range = reports._custom_range


# -- consent -------------------------------------------------------------------------------------------------


def test_a_replaced_refresh_token_is_used_from_then_on(microsoft: Advertiser) -> None:
    microsoft.server.account.options["used_token_dies"] = "yes"
    microsoft.ingest()
    microsoft.ingest()
    kept = json.loads(token_file(microsoft).read_bytes())
    assert kept["refresh_token"] == microsoft.server.consent.refresh_tokens[-1]
    assert kept["refresh_token"] != microsoft.server.account.credentials["refresh_token"]
    assert stat.S_IMODE(token_file(microsoft).stat().st_mode) == 0o600


def test_it_is_stored_before_anything_else_is_done(
    microsoft: Advertiser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(self: TokenFile, refresh_token: str) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(TokenFile, "write", full_disk)
    assert isinstance(microsoft.error("accounts"), OSError)
    assert microsoft.asked("/token") == 1 and microsoft.asked("/AccountsInfo") == 0


def test_a_failing_pull_does_not_lose_it(microsoft: Advertiser) -> None:
    microsoft.server.account.options.update({"used_token_dies": "yes", "report_state": "Error"})
    microsoft.error("campaign_days")
    del microsoft.server.account.options["report_state"]
    microsoft.ingest()
    microsoft.assert_raw_equals_account()


def test_a_new_consent_begins_anew(tmp_path: Path) -> None:
    first = TokenFile(tmp_path / "a.json", "configured-1")
    assert first.read() == "configured-1"
    first.write("replaced-1")
    assert TokenFile(tmp_path / "a.json", "configured-1").read() == "replaced-1"
    assert TokenFile(tmp_path / "a.json", "configured-2").read() == "configured-2"
    assert b"configured" not in (tmp_path / "a.json").read_bytes()


def test_a_consent_that_ended_says_what_to_do(microsoft: Advertiser) -> None:
    microsoft.server.consent.refresh_tokens.clear()
    errors = [result.error for result in microsoft.pull()]
    assert all(isinstance(error, CredentialsRejected) and error.stops_account for error in errors)
    said = str(errors[0])
    assert "consent again" in said and "invalid_grant" in said and "Trace" not in said


def test_no_secret_is_landed_and_no_token_goes_to_the_storage(microsoft: Advertiser) -> None:
    microsoft.ingest()
    archived = microsoft.archived()
    secrets = [*microsoft.server.account.credentials.values(), *microsoft.server.consent.refresh_tokens,
               *microsoft.server.consent.granted, "sig="]  # fmt: skip
    assert not [secret for secret in secrets if secret.encode() in archived]
    # The simulated storage refuses whoever shows it the API's headers.
    assert microsoft.asked("/files/") > 0


def test_other_refusals_are_told_apart() -> None:
    def refused(code: int) -> httpx.Response:
        error = {"Code": code, "ErrorCode": "SomeError", "Details": None, "Message": "because"}
        return httpx.Response(400, json={"OperationErrors": [error], "BatchErrors": []})

    assert judge("m")(refused(117)) is None
    with pytest.raises(VendorRefused, match=r"SomeError \(106\): because"):
        judge("m")(refused(106))
    assert judge("m")(httpx.Response(400, html="<html>")) is None
    assert judge("m")(httpx.Response(502, html="<html>")) is None


def test_the_wrong_account_is_refused_with_a_hint(microsoft: Advertiser) -> None:
    microsoft.server.ad_account_id = "1"
    error = microsoft.error("accounts")
    assert isinstance(error, VendorRefused) and "ad_account_id" in str(error)


def test_a_time_zone_without_a_microsoft_name_must_be_named() -> None:
    options = Options(customer_id="1", ad_account_id="2")
    assert report_time_zone("America/Chicago", options, "a") == "CentralTimeUSCanada"
    with pytest.raises(ConfigError, match="report_time_zone"):
        report_time_zone("Europe/Berlin", options, "a")
    named = Options(customer_id="1", ad_account_id="2", report_time_zone="AmsterdamBerlinBern")
    assert report_time_zone("Europe/Berlin", named, "a") == "AmsterdamBerlinBern"


# -- files ---------------------------------------------------------------------------------------------------

WHOLE = (
    '"Report Name: x"\r\n"Report Time: 10/1/2026,10/2/2026"\r\n"Rows: 2"\r\n\r\n'
    '"TimePeriod","CampaignId","BudgetAssociationStatus","Spend"\r\n'
    '"2026-10-02","7","Ended","1,234.50"\r\n"2026-10-02","7","Current","2.00"\r\n\r\n'
    '"@2026 Microsoft Corporation. All rights reserved. "\r\n'
)


def test_a_file_is_header_table_and_footer() -> None:
    read = ReportFile.read(WHOLE)
    assert read.span == Span(date(2026, 10, 1), date(2026, 10, 2))
    assert [row["Spend"] for row in read.rows] == ["1,234.50", "2.00"]
    one_day = ReportFile.read(WHOLE.replace("10/1/2026,10/2/2026", "10/2/2026"))
    assert one_day.span == Span(date(2026, 10, 2), date(2026, 10, 2))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (WHOLE[:-70], "footer"),
        (WHOLE.replace("Rows: 2", "Rows: 3"), "2 rows and says that it has 3"),
        (WHOLE.replace('"Rows: 2"\r\n', ""), "no header"),
        (WHOLE.replace("10/1/2026,10/2/2026", "always"), "Report Time"),
    ],
)
def test_a_file_that_is_not_whole_is_refused(text: str, words: str) -> None:
    with pytest.raises(BrokenReport, match=words):
        ReportFile.read(text)


def test_a_zip_with_anything_else_in_it_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", "")
        archive.writestr("b.csv", "")
    with pytest.raises(BrokenReport, match="2 files"):
        reports._unzipped(packed.getvalue())


def test_a_report_becomes_days_also_empty_ones() -> None:
    body = msgspec.json.encode(Archived(date(2026, 10, 1), date(2026, 10, 2), WHOLE))
    first, second = (json.loads(bytes(day)) for day in day_rows(body))
    assert first == {"date": "2026-10-01", "campaigns": []}
    assert [row["BudgetAssociationStatus"] for row in second["campaigns"]] == ["Current", "Ended"]
    with pytest.raises(msgspec.ValidationError, match="2026-10-02"):
        day_rows(msgspec.json.encode(Archived(date(2026, 9, 1), date(2026, 9, 2), WHOLE)))
