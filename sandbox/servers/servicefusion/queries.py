"""What a caller may ask of a list: paging, order, filters, and how a wrong question is answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

DEFAULT_PER_PAGE = 10
MAX_PER_PAGE = 50

_FILTER = re.compile(r"^filters\[(\w+)\](?:\[(gte|lte)\])?$")
# `Y-m-d\TH:i:sP`: an offset, neither `Z` nor a space.
_MOMENT = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}$")

Predicate = Callable[[int | None], bool]


class Invalid(Exception):
    """A question that fails validation: 422 with an array of fields and messages."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.body = [{"field": field, "message": message}]


@dataclass(frozen=True)
class Query:
    """The query string, decoded. Names that nobody knows are ignored: `per_page` is one of them.

    Whether an unknown filter is ignored too is not established (ASSUMED here).
    """

    pairs: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Query:
        return cls(tuple(pairs))

    def text(self, name: str) -> str | None:
        return next((value for key, value in reversed(self.pairs) if key == name), None)

    def number(self, name: str, default: int) -> int:
        text = self.text(name)
        return int(text) if text and text.isdigit() else default

    @property
    def page(self) -> int:
        return max(1, self.number("page", 1))

    @property
    def per_page(self) -> int:
        """ASSUMED: more than the maximum is clamped, as the vendor's framework does by default."""
        return min(MAX_PER_PAGE, max(1, self.number("per-page", DEFAULT_PER_PAGE)))

    @property
    def expand(self) -> frozenset[str]:
        return frozenset((self.text("expand") or "").split(",")) - {""}

    @property
    def order(self) -> list[tuple[str, bool]]:
        """(field, is descending), in order of precedence."""
        fields = [field for field in (self.text("sort") or "").split(",") if field]
        return [(field.lstrip("-"), field.startswith("-")) for field in fields]

    def filters(self) -> Iterable[tuple[str, str | None, str]]:
        """(name, bound or None, value)."""
        for key, value in self.pairs:
            found = _FILTER.match(key)
            if found:
                yield found[1], found[2], value


def moment(field: str, text: str) -> int:
    """Epoch seconds of a date-time in a filter."""
    if not _MOMENT.match(text):
        raise Invalid(field, f"{field} must be in the format Y-m-d\\TH:i:sP.")
    return int(datetime.fromisoformat(text).timestamp())


def day(field: str, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Invalid(field, f"{field} must be in the format Y-m-d.") from None
