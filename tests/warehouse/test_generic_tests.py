"""The generic tests can fail: each finds what breaks its rule, and nothing in data that keeps it."""

from __future__ import annotations

import re
from typing import Any

import duckdb
import pytest
from jinja2 import Environment

from tests.fixtures.warehouse import DBT_PROJECT

SUMS = {"column_name": "weight", "group_by": ["conversion"]}
PAIRS = {"columns": ["conversion", "touch"]}
EQUAL = {
    "column_name": "amount",
    "other_model": "other",
    "other_column": "amount",
    "group_by": ["conversion"],
}
CASES = [
    ("sums_to_one_per", SUMS, "('a', 'x', 0.4, 1.00), ('a', 'y', 0.6, 1.00)", 0),
    ("sums_to_one_per", SUMS, "('a', 'x', 0.4, 1.00), ('a', 'y', 0.5, 1.00)", 1),
    ("lower_case", {"column_name": "touch"}, "('a', 'x', 1.0, 1.00), ('a', null, 1.0, 1.00)", 0),
    ("lower_case", {"column_name": "touch"}, "('a', 'X', 1.0, 1.00)", 1),
    ("unique_combination", PAIRS, "('a', 'x', 1.0, 1.00), ('a', null, 1.0, 1.00)", 0),
    ("unique_combination", PAIRS, "('a', null, 1.0, 1.00), ('a', null, 1.0, 1.00)", 1),
    ("equals_sum_of", EQUAL, "('a', 'x', 1.0, 1.00), ('a', 'y', 1.0, 2.00), (null, 'x', 1.0, 4.00)", 0),
    ("equals_sum_of", EQUAL, "('a', 'x', 1.0, 1.00), ('a', 'y', 1.0, 2.01), (null, 'x', 1.0, 4.00)", 1),
    ("equals_sum_of", EQUAL, "('a', 'x', 1.0, 3.00)", 1),
]


def render(name: str, **arguments: Any) -> str:
    """The SQL of one generic test, its `test` block read as a macro."""
    source = (DBT_PROJECT / f"tests/generic/{name}.sql").read_text(encoding="utf-8")
    source = re.sub(r"{% test ", "{% macro ", source).replace("{% endtest %}", "{% endmacro %}")
    return str(
        getattr(Environment(autoescape=False).from_string(source).module, name)("subject", **arguments)
    )


@pytest.mark.parametrize(("name", "arguments", "rows", "findings"), CASES)
def test_generic_test_finds_what_breaks_it(
    name: str, arguments: dict[str, Any], rows: str, findings: int
) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "create table subject "
            "(conversion varchar, touch varchar, weight decimal(13, 12), amount decimal(18, 2))"
        )
        connection.execute(f"insert into subject values {rows}")
        connection.execute(
            "create table other as select 'a' as conversion, cast(3 as decimal(18, 2)) as amount"
        )
        connection.execute("insert into other values (null, 4)")
        assert len(connection.execute(render(name, **arguments)).fetchall()) == findings
