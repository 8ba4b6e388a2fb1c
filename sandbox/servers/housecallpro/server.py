"""The HTTP side: keys, routes, pages, refusals."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from sandbox.clock import Clock
from sandbox.servers.base import SandboxAccount
from sandbox.servers.housecallpro import money, people, work
from sandbox.servers.housecallpro.books import Books
from sandbox.servers.housecallpro.identifiers import native_id
from sandbox.servers.housecallpro.listings import LISTINGS, Listing
from sandbox.servers.housecallpro.queries import Query, Refused
from sandbox.world.model import World

Endpoint = Callable[[Request], Awaitable[Response]]

NOT_FOUND_PAGE = "<!DOCTYPE html><html><head><title>The page you were looking for doesn't exist (404)</title></head><body><h1>404</h1></body></html>"  # noqa: E501
# Parameters that change which page of a list is shown, but not the list.
PAGING = frozenset({"page", "page_size", "expand[]"})
# How the world's own entity names are called here.
ALIASES = {"employees": "technicians", "options": "estimate_options", "estimates_options": "estimate_options"}


def reply(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(body), status, headers, media_type="application/json")


class HousecallProServer:
    """One company's API.

    Options of the account: `requests_per_second` (no limit: the vendor publishes none) and `seconds_per_page`
    (0; live pages of 200 rows take 3 to 6).
    """

    platform = "housecallpro"
    kind = "dispatch"

    def __init__(self, world: World, account: SandboxAccount, clock: Clock) -> None:
        self._world = world
        self._account = account
        self._clock = clock
        self._books: Books | None = None
        self._opened_for: tuple[int, int] | None = None
        self._ordered: dict[tuple, list[Any]] = {}
        self._limit = float(account.options.get("requests_per_second", 0))
        self._latency = float(account.options.get("seconds_per_page", 0))
        self._second, self._used = 0, 0
        missing = {HTTPException: self._missing}
        self.app = Starlette(routes=self._routes(), exception_handlers=missing)

    # -- what the sandbox asks ------------------------------------------------------------------------------

    def native_id(self, entity: str, world_id: int) -> str:
        """See `VendorServer`. A property gets the address id that it has at its first customer."""
        entity = ALIASES.get(entity, entity)
        if entity == "payments" and world_id in self._world.payments:
            return money.payment_id(self.books, self._world.payments[world_id])
        if entity == "locations":
            return native_id(self._account.account_id, entity, self._first_owner(world_id), world_id)
        return native_id(self._account.account_id, entity, world_id)

    def _first_owner(self, property_id: int) -> int:
        owners = (
            customer.id
            for customer in self._world.customers.values()
            if customer.brand_key in self._account.brand_keys and property_id in customer.property_ids
        )
        return min(owners, default=0)

    def expected(self, object_name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """See `VendorServer`. Jobs come with their appointments, as the pull asks for them."""
        books = self.books
        if object_name == "company":
            yield people.company_id(books), people.company(books)
            return
        listing = next((listing for listing in LISTINGS if listing.name == object_name), None)
        if listing is None:
            raise KeyError(f"Housecall Pro has no object {object_name!r}")
        for key, row in listing.rows(books).items():
            yield key, listing.payload(books, row, frozenset({"appointments"}))

    def throttled(self, retry_after: int | None) -> Response:
        """429. When to come back is an epoch in `RateLimit-Reset`, by the real clock."""
        headers = {} if retry_after is None else {"RateLimit-Reset": str(int(time.time()) + retry_after)}
        return reply({"message": "Too Many Requests"}, 429, headers)

    # -- state ----------------------------------------------------------------------------------------------

    @property
    def books(self) -> Books:
        """The records now; opened anew when the clock moves or somebody spoils a record."""
        state = (self._clock.now(), len(self._world.gaps))
        if self._books is None or state != self._opened_for:
            self._books = Books(self._world, self._account, state[0])
            self._opened_for = state
            self._ordered = {}
        return self._books

    def _page_of(self, listing: Listing, query: Query) -> tuple[list[Any], int]:
        """Rows of the page asked for, and how many rows the whole list has."""
        books = self.books
        shape = (listing.name, *sorted(pair for pair in query.pairs if pair[0] not in PAGING))
        rows = self._ordered.get(shape)
        if rows is None:
            rows = self._ordered[shape] = ordered(books, listing, query)
        first = (query.page - 1) * query.page_size
        return rows[first : first + query.page_size], len(rows)

    # -- routes ---------------------------------------------------------------------------------------------

    def _routes(self) -> list[Route]:
        routes = [Route(listing.path, self._guarded(self._list(listing))) for listing in LISTINGS]
        routes += [
            Route("/company", self._guarded(self._company)),
            Route("/customers/{id}", self._guarded(self._one("customer", "customers", people.customer))),
            Route("/jobs/{id}", self._guarded(self._job)),
            Route("/jobs/{id}/invoices", self._guarded(self._job_invoices)),
            Route("/estimates/{id}", self._guarded(self._one("estimate", "estimates", work.estimate))),
            Route(
                "/leads/{id}", self._guarded(self._one("lead", "leads", lambda b, row, _: work.lead(b, row)))
            ),
            Route("/api/invoices/{id}", self._guarded(self._invoice)),
        ]
        return routes

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        """Key first, then the limit, then the question; a refusal is answered in the route's own shape."""

        async def guarded(request: Request) -> Response:
            if not self._knows_key(request.headers.get("authorization", "")):
                return reply({"message": "Unauthorized"}, 401)
            if self._over_limit():
                return self.throttled(1)
            try:
                return await endpoint(request)
            except Refused as refused:
                return reply(refused.body, refused.status)

        return guarded

    def _knows_key(self, header: str) -> bool:
        """`Token <key>` as documented; `Bearer <key>` was seen to work as well."""
        scheme, _, key = header.partition(" ")
        return scheme in ("Token", "Bearer") and key == self._account.credentials.get("api_key")

    def _over_limit(self) -> bool:
        if self._limit <= 0:
            return False
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._used = second, 0
        self._used += 1
        return self._used > self._limit

    def _list(self, listing: Listing) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            query = Query.of(request.query_params.multi_items(), listing.array_complaint)
            await asyncio.sleep(self._latency)
            rows, total = self._page_of(listing, query)
            return reply(
                {
                    "page": query.page,
                    "page_size": query.page_size,
                    "total_pages": -(-total // query.page_size),
                    "total_items": total,
                    listing.name: [listing.payload(self.books, row, query.expand) for row in rows],
                }
            )

        return endpoint

    def _one(self, label: str, entity: str, payload: Callable[..., dict[str, Any]]) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            row = getattr(self.books, entity).get(request.path_params["id"])
            if row is None:
                return reply({"error": {"message": f"{label} not found"}}, 404)
            expand = Query.of(request.query_params.multi_items()).expand
            return reply(payload(self.books, row, expand))

        return endpoint

    async def _company(self, request: Request) -> Response:
        return reply(people.company(self.books))

    async def _job(self, request: Request) -> Response:
        """A job that the pro deleted is 410 by id, though the list goes on showing it."""
        row = self.books.jobs.get(request.path_params["id"])
        if row is not None and self.books.work_status(row) == "pro canceled":
            return reply({"error": {"message": "job has been deleted"}}, 410)
        return await self._one("job", "jobs", work.job)(request)

    async def _job_invoices(self, request: Request) -> Response:
        """Not paged."""
        row = self.books.jobs.get(request.path_params["id"])
        if row is None:
            return reply({"error": {"message": "job not found"}}, 404)
        invoices = self.books.invoices_of_job.get(row.id, ())
        return reply({"invoices": [money.job_invoice(self.books, invoice) for invoice in invoices]})

    async def _invoice(self, request: Request) -> Response:
        row = self.books.invoices.get(request.path_params["id"])
        if row is None:
            return reply({"error": {"message": "invoice not found"}}, 404)
        return reply(money.invoice(self.books, row))

    async def _missing(self, request: Request, error: Exception) -> Response:
        """Unknown routes and methods get the web site's page, not JSON."""
        return HTMLResponse(NOT_FOUND_PAGE, 404)


def ordered(books: Books, listing: Listing, query: Query) -> list[Any]:
    """All rows that pass the filters, in the order asked for; rows without the sorted value come last."""
    predicates = list(listing.filters(books, query))
    rows = [row for row in listing.rows(books).values() if all(passes(row) for passes in predicates)]
    order = listing.orders.get(query.text("sort_by") or "created_at", listing.orders["created_at"])
    keyed = [(order(books, row), position, row) for position, row in enumerate(rows)]
    known = sorted((entry for entry in keyed if entry[0] is not None), key=lambda entry: entry[:2])
    unknown = [entry for entry in keyed if entry[0] is None]
    if query.descending:
        known.reverse()
    return [row for _, _, row in (*known, *unknown)]
