"""Reaching a Housecall Pro company: host, key, limits, and what its throttling answers look like."""

from __future__ import annotations

import time

import httpx
from pydantic import BaseModel, ConfigDict

from ingestion.http import Dialect, StaticHeaders, VendorClient
from ingestion.limits import RateLimit
from ingestion.spec import Connection, CredentialSpec

API_URL = "https://api.housecallpro.com"

# No limit is published; sustained exports of several requests a second and five at once were seen to pass.
LIMITS = {"default": RateLimit(per_second=8, burst=16)}

CREDENTIALS = (
    CredentialSpec(
        "api_key", "App Store › API Key Management (an admin of a company on the MAX plan; read-only)"
    ),
)


class Options(BaseModel):
    """`accounts[].options` of a Housecall Pro account.

    Attributes:
        company_id: One location of a multi-location company; sent as `X-Company-Id`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    company_id: str | None = None


def open_client(connection: Connection) -> VendorClient:
    headers = {"Authorization": f"Token {connection.secret('api_key')}"}
    if connection.options.company_id:
        headers["X-Company-Id"] = connection.options.company_id
    return VendorClient(
        connection,
        base_url=connection.account.base_url or API_URL,
        auth=StaticHeaders(headers),
        limits=LIMITS,
        dialect=Dialect(retry_wait=seconds_until_reset),
    )


def seconds_until_reset(response: httpx.Response) -> float | None:
    """429 tells when to come back as an epoch in `RateLimit-Reset`."""
    if response.status_code != 429:
        return None
    reset = response.headers.get("RateLimit-Reset", "")
    return max(0.0, float(reset) - time.time()) if reset.isdigit() else None
