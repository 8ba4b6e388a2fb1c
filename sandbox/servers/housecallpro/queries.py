"""What a caller may ask of a list: paging, order, filters, and how a wrong question is answered."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

DEFAULT_PAGE_SIZE = 10
MAX_PAGE_SIZE = 200

# ISO 8601 to the second. Microseconds are refused; a text without an offset counts as UTC (ASSUMED).
INSTANT = re.compile(r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?)?$")


class Refused(Exception):
    """A question that the vendor answers with an error.

    Args:
        status: HTTP status.
        body: JSON body as the vendor shapes it for this route.
    """

    def __init__(self, status: int, body: dict) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body


@dataclass(frozen=True)
class Query:
    """The query string, decoded. Names that nobody knows are never looked at: the vendor ignores them."""

    pairs: tuple[tuple[str, str], ...]
    # Status of the complaint about an array without brackets: 422 on invoices, 400 on jobs and estimates.
    array_complaint: int = 400

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]], array_complaint: int = 400) -> Query:
        return cls(tuple(pairs), array_complaint)

    def text(self, name: str) -> str | None:
        return next((value for key, value in reversed(self.pairs) if key == name and value), None)

    def array(self, name: str, allowed: frozenset[str] | None = None) -> frozenset[str] | None:
        """Values of `name[]`, or None when not asked.

        Raises:
            Refused: given without brackets, or a value outside the documented ones (the latter ASSUMED).
        """
        if any(key == name for key, _ in self.pairs):
            raise self._bad_array(name, "must be an array")
        values = frozenset(value for key, value in self.pairs if key == f"{name}[]")
        if not values:
            return None
        if allowed is not None and not values <= allowed:
            raise self._bad_array(name, "is not included in the list")
        return values

    def _bad_array(self, name: str, complaint: str) -> Refused:
        if self.array_complaint == 422:
            return Refused(422, {"errors": {name: complaint}})
        return Refused(self.array_complaint, {"message": "Bad Request", name: complaint})

    def instant(self, name: str) -> int | None:
        """Epoch seconds.

        Raises:
            Refused: microseconds, or not a date.
        """
        value = self.text(name)
        if value is None:
            return None
        if not INSTANT.match(value):
            raise Refused(400, {"message": "Bad Request", name: "is not a valid ISO 8601 date"})
        try:
            parsed = datetime.fromisoformat(value)
        except ValueError as error:
            raise Refused(400, {"message": "Bad Request", name: str(error)}) from None
        return int((parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp())

    def number(self, name: str) -> int | None:
        value = self.text(name)
        return int(value) if value is not None and value.lstrip("-").isdigit() else None

    @property
    def expand(self) -> frozenset[str]:
        """`expand[]=…`; without brackets it is one more unknown name."""
        return frozenset(value for key, value in self.pairs if key == "expand[]")

    @property
    def page(self) -> int:
        return max(self.number("page") or 1, 1)

    @property
    def page_size(self) -> int:
        """10 unless asked; above 200 it is clamped (ASSUMED, nobody established what happens there)."""
        asked = self.number("page_size")
        return min(asked, MAX_PAGE_SIZE) if asked is not None and asked > 0 else DEFAULT_PAGE_SIZE

    @property
    def descending(self) -> bool:
        return self.text("sort_direction") != "asc"
