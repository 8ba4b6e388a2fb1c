"""Tokens, app keys and the request quota of one tenant."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from sandbox.faults import Faults
from sandbox.servers.base import SandboxAccount
from sandbox.servers.servicetitan.problems import answer, forbidden, throttled, unauthorized

TOKEN_SECONDS = 900
REQUESTS_PER_SECOND = 60  # per app and tenant
TOKENS_PER_MINUTE = 30  # the token endpoint is throttled too; ASSUMED figure, the vendor publishes none
WITHOUT_RETRY_AFTER = 10  # one 429 in so many comes without the header


@dataclass(frozen=True, slots=True)
class _Grant:
    expires: float
    generation: int


class Quota:
    """At most so many requests within a sliding window, in real time."""

    def __init__(self, limit: int, seconds: float, time_source: Callable[[], float]) -> None:
        self._limit = limit
        self._seconds = seconds
        self._now = time_source
        self._taken: deque[float] = deque()
        self._refusals = 0

    def refusal(self) -> Response | None:
        """Take one request's share, or say when there is room again."""
        now = self._now()
        while self._taken and self._taken[0] <= now - self._seconds:
            self._taken.popleft()
        if len(self._taken) < self._limit:
            self._taken.append(now)
            return None
        self._refusals += 1
        wait = max(1, round(self._taken[0] + self._seconds - now))
        return throttled(None if self._refusals % WITHOUT_RETRY_AFTER == 0 else wait)


class Office:
    """Issues tokens for one app and one tenant, and checks every request's headers."""

    def __init__(
        self, account: SandboxAccount, faults: Faults, time_source: Callable[[], float] = time.monotonic
    ) -> None:
        options = account.options
        self._account = account
        self._faults = faults
        self._now = time_source
        self._grants: dict[str, _Grant] = {}
        self._lifetime = int(options.get("token_seconds", TOKEN_SECONDS))
        self._denied_scopes = set(options.get("denied_scopes", "").split())
        self._requests = Quota(int(options.get("requests_per_second", REQUESTS_PER_SECOND)), 1.0, time_source)
        self._tokens = Quota(int(options.get("tokens_per_minute", TOKENS_PER_MINUTE)), 60.0, time_source)

    async def token(self, request: Request) -> Response:
        """`POST /connect/token`: a form body only, answered in the identity server's own error style."""
        refused = self._tokens.refusal()
        if refused is not None:
            return refused
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return answer({"error": "invalid_request"}, 400)
        form = dict(parse_qsl((await request.body()).decode()))
        if form.get("grant_type") != "client_credentials":
            return answer({"error": "unsupported_grant_type"}, 400)
        given = (form.get("client_id"), form.get("client_secret"))
        known = (self._account.credentials["client_id"], self._account.credentials["client_secret"])
        if given != known:
            return answer({"error": "invalid_client"}, 400)
        return answer(self._issue())

    def _issue(self) -> dict[str, str | int]:
        expires = self._now() + self._lifetime
        token = self._jwt(len(self._grants) + 1)
        self._grants[token] = _Grant(expires, self._faults.token_generation(self._account.account_id))
        return {
            "access_token": token,
            "expires_in": self._lifetime,
            "token_type": "Bearer",
            "scope": "tn.crm.customers:r tn.jpm.jobs:r tn.acc.invoices:r tn.acc.payments:r",
        }

    def _jwt(self, serial: int) -> str:
        issued = int(time.time())
        claims = {
            "nbf": issued,
            "exp": issued + self._lifetime,
            "iss": "https://auth.servicetitan.io",
            "client_id": self._account.credentials["client_id"],
            "tenant": self._account.options["tenant"],
            "jti": f"{serial:032X}",
            "iat": issued,
        }
        parts = [_part(msgspec.json.encode(part)) for part in ({"alg": "RS256", "typ": "at+jwt"}, claims)]
        secret = self._account.credentials["client_secret"].encode()
        signature = hmac.new(secret, ".".join(parts).encode(), hashlib.sha256).digest()
        return ".".join((*parts, _part(signature)))

    def admit(self, request: Request, scope: str) -> Response | None:
        """Let a request through, or give the 429 that stops it.

        Raises:
            Problem: 401 without a valid app key and token, 403 for another tenant or a missing scope.
        """
        key = request.headers.get("st-app-key") or request.query_params.get("servicetitanapplicationkey")
        if key != self._account.credentials["app_key"]:
            raise unauthorized()
        if not self._is_valid(request.headers.get("authorization", "")):
            raise unauthorized()
        if request.path_params["tenant"] != self._account.options["tenant"]:
            raise forbidden("Tenant is not accessible with this token")  # ASSUMED text
        if scope in self._denied_scopes:
            raise forbidden("Scope validation failed")
        return self._requests.refusal()

    def _is_valid(self, header: str) -> bool:
        token = header.removeprefix("Bearer ").strip()  # the vendor's own sample sends the bare token
        grant = self._grants.get(token)
        generation = self._faults.token_generation(self._account.account_id)
        return grant is not None and grant.expires > self._now() and grant.generation == generation


def _part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
