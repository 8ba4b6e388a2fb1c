"""Who belongs to whom: one row per pair of records, read many at a time.

A record without any is an "error" of a 207 answer that only means none. A new association is not sure to
move the modification time of either record, so pairs are read for all records while that is bearable, and
else for those changed within `LOOK_BACK`; a full pull each week finds the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from ingestion.http import UnexpectedAnswer
from ingestion.sources.hubspot import records
from ingestion.spec import Page, PullContext, PullFunction, RowReader

BATCH_LIMIT = 1_000
LOOK_BACK = timedelta(days=7)
_NONE = "crm.associations.NO_ASSOCIATIONS_FOUND"


class _From(msgspec.Struct):
    id: str


class _To(msgspec.Struct):
    toObjectId: int
    associationTypes: msgspec.Raw


class _Result(msgspec.Struct):
    from_: _From = msgspec.field(name="from")
    to: list[_To]
    paging: records._Paging | None = None


class _Problem(msgspec.Struct):
    message: str = ""
    subCategory: str | None = None


class _Answer(msgspec.Struct):
    results: list[_Result]
    errors: list[_Problem] = []


def pairs(from_type: str, to_type: str) -> PullFunction:
    """The associations of every record of `from_type`, or in an incremental pull of many of the changed
    ones.
    """

    def pull(context: PullContext) -> Iterator[Page]:
        total, newest = records.newest_change(context, from_type)
        since = context.state.get("since")
        if context.mode == "incremental" and since and total > records.BEARABLE_RECORDS:
            ids = records.changed_ids(context, from_type, datetime.fromisoformat(since) - LOOK_BACK)
        else:
            context.read_everything()
            ids = records.listed_ids(context, from_type)
        for batch in _batches(ids):
            yield from _read(context, from_type, to_type, [{"id": one} for one in batch])
        context.save(since=newest or since)

    return pull


def _read(
    context: PullContext, from_type: str, to_type: str, inputs: Sequence[dict[str, str]]
) -> Iterator[Page]:
    """One batch; records with more associations than fit in an answer are asked for again, where they broke
    off.
    """
    while inputs:
        path = f"/crm/v4/associations/{from_type}/{to_type}/batch/read"
        page = context.client.post(path, {"inputs": inputs}, bucket="associations")
        answer: _Answer = page.json(_Answer)
        problems = [problem for problem in answer.errors if problem.subCategory != _NONE]
        if problems:
            raise UnexpectedAnswer(
                f"account {context.account.account_id!r} (hubspot): {path} could not read some associations "
                f"({problems[0].message}). What was landed is kept: run again."
            )
        yield page
        inputs = [
            {"id": one.from_.id, "after": one.paging.next.after}
            for one in answer.results
            if one.paging and one.paging.next
        ]


def _batches(pages: Iterator[list[str]]) -> Iterator[list[str]]:
    held: list[str] = []
    for page in pages:
        held += page
        while len(held) >= BATCH_LIMIT:
            yield held[:BATCH_LIMIT]
            held = held[BATCH_LIMIT:]
    if held:
        yield held


def pair_rows(from_name: str, to_name: str) -> RowReader:
    """Rows `{<from>_id, <to>_id, types}` of an answer, whose own shape is a list of lists."""
    decoder = msgspec.json.Decoder(_Answer)

    def rows(body: bytes) -> Sequence[msgspec.Raw]:
        return [
            msgspec.Raw(msgspec.json.encode(_pair(from_name, to_name, result.from_.id, other)))
            for result in decoder.decode(body).results
            for other in result.to
        ]

    return rows


def _pair(from_name: str, to_name: str, from_id: str, other: _To) -> dict[str, Any]:
    # Ids are text everywhere but here.
    return {
        f"{from_name}_id": from_id,
        f"{to_name}_id": str(other.toObjectId),
        "types": other.associationTypes,
    }
