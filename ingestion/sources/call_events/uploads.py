"""Event files: each is checked as a whole before it is landed.

A file that is gone later takes no event back.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.sources.call_events.documents import Document, read_document
from ingestion.spec import Page, PullContext
from ingestion.tables import BrokenTable
from ingestion.uploads import read_upload, refused, uploaded_files


def uploads(context: PullContext) -> Iterator[Page]:
    """Every file as a page.

    Raises:
        UnexpectedAnswer: a file is no UTF-8, or a table without the columns that every event has.
        ConfigError: nothing matches the path.
    """
    for file in uploaded_files(context):
        try:
            read_document(file.name, file.body)
        except BrokenTable as error:
            raise refused(context, error) from error
        yield file.page()
    context.save()


def archived_document(body: bytes) -> Document:
    upload = read_upload(body)
    return read_document(upload.file, upload.content.encode())
