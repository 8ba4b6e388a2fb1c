"""The endpoints of one advertising account: token, account look-up, report orders, report files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers.ad_reports import AdAccount, by_day, campaign_id
from sandbox.servers.base import SandboxAccount
from sandbox.servers.microsoft_ads.consent import Consent
from sandbox.servers.microsoft_ads.reports import COLUMNS, Row, reported_rows, zipped
from sandbox.world.model import World

TOKEN_PATH = "/common/oauth2/v2.0/token"
STATES = ("Pending", "InProgress", "Success")
HISTORY_MONTHS = 36  # ASSUMED: what is kept by day
TIME_ZONES = {
    "America/Chicago": ("CentralTimeUSCanada", "(GMT-06:00) Central Time (US & Canada)"),
    "America/New_York": ("EasternTimeUSCanada", "(GMT-05:00) Eastern Time (US & Canada)"),
    "America/Denver": ("MountainTimeUSCanada", "(GMT-07:00) Mountain Time (US & Canada)"),
}


class Refused(Exception):
    """A refusal as the API words it."""

    def __init__(self, code: int, name: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        error = {"Code": code, "ErrorCode": name, "Details": None, "Message": message}
        self.status = status
        if status == 401:
            self.body = {"Errors": [error], "TrackingId": "7c5f", "Type": "AdApiFaultDetail"}
        else:
            self.body = {
                "OperationErrors": [error],
                "BatchErrors": [],
                "TrackingId": "7c5f",
                "Type": "ApiFaultDetail",
            }

    def response(self, headers: dict[str, str] | None = None) -> Response:
        return JSONResponse(self.body, self.status, headers)


@dataclass
class Order:
    """A report that was ordered, and how often it was asked about."""

    columns: list[str]
    since: date
    until: date
    polls: int = 0


@dataclass
class MicrosoftServer:
    """One advertising account of one brand.

    Options of the account: `customer_id`, `ad_account_id`, and for tests `used_token_dies` and `report_state`
    (what every report ends in).
    """

    world: World
    account: SandboxAccount
    clock: Clock
    faults: Faults
    platform: str = "microsoft_ads"
    kind: str = "ads"
    orders: dict[str, Order] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ads = AdAccount(self.world, self.account.brand_keys[0], self.platform)
        self.brand = self.world.brands[self.account.brand_keys[0]]
        self.ad_account_id = self.account.options["ad_account_id"]
        self.consent = Consent(self.account, self.faults)
        self.app = Starlette(
            routes=[
                Route(TOKEN_PATH, self._token, methods=["POST"]),
                Route("/CustomerManagement/v13/AccountsInfo/Query", self._accounts, methods=["POST"]),
                Route("/Reporting/v13/GenerateReport/Submit", self._submit, methods=["POST"]),
                Route("/Reporting/v13/GenerateReport/Poll", self._poll, methods=["POST"]),
                Route("/files/{name}", self._file, methods=["GET"]),
            ]
        )

    # -- what the sandbox asks -------------------------------------------------------------------------------

    def native_id(self, entity: str, world_id: int) -> str:
        if entity != "campaigns":
            raise KeyError(f"an advertising account has no {entity}")
        return campaign_id(world_id)

    def expected(self, object_name: str) -> Iterator[tuple[str, Any]]:
        match object_name:
            case "accounts":
                yield self.ad_account_id, self.account_row()
            case "campaign_days":
                until = self.ads.yesterday(self.clock.now())
                yield from by_day(self._rows(date.min, until), "TimePeriod", until)

    def throttled(self, retry_after: int | None) -> Response:
        """ASSUMED: the code is CallRateExceeded in SOAP; how REST says it is not published."""
        refused = Refused(117, "CallRateExceeded", "You have exceeded the number of calls.", 429)
        return refused.response({} if retry_after is None else {"Retry-After": str(retry_after)})

    def account_row(self) -> Row:
        return {
            "Id": self.ad_account_id,
            "Name": self.brand.name,
            "Number": f"X0000{self.ad_account_id[-3:]}",
            "AccountLifeCycleStatus": "Active",
        }

    def _rows(self, since: date, until: date) -> list[Row]:
        now = self.clock.now()
        return reported_rows(self.ads, self.ad_account_id, self.brand.name, since, until, now)

    # -- requests --------------------------------------------------------------------------------------------

    async def _token(self, request: Request) -> Response:
        return self.consent.token(dict(parse_qsl((await request.body()).decode())))

    async def _accounts(self, request: Request) -> Response:
        try:
            await self._admitted(request)
        except Refused as refused:
            return refused.response()
        return JSONResponse({"AccountsInfo": [self.account_row()]})

    async def _submit(self, request: Request) -> Response:
        try:
            order = self._order((await self._admitted(request)).get("ReportRequest"))
        except Refused as refused:
            return refused.response()
        number = str(30_000_001_234 + len(self.orders))
        self.orders[number] = order
        return JSONResponse({"ReportRequestId": number})

    async def _poll(self, request: Request) -> Response:
        try:
            number = str((await self._admitted(request)).get("ReportRequestId"))
            if number not in self.orders:
                raise Refused(2100, "ReportingServiceInvalidReportId", "The report ID is not valid.")
        except Refused as refused:
            return refused.response()
        order = self.orders[number]
        order.polls += 1
        state = STATES[min(order.polls, len(STATES)) - 1]
        if state == "Success":
            state = self.account.options.get("report_state", state)
        # A report without any row succeeds without a file.
        has_file = state == "Success" and self._rows(order.since, order.until)
        url = f"{self._address(request)}/files/{number}.zip?sig=c2lnbmVk" if has_file else None
        return JSONResponse({"ReportRequestStatus": {"Status": state, "ReportDownloadUrl": url}})

    async def _file(self, request: Request) -> Response:
        """Whoever has the signed address may read; the API's headers do not belong here."""
        order = self.orders.get(request.path_params["name"].removesuffix(".zip"))
        if order is None or request.query_params.get("sig") is None:
            return Response("AuthenticationFailed", 403)
        if "authorization" in request.headers or "developertoken" in request.headers:
            return Response("InvalidAuthenticationInfo", 400)
        rows, zone = self._rows(order.since, order.until), TIME_ZONES[self.brand.timezone][1]
        content = zipped(rows, order.columns, order.since, order.until, zone)
        return Response(content, media_type="application/zip")

    def _address(self, request: Request) -> str:
        return f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"

    async def _admitted(self, request: Request) -> dict[str, Any]:
        headers = request.headers
        if not self.consent.admits(headers.get("authorization", "")):
            raise Refused(109, "AuthenticationTokenExpired", "Authentication token expired.", 401)
        if headers.get("developertoken") != self.account.credentials["developer_token"]:
            raise Refused(105, "InvalidCredentials", "Authentication failed.", 401)
        options = self.account.options
        named = (headers.get("customerid"), headers.get("customeraccountid"))
        if named != (options["customer_id"], self.ad_account_id):
            raise Refused(106, "UserIsNotAuthorized", "The user is not authorized for this account.")
        body = await request.body()
        if not body:
            raise Refused(100, "NullRequest", "The request message is null.")
        return msgspec.json.decode(body, type=dict[str, Any])

    def _order(self, asked: dict[str, Any] | None) -> Order:
        if asked is None:
            raise Refused(100, "NullRequest", "The request message is null.")
        if asked.get("Type") != "CampaignPerformanceReportRequest" or asked.get("Aggregation") != "Daily":
            raise Refused(2005, "InvalidReportType", "This sandbox has the campaign report by day only.")
        if unknown := set(asked["Columns"]) - set(COLUMNS):
            raise Refused(2011, "InvalidReportColumn", f"Unknown columns: {sorted(unknown)}.")
        if asked["Scope"]["AccountIds"] != [self.ad_account_id]:
            raise Refused(2009, "InvalidAccountThruAccountIds", "The account is not yours.")
        when = asked["Time"]
        if when.get("ReportTimeZone") != TIME_ZONES[self.brand.timezone][0]:
            # ASSUMED: a report in another zone has other days; the sandbox has only the account's.
            raise Refused(2014, "InvalidReportTimeZone", "The time zone is not the account's.")
        return Order(asked["Columns"], *self._span(when))

    def _span(self, when: dict[str, Any]) -> tuple[date, date]:
        """ASSUMED: Last30Days ends yesterday; the file's own header tells a client."""
        yesterday = self.ads.yesterday(self.clock.now())
        if when.get("PredefinedTime") == "Last30Days":
            return yesterday - timedelta(days=29), yesterday
        ends = [when.get(f"CustomDateRange{end}") for end in ("Start", "End")]
        if None in ends:
            raise Refused(2007, "InvalidReportTime", "A time is needed.")
        since, until = (date(end["Year"], end["Month"], end["Day"]) for end in ends if end)
        if until > yesterday + timedelta(days=1) or since > until:
            raise Refused(2013, "InvalidCustomDateRangeEnd", "The custom date range end is not valid.")
        if (yesterday.year - since.year) * 12 + yesterday.month - since.month >= HISTORY_MONTHS:
            raise Refused(2012, "InvalidCustomDateRangeStart", "The custom date range start is not valid.")
        return since, until
