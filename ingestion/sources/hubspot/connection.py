"""Reaching a HubSpot portal: host, token, its three rate limits, and what its refusals look like."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import msgspec
from pydantic import BaseModel, ConfigDict, Field

from ingestion.http import Dialect, QuotaExhausted, StaticHeaders, VendorClient
from ingestion.limits import RateLimit
from ingestion.spec import Connection, CredentialSpec

API_URL = "https://api.hubapi.com"

CREDENTIALS = (
    CredentialSpec(
        "access_token",
        "Settings › Integrations › Service Keys (or an existing private app), with the scopes "
        "crm.objects.contacts.read, crm.objects.deals.read, crm.objects.owners.read, crm.schemas.*.read",
    ),
)

# Seconds to wait by policyName of a 429, as the vendor's own client does.
_POLICY_WAITS = {"TEN_SECONDLY_ROLLING": 10.0, "SECONDLY": 1.0}
_LOCKED_WAIT = 2.0


class Options(BaseModel):
    """`accounts[].options` of a HubSpot account.

    Attributes:
        requests_per_ten_seconds: What the portal's plan allows: 100 (Free, Starter) or 190 (Professional up).
        required_contact_properties: Custom contact properties that must exist, such as `gclid`. HubSpot
        leaves
            out a property that does not exist without a word; these are checked instead.
        required_deal_properties: The same for deals.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    requests_per_ten_seconds: int = Field(default=100, ge=10)
    required_contact_properties: tuple[str, ...] = ()
    required_deal_properties: tuple[str, ...] = ("ext_job_id",)


def open_client(connection: Connection) -> VendorClient:
    account = connection.account
    # Four fifths of what is allowed: other apps of the portal share the daily quota.
    per_second = connection.options.requests_per_ten_seconds * 0.8 / 10
    return VendorClient(
        connection,
        base_url=account.base_url or API_URL,
        auth=StaticHeaders({"Authorization": f"Bearer {connection.secret('access_token')}"}),
        limits={
            "default": RateLimit(per_second=per_second, burst=10),
            # Searches and associations have limits of their own: 5 a second, and at least 100 in ten seconds.
            "search": RateLimit(per_second=4),
            "associations": RateLimit(per_second=8, burst=10),
        },
        dialect=Dialect(retry_wait=throttle_reader(account.account_id), retry_statuses=frozenset({423, 477})),
    )


def throttle_reader(account_id: str) -> Callable[[httpx.Response], float | None]:
    """How long a refused request should wait; a 429 seldom says so in `Retry-After`, but names its policy."""

    def seconds(response: httpx.Response) -> float | None:
        if response.status_code == 423:
            return _LOCKED_WAIT
        if response.status_code != 429:
            return None
        policy = _policy_name(response.content)
        if policy == "DAILY":
            raise QuotaExhausted(
                f"account {account_id!r} (hubspot): the portal's daily request limit is used up; it is "
                "reset at midnight in the portal's time zone. What was landed is kept: run again after that."
            )
        return _POLICY_WAITS.get(policy or "")

    return seconds


class _Throttle(msgspec.Struct):
    policyName: str | None = None


def _policy_name(body: bytes) -> str | None:
    try:
        return msgspec.json.decode(body, type=_Throttle).policyName
    except msgspec.DecodeError:
        return None
