"""How lists are read: newest first, by cursors that are positions, with filters that not every list has.

What can change unseen decides how a list is followed:

- clients, requests, quotes, invoices: `filter.updatedAt`. Some of their statuses follow the calendar and move
  no time, so rows that are still open are read by status as well.
- jobs: no such filter, but their order is by `updatedAt`, newest first: read until it is known ground, then
  all open ones by status. They carry their visits, which have neither a time of change nor a filter for one:
  a visit is planned, moved, done or taken off while its job is open, or its job is closed, which moves the
  job. A closed job whose visit is edited afterwards comes with the next full pull.
- properties: no times at all: those of the clients that changed.
- payment records: only by `entryDate`, which people edit: a generous look-back.

Removals no list tells. So whatever costs at most `BEARABLE_POINTS` to read in full is read in full with every
pull; the others at least every `full_every`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from ingestion.http import UnexpectedAnswer
from ingestion.pull import heads
from ingestion.records import head_reader, moment
from ingestion.sources.jobber.answers import PART, TRUNCATED, Connection, PageInfo, connection_in
from ingestion.sources.jobber.connection import JobberClient, Reply, TooExpensive
from ingestion.sources.jobber.questions import CLIENT_IDS, Question
from ingestion.spec import Page, PullContext, PullFunction

# Forty seconds of what the vendor restores.
BEARABLE_POINTS = 20_000
OVERLAP = timedelta(hours=1)
# Payments are entered late and back-dated by hand.
ENTRY_LOOK_BACK = timedelta(days=45)
_PASSES = 3

Filter = Mapping[str, Any]
Changes = Callable[["Reading"], Iterator[Page]]


def complete(question: Question) -> PullFunction:
    """Read the whole list with every pull."""

    def pull(context: PullContext) -> Iterator[Page]:
        context.read_everything()
        yield from Reading(context, question).everything()

    return pull


def complete_or(
    question: Question, changes: Changes, begins_at: Callable[[Reading], str | None] | None = None
) -> PullFunction:
    """Read the whole list while that is bearable; in an incremental pull of a longer one, only `changes`.

    Args:
        begins_at: Gives the time up to which this pull knows everything, for rows that show none.
    """

    def pull(context: PullContext) -> Iterator[Page]:
        reading = Reading(context, question)
        if begins_at is not None:
            reading.newest = begins_at(reading)
        price = int(context.state.get("points", 0))
        newest = context.state.get("newest")
        if context.mode == "incremental" and price > BEARABLE_POINTS:
            yield from changes(reading)
        else:
            context.read_everything()
            yield from reading.everything()
            price = reading.points
        context.save(points=price, newest=max(filter(None, (newest, reading.newest)), default=None))

    return pull


class Reading:
    """One pull of one list.

    Attributes:
        points: What it has cost so far.
        newest: The latest `updatedAt` or `entryDate` on its pages, as text.
    """

    def __init__(self, context: PullContext, question: Question) -> None:
        self.context = context
        self.question = question
        assert isinstance(context.client, JobberClient)
        self._client: JobberClient = context.client
        self._size = question.page_size
        self._read_head = head_reader(context.object.key, context.object.modified)
        self._seen: set[str] = set()
        self.points = 0
        self.newest: str | None = None

    def everything(self) -> Iterator[Page]:
        """The whole list. Rows that moved while it was read are read again, so that none seems removed.

        A row that is edited jumps to the front, past us: what changed since the beginning is read at the end.
        A row that is removed pulls the others up across a page seam: then the list is read again.
        """
        context = self.context
        for _ in range(_PASSES):
            self._seen.clear()
            pages = 0
            expected = 0
            edge: datetime | None = None
            for page, listed in self.pages(with_total=True):
                if not pages:
                    expected, edge = listed.total_count or 0, self._newest_of(listed)
                pages += 1
                yield page
                yield from self._truncated(listed)
            counted = expected
            if pages > 1:
                yield from self._moved_since(edge)
                counted = self._count()
            context.report_total(counted)
            if counted >= expected and len(self._seen) >= expected:
                return
            context.restart_listing()
        raise UnexpectedAnswer(
            f"account {context.account.account_id!r} (jobber): {self.question.root} became shorter while it "
            f"was read, {_PASSES} times over. Nothing of this pull was landed: run again when fewer records "
            "are being deleted."
        )

    def matching(self, wanted: Filter | None = None, until: datetime | None = None) -> Iterator[Page]:
        """The rows that a filter lets through; of a list in order of change only those since `until`."""
        for page, listed in self.pages(wanted):
            yield page
            yield from self._truncated(listed)
            if until is not None and self._reaches(listed, until):
                return

    def open_ones(self) -> Iterator[Page]:
        """Rows whose status may have changed with the calendar alone."""
        for status in self.question.open_statuses:
            yield from self.matching({"status": status})

    def _moved_since(self, edge: datetime | None) -> Iterator[Page]:
        if edge is None:
            return
        if self.question.has_updates:
            yield from self.matching(updated_since(edge))
        elif self.question.order:
            yield from self.matching(until=edge)

    def pages(
        self, wanted: Filter | None = None, *, with_total: bool = False
    ) -> Iterator[tuple[Page, Connection]]:
        """Pages as they came, with what they list; truncated rows are not completed."""
        after: str | None = None
        while True:
            reply = self._ask_page(wanted, after, with_total=with_total and after is None)
            listed = connection_in(reply.page.body, self.question.root)
            self._notice(listed)
            yield reply.page, listed
            info = listed.page_info
            if not info.has_next_page:
                return
            if info.end_cursor is None or info.end_cursor == after:
                raise UnexpectedAnswer(
                    f"account {self.context.account.account_id!r} (jobber): {self.question.root} says that "
                    "there is more and not where. The vendor changed; nothing of this pull was landed."
                )
            after = info.end_cursor

    def _ask_page(self, wanted: Filter | None, after: str | None, *, with_total: bool) -> Reply:
        """One page. Where its rows ask for more points than there ever are, a page of fewer rows."""
        query = self.question.page(self._client.left_out, with_total=with_total)
        while True:
            variables: dict[str, Any] = {"first": self._size, "after": after}
            if self.question.filter_type:
                variables["filter"] = wanted
            try:
                return self._ask(query, variables)
            except TooExpensive as error:
                if self._size == 1:
                    raise
                share = error.cost.throttle_status.maximum_available / error.cost.requested_query_cost
                self._size = max(1, int(self._size * share * 0.9))

    def _ask(self, query: str, variables: Mapping[str, Any]) -> Reply:
        reply = self._client.ask(query, variables, self.context.object.permission)
        self.points += reply.points
        return reply

    def _truncated(self, listed: Connection) -> Iterator[Page]:
        """Each row of a page whose nested lists go on, once more and whole."""
        for row in listed.nodes:
            if TRUNCATED.search(bytes(row)):
                native_id, _ = self._read_head(row)
                yield self._whole(native_id)

    def _whole(self, native_id: str) -> Page:
        """One record with complete nested lists in one answer, long ones in parts with a cursor each."""
        parts: list[list[str]] = [[] for _ in self.question.nested]
        while True:
            query = self.question.whole(self._client.left_out, parts)
            page = self._ask(query, {"id": native_id}).page
            record = page.json(_Record).data[self.question.single or ""]
            if record is None or not self._continue(record, parts):
                return page

    def _continue(self, record: Mapping[str, Any], parts: list[list[str]]) -> bool:
        """Note where lists that are still cut go on; False when none is."""
        goes_on = False
        for nested, cursors in zip(self.question.nested, parts, strict=True):
            name = f"{nested.name}{PART}{len(cursors) + 1}" if cursors else nested.name
            if name in record:
                info = msgspec.convert(record[name]["pageInfo"], PageInfo)
                if info.has_next_page and info.end_cursor:
                    cursors.append(info.end_cursor)
                    goes_on = True
        return goes_on

    def _count(self) -> int:
        """How many rows the list has now. Asked apart from its pages: counting is throttled sooner."""
        reply = self._ask(self.question.count(), {})
        counts = reply.page.json(_Counts).data
        return counts[self.question.root].totalCount

    def _notice(self, listed: Connection) -> None:
        for native_id, _ in heads(listed.nodes, self._read_head):
            self._seen.add(native_id)
        times = [msgspec.json.decode(row, type=_Times) for row in listed.nodes]
        stamps = (each.updatedAt or each.entryDate for each in times)
        self.newest = max(filter(None, (self.newest, *stamps)), default=None)

    def _newest_of(self, listed: Connection) -> datetime | None:
        return max(filter(None, map(moment, self._stamps(listed))), default=None)

    def _reaches(self, listed: Connection, until: datetime) -> bool:
        edge = until.astimezone(UTC).replace(tzinfo=None) if until.tzinfo else until
        return any((moment(stamp) or edge) < edge for stamp in self._stamps(listed))

    def _stamps(self, listed: Connection) -> list[str]:
        return [stamp for _, stamp in heads(listed.nodes, self._read_head) if stamp]


class _Times(msgspec.Struct):
    updatedAt: str | None = None
    entryDate: str | None = None


class _Record(msgspec.Struct):
    data: dict[str, dict[str, Any] | None]


class _Count(msgspec.Struct):
    totalCount: int


class _Counts(msgspec.Struct):
    data: dict[str, _Count]


def updated_since(edge: datetime) -> Filter:
    return {"updatedAt": {"after": _text(edge)}}


def changed(reading: Reading) -> Iterator[Page]:
    """What changed since the last pull, by filter or by order, and what is still open."""
    context = reading.context
    edge = context.since or (context.watermark and context.watermark - OVERLAP)
    if edge is None:
        yield from reading.everything()
        return
    if reading.question.has_updates:
        yield from reading.matching(updated_since(edge))
    else:
        yield from reading.matching(until=edge)
    yield from reading.open_ones()


def entered_lately(reading: Reading) -> Iterator[Page]:
    """Payments dated not long before the newest one known; an entry dated ahead does not count as that."""
    context = reading.context
    newest = context.state.get("newest")
    if newest is None and context.since is None:
        yield from reading.everything()
        return
    known = min(datetime.fromisoformat(newest), context.started_at) if newest else context.started_at
    edge = context.since or known - ENTRY_LOOK_BACK
    yield from reading.matching({"entryDate": {"after": _text(edge)}})


def newest_client(reading: Reading) -> str | None:
    """When a client was last changed. The vendor's clock, not ours, says how far a pull has come."""
    clients = Reading(reading.context, replace(CLIENT_IDS, page_size=1))
    next(clients.pages(), None)
    return clients.newest


def of_changed_clients(reading: Reading) -> Iterator[Page]:
    """The properties of clients that changed: a new address is new with its client, or with an edit of it."""
    context = reading.context
    seen = context.state.get("newest")
    edge = context.since or (datetime.fromisoformat(seen) - OVERLAP if seen else None)
    clients = Reading(context, CLIENT_IDS)
    for _, listed in clients.pages(updated_since(edge) if edge else None):
        for client_id, _ in heads(listed.nodes, head_reader(("id",), None)):
            yield from reading.matching({"clientId": client_id})
    reading.points += clients.points


def _text(at: datetime) -> str:
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
