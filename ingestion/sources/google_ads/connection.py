"""Reaching a Google Ads account: host, OAuth, who is asked, what day it is there, and how it throttles."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Annotated, Any

import httpx
import msgspec
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ingestion.config import ConfigError
from ingestion.http import Dialect, QuotaExhausted, Sender, VendorClient
from ingestion.limits import RateLimit
from ingestion.spec import Connection, CredentialSpec, utc_now

API_URL = "https://googleads.googleapis.com"
TOKEN_URL = "https://oauth2.googleapis.com/token"

# The vendor publishes no rate, only operations per day; it throttles by load.
LIMITS = {"default": RateLimit(per_second=20, burst=20)}
# A wait beyond this means that the day's operations are used up.
_QUARTER_OF_AN_HOUR = 900.0

CREDENTIALS = (
    CredentialSpec("client_id", "Google Cloud › APIs & Services › Credentials › OAuth client (….apps.…)"),
    CredentialSpec("client_secret", "beside the client id"),
    CredentialSpec(
        "refresh_token",
        "from the consent screen of that client, scope https://www.googleapis.com/auth/adwords, given by a "
        "user who may read the account",
    ),
)
# Ignored by the vendor since September 2026, and sent only where the operator has one.
OPTIONAL_CREDENTIAL = "developer_token"


def _digits(value: Any) -> Any:
    return str(value).replace("-", "") if isinstance(value, str | int) else value


CustomerId = Annotated[str, BeforeValidator(_digits), Field(pattern=r"^\d{10}$")]


class Options(BaseModel):
    """`accounts[].options` of a Google Ads account.

    Attributes:
        customer_id: The advertiser's account, ten digits (dashes are ignored). Not a manager account: those
            have no figures of their own.
        login_customer_id: The manager account through which the user of the token has access.
        api_version: A version lives about a year.
        spend_reread_days: How many days an ordinary pull reads again before the last one it has read. Cost
            and clicks move for up to a month (invalid clicks are credited); conversions move for the whole
            conversion window, up to 90 days.
        lead_reread_days: The same for Local Services leads, whose status, charge and credit change.
        history_months: How far back a first pull looks for figures.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    customer_id: CustomerId
    login_customer_id: CustomerId | None = None
    api_version: str = Field(default="v26", pattern=r"^v\d+$")
    spend_reread_days: int = Field(default=30, ge=1, le=365)
    lead_reread_days: int = Field(default=90, ge=1, le=365)
    history_months: int = Field(default=36, ge=1)

    @property
    def version(self) -> int:
        return int(self.api_version[1:])


class RefreshToken:
    """OAuth 2 with a refresh token, which Google does not rotate: nothing is stored between runs.

    The token's answer also tells the vendor's time. It decides what "today" is, so that a wrong clock here
    never asks for a day that is not there yet, or no longer.
    """

    def __init__(self, token_url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> None:
        self._token_url = token_url
        self._form = {"grant_type": "refresh_token", **form}
        self._fixed = dict(headers)
        self._lock = threading.Lock()
        self._authorization: str | None = None
        self._issued_at = 0.0
        self._stale_at = 0.0
        self._vendor_time = datetime.min.replace(tzinfo=UTC)

    def headers(self, send: Sender) -> dict[str, str]:
        with self._lock:
            if self._authorization is None or time.monotonic() >= self._stale_at:
                self._fetch(send)
            return {**self._fixed, "Authorization": str(self._authorization)}

    def renew(self, rejected: Mapping[str, str]) -> bool:
        with self._lock:
            # Another thread may have fetched a new token since the rejected one was sent.
            if rejected.get("Authorization") == self._authorization:
                self._authorization = None
        return True

    def vendor_time(self) -> datetime:
        """Now by the vendor's clock, UTC; known as soon as anything was asked."""
        with self._lock:
            return self._vendor_time + timedelta(seconds=time.monotonic() - self._issued_at)

    def _fetch(self, send: Sender) -> None:
        self._issued_at = time.monotonic()
        response = send(httpx.Request("POST", self._token_url, data=self._form))
        answer = response.json()
        self._authorization = f"Bearer {answer['access_token']}"
        self._stale_at = self._issued_at + 0.8 * float(answer.get("expires_in", 3599))
        self._vendor_time = _dated(response)


def _dated(response: httpx.Response) -> datetime:
    # The one who answered says when; a proxy on the way puts its own date before.
    dates = response.headers.get_list("Date")
    return parsedate_to_datetime(dates[-1]).astimezone(UTC) if dates else utc_now()


class GoogleAdsClient(VendorClient):
    """One advertiser's account."""

    def __init__(self, connection: Connection, auth: RefreshToken) -> None:
        account, options = connection.account, connection.options
        super().__init__(
            connection,
            base_url=account.base_url or API_URL,
            auth=auth,
            limits=LIMITS,
            dialect=Dialect(retry_wait=throttle_reader(account.account_id)),
        )
        self._clock = auth
        self.path = f"/{options.api_version}/customers/{options.customer_id}"

    def vendor_time(self) -> datetime:
        """Now by the vendor's clock, UTC; known as soon as anything was asked."""
        return self._clock.vendor_time()


def open_client(connection: Connection) -> VendorClient:
    account, options = connection.account, connection.options
    headers = {
        "developer-token": _developer_token(connection),
        "login-customer-id": options.login_customer_id,
    }
    auth = RefreshToken(
        account.token_url or TOKEN_URL,
        {spec.key: connection.secret(spec.key) for spec in CREDENTIALS},
        {name: value for name, value in headers.items() if value},
    )
    return GoogleAdsClient(connection, auth)


def _developer_token(connection: Connection) -> str | None:
    try:
        return connection.secret(OPTIONAL_CREDENTIAL)
    except ConfigError:
        return None


class _QuotaDetails(msgspec.Struct):
    retryDelay: str | None = None


class _Details(msgspec.Struct):
    quotaErrorDetails: _QuotaDetails | None = None


class _Failure(msgspec.Struct):
    details: _Details | None = None


class _Detail(msgspec.Struct):
    errors: list[_Failure] = []


class _Error(msgspec.Struct):
    details: list[_Detail] = []


class _Refusal(msgspec.Struct):
    error: _Error


def throttle_reader(account_id: str) -> Callable[[httpx.Response], float | None]:
    """How long a refused request should wait, by the error's own `retryDelay` ("30s")."""

    def seconds(response: httpx.Response) -> float | None:
        if response.status_code != 429:
            return None
        waits = [float(delay.removesuffix("s")) for delay in _retry_delays(response.content)]
        if waits and max(waits) > _QUARTER_OF_AN_HOUR:
            raise QuotaExhausted(
                f"account {account_id!r} (google_ads): the operations of the day are used up; the vendor "
                f"asks to wait {max(waits):.0f} s. What was landed is kept: run again after that. A first "
                "pull takes about 150 operations, a later one about 15; the rest is used by others."
            )
        return max(waits, default=None)

    return seconds


def _retry_delays(body: bytes) -> Iterator[str]:
    try:
        refusals = msgspec.json.decode(body, type=_Refusal | list[_Refusal])
    except msgspec.DecodeError:
        return
    # A stream's error comes inside an array.
    for refusal in refusals if isinstance(refusals, list) else [refusals]:
        for detail in refusal.error.details:
            for failure in detail.errors:
                quota = failure.details and failure.details.quotaErrorDetails
                if quota and quota.retryDelay:
                    yield quota.retryDelay
