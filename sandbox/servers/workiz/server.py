"""The HTTP side: the token in the path, lists, single records, refusals."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.clock import Clock
from sandbox.servers.base import SandboxAccount
from sandbox.servers.workiz import identifiers, payloads
from sandbox.servers.workiz.books import Books
from sandbox.world.model import World

Endpoint = Callable[[Request], Awaitable[Response]]
Row = dict[str, Any]

DEFAULT_DAYS = 14
MOST_RECORDS = 100
FORBIDDEN = {
    "success": False,
    "error": "Forbidden",
    "message": "Invalid API path or malformed API key.",
}
DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")
# What `only_open` hides; for leads ASSUMED. `done pending approval` counts as open.
CLOSED = frozenset({"done", "canceled", "lost", "converted"})


def reply(body: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")


@dataclass(frozen=True)
class Kind:
    """One of the two things that are listed."""

    name: str
    scheduled: str
    records: Callable[[Books], dict[str, Any]]
    payload: Callable[[Books, Any], Row]


JOBS = Kind("job", "JobDateTime", lambda books: books.jobs, payloads.job)
LEADS = Kind("lead", "LeadDateTime", lambda books: books.leads, payloads.lead)


class WorkizServer:
    """One account's API.

    Options of the account, each a thing that nobody established, as text:
        requests_per_minute: the quota; 0 (default) is none.
        offset_counts: `records` (default) or `pages`.
        undated: whether a record without a scheduled day is `listed` (default, at the end) or `dropped` when
            a start date is given.
        reaches_back_days: how far back a list goes; 0 (default) is for ever.
    """

    platform = "workiz"
    kind = "dispatch"

    def __init__(self, world: World, account: SandboxAccount, clock: Clock) -> None:
        self._world = world
        self._account = account
        self._clock = clock
        self._books: Books | None = None
        self._opened_for: tuple[int, int] | None = None
        self._listed: dict[str, list[Row]] = {}
        options = account.options
        self._quota = int(options.get("requests_per_minute", 0))
        self._offset_unit = 1 if options.get("offset_counts", "records") == "records" else MOST_RECORDS
        self._drops_undated = options.get("undated") == "dropped"
        self._reaches_back = int(options.get("reaches_back_days", 0))
        self._minute, self._used = 0, 0
        self.app = Starlette(routes=self._routes(), exception_handlers={HTTPException: self._missing})
        # Keep the trailing slash: what happens without it is not established, and here it is a wrong path.
        self.app.router.redirect_slashes = False

    # -- what the sandbox asks ------------------------------------------------------------------------------

    def native_id(self, entity: str, world_id: int) -> str:
        """See `VendorServer`. What a job stands for (its bill, its payments) goes by the job's id."""
        world, books = self._world, self.books
        match entity:
            case "customers":
                return str(identifiers.client_number(world_id))
            case "technicians":
                return str(identifiers.member_number(world_id))
            case "invoices":
                return self._bill_id(world_id)
            case "payments":
                payment = world.payments[world_id]
                return self._bill_id(payment.applied[0][0]) if payment.applied else f"payment-{world_id}"
            case "locations":
                owners = (c.id for c in world.customers.values() if world_id in c.property_ids)
                return str(identifiers.location_number(min(owners, default=0), world_id))
            case "campaigns":
                return world.campaigns[world_id].name
            case "job_types":
                return world.job_types[world_id].name
        return books.uuid("jobs" if entity == "appointments" else entity, world_id)

    def _bill_id(self, invoice_id: int) -> str:
        job_id = self._world.invoices[invoice_id].job_id
        return self.books.uuid("jobs", job_id) if job_id is not None else f"invoice-{invoice_id}"

    def expected(self, object_name: str) -> Iterator[tuple[str, Row]]:
        """See `VendorServer`."""
        books = self.books
        if object_name == "team":
            yield from ((key, payloads.member(books, one)) for key, one in books.team.items())
            return
        if object_name == "job_balances":
            yield from (payloads.balance(books, record) for record in books.jobs.values())
            return
        kind = next((kind for kind in (JOBS, LEADS) if f"{kind.name}s" == object_name), None)
        if kind is None:
            raise KeyError(f"Workiz has no object {object_name!r}")
        for key, record in kind.records(books).items():
            yield key, kind.payload(books, record)

    def throttled(self, retry_after: int | None) -> Response:
        """429 without any hint when to come back: no header was ever seen."""
        message = "Account reached Api Quotas - please contact support to raise it"
        return reply({"error": True, "code": 429, "msg": message, "details": []}, 429)

    # -- state ----------------------------------------------------------------------------------------------

    @property
    def books(self) -> Books:
        """The records now; opened anew when the clock moves or somebody spoils a record."""
        state = (self._clock.now(), len(self._world.gaps))
        if self._books is None or state != self._opened_for:
            self._books = Books(self._world, self._account, state[0])
            self._opened_for = state
            self._listed = {}
        return self._books

    def _rows(self, kind: Kind) -> list[Row]:
        """All records, the latest scheduled first, undated ones last."""
        books = self.books
        if kind.name not in self._listed:
            rows = [kind.payload(books, record) for record in kind.records(books).values()]
            rows.sort(key=lambda row: (row[kind.scheduled] or "", row["UUID"]), reverse=True)
            self._listed[kind.name] = rows
        return self._listed[kind.name]

    # -- routes ---------------------------------------------------------------------------------------------

    def _routes(self) -> list[Route]:
        routes = [
            Route(f"/{{token}}/{kind.name}/{path}", self._guarded(endpoint(kind)))
            for kind in (JOBS, LEADS)
            for path, endpoint in (("all/", self._all), ("get/{uuid}/", self._one))
        ]
        return [*routes, Route("/{token}/team/all/", self._guarded(self._team))]

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        """The token is the path's first segment; a wrong one is a wrong path."""

        async def guarded(request: Request) -> Response:
            if request.path_params["token"] != self._account.credentials.get("api_token"):
                return reply(FORBIDDEN, 403)
            return self.throttled(None) if self._over_quota() else await endpoint(request)

        return guarded

    def _over_quota(self) -> bool:
        if self._quota <= 0:
            return False
        minute = int(time.monotonic() // 60)
        if minute != self._minute:
            self._minute, self._used = minute, 0
        self._used += 1
        return self._used > self._quota

    def _all(self, kind: Kind) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            query = request.query_params
            start = query.get("start_date") or ""
            if start and not DAY.match(start):
                return self._invalid("start_date")
            try:
                offset, records = int(query.get("offset", 0)), int(query.get("records", MOST_RECORDS))
            except ValueError:
                return self._invalid("offset")
            only_open = query.get("only_open", "true").lower() != "false"
            rows = self._passing(kind, start, only_open, {s.lower() for s in query.getlist("status")})
            first, size = offset * self._offset_unit, min(max(records, 1), MOST_RECORDS)
            page = rows[first : first + size]
            return reply(
                {
                    "flag": True,
                    "data": page,
                    "has_more": first + size < len(rows),
                    # ASSUMED to count the page; in the only capture page and list are the same.
                    "found": len(page),
                    "code": 200,
                }
            )

        return endpoint

    def _passing(self, kind: Kind, start: str, only_open: bool, statuses: set[str]) -> list[Row]:
        """`start_date` bounds the scheduled day, from below only."""
        today = datetime.fromtimestamp(self._clock.now(), self.books.zone).date()
        since = start or (today - timedelta(days=DEFAULT_DAYS)).isoformat()
        if self._reaches_back:
            since = max(since, (today - timedelta(days=self._reaches_back)).isoformat())
        return [
            row
            for row in self._rows(kind)
            if self._is_since(row[kind.scheduled], since, bool(start))
            and not (only_open and row["Status"].lower() in CLOSED)
            and (not statuses or row["Status"].lower() in statuses)
        ]

    def _is_since(self, scheduled: str | None, since: str, is_asked: bool) -> bool:
        if not scheduled:
            return not (is_asked and self._drops_undated)
        return scheduled[:10] >= since

    def _one(self, kind: Kind) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            """A list of one; an empty one for an id that does not exist."""
            record = kind.records(self.books).get(request.path_params["uuid"])
            found = [] if record is None else [kind.payload(self.books, record)]
            return reply({"flag": True, "data": found, "code": 200})

        return endpoint

    async def _team(self, request: Request) -> Response:
        rows = [payloads.member(self.books, technician) for technician in self.books.team.values()]
        return reply({"flag": True, "data": rows, "code": 200})

    @staticmethod
    def _invalid(parameter: str) -> Response:
        """ASSUMED for lists; the shape is that of refused writes."""
        details = {"error": f"{parameter} is not valid"}
        return reply(
            {"error": True, "code": 400, "msg": "Validation rule exception", "details": details}, 400
        )

    async def _missing(self, request: Request, error: Exception) -> Response:
        return reply(FORBIDDEN, 403)
