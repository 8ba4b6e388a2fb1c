"""How records are read: the list for everything, the search for what changed.

The list has no ceiling and is never behind, but cannot be asked for changes. The search can, but it lags,
hides archived records, ends at 10,000 results, and a merge leaves the absorbed record behind without a
trace. So a portal is read in full while that is bearable, archived records included; beyond
`BEARABLE_RECORDS` a pull searches for changes, and a full pull each week finds what no search shows
(deletions for privacy, absorbed records).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from ingestion.sources.hubspot import properties
from ingestion.spec import Page, PullContext, PullFunction

LIST_LIMIT = 100
SEARCH_LIMIT = 200
BATCH_LIMIT = 100
BEARABLE_RECORDS = 20_000
# Changes show in the search "a few moments" later; others hold back five minutes.
OVERLAP = timedelta(minutes=15)
# Beyond some 15,000 characters an address is refused (414); shorter ones are safe everywhere.
LONGEST_LIST_QUERY = 6_000

# On contacts the property of the common name exists as well, but is not maintained.
_CURSORS = {"contacts": "lastmodifieddate"}
_CURSOR = "hs_lastmodifieddate"


class _Next(msgspec.Struct):
    after: str


class _Paging(msgspec.Struct):
    next: _Next | None = None


class _Identified(msgspec.Struct):
    id: str
    updatedAt: str = ""


class RecordPage(msgspec.Struct):
    """What the walk needs of a page; the records themselves stay bytes."""

    results: list[_Identified]
    paging: _Paging | None = None
    total: int | None = None

    @property
    def after(self) -> str | None:
        """Where the next page begins. Pages without results but with a next one do occur."""
        return self.paging.next.after if self.paging and self.paging.next else None

    @property
    def ids(self) -> list[str]:
        return [one.id for one in self.results]


def records(object_type: str) -> PullFunction:
    """Every record of a type, or in an incremental pull of many the changed ones."""

    def pull(context: PullContext) -> Iterator[Page]:
        # The newest change known to the search at the start: what changes during the pull is newer, and
        # comes with the next one. It is the vendor's clock, so ours may be wrong.
        total, newest = newest_change(context, object_type)
        wanted = properties.names(context, object_type)
        since = context.state.get("since")
        if context.mode == "incremental" and since and total > BEARABLE_RECORDS:
            start = datetime.fromisoformat(since) - OVERLAP
            for ids in changed_ids(context, object_type, start):
                yield from batch_read(context, object_type, ids, wanted)
        else:
            context.read_everything()
            yield from _listed(context, object_type, wanted, archived=False)
        # No search and no modification filter shows archived records.
        yield from _listed(context, object_type, wanted, archived=True)
        context.save(since=newest or since)

    return pull


def cursor_of(object_type: str) -> str:
    """The property that holds a record's time of modification."""
    return _CURSORS.get(object_type, _CURSOR)


def newest_change(context: PullContext, object_type: str) -> tuple[int, str | None]:
    """How many records there are, and when the last one changed (ISO 8601); slightly behind, as searches
    are.
    """
    page = _search(
        context,
        object_type,
        {"sorts": [{"propertyName": cursor_of(object_type), "direction": "DESCENDING"}], "limit": 1},
    )
    return page.total or 0, page.results[0].updatedAt if page.results else None


def changed_ids(context: PullContext, object_type: str, start: datetime) -> Iterator[list[str]]:
    """Ids of the records that changed since `start`, in ascending order, a page at a time.

    Paging is by id, from a new query each time, so that the ceiling of 10,000 results is never near. It is
    not by time: a bulk import gives more records than that one timestamp, and such a loop never ends.
    """
    last_id = 0
    at_or_after = str(int(start.astimezone(UTC).timestamp() * 1000))
    while True:
        page = _search(
            context,
            object_type,
            {
                "filterGroups": [
                    {
                        "filters": [
                            {"propertyName": cursor_of(object_type), "operator": "GTE", "value": at_or_after},
                            {"propertyName": "hs_object_id", "operator": "GT", "value": str(last_id)},
                        ]
                    }
                ],
                "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
                "limit": SEARCH_LIMIT,
            },
        )
        if page.results:
            yield page.ids
            # As numbers: "1000" is less than "999" as text.
            last_id = max(map(int, page.ids))
        if page.after is None or not page.results:
            return


def batch_read(
    context: PullContext,
    object_type: str,
    ids: Sequence[str],
    wanted: Sequence[str],
    *,
    archived: bool = False,
) -> Iterator[Page]:
    """The records with these ids. One that is gone meanwhile is missing (207), one that was merged is its
    survivor.
    """
    path = f"/crm/v3/objects/{object_type}/batch/read" + ("?archived=true" if archived else "")
    unique = list(dict.fromkeys(ids))
    for start in range(0, len(unique), BATCH_LIMIT):
        inputs = [{"id": one} for one in unique[start : start + BATCH_LIMIT]]
        yield context.client.post(path, {"properties": list(wanted), "inputs": inputs})


def listed_ids(context: PullContext, object_type: str, *, archived: bool = False) -> Iterator[list[str]]:
    """Ids of all records, a page at a time, in ascending order."""
    for page in _list_pages(context, object_type, {}, archived=archived):
        yield page.json(RecordPage).ids


def _listed(
    context: PullContext, object_type: str, wanted: Sequence[str], *, archived: bool
) -> Iterator[Page]:
    names = ",".join(wanted)
    if len(names) <= LONGEST_LIST_QUERY:
        yield from _list_pages(context, object_type, {"properties": names}, archived=archived)
        return
    for ids in listed_ids(context, object_type, archived=archived):
        yield from batch_read(context, object_type, ids, wanted, archived=archived)


def _list_pages(
    context: PullContext, object_type: str, params: dict[str, str], *, archived: bool
) -> Iterator[Page]:
    query: dict[str, Any] = {"limit": LIST_LIMIT, "archived": "true" if archived else "false", **params}
    after: str | None = None
    while True:
        page = context.client.get(
            f"/crm/v3/objects/{object_type}", query | ({"after": after} if after else {})
        )
        yield page
        after = page.json(RecordPage).after
        if after is None:
            return


def _search(context: PullContext, object_type: str, body: dict[str, Any]) -> RecordPage:
    question = {"properties": [cursor_of(object_type)], **body}
    page = context.client.post(f"/crm/v3/objects/{object_type}/search", question, bucket="search")
    return page.json(RecordPage)  # type: ignore[no-any-return]
