"""Spend files: all are checked, also against each other, before the first is landed."""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.sources.spend_csv.documents import BrokenFile, Document, check_overlaps, read_document
from ingestion.spec import Page, PullContext
from ingestion.uploads import read_upload, refused, uploaded_files


def uploads(context: PullContext) -> Iterator[Page]:
    """Every file as a page, or none: a broken file must not half-replace the others.

    Raises:
        UnexpectedAnswer: a file is broken; the message names file, line and column.
        ConfigError: nothing matches the path.
    """
    files = list(uploaded_files(context))
    try:
        check_overlaps([read_document(file.name, file.body) for file in files])
    except BrokenFile as error:
        raise refused(context, error) from error
    for file in files:
        yield file.page()
    context.save()


def archived_document(body: bytes) -> Document:
    upload = read_upload(body)
    return read_document(upload.file, upload.content.encode())
