"""The text of one cell as a value. What could mean two things is refused; nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime

from ingestion.sources.fieldedge.assumptions import Form
from ingestion.tables import amount_written

# ASSUMED (no report is published): US order, a four-digit year, local time on a twelve-hour clock.
_DAY = re.compile(r"^(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})$")
_CLOCK = re.compile(
    r"^(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))? ?(?P<half>[AP]M)$", re.IGNORECASE
)
_FLAGS = {
    **dict.fromkeys(("yes", "y", "true", "1", "active"), "true"),
    **dict.fromkeys(("no", "n", "false", "0", "inactive"), "false"),
}


class Unreadable(ValueError):
    """A cell that is not what its column should hold; the message says what would be."""


def read_value(form: Form, text: str) -> str | None:
    """The value in one fixed notation: amounts without `$` and commas, times as ISO 8601 without a zone.

    Raises:
        Unreadable: naming what would be right.
    """
    trimmed = text.strip()
    return _READERS[form](trimmed) if trimmed else None


def _text(text: str) -> str:
    return text


def _amount(text: str) -> str:
    amount = amount_written(text)
    if amount is None:
        raise Unreadable(f"{text!r} is no amount such as 1234.50, $1,234.50 or (12.00)")
    return str(amount)


def _day(text: str) -> str:
    return _date(text).isoformat()


def _moment(text: str) -> str:
    """A local time; a day alone stays one, for its beginning is not when the thing happened."""
    day, _, clock = text.partition(" ")
    if not clock:
        return _day(text)
    found = _CLOCK.match(clock.strip())
    hour = int(found["hour"]) if found else 0
    if not found or not 1 <= hour <= 12:
        raise Unreadable(f"{text!r} is no time such as 9/14/2026 1:05 PM")
    half_day = 12 if found["half"].upper() == "PM" else 0
    try:
        moment = datetime.combine(_date(day), datetime.min.time()).replace(
            hour=hour % 12 + half_day, minute=int(found["minute"]), second=int(found["second"] or 0)
        )
    except ValueError as error:
        raise Unreadable(f"{text!r} is no time such as 9/14/2026 1:05 PM") from error
    return moment.isoformat()


def _date(text: str) -> date:
    found = _DAY.match(text)
    try:
        if found:
            return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        pass
    raise Unreadable(f"{text!r} is no date such as 9/14/2026")


def _flag(text: str) -> str:
    value = _FLAGS.get(text.lower())
    if value is None:
        raise Unreadable(f"{text!r} is neither yes nor no")
    return value


_READERS: dict[Form, Callable[[str], str]] = {
    "text": _text,
    "amount": _amount,
    "number": _amount,
    "day": _day,
    "moment": _moment,
    "flag": _flag,
}
