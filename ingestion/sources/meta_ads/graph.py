"""Reaching an ad account through the Graph API: token, version, limits, and what its refusals mean.

Almost every refusal is a 400 with a numeric code in the body; throttling is one of them. How much of the
limits is used up stands in headers of every answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import httpx
import msgspec
from pydantic import BaseModel, ConfigDict, Field, field_validator

from ingestion.http import CredentialsRejected, Dialect, StaticHeaders, VendorClient, VendorRefused
from ingestion.limits import RateLimit
from ingestion.spec import Connection, CredentialSpec, Page

API_URL = "https://graph.facebook.com"
# Meta publishes no rate for insights, only a share used; this is slow enough not to be the reason.
LIMITS = {"default": RateLimit(per_second=5, burst=10)}
# Percent of a limit from which on Meta advises to slow down, and how long we then pause.
BUSY_AT = 80
BUSY_PAUSE = 15.0

CREDENTIALS = (
    CredentialSpec(
        "access_token",
        "Business settings › Users › System users › your system user › Generate token (EAA…), with ads_read",
    ),
)
# What still returns data: 7d_view and 28d_view do not since 12 January 2026.
ATTRIBUTION_WINDOWS = frozenset({"1d_click", "7d_click", "28d_click", "1d_ev", "1d_view"})

_THROTTLED = frozenset({4, 17, 32, 341, 613, *range(80_000, 80_015)})
_TRANSIENT = frozenset({1, 2})
_TOKEN = frozenset({102, 190})
_PERMISSION = frozenset({3, 10, *range(200, 300)})
_ASKED_TOO_MUCH = 99  # subcode of code 1, with "Please reduce the amount of data"
_JUDGED_STATUSES = frozenset({400, 401, 403})
_TOKEN_IN_TEXT = re.compile(r"EAA\w{8,}")
_TOKEN_IN_ADDRESS = re.compile(rb'access_token=[^&"\\]*')


class Options(BaseModel):
    """`accounts[].options` of an ad account.

    Attributes:
        ad_account_id: The number in Ads Manager, with or without `act_`.
        attribution_windows: What Meta may claim a lead for; the account's usual setting by default.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    ad_account_id: str = Field(pattern=r"^(act_)?\d+$")
    attribution_windows: tuple[str, ...] = Field(default=("7d_click", "1d_view"), min_length=1)
    api_version: str = Field(default="v26.0", pattern=r"^v\d+\.\d+$")

    @field_validator("attribution_windows")
    @classmethod
    def _still_reported(cls, windows: tuple[str, ...]) -> tuple[str, ...]:
        gone = sorted(set(windows) - ATTRIBUTION_WINDOWS)
        if gone:
            raise ValueError(
                f"Meta reports nothing for {', '.join(gone)} (7d_view and 28d_view since 2026-01-12); "
                f"possible are {', '.join(sorted(ATTRIBUTION_WINDOWS))}"
            )
        return windows

    @property
    def account_path(self) -> str:
        return f"/{self.api_version}/act_{self.ad_account_id.removeprefix('act_')}"


class AskedTooMuch(VendorRefused):
    """The question is too large to be answered at once: ask for a report job, or for less."""


class GraphClient(VendorClient):
    """Slows down before the limit is reached, as the usage headers advise."""

    def _authorised(self, request: httpx.Request, bucket: str, expect: str) -> httpx.Response:
        response = super()._authorised(request, bucket, expect)
        if used_percent(response.headers) >= BUSY_AT:
            self._limiter.close_for(bucket, BUSY_PAUSE)
        return response


def open_client(connection: Connection) -> VendorClient:
    account = connection.account
    return GraphClient(
        connection,
        base_url=account.base_url or API_URL,
        auth=StaticHeaders({"Authorization": f"Bearer {connection.secret('access_token')}"}),
        limits=LIMITS,
        dialect=Dialect(retry_wait=judge(account.account_id), retry_statuses=_JUDGED_STATUSES),
    )


class _Error(msgspec.Struct):
    message: str = ""
    code: int | None = None
    error_subcode: int | None = None
    is_transient: bool = False


class _Refusal(msgspec.Struct):
    error: _Error


def judge(account_id: str) -> Callable[[httpx.Response], float | None]:
    """How long a refused request should wait; what no waiting can help raises."""

    def seconds(response: httpx.Response) -> float | None:
        error = _error_of(response)
        if error is None:
            # Not Meta's own words: a gateway's page. Worth another attempt.
            return None
        said = _TOKEN_IN_TEXT.sub("EAA…", " ".join(error.message.split()))
        answer = f"account {account_id!r} (meta_ads): Meta answered code {error.code}: {said}"
        if error.code == 1 and (error.error_subcode == _ASKED_TOO_MUCH or "reduce the amount" in said):
            raise AskedTooMuch(answer, response.status_code)
        if error.code in _THROTTLED:
            return regained_after(response.headers)
        if error.is_transient or error.code in _TRANSIENT or response.status_code >= 500:
            return None
        if error.code in _TOKEN:
            raise CredentialsRejected(
                f"{answer}. Generate a new token for the system user and store it as access_token.",
                stops_account=True,
            )
        if error.code in _PERMISSION:
            raise CredentialsRejected(
                f"{answer}. Give the system user the ad account (View performance), and the app ads_read."
            )
        raise VendorRefused(
            f"{answer}. Check the account's options; retrying cannot help.", response.status_code
        )

    return seconds


def _error_of(response: httpx.Response) -> _Error | None:
    try:
        return msgspec.json.decode(response.content, type=_Refusal).error
    except msgspec.DecodeError:
        return None


def used_percent(headers: Mapping[str, str]) -> float:
    """The share of the limit nearest to its end, of all that the answer tells."""
    return max(
        (
            float(value)
            for usage in _usages(headers)
            for name, value in usage.items()
            if name in ("call_count", "total_cputime", "total_time", "acc_id_util_pct", "app_id_util_pct")
            and isinstance(value, int | float)
        ),
        default=0.0,
    )


def regained_after(headers: Mapping[str, str]) -> float | None:
    """Seconds until access is back: one header says it in minutes, another in seconds; 0 says nothing."""
    minutes = [float(usage.get("estimated_time_to_regain_access") or 0) for usage in _usages(headers)]
    seconds = [float(usage.get("reset_time_duration") or 0) for usage in _usages(headers)]
    return max((*(60 * each for each in minutes), *seconds), default=0.0) or None


def _usages(headers: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    for name in ("x-business-use-case-usage", "x-ad-account-usage", "x-fb-ads-insights-throttle"):
        try:
            stated = msgspec.json.decode(headers.get(name, "{}"), type=dict[str, Any])
        except msgspec.DecodeError:
            continue
        # The first one lists usages by business, the others are one usage.
        nested = [usage for value in stated.values() if isinstance(value, list) for usage in value]
        yield from (usage for usage in nested or [stated] if isinstance(usage, dict))


def without_token(page: Page) -> Page:
    """The page as it may be archived: the address of its next page can hold the token."""
    return replace(page, body=_TOKEN_IN_ADDRESS.sub(b"access_token=", page.body))
