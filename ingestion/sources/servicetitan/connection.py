"""Reaching a ServiceTitan tenant: hosts, credentials, limits, and what its throttling answers look like."""

from __future__ import annotations

import re

import httpx
import msgspec
from pydantic import BaseModel, ConfigDict, Field

from ingestion.http import ClientCredentials, Dialect, VendorClient
from ingestion.limits import RateLimit
from ingestion.spec import Connection, CredentialSpec

API_URL = "https://api.servicetitan.io"
TOKEN_URL = "https://auth.servicetitan.io/connect/token"

# 60 calls a second per app and tenant (developer FAQ); the margin is for whatever else uses the same app.
LIMITS = {"default": RateLimit(per_second=48, burst=12)}

CREDENTIALS = (
    CredentialSpec("client_id", "Settings › Integrations › API Application Access › your app (cid.…)"),
    CredentialSpec("client_secret", "generated beside the client id; shown once"),
    CredentialSpec("app_key", "developer portal › My Apps › your app › ST-App-Key (ak1.…)"),
)

_SECONDS_IN_TITLE = re.compile(r"try again in (\d+) second", re.IGNORECASE)


class Options(BaseModel):
    """`accounts[].options` of a ServiceTitan account."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    tenant: str = Field(
        pattern=r"^\d+$", description="tenant id, the number in the app's connection settings"
    )


def open_client(connection: Connection) -> VendorClient:
    account = connection.account
    return VendorClient(
        connection,
        base_url=account.base_url or API_URL,
        auth=ClientCredentials(
            token_url=account.token_url or TOKEN_URL,
            client_id=connection.secret("client_id"),
            client_secret=connection.secret("client_secret"),
            headers={"ST-App-Key": connection.secret("app_key")},
        ),
        limits=LIMITS,
        dialect=Dialect(retry_wait=seconds_in_title),
    )


def seconds_in_title(response: httpx.Response) -> float | None:
    """429 bodies say `Rate limit is exceeded. Try again in 50 seconds.`; `Retry-After` may be missing."""
    if response.status_code != 429:
        return None
    try:
        title = msgspec.json.decode(response.content, type=dict).get("title")
    except msgspec.DecodeError:
        return None
    found = _SECONDS_IN_TITLE.search(str(title))
    return float(found[1]) if found else None
