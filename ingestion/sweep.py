"""The nightly sweep: what the vendors show, against what is held, whatever earlier pulls believe.

Every object is listed in full *before* an ordinary pull, and compared *after* that was loaded. So a row that
the vendor showed and that is not held, or only in an older version, is one that the pull does not bring:
nothing that changed meanwhile can look like it. What differs is then landed from the very pages that showed
it, which costs no request and cannot harm: a raw row is the maximum of its versions.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from datetime import time as day_time
from pathlib import Path

import duckdb

from ingestion.config import Account, Settings
from ingestion.http import Patience, VendorClient
from ingestion.landing import Landing, Manifest, ObjectArchive, PullWriter, new_pull_id, read_pages
from ingestion.load import open_warehouse
from ingestion.pull import PullResult
from ingestion.records import Rejects, rows_table
from ingestion.run import load_landed, pull_accounts, source_of
from ingestion.spec import Connection, ObjectSpec, PullContext, utc_now
from ingestion.sweep_tables import Comparison, Listed, compare, write_sweeps

# Differences that the listing's own pages repair.
LANDED_AGAIN = frozenset({"lost", "stale"})
# Differences that a new full listing repairs, with the guard against one that came short.
LISTED_AGAIN = frozenset({"removed"})


@dataclass(frozen=True)
class ObjectListing:
    """What one object of one account showed, or why it could not be listed.

    Attributes:
        pages_file: The pages as received; kept until the sweep ends.
        unswept: Why the source leaves this object out.
    """

    account: Account
    object: ObjectSpec
    started_at: datetime
    is_bounded: bool = False
    pages: int = 0
    pages_file: Path | None = None
    unswept: str | None = None
    error: Exception | None = None


@dataclass(frozen=True)
class AccountListing:
    """Everything that one account showed.

    Attributes:
        requests: What was sent for it, attempts that failed and requests for tokens included.
    """

    account: Account
    objects: tuple[ObjectListing, ...]
    requests: int
    seconds: float


@dataclass(frozen=True)
class ObjectSweep:
    """What became of one object: what differed, and what still does."""

    listing: ObjectListing
    comparison: Comparison | None = None
    error: Exception | None = None

    @property
    def found(self) -> int:
        return len(self.comparison.differing) if self.comparison else 0

    @property
    def left(self) -> int:
        return sum(not row.is_repaired for row in self.comparison.differing) if self.comparison else 0


@dataclass(frozen=True)
class Sweep:
    """One night's sweep."""

    accounts: tuple[AccountListing, ...]
    objects: tuple[ObjectSweep, ...]

    @property
    def requests(self) -> dict[str, int]:
        """Requests of the listings, by platform. The pull in between is an ordinary one."""
        counted: dict[str, int] = {}
        for each in self.accounts:
            counted[each.account.platform] = counted.get(each.account.platform, 0) + each.requests
        return counted

    @property
    def left(self) -> int:
        return sum(each.left for each in self.objects)


def sweep(
    settings: Settings,
    accounts: Sequence[str] | None = None,
    objects: Sequence[str] | None = None,
    patience: Patience | None = None,
) -> Sweep:
    """List, pull, compare, repair, and keep what was found in `raw_operator.sweep*`.

    Args:
        accounts: Account ids; None means all.
        objects: Object names; None means all.

    Raises:
        ConfigError: an account, option or credential is wrong; nothing was asked.
        WarehouseBusy: another process has the warehouse open.
    """
    listings, pulls = list_and_pull(settings, accounts, objects, patience)
    return compare_and_repair(settings, listings, pulls, patience)


def list_and_pull(
    settings: Settings,
    accounts: Sequence[str] | None = None,
    objects: Sequence[str] | None = None,
    patience: Patience | None = None,
) -> tuple[list[AccountListing], list[PullResult]]:
    """The part that asks vendors and needs no warehouse: list every object, then land an ordinary pull.

    Raises:
        ConfigError: an account, option or credential is wrong; nothing was asked.
    """
    chosen = [settings.operator.account(name) for name in accounts or ()] or settings.operator.accounts
    shutil.rmtree(settings.home.sweeps, ignore_errors=True)
    lists = [_AccountListing(settings, account, objects, patience or Patience()) for account in chosen]
    with ThreadPoolExecutor(max_workers=max(1, len(lists)), thread_name_prefix="sweep") as pool:
        listings = list(pool.map(_AccountListing.run, lists))
    pulls = pull_accounts(
        settings,
        [each.account_id for each in chosen],
        objects=objects,
        patience=patience or Patience(),
    )
    return listings, pulls


def compare_and_repair(
    settings: Settings,
    listings: Sequence[AccountListing],
    pulls: Sequence[PullResult],
    patience: Patience | None = None,
) -> Sweep:
    """The part that needs the warehouse: load, compare, land again what differs, compare again.

    Raises:
        WarehouseBusy: another process has the warehouse open.
    """
    platforms = sorted({each.account.platform for each in listings})
    load_landed(settings, platforms)
    failed = {(pull.account_id, pull.object): pull.error for pull in pulls if pull.error}
    shrink_share = settings.operator.tolerances.shrink_share
    with closing(open_warehouse(settings.home.warehouse)) as connection:
        objects = [
            _swept(connection, shrink_share, each, failed.get((each.account.account_id, each.object.name)))
            for listing in listings
            for each in listing.objects
        ]
    if any(each.found for each in objects):
        _repair(settings, objects, patience)
        load_landed(settings, platforms)
        with closing(open_warehouse(settings.home.warehouse)) as connection:
            objects = [
                _compared_again(connection, shrink_share, each) if each.found else each for each in objects
            ]
    swept = Sweep(tuple(listings), tuple(objects))
    comparisons = [each.comparison for each in objects if each.comparison]
    with closing(open_warehouse(settings.home.warehouse)) as connection:
        write_sweeps(connection, comparisons)
    shutil.rmtree(settings.home.sweeps, ignore_errors=True)
    return swept


class _AccountListing:
    """The listings of one account: one client, a few objects at a time."""

    def __init__(
        self, settings: Settings, account: Account, objects: Sequence[str] | None, patience: Patience
    ) -> None:
        self._account = account
        self._source = source_of(account)
        self._objects = [spec for spec in self._source.objects if objects is None or spec.name in objects]
        self._folder = settings.home.sweeps / account.platform / account.account_id
        options = self._source.options(account)
        self._connection = Connection(account, settings, options, patience)
        for credential in self._source.credentials:
            self._connection.secret(credential.key)

    def run(self) -> AccountListing:
        began = time.perf_counter()
        client = self._source.open_client(self._connection)
        try:
            with ThreadPoolExecutor(self._source.parallel_objects, self._account.account_id) as pool:
                objects = tuple(pool.map(lambda spec: self._listed(spec, client), self._objects))
        finally:
            client.close()
        return AccountListing(self._account, objects, client.requests, time.perf_counter() - began)

    def _listed(self, spec: ObjectSpec, client: VendorClient) -> ObjectListing:
        start_on = self._account.start_on
        since = datetime.combine(start_on, day_time.min, UTC) if start_on else None
        listing = ObjectListing(
            self._account, spec, utc_now(), is_bounded=since is not None and spec.incremental
        )
        if not spec.is_swept:
            return replace(listing, unswept=spec.unswept)
        folder = self._folder / spec.name
        folder.mkdir(parents=True, exist_ok=True)
        writer = PullWriter(folder, new_pull_id(spec.name, listing.started_at))
        try:
            context = PullContext(
                account=self._account,
                object=spec,
                client=client,
                options=self._connection.options,
                mode="full",
                state={},
                since=since,
                started_at=listing.started_at,
            )
            for page in spec.pull(context):
                writer.add(page)
        except Exception as error:
            writer.discard()
            return replace(listing, error=error)
        return replace(listing, pages=writer.pages, pages_file=writer.close())


def _swept(
    connection: duckdb.DuckDBPyConnection,
    shrink_share: float,
    listing: ObjectListing,
    pull_error: Exception | None,
) -> ObjectSweep:
    """After a pull that failed nothing can be said: what is missing may be what it would have brought."""
    if listing.pages_file is None or pull_error:
        return ObjectSweep(listing, error=listing.error or pull_error)
    return ObjectSweep(listing, _comparison(connection, shrink_share, listing))


def _comparison(
    connection: duckdb.DuckDBPyConnection, shrink_share: float, listing: ObjectListing
) -> Comparison:
    account, spec = listing.account, listing.object
    assert listing.pages_file is not None
    rows = rows_table(read_pages(listing.pages_file), spec, account.account_id, "sweep", Rejects())
    proves_absence = spec.is_complete_listing and not listing.is_bounded
    return compare(connection, Listed(account, spec, rows, listing.started_at, proves_absence), shrink_share)


def _repair(settings: Settings, objects: Sequence[ObjectSweep], patience: Patience | None) -> None:
    landing = Landing(settings.home.landing)
    for each in objects:
        account, spec = each.listing.account, each.listing.object
        causes = {row.cause: set[str]() for row in each.comparison.differing} if each.comparison else {}
        for row in each.comparison.differing if each.comparison else ():
            causes[row.cause].add(row.native_id)
        wanted = set().union(*(ids for cause, ids in causes.items() if cause in LANDED_AGAIN))
        if wanted:
            archive = landing.archive(account.platform, account.account_id, spec.name)
            _land_again(archive, each.listing, wanted)
        if LISTED_AGAIN & causes.keys():
            pull_accounts(
                settings,
                [account.account_id],
                full=True,
                objects=[spec.name],
                patience=patience or Patience(),
            )


def _land_again(archive: ObjectArchive, listing: ObjectListing, wanted: set[str]) -> None:
    """The pages that show `wanted` become a pull, which changes nothing of where the next pull continues."""
    spec, account = listing.object, listing.account
    assert listing.pages_file is not None
    with archive.owned():
        newest = archive.newest()
        if newest is None:
            return
        writer = archive.writer(new_pull_id(spec.name, utc_now()))
        rows = 0
        for page in read_pages(listing.pages_file):
            table = rows_table([page], spec, account.account_id, "sweep", Rejects())
            if not wanted.isdisjoint(table.column("native_id").to_pylist()):
                writer.add(page)
                rows += table.num_rows
        writer.commit(
            Manifest(
                pull_id=writer.pull_id,
                platform=account.platform,
                account_id=account.account_id,
                object=spec.name,
                mode="incremental" if newest.complete else newest.mode,
                started_at=newest.started_at,
                finished_at=utc_now(),
                pages=writer.pages,
                rows=rows,
                listing_rows=newest.listing_rows,
                complete=newest.complete,
                state_after=newest.state_after,
                watermark=newest.watermark,
            )
        )


def _compared_again(
    connection: duckdb.DuckDBPyConnection, shrink_share: float, before: ObjectSweep
) -> ObjectSweep:
    """What differed before, each with whether it still does."""
    assert before.comparison is not None
    after = _comparison(connection, shrink_share, before.listing)
    left = {(row.native_id, row.cause) for row in after.differing}
    rows = tuple(
        replace(row, is_repaired=(row.native_id, row.cause) not in left)
        for row in before.comparison.differing
    )
    return replace(before, comparison=replace(after, differing=rows))


def unswept(listings: Sequence[AccountListing]) -> Iterator[tuple[str, str, str]]:
    """(platform, object, why) of everything that the sweep leaves out."""
    seen = set()
    for listing in listings:
        for each in listing.objects:
            found = (listing.account.platform, each.object.name, each.unswept or "")
            if each.unswept and found not in seen:
                seen.add(found)
                yield found
