"""Arithmetic macros rendered outside dbt, so that properties can be tried on many inputs in one process."""

from __future__ import annotations

from jinja2 import Environment

from tests.fixtures.warehouse import DBT_PROJECT


def render(name: str, *arguments: object, **named: object) -> str:
    """The SQL that macro `name`, in the file of its name, gives. Only for macros that call no other."""
    source = (DBT_PROJECT / f"macros/{name}.sql").read_text(encoding="utf-8")
    return str(getattr(Environment(autoescape=False).from_string(source).module, name)(*arguments, **named))
