"""The HTTP side: tokens, versions, limits, and GraphQL that is really executed."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    build_schema,
    execute_sync,
    parse,
    validate,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers.base import SandboxAccount
from sandbox.servers.jobber import costs, expected, people
from sandbox.servers.jobber.books import Books
from sandbox.servers.jobber.connections import MOST_ROWS, paged, resolve
from sandbox.servers.jobber.identifiers import native_id
from sandbox.servers.jobber.lists import LISTINGS, Listing, ordered, passing
from sandbox.servers.jobber.oauth import Authorisations
from sandbox.servers.jobber.till import Till
from sandbox.world.model import World

GRAPHQL_PATH = "/api/graphql"
TOKEN_PATH = "/api/oauth/token"
VERSION = "2026-05-12"
MAXIMUM_POINTS = 10_000
# The vendor restores 500 points a second. A sandbox that took as long would make nobody wiser: an option
# (`restore_rate`) sets the vendor's own pace, and tests of waiting set a slower one.
RESTORE_RATE = 100_000
REQUESTS_PER_WINDOW, WINDOW_SECONDS = 2_500, 300.0
LIMITS_PAGE = "https://developer.getjobber.com/docs/using_jobbers_api/api_rate_limits"
WAITING_ROOM = "<!DOCTYPE html><html><head><title>Waiting room</title></head><body></body></html>"


@dataclass(frozen=True)
class Context:
    """What a resolver may see of the request."""

    most_rows: int


class JobberServer:
    """One account's API.

    Options of the account: `restore_rate`, `maximum_points`, `requests_per_window`, `version`,
    `waiting_rooms` (so many requests are answered by an HTML page with status 200), `hidden` (types that the
    app has no scope for), and those of `oauth`.
    """

    platform = "jobber"
    kind = "dispatch"

    def __init__(self, world: World, account: SandboxAccount, clock: Clock, faults: Faults) -> None:
        options = account.options
        self._world = world
        self._account = account
        self._clock = clock
        self._office = Authorisations(account, faults)
        self._bucket = costs.Bucket(
            int(options.get("maximum_points", MAXIMUM_POINTS)),
            float(options.get("restore_rate", RESTORE_RATE)),
        )
        self._window = int(options.get("requests_per_window", REQUESTS_PER_WINDOW))
        self._asked: deque[float] = deque()
        self._version = options.get("version", VERSION)
        self._waiting_rooms = int(options.get("waiting_rooms", 0))
        self._hidden = frozenset(options.get("hidden", "").split())
        self._till: Till | None = None
        self._opened_for: tuple[int, int] | None = None
        self._ordered: dict[str, list[tuple[str, Any]]] = {}
        self._documents: dict[str, DocumentNode] = {}
        self._schema = self._bound_schema()
        self.app = Starlette(
            routes=[
                Route(GRAPHQL_PATH, self._graphql, methods=["POST"]),
                Route(TOKEN_PATH, self._office.token, methods=["POST"]),
            ]
        )

    # -- what the sandbox asks ------------------------------------------------------------------------------

    def native_id(self, entity: str, world_id: int) -> str:
        """See `VendorServer`. A property gets the id that it has at its first customer."""
        if entity == "locations":
            return self._first_place(world_id)
        return native_id(self._account.account_id, entity, world_id)

    def _first_place(self, property_id: int) -> str:
        for customer in self._world.customers.values():
            if customer.brand_key in self._account.brand_keys and property_id in customer.property_ids:
                return self.till.books.place_id(customer, property_id)
        return native_id(self._account.account_id, "locations", 0)

    def expected(self, object_name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """See `VendorServer`: what the queries of a pull give, executed here without limits."""
        if object_name == "account":
            account = self._execute(parse(expected.ACCOUNT), {}, Context(1))["data"]["account"]
            yield account["id"], account
            return
        root, query = expected.question(object_name)
        answer = self._execute(parse(query), {}, Context(sys.maxsize))
        for row in answer["data"][root]["nodes"]:
            yield row["id"], row

    def throttled(self, retry_after: int | None) -> Response:
        """Throttled for its cost (how long follows from three numbers), or 429 for the number of requests."""
        if retry_after is None:
            return Response(b"Retry later\n", 429, media_type="text/plain")  # ASSUMED: the body
        rate = int(self._bucket.restore_rate)
        short = min(rate * retry_after, self._bucket.maximum)
        report = self._bucket.report(self._bucket.maximum, 0)
        report["throttleStatus"] |= {
            "currentlyAvailable": self._bucket.maximum - short,
            "restoreRate": short // retry_after if retry_after else rate,
        }
        return _reply(_throttling(report))

    # -- state ----------------------------------------------------------------------------------------------

    @property
    def till(self) -> Till:
        """The records now; opened anew when the clock moves or somebody spoils a record."""
        state = (self._clock.now(), len(self._world.gaps))
        if self._till is None or state != self._opened_for:
            self._till = Till(Books(self._world, self._account, state[0]))
            self._opened_for = state
            self._ordered = {}
        return self._till

    def _rows(self, listing: Listing) -> list[tuple[str, Any]]:
        till = self.till
        if listing.name not in self._ordered:
            self._ordered[listing.name] = ordered(till, listing)
        return self._ordered[listing.name]

    # -- GraphQL --------------------------------------------------------------------------------------------

    def _bound_schema(self) -> GraphQLSchema:
        schema = build_schema(_schema_text())
        fields = schema.query_type.fields if schema.query_type else {}
        for listing in LISTINGS:
            fields[listing.name].resolve = partial(self._list, listing)
            if listing.single is not None:
                fields[listing.single].resolve = partial(self._one, listing)
        fields["account"].resolve = lambda _, info: people.account(self.till.books)
        return schema

    def _list(
        self,
        listing: Listing,
        _: Any,
        info: GraphQLResolveInfo,
        filter: Mapping[str, Any] | None = None,
        sort: Any = None,
        **page: Any,
    ) -> Any:
        """Lists with times come newest first, which is also what `sort: UPDATED_AT` asks for."""
        if listing.name in self._hidden:
            raise GraphQLError(f"An object of type {listing.name} was hidden due to permissions")
        till = self.till
        found = passing(till, listing, self._rows(listing), filter)
        if sort and sort[0]["direction"] == "ASCENDING":
            found.reverse()
        return paged([partial(listing.payload, till, record) for record in found])(info, **page)

    def _one(self, listing: Listing, _: Any, info: GraphQLResolveInfo, id: str) -> Any:
        """Null, without an error, for an id that nobody has."""
        record = listing.rows(self.till).get(id)
        return None if record is None else listing.payload(self.till, record)

    def _execute(
        self, document: DocumentNode, variables: Mapping[str, Any], context: Context
    ) -> dict[str, Any]:
        result = execute_sync(
            self._schema,
            document,
            context_value=context,
            variable_values=dict(variables),
            field_resolver=resolve,
            type_resolver=lambda value, info, abstract: value.get("__typename"),
        )
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            answer["errors"] = [error.formatted for error in result.errors]
        return answer

    # -- HTTP -----------------------------------------------------------------------------------------------

    async def _graphql(self, request: Request) -> Response:
        """Token, then the number of requests, then the question; all but the first two answered with 200."""
        if not self._office.is_valid(request.headers.get("authorization", "")):
            return _reply({"message": "Invalid Token"}, 401)  # ASSUMED: the body
        if not self._admits():
            return self.throttled(None)
        if self._waiting_rooms > 0:
            self._waiting_rooms -= 1
            return HTMLResponse(WAITING_ROOM)
        if "x-jobber-graphql-version" not in request.headers:
            # ASSUMED: what the vendor answers without the header.
            return _reply({"errors": [{"message": "The X-JOBBER-GRAPHQL-VERSION header is missing"}]})
        body = msgspec.json.decode(await request.body())
        return _reply(self._answer(body["query"], body.get("variables") or {}))

    def _admits(self) -> bool:
        now = time.monotonic()
        while self._asked and self._asked[0] <= now - WINDOW_SECONDS:
            self._asked.popleft()
        if len(self._asked) >= self._window:
            return False
        self._asked.append(now)
        return True

    def _answer(self, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        versioning = {"versioning": {"version": self._version}}
        try:
            document = self._document(query)
        except GraphQLError as error:
            return {"errors": [error.formatted], "extensions": versioning}
        asked = costs.requested(document, variables)
        if asked > self._bucket.available:
            return _throttling(self._bucket.report(asked, 0), versioning)
        answer = self._execute(document, variables, Context(MOST_ROWS))
        paid = costs.actual(answer["data"])
        self._bucket.pay(paid)
        return answer | {"extensions": {"cost": self._bucket.report(asked, paid), **versioning}}

    def _document(self, query: str) -> DocumentNode:
        """A parsed and valid query.

        Raises:
            GraphQLError: it is neither; one unknown field refuses it whole.
        """
        if query not in self._documents:
            document = parse(query)
            problems = validate(self._schema, document)
            if problems:
                raise problems[0]
            self._documents[query] = document
        return self._documents[query]


def _schema_text() -> str:
    return Path(__file__).with_name("schema.graphql").read_text(encoding="utf-8")


def _throttling(report: Mapping[str, Any], more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    extensions = {"code": "THROTTLED", "documentation": LIMITS_PAGE}
    return {
        "errors": [{"message": "Throttled", "extensions": extensions}],
        "extensions": {"cost": dict(report), **(more or {})},
    }


def _reply(body: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")
