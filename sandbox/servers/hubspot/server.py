"""The HTTP side: tokens, both path families, lists, reads, searches and associations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from importlib import import_module
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.accounts import accounts_of
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers.base import SandboxAccount, VendorServer
from sandbox.servers.hubspot import objects, reference, search
from sandbox.servers.hubspot.definitions import definition
from sandbox.servers.hubspot.interruptions import Interruptions
from sandbox.servers.hubspot.limits import Limits
from sandbox.servers.hubspot.portal import FIRST_CALL, FIRST_DEAL, Portal
from sandbox.servers.hubspot.properties import BY_TYPE, PROPERTIES
from sandbox.servers.hubspot.replies import Refused, invalid, refusal, reply, throttled
from sandbox.world.model import Job, World

Endpoint = Callable[[Request], Awaitable[Any]]

# Both names and type ids work in paths, in either number.
TYPES = {
    "contacts": "contacts", "contact": "contacts", "0-1": "contacts",
    "deals": "deals", "deal": "deals", "0-3": "deals",
    "calls": "calls", "call": "calls", "0-48": "calls",
}  # fmt: skip
VERSIONS = ("2026-03", "2026-09")
# Calls are governed by the contacts' scope.
SCOPES = {
    "contacts": "crm.objects.contacts.read",
    "calls": "crm.objects.contacts.read",
    "deals": "crm.objects.deals.read",
    "owners": "crm.objects.owners.read",
    "properties": "crm.schemas.contacts.read",
    "pipelines": "crm.objects.deals.read",
}


class HubSpotServer:
    """One portal's API.

    Options of the account, all with a default as a paying portal has it: `search_lag_seconds` (60, sandbox
    clock), `search_ceiling` (10000), `empty_page_every` (9; 0 never), `max_url_characters` (15000),
    `association_page` (500), `missing_scopes` (space separated), `interruptions` (none; `423/7 477/11`), and
    the limits of `Limits`.
    """

    platform = "hubspot"
    kind = "crm"

    def __init__(self, world: World, account: SandboxAccount, clock: Clock, faults: Faults) -> None:
        self._world = world
        self._account = account
        self._clock = clock
        self._faults = faults
        self._dispatch: dict[str, VendorServer] = {}
        self._portals: dict[str, tuple[tuple[int, int], Portal]] = {}
        self._found: dict[tuple[str, str], list[Any]] = {}
        self._found_for: Portal | None = None
        self._listed = 0
        options = account.options
        self._lag = int(options.get("search_lag_seconds", 60))
        self._ceiling = int(options.get("search_ceiling", search.CEILING))
        self._empty_page_every = int(options.get("empty_page_every", 9))
        self._max_url = int(options.get("max_url_characters", 15_000))
        self._association_page = int(options.get("association_page", 500))
        self._missing_scopes = frozenset(options.get("missing_scopes", "").split())
        self._interruptions = Interruptions.of(options.get("interruptions", ""))
        self._limits = Limits(options)
        self.app = Starlette(routes=list(self._routes()))

    # -- what the sandbox asks ------------------------------------------------------------------------------

    def native_id(self, entity: str, world_id: int) -> str:
        """See `VendorServer`. A merged contact has the id of what it became; a lead's record is its deal."""
        if entity == "contacts":
            return str(self.portal.contact_id(self._world.contacts[world_id]))
        firsts = {"deals": FIRST_DEAL, "leads": FIRST_DEAL, "calls": FIRST_CALL}
        return str(firsts[entity] + world_id)

    def expected(self, object_name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """See `VendorServer`. Records come with all of `PROPERTIES`, contacts also archived ones."""
        portal = self.portal
        if object_name in PROPERTIES:
            for row in portal.rows(object_name).values():
                yield str(row.id), objects.record(portal, object_name, row, PROPERTIES[object_name])
            for row in portal.rows(object_name, archived=True).values():
                yield (
                    str(row.id),
                    objects.record(portal, object_name, row, PROPERTIES[object_name], archived=True),
                )
        elif object_name in ("deal_contacts", "call_contacts"):
            yield from objects.links(portal, object_name.split("_")[0])
        elif object_name == "contact_properties":
            for one in BY_TYPE["contacts"].values():
                yield one.name, definition(one, "contactinformation")
        elif object_name == "deal_pipelines":
            yield from ((pipeline["id"], pipeline) for pipeline in reference.pipelines("deals"))
        elif object_name == "owners":
            yield from ((owner["id"], owner) for owner in reference.owners() if not owner["archived"])
        else:
            raise KeyError(f"HubSpot has no object {object_name!r}")

    def throttled(self, retry_after: int | None) -> Response:
        return throttled("TEN_SECONDLY_ROLLING", retry_after)

    # -- state ----------------------------------------------------------------------------------------------

    @property
    def portal(self) -> Portal:
        """The records now."""
        return self._portal_at("now", self._clock.now())

    @property
    def index(self) -> Portal:
        """The records as the search index has them: a little behind."""
        return self._portal_at("index", self._clock.now() - self._lag)

    def _portal_at(self, name: str, instant: int) -> Portal:
        state = (instant, len(self._world.gaps))
        known = self._portals.get(name)
        if known is None or known[0] != state:
            portal = Portal(self._world, self._account.account_id, instant, self._clock.now(), self._job_id)
            known = self._portals[name] = (state, portal)
        return known[1]

    def _job_id(self, job: Job) -> str:
        """What the dispatch platform calls the job: whoever hands bookings over writes that down."""
        brand = self._world.brands[job.brand_key]
        server = self._dispatch.get(brand.account_id)
        if server is None:
            account = next(one for one in accounts_of(self._world, "") if one.account_id == brand.account_id)
            package = import_module(f"sandbox.servers.{brand.platform}")
            server = self._dispatch[brand.account_id] = package.build(
                self._world, account, self._clock, self._faults
            )
        return server.native_id("jobs", job.id)

    def _matches(self, object_type: str, query: search.Search) -> list[Any]:
        """All hits of a query; kept while the index stands still, so that its pages cost what they hold."""
        if self._found_for is not self.index:
            self._found, self._found_for = {}, self.index
        key = (object_type, query.shape)
        if key not in self._found:
            self._found[key] = search.matches(self.index, object_type, query)
        return self._found[key]

    # -- routes ---------------------------------------------------------------------------------------------

    def _routes(self) -> Iterator[Route]:
        """The numbered and the dated family; in the latter the date stands after the noun."""
        yield from self._object_routes("/crm/v3/objects")
        yield from self._reference_routes("/crm/v3/{noun}")
        yield from self._association_routes("/crm/v4/associations", "/crm/v4/objects")
        for version in VERSIONS:
            yield from self._object_routes(f"/crm/objects/{version}")
            yield from self._reference_routes("/crm/{noun}/" + version)
            yield from self._association_routes(f"/crm/associations/{version}", f"/crm/objects/{version}")

    def _object_routes(self, base: str) -> Iterator[Route]:
        yield Route(f"{base}/{{type}}/search", self._guarded(self._search, "search"), methods=["POST"])
        yield Route(f"{base}/{{type}}/batch/read", self._guarded(self._batch_read), methods=["POST"])
        yield Route(f"{base}/{{type}}", self._guarded(self._list))
        yield Route(f"{base}/{{type}}/{{id}}", self._guarded(self._read))

    def _reference_routes(self, pattern: str) -> Iterator[Route]:
        properties, pipelines, owners = (
            pattern.replace("{noun}", noun) for noun in ("properties", "pipelines", "owners")
        )
        yield Route(f"{properties}/{{type}}", self._guarded(self._properties))
        yield Route(f"{properties}/{{type}}/{{name}}", self._guarded(self._property))
        yield Route(f"{pipelines}/{{type}}", self._guarded(self._pipelines))
        yield Route(owners, self._guarded(self._owners))

    def _association_routes(self, base: str, by_record: str) -> Iterator[Route]:
        many, one = (
            self._guarded(self._associations, "associations"),
            self._guarded(self._links_of, "associations"),
        )
        yield Route(f"{base}/{{from}}/{{to}}/batch/read", many, methods=["POST"])
        yield Route(f"{by_record}/{{from}}/{{id}}/associations/{{to}}", one)

    def _guarded(
        self, endpoint: Endpoint, bucket: str = "general"
    ) -> Callable[[Request], Awaitable[Response]]:
        """Token, limits and length of the address first; refusals in the error envelope."""

        async def guarded(request: Request) -> Response:
            try:
                self._check_token(request)
                interrupted = self._interruptions.next()
                if interrupted is not None:
                    return interrupted
                policy = self._limits.broken_by(bucket)
                if policy is not None:
                    return throttled(policy)
                if len(str(request.url)) > self._max_url:
                    return Response("<html><body><h1>414 Request-URI Too Large</h1></body></html>", 414,
                                    media_type="text/html")  # fmt: skip
                body, status = await endpoint(request)
            except Refused as refused:
                return refusal(refused)
            return reply(body, status, self._limits.headers(bucket))

        return guarded

    def _check_token(self, request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or token != self._account.credentials.get("access_token"):
            raise Refused(
                401,
                "INVALID_AUTHENTICATION",
                "Authentication credentials not found or not valid for this account.",
            )

    def _type(self, request: Request, parameter: str = "type") -> str:
        """The object type of the path, if the token may read it."""
        name = request.path_params[parameter]
        object_type = TYPES.get(name)
        if object_type is None:
            raise invalid(f"Unable to infer object type from: {name}")
        self._need_scope(object_type)
        return object_type

    def _need_scope(self, thing: str) -> None:
        scope = SCOPES[thing]
        if scope in self._missing_scopes:
            raise Refused(
                403,
                "MISSING_SCOPES",
                "This app hasn't been granted all required scopes to make this call.",
                errors=[
                    {
                        "message": "One or more scopes are missing.",
                        "context": {"requiredGranularScopes": [scope]},
                    }
                ],
            )

    # -- records --------------------------------------------------------------------------------------------

    async def _list(self, request: Request) -> tuple[Any, int]:
        object_type = self._type(request)
        asked = objects.ListQuery.of(request)
        after = self._after(request)
        if self._is_empty_turn(request):
            # Pages without results but with a next one do occur; only the absence of `paging` is the end.
            return {"results": [], "paging": objects.paging(request, after)}, 200
        rows, following = self.portal.page(object_type, after, asked.limit, archived=asked.archived)
        body: dict[str, Any] = {
            "results": [
                objects.record(
                    self.portal,
                    object_type,
                    row,
                    asked.names,
                    archived=asked.archived,
                    history=asked.history,
                    associations=tuple(TYPES[name] for name in asked.associations if name in TYPES),
                )
                for row in rows
            ]
        }
        if following is not None:
            body["paging"] = objects.paging(request, following)
        return body, 200

    @staticmethod
    def _after(request: Request) -> int:
        value = request.query_params.get("after") or "0"
        if not value.isdigit():
            raise invalid("after is not a valid paging cursor.")
        return int(value)

    def _is_empty_turn(self, request: Request) -> bool:
        if not self._empty_page_every or "after" not in request.query_params:
            return False
        self._listed += 1
        return self._listed % self._empty_page_every == 0

    async def _read(self, request: Request) -> tuple[Any, int]:
        """One record; an id that was merged away answers with the survivor, under the survivor's id."""
        object_type = self._type(request)
        asked = objects.ListQuery.of(request)
        row = objects.find(
            self.portal, object_type, request.path_params["id"], request.query_params.get("idProperty")
        )
        archived = row is None and asked.archived
        if archived and request.path_params["id"].isdigit():
            row = self.portal.rows(object_type, archived=True).get(int(request.path_params["id"]))
        if row is None:
            raise Refused(404, "OBJECT_NOT_FOUND", "resource not found")
        types = tuple(TYPES[name] for name in asked.associations if name in TYPES)
        return (
            objects.record(
                self.portal,
                object_type,
                row,
                asked.names,
                archived=archived,
                history=asked.history,
                associations=types,
            ),
            200,
        )

    async def _search(self, request: Request) -> tuple[Any, int]:
        object_type = self._type(request)
        raw = await request.body()
        query = search.parse(body_of(raw), len(raw.decode("utf-8", "replace")), self._ceiling)
        found = self._matches(object_type, query)
        end = query.after + query.limit
        body: dict[str, Any] = {
            "total": len(found),
            "results": [
                objects.record(self.index, object_type, row, query.names) for row in found[query.after : end]
            ],
        }
        if end < len(found):
            body["paging"] = {"next": {"after": str(end)}}
        return body, 200

    async def _batch_read(self, request: Request) -> tuple[Any, int]:
        object_type = self._type(request)
        archived = objects.is_true(request.query_params.get("archived"))
        return objects.batch_read(self.portal, object_type, body_of(await request.body()), archived=archived)

    # -- associations ---------------------------------------------------------------------------------------

    async def _associations(self, request: Request) -> tuple[Any, int]:
        from_type, to_type = self._type(request, "from"), self._type(request, "to")
        body = body_of(await request.body())
        return objects.associations(self.portal, from_type, to_type, body, self._association_page)

    async def _links_of(self, request: Request) -> tuple[Any, int]:
        from_type, to_type = self._type(request, "from"), self._type(request, "to")
        if not request.path_params["id"].isdigit():
            raise Refused(404, "OBJECT_NOT_FOUND", "resource not found")
        ids = self.portal.associated(from_type, int(request.path_params["id"]), to_type)
        after, limit = self._after(request), int(request.query_params.get("limit", 500))
        body: dict[str, Any] = {
            "results": [objects.link(from_type, to_type, other) for other in ids[after : after + limit]]
        }
        if after + limit < len(ids):
            body["paging"] = objects.paging(request, after + limit)
        return body, 200

    # -- reference ------------------------------------------------------------------------------------------

    async def _properties(self, request: Request) -> tuple[Any, int]:
        object_type = self._type(request)
        self._need_scope("properties")
        group = reference.GROUPS[object_type]
        return {"results": [definition(one, group) for one in BY_TYPE[object_type].values()]}, 200

    async def _property(self, request: Request) -> tuple[Any, int]:
        object_type = self._type(request)
        one = BY_TYPE[object_type].get(request.path_params["name"])
        if one is None:
            raise Refused(404, "OBJECT_NOT_FOUND", f"Property {request.path_params['name']} does not exist")
        return definition(one, reference.GROUPS[object_type]), 200

    async def _pipelines(self, request: Request) -> tuple[Any, int]:
        self._need_scope("pipelines")
        return {"results": reference.pipelines(self._type(request))}, 200

    async def _owners(self, request: Request) -> tuple[Any, int]:
        self._need_scope("owners")
        wanted = objects.is_true(request.query_params.get("archived"))
        return {"results": [owner for owner in reference.owners() if owner["archived"] == wanted]}, 200


def body_of(raw: bytes) -> dict[str, Any]:
    """The JSON object of a request.

    Raises:
        Refused: not JSON, or not an object.
    """
    try:
        body = msgspec.json.decode(raw)
    except msgspec.DecodeError:
        raise invalid("Invalid input JSON") from None
    if not isinstance(body, dict):
        raise invalid("Invalid input JSON")
    return body
