"""How Housecall Pro's lists are read: numbered pages, no modified-since filter, times that stand still.

`updated_at` exists on customers, jobs and estimates, but notes, tags, ratings and some status changes do
not move it (seen in live captures). So whatever can be read in full at a bearable price is read in full
with every pull; only beyond `BEARABLE_ROWS` does a pull trust the order by `updated_at`, and then the next
full pull repairs it.

A name that the vendor does not know is ignored, not refused: a mistyped filter would silently return
everything. Array parameters need brackets, and times no fraction of a second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from ingestion.http import UnexpectedAnswer
from ingestion.pull import heads
from ingestion.records import head_reader, moment
from ingestion.spec import Page, PullContext, PullFunction

PAGE_SIZE = 200  # the largest in production use; what happens above is not established
BEARABLE_ROWS = 20_000
OVERLAP = timedelta(hours=6)
# Work that was on the calendar lately may change (start, finish, rating) without moving `updated_at`.
SCHEDULE_LOOK_BACK = timedelta(days=14)
INVOICE_OVERLAP = timedelta(days=3)
_PASSES = 3

Query = Mapping[str, Any]
Walk = Callable[[PullContext], Iterator[Page]]


class _Totals(msgspec.Struct):
    total_items: int
    total_pages: int


def complete(path: str, params: Query | None = None) -> PullFunction:
    """Read the whole list with every pull."""

    def pull(context: PullContext) -> Iterator[Page]:
        yield from _CompleteRead(context, path, params or {}).pages()

    return pull


def complete_or(path: str, params: Query, changes: Walk) -> PullFunction:
    """Read the whole list while it is bearable; in an incremental pull of a longer one, only `changes`."""

    def pull(context: PullContext) -> Iterator[Page]:
        whole = _CompleteRead(context, path, params)
        if context.mode == "incremental" and whole.total_items() > BEARABLE_ROWS:
            yield from changes(context)
            return
        context.read_everything()
        yield from whole.pages()

    return pull


class _CompleteRead:
    """One list, oldest row first: a new row lands behind us, and an edited one keeps its place.

    Only a row that is deleted meanwhile shifts the others, past a page seam. Then the list is
    read again: a row that was merely overlooked must not count as removed.
    """

    def __init__(self, context: PullContext, path: str, params: Query) -> None:
        self._context = context
        self._path = path
        self._query = {"page_size": PAGE_SIZE, "sort_by": "created_at", "sort_direction": "asc", **params}
        self._read_head = head_reader(context.object.key, context.object.modified)
        self._first_page: Page | None = None

    def total_items(self) -> int:
        self._first_page = self._page(1)
        return _totals(self._first_page).total_items

    def pages(self) -> Iterator[Page]:
        context = self._context
        number = int(context.state.get("page", 0)) if context.mode == "full" else 0
        rows_before = int(context.state.get("rows", 0)) if number else 0
        total = 0
        for _ in range(_PASSES):
            seen: set[str] = set()
            total, has_shrunk, is_last = 0, False, False
            while not is_last:
                number += 1
                page = self._first_page if number == 1 and self._first_page else self._page(number)
                self._first_page = None
                totals = _totals(page)
                has_shrunk = has_shrunk or totals.total_items < total
                total, is_last = totals.total_items, number >= totals.total_pages
                yield page
                rows = context.object.rows(page.body)
                seen.update(native_id for native_id, _ in heads(rows, self._read_head))
                context.save(page=number, rows=rows_before + len(seen))
            context.report_total(total)
            if not has_shrunk and rows_before + len(seen) >= total:
                context.save()
                return
            number = rows_before = 0
            context.restart_listing()
        raise UnexpectedAnswer(
            f"account {context.account.account_id!r} (housecallpro): {self._path} became shorter while it "
            f"was read, {_PASSES} times over. Nothing of the last part was landed: run again when fewer "
            "records are being deleted."
        )

    def _page(self, number: int) -> Page:
        return self._context.client.get(self._path, {**self._query, "page": number})


def walk(
    context: PullContext, path: str, query: Query, is_past: Callable[[Page], bool] | None = None
) -> Iterator[Page]:
    """Pages of a list until its end, or until `is_past` says that what follows is known.

    A page is read again when the list became shorter: rows may have moved up onto it.
    """
    number, items = 1, 0
    while True:
        page = context.client.get(path, {"page_size": PAGE_SIZE, **query, "page": number})
        totals = _totals(page)
        yield page
        if number > 1 and totals.total_items < items:
            number, items = number - 1, totals.total_items
            continue
        items = totals.total_items
        if number >= totals.total_pages or (is_past and is_past(page)):
            return
        number += 1


def newest_first(path: str, params: Query | None = None) -> Walk:
    """What changed since the last pull: newest first until rows are older than the watermark and its overlap.

    A row that is edited during the walk jumps to the front, where the next pull meets it.
    """

    def changes(context: PullContext) -> Iterator[Page]:
        read_head = head_reader(context.object.key, context.object.modified)
        edge = _naive(context.watermark - OVERLAP) if context.watermark else datetime.min

        def is_past(page: Page) -> bool:
            stamps = [stamp for _, stamp in heads(context.object.rows(page.body), read_head) if stamp]
            return any((moment(stamp) or edge) < edge for stamp in stamps)

        query = {"sort_by": "updated_at", "sort_direction": "desc", **(params or {})}
        yield from walk(context, path, query, is_past)

    return changes


def changed_jobs(path: str, params: Query) -> Walk:
    """Changed jobs, and all with a visit lately or ahead (by start and by end: a job may have several)."""
    by_modification = newest_first(path, params)

    def changes(context: PullContext) -> Iterator[Page]:
        yield from by_modification(context)
        if context.watermark:
            since = _as_parameter(context.watermark - SCHEDULE_LOOK_BACK)
            for edge in ("scheduled_start_min", "scheduled_end_min"):
                yield from walk(
                    context, path, {**params, edge: since, "sort_by": "id", "sort_direction": "asc"}
                )

    return changes


def changed_invoices(path: str) -> Walk:
    """New invoices, newly paid ones, and all that are still due.

    An invoice shows no time of its own: its creation can be filtered by, not seen. What this cannot find (a
    refund, a void, a changed draft) comes with the next full pull.
    """

    def changes(context: PullContext) -> Iterator[Page]:
        newest = context.state.get("newest")
        since = _as_parameter(datetime.fromisoformat(newest) - INVOICE_OVERLAP) if newest else None
        questions: list[Query] = [{"status[]": ["open", "pending_payment"], "sort_by": "created_at"}]
        if since:
            questions += [
                {"created_at_min": since, "sort_by": "created_at"},
                {"status[]": "paid", "paid_at_min": since, "sort_by": "paid_at"},
            ]
        for question in questions:
            for page in walk(context, path, {"sort_direction": "asc", **question}):
                yield page
                newest = max(filter(None, (newest, newest_instant(page))), default=None)
        context.save(newest=newest)

    return changes


def complete_invoices(path: str) -> PullFunction:
    """All invoices, or in an incremental pull of many the changed ones; notes the newest instant seen."""
    changes = changed_invoices(path)

    def pull(context: PullContext) -> Iterator[Page]:
        newest: str | None = None
        for page in complete_or(path, {}, changes)(context):
            yield page
            newest = max(filter(None, (newest, newest_instant(page))), default=None)
        if context.mode == "full":
            context.save(newest=newest)

    return pull


class _InvoiceTimes(msgspec.Struct):
    invoice_date: str | None = None
    sent_at: str | None = None
    paid_at: str | None = None


class _InvoicePage(msgspec.Struct):
    invoices: list[_InvoiceTimes]


def newest_instant(page: Page) -> str | None:
    """The newest time on a page of invoices. The vendor's clock, not ours, sets how far a pull has come."""
    invoices: _InvoicePage = page.json(_InvoicePage)
    times = (stamp for one in invoices.invoices for stamp in (one.invoice_date, one.sent_at, one.paid_at))
    return max(filter(None, times), default=None)


def _totals(page: Page) -> _Totals:
    return page.json(_Totals)  # type: ignore[no-any-return]


def _as_parameter(at: datetime) -> str:
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
