"""The two ways ServiceTitan lists rows: export feeds (change capture) and paged lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from ingestion.http import UnexpectedAnswer, VendorRefused
from ingestion.pull import heads
from ingestion.records import head_reader, moment
from ingestion.spec import Page, PullContext, PullFunction

# Exports show a change about 15 minutes late; an hour leaves room for clocks and for rows committed out of
# order.
OVERLAP = timedelta(hours=1)
VISIBLE_AFTER = timedelta(minutes=15)
# A stored token that the vendor no longer takes: start over from the watermark, with more room than usual.
FALLBACK = timedelta(days=1)
PAGE_SIZE = 1_000  # the maximum is 5,000; smaller pages survive slow tenants and the server's 100 s limit
# Beyond this many rows inside one overlap (a bulk edit) the two readings are not compared.
COMPARED_ROWS = 20_000

Versions = dict[str, str | None]


class _ExportPage(msgspec.Struct):
    data: list[msgspec.Raw]
    hasMore: bool
    continueFrom: str | None = None


class _ListPage(msgspec.Struct):
    data: list[msgspec.Raw]
    hasMore: bool
    totalCount: int | None = None


def export(path: str, params: Mapping[str, str] | None = None) -> PullFunction:
    """Pull an export feed by its token, and read the last hour again by modification time.

    The token is the vendor's own change capture and the state to continue from. The second reading is there
    because the feed is "usually", not always, in order of modification, and because nothing promises that a
    token never skips: what only one of the two readings brought is counted (`missed_by_token`,
    `missed_by_watermark`).
    """

    def pull(context: PullContext) -> Iterator[Page]:
        return _ExportPull(context, path.format(tenant=context.options.tenant), dict(params or {})).pages()

    return pull


class _ExportPull:
    def __init__(self, context: PullContext, path: str, params: dict[str, str]) -> None:
        self._context = context
        self._path = path
        self._params = params
        self._read_head = head_reader(context.object.key, context.object.modified)
        self._token: str | None = context.state.get("token")
        self._known: Versions | None = context.state.get("recent")
        self._watermark_before = context.watermark if context.mode == "incremental" else None
        self._by_token: Versions = {}
        self._by_watermark: Versions = {}

    def pages(self) -> Iterator[Page]:
        if self._watermark_before:
            start = self._watermark_before - OVERLAP
            yield from self._watermark_reading(start)
            yield from self._token_reading()
            self._compare(start)
        else:
            yield from self._token_reading()
            if self._context.watermark:
                yield from self._watermark_reading(self._context.watermark - OVERLAP)
        self._context.save(token=self._token, recent=self._recent())

    def _watermark_reading(self, start: datetime) -> Iterator[Page]:
        for page, decoded in self._read(_as_parameter(start)):
            yield page
            self._by_watermark |= self._versions(decoded.data)

    def _token_reading(self) -> Iterator[Page]:
        for page, rows in self._token_pages_or_fallback():
            yield page
            if self._watermark_before:
                self._by_token |= self._versions(rows)
            self._context.save(token=self._token)

    def _token_pages_or_fallback(self) -> Iterator[tuple[Page, list[msgspec.Raw]]]:
        try:
            yield from self._token_pages(self._first_from())
        except VendorRefused as refusal:
            # 400 for a token is not documented; any refusal of a start that worked before is taken for it.
            if refusal.status != 400 or self._token is None:
                raise
            self._token = None
            watermark = self._context.watermark
            yield from self._token_pages(_as_parameter(watermark - FALLBACK) if watermark else None)

    def _first_from(self) -> str | None:
        if self._context.since:
            return _as_parameter(self._context.since)
        return self._token

    def _token_pages(self, start: str | None) -> Iterator[tuple[Page, list[msgspec.Raw]]]:
        for page, decoded in self._read(start):
            self._token = decoded.continueFrom
            yield page, decoded.data

    def _read(self, start: str | None) -> Iterator[tuple[Page, _ExportPage]]:
        while True:
            page = self._context.client.get(self._path, self._params | ({"from": start} if start else {}))
            decoded: _ExportPage = page.json(_ExportPage)
            yield page, decoded
            if not decoded.hasMore:
                return
            if decoded.continueFrom in (None, start):
                raise UnexpectedAnswer(
                    f"account {self._context.account.account_id!r} (servicetitan): {self._path} says "
                    "that there is more but gives no new token to continue from. What was landed is kept; "
                    "run again, and report it to the vendor if it persists."
                )
            start = decoded.continueFrom

    def _versions(self, rows: list[msgspec.Raw]) -> Versions:
        return dict(heads(rows, self._read_head))

    def _compare(self, start: datetime) -> None:
        """Count what each reading alone would have missed, beyond what earlier pulls had brought."""
        known = self._known
        if known is None:
            return
        # Outside these edges the readings differ by design: before the first, `recent` remembers nothing;
        # after the second are rows that became visible between the two readings.
        first = _naive(start)
        last = max(filter(None, map(_moment, self._by_watermark.values())), default=first)

        def new(versions: Versions) -> set[str]:
            return {native_id for native_id, stamp in versions.items() if known.get(native_id, "") != stamp}

        in_window = {
            native_id for native_id, stamp in self._by_watermark.items() if (_moment(stamp) or first) > first
        }
        not_later = {
            native_id for native_id, stamp in self._by_token.items() if (_moment(stamp) or last) <= last
        }
        self._context.missed_by_token = len((new(self._by_watermark) & in_window) - self._by_token.keys())
        self._context.missed_by_watermark = len((new(self._by_token) & not_later) - self._by_watermark.keys())

    def _recent(self) -> Versions | None:
        """The versions that the next run's second reading will meet again."""
        watermark = self._context.watermark
        if watermark is None:
            return {}
        edge = _naive(watermark - OVERLAP)
        recent = {
            native_id: stamp
            for native_id, stamp in (self._by_watermark | self._by_token).items()
            if (_moment(stamp) or datetime.min) >= edge
        }
        return recent if len(recent) <= COMPARED_ROWS else None


def listing(
    path: str, params: Mapping[str, str] | None = None, *, by_watermark: bool = False
) -> PullFunction:
    """Pull a paged list in ascending id order, so that inserts during the pull land behind us.

    With `by_watermark`, an incremental pull asks only for what was modified since the watermark minus the
    overlap. There is no upper bound on purpose: a row modified during the pull joins the result and at worst
    comes twice, whereas with a bound it would leave the result and shift the rows after it across a page
    seam.
    """

    def pull(context: PullContext) -> Iterator[Page]:
        query: dict[str, Any] = {"pageSize": PAGE_SIZE, "includeTotal": "true", **(params or {})}
        start = context.since or (context.watermark - OVERLAP if context.watermark else None)
        if by_watermark and context.mode == "incremental" and start:
            query["modifiedOnOrAfter"] = _as_parameter(start)
        number = 0
        while True:
            number += 1
            page = context.client.get(path.format(tenant=context.options.tenant), query | {"page": number})
            decoded: _ListPage = page.json(_ListPage)
            yield page
            if number == 1:
                context.report_total(decoded.totalCount)
            if not decoded.hasMore:
                context.save()
                return

    return pull


def _as_parameter(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)


def _moment(stamp: str | None) -> datetime | None:
    return moment(stamp) if stamp else None
