"""Answers in the vendor's shapes, and the refusals that turn into them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import msgspec
from starlette.responses import Response

# policyName -> message of the 429 body.
POLICIES = {
    "DAILY": "You have reached your daily limit.",
    "TEN_SECONDLY_ROLLING": "You have reached your ten_secondly_rolling limit.",
    "SECONDLY": "You have reached your secondly limit.",
}


class Refused(Exception):
    """A request that gets an error envelope instead of an answer."""

    def __init__(self, status: int, category: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.category = category
        self.message = message
        self.more = more


def invalid(message: str, **more: Any) -> Refused:
    return Refused(400, "VALIDATION_ERROR", message, **more)


def reply(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(body), status, headers, media_type="application/json")


def refusal(refused: Refused) -> Response:
    body = {
        "status": "error",
        "message": refused.message,
        "correlationId": str(uuid4()),
        "category": refused.category,
    }
    return reply(body | refused.more, refused.status)


def throttled(policy: str, retry_after: int | None = None) -> Response:
    """429: `errorType` instead of `category`, and mostly without `Retry-After`."""
    body = {
        "status": "error",
        "message": POLICIES[policy],
        "errorType": "RATE_LIMIT",
        "correlationId": str(uuid4()),
        "policyName": policy,
    }
    return reply(body, 429, {} if retry_after is None else {"Retry-After": str(retry_after)})
