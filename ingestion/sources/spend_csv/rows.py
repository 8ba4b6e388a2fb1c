"""One line of a spend file: what it may say, and what is made of it.

Nothing is guessed. A value that could mean two things (`9/8/26`, `1,23`) is refused with the reason; a
period is spread over its days by largest remainder, so that the days add up to the amount to the cent.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from ingestion.tables import amount_written

SOURCES = frozenset(
    {
        "google_ads", "google_lsa", "meta", "microsoft", "yelp", "angi", "thumbtack", "nextdoor",
        "direct_mail", "radio_tv", "outdoor", "seo", "referral_fee", "agency_fee", "other",
    }
)  # fmt: skip
COST_TYPES = frozenset({"media", "fee", "credit", "tax"})
REQUIRED_COLUMNS = ("source", "spend")
TEXT_COLUMNS = (
    "row_key", "account_id", "account_name", "campaign_id", "campaign_name", "currency", "cost_type", "note",
    "uploaded_by", "invoice_ref",
)  # fmt: skip
DATE_COLUMNS = ("date", "period_start", "period_end")
COUNT_COLUMNS = ("impressions", "clicks")
QUANTITY_COLUMNS = ("leads", "conversions", "conversions_value", "leads_charged")
COLUMNS = frozenset((*REQUIRED_COLUMNS, *TEXT_COLUMNS, *DATE_COLUMNS, *COUNT_COLUMNS, *QUANTITY_COLUMNS))

_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_CURRENCY = re.compile(r"^[A-Z]{3}$")
_CENT = Decimal("0.01")
_FINEST = Decimal("0.0001")


class Rejected(ValueError):
    """A line that cannot be used; the message says why, for whoever wrote the file."""


@dataclass(frozen=True)
class SpendRow:
    """One accepted line.

    Attributes:
        row_key: The client's own key, or a hash of what makes the line what it is.
        days: (day, amount) that add up to `spend`.
        extra: Columns that nobody knows.
    """

    row_key: str
    source: str
    campaign: str
    cost_type: str
    spend: Decimal
    first_day: date
    last_day: date
    days: tuple[tuple[date, Decimal], ...]
    values: Mapping[str, str]
    extra: Mapping[str, str]

    @property
    def series(self) -> tuple[str, str, str, str]:
        """Lines with the same one are the same cost; their periods must not overlap."""
        return self.source, self.values.get("account_id", ""), self.campaign, self.cost_type

    def payload(self) -> dict[str, Any]:
        """The line as written, with what was made of it beside."""
        return {
            **self.values,
            "row_key": self.row_key,
            "extra": dict(self.extra),
            "normalised": {
                "source": self.source,
                "cost_type": self.cost_type,
                "spend": str(self.spend),
                "allocation": "spread" if self.is_period else "daily",
                "days": [{"date": day.isoformat(), "spend": str(amount)} for day, amount in self.days],
            },
        }

    @property
    def is_period(self) -> bool:
        return not self.values.get("date")


def read_row(values: Mapping[str, str]) -> SpendRow:
    """Check one line, given as column → text.

    Raises:
        Rejected: naming the column and what would be right.
    """
    given = {name: value.strip() for name, value in values.items()}
    source = _one_of(given, "source", SOURCES)
    cost_type = _one_of(given, "cost_type", COST_TYPES) if given.get("cost_type") else "media"
    campaign = given.get("campaign_id") or given.get("campaign_name") or ""
    if not campaign:
        raise Rejected("campaign_id or campaign_name: one of them must be given")
    if given.get("currency") and not _CURRENCY.match(given["currency"]):
        raise Rejected(f"currency: {given['currency']!r} is no ISO 4217 code such as USD")
    for name in (*COUNT_COLUMNS, *QUANTITY_COLUMNS):
        _check_number(given, name, whole=name in COUNT_COLUMNS)
    spend = _spend(given, cost_type)
    first, last = _period(given)
    return SpendRow(
        row_key=given.get("row_key") or _default_key(given, source, campaign, cost_type, first, last),
        source=source,
        campaign=campaign,
        cost_type=cost_type,
        spend=spend,
        first_day=first,
        last_day=last,
        days=spread(spend, first, last),
        values={name: value for name, value in given.items() if name in COLUMNS},
        extra={name: value for name, value in given.items() if name not in COLUMNS},
    )


def read_amount(text: str) -> Decimal:
    """`1234.5`, `$1,234.50`, `-12.00` or, as accountants write it, `(12.00)`.

    Raises:
        Rejected: anything else, such as a decimal comma.
    """
    amount = amount_written(text)
    if amount is None:
        raise Rejected(f"spend: {text!r} is no amount such as 1234.50, $1,234.50 or (12.00)")
    return amount


def spread(amount: Decimal, first: date, last: date) -> tuple[tuple[date, Decimal], ...]:
    """Share `amount` evenly over the days from `first` to `last`, both included, to the cent.

    Each day gets the same; the cents that are left over go one each to the first days.
    """
    count = (last - first).days + 1
    unit = _CENT if amount == amount.quantize(_CENT) else _FINEST
    units = int(abs(amount) / unit)
    share, left = divmod(units, count)
    sign = -1 if amount < 0 else 1
    return tuple(
        (first + timedelta(days=number), sign * unit * (share + (number < left))) for number in range(count)
    )


def _one_of(given: Mapping[str, str], name: str, allowed: frozenset[str]) -> str:
    value = given.get(name, "").lower()
    if value not in allowed:
        raise Rejected(f"{name}: {given.get(name, '')!r} is not one of {', '.join(sorted(allowed))}")
    return value


def _spend(given: Mapping[str, str], cost_type: str) -> Decimal:
    amount = read_amount(given.get("spend", ""))
    if amount < 0 and cost_type != "credit":
        raise Rejected(f"spend: {given['spend']!r} is negative; only a row of cost_type credit may be")
    if amount > 0 and cost_type == "credit":
        raise Rejected(f"spend: {given['spend']!r} is a credit, and must be negative")
    return amount


def _period(given: Mapping[str, str]) -> tuple[date, date]:
    day, first, last = (given.get(name, "") for name in DATE_COLUMNS)
    if bool(day) == bool(first or last) or bool(first) != bool(last):
        raise Rejected("date: give either date, or both period_start and period_end")
    if day:
        return _date("date", day), _date("date", day)
    start, end = _date("period_start", first), _date("period_end", last)
    if end < start:
        raise Rejected(f"period_end: {last} is before period_start {first}")
    return start, end


def _date(name: str, text: str) -> date:
    try:
        if _DATE.match(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Rejected(f"{name}: {text!r} is no date of the form YYYY-MM-DD")


def _check_number(given: Mapping[str, str], name: str, *, whole: bool) -> None:
    text = given.get(name, "")
    if text and not re.match(r"^\d+$" if whole else r"^\d+(\.\d+)?$", text):
        raise Rejected(f"{name}: {text!r} is no {'whole ' if whole else ''}number")


def _default_key(
    given: Mapping[str, str], source: str, campaign: str, cost_type: str, first: date, last: date
) -> str:
    parts = (source, given.get("account_id", ""), campaign, first.isoformat(), last.isoformat(), cost_type)
    return hashlib.sha256("‖".join(parts).encode()).hexdigest()
