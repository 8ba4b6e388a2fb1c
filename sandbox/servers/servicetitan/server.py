"""The simulated ServiceTitan: routes, what each needs before it answers, and the truth behind them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
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
from sandbox.servers.servicetitan import feeds, ids, lists, problems, render_crm, render_reference, wire
from sandbox.servers.servicetitan.auth import Office
from sandbox.servers.servicetitan.catalog import RESOURCES, Listing, Resource
from sandbox.servers.servicetitan.history import Row, Snapshot, rows_of, snapshot
from sandbox.servers.servicetitan.problems import Problem, answer
from sandbox.servers.servicetitan.tenant import Tenant
from sandbox.world.model import World

EXPORT_PAGE_SIZE = 500
KEPT_SELECTIONS = 32
V3_CALLS_SECONDS = 0.05  # a calls list takes this long, so that parallel requests do overlap

Handler = Callable[[Request], Awaitable[Response]]


class ServiceTitanServer:
    """One tenant. Everything it shows follows from the world and the clock; nothing is stored but tokens."""

    platform = "servicetitan"
    kind = "dispatch"

    def __init__(self, world: World, account: SandboxAccount, clock: Clock, faults: Faults) -> None:
        self._world = world
        self._account = account
        self._clock = clock
        self._office = Office(account, faults)
        self._tokens = feeds.TokenBook(account.options["tenant"])
        self._page_size = int(account.options.get("export_page_size", EXPORT_PAGE_SIZE))
        self._clamps = account.options.get("oversized_page", "clamp") == "clamp"
        self._resources = {resource.name: resource for resource in RESOURCES}
        self._edits = -1
        self._calls_in_flight = 0
        self._forget()
        self.app = Starlette(
            routes=self._routes(),
            exception_handlers={Problem: _as_response, 404: _as_missing, 405: _as_missing},
        )

    def native_id(self, entity: str, world_id: int) -> str:
        """The vendor's id of a world record. Estimates are options.

        A request for service is a lead, a booking when it was made online, or nothing but the call itself
        when it was booked on the telephone.
        """
        if entity == "leads":
            return str(self._request_id(world_id))
        return str(ids.native(entity, world_id))

    def _request_id(self, lead_id: int) -> int:
        tenant = self._tenant()
        if lead_id in tenant.bookings:
            return ids.native("bookings", lead_id)
        lead = self._world.leads[lead_id]
        if lead_id not in tenant.leads and lead.call_id is not None:
            return ids.native("calls", lead.call_id)
        return ids.native("leads", lead_id)

    def expected(self, object_name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """What a complete pull of one object, made now, holds.

        For objects with an export that is what the export delivers without `includeRecentChanges`: changes of
        the last 15 minutes, and those committed later than that, are not in it yet; inactive rows are. For
        objects that only have a list it is all rows, active or not, as committed by now.
        """
        resource = self._resources[object_name]
        tenant = self._tenant()
        seen = self._seen(resource, lagged=resource.export is not None)
        for row, second in seen.versions:
            payload = resource.render(tenant, row.record, row.native, second)
            yield str(row.native), payload

    def throttled(self, retry_after: int | None) -> Response:
        return problems.throttled(retry_after)

    def _routes(self) -> list[Route]:
        routes = [Route("/connect/token", self._office.token, methods=["POST"])]
        for resource in RESOURCES:
            if resource.export is not None:
                routes.append(self._route(resource.export, resource.scope, self._export(resource)))
            if resource.listing is not None:
                handler = self._list(resource, resource.listing)
                if resource.name == "calls":
                    handler = self._one_at_a_time(handler)
                routes.append(self._route(resource.listing.path, resource.scope, handler))
        marketing, crm = "/marketing/v2/tenant/{tenant}", "/crm/v2/tenant/{tenant}"
        costs, contacts = f"{marketing}/campaign-cost-summary", f"{crm}/bookings/{{booking}}/contacts"
        routes.append(self._route(costs, "tn.mrk.campaigncostsummary:r", self._cost_summary))
        routes.append(self._route(contacts, "tn.crm.bookings:r", self._booking_contacts))
        return routes

    def _route(self, path: str, scope: str, handler: Handler) -> Route:
        async def guarded(request: Request) -> Response:
            refused = self._office.admit(request, scope)
            return refused if refused is not None else await handler(request)

        return Route(path, guarded, methods=["GET"])

    def _forget(self) -> None:
        self._current: Tenant | None = None
        self._rows: dict[str, list[Row]] = {}
        self._forget_the_moment()

    def _forget_the_moment(self) -> None:
        self._moment = self._clock.now()
        self._snapshots: dict[tuple[str, bool], Snapshot] = {}
        self._selections: OrderedDict[tuple[str, lists.Selection], list[lists.Version]] = OrderedDict()

    def _tenant(self) -> Tenant:
        """The tenant's records; read anew when a gap was injected, which edits the world."""
        if self._current is None or self._edits != len(self._world.gaps):
            self._forget()
            self._edits = len(self._world.gaps)
            self._current = Tenant(self._world, self._account.options["tenant"], self._account.brand_keys)
        return self._current

    def _seen(self, resource: Resource, lagged: bool) -> Snapshot:
        tenant, now = self._tenant(), self._clock.now()
        if resource.name not in self._rows:
            records = resource.records(tenant)
            self._rows[resource.name] = rows_of(tenant, records, resource.milestones)
        if now != self._moment:
            self._forget_the_moment()
        key = (resource.name, lagged)
        if key not in self._snapshots:
            self._snapshots[key] = snapshot(self._rows[resource.name], now, lagged, tenant.edits)
        return self._snapshots[key]

    def _export(self, resource: Resource) -> Handler:
        async def export(request: Request) -> Response:
            query = request.query_params
            recent = query.get("includeRecentChanges", "").lower() == "true"
            cursor = feeds.start(resource.name, query.get("from"), recent, self._tokens)
            seen = self._seen(resource, lagged=not recent)
            page = feeds.page(seen, cursor, self._page_size, self._clock.now())
            return answer(
                {
                    "hasMore": page.has_more,
                    "continueFrom": self._tokens.write(page.cursor),
                    "data": self._written(resource, page.versions, query.get("active")),
                }
            )

        return export

    def _written(
        self, resource: Resource, versions: list[tuple[Row, int]], active: str | None
    ) -> list[dict[str, Any]]:
        tenant = self._tenant()
        only_active = resource.export_hides_inactive and (active or "True").lower() == "true"
        return [
            resource.render(tenant, row.record, row.native, second)
            for row, second in versions
            if not only_active or resource.is_active(tenant, row.record, second)
        ]

    def _list(self, resource: Resource, listing: Listing) -> Handler:
        async def listed(request: Request) -> Response:
            query = request.query_params
            window = lists.read_window(query, self._clamps)
            asked = lists.read_selection(query, listing)
            selected = self._selected(resource, asked)
            return answer(lists.envelope(self._tenant(), resource, selected, window))

        return listed

    def _selected(self, resource: Resource, asked: lists.Selection) -> list[lists.Version]:
        """Filtered and sorted once per selection, so that paging through it costs a page each."""
        seen = self._seen(resource, lagged=False)
        key = (resource.name, asked)
        if key not in self._selections:
            self._selections[key] = lists.select(self._tenant(), resource, seen, asked)
            while len(self._selections) > KEPT_SELECTIONS:
                self._selections.popitem(last=False)
        return self._selections[key]

    def _one_at_a_time(self, handler: Handler) -> Handler:
        """The version 3 calls list answers 429 when two requests are under way at once."""

        async def serial(request: Request) -> Response:
            if self._calls_in_flight:
                return problems.throttled(1)
            self._calls_in_flight += 1
            try:
                await asyncio.sleep(V3_CALLS_SECONDS)
                return await handler(request)
            finally:
                self._calls_in_flight -= 1

        return serial

    async def _cost_summary(self, request: Request) -> Response:
        """Total cost per campaign between two days. ASSUMED: both days count."""
        query = request.query_params
        bounds = []
        for name in ("from", "to"):
            try:
                bounds.append(wire.written(wire.read_moment(query.get(name, "")))[:10])
            except ValueError:
                raise problems.invalid(name, f"The {name} field is required.") from None
        tenant, now = self._tenant(), self._clock.now()
        today = wire.written(now * wire.TICKS)[:10]
        totals: dict[int, int] = {}
        for (campaign_id, _), days in tenant.spend_days.items():
            spent = sum(cents for day, cents in days if bounds[0] <= day <= bounds[1] and day < today)
            totals[campaign_id] = totals.get(campaign_id, 0) + spent
        return answer(
            {
                "items": [
                    {
                        "campaignId": ids.native("campaigns", campaign_id),
                        "campaignName": render_reference.campaign_name(tenant.campaigns[campaign_id], now),
                        "totalCost": wire.amount(cents),
                    }
                    for campaign_id, cents in sorted(totals.items())
                ]
            }
        )

    async def _booking_contacts(self, request: Request) -> Response:
        tenant = self._tenant()
        window = lists.read_window(request.query_params, self._clamps)
        text = request.path_params["booking"]
        kind, world_id = ids.origin(int(text)) if text.isdecimal() else ("", 0)
        record = tenant.bookings.get(world_id)
        if kind != "bookings" or record is None or record.created_at > self._clock.now():
            raise problems.not_found()
        data = render_crm.booking_contacts(tenant, record, int(text), self._clock.now())
        begin = (window.page - 1) * window.size
        total = len(data) if window.with_total else None
        envelope = {"page": window.page, "pageSize": window.size, "totalCount": total}
        return answer(
            {
                **envelope,
                "hasMore": begin + window.size < len(data),
                "data": data[begin : begin + window.size],
            }
        )


async def _as_response(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return problem.response()


async def _as_missing(request: Request, error: Exception) -> Response:
    return problems.not_found().response()


def plain(payload: dict[str, Any]) -> dict[str, Any]:
    """A payload as a client reads it back."""
    return msgspec.json.decode(msgspec.json.encode(payload))
