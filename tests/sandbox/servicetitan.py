"""One simulated ServiceTitan tenant and a client that knows its headers, for the tests of the server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import httpx

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers.base import SandboxAccount
from sandbox.servers.servicetitan import build
from sandbox.world import build_world
from sandbox.world.model import World

TENANT = "123456789"
CREDENTIALS = {"client_id": "cid.test", "client_secret": "cs1.test", "app_key": "ak1.test"}


def built_world(households: int = 120, months: int = 6) -> World:
    """A world of its own for a test that edits it."""
    return build_world(seed=11, households=households, months=months)


class TenantClient:
    """A server over a world, asked in process, with a token from its own token endpoint."""

    def __init__(self, world: World, **options: str) -> None:
        self.world = world
        self.clock = Clock(world.clock_starts_at, world.ends_at)
        self.faults = Faults()
        generous = {"requests_per_second": "100000", "tokens_per_minute": "100000"}
        self.account = SandboxAccount(
            "st-cedar",
            "servicetitan",
            ("cedar-ridge",),
            "http://tenant",
            credentials=CREDENTIALS,
            options={"tenant": TENANT, **generous, **options},
        )
        self.server = build(world, self.account, self.clock, self.faults)
        self.headers = {"Authorization": f"Bearer {self.token()}", "ST-App-Key": CREDENTIALS["app_key"]}

    def ask(self, method: str, url: str, **request: Any) -> httpx.Response:
        return self.ask_at_once([(method, url, request)])[0]

    def ask_at_once(self, requests: Iterable[tuple[str, str, dict[str, Any]]]) -> list[httpx.Response]:
        """Requests that are under way at the same time."""

        async def ask() -> list[httpx.Response]:
            transport = httpx.ASGITransport(self.server.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://tenant") as client:
                asked = [client.request(method, url, **request) for method, url, request in requests]
                return await asyncio.gather(*asked)

        return asyncio.run(ask())

    def ask_token(self, **form: str) -> httpx.Response:
        asked = {"grant_type": "client_credentials", "client_id": "cid.test", "client_secret": "cs1.test"}
        return self.ask("POST", "/connect/token", data=asked | form)

    def token(self) -> str:
        return self.ask_token().json()["access_token"]

    def get(self, path: str, headers: dict[str, str] | None = None, **params: Any) -> httpx.Response:
        """`crm/customers` is `/crm/v2/tenant/<tenant>/customers`."""
        module, _, rest = path.partition("/")
        url = f"/{module}/v2/tenant/{TENANT}/{rest}"
        headers = self.headers if headers is None else headers
        return self.ask("GET", url, params=params, headers=headers)

    def page(self, path: str, **params: Any) -> dict[str, Any]:
        answer = self.get(path, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def pages(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """Pages of an export until it says that there is no more."""
        pages = [self.page(path, **params)]
        while pages[-1]["hasMore"]:
            pages.append(self.page(path, **params | {"from": pages[-1]["continueFrom"]}))
        return pages

    def export(self, path: str, **params: Any) -> dict[int, dict[str, Any]]:
        """Rows of an export by id, the last version of each."""
        return {row["id"]: row for page in self.pages(path, **params) for row in page["data"]}

    def listed(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """All rows of a list, page by page."""
        rows: list[dict[str, Any]] = []
        number = 1
        while True:
            page = self.page(path, page=number, **params)
            rows += page["data"]
            if not page["hasMore"]:
                return rows
            number += 1

    def native(self, entity: str, world_id: int) -> int:
        return int(self.server.native_id(entity, world_id))
