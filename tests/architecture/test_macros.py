"""Every macro is described, with the arguments that it really takes."""

from __future__ import annotations

import re

import pytest
import yaml

from orchestration.project import ROOT

MACROS = ROOT / "dbt_project" / "macros"
SIGNATURE = re.compile(r"{%-?\s*macro\s+(\w+)\((.*?)\)\s*-?%}", re.DOTALL)
DESCRIBED = {
    macro["name"]: macro
    for macro in yaml.safe_load((MACROS / "_macros.yml").read_text(encoding="utf-8"))["macros"]
}


def signatures() -> dict[str, list[str]]:
    """Macro -> names of its arguments, as the files have them."""
    found = {}
    for path in sorted(MACROS.rglob("*.sql")):
        for name, arguments in SIGNATURE.findall(path.read_text(encoding="utf-8")):
            found[name] = [part.split("=")[0].strip() for part in arguments.split(",") if part.strip()]
    return found


def test_every_macro_is_described_and_every_description_has_its_macro() -> None:
    assert sorted(DESCRIBED) == sorted(signatures())


@pytest.mark.parametrize("name", sorted(DESCRIBED))
def test_a_description_has_the_macros_own_arguments(name: str) -> None:
    arguments = DESCRIBED[name].get("arguments", [])
    assert [argument["name"] for argument in arguments] == signatures().get(name)
    assert all(argument["type"] and argument["description"] for argument in arguments)
    assert DESCRIBED[name]["description"]
