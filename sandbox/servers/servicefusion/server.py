"""The simulated Service Fusion API: authentication, limits, routes, and what a perfect pull would hold."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers.base import SandboxAccount
from sandbox.servers.servicefusion.auth import Office
from sandbox.servers.servicefusion.books import Books
from sandbox.servers.servicefusion.listings import LISTINGS, Listing
from sandbox.servers.servicefusion.queries import Invalid, Query
from sandbox.servers.servicefusion.registry import Registry
from sandbox.servers.servicefusion.replies import (
    failure,
    gateway_timeout,
    problem,
    reply,
    unknown_page,
)
from sandbox.servers.servicefusion.work import HEAVY
from sandbox.world.model import World

Endpoint = Callable[[Request], Awaitable[Response]]

# How long a list of jobs without an order keeps its caller waiting; the report only says that it hangs.
HANG_SECONDS = 300.0
PAGING = frozenset({"page", "per-page", "expand", "access_token"})
ALIASES = {"campaigns": "sources", "techs": "technicians", "employees": "technicians"}


class ServiceFusionServer:
    """See `sandbox.servers.base.VendorServer`."""

    platform = "servicefusion"
    kind = "dispatch"

    def __init__(self, world: World, account: SandboxAccount, clock: Clock, faults: Faults) -> None:
        self._world = world
        self._account = account
        self._clock = clock
        self._office = Office(account, faults)
        self._registry = Registry(world, account)
        # Code -> the name that the company gave to it; changing one renames the status everywhere.
        self.status_names: dict[str, str] = {}
        self._books: Books | None = None
        self._opened_for: tuple[object, ...] = ()
        self._ordered: dict[tuple[object, ...], list[Any]] = {}
        self._heavy_rows = int(account.options.get("heavy_rows", 0))
        self._hang = float(account.options.get("hang_seconds", HANG_SECONDS))
        self._refuses_invoice_sort = account.options.get("invoice_sort", "refused") == "refused"
        self.app = Starlette(routes=self._routes(), exception_handlers={HTTPException: self._other})

    # -- what the sandbox asks ------------------------------------------------------------------------------

    def native_id(self, entity: str, world_id: int) -> str:
        """See `VendorServer`. An estimate goes by its first option; what does not exist here, by none."""
        table = ALIASES.get(entity, entity)
        if table == "estimates":
            return str(self._registry[table][self._world.estimates[world_id].options[0].id])
        try:
            return str(self._registry[table][world_id])
        except KeyError:
            return f"{entity}-{world_id}"

    def expected(self, object_name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """See `VendorServer`. Rows come with everything that can be expanded."""
        listing = next((listing for listing in LISTINGS if listing.name == object_name), None)
        if listing is None:
            raise KeyError(f"Service Fusion has no object {object_name!r}")
        books = self.books
        for key, row in listing.rows(books).items():
            yield str(key), listing.payload(books, row, frozenset(listing.expandable))

    def throttled(self, retry_after: int | None) -> Response:
        """429. When to come back stands in the framework's own header, if anywhere."""
        headers = {} if retry_after is None else self._office.quota.headers(retry_after)
        return problem(429, "Rate limit exceeded.", headers)

    # -- state ----------------------------------------------------------------------------------------------

    @property
    def books(self) -> Books:
        """The records now; opened anew when the clock moves, a status is renamed or a record is spoilt."""
        now = self._clock.now()
        state = (now, len(self._world.gaps), *self.status_names.items())
        if self._books is None or state != self._opened_for:
            self._books = Books(self._world, self._account, self._registry, self.status_names, now)
            self._opened_for = state
            self._ordered = {}
        return self._books

    # -- routes ---------------------------------------------------------------------------------------------

    def _routes(self) -> list[Route]:
        """Only reading is simulated: the vendor's POST of customers, jobs and estimates is not."""
        routes = [Route("/oauth/access_token", self._office.token, methods=["POST"])]
        routes += [Route(f"/v1{one.path}", self._guarded(self._list(one))) for one in LISTINGS]
        routes += [Route(f"/v1{one.path}/{{id}}", self._guarded(self._one(one))) for one in LISTINGS]
        return [*routes, Route("/v1/me", self._guarded(self._me))]

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        """Token first, then the limit, then the question."""

        async def guarded(request: Request) -> Response:
            if not self._office.knows(request):
                return problem(401, "Your request was made with invalid credentials.")
            quota = self._office.quota
            if not quota.take():
                return problem(429, "Rate limit exceeded.", quota.headers())
            try:
                answer = await endpoint(request)
            except Invalid as invalid:
                answer = reply(invalid.body, 422)
            answer.headers.update(quota.headers())
            return answer

        return guarded

    def _list(self, listing: Listing) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            query = Query.of(request.query_params.multi_items())
            if listing.needs_sort and not query.order:
                await asyncio.sleep(self._hang)
                return gateway_timeout()
            if listing.name == "invoices" and query.order and self._refuses_invoice_sort:
                raise Invalid("sort", "sort is not allowed.")
            rows = self._all(listing, query)
            count = max(1, -(-len(rows) // query.per_page))
            # ASSUMED: past the end the framework's default gives the last page again.
            number = min(query.page, count)
            shown = rows[(number - 1) * query.per_page : number * query.per_page]
            if self._is_too_heavy(listing, query, len(shown)):
                return failure()
            return self._page(listing, query, shown, len(rows), number, count)

        return endpoint

    def _page(
        self, listing: Listing, query: Query, shown: list[Any], total: int, number: int, count: int
    ) -> Response:
        meta = {
            "totalCount": total,
            "pageCount": count if total else 0,
            "currentPage": number,
            "perPage": query.per_page,
        }
        body = {
            "items": [listing.payload(self.books, row, query.expand) for row in shown],
            "_expandable": list(listing.expandable),
            "_meta": meta,
        }
        names = ("Total-Count", "Page-Count", "Current-Page", "Per-Page")
        return reply(
            body,
            headers={
                f"X-Pagination-{name}": str(value) for name, value in zip(names, meta.values(), strict=True)
            },
        )

    def _all(self, listing: Listing, query: Query) -> list[Any]:
        """The whole list as asked for, without paging."""
        books = self.books
        shape = (listing.name, *sorted(pair for pair in query.pairs if pair[0] not in PAGING))
        if shape not in self._ordered:
            self._ordered[shape] = listing.ordered(books, query)
        return self._ordered[shape]

    def _is_too_heavy(self, listing: Listing, query: Query, rows: int) -> bool:
        return listing.name == "jobs" and bool(query.expand & HEAVY) and 0 < self._heavy_rows < rows

    def _one(self, listing: Listing) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            key = request.path_params["id"]
            row = listing.rows(self.books).get(int(key)) if key.isdecimal() else None
            if row is None:
                return problem(404, f"Object not found: {key}")
            query = Query.of(request.query_params.multi_items())
            return reply(listing.payload(self.books, row, query.expand))

        return endpoint

    async def _me(self, request: Request) -> Response:
        brand = self.books.brand
        return reply(
            {
                "id": 1,
                "first_name": "Office",
                "last_name": brand.name,
                "email": f"office@{brand.key}.example.com",
            }
        )

    async def _other(self, request: Request, error: Exception) -> Response:
        """An unknown path gets a web page, a method that a path does not have an object."""
        if isinstance(error, HTTPException) and error.status_code == 405:
            return problem(405, "Method Not Allowed. This URL can only handle the following: GET, HEAD.")
        return unknown_page()
