"""Where spend files come from: one URL, or files that match a pattern."""

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
from ingestion.sources.spend_csv.documents import BrokenFile, Document, check_overlaps, read_document
from ingestion.spec import Connection, Page, PullContext, utc_now


class Options(BaseModel):
    """`accounts[].options` of a spend account; exactly one of the two.

    Attributes:
        url: Where the file is; read whole each time.
        path: A pattern such as `uploads/*.csv`, relative to where Fourwire runs. Files are read oldest
        first, so that
            the last upload of a row wins.
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
    """One file as it is archived: its text needs its name, which rejects refer to."""

    file: str
    content: str

    def document(self) -> Document:
        return read_document(self.file, self.content.encode())


def uploads(context: PullContext) -> Iterator[Page]:
    """Every file as a page, all checked before the first is landed: a broken file must not half-replace the
    others.

    Raises:
        UnexpectedAnswer: a file is broken; the message names file, line and column.
        ConfigError: nothing matches the path.
    """
    pages = list(_downloaded(context) if context.options.url else _found(context))
    try:
        documents = [read_document(name, body) for name, body, _ in pages]
        check_overlaps(documents)
    except BrokenFile as error:
        raise UnexpectedAnswer(
            f"account {context.account.account_id!r} (spend_csv): {error}. Nothing of it was loaded; correct "
            "the file and run again."
        ) from error
    for name, body, request in pages:
        content = msgspec.json.encode(Upload(name, body.decode("utf-8-sig")))
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
            f"account {context.account.account_id!r} (spend_csv): no file matches options.path "
            f"{context.options.path!r} from {Path.cwd()}"
        )
    for path in paths:
        yield path.name, path.read_bytes(), f"file {path}"
