"""One ingestion run: pull every account and object into the landing archive, then load what landed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime
from datetime import time as day_time

from ingestion.config import Account, ConfigError, Settings
from ingestion.http import Patience, VendorClient, VendorError
from ingestion.landing import Landing
from ingestion.load import LoadResult, drop_raw, load_platform, open_warehouse
from ingestion.locks import exclusive
from ingestion.operator_tables import write_operator_tables
from ingestion.pull import Progress, ProgressListener, PullOrder, PullResult, pull_object
from ingestion.sources import discover
from ingestion.spec import Connection, ObjectSpec, SourceSpec


def ingest(
    settings: Settings,
    accounts: Sequence[str] | None = None,
    full: bool = False,
    since: date | None = None,
    objects: Sequence[str] | None = None,
    progress: ProgressListener | None = None,
    patience: Patience | None = None,
) -> list[PullResult]:
    """Pull, then load. See `pull_accounts` for arguments and errors; a failed object does not stop others."""
    results = pull_accounts(settings, accounts, full, since, objects, progress, patience)
    load_landed(settings)
    return results


def pull_accounts(
    settings: Settings,
    accounts: Sequence[str] | None = None,
    full: bool = False,
    since: date | None = None,
    objects: Sequence[str] | None = None,
    progress: ProgressListener | None = None,
    patience: Patience | None = None,
) -> list[PullResult]:
    """Pull into the landing archive, accounts and their objects side by side within each vendor's limits.

    Args:
        accounts: Account ids; None means all.
        full: Read everything again instead of what changed.
        since: Read again from this day on (UTC); objects that are always read in full ignore it.
        objects: Object names; None means all. Accounts whose source has none of them are left out.
        progress: Told about each page and each finished object, from several threads.

    Returns:
        One result per account and object, in the order of the configuration. Errors are in the results.

    Raises:
        ConfigError: an account, object, platform, option or credential is wrong; nothing was pulled.
    """
    chosen = (
        [settings.operator.account(name) for name in accounts] if accounts else settings.operator.accounts
    )
    pulls = [
        _AccountPull(settings, account, full, since, objects, progress, patience or Patience())
        for account in chosen
    ]
    if objects and not any(pull.objects for pull in pulls):
        raise ConfigError(f"no chosen account has an object named {', '.join(objects)}")
    with ThreadPoolExecutor(max_workers=max(1, len(pulls)), thread_name_prefix="account") as pool:
        return [result for results in pool.map(_AccountPull.run, pulls) for result in results]


def load_landed(settings: Settings, platforms: Sequence[str] | None = None) -> LoadResult:
    """Load every landed pull that the warehouse does not hold yet, and the operator tables.

    All raw tables of all sources exist afterwards, also those of vendors that the operator does not use.

    Raises:
        WarehouseBusy: another process has the warehouse open.
    """
    began = time.perf_counter()
    result = LoadResult()
    landing = Landing(settings.home.landing)
    # Two loads would share dlt's working folder and the one writer that DuckDB allows.
    with (
        exclusive(settings.home.dlt / ".lock"),
        closing(open_warehouse(settings.home.warehouse)) as warehouse,
    ):
        for platform, source in discover().items():
            if platforms is None or platform in platforms:
                load_platform(source, landing, warehouse, settings.home.dlt, result)
        write_operator_tables(settings)
    result.seconds = time.perf_counter() - began
    return result


def replay(settings: Settings) -> LoadResult:
    """Build the raw tables again from the landing archive alone, asking no vendor."""
    drop_raw(settings.home.warehouse, list(discover()))
    return load_landed(settings)


class _AccountPull:
    """The pulls of one account: one client, a few objects at a time, one fate where there is only one."""

    def __init__(
        self,
        settings: Settings,
        account: Account,
        full: bool,
        since: date | None,
        objects: Sequence[str] | None,
        progress: ProgressListener | None,
        patience: Patience,
    ) -> None:
        self._account = account
        self._source = source_of(account)
        self._landing = Landing(settings.home.landing)
        self._progress = progress
        options = self._source.options(account)
        self._connection = Connection(account, settings, options, patience)
        for credential in self._source.credentials:
            self._connection.secret(credential.key)
        self._shared_error: VendorError | None = None
        self._full = full
        self._since = since
        self._shrink_share = settings.operator.tolerances.shrink_share
        self.objects = [spec for spec in self._source.objects if objects is None or spec.name in objects]

    def run(self) -> list[PullResult]:
        client = self._source.open_client(self._connection)
        try:
            with ThreadPoolExecutor(self._source.parallel_objects, self._account.account_id) as pool:
                return list(pool.map(lambda spec: self._pull(spec, client), self.objects))
        finally:
            client.close()

    def _pull(self, spec: ObjectSpec, client: VendorClient) -> PullResult:
        account = self._account
        try:
            if self._shared_error:
                raise self._shared_error
            archive = self._landing.archive(account.platform, account.account_id, spec.name)
            result = pull_object(self._order(spec), client, archive, self._progress)
        except VendorError as error:
            if error.stops_account:
                self._shared_error = error
            result = PullResult(account.account_id, account.platform, spec.name, error=error)
        except Exception as error:
            result = PullResult(account.account_id, account.platform, spec.name, error=error)
        self._tell(result)
        return result

    def _order(self, spec: ObjectSpec) -> PullOrder:
        return PullOrder(
            account=self._account,
            object=spec,
            options=self._connection.options,
            full=self._full,
            since=self._start_of(self._since),
            first_since=self._start_of(self._account.start_on),
            shrink_share=self._shrink_share,
        )

    def _start_of(self, day: date | None) -> datetime | None:
        """The operator's day begins in UTC: vendors filter by UTC, and earlier is the safe side."""
        return datetime.combine(day, day_time.min, UTC) if day else None

    def _tell(self, result: PullResult) -> None:
        if self._progress:
            self._progress(
                Progress(
                    result.account_id,
                    result.platform,
                    result.object,
                    result.pages,
                    result.rows,
                    is_done=True,
                    error=result.error,
                )
            )


def source_of(account: Account) -> SourceSpec:
    """The source that reads an account's platform.

    Raises:
        ConfigError: none does.
    """
    sources = discover()
    if account.platform not in sources:
        raise ConfigError(
            f"accounts[{account.account_id}].platform is {account.platform!r}, which no source reads; "
            f"known: {', '.join(sources)}"
        )
    return sources[account.platform]
