"""The HTTP side: key, quota, ranges, both ways of paging, and fields that must be asked for."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.clock import Clock
from sandbox.servers.base import SandboxAccount
from sandbox.servers.callrail.identifiers import native
from sandbox.servers.callrail.records import CALL_EXTRAS, FORM_EXTRAS, Records
from sandbox.servers.callrail.trackers import companies, former_trackers, trackers
from sandbox.world.calendars import DAY
from sandbox.world.model import World

DEFAULT_PER_PAGE = 100
# ASSUMED: more than this is cut down to it, not refused.
LARGEST_PER_PAGE = 250
RETENTION_MONTHS = 25
RECENT_DAYS = 7
# What `date_range` may say, in days back from today; the others are rendered where they are needed.
_RANGES = {"recent": RECENT_DAYS - 1, "today": 0, "last_7_days": 6, "last_30_days": 29}

Row = dict[str, Any]
Rendered = Callable[[], Row]


class Refused(Exception):
    """An answer that is an error. ASSUMED: the body's shape is not published; `error` is what is seen."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status


@dataclass(frozen=True)
class _Item:
    """One row of a list, not rendered yet."""

    id: str
    at: int
    render: Rendered


class CallRailServer:
    """One account's API.

    Options of the account: `requests_per_hour` (1000).
    """

    platform = "callrail"
    kind = "calls"

    def __init__(self, world: World, account: SandboxAccount, native_account: str, clock: Clock) -> None:
        self._world = world
        self._account = account
        self._clock = clock
        self._records = Records(world)
        self._quota = int(account.options.get("requests_per_hour", 1000))
        self._asked: deque[float] = deque()
        base = f"/v3/a/{native_account}"
        lists: dict[str, Callable[[Request], Row]] = {
            "calls": self._calls,
            "form_submissions": lambda request: self._dated(request, "form_submissions", FORM_EXTRAS),
            "text-messages": lambda request: self._dated(request, "conversations", ()),
            "companies": lambda request: _page(request, "companies", self._items("companies")),
            "trackers": lambda request: _page(
                request, "trackers", self._items("trackers"), ("campaign_name",)
            ),
        }
        self.app = Starlette(
            routes=[
                *(Route(f"{base}/{name}.json", self._guarded(endpoint)) for name, endpoint in lists.items()),
                Route(f"{base}/calls/{{id}}.json", self._guarded(self._call)),
                Route("/v3/a.json", self._guarded(lambda _: self._accounts(native_account))),
            ]
        )

    # -- what the sandbox asks ---------------------------------------------------------------------

    def native_id(self, entity: str, world_id: int) -> str:
        """See `VendorServer`. A request is a form or a conversation, a campaign its tracker."""
        if entity == "leads":
            kind = "conversations" if self._world.leads[world_id].kind == "chat" else "forms"
            return native(kind, world_id)
        return native({"calls": "calls", "campaigns": "trackers"}[entity], world_id)

    def expected(self, object_name: str) -> Iterator[tuple[str, Row]]:
        """See `VendorServer`. Rows come with every field that can be asked for."""
        names = {"text_messages": "conversations"}
        for item in self._items(names.get(object_name, object_name)):
            yield item.id, item.render()

    def throttled(self, retry_after: int | None) -> Response:
        """The real one never says when to come back; a gateway in front of it might."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return JSONResponse({"error": "Rate limit exceeded"}, 429, headers)

    # -- lists -------------------------------------------------------------------------------------

    def _items(self, name: str) -> list[_Item]:
        """All rows of a list as of now, in the order in which it shows them."""
        now, records = self._clock.now(), self._records
        match name:
            case "calls":
                return [
                    _Item(native("calls", call.id), call.started_at, partial(records.call, call, now))
                    for call in reversed(records.calls(now))
                ]
            case "form_submissions":
                return [
                    _Item(native("forms", lead.id), lead.created_at, partial(records.form, lead, now))
                    for lead in records.forms(now)
                ]
            case "conversations":
                return [
                    _Item(
                        native("conversations", lead.id),
                        records.last_message_at(lead, now),
                        partial(records.conversation, lead, now),
                    )
                    for lead in records.conversations(now)
                ]
            case "companies":
                return [_Item(row["id"], 0, partial(dict, row)) for row in companies(self._world)]
            case "trackers":
                every = chain(trackers(self._world).values(), former_trackers(self._world))
                return [_Item(one.id, one.created_at, one.row) for one in every]
        raise KeyError(f"CallRail has no {name!r}")

    def _calls(self, request: Request) -> Row:
        items = self._within(request, self._items("calls"))
        if request.query_params.get("sort") == "start_time":
            items.sort(key=lambda item: item.at, reverse=request.query_params.get("order") == "desc")
        if request.query_params.get("relative_pagination") == "true":
            return _relative_page(request, items)
        return _page(request, "calls", items, CALL_EXTRAS)

    def _dated(self, request: Request, name: str, extras: tuple[str, ...]) -> Row:
        return _page(request, name, self._within(request, self._items(name)), extras)

    def _call(self, request: Request) -> Row:
        for item in self._items("calls"):
            if item.id == request.path_params["id"]:
                return _shown(item, request, CALL_EXTRAS)
        raise Refused(404, "Call not found")

    def _accounts(self, native_account: str) -> Row:
        rows = [
            {"id": native_account, "name": self._world.operator_name, "outbound_recording_enabled": False}
        ]
        return {
            "page": 1,
            "per_page": DEFAULT_PER_PAGE,
            "total_pages": 1,
            "total_records": 1,
            "accounts": rows,
        }

    def _within(self, request: Request, items: list[_Item]) -> list[_Item]:
        start, end = self._range(request)
        opened_at = self._world.starts_at - 30 * DAY
        limit = _months_before(self._clock.now(), RETENTION_MONTHS)
        if max(start, opened_at) < limit:
            raise Refused(400, "The requested date range includes data older than 25 months")
        return [item for item in items if start <= item.at <= end]

    def _range(self, request: Request) -> tuple[int, int]:
        asked = request.query_params
        zone = ZoneInfo(asked.get("time_zone", "UTC"))
        if "start_date" in asked:
            end = asked.get("end_date")
            return _instant(asked["start_date"], zone), _instant(end, zone, ends=True) if end else 2**40
        name = asked.get("date_range", "recent")
        if name == "all_time":
            return 0, 2**40
        if name not in _RANGES:
            raise Refused(400, f"Invalid date range: {name}")
        today = datetime.fromtimestamp(self._clock.now(), zone).replace(hour=0, minute=0, second=0)
        return int((today - timedelta(days=_RANGES[name])).timestamp()), 2**40

    # -- access ------------------------------------------------------------------------------------

    def _guarded(self, endpoint: Callable[[Request], Row]) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            try:
                self._check_key(request)
                if self._is_over_quota():
                    return self.throttled(None)
                return JSONResponse(endpoint(request))
            except Refused as refused:
                return JSONResponse({"error": str(refused)}, refused.status)

        return guarded

    def _check_key(self, request: Request) -> None:
        """`Token token="KEY"`; without the quotes it is taken too."""
        scheme, _, given = request.headers.get("authorization", "").partition(" token=")
        if scheme != "Token" or given.strip('"') != self._account.credentials["api_key"]:
            raise Refused(401, "HTTP Token: Access denied.")

    def _is_over_quota(self) -> bool:
        now = time.monotonic()
        while self._asked and self._asked[0] < now - 3600:
            self._asked.popleft()
        if len(self._asked) >= self._quota:
            return True
        self._asked.append(now)
        return False


def _page(request: Request, name: str, items: list[_Item], extras: tuple[str, ...] = ()) -> Row:
    """By number, from 1."""
    size, number = _per_page(request), max(1, _number(request, "page", 1))
    rows = items[(number - 1) * size : number * size]
    return {
        "page": number,
        "per_page": size,
        "total_pages": -(-len(items) // size) or 1,
        "total_records": len(items),
        name: [_shown(item, request, extras) for item in rows],
    }


def _relative_page(request: Request, items: list[_Item]) -> Row:
    """By link; `offset` counts pages from 0, so rows that come or go meanwhile move the edges."""
    size, offset = _per_page(request), _number(request, "offset", 0)
    rows = items[offset * size : (offset + 1) * size]
    has_next = (offset + 1) * size < len(items)
    following = str(request.url.include_query_params(offset=offset + 1)) if has_next else None
    return {
        "per_page": size,
        "has_next_page": has_next,
        "next_page": following,
        "calls": [_shown(item, request, CALL_EXTRAS) for item in rows],
    }


def _shown(item: _Item, request: Request, extras: tuple[str, ...]) -> Row:
    """Fields that are not asked for are left out. ASSUMED: a name that does not exist is ignored."""
    asked = set(request.query_params.get("fields", "").split(","))
    return {name: value for name, value in item.render().items() if name not in extras or name in asked}


def _per_page(request: Request) -> int:
    return min(max(1, _number(request, "per_page", DEFAULT_PER_PAGE)), LARGEST_PER_PAGE)


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, "")
    return int(text) if text.isdigit() else default


def _instant(text: str, zone: ZoneInfo, *, ends: bool = False) -> int:
    """A date or a point in time; one without an offset is meant in `time_zone`."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(400, f"Invalid date: {text}") from None
    if ends and len(text) == len("2026-09-14"):
        moment += timedelta(days=1, seconds=-1)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp())


def _months_before(instant: int, months: int) -> int:
    at = datetime.fromtimestamp(instant, UTC)
    years, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    return int(at.replace(year=years, month=month + 1, day=min(at.day, 28)).timestamp())
