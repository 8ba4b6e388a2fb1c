"""Pulling one object of one account into the landing archive."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from ingestion.config import Account
from ingestion.http import UnexpectedAnswer, VendorClient
from ingestion.landing import Manifest, ObjectArchive, PullWriter, new_pull_id
from ingestion.records import Unusable, head_reader, newest_moment
from ingestion.spec import Mode, ObjectSpec, Page, PullContext, utc_now

# In a list this short one removed row is a large share; only its complete loss is suspicious.
SMALL_LISTING = 10


@dataclass(frozen=True)
class Progress:
    """How far one object is; sent after each page and at the end."""

    account_id: str
    platform: str
    object: str
    pages: int
    rows: int
    is_done: bool = False
    error: Exception | None = None


ProgressListener = Callable[[Progress], None]


@dataclass(frozen=True)
class PullResult:
    """What became of one object of one account in one run."""

    account_id: str
    platform: str
    object: str
    mode: Mode | None = None
    pages: int = 0
    rows: int = 0
    seconds: float = 0.0
    seconds_waiting: float = 0.0
    pull_ids: tuple[str, ...] = ()
    control_total: int | None = None
    missed_by_token: int | None = None
    missed_by_watermark: int | None = None
    # Set when the pull went well and somebody should know something, as that its listing proves no removals.
    warning: str | None = None
    error: Exception | None = None

    @property
    def is_complete(self) -> bool:
        return self.error is None


@dataclass(frozen=True)
class PullOrder:
    """What is asked of one pull.

    Attributes:
        since: Read again from here on, whatever was read before.
        first_since: Where the history of this account starts; bounds full pulls.
    """

    account: Account
    object: ObjectSpec
    options: Any
    full: bool = False
    since: datetime | None = None
    first_since: datetime | None = None
    shrink_share: float = 0.2


@dataclass(frozen=True)
class _Start:
    """Where a pull begins: afresh, after the last one, or inside an interrupted one."""

    mode: Mode
    state: dict[str, Any]
    started_at: datetime
    listing_rows: int = 0
    watermark: datetime | None = None


def pull_object(
    order: PullOrder, client: VendorClient, archive: ObjectArchive, listener: ProgressListener | None = None
) -> PullResult:
    """Pull, and land what came. Everything landed is complete up to a saved state; the rest leaves no trace.

    Raises:
        VendorError: the vendor could not be read to the end. Finished parts of the pull stay landed.
    """
    with archive.owned():
        return _ObjectPull(order, client, archive, listener).run()


class _ObjectPull:
    def __init__(
        self,
        order: PullOrder,
        client: VendorClient,
        archive: ObjectArchive,
        listener: ProgressListener | None,
    ) -> None:
        self._order = order
        self._spec = order.object
        self._archive = archive
        self._listener = listener
        self._start = _start(order, archive)
        self._read_head = head_reader(self._spec.key, self._spec.modified)
        self._context = PullContext(
            account=order.account,
            object=self._spec,
            client=client,
            options=order.options,
            mode=self._start.mode,
            state=self._start.state,
            since=order.since or (order.first_since if self._start.mode == "full" else None),
            started_at=self._start.started_at,
            watermark=self._start.watermark,
        )
        self._listing_rows = self._start.listing_rows
        self._pull_ids: list[str] = []
        self._pages = self._rows = 0
        self._seconds_handling = 0.0

    def run(self) -> PullResult:
        began = time.perf_counter()
        writer = self._new_part()
        try:
            for page in self._spec.pull(self._context):
                if self._is_part_full(writer):
                    self._land(writer, is_complete=False)
                    writer = self._new_part()
                self._take(page, writer)
            shrunk = self._shrinkage()
            self._land(writer, is_complete=True, refusal=self._bounded() or shrunk)
        except msgspec.DecodeError as error:
            writer.discard()
            raise self._unexpected(error) from error
        except BaseException:
            writer.discard()
            raise
        context = self._context
        seconds = time.perf_counter() - began
        return PullResult(
            account_id=self._order.account.account_id,
            platform=self._order.account.platform,
            object=self._spec.name,
            mode=context.mode,
            pages=self._pages,
            rows=self._rows,
            seconds=seconds,
            seconds_waiting=max(0.0, seconds - self._seconds_handling),
            pull_ids=tuple(self._pull_ids),
            control_total=context.control_total,
            missed_by_token=context.missed_by_token,
            missed_by_watermark=context.missed_by_watermark,
            warning=shrunk or context.warning,
        )

    def _new_part(self) -> PullWriter:
        self._part_rows = 0
        self._pull_ids.append(new_pull_id(self._spec.name, utc_now()))
        return self._archive.writer(self._pull_ids[-1])

    def _is_part_full(self, writer: PullWriter) -> bool:
        limit = self._spec.checkpoint_pages
        # `is_saved` means that the pull saved its state after the last page: only there a part may end.
        return limit is not None and writer.pages >= limit and self._context.is_saved

    def _take(self, page: Page, writer: PullWriter) -> None:
        began = time.perf_counter()
        rows = self._spec.rows(page.body)
        writer.add(page)
        self._context.is_saved = False
        self._context.watermark = self._watermark_with(rows)
        self._pages += 1
        self._rows += len(rows)
        self._part_rows += len(rows)
        self._listing_rows = len(rows) + (0 if self._context.is_restarted else self._listing_rows)
        self._context.is_restarted = False
        self._seconds_handling += time.perf_counter() - began
        if self._listener:
            account = self._order.account
            self._listener(
                Progress(account.account_id, account.platform, self._spec.name, self._pages, self._rows)
            )

    def _unexpected(self, error: msgspec.DecodeError) -> UnexpectedAnswer:
        account = self._order.account
        return UnexpectedAnswer(
            f"account {account.account_id!r} ({account.platform}): an answer for {self._spec.name} is "
            f"not a page of it ({error}). Check that base_url points at the vendor's API; if it does, the "
            "vendor changed its format and the source must learn it."
        )

    def _watermark_with(self, rows: Sequence[msgspec.Raw]) -> datetime | None:
        known = self._context.watermark
        if self._spec.modified is None:
            return None
        newest = newest_moment([stamp for _, stamp in heads(rows, self._read_head)])
        return max(filter(None, (known, newest)), default=None)

    def _land(self, writer: PullWriter, *, is_complete: bool, refusal: str | None = None) -> None:
        context = self._context
        writer.commit(
            Manifest(
                pull_id=self._pull_ids[-1],
                platform=self._order.account.platform,
                account_id=self._order.account.account_id,
                object=self._spec.name,
                mode=context.mode,
                started_at=self._start.started_at,
                finished_at=utc_now(),
                pages=writer.pages,
                rows=self._part_rows,
                listing_rows=self._listing_rows,
                complete=is_complete,
                state_after=context.saved,
                watermark=context.watermark,
                control_total=context.control_total if is_complete else None,
                missed_by_token=context.missed_by_token if is_complete else None,
                missed_by_watermark=context.missed_by_watermark if is_complete else None,
                listing_refused=refusal,
            )
        )

    def _bounded(self) -> str | None:
        """A pull from a day on says nothing about older rows."""
        since = self._context.since
        return f"read only from {since:%Y-%m-%d} on" if since and self._spec.incremental else None

    def _shrinkage(self) -> str | None:
        """Why this finished full pull must not make absent rows count as removed, or None if it may.

        A vendor that answers with half a list and status 200 must not empty the warehouse.
        """
        if self._context.mode != "full" or not self._spec.is_complete_listing or self._bounded():
            return None
        if self._spec.may_empty:
            return None
        before = _last_accepted_listing(self._archive)
        if before is None:
            return None
        lost = 1 - self._listing_rows / before.listing_rows if before.listing_rows else 0.0
        is_small = self._listing_rows > 0 and before.listing_rows < SMALL_LISTING
        if lost <= self._order.shrink_share or is_small:
            return None
        account = self._order.account
        return (
            f"account {account.account_id!r} ({account.platform}): {self._spec.name} came with "
            f"{self._listing_rows} rows after {before.listing_rows} on {before.finished_at:%Y-%m-%d}, "
            f"{lost:.0%} fewer; allowed are {self._order.shrink_share:.0%} (tolerances.shrink_share). "
            "Nothing was marked as removed. If the vendor really removed that many, raise the tolerance "
            "for one run."
        )


def heads(
    rows: Sequence[msgspec.Raw], read_head: Callable[[msgspec.Raw], tuple[str, str | None]]
) -> Iterator[tuple[str, str | None]]:
    """Native id and modification time of each row that has them; loading quarantines the others."""
    for row in rows:
        try:
            yield read_head(row)
        except (Unusable, msgspec.DecodeError):
            continue


def _start(order: PullOrder, archive: ObjectArchive) -> _Start:
    now = utc_now()
    newest = archive.newest()
    if order.full or newest is None or not order.object.incremental:
        return _Start("full", {}, now)
    after_newest = _Start("incremental", newest.state_after, now, watermark=newest.watermark)
    if not newest.complete:
        return replace(
            after_newest, mode=newest.mode, started_at=newest.started_at, listing_rows=newest.listing_rows
        )
    if _is_full_due(order.object, archive, now):
        return _Start("full", {}, now)
    return after_newest


def _is_full_due(spec: ObjectSpec, archive: ObjectArchive, now: datetime) -> bool:
    if spec.full_every is None:
        return False
    for manifest in archive.newest_first():
        if manifest.started_at + spec.full_every <= now:
            return True
        if manifest.complete and manifest.mode == "full":
            return False
    return True


def _last_accepted_listing(archive: ObjectArchive) -> Manifest | None:
    for manifest in archive.newest_first():
        if manifest.complete and manifest.mode == "full" and manifest.listing_refused is None:
            return manifest
    return None
