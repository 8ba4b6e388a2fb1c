"""What is made of spend files: the lines that count, and those that do not with the reason."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ingestion.sources.spend_csv.uploads import Upload, uploads
from ingestion.spec import ObjectSpec

_UPLOAD = msgspec.json.Decoder(Upload)


def accepted_rows(body: bytes) -> Sequence[msgspec.Raw]:
    return [
        msgspec.Raw(msgspec.json.encode(payload)) for payload in _UPLOAD.decode(body).document().payloads()
    ]


def rejected_rows(body: bytes) -> Sequence[msgspec.Raw]:
    document = _UPLOAD.decode(body).document()
    return [msgspec.Raw(msgspec.json.encode(payload)) for payload in document.reject_payloads()]


OBJECTS = (
    ObjectSpec(
        name="spend",
        description="a line of a spend file: one source, campaign, cost type, and day or period",
        pull=uploads,
        key=("row_key",),
        rows=accepted_rows,
        is_complete_listing=True,
    ),
    ObjectSpec(
        name="spend_rejects",
        description="a line of a spend file that was refused, with the reason",
        pull=uploads,
        key=("file", "line"),
        rows=rejected_rows,
        is_complete_listing=True,
        may_empty=True,
    ),
)
