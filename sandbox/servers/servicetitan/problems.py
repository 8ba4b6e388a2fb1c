"""Error bodies with the six keys of `ApiErrorResponse`; texts marked ASSUMED were never published."""

from __future__ import annotations

from itertools import count

import msgspec
from starlette.responses import Response

_traces = count(1)


class Problem(Exception):
    """An answer other than 200, raised wherever it is found out."""

    def __init__(
        self,
        status: int,
        title: str,
        errors: dict[str, list[str]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.errors = errors or {}
        self.headers = headers or {}

    def response(self) -> Response:
        body = {
            "type": f"https://httpstatuses.io/{self.status}",
            "title": self.title,
            "status": self.status,
            "traceId": f"0HN7SANDBOX:{next(_traces):08}",
            "errors": self.errors,
            "data": {},
        }
        return answer(body, self.status, self.headers)


def answer(body: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(body), status, headers, "application/json; charset=utf-8")


def invalid(field: str, *messages: str) -> Problem:
    """A validation error that names the query parameter or body field."""
    return Problem(400, "One or more validation errors occurred.", {field: list(messages)})


def unauthorized() -> Problem:
    """Missing, expired or unknown token or app key. ASSUMED body: 401 is not in the published schema."""
    return Problem(401, "Unauthorized")


def forbidden(reason: str) -> Problem:
    return Problem(403, reason)


def not_found() -> Problem:
    return Problem(404, "Not Found")


def throttled(retry_after: int | None) -> Response:
    """The gateway's own 429, which is not an `ApiErrorResponse`; the header is reported missing at times."""
    seconds = retry_after if retry_after is not None else 1
    body = {"status": 429, "title": f"Rate limit is exceeded. Try again in {seconds} seconds."}
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else None
    return answer(body, 429, headers)
