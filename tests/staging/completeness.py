"""What each vendor can give of the canonical model, as its staging folder declares it, and the page about it.

python -m tests.staging.completeness      # write docs/completeness.md anew
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.fixtures.warehouse import DBT_PROJECT

PAGE = DBT_PROJECT.parent / "docs" / "completeness.md"
DEGREES = {"full": "●", "partial": "◐", "none": "·"}
HEAD = """# What each platform can give

Generated from `dbt_project/models/staging/<platform>/_<platform>__sources.yml`
(`python -m tests.staging.completeness`); `tests/staging/test_completeness.py` fails when this page is stale,
or when a platform declares less or more than its staging folder builds.

● all of it, ◐ a part (why stands below), · nothing
"""


@dataclass(frozen=True)
class Completeness:
    """How much of one entity one platform gives.

    Attributes:
        degree: full, partial or none.
        reason: What is missing and why; empty when nothing is.
    """

    platform: str
    entity: str
    degree: str
    reason: str


def entities() -> list[str]:
    """The canonical entities, in the order of the contract."""
    contract = yaml.safe_load(
        (DBT_PROJECT / "models/intermediate/conformed/_conformed__models.yml").read_text(encoding="utf-8")
    )
    return [
        model["name"].removeprefix("int_").removesuffix("__unioned")
        for model in contract["models"]
        if model["name"].endswith("__unioned")
    ]


def built_entities() -> dict[str, list[str]]:
    """Platform -> the entities that its staging folder builds."""
    project = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    return project["vars"]["platforms"]


def declared(platform: str) -> list[Completeness]:
    """What one platform declares, in the order of its file.

    Raises:
        AssertionError: a value is neither "full" nor "partial: <why>" nor "none: <why>".
    """
    path = DBT_PROJECT / f"models/staging/{platform}/_{platform}__sources.yml"
    (source,) = yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]
    values = source.get("config", {}).get("meta", {}).get("completeness", {})
    return [_read(platform, entity, value) for entity, value in values.items()]


def _read(platform: str, entity: str, value: str) -> Completeness:
    degree, _, reason = value.partition(": ")
    assert degree in DEGREES, f"{platform}.{entity}: {value!r} is not full, partial: <why> or none: <why>"
    assert bool(reason) == (degree != "full"), f"{platform}.{entity}: a reason belongs to partial and none"
    return Completeness(platform, entity, degree, reason)


def page() -> str:
    """The page, from what the platforms declare."""
    platforms = list(built_entities())
    by_place = {(each.platform, each.entity): each for name in platforms for each in declared(name)}
    lines = [HEAD, "| | " + " | ".join(platforms) + " |", "|---|" + ":-:|" * len(platforms)]
    for entity in entities():
        marks = (DEGREES[by_place[name, entity].degree] for name in platforms)
        lines.append(f"| `{entity}` | " + " | ".join(marks) + " |")
    for name in platforms:
        lines += ["", f"## {name}", "", *_reasons([by_place[name, entity] for entity in entities()])]
    return "\n".join(lines) + "\n"


def _reasons(given: list[Completeness]) -> list[str]:
    """One line per reason, so that "a CRM has none" is said once."""
    whole = [f"`{each.entity}`" for each in given if each.degree == "full"]
    lines = [f"- All of: {', '.join(whole)}."] if whole else []
    by_reason: dict[tuple[str, str], list[str]] = {}
    for each in given:
        if each.degree != "full":
            by_reason.setdefault((each.degree, each.reason), []).append(f"`{each.entity}`")
    for (degree, reason), names in sorted(by_reason.items(), key=lambda item: item[0][0] == "none"):
        amount = "Part" if degree == "partial" else "None"
        lines.append(f"- {amount} of {', '.join(names)}: {reason}.")
    return lines


def main() -> None:
    Path(PAGE).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
