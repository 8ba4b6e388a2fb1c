"""What a platform declares to give is what its staging folder builds, and what the page says."""

from __future__ import annotations

import pytest

from tests.staging.completeness import PAGE, _read, built_entities, declared, entities, page


@pytest.mark.parametrize("platform", built_entities())
def test_every_entity_is_declared(platform: str) -> None:
    assert sorted(each.entity for each in declared(platform)) == sorted(entities())


@pytest.mark.parametrize("platform", built_entities())
def test_what_is_built_is_what_is_declared(platform: str) -> None:
    given = {each.entity for each in declared(platform) if each.degree != "none"}
    assert given == set(built_entities()[platform])


@pytest.mark.parametrize("value", ["mostly: because", "partial", "none", "full: but"])
def test_a_declaration_without_sense_is_refused(value: str) -> None:
    with pytest.raises(AssertionError):
        _read("acme", "jobs", value)


def test_the_page_says_the_same() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.staging.completeness"
