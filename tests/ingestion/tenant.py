"""A small ServiceTitan-shaped tenant whose commits and faults a test controls row by row.

The sandbox plays a whole operator; here a test needs what that does not show on demand: a row that becomes
visible late with an old modification time, a page that stalls until the puller is killed, an exact sequence
of bad answers.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ingestion.config import Account, Brand, Home, OperatorConfig, Settings, Tolerances
from ingestion.http import Patience

SECRETS = {"client_id": "cid.demo", "client_secret": "very-secret-value", "app_key": "ak1.demo"}
TENANT = "990011"
QUICK = Patience(connect=2, read=2, attempts=4, backoff=0.01, backoff_max=0.05, longest_wait=5)

Answer = Callable[[Request], Awaitable[Response]]
Row = dict[str, Any]


@dataclass
class Tenant:
    """Rows by feed in the order of their commit; a token is a position in that order."""

    feeds: dict[str, list[Row | None]] = field(default_factory=dict)
    lists: dict[str, list[Row]] = field(default_factory=dict)
    page_size: int = 2
    token_epoch: int = 1
    tokens_issued: int = 0
    # Answers to give instead of the regular ones, by the end of the path; used up from the left, None =
    # regular.
    instead: dict[str, deque[Answer | None]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    valid_tokens: set[str] = field(default_factory=set)

    def commit(self, feed: str, native_id: int, modified: str, **fields: Any) -> None:
        """A version of a row becomes visible; its older version leaves the feed."""
        rows = self.feeds.setdefault(feed, [])
        # The old version leaves a gap, so that positions stay what issued tokens mean.
        rows[:] = [None if row is not None and row.get("id") == native_id else row for row in rows]
        rows.append({"id": native_id, "modifiedOn": modified, "active": True, **fields})

    def delete(self, feed: str, native_id: int) -> None:
        """A row is gone without a trace: the feed says nothing of it."""
        self.feeds[feed] = [None if row and row.get("id") == native_id else row for row in self.feeds[feed]]

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/connect/token", self._token, methods=["POST"]),
                Route("/{path:path}", self._page),
            ]
        )

    async def _token(self, request: Request) -> Response:
        form = dict(part.split("=") for part in (await request.body()).decode().split("&"))
        if form["client_secret"] != SECRETS["client_secret"]:
            return JSONResponse({"error": "invalid_client"}, 400)
        self.tokens_issued += 1
        token = f"token-{self.tokens_issued}"
        self.valid_tokens.add(token)
        return JSONResponse({"access_token": token, "expires_in": 900, "token_type": "Bearer"})

    async def _page(self, request: Request) -> Response:
        path = request.path_params["path"]
        self.requests.append(f"{path}?{request.url.query}")
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.valid_tokens:
            return JSONResponse({"title": "Unauthorized", "status": 401}, 401)
        scripted = next(
            (answers for end, answers in self.instead.items() if path.endswith(end) and answers), None
        )
        if scripted and (answer := scripted.popleft()):
            return await answer(request)
        kind, _, name = path.rpartition("/export/")
        if kind:
            return self._export(name, request.query_params.get("from"))
        return self._list(path.rpartition("/")[2], request)

    def _export(self, feed: str, start: str | None) -> Response:
        rows = self.feeds.get(feed, [])
        begin, since = 0, ""
        if start and start.startswith("token:"):
            _, epoch, position, since = start.split("|")
            if epoch != str(self.token_epoch):
                return JSONResponse({"title": "invalid continuation token", "status": 400}, 400)
            begin = int(position)
        elif start:
            since = start
        end = begin
        page: list[Row] = []
        while end < len(rows) and len(page) < self.page_size:
            row = rows[end]
            if row is not None and row.get("modifiedOn", "") >= since:
                page.append(row)
            end += 1
        token = f"token:|{self.token_epoch}|{end}|{since}"
        return JSONResponse({"hasMore": end < len(rows), "continueFrom": token, "data": page})

    def _list(self, name: str, request: Request) -> Response:
        rows = self.lists.get(name, [])
        number, size = int(request.query_params["page"]), self.page_size
        page = rows[(number - 1) * size : number * size]
        return JSONResponse(
            {
                "page": number,
                "pageSize": size,
                "totalCount": len(rows),
                "hasMore": number * size < len(rows),
                "data": page,
            }
        )


async def html_502(request: Request) -> Response:
    return Response("<html><body>Bad Gateway</body></html>", 502, media_type="text/html")


async def html_200(request: Request) -> Response:
    return Response("<html>Please log in</html>", 200, media_type="text/html")


async def cut(request: Request) -> Response:
    """Half a body under the content length of a whole one."""
    return Response(
        '{"hasMore": false, "continueFrom": "x", "data": [{"id": 1', headers={"Content-Length": "900"}
    )


async def unauthorized(request: Request) -> Response:
    return JSONResponse({"title": "Unauthorized", "status": 401}, 401)


async def forbidden(request: Request) -> Response:
    return JSONResponse({"title": "Scope validation failed", "status": 403}, 403)


async def refused(request: Request) -> Response:
    return JSONResponse({"title": "bad request", "status": 400}, 400)


async def stall(request: Request) -> Response:
    await asyncio.sleep(3600)
    return Response()


def throttled(
    headers: dict[str, str], title: str = "Rate limit is exceeded. Try again in 1 seconds."
) -> Answer:
    async def answer(request: Request) -> Response:
        return Response(json.dumps({"status": 429, "title": title}), 429, headers, "application/json")

    return answer


def settings_for(
    home: Path, accounts: dict[str, str], shrink_share: float = 0.2, secret: str | None = None
) -> Settings:
    """Settings with one ServiceTitan account per (account id, base URL)."""
    operator = OperatorConfig(
        name="Test operator",
        brands=(Brand(key="cedar", name="Cedar", timezone="America/Chicago"),),
        accounts=tuple(
            Account(
                account_id=account_id,
                platform="servicetitan",
                brand="cedar",
                timezone="America/Chicago",
                base_url=url,
                token_url=f"{url}/connect/token",
                options={"tenant": TENANT},
            )
            for account_id, url in accounts.items()
        ),
        tolerances=Tolerances(shrink_share=shrink_share),
    )
    secrets = SECRETS | ({"client_secret": secret} if secret else {})
    return Settings(Home(home), operator, home / "operator.yml", {name: secrets for name in accounts})
