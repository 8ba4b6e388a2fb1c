"""The token endpoint: a refresh token for an access token and, each time, a new refresh token."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.responses import JSONResponse, Response

from sandbox.faults import Faults
from sandbox.servers.base import SandboxAccount

ACCESS_SECONDS = 3599


@dataclass
class Consent:
    """What one user agreed to for one app.

    Microsoft does not revoke a refresh token when it is used, and says to discard it; with option
    `used_token_dies` it is revoked, so that a client that goes on with an old one is noticed.
    """

    account: SandboxAccount
    faults: Faults
    granted: dict[str, int] = field(default_factory=dict)
    refresh_tokens: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.refresh_tokens.append(self.account.credentials["refresh_token"])

    def token(self, form: Mapping[str, str]) -> Response:
        """`POST /common/oauth2/v2.0/token`."""
        credentials = self.account.credentials
        if form.get("grant_type") != "refresh_token" or "offline_access" not in form.get("scope", ""):
            return _refused("invalid_request", "AADSTS900144: The request body must contain a parameter.")
        if (form.get("client_id"), form.get("client_secret")) != (
            credentials["client_id"],
            credentials["client_secret"],
        ):
            return _refused("invalid_client", "AADSTS7000215: Invalid client secret provided.")
        used = form.get("refresh_token", "")
        if used not in self.refresh_tokens:
            return _refused("invalid_grant", "AADSTS70008: The provided refresh token has expired.\r\nTrace")
        if self.account.options.get("used_token_dies"):
            self.refresh_tokens.remove(used)
        self.refresh_tokens.append(self._new("M.C5"))
        access_token = self._new("EwB")
        self.granted[access_token] = self.faults.token_generation(self.account.account_id)
        return JSONResponse(
            {
                "token_type": "Bearer",
                "scope": "https://ads.microsoft.com/msads.manage",
                "expires_in": ACCESS_SECONDS,
                "ext_expires_in": ACCESS_SECONDS,
                "access_token": access_token,
                "refresh_token": self.refresh_tokens[-1],
            }
        )

    def admits(self, authorization: str) -> bool:
        token = authorization.removeprefix("Bearer ")
        return self.granted.get(token) == self.faults.token_generation(self.account.account_id)

    def _new(self, beginning: str) -> str:
        seed = f"{self.account.account_id}:{len(self.granted)}:{beginning}:{time.monotonic_ns()}"
        return beginning + hashlib.sha256(seed.encode()).hexdigest()


def _refused(error: str, description: str) -> Response:
    return JSONResponse({"error": error, "error_description": description, "error_codes": [70008]}, 400)
