"""The simulated Microsoft Advertising account behaves as the contract says."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any

import httpx
import pytest

from sandbox.layout import Layout, arrange
from sandbox.servers.base import SandboxAccount
from sandbox.servers.microsoft_ads.reports import with_thousands
from sandbox.world import build_world
from sandbox.world.model import World
from tests.sandbox.in_process import VendorClient

CREDENTIALS = {"developer_token": "d", "client_id": "c", "client_secret": "s", "refresh_token": "M.C5first"}
COLUMNS = ["TimePeriod", "CampaignId", "CampaignName", "Spend", "ConversionsQualified"]


class AdvertisingClient(VendorClient):
    def __init__(self, world: World, **options: str) -> None:
        account = SandboxAccount(
            "msads-cedar-ridge",
            "microsoft_ads",
            ("cedar-ridge",),
            "http://sandbox",
            credentials=CREDENTIALS,
            options={"customer_id": "20", "ad_account_id": "14", **options},
        )
        super().__init__(world, account, "")
        self.headers = {
            "Authorization": f"Bearer {self.token().json()['access_token']}",
            "DeveloperToken": "d",
            "CustomerId": "20",
            "CustomerAccountId": "14",
        }

    def token(self, refresh_token: str = "M.C5first", **form: str) -> httpx.Response:
        asked = {
            "grant_type": "refresh_token",
            "client_id": "c",
            "client_secret": "s",
            "scope": "https://ads.microsoft.com/msads.manage offline_access",
            "refresh_token": refresh_token,
        }
        return self.ask("POST", "/common/oauth2/v2.0/token", headers={}, data=asked | form)

    def submit(self, **changes: Any) -> httpx.Response:
        request = {
            "Type": "CampaignPerformanceReportRequest",
            "Aggregation": "Daily",
            "Columns": COLUMNS,
            "Scope": {"AccountIds": ["14"]},
            "Time": {"PredefinedTime": "Last30Days", "ReportTimeZone": "CentralTimeUSCanada"},
        }
        return self.post("/Reporting/v13/GenerateReport/Submit", {"ReportRequest": request | changes})

    def poll(self, number: str) -> dict[str, Any]:
        answer = self.post("/Reporting/v13/GenerateReport/Poll", {"ReportRequestId": number})
        return answer.json()["ReportRequestStatus"]

    def text(self) -> str:
        number = self.submit().json()["ReportRequestId"]
        url = [self.poll(number) for _ in range(3)][-1]["ReportDownloadUrl"]
        packed = self.ask("GET", url, headers={}).content
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            (name,) = archive.namelist()
            return archive.read(name).decode("utf-8")


@pytest.fixture(scope="module")
def world() -> World:
    built = build_world(seed=5, households=400, months=3)
    arrange(built, Layout.including("microsoft_ads"))
    return built


@pytest.fixture
def account(world: World) -> AdvertisingClient:
    return AdvertisingClient(world)


def code(answer: httpx.Response) -> int:
    body = answer.json()
    return (body.get("OperationErrors") or body["Errors"])[0]["Code"]


def test_every_use_of_a_refresh_token_brings_a_new_one(world: World) -> None:
    lenient = AdvertisingClient(world)
    assert lenient.token().json()["refresh_token"] != "M.C5first"
    assert lenient.token().status_code == 200
    strict = AdvertisingClient(world, used_token_dies="yes")
    assert strict.token().json()["error"] == "invalid_grant"
    assert strict.token(strict.server.consent.refresh_tokens[-1]).status_code == 200
    assert lenient.token(client_secret="x").json()["error"] == "invalid_client"
    assert lenient.token(grant_type="password").json()["error"] == "invalid_request"


def test_every_header_counts(account: AdvertisingClient) -> None:
    url = "/CustomerManagement/v13/AccountsInfo/Query"
    assert account.post(url, {}).json()["AccountsInfo"][0]["Id"] == "14"
    for name, status, number in (
        ("Authorization", 401, 109),
        ("DeveloperToken", 401, 105),
        ("CustomerAccountId", 400, 106),
    ):
        answer = account.ask("POST", url, headers=account.headers | {name: "x"}, json={})
        assert (answer.status_code, code(answer)) == (status, number)


def test_tokens_of_an_earlier_generation_are_refused(world: World) -> None:
    account = AdvertisingClient(world)
    account.server.faults.expire_tokens("msads-cedar-ridge")
    assert account.submit().status_code == 401


def test_an_empty_question_is_a_null_request(account: AdvertisingClient) -> None:
    answer = account.ask("POST", "/Reporting/v13/GenerateReport/Submit", content=b"")
    assert answer.status_code == 400 and answer.json()["Type"] == "ApiFaultDetail"
    assert answer.json()["OperationErrors"][0]["ErrorCode"] == "NullRequest"


def test_a_report_is_pending_then_in_progress_then_done(account: AdvertisingClient) -> None:
    number = account.submit().json()["ReportRequestId"]
    states = [account.poll(number) for _ in range(3)]
    assert [state["Status"] for state in states] == ["Pending", "InProgress", "Success"]
    assert states[0]["ReportDownloadUrl"] is None
    assert account.ask("GET", states[2]["ReportDownloadUrl"]).status_code == 400  # with the API's headers
    assert account.ask("GET", "/files/1.zip", headers={}).status_code == 403
    unknown = account.post("/Reporting/v13/GenerateReport/Poll", {"ReportRequestId": "1"})
    assert code(unknown) == 2100


def test_the_file_has_a_header_a_table_and_a_footer(account: AdvertisingClient) -> None:
    text = account.text()
    assert text.startswith('\ufeff"Report Name: ')
    header, table, footer = text.replace("\r\n", "\n").split("\n\n")
    assert '"Report Time: 10/2/2026,10/31/2026"' in header and '"Rows: 30"' in header
    rows = list(csv.DictReader(io.StringIO(table)))
    assert list(rows[0]) == COLUMNS and len(rows) == 30
    assert "Microsoft Corporation" in footer
    assert not any("msclkid" in name.lower() for name in rows[0])


def test_amounts_have_thousands_separators() -> None:
    assert with_thousands(123_456_789) == "1,234,567.89"


def test_a_report_without_rows_succeeds_without_a_file(account: AdvertisingClient) -> None:
    day = {"Day": 1, "Month": 5, "Year": 2025}
    asked = {"CustomDateRangeStart": day, "CustomDateRangeEnd": day, "ReportTimeZone": "CentralTimeUSCanada"}
    number = account.submit(Time=asked).json()["ReportRequestId"]
    assert [account.poll(number) for _ in range(3)][-1] == {"Status": "Success", "ReportDownloadUrl": None}


def test_impossible_questions_are_refused(account: AdvertisingClient) -> None:
    zone = {"ReportTimeZone": "CentralTimeUSCanada"}

    def span(start: tuple[int, int, int], end: tuple[int, int, int]) -> dict[str, Any]:
        ends = {"CustomDateRangeStart": start, "CustomDateRangeEnd": end}
        return {
            name: dict(zip(("Year", "Month", "Day"), day, strict=True)) for name, day in ends.items()
        } | zone

    assert code(account.submit(Time=span((2020, 1, 1), (2020, 1, 2)))) == 2012
    assert code(account.submit(Time=span((2026, 10, 1), (2027, 1, 2)))) == 2013
    assert code(account.submit(Time={"PredefinedTime": "Last30Days", "ReportTimeZone": "Hawaii"})) == 2014
    assert code(account.submit(Time=zone)) == 2007
    assert code(account.submit(Columns=["Msclkid"])) == 2011
    assert code(account.submit(Scope={"AccountIds": ["15"]})) == 2009
    assert code(account.submit(Type="KeywordPerformanceReportRequest")) == 2005


def test_the_throttling_answer_is_a_429(account: AdvertisingClient) -> None:
    told, silent = account.server.throttled(5), account.server.throttled(None)
    assert (told.status_code, told.headers["retry-after"]) == (429, "5")
    assert "retry-after" not in silent.headers
