"""How Service Fusion's lists are read: numbered pages, and names where others have references.

Only jobs can be asked for by time of change; customers and estimates can at least be sorted by it. What moves
`updated_at` is not documented (payments and visits may not), and a renamed status or source changes every
record that names it without moving any time. So whatever can be read in full at a bearable price is read in
full with every pull; only beyond `BEARABLE_ROWS` does a pull trust times, and then the next full pull repairs
it.

The page size is `per-page` with a hyphen; `per_page` is ignored without a word. A list of jobs without `sort`
never answers. Past the last page the last one comes again, so pages are counted, not waited for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from ingestion.http import UnexpectedAnswer, VendorRefused, VendorUnavailable
from ingestion.pull import heads
from ingestion.records import head_reader, moment
from ingestion.spec import Page, PullContext, PullFunction

PAGE_SIZE = 50  # the maximum
SMALL_PAGE_SIZE = 10  # long pages with line items sometimes fail with 5xx; must divide PAGE_SIZE
BEARABLE_ROWS = 2_500  # fifty pages: a minute of the documented quota
# One integrator found rows missing with less: `updated_date` moves while pages are read.
OVERLAP = timedelta(hours=48)
# Work that was on the calendar lately may change (visits, payments) without moving `updated_at`.
SCHEDULE_LOOK_BACK = timedelta(days=14)
NAMES = (("/v1/job-statuses", "name"), ("/v1/job-categories", "name"), ("/v1/sources", "short_name"))
_PASSES = 3
_NOT_SORTABLE = frozenset({400, 422})

Query = Mapping[str, Any]
Walk = Callable[[PullContext], Iterator[Page]]
BY_ID: Query = {"sort": "id"}


class _Meta(msgspec.Struct):
    totalCount: int
    currentPage: int
    perPage: int


class _Envelope(msgspec.Struct):
    meta: _Meta = msgspec.field(name="_meta")


class _List:
    """One list with one question, read page by page from any row on."""

    def __init__(self, context: PullContext, path: str, query: Query) -> None:
        self._context = context
        self._path = path
        self._query = query
        self._size = PAGE_SIZE
        self._kept: tuple[int, Page] | None = None

    def total(self) -> int:
        """How many rows the list has; costs a page, which is kept for who reads it next."""
        page, total, _ = self.at(0)
        self._kept = (0, page)
        return total

    def at(self, offset: int) -> tuple[Page, int, int]:
        """(page that holds the row at `offset`, rows of the whole list, offset of the next page).

        Raises:
            UnexpectedAnswer: pages have another size than asked for, so that rows would be skipped unseen.
        """
        page = self._kept[1] if self._kept and self._kept[0] == offset else self._read(offset)
        self._kept = None
        envelope: _Envelope = page.json(_Envelope)
        if envelope.meta.perPage != self._size:
            account = self._context.account
            raise UnexpectedAnswer(
                f"account {account.account_id!r} ({account.platform}): {self._path} gives pages of "
                f"{envelope.meta.perPage} rows where {self._size} were asked for. What was landed is kept; "
                "the vendor changed its limit, and the source must learn it."
            )
        return page, envelope.meta.totalCount, (offset // self._size + 1) * self._size

    def is_the_page_at(self, page: Page, offset: int) -> bool:
        """False where the vendor gave another page than asked for: the list no longer reaches that far."""
        envelope: _Envelope = page.json(_Envelope)
        return envelope.meta.currentPage == offset // self._size + 1

    def _read(self, offset: int) -> Page:
        try:
            return self._get(offset)
        except VendorUnavailable as unavailable:
            if unavailable.stops_account or self._size == SMALL_PAGE_SIZE:
                raise
            self._size = SMALL_PAGE_SIZE
            return self._get(offset)

    def _get(self, offset: int) -> Page:
        paging = {"per-page": self._size, "page": offset // self._size + 1}
        return self._context.client.get(self._path, {**self._query, **paging})


def complete(path: str, query: Query) -> PullFunction:
    """Read the whole list with every pull."""

    def pull(context: PullContext) -> Iterator[Page]:
        yield from _CompleteRead(context, path, query).pages()

    return pull


def complete_or(path: str, query: Query, changes: Walk, whole_query: Query = BY_ID) -> PullFunction:
    """Read the whole list while it is bearable; in an incremental pull of a longer one, only `changes`."""

    def pull(context: PullContext) -> Iterator[Page]:
        whole = _CompleteRead(context, path, {**query, **whole_query})
        if context.mode == "incremental" and whole.total() > BEARABLE_ROWS:
            yield from changes(context)
            return
        context.read_everything()
        yield from whole.pages()

    return pull


class _CompleteRead:
    """One list by ascending id: a new row lands behind us, and an edited one keeps its place.

    Only a row that is deleted meanwhile shifts the others, past a page seam. Then the list is read again: a
    row that was merely overlooked must not count as removed.
    """

    def __init__(self, context: PullContext, path: str, query: Query) -> None:
        self._context = context
        self._path = path
        self._list = _List(context, path, query)
        self._read_head = head_reader(context.object.key, context.object.modified)

    def total(self) -> int:
        return self._list.total()

    def pages(self) -> Iterator[Page]:
        context = self._context
        offset = int(context.state.get("offset", 0)) if context.mode == "full" else 0
        rows_before = int(context.state.get("rows", 0)) if offset else 0
        for _ in range(_PASSES):
            seen: set[str] = set()
            total, has_shrunk, is_last = 0, False, False
            while not is_last:
                page, total_now, next_offset = self._list.at(offset)
                has_shrunk = has_shrunk or total_now < total
                total, is_last = total_now, next_offset >= total_now
                if total and not self._list.is_the_page_at(page, offset):
                    break
                yield page
                rows = context.object.rows(page.body)
                seen.update(native_id for native_id, _ in heads(rows, self._read_head))
                offset = next_offset
                context.save(offset=offset, rows=rows_before + len(seen))
            context.report_total(total)
            if not has_shrunk and rows_before + len(seen) >= total:
                context.save()
                return
            offset = rows_before = 0
            context.restart_listing()
        raise UnexpectedAnswer(
            f"account {context.account.account_id!r} ({context.account.platform}): {self._path} became "
            f"shorter while it was read, {_PASSES} times over. Nothing of the last part was landed: run "
            "again when fewer records are being deleted."
        )


def walk(
    context: PullContext, path: str, query: Query, is_past: Callable[[Page], bool] | None = None
) -> Iterator[Page]:
    """Pages of a list until its end, or until `is_past` says that what follows is known.

    A page is read again when the list became shorter: rows may have moved up onto it.
    """
    rows = _List(context, path, query)
    offset, total = 0, 0
    while True:
        page, total_now, next_offset = rows.at(offset)
        yield page
        if offset and total_now < total:
            offset, total = max(0, offset - PAGE_SIZE), total_now
            continue
        total = total_now
        if next_offset >= total or (is_past and is_past(page)):
            return
        offset = next_offset


def newest_first(path: str, query: Query) -> Walk:
    """What changed since the last pull: newest first until rows are older than the watermark and its overlap.

    A row that is edited during the walk jumps to the front, where the next pull meets it.
    """

    def changes(context: PullContext) -> Iterator[Page]:
        edge = _edge(context)

        def is_past(page: Page) -> bool:
            return any(stamp < edge for stamp in _stamps(context, page))

        yield from walk(context, path, {**query, "sort": "-updated_at"}, is_past)

    return changes


def newest_first_or_last(path: str) -> Walk:
    """Changes of a list that is documented to be sortable and in practice refuses it.

    Refused, it is read from its end backwards: there are the new rows. What changed of older ones (an invoice
    that was paid) comes with the job that it belongs to, and with the next full pull.
    """
    sorted_changes = newest_first(path, {})

    def changes(context: PullContext) -> Iterator[Page]:
        try:
            yield from sorted_changes(context)
        except VendorRefused as refusal:
            if refusal.status not in _NOT_SORTABLE:
                raise
            yield from _backwards(context, path)

    return changes


def _backwards(context: PullContext, path: str) -> Iterator[Page]:
    edge = _edge(context)
    rows = _List(context, path, {})
    total = rows.total()
    for start in range((max(total, 1) - 1) // PAGE_SIZE * PAGE_SIZE, -1, -PAGE_SIZE):
        offset, newest = start, datetime.min
        while offset < min(start + PAGE_SIZE, total):
            page, _, offset = rows.at(offset)
            yield page
            newest = max(newest, *_stamps(context, page))
        if newest < edge:
            return


def changed_jobs(path: str, query: Query) -> Walk:
    """Changed jobs, and all with a visit lately or ahead. By id, so that an edit moves no row past us."""

    def changes(context: PullContext) -> Iterator[Page]:
        if context.watermark is None:
            yield from walk(context, path, {**query, **BY_ID})
            return
        changed = (context.watermark - OVERLAP).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
        scheduled = (context.watermark - SCHEDULE_LOOK_BACK).date().isoformat()
        for bound in (
            {"filters[updated_date][gte]": changed},
            {"filters[start_date][gte]": scheduled},
        ):
            yield from walk(context, path, {**query, **BY_ID, **bound})

    return changes


def jobs(path: str, query: Query) -> PullFunction:
    """All jobs, or of many the changed ones; all of them again once a name that they may carry is gone."""
    changes = changed_jobs(path, query)

    def pull(context: PullContext) -> Iterator[Page]:
        whole = _CompleteRead(context, path, {**query, **BY_ID})
        if whole.total() <= BEARABLE_ROWS:
            context.read_everything()
            yield from whole.pages()
            return
        names = sorted(_names(context))
        if context.mode == "incremental" and _all_remain(context.state.get("names"), names):
            yield from changes(context)
        else:
            context.read_everything()
            yield from whole.pages()
        context.save(names=names)

    return pull


def _all_remain(known: list[str] | None, names: list[str]) -> bool:
    """Whether every name that a job read earlier may carry is still in use. Nothing known: nobody can say."""
    return known is not None and set(known) <= set(names)


def _names(context: PullContext) -> Iterator[str]:
    for path, field in NAMES:
        for page in walk(context, path, {}):
            items = page.json(dict)["items"]
            yield from (f"{path} {item[field]}" for item in items)


def _edge(context: PullContext) -> datetime:
    return _naive(context.watermark - OVERLAP) if context.watermark else datetime.min


def _stamps(context: PullContext, page: Page) -> Iterator[datetime]:
    read_head = head_reader(context.object.key, context.object.modified)
    for _, stamp in heads(context.object.rows(page.body), read_head):
        at = moment(stamp) if stamp else None
        if at is not None:
            yield at


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
