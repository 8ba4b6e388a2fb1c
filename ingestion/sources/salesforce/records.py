"""How records are read: whole while they fit in one page, else what changed; much of either in bulk.

`queryAll` shows deleted records while they lie in the recycle bin, so a window of changes brings deletions
and merges. What left the bin, or never was in it, no window shows; nor does a formula's new value move a
record's stamp. A full reading each week finds both, and costs half a dozen requests however many rows there
are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import cast

from ingestion.http import UnexpectedAnswer
from ingestion.sources.salesforce import soql
from ingestion.sources.salesforce.bulk import UNAVAILABLE, Jobs, Place
from ingestion.sources.salesforce.connection import Options, Refusal, SalesforceClient
from ingestion.sources.salesforce.fields import readable
from ingestion.sources.salesforce.soql import QueryPage, Selection
from ingestion.spec import Page, PullContext, PullFunction

# One page of a query: reading so little whole never costs more than looking for what changed in it.
WHOLE_BELOW = 2_000
BULK_ABOVE = 2_000
# A long transaction commits minutes after the stamps that it writes.
OVERLAP = timedelta(minutes=10)
# Addresses beyond 16,384 bytes are refused; a job takes the query in its body.
LONGEST_QUERY = 12_000
RESTARTS = 3


def records(sobject: str, only: Sequence[str] = (), *, calls_only: bool = False) -> PullFunction:
    """Every record of an object, or in an incremental pull of many the changed ones.

    Args:
        only: Read these fields, and no others that the user may see.
        calls_only: Read the records that `Options.call_condition` holds for.
    """

    def pull(context: PullContext) -> Iterator[Page]:
        options: Options = context.options
        everything = Selection(sobject, options.call_condition if calls_only else "")
        return _Reading(context, everything, only).pages()

    return pull


class _Reading:
    def __init__(self, context: PullContext, everything: Selection, only: Sequence[str]) -> None:
        self._context = context
        self._everything = everything
        self._only = only
        self._jobs = Jobs(context, cast(SalesforceClient, context.client))
        self._newest: str | None = context.state.get("newest")

    def pages(self) -> Iterator[Page]:
        held = self._context.state.get("job")
        if held:
            # An interrupted pull: the vendor still has the result it was reading.
            try:
                yield from self._result(Place(held, self._context.state.get("locator")))
            except Refusal as refusal:
                if refusal.status != 404:
                    raise
                self._context.restart_listing()
            else:
                self._context.save(since=self._newest)
                return
        yield from self._afresh()
        self._context.save(since=self._newest or self._context.state.get("since"))

    def _afresh(self) -> Iterator[Page]:
        fields = readable(self._context, self._everything.sobject, self._only)
        newest = soql.newest_change(self._context, self._everything) if fields.has_cursor else None
        self._newest = newest.isoformat() if newest else None
        total = soql.count(self._context, self._everything)
        selection = self._selection(total, newest)
        if selection.start:
            total = soql.count(self._context, selection)
        else:
            self._context.read_everything()
        query = selection.rows(fields.names)
        if total > BULK_ABOVE or len(query) > LONGEST_QUERY:
            yield from self._in_bulk(query)
        else:
            yield from self._by_query(query)

    def _selection(self, total: int, newest: datetime | None) -> Selection:
        context, since = self._context, self._context.state.get("since")
        start = context.since
        if start is None and context.mode == "incremental" and since and total > WHOLE_BELOW:
            start = datetime.fromisoformat(since) - OVERLAP
        if start is None or newest is None:
            return self._everything
        return Selection(self._everything.sobject, self._everything.condition, start, newest)

    # -- by query -------------------------------------------------------------------------------------------

    def _by_query(self, query: str) -> Iterator[Page]:
        for restarts_left in reversed(range(RESTARTS)):
            try:
                yield from self._walk(query)
            except Refusal as refusal:
                if refusal.code == "QUERY_TIMEOUT":
                    yield from self._in_bulk(query, may_fall_back=False)
                elif refusal.code != "INVALID_QUERY_LOCATOR" or not restarts_left:
                    raise
                else:
                    # The cursor died, perhaps with its token: what came is read again from the beginning.
                    self._context.restart_listing()
                    continue
            return

    def _walk(self, query: str) -> Iterator[Page]:
        page = soql.ask(self._context, query)
        decoded: QueryPage = page.json(QueryPage)
        self._context.report_total(decoded.totalSize)
        yield page
        while not decoded.done:
            if not decoded.nextRecordsUrl:
                raise UnexpectedAnswer(
                    f"account {self._context.account.account_id!r} (salesforce): a page of "
                    f"{self._everything.sobject} says that there is more but not where. What was landed is "
                    "kept: run again, and report it if it persists."
                )
            page = self._context.client.get(decoded.nextRecordsUrl)
            decoded = page.json(QueryPage)
            yield page

    # -- in bulk --------------------------------------------------------------------------------------------

    def _in_bulk(self, query: str, *, may_fall_back: bool = True) -> Iterator[Page]:
        try:
            place, total = self._jobs.run(query)
        except Refusal as refusal:
            if refusal.code not in UNAVAILABLE or not may_fall_back:
                raise
            yield from self._by_query(query)
            return
        pages = 0
        for page in self._result(place):
            pages += 1
            yield page
        # Of a result that is landed in parts, no part has as many rows as the whole.
        most = self._context.object.checkpoint_pages
        self._context.report_total(total if most is None or pages <= most else None)

    def _result(self, place: Place) -> Iterator[Page]:
        for page, following in self._jobs.results(place):
            yield page
            if following:
                self._context.save(job=following.job, locator=following.locator, newest=self._newest)
        self._jobs.discard(place)
