"""Fields that a vendor began to send, stopped to send, or sends as another type.

Read from `raw_<vendor>._fields`. Nothing is lost by any of them: raw rows keep the vendor's bytes, and
staging reads text whatever its JSON type. But a field that is gone reads as empty from then on, so somebody
must look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import duckdb

# A difference is told for this long after it came; then it is how the vendor is.
TOLD_FOR = timedelta(days=14)
# What the first day brought is the baseline: a rare field may first come with a later page.
BASELINE = timedelta(days=1)
# So many rows without a field that most rows had before are no accident.
ENOUGH_ROWS = 20
USUAL_SHARE = 0.5

Kind = Literal["new", "other type", "gone"]


@dataclass(frozen=True)
class Drift:
    """One field that is not as it was."""

    object: str
    account_id: str
    field: str
    kind: Kind
    detail: str
    since: datetime

    @property
    def is_harmless(self) -> bool:
        return self.kind == "new"


def find_drift(
    connection: duckdb.DuckDBPyConnection, platform: str, objects: Sequence[str]
) -> dict[str, list[Drift]]:
    """Drift of each object of one platform, told for `TOLD_FOR` since it came."""
    schema = f"raw_{platform}"
    found: dict[str, list[Drift]] = {name: [] for name in objects}
    rows = connection.execute(_DIFFERENCES.format(schema=schema), [BASELINE, TOLD_FOR]).fetchall()
    for object_name, account_id, field, types, is_new, since in rows:
        if object_name in found:
            kind: Kind = "new" if is_new else "other type"
            found[object_name].append(Drift(object_name, account_id, field, kind, types, since))
    for object_name, account_id, field, last_seen_at in connection.execute(
        _UNSEEN.format(schema=schema), [TOLD_FOR]
    ).fetchall():
        if object_name in found and (
            detail := _gone(connection, f'{schema}."{object_name}"', account_id, field, last_seen_at)
        ):
            found[object_name].append(Drift(object_name, account_id, field, "gone", detail, last_seen_at))
    return found


_DIFFERENCES = """
with typed as (
    select account_id, object, field, json_type, first_seen_at
    from {schema}._fields
    where json_type <> 'null'
),
objects as (
    select account_id, object, min(first_seen_at) as began_at, max(last_seen_at) as newest_at
    from {schema}._fields
    group by all
),
fields as (
    select
        account_id, object, field,
        min(first_seen_at) as first_at,
        max(first_seen_at) as changed_at,
        string_agg(json_type, ', then ' order by first_seen_at, json_type) as types
    from typed
    group by all
)
select
    fields.object, fields.account_id, fields.field, fields.types,
    fields.first_at > objects.began_at + $1 as is_new,
    fields.changed_at
from fields
join objects using (account_id, object)
where fields.changed_at > objects.began_at + $1
  and fields.changed_at > objects.newest_at - $2
  and (fields.first_at > objects.began_at + $1 or fields.changed_at > fields.first_at + $1)
order by fields.object, fields.account_id, fields.field
"""

_UNSEEN = """
with objects as (
    select account_id, object, max(last_seen_at) as newest_at
    from {schema}._fields
    group by all
),
fields as (
    select account_id, object, field, max(last_seen_at) as last_seen_at
    from {schema}._fields
    group by all
)
select fields.object, fields.account_id, fields.field, fields.last_seen_at
from fields
join objects using (account_id, object)
where fields.last_seen_at < objects.newest_at
  and fields.last_seen_at > objects.newest_at - $1
order by all
"""


def _gone(
    connection: duckdb.DuckDBPyConnection, table: str, account_id: str, field: str, last_seen_at: datetime
) -> str | None:
    """`_fields` knows a sample; the rows themselves say whether the field is gone from all newer ones."""
    path = "$." + ".".join(f'"{part}"' for part in field.split("."))
    answer = connection.execute(
        f"""
        select
            count(*) filter (where fetched_at > $3),
            count(*) filter (where fetched_at > $3 and json_exists(payload, $2)),
            count(*) filter (where fetched_at <= $3),
            count(*) filter (where fetched_at <= $3 and json_exists(payload, $2))
        from {table}
        where account_id = $1
        """,
        [account_id, path, last_seen_at],
    ).fetchone()
    newer, newer_with, older, older_with = answer or (0, 0, 0, 0)
    # After a full pull no earlier row is left to say how usual the field was; that none has it now is enough.
    if newer < ENOUGH_ROWS or newer_with or older_with < older * USUAL_SHARE:
        return None
    return f"in {older_with:,} of {older:,} earlier rows, in none of {newer:,} since"
