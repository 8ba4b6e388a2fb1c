"""The HTTP side: tokens, searches by page, streams by batch."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers.base import SandboxAccount
from sandbox.servers.google_ads import leads, resources
from sandbox.servers.google_ads.auth import Gate
from sandbox.servers.google_ads.books import Books, Row, native_campaign_id
from sandbox.servers.google_ads.expectations import expected_rows
from sandbox.servers.google_ads.failures import Failure, answer, exhausted, query_error, request_id
from sandbox.servers.google_ads.gaql import Query, field_mask, parse, written
from sandbox.world.model import World

PAGE_ROWS = 10_000
TOKEN_PATH = "/token"
_VERSION = re.compile(r"v(\d+)")

Question = Callable[[Query, str, dict[str, Any], int], Any]


class GoogleAdsServer:
    """One advertiser's account.

    Options of the account: those of `auth.Gate`, and `page_rows` (10,000 rows make a page of a search, or a
    batch of a stream), `broken_streams` (so many streams end with an error after their first batch).
    """

    platform = "google_ads"
    kind = "ads"

    def __init__(self, world: World, account: SandboxAccount, clock: Clock, faults: Faults) -> None:
        options = account.options
        self._clock = clock
        self._brand_key = account.brand_keys[0]
        self._books = Books(world, self._brand_key, options["customer_id"])
        self._pulled_since = self._books.today(world.clock_starts_at)
        self._gate = Gate(account, clock, faults)
        self._page_rows = int(options.get("page_rows", PAGE_ROWS))
        self._is_manager = options.get("is_manager") == "yes"
        self._broken_streams = int(options.get("broken_streams", 0))
        base = "/{version}/customers/{customer}/googleAds"
        self.app = Starlette(
            routes=[
                Route(TOKEN_PATH, self._gate.token, methods=["POST"]),
                Route(f"{base}:search", self._answering(self._page), methods=["POST"]),
                Route(f"{base}:searchStream", self._answering(self._stream), methods=["POST"]),
            ]
        )

    def native_id(self, entity: str, world_id: int) -> str:
        """Of campaigns, of leads that Local Services brought, and of the calls that made them (by lead)."""
        match entity:
            case "campaigns":
                return str(native_campaign_id(world_id, self._brand_key))
            case "leads":
                return str(leads.lead_id(world_id))
            case "conversations":
                return str(leads.conversation_id(world_id))
        raise KeyError(f"Google Ads has no {entity}")

    def expected(self, object_name: str) -> Iterator[tuple[str, Row]]:
        """What somebody holds who connected at the clock's start and never missed a day since."""
        return expected_rows(object_name, self._books, self._pulled_since, self._clock.now())

    def throttled(self, retry_after: int | None) -> Response:
        return exhausted(retry_after).response("v26", in_stream=False)

    def _answering(self, question: Question) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            version = request.path_params["version"]
            in_stream = question == self._stream
            try:
                self._gate.admit(request)
                number = _version(version)
                body = _body(await request.body())
                now = self._clock.now()
                query = parse(str(body.get("query", "")), self._books.today(now))
                resources.check(
                    query, version=number, today=self._books.today(now), is_manager=self._is_manager
                )
                if "pageToken" not in body:
                    self._gate.count_operation()
                return answer(question(query, version, body, now))
            except Failure as failure:
                return failure.response(version, in_stream=in_stream)

        return endpoint

    def _page(self, query: Query, version: str, body: dict[str, Any], now: int) -> dict[str, Any]:
        if "pageSize" in body:
            raise Failure(
                400, "requestError", "PAGE_SIZE_NOT_SUPPORTED",
                "Setting the page size is not supported. Search Responses will have fixed page size of "
                "'10000' rows.",
                "page_size",
            )  # fmt: skip
        rows = self._rows(query, now)
        start = _offset(body.get("pageToken"), body["query"])
        page: dict[str, Any] = {"fieldMask": field_mask(query.fields), "queryResourceConsumption": "12"}
        if start < len(rows):
            page["results"] = [written(row, query.fields) for row in rows[start : start + self._page_rows]]
        if start + self._page_rows < len(rows):
            page["nextPageToken"] = _page_token(start + self._page_rows, body["query"])
        if body.get("searchSettings", {}).get("returnTotalResultsCount") and rows:
            page["totalResultsCount"] = str(len(rows))
        return page

    def _stream(self, query: Query, version: str, body: dict[str, Any], now: int) -> list[dict[str, Any]]:
        rows = self._rows(query, now)
        batches: list[dict[str, Any]] = []
        for start in range(0, len(rows), self._page_rows):
            batches.append(
                {
                    "results": [written(row, query.fields) for row in rows[start : start + self._page_rows]],
                    "fieldMask": field_mask(query.fields),
                    "requestId": request_id(),
                }
            )
        if self._broken_streams and batches:
            # ASSUMED: the status has been sent when a stream fails, so the error can only be its last part.
            self._broken_streams -= 1
            failure = Failure(500, "internalError", "TRANSIENT_ERROR", "A transient error occurred.")
            return [batches[0], failure.body(version)]
        return batches

    def _rows(self, query: Query, now: int) -> list[Row]:
        return self._books.rows(query, now, is_manager=self._is_manager)


def _version(text: str) -> int:
    found = _VERSION.fullmatch(text)
    number = int(found[1]) if found else 0
    if not resources.FIRST_VERSION <= number <= resources.LAST_VERSION:
        raise Failure(404, "requestError", "UNKNOWN", f"Version {text} is not available.")  # ASSUMED shape
    return number


def _body(content: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(content, type=dict[str, Any])
    except msgspec.DecodeError:
        raise query_error("BAD_QUERY", "Invalid JSON payload received.") from None


def _page_token(offset: int, query: str) -> str:
    return base64.urlsafe_b64encode(f"{offset}:{zlib.crc32(query.encode())}".encode()).decode()


def _offset(token: str | None, query: str) -> int:
    """Where a page begins. A token is good for its own query only."""
    if token is None:
        return 0
    try:
        offset, checksum = base64.urlsafe_b64decode(token).decode().split(":")
    except ValueError:
        offset, checksum = "", ""
    if checksum != str(zlib.crc32(query.encode())):
        raise Failure(400, "requestError", "INVALID_PAGE_TOKEN", "Page token is invalid.", "page_token")
    return int(offset)
