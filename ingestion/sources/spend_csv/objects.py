"""What is made of spend files: the lines that count, and those that do not with the reason."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ingestion.sources.spend_csv.uploads import archived_document, uploads
from ingestion.spec import ObjectSpec


def accepted_rows(body: bytes) -> Sequence[msgspec.Raw]:
    return [msgspec.Raw(msgspec.json.encode(payload)) for payload in archived_document(body).payloads()]


def rejected_rows(body: bytes) -> Sequence[msgspec.Raw]:
    return [
        msgspec.Raw(msgspec.json.encode(payload)) for payload in archived_document(body).reject_payloads()
    ]


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
