"""What is made of event files: the events, and of each file what in it could not be used."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ingestion.sources.call_events.uploads import archived_document, uploads
from ingestion.spec import ObjectSpec

_PERMISSION = "none: whoever may write the files tells what happened"


def event_rows(body: bytes) -> Sequence[msgspec.Raw]:
    return list(archived_document(body).events())


def file_rows(body: bytes) -> Sequence[msgspec.Raw]:
    return [msgspec.Raw(msgspec.json.encode(archived_document(body).summary()))]


OBJECTS = (
    # Files are moved away when they are old: an event that is no longer told is still true.
    ObjectSpec(
        name="events",
        description="one thing that a call-handling system told of a call",
        pull=uploads,
        key=("event_id",),
        rows=event_rows,
        permission=_PERMISSION,
        lists_everything=True,
    ),
    ObjectSpec(
        name="event_files",
        description="a file as last read: how many events, and the lines that are none, with the reason",
        pull=uploads,
        key=("file",),
        rows=file_rows,
        permission=_PERMISSION,
        lists_everything=True,
    ),
)
