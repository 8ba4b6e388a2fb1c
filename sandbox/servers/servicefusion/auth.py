"""Tokens by all three grants, and the company's requests per minute."""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from sandbox.faults import Faults
from sandbox.servers.base import SandboxAccount
from sandbox.servers.servicefusion.replies import reply

TOKEN_SECONDS = 3600
REQUESTS_PER_MINUTE = 60  # documented; a live company was granted 120


@dataclass(frozen=True, slots=True)
class _Grant:
    expires: float
    generation: int


class Quota:
    """At most so many requests within a sliding minute, in real time."""

    def __init__(self, limit: int, now: Callable[[], float]) -> None:
        self.limit = limit
        self._now = now
        self._taken: deque[float] = deque()

    def take(self) -> bool:
        now = self._now()
        while self._taken and self._taken[0] <= now - 60:
            self._taken.popleft()
        if len(self._taken) >= self.limit:
            return False
        self._taken.append(now)
        return True

    def headers(self, reset: int | None = None) -> dict[str, str]:
        """The names of the vendor's framework; `Reset` is in seconds."""
        wait = max(0, round(self._taken[0] + 60 - self._now())) if self._taken else 0
        return {
            "X-Rate-Limit-Limit": str(self.limit),
            "X-Rate-Limit-Remaining": str(max(0, self.limit - len(self._taken))),
            "X-Rate-Limit-Reset": str(wait if reset is None else reset),
        }


class Office:
    """Issues tokens for one company and checks them."""

    def __init__(
        self, account: SandboxAccount, faults: Faults, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._account = account
        self._faults = faults
        self._now = now
        self._grants: dict[str, _Grant] = {}
        self._refreshable: set[str] = set()
        self._lifetime = int(account.options.get("token_seconds", TOKEN_SECONDS))
        self.quota = Quota(int(account.options.get("requests_per_minute", REQUESTS_PER_MINUTE)), now)

    async def token(self, request: Request) -> Response:
        """`POST /oauth/access_token`, with a form or with JSON."""
        asked = await _fields(request)
        given = (asked.get("client_id"), asked.get("client_secret"))
        known = (self._account.credentials["client_id"], self._account.credentials["client_secret"])
        if given != known:
            return _refused("invalid_client", "Client authentication failed", 401)
        grant = asked.get("grant_type")
        if grant == "refresh_token":
            # Good for one use: the second gets 400.
            if asked.get("refresh_token") not in self._refreshable:
                return _refused("invalid_grant", "Invalid refresh token")
            self._refreshable.discard(str(asked["refresh_token"]))
        elif grant == "authorization_code":
            if asked.get("code") != self._code():
                return _refused("invalid_grant", "Authorization code doesn't exist or is invalid")
        elif grant != "client_credentials":
            return _refused("unsupported_grant_type", "Grant type not supported")
        return reply(self._issue())

    def _code(self) -> str:
        return self._digest("code")

    def _issue(self) -> dict[str, Any]:
        serial = str(len(self._grants) + 1)
        token, refresh = self._digest("access", serial), self._digest("refresh", serial)
        generation = self._faults.token_generation(self._account.account_id)
        self._grants[token] = _Grant(self._now() + self._lifetime, generation)
        self._refreshable.add(refresh)
        # The lifetime was met as text, too.
        lifetime: int | str = self._lifetime if int(serial) % 2 else str(self._lifetime)
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": lifetime,
            "refresh_token": refresh,
        }

    def _digest(self, *parts: str) -> str:
        secret = self._account.credentials["client_secret"]
        return hashlib.sha256("|".join((secret, *parts)).encode()).hexdigest()[:40]

    def knows(self, request: Request) -> bool:
        """A bearer token, or the same as a parameter."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if not token:
            token = request.query_params.get("access_token", "")
        elif scheme.lower() != "bearer":
            return False
        grant = self._grants.get(token)
        generation = self._faults.token_generation(self._account.account_id)
        return grant is not None and grant.expires > self._now() and grant.generation == generation


async def _fields(request: Request) -> dict[str, Any]:
    body = await request.body()
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            return msgspec.json.decode(body, type=dict[str, Any])
        except msgspec.DecodeError:
            return {}
    return dict(parse_qsl(body.decode()))


def _refused(error: str, description: str, status: int = 400) -> Response:
    return reply({"error": error, "error_description": description}, status)
