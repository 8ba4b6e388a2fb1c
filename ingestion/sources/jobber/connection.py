"""Reaching a Jobber account: host, version, tokens, and a client that asks GraphQL within its points.

The middleware allows 2,500 requests in five minutes for an app and an account, and answers 429 beyond. The
points of `budget` are what really limits.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from ingestion.http import (
    CredentialsRejected,
    Patience,
    UnexpectedAnswer,
    VendorClient,
    VendorRefused,
    VendorUnavailable,
)
from ingestion.limits import RateLimit
from ingestion.sources.jobber.answers import Answer, Problem
from ingestion.sources.jobber.budget import Budget, Cost
from ingestion.sources.jobber.tokens import RotatingTokens, TokenFile
from ingestion.spec import Connection, CredentialSpec, Page

API_URL = "https://api.getjobber.com"
GRAPHQL_PATH = "/api/graphql"
TOKEN_PATH = "/api/oauth/token"
VERSION_HEADER = "X-JOBBER-GRAPHQL-VERSION"
# Four fifths of what the middleware allows.
LIMITS = {"default": RateLimit(per_second=2_500 / 300 * 0.8, burst=20)}

_CONSOLE = "Developer Center › Apps › your app"
CREDENTIALS = (
    CredentialSpec("client_id", f"{_CONSOLE} › Client ID"),
    CredentialSpec("client_secret", f"{_CONSOLE} › Client secret"),
    CredentialSpec(
        "refresh_token",
        "from connecting the app to the account once (docs/how-to/connect-jobber.md); Fourwire keeps its "
        "successors under its home",
    ),
)


class Options(BaseModel):
    """`accounts[].options` of a Jobber account.

    Attributes:
        api_version: Version of the API that is asked for, of those in the vendor's changelog.
        left_out_fields: Fields that this account's version does not know, such as `archivedJobs`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    api_version: str = Field(default="2026-05-12", pattern=r"^\d{4}-\d{2}-\d{2}$")
    left_out_fields: frozenset[str] = frozenset()


def open_client(connection: Connection) -> JobberClient:
    account = connection.account
    base_url = (account.base_url or API_URL).rstrip("/")
    tokens = RotatingTokens(
        account.account_id,
        TokenFile(connection.settings.home.root / "tokens" / f"{account.account_id}.json"),
        token_url=account.token_url or f"{base_url}{TOKEN_PATH}",
        client_id=connection.secret("client_id"),
        client_secret=connection.secret("client_secret"),
        refresh_token=connection.secret("refresh_token"),
        fixed_headers={VERSION_HEADER: connection.options.api_version},
    )
    return JobberClient(connection, base_url=base_url, auth=tokens, limits=LIMITS)


@dataclass(frozen=True)
class Reply:
    """An answer without errors, and what it cost."""

    page: Page
    points: int


class TooExpensive(VendorRefused):
    """What was asked can never run: it asks for more points than the bucket ever holds."""

    def __init__(self, message: str, cost: Cost) -> None:
        super().__init__(message, status=200)
        self.cost = cost


class JobberClient(VendorClient):
    """A `VendorClient` that asks GraphQL: waits for points, and takes no error for data."""

    def __init__(self, connection: Connection, **way: Any) -> None:
        super().__init__(connection, **way)
        self._version: str = connection.options.api_version
        self._budget = Budget()
        self.left_out: frozenset[str] = connection.options.left_out_fields

    def ask(self, query: str, variables: Mapping[str, Any], permission: str = "") -> Reply:
        """Ask until there is an answer to judge.

        Args:
            permission: What the app must be allowed for this, for the message when it is not.

        Raises:
            TooExpensive: a smaller page may run.
            VendorError: any other of its kinds.
        """
        patience: Patience = self._patience
        question = (query, variables.get("first"))
        for attempt in range(patience.attempts):
            self._rest(self._budget.seconds_until(question))
            page = self.post(GRAPHQL_PATH, {"query": query, "variables": dict(variables)})
            answer = self._read(page)
            cost = answer.extensions.cost
            if cost is not None:
                self._budget.note(question, cost)
            if not answer.errors:
                return Reply(page, (cost.actual_query_cost or 0) if cost else 0)
            if any(problem.is_throttling for problem in answer.errors):
                if cost is not None and cost.can_never_run:
                    raise self._too_expensive(cost)
                self._rest(0.0 if cost else min(patience.backoff_max, patience.backoff * 2**attempt))
            elif any(problem.is_about_the_token for problem in answer.errors):
                self._auth.renew(self._auth.headers(self._token_answer))
            else:
                raise self._refusal(answer.errors, permission)
        raise VendorUnavailable(
            f"{self._me} was throttled or refused its token {patience.attempts} times in a row. What was "
            "landed is kept: run again later, and look for another program that uses the same app."
        )

    @property
    def _me(self) -> str:
        return f"account {self._account.account_id!r} ({self._account.platform})"

    def _read(self, page: Page) -> Answer:
        try:
            answer: Answer = page.json(Answer)
        except msgspec.DecodeError as error:
            raise UnexpectedAnswer(
                f"{self._me}: not an answer of a GraphQL API ({error}). Check base_url."
            ) from None
        served = answer.extensions.versioning.version
        if served not in (None, self._version):
            raise UnexpectedAnswer(
                f"{self._me} asked for version {self._version} of the API and was answered by {served}: the "
                "vendor no longer serves the former. Read its changelog, then set options.api_version.",
                stops_account=True,
            )
        return answer

    def _refusal(self, problems: list[Problem], permission: str) -> Exception:
        said = "; ".join(problem.message for problem in problems[:3])
        if any(problem.is_about_permissions for problem in problems):
            return CredentialsRejected(
                f"{self._me} was not shown everything ({said}). Tick {permission or 'the scopes'} for the "
                "app in the Developer Center, then connect it again: scopes apply from the next consent on."
            )
        return VendorRefused(
            f"{self._me} was refused ({said}). If it names a field that does not exist, set "
            "options.api_version, or put the field's name into options.left_out_fields.",
            status=200,
        )

    def _too_expensive(self, cost: Cost) -> TooExpensive:
        return TooExpensive(
            f"{self._me} asked a question of {cost.requested_query_cost} points, and the account never has "
            f"more than {cost.throttle_status.maximum_available:.0f}.",
            cost,
        )

    def _rest(self, seconds: float) -> None:
        if seconds > self._patience.longest_wait:
            raise VendorUnavailable(
                f"{self._me} would have to wait {seconds:.0f} s for its points, longer than "
                f"{self._patience.longest_wait:.0f} s. What was landed is kept: run again after that."
            )
        if seconds > 0:
            time.sleep(seconds)
            self._count(seconds)
