"""Many records: as many simulated worlds as it takes, side by side in the same cities, each of
another seed and with numbers, mailboxes and ids of its own.

Copies of one world would not do: every person would have a namesake at the same house number of the same
street in each copy, and with many copies no name would be rare enough to propose a pair.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from benchmarks.identity_records import world_records
from sandbox.world import build_world
from sandbox.world.handwriting import PLACEHOLDER_EMAILS

SEED = 21
HOUSEHOLDS = 7_200
MONTHS = 24
# Columns that hold a key of this warehouse, an id of a vendor, or a number.
KEYS = {
    "customer_key", "contact_point_key", "owner_key", "location_key", "lead_key", "job_key", "call_key",
    "merged_into_customer_key", "household", "person", "record_key",
}  # fmt: skip
IDS = {"native_id", "job_native_id"}
PHONES = {"phone", "from_phone"}


def write_volume(records: int, warehouse: Path) -> int:
    """Fill the warehouse with about `records` records; returns how many there are."""
    count = write_world(0, warehouse)
    part = warehouse.with_name("world.duckdb")
    for number in range(1, round(records / count)):
        write_world(number, part)
        add_world(number, part, warehouse)
        part.unlink()
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute("select count(*) from truth.members").fetchone()[0]


def write_world(number: int, warehouse: Path) -> int:
    return world_records(build_world(seed=SEED + number, households=HOUSEHOLDS, months=MONTHS)).write(
        warehouse
    )


def add_world(number: int, part: Path, warehouse: Path) -> None:
    """Append the world in `part` to the warehouse, told apart from those that are there."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"attach '{part}' as part (read_only)")
        connection.execute("insert into raw_operator.brand_phones from part.raw_operator.brand_phones")
        connection.execute("create temp table own_phones as select phone from raw_operator.brand_phones")
        tables = connection.execute("""
            select schema_name || '.' || table_name from duckdb_tables()
            where database_name = 'part' and schema_name in ('conformed', 'truth') and estimated_size > 0
        """).fetchall()
        for (table,) in tables:
            columns = [row[0] for row in connection.execute(f"describe {table}").fetchall()]
            told_apart = ", ".join(f"{of_world(number, column)} as {column}" for column in columns)
            connection.execute(f"insert into {table} by name select {told_apart} from part.{table}")


def of_world(number: int, column: str) -> str:
    """SQL of the column's value such that no other world has it."""
    if column in KEYS:
        return f"md5({column} || '|{number}')"
    if column in IDS:
        return f"{column} || '-{number}'"
    if column in PHONES:
        return renumbered(number, column)
    if column == "contact_value":
        phone, email = renumbered(number, column), remailed(number, column)
        return f"case when contact_kind = 'phone' then {phone} else {email} end"
    if column == "email":
        return remailed(number, column)
    return column


def renumbered(number: int, column: str) -> str:
    """Another area code and shifted last digits, except placeholders and the operator's own numbers."""
    digits = f"right(regexp_replace({column}, '[^0-9]', '', 'g'), 10)"
    local = f"try_cast(right({digits}, 7) as bigint) - 2000000"
    shifted = f"({local} + 7919 * {number}) % 7999999 + 2000000"
    return f"""case
        when {column} is null or {column} in (select phone from own_phones) or length({digits}) < 10
            or right({digits}, 7) in ('5555555', '0000000') then {column}
        else '+1' || (201 + (try_cast(left({digits}, 3) as integer) + {number} * 7) % 700) || {shifted}
    end"""


def remailed(number: int, column: str) -> str:
    placeholders = ", ".join(f"'{email}'" for email in PLACEHOLDER_EMAILS)
    return (
        f"case when {column} in ({placeholders}) then {column} else replace({column}, '@', '.w{number}@') end"
    )
