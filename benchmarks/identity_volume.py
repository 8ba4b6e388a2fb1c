"""Many records quickly: one simulated world, copied as often as it takes, each copy with other numbers,
mailboxes, ZIPs and ids, so that copies share names and streets but are different people.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from benchmarks.identity_records import world_records
from sandbox.world import build_world

SEED = 21
HOUSEHOLDS = 7_200
MONTHS = 24
# Columns that hold a key of this warehouse, an id of a vendor, or a value that belongs to one household.
KEYS = {
    "customer_key", "contact_point_key", "owner_key", "location_key", "lead_key", "job_key", "call_key",
    "merged_into_customer_key", "household", "person", "record_key",
}  # fmt: skip
IDS = {"native_id", "job_native_id"}
PHONES = {"phone", "from_phone"}


def write_volume(records: int, warehouse: Path) -> int:
    """Fill the warehouse with about `records` records; returns how many there are."""
    count = world_records(build_world(seed=SEED, households=HOUSEHOLDS, months=MONTHS)).write(warehouse)
    copies = max(1, round(records / count))
    with duckdb.connect(str(warehouse)) as connection:
        tables = connection.execute("""
            select schema_name || '.' || table_name from duckdb_tables()
            where schema_name in ('conformed', 'truth') and estimated_size > 0
        """).fetchall()
        connection.execute("create temp table own_phones as select phone from raw_operator.brand_phones")
        for (table,) in tables:
            columns = [row[0] for row in connection.execute(f"describe {table}").fetchall()]
            connection.execute(f"""
                create or replace table {table} as
                select {", ".join(f"{copied(column)} as {column}" for column in columns)}
                from {table} cross join range({copies}) as copies(copy)
            """)
        return connection.execute("select count(*) from truth.members").fetchone()[0]


def copied(column: str) -> str:
    """The column's value in copy number `copy`; copy 0 is the world itself."""
    if column in KEYS:
        changed = f"md5({column} || '|' || copy)"
    elif column in IDS:
        changed = f"{column} || '-' || copy"
    elif column in PHONES:
        changed = renumbered(column)
    elif column == "contact_value":
        changed = f"case when contact_kind = 'phone' then {renumbered(column)} else {remailed(column)} end"
    elif column == "email":
        changed = remailed(column)
    elif column == "postal_code":
        changed = f"cast((try_cast(left({column}, 5) as integer) + 137 * copy) % 90000 + 10000 as varchar)"
    else:
        return column
    return f"case when copy = 0 or {column} is null then {column} else {changed} end"


def renumbered(column: str) -> str:
    """Another area code and shifted last digits, except placeholders and the operator's own numbers."""
    digits = f"right(regexp_replace({column}, '[^0-9]', '', 'g'), 10)"
    local = f"try_cast(right({digits}, 7) as bigint) - 2000000"
    shifted = f"({local} + 7919 * copy) % 7999999 + 2000000"
    return f"""case
        when {column} in (select phone from own_phones) or length({digits}) < 10
            or right({digits}, 7) in ('5555555', '0000000') then {column}
        else '+1' || (201 + (try_cast(left({digits}, 3) as integer) + copy * 7) % 700) || {shifted}
    end"""


def remailed(column: str) -> str:
    return f"case when {column} like 'no%' then {column} else replace({column}, '@', copy || '@') end"
