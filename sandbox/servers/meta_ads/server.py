"""The endpoints of one ad account: itself, its campaigns, insights at once, and insights by report job."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.clock import Clock
from sandbox.servers.ad_reports import AdAccount, by_day, campaign_id, campaign_name
from sandbox.servers.base import SandboxAccount
from sandbox.servers.meta_ads.graph import (
    GraphError,
    invalid_token,
    too_many_calls,
    too_much_data,
    unknown_node,
    usage,
)
from sandbox.servers.meta_ads.insights import (
    DEFAULT_WINDOWS,
    FIELDS,
    WINDOWS,
    Row,
    reported_rows,
    summary,
    summed,
)
from sandbox.world.model import Campaign, World

VERSIONS = frozenset({"v25.0", "v26.0"})
HISTORY_MONTHS = 37
PRESET_DAYS = {"yesterday": 1, "last_7d": 7, "last_14d": 14, "last_28d": 28, "last_30d": 30, "last_90d": 90}
CAMPAIGN_STATUSES = ("ACTIVE", "PAUSED", "IN_PROCESS", "WITH_ISSUES")
JOB_STATES = (("Job Not Started", 0), ("Job Running", 60), ("Job Completed", 100))
SYNC_ROWS = 3_000  # ASSUMED: Meta says "reduce the amount" by the work it takes, not by a number of rows

Params = dict[str, str]
Handler = Callable[[Request, Params], Response]


@dataclass
class Job:
    """A report run: its question, and how often it was asked about."""

    params: Params
    polls: int = 0
    states: tuple[tuple[str, int], ...] = JOB_STATES

    def state(self) -> tuple[str, int]:
        self.polls += 1
        return self.states[min(self.polls, len(self.states)) - 1]


@dataclass(frozen=True)
class Question:
    """What an insights request asks for."""

    since: date
    until: date
    windows: tuple[str, ...]
    by_account: bool
    by_day: bool
    fields: frozenset[str]


@dataclass
class MetaServer:
    """One ad account of one brand.

    Options of the account: `ad_account_id`, and for tests `sync_rows` (more go by job only), `hourly_calls`
    (the whole of the limit), `failing_days` (a job over more days than this fails).
    """

    world: World
    account: SandboxAccount
    clock: Clock
    platform: str = "meta_ads"
    kind: str = "ads"
    jobs: dict[str, Job] = field(default_factory=dict)
    calls: int = 0

    def __post_init__(self) -> None:
        options = self.account.options
        self.ads = AdAccount(self.world, self.account.brand_keys[0], self.platform)
        self.ad_account_id = options["ad_account_id"]
        self.sync_rows = int(options.get("sync_rows", SYNC_ROWS))
        self.hourly_calls = int(options.get("hourly_calls", 1_000_000))
        self.failing_days = int(options.get("failing_days", 10_000))
        self.app = Starlette(
            routes=[
                Route("/{version}/{node}", self._answering(self._node), methods=["GET"]),
                Route("/{version}/{node}/", self._answering(self._node), methods=["GET"]),
                Route("/{version}/{node}/campaigns", self._answering(self._campaigns), methods=["GET"]),
                Route("/{version}/{node}/insights", self._answering(self._insights), methods=["GET"]),
                Route("/{version}/{node}/insights", self._answering(self._submit), methods=["POST"]),
            ]
        )

    # -- what the sandbox asks -------------------------------------------------------------------------------

    def native_id(self, entity: str, world_id: int) -> str:
        if entity != "campaigns":
            raise KeyError(f"an ad account has no {entity}")
        return campaign_id(world_id)

    def expected(self, object_name: str) -> Iterator[tuple[str, Row]]:
        match object_name:
            case "ad_accounts":
                yield f"act_{self.ad_account_id}", self.account_row()
            case "campaigns":
                yield from ((row["id"], row) for row in self.campaign_rows())
            case "campaign_days":
                yield from self._expected_days()

    def throttled(self, retry_after: int | None) -> Response:
        """A 400. The waiting time is in minutes in one header and in seconds in another; or not told."""
        wait = {} if retry_after is None else {"minutes": retry_after // 60, "seconds": retry_after}
        return too_many_calls().response({} if retry_after is None else usage(100, **wait))

    def _expected_days(self) -> Iterator[tuple[str, Row]]:
        until = self.ads.yesterday(self.clock.now())
        rows = reported_rows(self.ads, self.ad_account_id, date.min, until, self.clock.now())
        return by_day(rows, "date_start", until)

    # -- records ---------------------------------------------------------------------------------------------

    def account_row(self) -> Row:
        brand = self.world.brands[self.account.brand_keys[0]]
        return {
            "id": f"act_{self.ad_account_id}",
            "account_id": self.ad_account_id,
            "name": brand.name,
            "currency": "USD",
            "timezone_name": brand.timezone,
            "timezone_id": 1,
            "account_status": 1,
            "created_time": graph_time(self._created_at()),
        }

    def _created_at(self) -> datetime:
        first = min(campaign.created_at for campaign in self.world.campaigns.values())
        return datetime.fromtimestamp(first, UTC)

    def campaign_rows(self) -> list[Row]:
        return [self._campaign_row(campaign) for campaign in self.ads.campaigns.values()]

    def _campaign_row(self, campaign: Campaign) -> Row:
        now = self.clock.now()
        created = datetime.fromtimestamp(campaign.created_at, UTC)
        renamed = campaign.renamed_at is not None and campaign.renamed_at <= now
        updated = datetime.fromtimestamp(campaign.renamed_at, UTC) if renamed else created  # type: ignore[arg-type]
        status = "DELETED" if campaign.id in self.ads.deleted else "ACTIVE"
        return {
            "id": campaign_id(campaign.id),
            "account_id": self.ad_account_id,
            "name": campaign_name(campaign, now),
            "objective": "OUTCOME_LEADS",
            "buying_type": "AUCTION",
            "configured_status": status,
            "effective_status": status,
            "created_time": graph_time(created),
            "updated_time": graph_time(updated),
            "start_time": graph_time(created),
        }

    # -- requests --------------------------------------------------------------------------------------------

    def _answering(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            params = await _params(request)
            self.calls += 1
            used = min(100, 100 * self.calls // self.hourly_calls)
            try:
                self._admit(request, params)
                if used >= 100:
                    raise too_many_calls()
                response = handler(request, params)
            except GraphError as error:
                return error.response(usage(used, minutes=5 if used >= 100 else 0))
            response.headers.update(usage(used))
            return response

        return answer

    def _admit(self, request: Request, params: Params) -> None:
        version = request.path_params["version"]
        if version not in VERSIONS:
            raise GraphError(f"(#2635) You are calling a deprecated version of the Ads API: {version}.", 2635)
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.account.credentials["access_token"] not in (bearer, params.get("access_token")):
            raise invalid_token()

    def _node(self, request: Request, params: Params) -> Response:
        node = request.path_params["node"]
        if node in self.jobs:
            return JSONResponse(self._job_row(node))
        self._only_this_account(node)
        row = self.account_row()
        wanted = _fields(params, "id,account_id")
        return JSONResponse({name: row[name] for name in (*wanted, "id") if name in row})

    def _campaigns(self, request: Request, params: Params) -> Response:
        self._only_this_account(request.path_params["node"])
        statuses = _json(params, "effective_status", list(CAMPAIGN_STATUSES))
        wanted = _fields(params, "id")
        rows = [
            {name: row[name] for name in wanted if name in row}
            for row in self.campaign_rows()
            if row["effective_status"] in statuses
        ]
        return self._page(request, params, rows)

    def _insights(self, request: Request, params: Params) -> Response:
        node = request.path_params["node"]
        job = self.jobs.get(node)
        if job is None:
            self._only_this_account(node)
        elif job.state()[0] != "Job Completed":
            raise GraphError("Loading async report failed: the job is not completed", 2601)  # ASSUMED code
        asked = job.params if job else params
        question = self._question(asked)
        rows = self._rows(question)
        if job is None and len(rows) > self.sync_rows:
            raise too_much_data()
        shown = [{name: row[name] for name in row if name in question.fields} for row in rows]
        extra = {}
        if asked.get("default_summary") == "true" and (
            whole := summary(rows, question.since, question.until)
        ):
            extra = {"summary": whole}
        return self._page(request, params, shown, extra)

    def _submit(self, request: Request, params: Params) -> Response:
        self._only_this_account(request.path_params["node"])
        question = self._question(params)
        run_id = str(6_023_920_149_050 + len(self.jobs))
        fails = (question.until - question.since).days + 1 > self.failing_days
        states = (*JOB_STATES[:2], ("Job Failed", 60)) if fails else JOB_STATES
        self.jobs[run_id] = Job(params, states=states)
        return JSONResponse({"report_run_id": run_id})

    def _job_row(self, run_id: str) -> Row:
        status, percent = self.jobs[run_id].state()
        row = {
            "id": run_id,
            "account_id": self.ad_account_id,
            "time_ref": self.clock.now(),
            "async_status": status,
            "async_percent_completion": percent,
        }
        if status == "Job Failed":
            row |= {"error_code": 2, "error_message": "An unknown error occurred"}
        return row

    def _only_this_account(self, node: str) -> None:
        if node != f"act_{self.ad_account_id}":
            raise unknown_node(node)

    # -- insights --------------------------------------------------------------------------------------------

    def _question(self, params: Params) -> Question:
        fields = _fields(params, "account_id,impressions,spend")
        unknown = [name for name in fields if name not in FIELDS]
        if unknown:
            raise GraphError(f"(#100) {unknown[0]} is not valid for fields param.", 100)
        if params.get("level", "account") not in ("account", "campaign"):
            raise GraphError("(#100) this sandbox has the levels account and campaign", 100)
        windows = tuple(_json(params, "action_attribution_windows", list(DEFAULT_WINDOWS)))
        if wrong := [each for each in windows if each not in WINDOWS]:
            raise GraphError(f"(#100) action_attribution_windows must be one of ... not {wrong[0]}", 100)
        since, until = self._span(params)
        return Question(
            since=since,
            until=until,
            # Since 2026-01-12 these are accepted and bring nothing.
            windows=tuple(each for each in windows if each not in ("7d_view", "28d_view")),
            by_account=params.get("level", "account") == "account",
            by_day=params.get("time_increment") == "1",
            fields=frozenset({*fields, "date_start", "date_stop"}),
        )

    def _span(self, params: Params) -> tuple[date, date]:
        """Days in the account's time zone. Presets of the form last_*d end yesterday."""
        yesterday = self.ads.yesterday(self.clock.now())
        if "time_range" not in params:
            days = PRESET_DAYS.get(params.get("date_preset", "last_30d"))
            if days is None:
                raise GraphError("(#100) date_preset must be one of the following values: ...", 100)
            return yesterday - timedelta(days=days - 1), yesterday
        asked = _json(params, "time_range", {})
        since, until = date.fromisoformat(asked["since"]), date.fromisoformat(asked["until"])
        if since > until:
            raise GraphError("(#100) since cannot be after until", 100)
        if (yesterday.year - since.year) * 12 + yesterday.month - since.month > HISTORY_MONTHS:
            raise GraphError(
                "(#3018) The start date of the time range cannot be beyond 37 months from the current date",
                3018,
            )
        return since, until

    def _rows(self, question: Question) -> list[Row]:
        since, until, now = question.since, question.until, self.clock.now()
        rows = reported_rows(self.ads, self.ad_account_id, since, until, now, question.windows)
        if question.by_day and not question.by_account:
            return rows
        return summed(rows, since, until, question.by_account, self.ad_account_id)

    def _page(
        self, request: Request, params: Params, rows: list[Row], extra: dict[str, Any] | None = None
    ) -> Response:
        """A page behind `after`. The next address carries the token, as it does at Meta."""
        limit = int(params.get("limit", 25))
        start = int(base64.b64decode(params["after"])) if params.get("after") else 0
        shown, end = rows[start : start + limit], start + limit
        body: dict[str, Any] = {"data": shown, **(extra or {})}
        if shown:
            body["paging"] = {"cursors": {"before": _cursor(start), "after": _cursor(end)}}
            if end < len(rows):
                query = params | {
                    "after": _cursor(end),
                    "access_token": self.account.credentials["access_token"],
                }
                body["paging"]["next"] = f"{self.account.base_url}{_path(request)}?{urlencode(query)}"
        return JSONResponse(body)


async def _params(request: Request) -> Params:
    """The query, or of a POST the body: a form or JSON."""
    params = dict(request.query_params)
    if request.method == "POST":
        body = await request.body()
        if request.headers.get("content-type", "").startswith("application/json"):
            params |= {name: str(value) for name, value in msgspec.json.decode(body).items()}
        else:
            params |= dict(parse_qsl(body.decode()))
    return params


def _json(params: Params, name: str, default: Any) -> Any:
    try:
        return msgspec.json.decode(params[name]) if name in params else default
    except msgspec.DecodeError:
        raise GraphError(f"(#100) Param {name} must be JSON", 100) from None


def _fields(params: Params, usual: str) -> list[str]:
    """Names with commas between them, or a JSON list, as Meta's own SDK posts them."""
    text = params.get("fields", usual)
    return _json(params, "fields", []) if text.startswith("[") else text.split(",")


def _path(request: Request) -> str:
    return request.url.path.removeprefix(request.scope.get("root_path", ""))


def _cursor(position: int) -> str:
    return base64.b64encode(str(position).encode()).decode()


def graph_time(moment: datetime) -> str:
    """`2026-09-13T10:00:00+0000`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S%z")
