"""Can this account be read? Asks for one page of each object, keeps nothing, and says what is missing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from ingestion.config import Settings
from ingestion.http import CredentialsRejected, Patience, VendorClient, VendorError
from ingestion.run import source_of
from ingestion.spec import Connection, ObjectSpec, PullContext, utc_now

# A recent day is enough to see whether an object may be read, and spares the vendor the history.
LOOK_BACK = timedelta(days=2)


@dataclass(frozen=True)
class ObjectCheck:
    """What one object's first page said.

    Attributes:
        permission: What the credentials must be allowed, in the vendor's words; empty where it has no names.
        problem: Why the object cannot be read; None when it can.
        lacks_permission: The vendor knows the credentials and refuses this object.
        rows: Rows of the first page.
    """

    object: str
    permission: str
    problem: str | None = None
    lacks_permission: bool = False
    rows: int = 0

    @property
    def is_readable(self) -> bool:
        return self.problem is None


def check_connection(
    settings: Settings, account_id: str, patience: Patience | None = None
) -> list[ObjectCheck]:
    """Try every object of one account.

    Raises:
        ConfigError: the account, an option or a credential is missing or wrong in the configuration.
        CredentialsRejected: the vendor does not know these credentials at all.
    """
    account = settings.operator.account(account_id)
    source = source_of(account)
    connection = Connection(account, settings, source.options(account), patience or Patience(attempts=3))
    for credential in source.credentials:
        connection.secret(credential.key)
    client = source.open_client(connection)
    try:
        with ThreadPoolExecutor(source.parallel_objects) as pool:
            return list(pool.map(lambda spec: _check(spec, connection, client), source.objects))
    finally:
        client.close()


def _check(spec: ObjectSpec, connection: Connection, client: VendorClient) -> ObjectCheck:
    now = utc_now()
    context = PullContext(
        account=connection.account,
        object=spec,
        client=client,
        options=connection.options,
        mode="full",
        state={},
        since=now - LOOK_BACK,
        started_at=now,
    )
    try:
        page = next(iter(spec.pull(context)), None)
        return ObjectCheck(spec.name, spec.permission, rows=len(spec.rows(page.body)) if page else 0)
    except CredentialsRejected as error:
        if error.stops_account:
            raise
        return ObjectCheck(spec.name, spec.permission, str(error), lacks_permission=True)
    except VendorError as error:
        return ObjectCheck(spec.name, spec.permission, str(error))
    except msgspec.DecodeError as error:
        return ObjectCheck(spec.name, spec.permission, f"the answer is not a page of {spec.name} ({error})")
