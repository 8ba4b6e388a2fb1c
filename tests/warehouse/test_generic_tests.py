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
SEVERAL = {"columns": ["amount", "weight"], "other_model": "other", "group_by": ["conversion"]}
KEY = {"column_name": "touch"}
CASES = [
    ("sums_to_one_per", SUMS, "('a', 'x', 0.4, 1.00), ('a', 'y', 0.6, 1.00)", 0),
    ("sums_to_one_per", SUMS, "('a', 'x', 0.4, 1.00), ('a', 'y', 0.5, 1.00)", 1),
    ("unique_combination", PAIRS, "('a', 'x', 1.0, 1.00), ('a', null, 1.0, 1.00)", 0),
    ("unique_combination", PAIRS, "('a', null, 1.0, 1.00), ('a', null, 1.0, 1.00)", 1),
    ("equals_sum_of", EQUAL, "('a', 'x', 1.0, 1.00), ('a', 'y', 1.0, 2.00), (null, 'x', 1.0, 4.00)", 0),
    ("equals_sum_of", EQUAL, "('a', 'x', 1.0, 1.00), ('a', 'y', 1.0, 2.01), (null, 'x', 1.0, 4.00)", 1),
    ("equals_sum_of", EQUAL, "('a', 'x', 1.0, 3.00)", 1),
    ("equals_sums_of", SEVERAL, "('a', 'x', 1.0, 1.00), ('a', 'y', 1.0, 2.00), (null, 'x', 0.5, 4.00)", 0),
    ("equals_sums_of", SEVERAL, "('a', 'x', 1.0, 1.00), ('a', 'y', 1.0, 2.01), (null, 'x', 0.5, 4.00)", 1),
    ("equals_sums_of", SEVERAL, "('a', 'x', 1.9, 3.00), (null, 'x', 0.5, 4.00)", 1),
    ("equals_sums_of", SEVERAL, "('a', 'x', 2.0, 3.00)", 1),
    ("primary_key", KEY, "('a', 'x', 1.0, 1.00), ('a', 'y', 1.0, 1.00)", 0),
    ("primary_key", KEY, "('a', 'x', 1.0, 1.00), ('b', 'x', 1.0, 1.00)", 1),
    ("primary_key", KEY, "('a', null, 1.0, 1.00)", 1),
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
            "create table other (conversion varchar, amount decimal(18, 2), weight decimal(13, 12))"
        )
        connection.execute("insert into other values ('a', 3, 2), (null, 4, 0.5)")
        assert len(connection.execute(render(name, **arguments)).fetchall()) == findings


@pytest.mark.parametrize(
    ("rows", "findings"),
    [
        ("('job.status', 'done', 'completed'), ('visit.status', 'done', 'done')", 0),
        ("('job.status', 'done', 'completed'), ('job.status', 'done', 'canceled')", 1),
        ("('job.status', 'Done', 'completed')", 1),
        ("('job.status', 'done', null)", 1),
        ("('job.status', null, 'completed')", 1),
    ],
)
def test_an_enum_seed_maps_each_value_once(rows: str, findings: int) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "create table subject (field varchar, vendor_value varchar, canonical_value varchar)"
        )
        connection.execute(f"insert into subject values {rows}")
        assert len(connection.execute(render("maps_each_value_once")).fetchall()) == findings
