"""Operators that between them have every installed platform."""

from __future__ import annotations

from ingestion.sources import discover
from sandbox.layout import Layout
from sandbox.world.brands import DEFAULT_SYSTEMS, brands


def layouts() -> dict[str, Layout]:
    """By the names of their platforms: the usual operator, and as many more as it takes to have all."""
    kinds = {name: spec.kind for name, spec in discover().items()}
    keys = [brand.key for brand in brands()]
    usual = {brand.platform for brand in brands()}
    dispatch = [name for name, kind in kinds.items() if kind == "dispatch" and name not in usual]
    crms = [name for name, kind in kinds.items() if kind == "crm"]
    others = [name for name, kind in kinds.items() if kind not in ("dispatch", "crm")]
    moved = [dispatch[start : start + len(keys)] for start in range(0, len(dispatch), len(keys))]
    found = [Layout()]
    for number, platforms in enumerate(moved or [[]], start=1):
        systems = (crms[number % len(crms)], *(others if number == 1 else DEFAULT_SYSTEMS[1:]))
        found.append(Layout(dict(zip(keys, platforms, strict=False)), systems))
    return {_name(layout): layout for layout in found}


def platforms_of(layout: Layout) -> list[str]:
    """The platforms of an operator with this layout."""
    on = {brand.key: brand.platform for brand in brands()} | dict(layout.dispatch)
    return sorted({*on.values(), *layout.systems})


def _name(layout: Layout) -> str:
    return "+".join(platforms_of(layout))
