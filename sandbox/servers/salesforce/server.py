"""The HTTP side: tokens, describe, queries with their cursors, and bulk query jobs."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Scope

from sandbox.accounts import accounts_of
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers.base import SandboxAccount, VendorServer
from sandbox.servers.salesforce import bulk
from sandbox.servers.salesforce.fields import COMPOUND, description, in_csv, in_json
from sandbox.servers.salesforce.identifiers import PREFIXES, identifier
from sandbox.servers.salesforce.org import Org
from sandbox.servers.salesforce.refusals import (
    CONCURRENT_LIMIT,
    Refused,
    limit_exceeded,
    refusal,
    reply,
)
from sandbox.servers.salesforce.rows import Record
from sandbox.servers.salesforce.schema import SOBJECTS, sobject
from sandbox.servers.salesforce.sessions import Sessions
from sandbox.servers.salesforce.sobjects import SObject
from sandbox.servers.salesforce.soql import Query, parse
from sandbox.world.model import Job, World

Endpoint = Callable[[Request], Awaitable[Response]]

# raw object -> the vendor's object
RAW_OBJECTS = {
    "leads": "Lead",
    "contacts": "Contact",
    "accounts": "Account",
    "opportunities": "Opportunity",
    "opportunity_contact_roles": "OpportunityContactRole",
    "opportunity_histories": "OpportunityHistory",
    "tasks": "Task",
    "campaigns": "Campaign",
    "campaign_members": "CampaignMember",
    "users": "User",
    "opportunity_stages": "OpportunityStage",
    "lead_statuses": "LeadStatus",
}
DESCRIBED = ("Lead", "Contact", "Account", "Opportunity", "Task", "Campaign", "CampaignMember")
NEWEST_VERSION = 67
OLDEST_VERSION = 50
MAX_PAGE = 2_000
MIN_PAGE = 200
# The wider a row the fewer come in one page. ASSUMED: the vendor promises no more than 200 and says no rule.
WIDE_COLUMNS = 30
MAX_URI = 16_384
_BATCH_SIZE = re.compile(r"batchSize=(\d+)")


@dataclass(frozen=True)
class Cursor:
    """An open query: its result is what the org held when it was asked. Kept for two days."""

    query: Query
    org: Org
    rows: list[Record]
    page_rows: int
    token: str


class SalesforceServer:
    """One org's API.

    Options of the account, all with a default as an ordinary org has it: `hidden_fields` (space separated
    `Object.Field`, or `Object`, that the user may not see), `page_rows`, `bulk_page_rows` (50000),
    `failing_jobs` (0), `cursors_die_with_token` (no), `concurrent_every` (0; each so many requests one is
    refused for too many long ones), `late_commit_seconds` (0; how long some changes stay invisible after the
    stamp that they carry), and those of `Sessions`.
    """

    platform = "salesforce"
    kind = "crm"

    def __init__(self, world: World, account: SandboxAccount, clock: Clock, faults: Faults) -> None:
        self._world = world
        self._account = account
        self._clock = clock
        self._faults = faults
        self.sessions = Sessions(account, faults)
        self._dispatch: dict[str, VendorServer] = {}
        self._org: tuple[tuple[int, int], Org] | None = None
        self._cursors: dict[str, Cursor] = {}
        options = account.options
        self._hidden = frozenset(options.get("hidden_fields", "").split())
        self._page_rows = int(options.get("page_rows", MAX_PAGE))
        self._concurrent_every = int(options.get("concurrent_every", 0))
        self._cursors_die = options.get("cursors_die_with_token", "no") == "yes"
        self._late = int(options.get("late_commit_seconds", 0))
        self.jobs = bulk.Jobs(
            clock,
            f"{NEWEST_VERSION}.0",
            int(options.get("bulk_page_rows", 50_000)),
            int(options.get("failing_jobs", 0)),
        )
        self._asked = 0
        self._sources = {
            lead.id: lead.campaign_id
            for lead in world.leads.values()
            if lead.utm_campaign and lead.campaign_id is not None
        }
        self.app = Starlette(routes=list(self._routes()))

    # -- what the sandbox asks ------------------------------------------------------------------------------

    def native_id(self, entity: str, world_id: int) -> str:
        """See `VendorServer`. A merged contact has the survivor's id; a request the record it arrived as."""
        if entity == "contacts":
            return self.org.contact_id(self._world.contacts[world_id])
        if entity in ("leads", "deals"):
            return self.org.record_id(self._world.leads[world_id])
        return identifier({"calls": "Task", "campaigns": "Campaign"}[entity], world_id)

    def expected(self, object_name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """See `VendorServer`. A row is what a bulk result holds: text or null, compounds left out."""
        if object_name == "fields":
            for name in DESCRIBED:
                described = json.loads(json.dumps(self._described(SOBJECTS[name])))
                for one in described["fields"]:
                    yield f"{name}|{one['name']}", {"object": name, **one}
            return
        thing = SOBJECTS[RAW_OBJECTS[object_name]]
        fields = [
            field for field in thing.fields if field.kind not in COMPOUND and self._sees(thing, field.name)
        ]
        for row in self._committed(self.org, thing):
            values = {field.name: in_csv(field, field.value(self.org, row)) or None for field in fields}
            yield row.id, values

    def throttled(self, retry_after: int | None) -> Response:
        """The vendor never says when to come back."""
        return limit_exceeded(CONCURRENT_LIMIT)

    def listing(self, scope: Scope) -> str:
        """What a request lists, so that all pages of an object count as one list."""
        path = scope["path"].rpartition("/")[2]
        cursor = self._cursors.get(path.rpartition("-")[0])
        if cursor is not None:
            return cursor.query.sobject.name
        found = re.search(r"(?i)\bfrom\s+(\w+)", parse_qs(scope["query_string"].decode()).get("q", [""])[0])
        return found[1] if found else path

    # -- state ----------------------------------------------------------------------------------------------

    @property
    def org(self) -> Org:
        """The records now."""
        state = (self._clock.now(), len(self._world.gaps))
        if self._org is None or self._org[0] != state:
            org = Org(self._world, self._account.account_id, self._clock.now(), self._sources, self._job_id)
            self._org = (state, org)
        return self._org[1]

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

    def _committed(self, org: Org, thing: SObject) -> list[Record]:
        """Without those whose transaction has not ended: they appear later, with the stamp of its start."""
        return [row for row in thing.records(org) if not self._is_uncommitted(org, row)]

    def _is_uncommitted(self, org: Org, row: Record) -> bool:
        return bool(self._late) and row.modified_at > org.now - self._late and sum(row.id.encode()) % 7 == 0

    def _sees(self, thing: SObject, field: str) -> bool:
        return f"{thing.name}.{field}" not in self._hidden

    # -- routes ---------------------------------------------------------------------------------------------

    def _routes(self) -> Iterator[Route]:
        base = "/services/data/v{version}"
        yield Route("/services/oauth2/token", self.sessions.token, methods=["POST"])
        yield Route("/services/data/", self._versions)
        yield Route(f"{base}/limits", self._guarded(self._limits))
        yield Route(f"{base}/sobjects", self._guarded(self._objects))
        yield Route(f"{base}/sobjects/{{name}}/describe", self._guarded(self._describe))
        for path in ("query", "queryAll"):
            yield Route(f"{base}/{path}", self._guarded(self._query))
            yield Route(f"{base}/{path}/", self._guarded(self._query))
            yield Route(f"{base}/{path}/{{cursor}}", self._guarded(self._next_page))
        jobs = f"{base}/jobs/query"
        yield Route(jobs, self._guarded(self._create_job), methods=["POST"])
        yield Route(f"{jobs}/{{job}}", self._guarded(self._job), methods=["GET", "PATCH", "DELETE"])
        yield Route(f"{jobs}/{{job}}/results", self._guarded(self._results))

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        """Length of the address, token and limits first; refusals as an array."""

        async def guarded(request: Request) -> Response:
            try:
                if len(str(request.url)) > MAX_URI:
                    return Response("<html><body><h1>414 URI Too Long</h1></body></html>", 414,
                                    media_type="text/html")  # fmt: skip
                request.state.token = self.sessions.admit(request)
                self._check_version(request)
                self._asked += 1
                if self._concurrent_every and self._asked % self._concurrent_every == 0:
                    raise Refused(403, "REQUEST_LIMIT_EXCEEDED", CONCURRENT_LIMIT)
                return await endpoint(request)
            except Refused as refused:
                return refusal(refused, self.sessions.usage)

        return guarded

    @staticmethod
    def _check_version(request: Request) -> None:
        version = request.path_params["version"]
        if not re.fullmatch(r"\d\d\.0", version) or not OLDEST_VERSION <= float(version) <= NEWEST_VERSION:
            raise Refused(404, "NOT_FOUND", "The requested resource does not exist")

    def _reply(self, body: Any, status: int = 200) -> Response:
        return reply(body, status, self.sessions.usage)

    # -- the org --------------------------------------------------------------------------------------------

    async def _versions(self, request: Request) -> Response:
        """Without a token."""
        return reply(
            [
                {"label": f"v{number}", "url": f"/services/data/v{number}.0", "version": f"{number}.0"}
                for number in range(OLDEST_VERSION, NEWEST_VERSION + 1)
            ]
        )

    async def _limits(self, request: Request) -> Response:
        left = max(self.sessions.daily - self.sessions.used, 0)
        return self._reply(
            {
                "DailyApiRequests": {"Max": self.sessions.daily, "Remaining": left},
                "DailyBulkV2QueryJobs": {"Max": 10_000, "Remaining": 10_000},
            }
        )

    async def _objects(self, request: Request) -> Response:
        names = [name for name in SOBJECTS if name not in self._hidden]
        return self._reply(
            {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": [{"name": n} for n in names]}
        )

    async def _describe(self, request: Request) -> Response:
        thing = sobject(request.path_params["name"])
        if thing is None or thing.name in self._hidden:
            raise Refused(404, "NOT_FOUND", "The requested resource does not exist")
        return self._reply(self._described(thing))

    def _described(self, thing: SObject) -> dict[str, Any]:
        """Fields that the user may not see are not in it."""
        return {
            "name": thing.name,
            "label": thing.name,
            "keyPrefix": PREFIXES[thing.name],
            "custom": False,
            "queryable": True,
            "replicateable": True,
            "fields": [description(field) for field in thing.fields if self._sees(thing, field.name)],
            "recordTypeInfos": [],
        }

    # -- queries --------------------------------------------------------------------------------------------

    async def _query(self, request: Request) -> Response:
        query = parse(request.query_params.get("q", ""), self._hidden)
        org, with_deleted = self.org, "queryAll" in request.url.path
        rows = [
            row for row in query.rows(org, with_deleted=with_deleted) if not self._is_uncommitted(org, row)
        ]
        if query.is_count:
            return self._reply({"totalSize": len(rows), "done": True, "records": []})
        cursor = Cursor(query, org, rows, self._rows_in_page(request, query), request.state.token)
        return self._page(request, cursor, identifier("cursor", len(self._cursors) + 1), 0)

    def _rows_in_page(self, request: Request, query: Query) -> int:
        """`batchSize` is a hint: pages may be smaller."""
        found = _BATCH_SIZE.search(request.headers.get("Sforce-Query-Options", ""))
        asked = min(max(int(found[1]), MIN_PAGE), MAX_PAGE) if found else MAX_PAGE
        widest = MIN_PAGE if len(query.fields) > WIDE_COLUMNS else MAX_PAGE
        return min(asked, widest, self._page_rows)

    def _page(self, request: Request, cursor: Cursor, cursor_id: str, start: int) -> Response:
        end = start + cursor.page_rows
        rows = cursor.rows[start:end]
        body: dict[str, Any] = {"totalSize": len(cursor.rows), "done": end >= len(cursor.rows)}
        base = f"/services/data/v{request.path_params['version']}"
        if not body["done"]:
            self._cursors[cursor_id] = cursor
            # A path, whatever the first page was asked of: also after queryAll it says query.
            body["nextRecordsUrl"] = f"{base}/query/{cursor_id}-{end}"
        body["records"] = [self._record(base, cursor, row) for row in rows]
        return self._reply(body)

    @staticmethod
    def _record(base: str, cursor: Cursor, row: Record) -> dict[str, Any]:
        name = cursor.query.sobject.name
        attributes = {"type": name, "url": f"{base}/sobjects/{name}/{row.id}"}
        values = {field.name: in_json(field, field.value(cursor.org, row)) for field in cursor.query.fields}
        return {"attributes": attributes, **values}

    async def _next_page(self, request: Request) -> Response:
        cursor_id, _, start = request.path_params["cursor"].rpartition("-")
        cursor = self._cursors.get(cursor_id)
        died = cursor is not None and self._cursors_die and cursor.token != request.state.token
        if cursor is None or died or not start.isdigit():
            raise Refused(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(request, cursor, cursor_id, int(start))

    # -- bulk jobs ------------------------------------------------------------------------------------------

    async def _create_job(self, request: Request) -> Response:
        body = _body_of(await request.body())
        query = parse(str(body.get("query", "")), self._hidden)
        return self._reply(self.jobs.create(body, query, self.org))

    async def _job(self, request: Request) -> Response:
        job = self.jobs.find(request.path_params["job"])
        if request.method == "DELETE":
            self.jobs.delete(job)
            return Response(None, 204, self.sessions.usage)
        if request.method == "PATCH":
            job.is_aborted = _body_of(await request.body()).get("state") == "Aborted"
            return self._reply(self.jobs.described(job))
        return self._reply(self.jobs.poll(job))

    async def _results(self, request: Request) -> Response:
        job = self.jobs.find(request.path_params["job"])
        asked = request.query_params
        most = int(asked.get("maxRecords", "50000"))
        return self.jobs.results(job, asked.get("locator"), most, self.sessions.usage)


def _body_of(raw: bytes) -> dict[str, Any]:
    """The JSON object of a request.

    Raises:
        Refused: not JSON, or not an object.
    """
    try:
        body = msgspec.json.decode(raw)
    except msgspec.DecodeError:
        body = None
    if not isinstance(body, dict):
        raise Refused(400, "JSON_PARSER_ERROR", "The HTTP entity body is required to be a JSON object.")
    return body
