"""The shapes of the vendor's answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import HTMLResponse, Response

_NOT_FOUND = "<!DOCTYPE html><html><head><title>Not Found</title></head><body><h1>404</h1></body></html>"
_GATEWAY = "<html><head><title>504 Gateway Time-out</title></head><body><h1>504</h1></body></html>"
_NAMES = {401: "Unauthorized", 404: "Not Found", 405: "Method Not Allowed", 429: "Too Many Requests"}


def reply(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(body), status, headers, "application/json; charset=UTF-8")


def problem(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    return reply({"code": status, "name": _NAMES.get(status, "Error"), "message": message}, status, headers)


def unknown_page() -> Response:
    """Unknown paths get the web site's page, not JSON."""
    return HTMLResponse(_NOT_FOUND, 404)


def gateway_timeout() -> Response:
    return HTMLResponse(_GATEWAY, 504)


def failure() -> Response:
    return reply({"code": 500, "name": "Internal Server Error", "message": "An error occurred."}, 500)
