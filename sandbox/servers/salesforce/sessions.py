"""Tokens of the integration user, and the org's daily requests."""

from __future__ import annotations

import base64
import binascii
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from sandbox.faults import Faults
from sandbox.servers.base import SandboxAccount
from sandbox.servers.salesforce.identifiers import identifier
from sandbox.servers.salesforce.refusals import Refused, reply

ORG_ID = "00DHp0000000001"
# A token lives as long as the session setting of the org says, which a reply never tells; 2 hours is usual.
SESSION_SECONDS = 7_200
DAILY_REQUESTS = 103_000


@dataclass(frozen=True)
class _Session:
    ends: float
    generation: int


class Sessions:
    """Issues tokens by client credentials and knows which still hold.

    Args:
        account: its options `session_seconds` and `daily_requests` replace the defaults.
    """

    def __init__(
        self, account: SandboxAccount, faults: Faults, time_source: Callable[[], float] = time.monotonic
    ) -> None:
        self._account = account
        self._faults = faults
        self._now = time_source
        self._sessions: dict[str, _Session] = {}
        self._seconds = float(account.options.get("session_seconds", SESSION_SECONDS))
        self.daily = int(account.options.get("daily_requests", DAILY_REQUESTS))
        self.used = 0
        self._issued = 0

    async def token(self, request: Request) -> Response:
        """`POST /services/oauth2/token`; key and secret by HTTP Basic or in the form."""
        form = dict(parse_qsl((await request.body()).decode()))
        if form.get("grant_type") != "client_credentials":
            return _refused("unsupported_grant_type", "grant type not supported")
        if (key := _basic(request)) is None:
            key = (form.get("client_id", ""), form.get("client_secret", ""))
        known = self._account.credentials
        if key[0] != known["client_id"]:
            return _refused("invalid_client_id", "client identifier invalid")
        if key[1] != known["client_secret"]:
            return _refused("invalid_client", "invalid client credentials")
        return reply(self._issue(str(request.base_url).rstrip("/")))

    def _issue(self, instance_url: str) -> dict[str, str]:
        self._issued += 1
        seed = f"{self._account.account_id}:{self._issued}:{self._account.credentials['client_secret']}"
        token = f"{ORG_ID}!{hashlib.sha256(seed.encode()).hexdigest()}"
        generation = self._faults.token_generation(self._account.account_id)
        self._sessions[token] = _Session(self._now() + self._seconds, generation)
        return {
            "access_token": token,
            "signature": hashlib.sha256(token.encode()).hexdigest()[:43] + "=",
            "scope": "api",
            "instance_url": instance_url,
            "api_instance_url": instance_url,
            "id": f"https://login.salesforce.com/id/{ORG_ID}EAA/{identifier('User', 1)}",
            "token_type": "Bearer",
            "issued_at": str(int(time.time() * 1000)),
        }

    def admit(self, request: Request) -> str:
        """The token of a request; counts it.

        Raises:
            Refused: 401 without a valid token, 403 when the day's requests are used up.
        """
        token = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        session = self._sessions.get(token)
        generation = self._faults.token_generation(self._account.account_id)
        if session is None or session.ends <= self._now() or session.generation != generation:
            raise Refused(401, "INVALID_SESSION_ID", "Session expired or invalid")
        if self.used >= self.daily:
            raise Refused(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        self.used += 1
        return token

    def end_all(self) -> None:
        """As an administrator can."""
        self._sessions.clear()

    @property
    def usage(self) -> dict[str, str]:
        """What every REST reply carries."""
        return {"Sforce-Limit-Info": f"api-usage={self.used}/{self.daily}"}


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        key, _, secret = base64.b64decode(given).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return key, secret


def _refused(error: str, description: str) -> Response:
    return reply({"error": error, "error_description": description}, 400)
