"""How ServiceTitan writes values: .NET ticks, money as text, calendar dates at midnight, spans, phone digits.

The world knows whole seconds. A .NET server writes up to seven fractional digits with trailing zeros trimmed
(`2026-01-02T16:28:55.8446003Z`, whole seconds bare), so each instant gets a fraction that depends on nothing
but the row and the second: its `createdOn`, `completedOn` and `modifiedOn` agree where they mean one moment.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

TICKS = 10_000_000  # .NET ticks (100 ns) per second
DAY = 86_400
MINUTE = 60

# Accounting batches are posted once a night; all rows of one batch share a modification time, which is how
# real feeds come to hold long runs of equal cursors.
NIGHTLY_POSTING = 8 * 3600

_EPOCH = date(1970, 1, 1).toordinal()
_MASK = (1 << 64) - 1


def mixed(left: int, right: int) -> int:
    """A 64-bit hash of two integers, the same in every process (splitmix64 finaliser)."""
    value = (left * 0x9E3779B97F4A7C15 + right * 0xC2B2AE3D27D4EB4F) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    return value ^ (value >> 31)


def ticks(key: int, second: int) -> int:
    """Ticks since 1970 of the moment within `second` at which the row `key` was touched."""
    drawn = mixed(0 if second % DAY == NIGHTLY_POSTING else key, second)
    if drawn % 16 == 0:
        return second * TICKS
    if drawn % 5 == 0:
        return second * TICKS + (drawn >> 8) % 1_000 * 10_000
    return second * TICKS + (drawn >> 8) % TICKS


@lru_cache(maxsize=16_384)
def _day_text(day: int) -> str:
    return date.fromordinal(_EPOCH + day).isoformat()


def written(moment: int) -> str:
    """A moment in ticks as the API writes it."""
    second, fraction = divmod(moment, TICKS)
    day, rest = divmod(second, DAY)
    clock = f"{_day_text(day)}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{clock}.{f'{fraction:07}'.rstrip('0')}Z" if fraction else clock + "Z"


def stamp(key: int, second: int) -> str:
    """The moment within `second` at which the row `key` was touched, as the API writes it."""
    return written(ticks(key, second))


def stamp_once(key: int, second: int | None, at: int) -> str | None:
    """The stamp of a milestone that has happened by `at`, else null."""
    return stamp(key, second) if second is not None and second <= at else None


def whole(second: int) -> str:
    """A second that a person typed (a slot's start), so without a fraction."""
    return written(second * TICKS)


def calendar_date(day: str) -> str:
    """A business date: midnight with a Z, though no instant is meant."""
    return f"{day}T00:00:00Z"


def midnight(day: str) -> int:
    """Epoch second at which a calendar day starts in UTC."""
    return (date.fromisoformat(day).toordinal() - _EPOCH) * DAY


@lru_cache(maxsize=65_536)
def local_day(second: int, zone: str) -> str:
    """Calendar day of an instant in the brand's time zone."""
    return datetime.fromtimestamp(second, ZoneInfo(zone)).date().isoformat()


def money(cents: int) -> str:
    """Accounting money is text: `129.00`."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


def long_decimal(value: float) -> str:
    """Quantities and unit costs carry ten decimals: `1.0000000000`."""
    return f"{value:.10f}"


def amount(cents: int) -> float:
    """Money outside accounting is a JSON number."""
    return cents / 100


def span(seconds: int) -> str:
    """A .NET time span, `HH:MM:SS`."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def digits(phone: str) -> str:
    """A telephone number as the vendor's phone system writes it: ten digits, no country code."""
    kept = "".join(character for character in phone if character.isdigit())
    return kept[1:] if len(kept) == 11 and kept.startswith("1") else kept


def read_moment(text: str) -> int:
    """Ticks of a date or date-time in a query: `2026-01-02`, `…Z`, or with an offset; no offset means UTC.

    Raises:
        ValueError: not a date.
    """
    base, _, tail = text.strip().replace(" ", "+").partition(".")
    fraction, offset = _split_fraction(tail)
    parsed = datetime.fromisoformat(base + offset)
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=UTC)
    return (parsed - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1) * TICKS + fraction


def _split_fraction(tail: str) -> tuple[int, str]:
    length = next((index for index, character in enumerate(tail) if not character.isdigit()), len(tail))
    return int(tail[:length][:7].ljust(7, "0")) if length else 0, tail[length:]
