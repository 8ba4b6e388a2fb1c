"""What is made of the dropped files: their records, their refused lines, and what each file is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

import msgspec

from ingestion.http import UnexpectedAnswer
from ingestion.sources.fieldedge.documents import read_document
from ingestion.sources.fieldedge.drop import Drop
from ingestion.spec import Page, PullContext, PullFunction, utc_now

if TYPE_CHECKING:
    from ingestion.sources.fieldedge.connection import TenantClient


class Archived(msgspec.Struct):
    """One file as it is archived: its text, and the operator's columns with which it is to be read."""

    file: str
    content: str
    columns: dict[str, dict[str, str]]


_ARCHIVED = msgspec.json.Decoder(Archived)


def records_of(body: bytes) -> Sequence[msgspec.Raw]:
    """The records of an archived file."""
    archived = _ARCHIVED.decode(body)
    document = read_document(archived.file, archived.content.encode(), archived.columns)
    return [msgspec.Raw(msgspec.json.encode(record)) for record in document.records.values()]


def exported(kind: str) -> PullFunction:
    """The contents of a kind that no earlier pull has read, oldest export first.

    A page counts as fetched when the file was exported, because what it says was true then: a row's newest
    version, and the time since when it has been as it is, follow from the exports alone and not from when
    somebody dropped them.
    """

    def pull(context: PullContext) -> Iterator[Page]:
        columns = context.options.columns
        # Read with other columns, a content says something else.
        reading = "|" + hashlib.sha256(msgspec.json.encode(columns, order="sorted")).hexdigest()[:8]
        read: dict[str, str] = dict(context.state.get("contents", {}))
        for export in dropped(context).of_kind(kind):
            content = export.sha256 + (reading if columns else "")
            if content in read:
                continue
            archived = Archived(export.name, export.content.decode("utf-8-sig"), columns)
            yield Page(f"file {export.name}", msgspec.json.encode(archived), export.exported_at)
            read[content] = export.exported_at.isoformat()
        context.save(contents=read)

    return pull


def refusals(context: PullContext) -> Iterator[Page]:
    """Every line of the files that are there now that is not used, and every file of which none is."""
    drop = dropped(context)
    rows: list[dict[str, Any]] = [
        {"file": unread.name, "line": 1, "kind": None, "reason": unread.reason, "row": None}
        for unread in drop.unread
    ]
    for export in drop.exports:
        rows += [
            {
                "file": export.name,
                "line": refusal.line,
                "kind": export.document.kind.name,
                "reason": refusal.reason,
                "row": dict(refusal.cells),
            }
            for refusal in export.document.refusals
        ]
    if rows:
        context.warn(
            f"{len(rows)} lines in the drop folder are not used, the first of them {rows[0]['file']}, line "
            f"{rows[0]['line']}: {rows[0]['reason']}. All are in raw_fieldedge.export_rejects; drop a "
            "corrected file and run again."
        )
    yield Page("drop folder", msgspec.json.encode({"rejects": rows}), utc_now())
    context.save()


def contents(context: PullContext) -> Iterator[Page]:
    """What each file is and how much of it is used.

    Raises:
        UnexpectedAnswer: a file cannot be read at all. Every other object has what the other files say.
    """
    drop = dropped(context)
    if drop.unread:
        raise UnexpectedAnswer(
            f"account {context.account.account_id!r} (fieldedge): {len(drop.unread)} of "
            f"{len(drop.unread) + len(drop.exports)} files in the drop folder cannot be read. "
            f"{drop.unread[0].reason}. If your exports name their columns otherwise, say so in "
            "options.columns; the other files were read."
        )
    rows = [
        {
            "sha256": export.sha256,
            "file": export.name,
            "kind": export.document.kind.name,
            "exported_at": f"{export.exported_at:%Y-%m-%dT%H:%M:%SZ}",
            "records": len(export.document.records),
            "refused_lines": len(export.document.refusals),
        }
        for export in drop.exports
    ]
    yield Page("drop folder", msgspec.json.encode({"files": rows}), utc_now())
    context.save()


def dropped(context: PullContext) -> Drop:
    return cast("TenantClient", context.client).drop()
