"""How Service Fusion writes values: stamps with an offset, dates dressed as stamps, dollars as numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def stamp(instant: int) -> str:
    """`2026-10-02T16:45:10+00:00`: always with this offset, never `Z`."""
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def midnight(day: str) -> str:
    """A calendar date dressed as a stamp; no instant is meant."""
    return f"{day}T00:00:00+00:00"


def local(instant: int, timezone: str) -> datetime:
    return datetime.fromtimestamp(instant, ZoneInfo(timezone))


def as_if_utc(instant: int, timezone: str) -> int:
    """The instant at which a clock in UTC shows what the company's clock shows at `instant`."""
    offset = local(instant, timezone).utcoffset()
    return instant + (int(offset.total_seconds()) if offset else 0)


def dollars(cents: int) -> int | float:
    """Whole dollars come as integers, everything else as a decimal number."""
    return cents // 100 if cents % 100 == 0 else cents / 100


def quantity(hundredths: int) -> int | float:
    return dollars(hundredths)


def dashed(phone: str) -> str:
    """`NNN-NNN-NNNN`, the only form that the vendor accepts; what has no ten digits is kept as typed."""
    kept = "".join(character for character in phone if character.isdigit())
    if len(kept) == 11 and kept.startswith("1"):
        kept = kept[1:]
    return f"{kept[:3]}-{kept[3:6]}-{kept[6:]}" if len(kept) == 10 else phone
