"""Reaching a Workiz account: host, token, limits.

The token is a segment of every path (`/api/v1/<token>/job/all/`). It is written into the URL by the
transport, the last thing before the wire: what pages, messages and logs show of a request has a placeholder.
"""

from __future__ import annotations

from urllib.parse import quote

import httpx
from pydantic import BaseModel, ConfigDict, Field

from ingestion.http import StaticHeaders, VendorClient
from ingestion.limits import RateLimit
from ingestion.spec import Connection, CredentialSpec

API_URL = "https://api.workiz.com/api/v1"
PLACEHOLDER = "api_token"

CREDENTIALS = (
    CredentialSpec(
        "api_token",
        "Settings › Integrations › Developer, with the Developer API add-on of the Feature Center; "
        "the secret beside it is for writing only and is not needed",
    ),
)


class Options(BaseModel):
    """`accounts[].options` of a Workiz account.

    Attributes:
        requests_per_second: The quota is per account and not published; support can raise it. Integrators
            wait one to five seconds between requests.
        offset_counts: What `offset` of a list counts. Most integrators skip records, one counts pages.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    requests_per_second: float = Field(default=1.0, gt=0, le=1000)
    offset_counts: str = Field(default="records", pattern="^(records|pages)$")


def open_client(connection: Connection) -> VendorClient:
    token = connection.secret("api_token")
    rate = connection.options.requests_per_second
    return VendorClient(
        connection,
        base_url=f"{connection.account.base_url or API_URL}/{PLACEHOLDER}",
        auth=StaticHeaders({}),
        limits={"default": RateLimit(per_second=rate, burst=10)},
        transport=TokenInPath(token, httpx.HTTPTransport()),
    )


class TokenInPath(httpx.BaseTransport):
    """Puts the token where the placeholder stands, and takes it out of answers that repeat the address."""

    def __init__(self, token: str, wire: httpx.BaseTransport) -> None:
        self._token = quote(token, safe="").encode("ascii")
        self._wire = wire

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        path = url.raw_path.replace(f"/{PLACEHOLDER}/".encode(), b"/" + self._token + b"/", 1)
        answer = self._wire.handle_request(
            httpx.Request(
                request.method,
                url.copy_with(raw_path=path),
                headers=request.headers,
                stream=request.stream,
                extensions=request.extensions,
            )
        )
        is_data = answer.is_success and "json" in answer.headers.get("content-type", "")
        return answer if is_data else self._discreet(answer)

    def close(self) -> None:
        self._wire.close()

    def _discreet(self, answer: httpx.Response) -> httpx.Response:
        """Error pages like to quote the address that failed, and messages quote error pages."""
        body = answer.read().replace(self._token, PLACEHOLDER.encode())
        headers = [
            (name, value)
            for name, value in answer.headers.multi_items()
            if name not in ("content-length", "content-encoding", "transfer-encoding")
        ]
        return httpx.Response(answer.status_code, headers=headers, content=body)
