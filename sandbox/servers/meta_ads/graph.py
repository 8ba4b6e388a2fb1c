"""The Graph API's own way to refuse and to count: 400 with a numeric code, and usage in headers."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import JSONResponse, Response

BUSINESS_ID = "4410120007"


class GraphError(Exception):
    """A refusal as Meta words it."""

    def __init__(
        self, message: str, code: int, *, status: int = 400, subcode: int | None = None, **more: Any
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.body = {"message": message, "type": "OAuthException", "code": code, **more}
        if subcode is not None:
            self.body["error_subcode"] = subcode

    def response(self, headers: dict[str, str] | None = None) -> Response:
        return JSONResponse({"error": {**self.body, "fbtrace_id": "AbCdEfGh1234"}}, self.status, headers)


def invalid_token() -> GraphError:
    return GraphError("Error validating access token: Session has expired.", 190, subcode=463)


def unknown_node(node: str) -> GraphError:
    return GraphError(
        f"Unsupported get request. Object with ID '{node}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation.",
        100,
        subcode=33,
    )


def too_many_calls() -> GraphError:
    return GraphError(
        "(#80000) There have been too many calls from this ad-account. Wait a bit and try again.",
        80000,
        subcode=2446079,
    )


def too_much_data() -> GraphError:
    return GraphError(
        "Please reduce the amount of data you're asking for, then retry your request",
        1,
        status=500,
        subcode=99,
    )


def usage(used_percent: int, *, minutes: int = 0, seconds: int = 0) -> dict[str, str]:
    """The headers of an answer. Times are zero until a limit is reached."""
    by_business = {
        BUSINESS_ID: [
            {
                "type": "ads_insights",
                "call_count": used_percent,
                "total_cputime": used_percent // 4,
                "total_time": used_percent // 4,
                "estimated_time_to_regain_access": minutes,
            }
        ]
    }
    by_account = {"acc_id_util_pct": float(used_percent), "reset_time_duration": seconds}
    insights = {"app_id_util_pct": float(used_percent // 2), "acc_id_util_pct": float(used_percent)}
    return {
        "x-business-use-case-usage": json.dumps(by_business),
        "x-ad-account-usage": json.dumps(by_account),
        "x-fb-ads-insights-throttle": json.dumps(insights),
    }
