"""Where event files come from: one URL, or files that match a pattern."""

from __future__ import annotations

import glob
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from pydantic import BaseModel, ConfigDict, model_validator

from ingestion.config import ConfigError
from ingestion.http import StaticHeaders, UnexpectedAnswer, VendorClient
from ingestion.limits import RateLimit
from ingestion.sources.call_events.documents import Document, read_document
from ingestion.spec import Connection, Page, PullContext, utc_now
from ingestion.tables import BrokenTable


class Options(BaseModel):
    """`accounts[].options` of an account of call events; exactly one of the two.

    Attributes:
        url: Where the file is; read whole each time.
        path: A pattern such as `calls/*.ndjson`, relative to where Fourwire runs. A file that is gone later
            takes no event back.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str | None = None
    path: str | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Options:
        if bool(self.url) == bool(self.path):
            raise ValueError("give either url or path")
        return self


def open_client(connection: Connection) -> VendorClient:
    return VendorClient(
        connection,
        base_url=connection.account.base_url or "",
        auth=StaticHeaders({}),
        limits={"default": RateLimit(per_second=1, burst=2)},
        follow_redirects=True,
    )


class Upload(msgspec.Struct):
    """One file as it is archived: its text, and its name, which rejects refer to."""

    file: str
    content: str

    def document(self) -> Document:
        return read_document(self.file, self.content.encode())


def uploads(context: PullContext) -> Iterator[Page]:
    """Every file as a page.

    Raises:
        UnexpectedAnswer: a file is no UTF-8, or a table without the columns that every event has.
        ConfigError: nothing matches the path.
    """
    for name, body, request in _downloaded(context) if context.options.url else _found(context):
        try:
            read_document(name, body)
        except BrokenTable as error:
            raise UnexpectedAnswer(
                f"account {context.account.account_id!r} ({context.account.platform}): {error}. Nothing of "
                "the file was loaded; correct it and run again."
            ) from error
        content = msgspec.json.encode(Upload(name, body.decode()))
        yield Page(request=request, body=content, fetched_at=utc_now())
    context.save()


def _downloaded(context: PullContext) -> Iterator[tuple[str, bytes, str]]:
    page = context.client.get(context.options.url, expect="text")
    name = Path(urlsplit(context.options.url).path).name or "upload"
    yield name, page.body, page.request


def _found(context: PullContext) -> Iterator[tuple[str, bytes, str]]:
    paths = sorted(
        (Path(name) for name in glob.glob(context.options.path, recursive=True)),  # noqa: PTH207
        key=lambda path: (path.stat().st_mtime, path.name),
    )
    if not paths:
        raise ConfigError(
            f"account {context.account.account_id!r} ({context.account.platform}): no file matches "
            f"options.path {context.options.path!r} from {Path.cwd()}"
        )
    for path in paths:
        yield path.name, path.read_bytes(), f"file {path}"
