"""How Workiz's lists are read: no filter by change, no end date, no sign of a deletion.

A list is bounded by the scheduled day, goes from the latest to the earliest, and holds only the last 14 days
and open records unless told otherwise. No field tells when a record changed. So up to `BEARABLE_ROWS` every
pull reads the whole list; beyond, a pull reads the last `LOOK_BACK` and asks singly for the records that are
known to be unfinished and did not come, and once in `WHOLE_EVERY` it reads everything.

Absence means little: a record that lost its date may not be listed, a list may not reach back for ever, and a
record that moves while pages turn can slip through. So whatever a whole read does not bring, though it was
known, is asked for by its id; only what the vendor does not have even then counts as removed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from ingestion.http import UnexpectedAnswer, VendorRefused
from ingestion.sources.workiz.answers import envelope
from ingestion.sources.workiz.records import RecordKind, Sightings
from ingestion.spec import Page, PullContext, PullFunction

PAGE_SIZE = 100  # the documented maximum
# Each page begins with the end of the one before it. That shows that nothing moved up over the seam, and that
# `offset` counts what we think it counts.
OVERLAP = 5
BEARABLE_ROWS = 5_000
LOOK_BACK = timedelta(days=90)
WHOLE_EVERY = timedelta(days=7)
# Unpaid for longer than this, a job is left to the whole reads.
FOLLOWED_FOR = timedelta(days=400)
FOLLOWED_AT_MOST = 300
MISSED_AT_MOST = 500
UNLISTED_WORTH_TELLING = 20
# How far back a list goes is not established; a day before the vendor existed asks for all of it.
THE_BEGINNING = date(2000, 1, 1)
_PASSES = 3


class _Moved(Exception):
    """Rows changed their places between two pages, or `offset` is not what we take it for."""


def listed(kind: RecordKind) -> PullFunction:
    """Read everything while it is bearable; of more, what can be expected to have changed."""

    def pull(context: PullContext) -> Iterator[Page]:
        reading = _Reading(context, kind)
        if context.mode == "full" or (context.since is None and reading.is_whole_due()):
            context.read_everything()
            yield from reading.everything()
        else:
            yield from reading.changes()

    return pull


class _Reading:
    def __init__(self, context: PullContext, kind: RecordKind) -> None:
        state = context.state
        self._context = context
        self._kind = kind
        self._known = set(state.get("known", ()))
        self._unsettled: dict[str, str] = dict(state.get("unsettled", {}))
        self._newest: str = state.get("newest", "")
        self._whole_at: str = state.get("whole_at", "")
        self._sightings = Sightings(kind)

    def is_whole_due(self) -> bool:
        if len(self._known) <= BEARABLE_ROWS or not self._whole_at:
            return True
        return self._context.started_at - datetime.fromisoformat(self._whole_at) >= WHOLE_EVERY

    def everything(self) -> Iterator[Page]:
        context = self._context
        began = context.since.date() if context.since else context.account.start_on
        yield from self._walk(began or THE_BEGINNING, self._resumed_at())
        missed = sorted(self._known - self._sightings.seen)
        if len(missed) > MISSED_AT_MOST:
            raise UnexpectedAnswer(
                f"{self._who} came without {len(missed)} of {len(self._known)} known records, more than "
                f"{MISSED_AT_MOST}, so the list may be cut. Nothing was marked as removed. If they were "
                "really deleted, run once with --full, which takes the list's word for it."
            )
        listed_rows = len(self._sightings.seen)
        yield from self._singly(missed)
        unlisted = len(self._sightings.seen) - listed_rows
        if unlisted >= UNLISTED_WORTH_TELLING:
            context.warn(
                f"{unlisted} {context.object.name} exist that the list does not show, such as undated or old "
                "ones. Each known one costs a request; those that were never listed are missing here."
            )
        context.save(
            whole_at=context.started_at.isoformat(),
            newest=max(self._newest, self._sightings.newest),
            known=sorted(self._sightings.seen),
            unsettled=self._sightings.unsettled,
        )

    def changes(self) -> Iterator[Page]:
        """Of what was deleted meanwhile this says nothing; the next whole read does."""
        context, sightings = self._context, self._sightings
        newest = date.fromisoformat(self._newest) if self._newest else context.started_at.date()
        yield from self._walk(context.since.date() if context.since else newest - LOOK_BACK)
        oldest = (newest - FOLLOWED_FOR).isoformat()
        missed = [
            (scheduled, uuid)
            for uuid, scheduled in self._unsettled.items()
            if uuid not in sightings.seen and (scheduled >= oldest or not scheduled)
        ]
        yield from self._singly([uuid for _, uuid in sorted(missed, reverse=True)[:FOLLOWED_AT_MOST]])
        left = {uuid: day for uuid, day in self._unsettled.items() if uuid not in sightings.seen}
        context.save(
            whole_at=self._whole_at,
            newest=max(self._newest, sightings.newest),
            known=sorted(self._known | sightings.seen),
            unsettled=left | sightings.unsettled,
        )

    def _singly(self, uuids: list[str]) -> Iterator[Page]:
        for uuid in uuids:
            try:
                page = self._context.client.get(f"/{self._kind.name}/get/{uuid}/")
            except VendorRefused as error:
                if error.status != 404:
                    raise
                continue
            self._sightings.note(envelope(page.body).data)
            yield page

    def _resumed_at(self) -> int:
        """Where an interrupted whole read goes on, and what it had seen."""
        walk = self._context.state.get("walk")
        if not walk:
            return 0
        self._sightings = Sightings(self._kind, set(walk["seen"]), dict(walk["unsettled"]), walk["newest"])
        return int(walk["offset"])

    def _walk(self, since: date, offset: int = 0) -> Iterator[Page]:
        """The list from `since` on; read again from its beginning when rows moved while it was read."""
        for _ in range(_PASSES):
            try:
                yield from self._pages(since, offset)
                return
            except _Moved:
                offset = 0
                self._sightings = Sightings(self._kind)
                self._context.restart_listing()
        raise UnexpectedAnswer(
            f"{self._who}: pages did not continue each other, {_PASSES} times over. Nothing of the last part "
            "was landed. Either many records are being rescheduled just now, then run again; or this account "
            "counts `offset` in pages, then set options.offset_counts to pages."
        )

    def _pages(self, since: date, offset: int) -> Iterator[Page]:
        context, counts_pages = self._context, self._context.options.offset_counts == "pages"
        fruitless = 0
        while True:
            page = self._page(since, offset)
            answer = envelope(page.body)
            seam = answer.data[: OVERLAP + 1]
            if offset and not counts_pages and not self._sightings.knows_any(seam):
                raise _Moved
            fruitless = 0 if self._sightings.note(answer.data) else fruitless + 1
            yield page
            has_more = len(answer.data) >= PAGE_SIZE if answer.has_more is None else bool(answer.has_more)
            if not has_more:
                return
            if fruitless == _PASSES:
                raise _Moved
            offset += 1 if counts_pages else max(1, len(answer.data) - OVERLAP)
            if context.mode == "full":
                self._save_place(offset)

    def _save_place(self, offset: int) -> None:
        sightings = self._sightings
        self._context.save(
            whole_at=self._whole_at,
            newest=self._newest,
            known=sorted(self._known),
            unsettled=self._unsettled,
            walk={
                "offset": offset,
                "seen": sorted(sightings.seen),
                "unsettled": sightings.unsettled,
                "newest": sightings.newest,
            },
        )

    def _page(self, since: date, offset: int) -> Page:
        return self._context.client.get(
            f"/{self._kind.name}/all/",
            {
                "start_date": since.isoformat(),
                "offset": offset,
                "records": PAGE_SIZE,
                "only_open": "false",
            },
        )

    @property
    def _who(self) -> str:
        account = self._context.account
        return f"account {account.account_id!r} ({account.platform}): {self._context.object.name}"
