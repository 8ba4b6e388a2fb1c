"""Native ids: integers that grow with the creation of the records, as an auto-increment column gives them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sandbox.servers.standing import draw

# One range of numbers per table, wide enough that two companies never share an id.
TABLES = ("customers", "jobs", "estimates", "invoices", "payments", "technicians", "sources", "categories")
_TABLE = 10**10
_COMPANY = 10**8


class Sequence:
    """The ids of one table of one company."""

    def __init__(self, account_id: str, table: str, keys_by_creation: Iterable[int | str]) -> None:
        first = (TABLES.index(table) + 1) * _TABLE + int(draw(account_id, "company") * 99) * _COMPANY
        self.ids: Mapping[int | str, int] = {
            key: first + number for number, key in enumerate(keys_by_creation, start=1)
        }

    def __getitem__(self, key: int | str) -> int:
        return self.ids[key]
