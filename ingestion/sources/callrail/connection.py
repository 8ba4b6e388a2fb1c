"""Reaching a CallRail account: host, key, and limits that are refused without a word on when to come back."""

from __future__ import annotations

from collections import Counter

import httpx
from pydantic import BaseModel, ConfigDict, Field

from ingestion.http import Dialect, QuotaExhausted, StaticHeaders, VendorClient
from ingestion.limits import RateLimit
from ingestion.spec import Connection, CredentialSpec

API_URL = "https://api.callrail.com"

CREDENTIALS = (
    CredentialSpec(
        "api_key",
        "Settings › Integrations › API Keys › Create New API V3 Key, made by a user who sees every company",
    ),
)

# 1,000 requests an hour and 10,000 a day are allowed per account; four fifths of the hour are used at most.
LIMITS = {"default": RateLimit(per_second=0.11, burst=400)}
_PATIENT_REFUSALS = 5


class Options(BaseModel):
    """`accounts[].options` of a CallRail account.

    Attributes:
        account: CallRail's own id of the account, as in the address of its pages: `ACC…`, or the older
            number.
        reread_days: How far back an ordinary pull reads again. Tags, value, lead status, notes and the spam
            mark change long after a call, nothing tells that they did, and there is no filter for it. An
            edit of an older call is seen with the next complete read, at most a week later.
        read_in_full_up_to: Lists that are not longer are read whole with every pull, 250 rows a request; then
            no edit is ever late.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    account: str = Field(pattern=r"^(ACC[0-9a-zA-Z]+|\d+)$")
    reread_days: int = Field(default=30, ge=1, le=365)
    read_in_full_up_to: int = Field(default=10_000, ge=0)


def open_client(connection: Connection) -> VendorClient:
    return VendorClient(
        connection,
        base_url=f"{api_url(connection.account.base_url)}/v3/a/{connection.options.account}",
        auth=StaticHeaders({"Authorization": f'Token token="{connection.secret("api_key")}"'}),
        limits=LIMITS,
        dialect=Dialect(retry_wait=HourlyQuota(connection.account.account_id)),
    )


def api_url(base_url: str | None) -> str:
    return (base_url or API_URL).rstrip("/")


class HourlyQuota:
    """Tells a short squeeze from a used-up hour or day: a 429 has neither `Retry-After` nor a usage header.

    The usual growing pauses come first. A request that is still refused after them ends the account's run,
    because each of its other requests would wait as long in vain.
    """

    def __init__(self, account_id: str) -> None:
        self._account_id = account_id
        self._refusals: Counter[str] = Counter()

    def __call__(self, response: httpx.Response) -> float | None:
        if response.status_code != 429 or "Retry-After" in response.headers:
            return None
        asked = str(response.request.url)
        self._refusals[asked] += 1
        if self._refusals[asked] > _PATIENT_REFUSALS:
            raise QuotaExhausted(
                f"account {self._account_id!r} (callrail): requests stay refused: the limit of the hour "
                "(1,000) or of the day (10,000) is used up, perhaps by another program with the same access. "
                "What was landed is kept: run again after the full hour."
            )
        return None
