"""Asks a simulated vendor in process, with its key on every request."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers import discover_vendors
from sandbox.servers.base import SandboxAccount
from sandbox.world.model import World


class VendorClient:
    """One server over a world, with a clock of its own."""

    def __init__(self, world: World, account: SandboxAccount, authorization: str) -> None:
        self.world = world
        self.account = account
        self.clock = Clock(world.clock_starts_at, world.ends_at)
        self.server = discover_vendors()[account.platform].build(world, account, self.clock, Faults())
        self.headers = {"Authorization": authorization}

    def ask(
        self, method: str, url: str, headers: dict[str, str] | None = None, **request: Any
    ) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.server.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
                return await client.request(
                    method, url, headers=self.headers if headers is None else headers, **request
                )

        return asyncio.run(ask())

    def get(self, url: str, **params: Any) -> httpx.Response:
        return self.ask("GET", url, params=params or None)

    def json(self, url: str, **params: Any) -> dict[str, Any]:
        answer = self.get(url, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, url: str, body: Any) -> httpx.Response:
        return self.ask("POST", url, json=body)


class Company(VendorClient):
    """A Housecall Pro account."""

    def __init__(self, world: World, brand: str = "bluebird", **options: str) -> None:
        account = SandboxAccount(
            f"hcp-{brand}",
            "housecallpro",
            (brand,),
            "http://sandbox",
            credentials={"api_key": "key-1"},
            options=options,
        )
        super().__init__(world, account, "Token key-1")

    def rows(self, name: str, path: str | None = None, **params: Any) -> list[dict[str, Any]]:
        """All rows of a list, page by page."""
        found: list[dict[str, Any]] = []
        page = 1
        while True:
            body = self.json(path or f"/{name}", page=page, page_size=200, **params)
            found += body[name]
            if page >= body["total_pages"]:
                return found
            page += 1

    def id(self, entity: str, world_id: int) -> str:
        return self.server.native_id(entity, world_id)


class PortalClient(VendorClient):
    """A HubSpot portal without limits, unless a test sets one."""

    GENEROUS = {
        "ten_secondly": "100000",
        "associations_ten_secondly": "100000",
        "search_per_second": "100000",
    }

    def __init__(self, world: World, **options: str) -> None:
        account = SandboxAccount(
            "hs-portal",
            "hubspot",
            tuple(world.brands),
            "http://sandbox",
            credentials={"access_token": "pat-na1-test"},
            options=self.GENEROUS | options,
        )
        super().__init__(world, account, "Bearer pat-na1-test")

    def records(self, object_type: str, **params: Any) -> list[dict[str, Any]]:
        """All records of a list, page by page, until there is no `paging` any more."""
        return [row for page in self.pages(object_type, **params) for row in page["results"]]

    def pages(self, object_type: str, **params: Any) -> Iterator[dict[str, Any]]:
        asked = {"limit": 100} | params
        while True:
            page = self.json(f"/crm/v3/objects/{object_type}", **asked)
            yield page
            if "paging" not in page:
                return
            asked["after"] = page["paging"]["next"]["after"]

    def search(self, object_type: str, *filters: dict[str, Any], **body: Any) -> httpx.Response:
        groups = {"filterGroups": [{"filters": list(filters)}]} if filters else {}
        return self.post(f"/crm/v3/objects/{object_type}/search", groups | body)
