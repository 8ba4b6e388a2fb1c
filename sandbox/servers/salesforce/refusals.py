"""Errors as the REST API writes them: an array, where the token endpoint answers with an object."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import Response

TOTAL_LIMIT = "TotalRequests Limit exceeded."
CONCURRENT_LIMIT = "ConcurrentPerOrgLongTxn Limit exceeded."


class Refused(Exception):
    """A request that gets an error instead of an answer."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def reply(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(body), status, headers, media_type="application/json;charset=UTF-8")


def refusal(refused: Refused, headers: dict[str, str] | None = None) -> Response:
    return reply([{"message": refused.message, "errorCode": refused.code}], refused.status, headers)


def limit_exceeded(message: str) -> Response:
    """One code for two limits: the day's requests, and too many long ones at once. No `Retry-After`."""
    return refusal(Refused(403, "REQUEST_LIMIT_EXCEEDED", message))
