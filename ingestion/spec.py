"""What a source declares: one vendor, its objects, and for each object how to read it.

A source sub-package exports `SPEC: SourceSpec`. An object's `pull` is a generator: it asks the vendor through
`PullContext.client`, yields each answer as a `Page` untouched, and says with `PullContext.save` up to where a
later run may continue. Reading rows out of a page (`ObjectSpec.rows`) happens again at load time, from the
archive; so a page that was landed once can be read better later, without asking the vendor again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from pydantic import BaseModel, ConfigDict

from ingestion.config import Account, ConfigError, Settings

if TYPE_CHECKING:
    from ingestion.http import VendorClient

Mode = Literal["full", "incremental"]
RowReader = Callable[[bytes], Sequence[msgspec.Raw]]


@dataclass(frozen=True, slots=True)
class Page:
    """One answer as it was received.

    Attributes:
        request: What was asked, without secrets: path and query, and the body of a search. Archived beside
            the bytes.
        body: The bytes of the answer, decompressed and otherwise untouched.
        fetched_at: When the answer was complete, UTC.
    """

    request: str
    body: bytes
    fetched_at: datetime

    def json(self, shape: Any = Any) -> Any:
        """Decode the body, optionally into a msgspec type (row lists best as `list[msgspec.Raw]`)."""
        return msgspec.json.decode(self.body, type=shape)


def rows_at(name: str | None = "data") -> RowReader:
    """A reader for JSON pages whose rows are the array `name`; None means that the page itself is the array.

    A page without that array is an error, not an empty page: vendors answer 200 with error bodies.
    """
    if name is None:
        return msgspec.json.Decoder(list[msgspec.Raw]).decode
    envelope: Any = msgspec.defstruct("Envelope", [("rows", list[msgspec.Raw])], rename={"rows": name})
    decoder = msgspec.json.Decoder(envelope)
    return lambda body: decoder.decode(body).rows


def whole_page(body: bytes) -> Sequence[msgspec.Raw]:
    """A reader for pages that are one row, such as `GET /company`."""
    return [msgspec.Raw(body)]


class NoOptions(BaseModel):
    """The account options of a source that has none."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass
class PullContext:
    """What a pull may use, and where it reports.

    Attributes:
        mode: full = read everything there is; incremental = only what changed since `state`.
        state: What the last pull of this object saved. Empty at the start of a full pull; a full pull that
            was interrupted and resumes finds here what it had saved.
        since: Read again from this moment on (`--since`, or the account's `start_on` on a first pull), or
            None. Objects that are always pulled in full ignore it.
        watermark: Newest modification time among all rows landed for this object so far, this pull's pages
            included as soon as they were yielded; None before the first row or for objects without
            `modified`.
    """

    account: Account
    object: ObjectSpec
    client: VendorClient
    options: Any
    mode: Mode
    state: Mapping[str, Any]
    since: datetime | None
    started_at: datetime
    watermark: datetime | None = None
    saved: dict[str, Any] = field(default_factory=dict)
    is_saved: bool = False
    is_restarted: bool = False
    control_total: int | None = None
    missed_by_token: int | None = None
    missed_by_watermark: int | None = None
    warning: str | None = None

    def save(self, **state: Any) -> None:
        """Everything yielded so far is enough to continue from `state` (JSON values only) in a later pull.

        An interrupted pull resumes from its last saved state if the pages before it were landed as a
        checkpoint.
        """
        self.saved = state
        self.is_saved = True

    def read_everything(self) -> None:
        """This pull reads the whole object after all, so that it counts as a full one."""
        self.mode = "full"

    def restart_listing(self) -> None:
        """What came so far is not the whole, and is read again from the beginning: count it once."""
        self.is_restarted = True

    def report_total(self, total: int | None) -> None:
        """The vendor's own count of what this pull should hold; compared with the rows that came."""
        self.control_total = total

    def warn(self, words: str) -> None:
        """The pull goes well, but somebody should know something, such as what can no longer be read."""
        account = self.account
        self.warning = f"account {account.account_id!r} ({account.platform}): {words}"


PullFunction = Callable[[PullContext], Iterator[Page]]


@dataclass(frozen=True)
class ObjectSpec:
    """One vendor object = one raw table.

    Attributes:
        name: Raw table name, snake_case plural.
        description: One line for the catalogue: what a row is.
        pull: The generator that yields pages.
        key: JSON paths (dots for nesting) whose values, joined by `|`, are the native id.
        modified: JSON path of the vendor's modification time, or None if it has none.
        rows: How rows are found in a page.
        incremental: Whether `pull` knows an incremental mode; otherwise each run pulls in full.
        full_every: Pull in full again after this long, for vendors whose feeds do not tell deletions.
        is_complete_listing: A finished full pull holds every row that exists; a row absent from it was
            removed.
        visible_after: How long a change may stay invisible to `pull`. A row absent from a complete listing
            counts as removed only when a pull started that much later did not bring it either.
        may_empty: Rows come and go by their nature, such as what is wrong with files now: a listing without
            any is no reason to doubt it.
        kept_for: How long the vendor shows a row, where that is limited: older ones are held here alone.
        lists_everything: A full pull brings every row that can be had, also where absence proves nothing.
            None means: as `is_complete_listing` says.
        unswept: Why the nightly sweep cannot list this object, where a full pull does not.
        created: JSON path of a row's time of creation, or None; the sweep counts by its day.
        amount: JSON path of what the sweep sums by day; only where it is in whole units of the currency.
        permission: What the credentials must be allowed for this object, in the vendor's own words.
        checkpoint_pages: Land what came as a pull of its own after this many pages (long first loads resume
            there).
    """

    name: str
    description: str
    pull: PullFunction
    key: tuple[str, ...] = ("id",)
    modified: str | None = None
    rows: RowReader = field(default=rows_at("data"), repr=False)
    incremental: bool = False
    full_every: timedelta | None = None
    is_complete_listing: bool = False
    may_empty: bool = False
    visible_after: timedelta = timedelta(0)
    kept_for: timedelta | None = None
    checkpoint_pages: int | None = None
    permission: str = ""
    lists_everything: bool | None = None
    unswept: str | None = None
    created: str | None = None
    amount: str | None = None

    @property
    def is_swept(self) -> bool:
        """Whether a full pull shows all there is, so that it can be compared with what is held."""
        return self.is_complete_listing if self.lists_everything is None else self.lists_everything

    def __post_init__(self) -> None:
        if not self.name.isidentifier() or self.name != self.name.lower() or self.name.startswith("_"):
            raise ValueError(
                f"object name {self.name!r}: must be a snake_case table name without leading underscore"
            )
        if not self.key:
            raise ValueError(f"object {self.name!r}: needs a key; without one, rows cannot be told apart")
        if self.full_every and not self.incremental:
            raise ValueError(f"object {self.name!r}: full_every means nothing when every pull is full")
        if self.checkpoint_pages and not self.incremental:
            raise ValueError(
                f"object {self.name!r}: a checkpoint needs a pull that can continue from a saved state"
            )


@dataclass(frozen=True)
class CredentialSpec:
    """One secret of an account, and where the operator finds it."""

    key: str
    where: str


@dataclass(frozen=True)
class Connection:
    """What `open_client` gets: the account, its secrets, and how patient to be."""

    account: Account
    settings: Settings
    options: Any
    patience: Any

    def secret(self, key: str) -> str:
        return self.settings.credential(self.account, key).get_secret_value()


@dataclass(frozen=True)
class SourceSpec:
    """One vendor: everything the machinery must know to pull an account of it.

    Attributes:
        kind: What the vendor is to the operator.
        parallel_objects: How many objects of one account may be pulled at once.
        options_model: Validates `accounts[].options` of the operator file.
    """

    platform: str
    kind: Literal["dispatch", "crm", "calls", "ads", "spend", "accounting"]
    title: str
    objects: tuple[ObjectSpec, ...]
    open_client: Callable[[Connection], VendorClient]
    credentials: tuple[CredentialSpec, ...] = ()
    options_model: type[BaseModel] = NoOptions
    parallel_objects: int = 4

    def __post_init__(self) -> None:
        names = [spec.name for spec in self.objects]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled or not names:
            raise ValueError(
                f"source {self.platform!r}: objects must exist and be unique; given twice: {doubled}"
            )

    def object(self, name: str) -> ObjectSpec:
        for spec in self.objects:
            if spec.name == name:
                return spec
        known = ", ".join(spec.name for spec in self.objects)
        raise ConfigError(f"{self.title} has no object {name!r}; known: {known}")

    def options(self, account: Account) -> Any:
        """The account's options, validated.

        Raises:
            ConfigError: an option is missing, unknown or wrong.
        """
        try:
            return self.options_model.model_validate(account.options)
        except ValueError as error:
            problems = "; ".join(
                f"{'.'.join(map(str, problem['loc'])) or 'options'}: {problem['msg']}"
                for problem in getattr(error, "errors", list)()
            )
            raise ConfigError(
                f"accounts[{account.account_id}].options ({self.platform}): {problems}"
            ) from error


def utc_now() -> datetime:
    return datetime.now(UTC)
