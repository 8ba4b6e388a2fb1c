"""Tokens of one connection: refresh tokens that work once, access tokens that live an hour."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from sandbox.faults import Faults
from sandbox.servers.base import SandboxAccount

TOKEN_SECONDS = 3_600
SCOPES = "read_clients read_requests read_quotes read_jobs read_invoices read_users read_custom_fields"


class Authorisations:
    """Gives out tokens and knows which still work.

    The configured refresh token stands for a consent that the operator gives again each time it is presented,
    so that several installations can use one sandbox; `consent = "once"` makes it work once, like every token
    that comes after it.
    """

    def __init__(
        self, account: SandboxAccount, faults: Faults, time_source: Callable[[], float] = time.time
    ) -> None:
        self._account = account
        self._faults = faults
        self._now = time_source
        self._lifetime = int(account.options.get("token_seconds", TOKEN_SECONDS))
        self._rotates = account.options.get("rotation", "on") == "on"
        self._consent_is_single = account.options.get("consent") == "once"
        self._consents = 0
        # Chain -> number of the one refresh token of it that works.
        self._newest: dict[int, int] = {}
        # Access token -> when it expires, and the generation of tokens that it belongs to.
        self._granted: dict[str, tuple[float, int]] = {}

    async def token(self, request: Request) -> Response:
        """`POST /api/oauth/token`, form-encoded. Texts and statuses of refusals are ASSUMED."""
        form = dict(parse_qsl((await request.body()).decode()))
        given = (form.get("client_id"), form.get("client_secret"))
        known = (self._account.credentials["client_id"], self._account.credentials["client_secret"])
        if given != known:
            return _json({"error": "invalid_client"}, 401)
        if form.get("grant_type") != "refresh_token":
            return _json({"error": "unsupported_grant_type"}, 400)
        chain = self._redeemed(form.get("refresh_token", ""))
        if chain is None:
            told = "The refresh token provided is not valid"
            return _json({"error": "invalid_grant", "error_description": told}, 401)
        return _json(self._issue(chain))

    def _redeemed(self, token: str) -> int | None:
        """The chain of a refresh token that works, which it then does no more."""
        if token == self._account.credentials["refresh_token"]:
            if self._consent_is_single and self._consents:
                return None
            self._consents += 1
            # Numbered by the clock, so that it is no chain of before a restart.
            chain = int(self._now()) + self._consents
            self._newest[chain] = 0
            return chain
        chain, number = _numbers(token)
        if token != self._refresh_token(chain, number):
            return None
        # A chain from before a restart of the sandbox goes on where it was.
        return chain if self._newest.get(chain, number) == number else None

    def _issue(self, chain: int) -> dict[str, str]:
        if self._rotates or not self._newest.get(chain):
            self._newest[chain] = self._newest.get(chain, int(self._now())) + 1
        expires = int(self._now()) + self._lifetime
        access = self._jwt(expires)
        self._granted[access] = (expires, self._faults.token_generation(self._account.account_id))
        return {
            "access_token": access,
            "refresh_token": self._refresh_token(chain, self._newest[chain]),
            # No expires_in: only the documents' answer to a refresh shows when the token ends, in this form.
            "expires_at": datetime.fromtimestamp(expires, UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
        }

    def is_valid(self, header: str) -> bool:
        expires, generation = self._granted.get(header.removeprefix("Bearer ").strip(), (0.0, -1))
        return expires > self._now() and generation == self._faults.token_generation(self._account.account_id)

    def _refresh_token(self, chain: int, number: int) -> str:
        """32 hex digits, opaque to the client."""
        plain = f"{chain:08x}{number:08x}"
        return plain + hmac.new(self._secret, plain.encode(), hashlib.sha256).hexdigest()[:16]

    def _jwt(self, expires: int) -> str:
        claims = {
            "sub": "1",
            "iss": "https://api.getjobber.com",
            "client_id": self._account.credentials["client_id"],
            "scope": SCOPES,
            "account_id": self._account.account_id,
            "exp": expires,
            "jti": len(self._granted),
        }
        parts = [_part(msgspec.json.encode(part)) for part in ({"alg": "HS256"}, claims)]
        signature = hmac.new(self._secret, ".".join(parts).encode(), hashlib.sha256).digest()
        return ".".join((*parts, _part(signature)))

    @property
    def _secret(self) -> bytes:
        return self._account.credentials["client_secret"].encode()


def _numbers(token: str) -> tuple[int, int]:
    try:
        return int(token[:8], 16), int(token[8:16], 16)
    except ValueError:
        return 0, 0


def _part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _json(body: dict[str, str], status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")
