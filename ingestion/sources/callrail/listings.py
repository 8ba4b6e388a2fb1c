"""How CallRail's lists are read: no filter by modification, seven days unless asked for more, shifting pages.

What changes after the fact (tags, value, lead status, notes, the spam mark) leaves no time behind. So a list
is read whole while that is bearable; of a longer one a pull reads the last weeks again, and a complete read
every week finds what changed in older rows. What is marked as spam disappears from the list.

Ranges are always named: the default is seven days, in the time zone of whoever made the key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec

from ingestion.http import UnexpectedAnswer, VendorRefused
from ingestion.pull import heads
from ingestion.records import head_reader, newest_moment
from ingestion.sources.callrail.connection import api_url
from ingestion.spec import Page, PullContext, PullFunction

PAGE_SIZE = 250
# Data older than 25 months cannot be asked for: a range that touches it is refused as a whole.
RETENTION = timedelta(days=25 * 30)
# An end in the future, so that neither our clock nor a call in progress cuts the range.
_AHEAD = timedelta(days=366)
_PASSES = 3

Query = Mapping[str, Any]


class _Totals(msgspec.Struct):
    total_records: int
    total_pages: int


class _RelativePage(msgspec.Struct):
    has_next_page: bool
    next_page: str | None = None


@dataclass(frozen=True)
class Listing:
    """One list of an account.

    Attributes:
        path: Below the account.
        moment: The field that its date range applies to; None for short reference lists without one.
        params: What every request of it says.
        needed: Fields that must be on every row. A field has to be asked for, and one that a plan or a
            renaming leaves out is missing without a word.
        is_relative: Paged by links instead of page numbers; only calls can be.
    """

    path: str
    moment: str | None = None
    params: Query = field(default_factory=dict)
    needed: frozenset[str] = frozenset()
    is_relative: bool = False

    def pull(self) -> PullFunction:
        def pages(context: PullContext) -> Iterator[Page]:
            yield from _Reading(self, context).pages()

        return pages


class _Reading:
    """One pull of one list, begun or continued."""

    def __init__(self, listing: Listing, context: PullContext) -> None:
        self._listing = listing
        self._context = context
        self._read_head = head_reader(context.object.key, None)
        self._newest: str | None = context.state.get("newest")

    def pages(self) -> Iterator[Page]:
        """The whole list or its last weeks, read again when rows left it meanwhile.

        Raises:
            UnexpectedAnswer: it became shorter each time it was read, or a page is not what was asked for.
        """
        context = self._context
        start = context.state.get("next")
        scope = context.state["scope"] if start else self._scope()
        rows_before = int(context.state["rows"]) if start else 0
        for _ in range(_PASSES):
            total_before, seen = self._total(scope), set[str]()
            for page, following in self._walk(scope, start):
                yield page
                rows = context.object.rows(page.body)
                seen.update(native_id for native_id, _ in heads(rows, self._read_head))
                self._note_newest(rows)
                context.save(scope=scope, next=following, rows=rows_before + len(seen), newest=self._newest)
            total = self._total(scope)
            context.report_total(total)
            # Pages are cut by position: a row that left pushes another one over a seam that was passed.
            if total >= total_before and rows_before + len(seen) >= total_before:
                context.save(newest=self._newest)
                return
            start, rows_before = None, 0
            context.restart_listing()
        raise UnexpectedAnswer(
            f"account {context.account.account_id!r} (callrail): {self._listing.path} became shorter while "
            f"it was read, {_PASSES} times over. Nothing of the last part was landed: run again when fewer "
            "records are being marked as spam."
        )

    def _scope(self) -> dict[str, str]:
        """The range to read; with it the pull says whether it is a complete read."""
        context, listing = self._context, self._listing
        if listing.moment is None:
            return {}
        if context.since:
            return _from(context.since)
        everything, total = self._everything()
        if context.mode == "incremental" and self._newest and total > context.options.read_in_full_up_to:
            reread = timedelta(days=context.options.reread_days)
            return _from(datetime.fromisoformat(self._newest) - reread)
        context.read_everything()
        return everything

    def _everything(self) -> tuple[dict[str, str], int]:
        """The range of all that can be read, and how many rows it has."""
        everything = {"date_range": "all_time", "time_zone": "UTC"}
        try:
            return everything, self._total(everything)
        except VendorRefused:
            kept = _from(self._context.started_at - RETENTION)
            return kept, self._total(kept)

    def _walk(self, scope: Query, start: Any) -> Iterator[tuple[Page, Any]]:
        """Pages with where the next one is; None after the last."""
        walk = self._linked if self._listing.is_relative else self._numbered
        for page, following in walk(scope, start):
            self._check(page)
            yield page, following

    def _numbered(self, scope: Query, start: int | None) -> Iterator[tuple[Page, int | None]]:
        number: int | None = start or 1
        while number is not None:
            page = self._get({**scope, "page": number, "per_page": PAGE_SIZE})
            number = number + 1 if number < _totals(page).total_pages else None
            yield page, number

    def _linked(self, scope: Query, start: str | None) -> Iterator[tuple[Page, str | None]]:
        # Oldest first: a call that comes in meanwhile stands behind what was read.
        order = {"sort": "start_time", "order": "asc"}
        first = {**scope, **order, "relative_pagination": "true", "offset": 0, "per_page": PAGE_SIZE}
        page = self._context.client.get(start) if start else self._get(first)
        while True:
            link: _RelativePage = page.json(_RelativePage)
            following = self._trusted(link.next_page) if link.has_next_page else None
            yield page, following
            if following is None:
                return
            page = self._context.client.get(following)

    def _trusted(self, link: str | None) -> str:
        """The next page's link. It is followed as it is, with our key, so it must lead to CallRail."""
        home = urlsplit(api_url(self._context.account.base_url))
        parts = urlsplit(link or "")
        if (parts.scheme, parts.netloc) != (home.scheme, home.netloc):
            raise UnexpectedAnswer(
                f"account {self._context.account.account_id!r} (callrail): the next page of "
                f"{self._listing.path} is said to be at {parts.netloc or 'nowhere'!r} instead of "
                f"{home.netloc}. Nothing was sent there; check base_url."
            )
        return str(link)

    def _get(self, query: Query) -> Page:
        return self._context.client.get(self._listing.path, {**self._listing.params, **query})

    def _total(self, scope: Query) -> int:
        return _totals(self._get({**scope, "page": 1, "per_page": 1})).total_records

    def _check(self, page: Page) -> None:
        for row in self._context.object.rows(page.body)[:1]:
            missing = self._listing.needed - msgspec.json.decode(row, type=dict[str, msgspec.Raw]).keys()
            if missing:
                raise UnexpectedAnswer(
                    f"account {self._context.account.account_id!r} (callrail): rows of {self._listing.path} "
                    f"came without {', '.join(sorted(missing))}, which was asked for. CallRail may have "
                    "renamed it, or the plan does not include it; nothing of this page was landed."
                )

    def _note_newest(self, rows: Any) -> None:
        """CallRail's clock, not ours, sets how far a pull has come."""
        if self._listing.moment is None:
            return
        read = head_reader(self._context.object.key, self._listing.moment)
        latest = newest_moment([stamp for _, stamp in heads(rows, read)])
        known = datetime.fromisoformat(self._newest) if self._newest else None
        if latest and (known is None or latest > known):
            self._newest = latest.isoformat()


def _totals(page: Page) -> _Totals:
    return page.json(_Totals)  # type: ignore[no-any-return]


def _from(start: datetime) -> dict[str, str]:
    end = max(start, datetime.now(UTC)) + _AHEAD
    return {"start_date": _text(start), "end_date": _text(end), "time_zone": "UTC"}


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
