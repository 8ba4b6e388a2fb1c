"""Asking a vendor: one pooled client per account, with its authorisation, its limits and its patience.

Everything that a request can meet on the way (throttling, expired tokens, cut bodies, HTML error pages) ends
here in one of two ways: a `Page` whose body is complete, or a `VendorError` that says what to do.
"""

from __future__ import annotations

import email.utils
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

import httpx
import msgspec

from ingestion.limits import Limiter, RateLimit
from ingestion.spec import Connection, Page, utc_now

RETRIED_STATUSES = frozenset({408, 429})
_JSON = msgspec.json.Decoder(msgspec.Raw)
_SHOWN_REQUEST_CHARACTERS = 4_000
_SHOWN_ANSWER_CHARACTERS = 300
# A renewed token too may expire before its first use, and so may its successor.
_REFUSED_RENEWALS = 3


class VendorError(Exception):
    """A vendor could not be read. The message names the account, the path and what to do; it holds no secret.

    Attributes:
        stops_account: Nothing else of this account can be read either, so trying would only cost time.
    """

    def __init__(self, message: str, *, stops_account: bool = False) -> None:
        super().__init__(message)
        self.stops_account = stops_account


class CredentialsRejected(VendorError):
    """401 or 403, or a token endpoint that refuses the client: a person must change something."""


class VendorUnavailable(VendorError):
    """No usable answer within our patience: network, throttling, the vendor's failure. Run again later."""


class QuotaExhausted(VendorUnavailable):
    """A long quota (a day's) is used up; what was landed stays, and a later run continues from there."""

    def __init__(self, message: str) -> None:
        super().__init__(message, stops_account=True)


class UnexpectedAnswer(VendorError):
    """A 200 whose page does not have the documented shape: the vendor changed, or this is not the vendor."""


class VendorRefused(VendorError):
    """The vendor understood and refused (4xx): the request is wrong for this account; retrying is no use."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Patience:
    """How long to wait, in seconds, and how often to try. ServiceTitan's server itself cuts at 100 s."""

    connect: float = 10.0
    read: float = 110.0
    attempts: int = 8
    backoff: float = 1.0
    backoff_max: float = 60.0
    longest_wait: float = 900.0


def no_hint(response: httpx.Response) -> float | None:
    """The vendor says nothing beyond `Retry-After`."""
    return None


@dataclass(frozen=True)
class Dialect:
    """Where a vendor's HTTP differs from the usual.

    Attributes:
        retry_wait: Seconds to wait read from a throttled answer without a usable `Retry-After`; may raise
            `QuotaExhausted` to end the account's run cleanly.
        retry_statuses: Statuses to retry besides 408, 429 and 5xx.
    """

    retry_wait: Callable[[httpx.Response], float | None] = no_hint
    retry_statuses: frozenset[int] = frozenset()


Sender = Callable[[httpx.Request], httpx.Response]


class Auth(Protocol):
    """Puts an account's credentials on requests."""

    def headers(self, send: Sender) -> dict[str, str]:
        """Headers for the next request; `send` performs a token request, with retries."""

    def renew(self, rejected: Mapping[str, str]) -> bool:
        """A 401 came for these headers. True if other headers may work now."""


@dataclass(frozen=True)
class StaticHeaders:
    """A key that does not expire."""

    values: Mapping[str, str] = field(repr=False)

    def headers(self, send: Sender) -> dict[str, str]:
        return dict(self.values)

    def renew(self, rejected: Mapping[str, str]) -> bool:
        return False


class ClientCredentials:
    """OAuth 2 client credentials.

    A token is reused until 80 % of its life, because token endpoints are throttled too.
    """

    def __init__(
        self, token_url: str, client_id: str, client_secret: str, headers: Mapping[str, str] | None = None
    ) -> None:
        self._token_url = token_url
        self._form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
        }
        self._fixed = dict(headers or {})
        self._lock = threading.Lock()
        self._authorization: str | None = None
        self._stale_at = 0.0

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

    def _fetch(self, send: Sender) -> None:
        asked_at = time.monotonic()
        answer = send(httpx.Request("POST", self._token_url, data=self._form)).json()
        self._authorization = f"Bearer {answer['access_token']}"
        self._stale_at = asked_at + 0.8 * float(answer.get("expires_in", 900))


class VendorClient:
    """The account's way to its vendor. Thread-safe; close it when the account's pulls are done.

    `requests` counts what was sent, attempts that failed and requests for tokens included.

    A `transport` is for vendors that want a secret inside the URL: it writes it there on the way out, so that
    nothing before it (pages, messages, logs) ever holds it.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        base_url: str,
        auth: Auth,
        limits: Mapping[str, RateLimit],
        dialect: Dialect | None = None,
        follow_redirects: bool = False,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._account = connection.account
        self._patience: Patience = connection.patience
        self._auth = auth
        self._dialect = dialect or Dialect()
        self._limiter = Limiter(limits)
        self._base_url = base_url.rstrip("/")
        self._http = httpx.Client(
            timeout=httpx.Timeout(self._patience.read, connect=self._patience.connect),
            limits=httpx.Limits(max_connections=16, max_keepalive_connections=16),
            headers={"Accept-Encoding": "gzip", "User-Agent": "fourwire"},
            follow_redirects=follow_redirects,
            transport=transport,
        )
        self.requests = 0
        self._worked: list[dict[str, str]] = []
        self._waited = 0.0
        self._waited_lock = threading.Lock()

    @property
    def seconds_waiting(self) -> float:
        """Time spent on answers and limits, summed over threads."""
        return self._waited

    def get(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        bucket: str = "default",
        expect: Literal["json", "text"] = "json",
    ) -> Page:
        """Read one page.

        Raises:
            VendorError: one of its kinds; see there.
        """
        request = httpx.Request("GET", self._url(path), params=params or None)
        return self._page(request, bucket, expect)

    def post(self, path: str, body: Any, *, bucket: str = "default") -> Page:
        """Read one page from an endpoint that takes its question as JSON; retried, so only for reads."""
        content = msgspec.json.encode(body)
        headers = {"Content-Type": "application/json"}
        request = httpx.Request("POST", self._url(path), content=content, headers=headers)
        return self._page(request, bucket, "json")

    def close(self) -> None:
        self._http.close()

    def _url(self, path: str) -> str:
        return path if path.startswith(("http://", "https://")) else f"{self._base_url}{path}"

    def _page(self, request: httpx.Request, bucket: str, expect: Literal["json", "text"]) -> Page:
        response = self._authorised(request, bucket, expect)
        question = _shown(request.url)
        if request.method != "GET":
            body = request.content.decode()[:_SHOWN_REQUEST_CHARACTERS]
            question = f"{request.method} {question} {body}"
        return Page(request=question, body=response.content, fetched_at=utc_now())

    def _authorised(self, request: httpx.Request, bucket: str, expect: str) -> httpx.Response:
        refused = 0
        for _ in range(self._patience.attempts):
            headers = self._auth.headers(self._token_answer)
            attempt = httpx.Request(
                request.method, request.url, content=request.content, headers={**request.headers, **headers}
            )
            response = self._persist(attempt, bucket, expect)
            if response.status_code != 401:
                self._note_worked(headers)
                break
            # Headers that worked for any request have expired, however often that happens to one request
            # that waits in a throttled bucket. Only those that never worked speak against the credentials.
            refused += headers not in self._worked
            if refused > _REFUSED_RENEWALS or not self._auth.renew(headers):
                break
        return self._accepted(request, response)

    def _note_worked(self, headers: dict[str, str]) -> None:
        if headers not in self._worked:
            self._worked.append(headers)

    def _token_answer(self, request: httpx.Request) -> httpx.Response:
        response = self._persist(request, None, "json")
        if response.is_success:
            return response
        raise CredentialsRejected(
            f"{self._who(request)} was refused a token ({response.status_code}: {_said(response)}). "
            "Check the account's client_id and client_secret, and that they belong to this environment and "
            "tenant.",
            stops_account=True,
        )

    def _persist(self, request: httpx.Request, bucket: str | None, expect: str) -> httpx.Response:
        """Send until an answer is worth judging: a complete success, or a refusal that stays one."""
        last = "no attempt was made"
        unreachable = False
        for attempt in range(self._patience.attempts):
            started = time.monotonic()
            with self._waited_lock:
                self.requests += 1
            wait = min(self._patience.backoff_max, self._patience.backoff * 2**attempt) * random.uniform(
                0.5, 1.0
            )
            try:
                if bucket:
                    self._limiter.acquire(bucket)
                response = self._http.send(request)
            except (httpx.TransportError, httpx.DecodingError) as error:
                last = f"{type(error).__name__}: {error}".rstrip(": ")
                unreachable = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            else:
                unreachable = False
                if self._is_retried(response.status_code):
                    last = f"{response.status_code} {_said(response)}"
                    asked = self._asked_wait(response)
                    wait = wait if asked is None else asked
                    if bucket and response.status_code == 429:
                        self._limiter.close_for(bucket, wait)
                elif response.is_success and expect == "json" and not _is_json(response.content):
                    last = f"{response.status_code} with a body that is not JSON: {_said(response)}"
                else:
                    return response
            finally:
                self._count(time.monotonic() - started)
            if attempt + 1 < self._patience.attempts:
                self._pause(wait, request, last)
        raise VendorUnavailable(
            f"{self._who(request)} got no usable answer in {self._patience.attempts} attempts; "
            f"the last: {last}. "
            "What was landed is kept: run again later, and check base_url and the network if it persists.",
            stops_account=unreachable,
        )

    def _pause(self, seconds: float, request: httpx.Request, last: str) -> None:
        if seconds > self._patience.longest_wait:
            raise VendorUnavailable(
                f"{self._who(request)} was told to wait {seconds:.0f} s ({last}), longer than "
                f"{self._patience.longest_wait:.0f} s. What was landed is kept: run again after that."
            )
        time.sleep(seconds)
        self._count(seconds)

    def _is_retried(self, status: int) -> bool:
        return status in RETRIED_STATUSES or status >= 500 or status in self._dialect.retry_statuses

    def _asked_wait(self, response: httpx.Response) -> float | None:
        from_header = retry_after_seconds(response.headers.get("Retry-After"), utc_now())
        # The dialect is asked first: it may know that waiting is pointless (a used-up day).
        from_vendor = self._dialect.retry_wait(response)
        return from_vendor if from_header is None else from_header

    def _accepted(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if response.is_success:
            return response
        answer = f"{response.status_code}: {_said(response)}"
        if response.status_code in (401, 403):
            raise CredentialsRejected(
                f"{self._who(request)} was not allowed ({answer}). Check the account's credentials, its "
                "tenant or company, and that the vendor granted the app permission to read this.",
                stops_account=response.status_code == 401,
            )
        raise VendorRefused(
            f"{self._who(request)} was refused ({answer}). Check the account's options and base_url; "
            "retrying cannot help.",
            response.status_code,
        )

    def _who(self, request: httpx.Request) -> str:
        parts = urlsplit(str(request.url))
        host = parts.netloc.rpartition("@")[2]
        account = self._account
        return f"account {account.account_id!r} ({account.platform}): {request.method} {host}{parts.path}"

    def _count(self, seconds: float) -> None:
        with self._waited_lock:
            self._waited += seconds


def retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """`Retry-After` as seconds from `now`: a number or a date (RFC 9110); fractions are seen in practice."""
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        moment = email.utils.parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())


def _is_json(body: bytes) -> bool:
    try:
        _JSON.decode(body)
    except msgspec.DecodeError:
        return False
    return True


def _said(response: httpx.Response) -> str:
    """The vendor's own words, short and on one line."""
    words = " ".join(response.text.split())
    return words[:_SHOWN_ANSWER_CHARACTERS] or response.reason_phrase


def _shown(url: httpx.URL) -> str:
    """Path and query. Keys are never sent in the query, also to vendors that would take them there."""
    return url.raw_path.decode("ascii")
