"""Who may ask: the OAuth token endpoint, the headers of each request, and the operations of a day."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers.base import SandboxAccount
from sandbox.servers.google_ads.failures import Failure, answer, exhausted

TOKEN_SECONDS = 3599
OPERATIONS_PER_DAY = 15_000  # Basic access; Explorer has 2,880
SCOPE = "https://www.googleapis.com/auth/adwords"
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class _Grant:
    expires: float
    generation: int


class Gate:
    """Tokens and permissions of one advertiser's account.

    Options of the account: `token_seconds`, `operations_per_day`, `is_manager` (the customer id names a
    manager account).
    """

    def __init__(
        self,
        account: SandboxAccount,
        clock: Clock,
        faults: Faults,
        time_source: Callable[[], float] = time.monotonic,
    ) -> None:
        self._account = account
        self._clock = clock
        self._faults = faults
        self._now = time_source
        self._grants: dict[str, _Grant] = {}
        self._lifetime = int(account.options.get("token_seconds", TOKEN_SECONDS))
        self._operations_left = int(account.options.get("operations_per_day", OPERATIONS_PER_DAY))

    async def token(self, request: Request) -> Response:
        """`POST /token` with a form; a refresh token stays the same, and no new one is given."""
        form = dict(parse_qsl((await request.body()).decode()))
        if form.get("grant_type") != "refresh_token":
            return self._dated({"error": "unsupported_grant_type"}, 400)
        known = self._account.credentials
        if any(form.get(key) != known[key] for key in ("client_id", "client_secret")):
            return self._dated(
                {"error": "invalid_client", "error_description": "The OAuth client was not found."}, 401
            )
        if form.get("refresh_token") != known["refresh_token"]:
            return self._dated(
                {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}, 400
            )
        return self._dated(self._issue())

    def admit(self, request: Request) -> None:
        """Let a request through.

        Raises:
            Failure: 401 without a valid token, 403 by another way than the manager's.
        """
        if not self._is_valid(request.headers.get("authorization", "")):
            raise Failure(
                401, "authenticationError", "OAUTH_TOKEN_INVALID", "Authentication token is invalid."
            )
        options = self._account.options
        manager = options.get("login_customer_id")
        # The developer token is not looked at any more since 2026-09-09.
        if manager and request.headers.get("login-customer-id") != manager:
            raise Failure(
                403,
                "authorizationError",
                "USER_PERMISSION_DENIED",
                "User doesn't have permission to access customer. Note: If you're accessing a client "
                "customer, the manager's customer id must be set in the 'login-customer-id' header.",
            )
        if request.path_params["customer"] != options["customer_id"]:
            raise Failure(401, "authenticationError", "CUSTOMER_NOT_FOUND", "No customer found for this id.")

    def count_operation(self) -> None:
        """One search is one operation, however many pages it has.

        Raises:
            Failure: the day's are used up.
        """
        if self._operations_left <= 0:
            raise exhausted(_DAY // 4, is_daily=True)
        self._operations_left -= 1

    def _issue(self) -> dict[str, str | int]:
        expires = self._now() + self._lifetime
        serial = (
            f"{self._account.account_id}:{len(self._grants)}:{self._account.credentials['client_secret']}"
        )
        token = "ya29." + hashlib.sha256(serial.encode()).hexdigest()
        self._grants[token] = _Grant(expires, self._faults.token_generation(self._account.account_id))
        return {"access_token": token, "expires_in": self._lifetime, "scope": SCOPE, "token_type": "Bearer"}

    def _is_valid(self, header: str) -> bool:
        grant = self._grants.get(header.removeprefix("Bearer "))
        generation = self._faults.token_generation(self._account.account_id)
        return grant is not None and grant.expires > self._now() and grant.generation == generation

    def _dated(self, body: object, status: int = 200) -> Response:
        now = datetime.fromtimestamp(self._clock.now(), UTC)
        return answer(body, status, {"Date": format_datetime(now, usegmt=True)})
