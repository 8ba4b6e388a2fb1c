"""Errors as Google Ads writes them: an outer status, and a `GoogleAdsFailure` with what it is about."""

from __future__ import annotations

from itertools import count
from typing import Any

import msgspec
from starlette.responses import Response

_serial = count(1)
_STATUSES = {
    400: ("INVALID_ARGUMENT", "Request contains an invalid argument."),
    401: (
        "UNAUTHENTICATED",
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or "
        "other valid authentication credential.",
    ),
    403: ("PERMISSION_DENIED", "The caller does not have permission"),
    404: ("NOT_FOUND", "Requested entity was not found."),
    429: ("RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."),
    500: ("INTERNAL", "Internal error encountered."),
}


class Failure(Exception):
    """A request that is refused.

    Args:
        status: of the answer.
        kind: the error's family, for example `queryError`.
        code: its value there.
        message: for people.
        field: the part of the request that is wrong.
        details: more, by kind; quota errors say how long to wait.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        code: str,
        message: str,
        field: str | None = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self._error: dict[str, Any] = {"errorCode": {kind: code}, "message": message}
        if field:
            self._error["location"] = {"fieldPathElements": [{"fieldName": field}]}
        if details:
            self._error["details"] = details

    def body(self, version: str) -> dict[str, Any]:
        name, message = _STATUSES[self.status]
        failure = {
            "@type": f"type.googleapis.com/google.ads.googleads.{version}.errors.GoogleAdsFailure",
            "errors": [self._error],
            "requestId": request_id(),
        }
        return {"error": {"code": self.status, "message": message, "status": name, "details": [failure]}}

    def response(self, version: str, *, in_stream: bool) -> Response:
        """The error; a stream is a JSON array, and so is its error."""
        body = self.body(version)
        return answer([body] if in_stream else body, self.status)


def answer(body: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    content = msgspec.json.encode(body)
    return Response(
        content, status, {"request-id": request_id(), **(headers or {})}, "application/json; charset=UTF-8"
    )


def request_id() -> str:
    return f"sandbox{next(_serial):010}"


def exhausted(seconds: int | None, *, is_daily: bool = False) -> Failure:
    """Too many operations: of the moment, or of the day. `retryDelay` says how long to wait, if at all."""
    quota: dict[str, Any] = {
        "rateScope": "DEVELOPER",
        "rateName": "Number of operations per day" if is_daily else "Requests per second",  # ASSUMED names
    }
    if seconds is not None:
        quota["retryDelay"] = f"{seconds}s"
    code = "RESOURCE_EXHAUSTED" if is_daily else "RESOURCE_TEMPORARILY_EXHAUSTED"
    return Failure(429, "quotaError", code, "Too many requests.", details={"quotaErrorDetails": quota})


def query_error(code: str, message: str) -> Failure:
    return Failure(400, "queryError", code, message, "query")
