"""The comparisons of the identity model, read from where dbt has them, and the seed with their weights."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment

from tests.identity.operator_records import PROJECT

WEIGHTS = PROJECT / "seeds/identity/identity_weights.csv"
LEVELS = PROJECT / "macros/identity_levels.sql"


def declared_levels() -> dict[str, dict[str, Any]]:
    """What the macro identity_comparisons returns, rendered without dbt."""
    environment = Environment(extensions=["jinja2.ext.do"])
    returned: list[dict[str, dict[str, Any]]] = []
    environment.globals["return"] = returned.append
    environment.from_string(LEVELS.read_text(encoding="utf-8")).module.identity_comparisons()
    return returned[0]
