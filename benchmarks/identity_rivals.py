"""Splink, dedupe and goldenmatch on the records that the warehouse has just resolved.

They run in an environment of their own, made on first use under $XDG_CACHE_HOME/fourwire (else
~/.cache/fourwire) from the extra `bench` of pyproject.toml, and exchange Parquet with this one: their
dependencies need not agree with the product's.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks.identity_scores import Agreement, b_cubed, pairwise

PROGRAMS = Path(__file__).parent / "rivals"
PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"

# One row per record, cleaned as the warehouse cleans: nobody loses for want of a parser.
FLAT_RECORDS = """
    with contacts as (
        select
            owner_key, contact_kind,
            list(distinct normalized_value order by normalized_value) as contact_values
        from identity.int_contact_points__normalized
        where is_evidence
        group by owner_key, contact_kind
    ),
    places as (
        select owner_key, arg_min(locations, location_key) as place
        from identity.int_locations__normalized as locations
        group by owner_key
    )
    select
        records.record_key,
        truth.{level} as entity,
        coalesce(records.given_name, '') as given_name,
        coalesce(records.surname, records.business_name, '') as surname,
        phones.contact_values[1] as phone,
        phones.contact_values[2] as phone_2,
        mails.contact_values[1] as email,
        mails.contact_values[2] as email_2,
        place.house_number,
        place.street,
        place.unit,
        place.postal_code,
        place.city,
        cast(births.birth_date as varchar) as birth_date
    from identity.int_identities__records as records
    inner join truth.members as truth on truth.record_key = records.record_key
    left join contacts as phones on phones.owner_key = records.record_key and phones.contact_kind = 'phone'
    left join contacts as mails on mails.owner_key = records.record_key and mails.contact_kind = 'email'
    left join places on places.owner_key = records.record_key
    left join births on births.record_key = records.record_key
    order by records.record_key
"""


@dataclass(frozen=True)
class Rival:
    """One matcher at one of its settings; times in seconds, memory in GB."""

    name: str
    pairs: Agreement
    b_cubed: Agreement
    seconds: float
    cpu_seconds: float
    peak_gb: float


def environment(extra: str = "bench") -> Path:
    """The rivals' Python, made when it is missing or the extra has changed."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fourwire" / extra
    wanted = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["optional-dependencies"][extra]
    python, installed = cache / "bin" / "python", cache / "installed.txt"
    if installed.is_file() and installed.read_text(encoding="utf-8") == "\n".join(wanted):
        return python
    if uv := shutil.which("uv"):
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, cache], check=True)
        subprocess.run([uv, "pip", "install", "--quiet", "--python", python, *wanted], check=True)
    else:
        subprocess.run([sys.executable, "-m", "venv", "--clear", cache], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *wanted], check=True)
    installed.write_text("\n".join(wanted), encoding="utf-8")
    return python


def run_program(name: str, *arguments: object, extra: str = "bench") -> str:
    """Standard output of one program in the rivals' environment.

    Raises:
        RuntimeError: it failed; the message is the end of what it wrote.
    """
    command = [environment(extra), PROGRAMS / name, *arguments]
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if result.returncode:
        raise RuntimeError(f"{name} {arguments[0]}: {result.stderr[-2000:]}")
    return result.stdout


def write_flat_records(
    warehouse: Path, target: Path, level: str, birth_dates: dict[str, str | None] | None
) -> None:
    births = pa.table(  # noqa: F841 - DuckDB finds it by its name
        {
            "record_key": list(birth_dates or ["none"]),
            "birth_date": list((birth_dates or {"": None}).values()),
        }
    )
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute(f"copy ({FLAT_RECORDS.format(level=level)}) to '{target}' (format parquet)")


def measure_rivals(
    warehouse: Path,
    folder: Path,
    matchers: list[str],
    level: str,
    birth_dates: dict[str, str | None] | None = None,
) -> list[Rival]:
    """Every matcher at every setting, scored at `level` (household or person)."""
    records = folder / "records.parquet"
    write_flat_records(warehouse, records, level, birth_dates)
    found = []
    for matcher in matchers:
        target = folder / f"{matcher}.parquet"
        matcher_name, *options = matcher.split()
        seconds, cpu_seconds, peak = map(
            float, run_program("matchers.py", matcher_name, records, target, *options).split()[-3:]
        )
        with duckdb.connect() as connection:
            connection.execute(f"""
                create table scored as
                select setting, entity, coalesce(cluster, record_key) as cluster
                from '{records}'
                cross join (select distinct setting from '{target}')
                left join '{target}' using (record_key, setting)
            """)
            settings = connection.execute("select distinct setting from scored order by all").fetchall()
            for (setting,) in settings:
                scored = f"(select * from scored where setting = '{setting}')"
                found.append(
                    Rival(
                        f"{matcher_name} {setting}",
                        pairwise(connection, scored, "cluster", "entity"),
                        b_cubed(connection, scored, "cluster", "entity"),
                        seconds,
                        cpu_seconds,
                        peak,
                    )
                )
    return found
