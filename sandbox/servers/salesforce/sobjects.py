"""What an object is, and the fields that nearly every one has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.servers.salesforce.fields import Field, Getter, read_only, reference
from sandbox.servers.salesforce.identifiers import identifier
from sandbox.servers.salesforce.org import Org
from sandbox.servers.salesforce.rows import Record


@dataclass(frozen=True)
class SObject:
    """One object: how its records are found, and its fields in the order in which describe lists them."""

    name: str
    find: Callable[[Org], Iterable[Record]]
    fields: tuple[Field, ...]
    is_bulk: bool = True

    def field(self, name: str) -> Field | None:
        """Field names are compared without case."""
        folded = name.lower()
        return next((one for one in self.fields if one.name.lower() == folded), None)

    def records(self, org: Org) -> Iterable[Record]:
        return self.find(org)


def record_id() -> Field:
    return read_only("Id", "id", lambda org, row: row.id)


def system(*, has_bin: bool = True, has_owner: Getter | None = None) -> tuple[Field, ...]:
    """What nearly every object has. Stamps have no milliseconds, so ties are common."""
    return (
        *([reference("OwnerId", has_owner, "Group", "User")] if has_owner else ()),
        *(
            [read_only("IsDeleted", "boolean", lambda org, row: row.deleted_at is not None)]
            if has_bin
            else ()
        ),
        read_only("CreatedDate", "datetime", lambda org, row: row.created_at),
        read_only("LastModifiedDate", "datetime", lambda org, row: row.modified_at),
        read_only("SystemModstamp", "datetime", lambda org, row: row.modified_at),
    )


def owner_id(number: int) -> str:
    return identifier("User", 1 + number % 3)


def day(instant: int) -> str:
    return datetime.fromtimestamp(instant, UTC).date().isoformat()
