"""A whole operator is swept: right after a day's changes were pulled, its listings show what is held."""

from __future__ import annotations

from ingestion.sources import discover
from ingestion.sweep import Sweep, sweep
from tests.conformance.conftest import HASTY, Operator


def test_a_healthy_operator_has_nothing_to_repair(operator: Operator) -> None:
    operator.ingest()
    operator.control("POST", "clock", advance_hours=30)

    swept = sweep(operator.settings, patience=HASTY)

    assert differing(swept) == []
    assert [f"{each.listing.object.name}: {each.error}" for each in swept.objects if each.error] == []
    assert all(
        requests > 0 for platform, requests in swept.requests.items() if asks_over_the_network(platform)
    )


def differing(swept: Sweep) -> list[tuple[str, str, str, str]]:
    return [
        (comparison.platform, comparison.object, row.native_id, row.cause)
        for each in swept.objects
        if (comparison := each.comparison)
        for row in comparison.differing
    ]


def asks_over_the_network(platform: str) -> bool:
    return discover()[platform].kind in ("dispatch", "crm", "ads")
