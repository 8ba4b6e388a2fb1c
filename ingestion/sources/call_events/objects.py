"""What is made of event files: the events, and the lines that are none, with the reason."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ingestion.sources.call_events.uploads import Upload, uploads
from ingestion.spec import ObjectSpec

_UPLOAD = msgspec.json.Decoder(Upload)
_PERMISSION = "none: whoever may write the files tells what happened"


def event_rows(body: bytes) -> Sequence[msgspec.Raw]:
    return list(_UPLOAD.decode(body).document().events())


def rejected_rows(body: bytes) -> Sequence[msgspec.Raw]:
    rejects = _UPLOAD.decode(body).document().rejects()
    return [msgspec.Raw(msgspec.json.encode(reject)) for reject in rejects]


OBJECTS = (
    # Files are moved away when they are old: an event that is no longer told is still true.
    ObjectSpec(
        name="events",
        description="one thing that a call-handling system told of a call",
        pull=uploads,
        key=("event_id",),
        rows=event_rows,
        permission=_PERMISSION,
    ),
    ObjectSpec(
        name="event_rejects",
        description="a line that is no call event, with the reason; gone once the file is corrected",
        pull=uploads,
        key=("file", "line"),
        rows=rejected_rows,
        is_complete_listing=True,
        permission=_PERMISSION,
    ),
)
