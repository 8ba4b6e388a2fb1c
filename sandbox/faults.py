"""Faults that a vendor or a network shows, injected on demand in front of every simulated vendor."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

import msgspec
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send

from sandbox.clock import Clock
from sandbox.servers.base import SandboxAccount, VendorServer

KINDS = frozenset(
    {
        "throttle",  # the vendor's own 429, with `retry_after` seconds
        "throttle_no_header",
        "error_500",  # HTML, as a gateway in front of a vendor answers
        "error_502",
        "forbid",  # 403: the credentials are known, but not allowed to see this
        "timeout",  # silence for `seconds`, then the connection drops
        "cut_body",  # fewer bytes than Content-Length promised
        "expire_token",  # every token issued so far is refused from now on
        "change_rows",  # the business clock moves by `hours` before this request is answered
        "reshape",  # rows come with other fields: `values` are set in each, `without` left out
        "duplicate_edge",  # a page begins with the last row of the page before it
    }
)
KEPT_REQUESTS = 100_000
_PAGE = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center></body></html>"


@dataclass
class Fault:
    """One order on the board. `times` None means until it is taken down."""

    kind: str
    account: str | None = None
    path: str | None = None  # only requests whose path contains this
    times: int | None = 1
    every: int = 1  # only each k-th matching request
    retry_after: int = 1
    seconds: float = 3.0
    hours: float = 1.0
    values: Mapping[str, Any] = field(default_factory=dict)  # "$text" and "$number" convert what is there
    without: Iterable[str] = ()
    matched: int = 0
    fired: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault kind {self.kind!r}; known: {', '.join(sorted(KINDS))}")
        if not isinstance(self.every, int) or self.every < 1:
            raise ValueError("every must be a whole number of at least 1")

    def concerns(self, account_id: str, path: str) -> bool:
        exhausted = self.times is not None and self.fired >= self.times
        here = self.account in (None, account_id) and (self.path is None or self.path in path)
        return here and not exhausted

    def strikes(self) -> bool:
        """Count one matching request; True when this is the one that goes wrong."""
        self.matched += 1
        if self.matched % self.every:
            return False
        self.fired += 1
        return True


class Faults:
    """The fault board: what is to go wrong, for whom, and how often."""

    def __init__(self) -> None:
        self._generations: Counter[str] = Counter()
        self._board: list[Fault] = []

    def token_generation(self, account_id: str) -> int:
        """Rises whenever all tokens issued so far to this account became invalid.

        A vendor with issued tokens stamps each with the generation it was issued in and refuses an older one;
        one with static keys has no use for it.
        """
        return self._generations[account_id]

    def expire_tokens(self, account_id: str) -> None:
        self._generations[account_id] += 1

    def post(self, order: Mapping[str, Any]) -> Fault:
        """Put one fault on the board.

        Raises:
            ValueError: an unknown kind or key, or a value that makes no sense.
        """
        known = {item.name for item in fields(Fault)} - {"matched", "fired"}
        if unknown := set(order) - known:
            raise ValueError(f"unknown keys {', '.join(sorted(unknown))}; known: {', '.join(sorted(known))}")
        if "kind" not in order:
            raise ValueError(f"kind is missing; one of {', '.join(sorted(KINDS))}")
        fault = Fault(**order)
        self._board.append(fault)
        return fault

    def clear(self) -> None:
        self._board.clear()

    def standing(self) -> list[Fault]:
        return list(self._board)

    def struck(self, account_id: str, path: str, *, pages: bool = False) -> Fault | None:
        """The first fault that strikes this request: `duplicate_edge` if `pages`, else any other kind."""
        for fault in self._board:
            if (
                (fault.kind == "duplicate_edge") is pages
                and fault.concerns(account_id, path)
                and fault.strikes()
            ):
                return fault
        return None

    def watches_pages(self, account_id: str, path: str) -> bool:
        return any(
            fault.kind == "duplicate_edge" and fault.concerns(account_id, path) for fault in self._board
        )


@dataclass
class RequestLog:
    """What was asked, by account: the newest requests, oldest first."""

    entries: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT_REQUESTS))

    def note(self, account_id: str, scope: Scope, path: str) -> dict[str, Any]:
        entry = {
            "account": account_id,
            "method": scope["method"],
            "path": path,
            "query": scope["query_string"].decode("latin-1"),
            "status": None,
            "fault": None,
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        }
        self.entries.append(entry)
        return entry

    def of(self, account_id: str | None = None) -> Iterable[dict[str, Any]]:
        return [entry for entry in self.entries if account_id in (None, entry["account"])]


class UnreliableLine:
    """ASGI middleware between the network and one vendor: logs requests and lets faults strike."""

    def __init__(
        self, server: VendorServer, account: SandboxAccount, faults: Faults, clock: Clock, log: RequestLog
    ) -> None:
        self._server = server
        self._account_id = account.account_id
        self._faults = faults
        self._clock = clock
        self._log = log
        self._last_rows: dict[str, msgspec.Raw] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        entry = self._log.note(self._account_id, scope, path)

        async def observed(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry["status"] = message["status"]
            await send(message)

        fault = self._faults.struck(self._account_id, path)
        if fault is not None:
            entry["fault"] = fault.kind
        if fault is not None and fault.kind == "timeout":
            await asyncio.sleep(fault.seconds)
            await hang_up(send)
        elif fault is not None and fault.kind == "cut_body":
            await self._cut(scope, receive, observed)
            await hang_up(send)
        elif fault is not None and fault.kind == "reshape":
            await self._reshape(scope, receive, observed, fault)
        elif (answer := self._refusal(fault)) is not None:
            await answer(scope, receive, observed)
        elif self._faults.watches_pages(self._account_id, path) and _lists(scope):
            await self._repeat_edge(scope, receive, observed, path, entry)
        else:
            await self._server.app(scope, receive, observed)

    def _refusal(self, fault: Fault | None) -> Response | None:
        """What is answered in the vendor's place; None lets the vendor answer, perhaps after a change."""
        match fault.kind if fault else None:
            case "throttle":
                assert fault is not None
                return self._server.throttled(fault.retry_after)
            case "throttle_no_header":
                return self._server.throttled(None)
            case "error_500":
                return HTMLResponse(_PAGE.format("500 Internal Server Error"), 500)
            case "error_502":
                return HTMLResponse(_PAGE.format("502 Bad Gateway"), 502)
            case "forbid":
                return JSONResponse({"message": "not allowed"}, 403)
            case "expire_token":
                self._faults.expire_tokens(self._account_id)
            case "change_rows":
                assert fault is not None
                self._clock.advance(min(fault.hours, self._clock.hours_left()))
        return None

    async def _cut(self, scope: Scope, receive: Receive, send: Send) -> None:
        start, body = await self._answer(scope, receive)
        await send(_with_length(start, max(len(body), 2)))
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})

    async def _reshape(self, scope: Scope, receive: Receive, send: Send, fault: Fault) -> None:
        start, body = await self._answer(scope, receive)
        page = _Page.read(body) if start["status"] == 200 else None
        if page is not None:
            body = page.with_rows([_reshaped(row, fault) for row in page.rows])
        await send(_with_length(start, len(body)))
        await send({"type": "http.response.body", "body": body})

    async def _repeat_edge(
        self, scope: Scope, receive: Receive, send: Send, path: str, entry: dict[str, Any]
    ) -> None:
        start, body = await self._answer(scope, receive)
        page = _Page.read(body) if start["status"] == 200 else None
        if page is not None and page.rows:
            listing = self._listing(scope, path)
            previous = self._last_rows.get(listing)
            self._last_rows[listing] = page.rows[-1]
            if previous is not None and self._faults.struck(self._account_id, path, pages=True):
                entry["fault"] = "duplicate_edge"
                body = page.beginning_with(previous)
        await send(_with_length(start, len(body)))
        await send({"type": "http.response.body", "body": body})

    def _listing(self, scope: Scope, path: str) -> str:
        """What the request lists: its path, unless the vendor serves several lists under one path."""
        listing_of = getattr(self._server, "listing", None)
        return path if listing_of is None else listing_of(scope)

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
        """The vendor's whole answer: its start message and its body."""
        starts: list[Message] = []
        parts: list[bytes] = []

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                starts.append(message)
            else:
                parts.append(message.get("body", b""))

        await self._server.app(scope, receive, keep)
        return starts[0], b"".join(parts)


@dataclass(frozen=True)
class _Page:
    """A JSON list page with its members still as the vendor wrote them."""

    members: dict[str, msgspec.Raw]
    rows_key: str
    rows: list[msgspec.Raw]

    @classmethod
    def read(cls, body: bytes) -> _Page | None:
        """The page in `body`: an object with exactly one list of objects. None for anything else."""
        try:
            members = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        except msgspec.DecodeError:
            return None
        lists = [key for key, raw in members.items() if bytes(raw).lstrip().startswith((b"[{", b"[]"))]
        if len(lists) != 1:
            return None
        return cls(members, lists[0], msgspec.json.decode(members[lists[0]], type=list[msgspec.Raw]))

    def beginning_with(self, row: msgspec.Raw) -> bytes:
        return self.with_rows([row, *self.rows])

    def with_rows(self, rows: list[msgspec.Raw]) -> bytes:
        return msgspec.json.encode({**self.members, self.rows_key: msgspec.Raw(msgspec.json.encode(rows))})


def _reshaped(row: msgspec.Raw, fault: Fault) -> msgspec.Raw:
    """The row as a vendor sends it after a change of its format."""
    members = msgspec.json.decode(row, type=dict[str, Any])
    for name, value in fault.values.items():
        now = members.get(name)
        match value:
            case "$text":
                members[name] = None if now is None else str(now)
            case "$number":
                members[name] = None if now is None else float(now)
            case _:
                members[name] = value
    for name in fault.without:
        members.pop(name, None)
    return msgspec.Raw(msgspec.json.encode(members))


def _lists(scope: Scope) -> bool:
    return scope["method"] == "GET" or scope["path"].endswith("/search")


def _with_length(start: Message, length: int) -> Message:
    kept = [(key, value) for key, value in start.get("headers", ()) if key.lower() != b"content-length"]
    return {**start, "headers": [*kept, (b"content-length", str(length).encode())]}


async def hang_up(send: Send) -> None:
    """Drop the connection under the client.

    ASGI has no message for it. uvicorn's `send` is bound to the exchange, which knows its transport; under
    another server the exchange merely ends without an answer.
    """
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is not None:
        await asyncio.sleep(0.01)  # what was sent so far goes out first
        transport.close()
        await asyncio.sleep(0.01)
