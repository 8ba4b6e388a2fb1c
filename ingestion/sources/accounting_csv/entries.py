"""One line of an accounting export: what it may say, and what is made of it.

Nothing is guessed: an amount or a date that could mean two things is refused with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ingestion.tables import amount_written

KINDS = frozenset({"invoice", "credit_memo", "payment", "refund", "deposit"})
STATUSES = frozenset({"posted", "voided"})
REQUIRED_COLUMNS = ("brand", "kind", "number", "date", "total")
AMOUNT_COLUMNS = ("subtotal", "tax", "fee")
TEXT_COLUMNS = ("reference", "deposit", "status", "currency", "note")
COLUMNS = frozenset((*REQUIRED_COLUMNS, *AMOUNT_COLUMNS, *TEXT_COLUMNS))
# The sign that each kind's total must not have.
_NEVER_NEGATIVE = frozenset({"payment", "deposit"})
_NEVER_POSITIVE = frozenset({"credit_memo", "refund"})
_ROUNDING = Decimal("0.01")

_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_CURRENCY = re.compile(r"^[A-Z]{3}$")


class Rejected(ValueError):
    """A line that cannot be used; the message says why, for whoever wrote the file."""


@dataclass(frozen=True)
class Entry:
    """One accepted line.

    Attributes:
        key: Brand, kind and number: the books number each kind of document of a brand on its own.
        values: Known columns as written.
        extra: Columns that nobody knows.
    """

    key: str
    kind: str
    status: str
    entry_on: date
    amounts: Mapping[str, Decimal]
    values: Mapping[str, str]
    extra: Mapping[str, str]

    def payload(self) -> dict[str, Any]:
        """The line as written, with what was made of it beside."""
        return {
            **self.values,
            "entry_key": self.key,
            "extra": dict(self.extra),
            "normalised": {
                "kind": self.kind,
                "status": self.status,
                "date": self.entry_on.isoformat(),
                **{name: str(amount) for name, amount in self.amounts.items()},
            },
        }


def read_entry(values: Mapping[str, str]) -> Entry:
    """Check one line, given as column → text.

    Raises:
        Rejected: naming the column and what would be right.
    """
    given = {name: value.strip() for name, value in values.items()}
    for name in ("brand", "number"):
        if not given.get(name):
            raise Rejected(f"{name}: must be given")
    kind = _one_of(given, "kind", KINDS)
    status = _one_of(given, "status", STATUSES) if given.get("status") else "posted"
    if given.get("currency") and not _CURRENCY.match(given["currency"]):
        raise Rejected(f"currency: {given['currency']!r} is no ISO 4217 code such as USD")
    if given.get("deposit") and kind not in ("payment", "refund"):
        raise Rejected(f"deposit: {kind} is in no deposit; only a payment or refund may be")
    return Entry(
        key="|".join((given["brand"].lower(), kind, given["number"])),
        kind=kind,
        status=status,
        entry_on=_date(given.get("date", "")),
        amounts=_amounts(given, kind),
        values={name: value for name, value in given.items() if name in COLUMNS},
        extra={name: value for name, value in given.items() if name not in COLUMNS},
    )


def _amounts(given: Mapping[str, str], kind: str) -> dict[str, Decimal]:
    amounts = {"total": _amount(given, "total")}
    amounts |= {name: _amount(given, name) for name in AMOUNT_COLUMNS if given.get(name)}
    total = amounts["total"]
    if (total < 0 and kind in _NEVER_NEGATIVE) or (total > 0 and kind in _NEVER_POSITIVE):
        raise Rejected(f"total: {given['total']!r} has the wrong sign for a {kind}")
    if "subtotal" in amounts and "tax" in amounts:
        summed = amounts["subtotal"] + amounts["tax"]
        if abs(summed - total) > _ROUNDING:
            raise Rejected(f"total: {given['total']!r} is not subtotal plus tax, {summed}")
    if "fee" in amounts and amounts["fee"] < 0:
        raise Rejected(
            f"fee: {given['fee']!r} is negative; write what the processor kept as a positive amount"
        )
    return amounts


def _amount(given: Mapping[str, str], name: str) -> Decimal:
    amount = amount_written(given.get(name, ""))
    if amount is None:
        raise Rejected(f"{name}: {given.get(name, '')!r} is no amount such as 1234.50, $1,234.50 or (12.00)")
    return amount


def _one_of(given: Mapping[str, str], name: str, allowed: frozenset[str]) -> str:
    value = given.get(name, "").lower()
    if value not in allowed:
        raise Rejected(f"{name}: {given.get(name, '')!r} is not one of {', '.join(sorted(allowed))}")
    return value


def _date(text: str) -> date:
    try:
        if _DATE.match(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Rejected(f"date: {text!r} is no date of the form YYYY-MM-DD")
