"""Reaching a Service Fusion company: host, credentials, limits, and what its throttling answers look like."""

from __future__ import annotations

from zoneinfo import available_timezones

import httpx
from pydantic import BaseModel, ConfigDict, Field, field_validator

from ingestion.http import ClientCredentials, Dialect, VendorClient
from ingestion.limits import RateLimit
from ingestion.spec import Connection, CredentialSpec

API_URL = "https://api.servicefusion.com"
TOKEN_URL = "https://api.servicefusion.com/oauth/access_token"

_WHERE = "My Office › Developer Settings › API Credentials (Pro plan)"
CREDENTIALS = (
    CredentialSpec("client_id", _WHERE),
    CredentialSpec("client_secret", f"{_WHERE}, beside the client id"),
)


class Options(BaseModel):
    """`accounts[].options` of a Service Fusion account.

    Attributes:
        naive_tz: The zone in which the stamps of jobs and estimates are really written, if they are local
            times that only claim to be UTC. One integrator says so, nobody confirmed it. Staging reads it;
            its clock check fails when the choice contradicts the company's own calendar.
        requests_per_minute: What the vendor grants: documented are 60, a live company had 120.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    naive_tz: str | None = None
    requests_per_minute: int = Field(default=60, ge=6)

    @field_validator("naive_tz")
    @classmethod
    def _is_a_zone(cls, value: str | None) -> str | None:
        if value is not None and value not in available_timezones():
            raise ValueError(f"{value!r} is not an IANA time zone; write for example America/Chicago")
        return value


def open_client(connection: Connection) -> VendorClient:
    """Tokens are asked for anew instead of refreshed: a refresh token is good for one use only."""
    account = connection.account
    return VendorClient(
        connection,
        base_url=account.base_url or API_URL,
        auth=ClientCredentials(
            token_url=account.token_url or TOKEN_URL,
            client_id=connection.secret("client_id"),
            client_secret=connection.secret("client_secret"),
        ),
        limits={"default": rate_limit(connection.options.requests_per_minute)},
        dialect=Dialect(retry_wait=seconds_until_reset),
    )


def rate_limit(per_minute: int) -> RateLimit:
    """Four fifths of what is granted, and at most a twelfth of it at once."""
    return RateLimit(per_second=0.8 * per_minute / 60, burst=max(1, per_minute // 12))


def seconds_until_reset(response: httpx.Response) -> float | None:
    """429 tells in `X-Rate-Limit-Reset` how many seconds are left."""
    if response.status_code != 429:
        return None
    reset = response.headers.get("X-Rate-Limit-Reset", "")
    return float(reset) if reset.isdigit() else None
