"""The project's own `table` materialization, in a small dbt project: what replaces a table, and what not."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import duckdb
import pytest

from orchestration.project import PROJECT_DIR, dbt_executable

PROFILE = """
small:
  target: duckdb
  outputs: {duckdb: {type: duckdb, path: "warehouse.duckdb", threads: 1}}
"""
CONTRACT = """
models:
  - name: told
    config: {contract: {enforced: true}}
    columns:
      - {name: said, data_type: integer, constraints: [{type: not_null}]}
"""


class Project:
    """One model, `told`, as SQL or Python."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "models").mkdir()
        (folder / "macros").symlink_to(PROJECT_DIR / "macros")
        (folder / "profiles.yml").write_text(PROFILE)
        (folder / "dbt_project.yml").write_text(
            "{name: small, version: '1.0', profile: small, models: {small: {+materialized: table}}}"
        )

    def write(self, name: str, text: str) -> None:
        (self.folder / "models" / name).write_text(text)

    def remove(self, name: str) -> None:
        (self.folder / "models" / name).unlink()

    def build(self) -> bool:
        environment = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
        done = subprocess.run(
            [dbt_executable(), "run", "--profiles-dir", "."],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            check=False,
        )
        return done.returncode == 0

    def connection(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(self.folder / "warehouse.duckdb"))

    def tables(self) -> list[tuple[str, str]]:
        with self.connection() as connection:
            return connection.sql("select table_name, table_type from information_schema.tables").fetchall()

    def said(self) -> list[int]:
        with self.connection() as connection:
            return [row[0] for row in connection.sql("select said from told").fetchall()]


@pytest.fixture
def small(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_a_table_is_replaced_and_a_failed_query_leaves_it(small: Project) -> None:
    small.write("told.sql", "select 1 as said")
    assert small.build()
    small.write("told.sql", "select 2 as said")
    assert small.build()
    assert small.said() == [2]
    small.write("told.sql", "select cast(word as integer) as said from (values ('three')) as words (word)")
    assert not small.build()
    assert small.said() == [2]
    assert small.tables() == [("told", "BASE TABLE")]


def test_a_row_against_the_contract_leaves_the_table(small: Project) -> None:
    small.write("told.yml", CONTRACT)
    small.write("told.sql", "select 1 as said")
    assert small.build()
    small.write("told.sql", "select cast(null as integer) as said")
    assert not small.build()
    assert small.said() == [1]
    small.write("told.sql", "select 'one' as said")
    assert not small.build(), "another type than the contract's"
    assert small.said() == [1]


def test_a_view_and_a_python_model_make_way_for_a_table_and_back(small: Project) -> None:
    with small.connection() as connection:
        connection.execute("create view told as select 0 as said")
    small.write("told.sql", "select 1 as said")
    assert small.build()
    assert small.tables() == [("told", "BASE TABLE")]
    small.remove("told.sql")
    small.write("told.py", "def model(dbt, session):\n    return session.sql('select 2 as said')\n")
    assert small.build()
    assert small.build(), "over the table that the Python model made"
    assert small.said() == [2]
    assert small.tables() == [("told", "BASE TABLE")]
