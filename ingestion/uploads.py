"""Sources that are files which people or programs put somewhere: at one URL, or where a pattern finds them.

A source of this kind declares `UploadOptions` and `open_client`, reads `uploaded_files` in its pull, checks
each in its own way, and yields its `page`; its rows are read from the archived `Upload`.
"""

from __future__ import annotations

import glob
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from pydantic import BaseModel, ConfigDict, model_validator

from ingestion.config import Account, ConfigError
from ingestion.http import StaticHeaders, UnexpectedAnswer, VendorClient
from ingestion.limits import RateLimit
from ingestion.spec import Connection, Page, PullContext, utc_now


class UploadOptions(BaseModel):
    """`accounts[].options` of an account of files; exactly one of the two.

    Attributes:
        url: Where the file is; read whole each time.
        path: A pattern such as `uploads/*.csv`, relative to where Fourwire runs. Files are read oldest
            first, so that the last upload of a row wins.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str | None = None
    path: str | None = None

    @model_validator(mode="after")
    def _one_place(self) -> UploadOptions:
        if bool(self.url) == bool(self.path):
            raise ValueError("give either url or path")
        return self


class Upload(msgspec.Struct):
    """One file as it is archived: its text, and its name, which rejects refer to."""

    file: str
    content: str


@dataclass(frozen=True)
class UploadedFile:
    """One file as it was found: its bytes, its name, and what was asked for it."""

    name: str
    body: bytes
    request: str

    def page(self) -> Page:
        """The file as it is archived; that its bytes are UTF-8 was checked by who read them."""
        upload = Upload(self.name, self.body.decode("utf-8-sig"))
        return Page(request=self.request, body=msgspec.json.encode(upload), fetched_at=utc_now())


_UPLOAD = msgspec.json.Decoder(Upload)


def read_upload(body: bytes) -> Upload:
    """The file that an archived page holds."""
    return _UPLOAD.decode(body)


def open_client(connection: Connection) -> VendorClient:
    return VendorClient(
        connection,
        base_url=connection.account.base_url or "",
        auth=StaticHeaders({}),
        limits={"default": RateLimit(per_second=1, burst=2)},
        follow_redirects=True,
    )


def uploaded_files(context: PullContext) -> Iterator[UploadedFile]:
    """The account's files, oldest first.

    Raises:
        ConfigError: nothing matches the path.
        VendorError: the URL cannot be read.
    """
    options: UploadOptions = context.options
    if options.url:
        page = context.client.get(options.url, expect="text")
        yield UploadedFile(Path(urlsplit(options.url).path).name or "upload", page.body, page.request)
        return
    for path in paths_matching(context.account, str(options.path)):
        yield UploadedFile(path.name, path.read_bytes(), f"file {path}")


def paths_matching(account: Account, pattern: str) -> list[Path]:
    """The files that `options.path` of an account finds, oldest first.

    Raises:
        ConfigError: there is none.
    """
    paths = [Path(name) for name in glob.glob(pattern, recursive=True)]  # noqa: PTH207
    if not paths:
        raise ConfigError(
            f"account {account.account_id!r} ({account.platform}): no file matches options.path {pattern!r} "
            f"from {Path.cwd()}"
        )
    return sorted(paths, key=lambda path: (path.stat().st_mtime, path.name))


def refused(context: PullContext, reason: Exception) -> UnexpectedAnswer:
    """What to raise for a file that cannot be used as a whole; `reason` names file and line."""
    account = context.account
    return UnexpectedAnswer(
        f"account {account.account_id!r} ({account.platform}): {reason}. Nothing of the file was loaded; "
        "correct it and run again."
    )
