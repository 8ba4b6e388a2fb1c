"""Routes of one tenant: the Open API behind its tokens, and a web server with the exports that somebody made.

The Open API lists nothing. A record that does not exist, or no longer does, is answered with 204 and no body.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers.base import SandboxAccount
from sandbox.servers.fieldedge import assumed, documented
from sandbox.servers.fieldedge.books import Books
from sandbox.servers.fieldedge.exports import EXPORTS, Clerk, csv_text
from sandbox.servers.fieldedge.identifiers import native_id
from sandbox.servers.fieldedge.readings import READINGS
from sandbox.servers.fieldedge.tokens import Marketplace
from sandbox.world.model import World

TOKEN_PATH = "/oauth/token"
EXPORTS_PATH = "/exports"
_STAMP = "%Y-%m-%dT%H%M%SZ"
_E164 = re.compile(r"^\+[1-9]\d{7,14}$")
_SEARCHED = frozenset({"phone", "email", "firstName"})

Endpoint = Callable[[Request], Awaitable[Response]]
Found = Callable[[Books, str], dict[str, Any] | None]


@dataclass(frozen=True)
class Asked:
    """One kind of record that is answered by id.

    Attributes:
        known: Which records of the books the exports name.
    """

    path: str
    known: str
    id_name: str
    find: Found


class Tenant:
    """One tenant as of the clock."""

    platform = "fieldedge"
    kind = "dispatch"

    def __init__(self, world: World, account: SandboxAccount, clock: Clock, faults: Faults) -> None:
        self._world = world
        self._account = account
        self._clock = clock
        self._marketplace = Marketplace(account, faults)
        self._books: dict[tuple[int, int, int], Books] = {}
        self.app = Starlette(routes=self._routes())

    # -- what the sandbox asks ------------------------------------------------------------------------------

    def native_id(self, entity: str, world_id: int) -> str:
        """See `VendorServer`. A property gets the location id that it has at its first customer."""
        if entity == "invoices" and world_id in self._world.invoices:
            return self.books().invoice_id(self._world.invoices[world_id])
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
        """See `VendorServer`. Of exports: each record as the newest one that has it says."""
        if object_name in READINGS:
            yield from self._exported(object_name).items()
        elif object_name == "export_files":
            # A content that both exports have counts once, as of the first.
            yield from {row["sha256"]: row for row in reversed(list(self._files()))}.items()
        elif object_name in ASKED:
            yield from self._answered(object_name)
        elif object_name != "export_rejects":
            raise KeyError(f"FieldEdge has no object {object_name!r}")

    def throttled(self, retry_after: int | None) -> Response:
        """ASSUMED: no limit and no answer to passing one is published."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return JSONResponse({"message": "Rate limit is exceeded."}, 429, headers)

    # -- state ----------------------------------------------------------------------------------------------

    def books(self, at: int | None = None) -> Books:
        """The records at an instant, by default now; opened anew when somebody spoils a record."""
        state = (self._clock.now() if at is None else at, self._clock.now(), len(self._world.gaps))
        if state not in self._books:
            self._books = {key: books for key, books in self._books.items() if key[1:] == state[1:]}
            self._books[state] = Books(self._world, self._account, state[0])
        return self._books[state]

    # -- exports --------------------------------------------------------------------------------------------

    def _export_times(self) -> list[int]:
        """Somebody exports everything on the first of each month, and again now: both lie in the folder."""
        now = datetime.fromtimestamp(self._clock.now(), UTC)
        first = now.replace(day=1, hour=0, minute=0, second=0)
        return [int(first.timestamp()), self._clock.now()]

    def _folder(self) -> Iterator[tuple[str, datetime, str]]:
        """(export, when it was made, content) of every file in the folder."""
        for at in self._export_times():
            for name in EXPORTS:
                text = self._text(name, at)
                if text is not None:
                    yield name, datetime.fromtimestamp(at, UTC), text

    def _text(self, name: str, at: int) -> str | None:
        return csv_text(EXPORTS[name](Clerk(self.books(at))))

    def _exported(self, object_name: str) -> dict[str, dict[str, Any]]:
        reading = READINGS[object_name]
        records: dict[str, dict[str, Any]] = {}
        for at in self._export_times():
            records |= reading.records(EXPORTS[reading.export](Clerk(self.books(at))))
        return records

    def _files(self) -> Iterator[dict[str, Any]]:
        readings = {reading.export: reading for reading in READINGS.values()}
        for name, made_at, text in self._folder():
            rows = EXPORTS[name](Clerk(self.books(int(made_at.timestamp()))))
            yield {
                "sha256": sha256(text.encode()).hexdigest(),
                "file": file_name(name, made_at),
                "kind": name.replace("-", "_"),
                "exported_at": made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "records": len(dict(readings[name].records(rows))),
                "refused_lines": 0,
            }

    async def _listing(self, request: Request) -> Response:
        """As nginx lists a folder with `autoindex_format json`."""
        listed = [
            {
                "name": file_name(name, made_at),
                "type": "file",
                "mtime": format_datetime(made_at, usegmt=True),
                "size": len(text),
            }
            for name, made_at, text in self._folder()
        ]
        return JSONResponse([{"name": "archive", "type": "directory"}, *listed])

    async def _download(self, request: Request) -> Response:
        """A file is as of the time in its name, also when the clock has moved since it was listed."""
        found = re.fullmatch(r"([a-z-]+)-(20[\dTZ-]+)\.csv", request.path_params["name"])
        if not found or found[1] not in EXPORTS:
            return PlainTextResponse("Not Found", 404)
        at = datetime.strptime(found[2], _STAMP).replace(tzinfo=UTC)
        return Response(self._text(found[1], int(at.timestamp())) or "", media_type="text/csv; charset=utf-8")

    # -- the Open API ---------------------------------------------------------------------------------------

    def _answered(self, object_name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Of every id that the exports name: its record, or that there is none."""
        asked = ASKED[object_name]
        books = self.books()
        for wanted in getattr(books, asked.known):
            yield wanted, asked.find(books, wanted) or {asked.id_name: wanted, "notFound": True}

    def _routes(self) -> list[Route]:
        routes = [
            Route(TOKEN_PATH, self._marketplace.token, methods=["POST"]),
            Route(f"{EXPORTS_PATH}/", self._listing),
            Route(f"{EXPORTS_PATH}/{{name}}", self._download),
            Route("/v1/customers/search", self._guarded(self._search)),
        ]
        return routes + [Route(asked.path, self._guarded(self._by_id(asked))) for asked in ASKED.values()]

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        async def guarded(request: Request) -> Response:
            if not self._marketplace.knows(request.headers.get("authorization", "")):
                return JSONResponse({"message": "Unauthorized"}, 401)  # ASSUMED body
            return await endpoint(request)

        return guarded

    def _by_id(self, asked: Asked) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            record = asked.find(self.books(), request.path_params["id"])
            return Response(status_code=204) if record is None else JSONResponse({"data": record})

        return endpoint

    async def _search(self, request: Request) -> Response:
        """By phone, e-mail or first name; without an envelope `data`, unlike everything else."""
        asked = {name: text for name, text in request.query_params.items() if name in _SEARCHED and text}
        if not asked or ("phone" in asked and not _E164.match(asked["phone"])):
            # ASSUMED body; documented are the statuses.
            return JSONResponse({"message": "Bad request", "errors": [{"field": "phone"}]}, 400)
        books = self.books()
        found = [
            documented.customer(books, customer)
            for customer in books.customers.values()
            if books.is_active(customer) and self._matches(books, customer.id, asked)
        ]
        return JSONResponse({"customers": found}) if found else Response(status_code=204)

    def _matches(self, books: Books, customer_id: int, asked: dict[str, str]) -> bool:
        customer = self._world.customers[customer_id]
        phones = {documented.last_digits(phone) for phone in books.phones(customer)}
        return (
            ("phone" not in asked or documented.last_digits(asked["phone"]) in phones)
            and ("email" not in asked or asked["email"].lower() in map(str.lower, customer.emails))
            and ("firstName" not in asked or asked["firstName"].lower() == (customer.first or "").lower())
        )


def file_name(export: str, made_at: datetime) -> str:
    return f"{export}-{made_at.strftime(_STAMP)}.csv"


def _lead(books: Books, wanted: str) -> dict[str, Any] | None:
    record = books.leads.get(wanted)
    return documented.lead(books, record) if record else None


def _customer(books: Books, wanted: str) -> dict[str, Any] | None:
    record = books.customers.get(wanted)
    return documented.customer(books, record) if record else None


def _work_order(books: Books, wanted: str) -> dict[str, Any] | None:
    record = books.jobs.get(wanted)
    return assumed.work_order(books, record) if record else None


def _invoice(books: Books, wanted: str) -> dict[str, Any] | None:
    """By the work order's id only; what accounting alone issued is unknown here."""
    record = books.invoices.get(wanted)
    return assumed.invoice(books, record) if record is not None and wanted in books.jobs else None


# Documented are the paths of leads and invoices, ASSUMED those of customers and work orders.
ASKED = {
    "leads": Asked("/v1/leads/{id}", "leads", "leadId", _lead),
    "customers": Asked("/v1/customers/{id}", "customers", "id", _customer),
    "work_orders": Asked("/v1/workorders/{id}", "jobs", "id", _work_order),
    "invoices": Asked("/v1/invoices/{id}", "jobs", "id", _invoice),
}
