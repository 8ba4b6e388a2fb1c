"""Reaching a Salesforce org: My Domain, the integration user's token, limits, and what refusals look like."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
from pydantic import BaseModel, ConfigDict, Field

from ingestion.config import ConfigError
from ingestion.http import (
    CredentialsRejected,
    Dialect,
    QuotaExhausted,
    Sender,
    VendorClient,
    VendorRefused,
)
from ingestion.limits import RateLimit
from ingestion.spec import Connection, CredentialSpec, Page, utc_now

TOKEN_PATH = "/services/oauth2/token"
# These give no tokens for client credentials; only the org's own domain does.
_LOGIN_HOSTS = frozenset({"login.salesforce.com", "test.salesforce.com"})
_USAGE = re.compile(r"api-usage=(\d+)/(\d+)")
_DENIED = re.compile(r"^(INSUFFICIENT_ACCESS|API_DISABLED_FOR_ORG|API_CURRENTLY_DISABLED)")

# The vendor states no rate; a handful at once stays far below its limit of 25 long-running requests.
LIMITS = {"default": RateLimit(per_second=20, burst=10)}

CREDENTIALS = (
    CredentialSpec(
        "client_id",
        "Setup › External Client App Manager › your app › Settings › OAuth › Consumer Key",
    ),
    CredentialSpec("client_secret", "beside it: Consumer Secret"),
)


class Options(BaseModel):
    """`accounts[].options` of a Salesforce account.

    Attributes:
        api_version: Every request names one; three come out a year, and each lives for years.
        required_fields: Fields by object that must be there. One that the integration user may not see does
            not exist for it; these are checked instead.
        excluded_fields: `Object.Field` that shall not be read although the user may.
        call_condition: Which tasks are phone calls, as a SOQL condition.
        daily_share: Share of the org's daily requests at which pulls stop, so that other integrations of the
            org keep some.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    api_version: str = Field(default="67.0", pattern=r"^\d\d\.0$")
    required_fields: dict[str, tuple[str, ...]] = {"Opportunity": ("Ext_Job_Id__c",)}
    excluded_fields: tuple[str, ...] = ()
    call_condition: str = "TaskSubtype = 'Call'"
    daily_share: float = Field(default=0.9, gt=0, le=1)


class Refusal(VendorRefused):
    """A request that the org refused, with the vendor's own code, such as INVALID_FIELD."""

    def __init__(self, message: str, status: int, code: str) -> None:
        super().__init__(message, status)
        self.code = code


class IntegrationUser:
    """The token of the app's "Run As" user, by OAuth client credentials.

    A reply says nothing of how long a token lives (the org's session settings do), so it is used until it is
    refused.
    """

    def __init__(self, token_url: str, client_id: str, client_secret: str) -> None:
        self._token_url = token_url
        self._key = httpx.BasicAuth(client_id, client_secret)
        self._lock = threading.Lock()
        self._authorization: str | None = None
        self._instance_url = ""

    def headers(self, send: Sender) -> dict[str, str]:
        with self._lock:
            self._hold_token(send)
            return {"Authorization": str(self._authorization)}

    def renew(self, rejected: Mapping[str, str]) -> bool:
        with self._lock:
            # Another thread may have fetched a new token since the rejected one was sent.
            if rejected.get("Authorization") == self._authorization:
                self._authorization = None
        return True

    def instance_url(self, send: Sender) -> str:
        """Where the org is served; the token reply says so."""
        with self._lock:
            self._hold_token(send)
            return self._instance_url

    def _hold_token(self, send: Sender) -> None:
        if self._authorization is not None:
            return
        request = httpx.Request("POST", self._token_url, data={"grant_type": "client_credentials"})
        answer = send(next(self._key.auth_flow(request))).json()
        self._authorization = f"Bearer {answer['access_token']}"
        self._instance_url = str(answer["instance_url"]).rstrip("/")


class SalesforceClient(VendorClient):
    """The usual client, which also knows the org's errors, its daily requests, and bulk results."""

    def __init__(self, connection: Connection, user: IntegrationUser, base_url: str) -> None:
        super().__init__(
            connection,
            base_url=base_url,
            auth=user,
            limits=LIMITS,
            dialect=Dialect(retry_wait=self._judge_throttle, retry_statuses=frozenset({403, 420})),
        )
        self._user = user
        self._options: Options = connection.options

    @property
    def data_path(self) -> str:
        return f"/services/data/v{self._options.api_version}"

    def results(self, path: str, params: Mapping[str, Any]) -> tuple[Page, Mapping[str, str]]:
        """A page of a bulk result as CSV, with its headers: only they say where the next one begins."""
        request = httpx.Request("GET", self._url(path), params=params, headers={"Accept": "text/csv"})
        response = self._authorised(request, "default", "text")
        shown = request.url.raw_path.decode("ascii")
        return Page(shown, response.content, utc_now()), response.headers

    def delete(self, path: str) -> None:
        self._authorised(httpx.Request("DELETE", self._url(path)), "default", "text")

    def _url(self, path: str) -> str:
        return f"{self._user.instance_url(self._token_answer)}{path}"

    def _judge_throttle(self, response: httpx.Response) -> float | None:
        """A 403 is a used-up day, too many long requests at once (worth waiting for), or missing access."""
        if response.status_code != 403:
            return None
        code, message = error_of(response.content)
        if code != "REQUEST_LIMIT_EXCEEDED":
            raise self._refusal(response, code, message)
        if "Concurrent" in message:
            return None
        raise self._used_up(f"the org's requests of the last 24 hours are used up ({message})")

    def _accepted(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if response.is_success:
            self._watch_usage(response)
            return response
        code, message = error_of(response.content)
        if code and response.status_code != 401:
            raise self._refusal(response, code, message)
        return super()._accepted(request, response)

    def _refusal(self, response: httpx.Response, code: str, message: str) -> Exception:
        who = f"account {self._account.account_id!r} (salesforce): {response.request.url.path}"
        if _DENIED.match(code) or not code:
            said = f"{code}: {message}" if code else str(response.status_code)
            return CredentialsRejected(
                f"{who} was not allowed ({said}). Give the integration user API Enabled, and Read "
                "and View All on the object (Setup › Permission Sets).",
                stops_account=code.startswith("API_"),
            )
        return Refusal(f"{who} was refused ({code}: {message})", response.status_code, code)

    def _watch_usage(self, response: httpx.Response) -> None:
        found = _USAGE.search(response.headers.get("Sforce-Limit-Info", ""))
        if found is None:
            return
        used, allowed = int(found[1]), int(found[2])
        if used > allowed * self._options.daily_share:
            raise self._used_up(
                f"{used} of the org's {allowed} requests of the last 24 hours are used, more than "
                f"accounts[].options.daily_share ({self._options.daily_share}) leaves to Fourwire"
            )

    def _used_up(self, what: str) -> QuotaExhausted:
        return QuotaExhausted(
            f"account {self._account.account_id!r} (salesforce): {what}. What was landed is kept: run again "
            "later; the limit counts a rolling day."
        )


def open_client(connection: Connection) -> SalesforceClient:
    account = connection.account
    base_url = (account.base_url or "").rstrip("/")
    if not base_url or urlsplit(base_url).hostname in _LOGIN_HOSTS:
        raise ConfigError(
            f"accounts[{account.account_id}].base_url must be the org's own address, such as "
            "https://yourcompany.my.salesforce.com (Setup › My Domain); tokens are given out there only"
        )
    user = IntegrationUser(
        token_url=account.token_url or f"{base_url}{TOKEN_PATH}",
        client_id=connection.secret("client_id"),
        client_secret=connection.secret("client_secret"),
    )
    return SalesforceClient(connection, user, base_url)


class _Error(msgspec.Struct):
    errorCode: str = ""
    message: str = ""


_ERRORS: Callable[[bytes], list[_Error]] = msgspec.json.Decoder(list[_Error]).decode


def error_of(body: bytes) -> tuple[str, str]:
    """(code, message) of an error reply, which is an array; empty for anything else."""
    try:
        errors = _ERRORS(body)
    except msgspec.DecodeError:
        errors = []
    return (errors[0].errorCode, errors[0].message) if errors else ("", "")
