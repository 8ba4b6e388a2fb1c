"""The marketplace's token endpoint, which stands in front of the Open API."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.faults import Faults
from sandbox.servers.base import SandboxAccount
from sandbox.servers.fieldedge.identifiers import native_id

TOKEN_SECONDS = 3600  # ASSUMED: no lifetime is published; the older partner API's tokens live 1800


@dataclass(frozen=True, slots=True)
class _Grant:
    expires: float
    generation: int


class Marketplace:
    """Issues tokens for one app and one tenant, and knows those it has issued."""

    def __init__(
        self, account: SandboxAccount, faults: Faults, time_source: Callable[[], float] = time.monotonic
    ) -> None:
        self._account = account
        self._faults = faults
        self._now = time_source
        self._grants: dict[str, _Grant] = {}

    async def token(self, request: Request) -> Response:
        """`POST /oauth/token`, JSON as in the documents or a form as a published client sends it."""
        given = _asked(await request.body(), request.headers.get("content-type", ""))
        if given.get("grant_type") != "client_credentials":
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        names = ("client_id", "client_secret", "target_id")
        if any(given.get(name) != self._account.credentials[name] for name in names):
            return JSONResponse({"error": "invalid_client"}, 401)  # ASSUMED shape
        token = f"eyJ.{native_id(self._account.account_id, 'token', len(self._grants))}"
        generation = self._faults.token_generation(self._account.account_id)
        self._grants[token] = _Grant(self._now() + TOKEN_SECONDS, generation)
        return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS})

    def knows(self, header: str) -> bool:
        scheme, _, token = header.partition(" ")
        grant = self._grants.get(token)
        generation = self._faults.token_generation(self._account.account_id)
        valid = grant is not None and grant.expires > self._now() and grant.generation == generation
        return scheme == "Bearer" and valid


def _asked(body: bytes, content_type: str) -> dict[str, str]:
    if content_type.startswith("application/json"):
        try:
            return msgspec.json.decode(body, type=dict[str, str])  # type: ignore[no-any-return]
        except msgspec.DecodeError:
            return {}
    return dict(parse_qsl(body.decode()))
