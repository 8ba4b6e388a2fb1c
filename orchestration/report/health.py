"""The health page: each wire live, degraded or broken, since when, and what says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from ingestion.config import Settings
from orchestration.health import WireHealth, wire_health
from orchestration.report import health_template, write_page
from orchestration.snapshot import read_snapshot


def write_health_page(settings: Settings, now: datetime | None = None) -> Path:
    """Draw `reports/health.html` of the newest published marts and of how recently the sources were read.

    Raises:
        WarehouseMissing: nothing is published yet.
    """
    now = now or datetime.now(UTC)
    wires = wire_health(settings, now)
    snapshot = read_snapshot(settings.home.published)
    page = health_template().render(
        operator=settings.operator.name,
        wires=wires,
        verdict=verdict(wires),
        at_risk=sum((wire.dollars_at_risk for wire in wires), Decimal(0)),
        stale_after_hours=settings.operator.alerts.stale_after_hours,
        made_at=now,
        published_at=snapshot.published_at if snapshot else "",
    )
    return write_page(settings.home.reports, "health.html", page)


def verdict(wires: Sequence[WireHealth]) -> str:
    """All wires in one sentence."""
    troubled = [wire for wire in wires if wire.state != "live"]
    if not troubled:
        return "All wires are live."
    counts = [(state, sum(wire.state == state for wire in troubled)) for state in _WORST_FIRST]
    said = ", ".join(f"{count} {state}" for state, count in counts if count)
    return f"{said}; {len(wires) - len(troubled)} of {len(wires)} wires are live."


_WORST_FIRST = ("broken", "degraded", "unwatched")
