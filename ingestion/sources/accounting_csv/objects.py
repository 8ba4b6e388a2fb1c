"""What is made of accounting exports: the entries that count, and the lines that do not with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from ingestion.sources.accounting_csv.documents import BrokenExport, Export, read_export
from ingestion.spec import ObjectSpec, Page, PullContext
from ingestion.uploads import read_upload, refused, uploaded_files


def exports(context: PullContext) -> Iterator[Page]:
    """Every file as a page, or none: a broken file must not half-replace the others.

    Raises:
        UnexpectedAnswer: a file is broken; the message names file and line.
        ConfigError: nothing matches the path.
    """
    files = list(uploaded_files(context))
    try:
        for file in files:
            read_export(file.name, file.body)
    except BrokenExport as error:
        raise refused(context, error) from error
    for file in files:
        yield file.page()
    context.save()


def _archived(body: bytes) -> Export:
    upload = read_upload(body)
    return read_export(upload.file, upload.content.encode())


def accepted_rows(body: bytes) -> Sequence[msgspec.Raw]:
    return [msgspec.Raw(msgspec.json.encode(payload)) for payload in _archived(body).payloads()]


def rejected_rows(body: bytes) -> Sequence[msgspec.Raw]:
    return [msgspec.Raw(msgspec.json.encode(payload)) for payload in _archived(body).reject_payloads()]


OBJECTS = (
    ObjectSpec(
        name="entries",
        description="a document of the books: an invoice, credit memo, payment, refund or deposit",
        pull=exports,
        key=("entry_key",),
        rows=accepted_rows,
        is_complete_listing=True,
    ),
    ObjectSpec(
        name="entry_rejects",
        description="a line of an accounting export that was refused, with the reason",
        pull=exports,
        key=("file", "line"),
        rows=rejected_rows,
        is_complete_listing=True,
        may_empty=True,
    ),
)
