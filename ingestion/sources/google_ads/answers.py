"""What answers look like: pages of a search, batches of a stream, and errors where rows are expected.

The JSON is ProtoJSON: 64-bit integers are strings, and whatever is zero, false or empty is left out, the
list of results too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from ingestion.http import UnexpectedAnswer, VendorUnavailable
from ingestion.sources.google_ads.connection import GoogleAdsClient
from ingestion.spec import Page, PullContext

STREAM_ATTEMPTS = 3


class SearchPage(msgspec.Struct):
    """A page of `googleAds:search`; its rows stay bytes. Every page names its fields, an empty one too."""

    fieldMask: str
    results: list[msgspec.Raw] = []
    nextPageToken: str | None = None
    totalResultsCount: str = "0"


class Batch(msgspec.Struct):
    """A part of a `googleAds:searchStream` answer: rows, or the error that ended them."""

    results: list[msgspec.Raw] = []
    error: dict[str, Any] | None = None


class Days(msgspec.Struct):
    """The answer to a question about some days, with the question: days without any row are in it too."""

    first_day: date
    last_day: date
    answer: list[Batch]


class _Segments(msgspec.Struct):
    date: date


class _Dated(msgspec.Struct):
    segments: _Segments


_PAGE = msgspec.json.Decoder(SearchPage)
_BATCHES = msgspec.json.Decoder(list[Batch])
_DAYS = msgspec.json.Decoder(Days)
_DATED = msgspec.json.Decoder(_Dated)


def client_of(context: PullContext) -> GoogleAdsClient:
    assert isinstance(context.client, GoogleAdsClient)
    return context.client


def searched(context: PullContext, query: str) -> Iterator[Page]:
    """All pages of a query, with the vendor's count of the rows on them.

    The size of a page is the vendor's (10,000 rows); to ask for another is an error.

    Raises:
        UnexpectedAnswer: fewer rows came than the vendor counted.
    """
    rows = 0
    for page in _pages(context, {"query": query, "searchSettings": {"returnTotalResultsCount": True}}):
        found = _PAGE.decode(page.body)
        rows += len(found.results)
        if not found.nextPageToken and rows < int(found.totalResultsCount):
            raise UnexpectedAnswer(
                f"account {context.account.account_id!r} (google_ads): {context.object.name} ended after "
                f"{rows} rows where the vendor counted {found.totalResultsCount}. What was landed is kept: "
                "run again."
            )
        context.report_total(int(found.totalResultsCount))
        yield page


def _pages(context: PullContext, body: dict[str, object]) -> Iterator[Page]:
    client = client_of(context)
    while True:
        page = client.post(f"{client.path}/googleAds:search", body)
        yield page
        token = _PAGE.decode(page.body).nextPageToken
        if not token:
            return
        body = body | {"pageToken": token}


def streamed_days(context: PullContext, query: str, first: date, last: date) -> Page:
    """The whole answer to a query about some days, as one page that also says which days were asked for.

    Raises:
        VendorUnavailable: the stream broke off each time: an error may come after rows and status 200.
    """
    client = client_of(context)
    for _ in range(STREAM_ATTEMPTS):
        page = client.post(f"{client.path}/googleAds:searchStream", {"query": query})
        errors = [batch.error for batch in _BATCHES.decode(page.body) if batch.error]
        if not errors:
            asked = {"first_day": first, "last_day": last, "answer": msgspec.Raw(page.body)}
            return Page(page.request, msgspec.json.encode(asked), page.fetched_at)
    raise VendorUnavailable(
        f"account {context.account.account_id!r} (google_ads): the stream of {context.object.name} from "
        f"{first} to {last} broke off {STREAM_ATTEMPTS} times "
        f"({str(errors[0])[:300]}). What was landed is kept: run again."
    )


def first_row(context: PullContext, query: str) -> msgspec.Raw | None:
    """The row of a query that says `LIMIT 1`."""
    page = next(_pages(context, {"query": query}))
    return next(iter(search_rows(page.body)), None)


def search_rows(body: bytes) -> Sequence[msgspec.Raw]:
    """The rows of a page of a search."""
    return _PAGE.decode(body).results


def day_of(row: msgspec.Raw) -> date:
    """The day that a row of figures is about."""
    return _DATED.decode(row).segments.date


def day_rows(body: bytes) -> Sequence[msgspec.Raw]:
    """One row for each day that was asked for, with everything that the vendor says of it now.

    A day is replaced as a whole by a later answer: what is no longer in it is gone.
    """
    days = _DAYS.decode(body)
    rows: dict[date, list[msgspec.Raw]] = {day: [] for day in each_day(days.first_day, days.last_day)}
    for batch in days.answer:
        if batch.error:
            raise msgspec.ValidationError("the stream ended with an error")
        for row in batch.results:
            day = day_of(row)
            if day not in rows:
                raise msgspec.ValidationError(f"a row of {day}, which was not asked for")
            rows[day].append(row)
    return [
        msgspec.Raw(msgspec.json.encode({"date": day, "campaigns": campaigns}))
        for day, campaigns in rows.items()
    ]


def each_day(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
