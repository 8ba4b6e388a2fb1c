"""The search language: filter groups over property values, one sort, and a ceiling that cannot be passed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.servers.hubspot.definitions import Property
from sandbox.servers.hubspot.portal import Portal, Row
from sandbox.servers.hubspot.properties import BY_TYPE
from sandbox.servers.hubspot.replies import invalid

DEFAULT_LIMIT = 10
MAX_LIMIT = 200
# Results per query that can be paged to at all.
CEILING = 10_000
MAX_BODY_CHARACTERS = 3_000
# The guide says 5, the machine-readable description 6; the smaller binds here.
MAX_GROUPS = 5
MAX_FILTERS_PER_GROUP = 6
MAX_FILTERS = 18

Comparable = Decimal | str
Predicate = Callable[[Row], bool]


@dataclass(frozen=True)
class Search:
    """A search body, checked.

    Attributes:
        groups: any of these groups of conditions has to hold in full.
        sort: (property name or None for creation order, descending).
    """

    groups: tuple[tuple[dict[str, Any], ...], ...]
    sort: tuple[str | None, bool]
    names: tuple[str, ...] | None
    text: str
    limit: int
    after: int

    @property
    def shape(self) -> str:
        """Equal for the pages of one query."""
        return repr((self.groups, self.sort, self.text))


def parse(body: dict[str, Any], length: int, ceiling: int) -> Search:
    """Check a search body.

    Raises:
        Refused: 400 for each limit. Of the ceiling and the length only the status is established.
    """
    if length > MAX_BODY_CHARACTERS:
        raise invalid(f"The request body is longer than {MAX_BODY_CHARACTERS} characters.")
    limit = _whole(body.get("limit", DEFAULT_LIMIT), "limit")
    after = _whole(body.get("after") or 0, "after")
    if not 0 < limit <= MAX_LIMIT:
        raise invalid(f"limit must be between 1 and {MAX_LIMIT}.")
    if after + limit > ceiling:
        raise invalid(f"Paging past {ceiling} results is not possible.")
    groups = tuple(tuple(group.get("filters") or ()) for group in body.get("filterGroups") or ())
    if len(groups) > MAX_GROUPS:
        raise invalid(f"Number of filter groups exceeds the limit of {MAX_GROUPS}.")
    if any(len(group) > MAX_FILTERS_PER_GROUP for group in groups) or sum(map(len, groups)) > MAX_FILTERS:
        raise invalid("Number of filters exceeds the limit.")
    names = tuple(body.get("properties") or ()) or None
    return Search(
        groups, _sort(body.get("sorts") or ()), names, (body.get("query") or "").lower(), limit, after
    )


def _whole(value: Any, name: str) -> int:
    """A count, written as a number or as text."""
    try:
        return int(value)
    except (TypeError, ValueError):
        raise invalid(f"{name} must be a number.") from None


def _sort(sorts: Any) -> tuple[str | None, bool]:
    """Only the first sort counts; the others are accepted and ignored."""
    if not sorts:
        return None, False
    first = sorts[0]
    if isinstance(first, str):
        return first.removeprefix("-"), first.startswith("-")
    return first.get("propertyName"), first.get("direction", "ASCENDING") == "DESCENDING"


def matches(portal: Portal, object_type: str, search: Search) -> list[Row]:
    """Every live record that satisfies the query, in order. Archived ones are never found."""
    groups = [[_predicate(portal, object_type, one) for one in group] for group in search.groups]
    rows: Iterable[Row] = portal.rows(object_type).values()
    if groups:
        rows = (row for row in rows if any(all(holds(row) for holds in group) for group in groups))
    if search.text:
        rows = (row for row in rows if search.text in _searchable(portal, object_type, row))
    return _sorted(portal, object_type, list(rows), search.sort)


def _sorted(portal: Portal, object_type: str, rows: list[Row], sort: tuple[str | None, bool]) -> list[Row]:
    name, descending = sort
    rows.sort(key=lambda row: (row.created_ms, row.id))
    if name is None:
        return rows
    one = _property(object_type, name)
    keyed = [(comparable(one, one.value(portal, row)), row) for row in rows]
    known = [(key, row) for key, row in keyed if key is not None]
    known.sort(key=lambda pair: pair[0], reverse=descending)
    return [row for _, row in known] + [row for key, row in keyed if key is None]


def _searchable(portal: Portal, object_type: str, row: Row) -> str:
    names = {"contacts": ("firstname", "lastname", "email", "phone"), "deals": ("dealname",)}
    table = BY_TYPE[object_type]
    return " ".join(table[name].value(portal, row) or "" for name in names.get(object_type, ())).lower()


def _property(object_type: str, name: str) -> Property:
    one = BY_TYPE[object_type].get(name)
    if one is None:
        raise invalid(f"There was a problem with the request: property {name!r} does not exist.")
    return one


def comparable(one: Property, value: str | None) -> Comparable | None:
    """A value in the order of its type: numbers and instants as numbers, text without case."""
    if value is None or value == "":
        return None
    if one.kind == "number":
        return _decimal(value)
    if one.kind == "datetime":
        return _instant(value)
    return value if one.kind == "enumeration" else value.lower()


def _decimal(value: str) -> Decimal | None:
    try:
        return Decimal(value)
    except InvalidOperation:
        return None


def _instant(value: str) -> Decimal | None:
    """Epoch milliseconds, given as such or as ISO 8601."""
    if value.lstrip("-").isdigit():
        return Decimal(value)
    try:
        return Decimal(round(datetime.fromisoformat(value).timestamp() * 1000))
    except ValueError:
        return None


def _predicate(portal: Portal, object_type: str, condition: dict[str, Any]) -> Predicate:
    name, operator = condition.get("propertyName", ""), condition.get("operator", "")
    if name.startswith("associations."):
        return _associated(portal, object_type, name.removeprefix("associations."), condition)
    one = _property(object_type, name)
    if operator in ("IN", "NOT_IN"):
        return _among(portal, one, condition, wanted=operator == "IN")
    if operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
        return lambda row: bool(one.value(portal, row)) == (operator == "HAS_PROPERTY")
    return _compared(portal, one, operator, condition)


def _associated(portal: Portal, object_type: str, other: str, condition: dict[str, Any]) -> Predicate:
    wanted = str(condition.get("value"))
    other_type = other if other.endswith("s") else f"{other}s"
    return lambda row: wanted in map(str, portal.associated(object_type, row.id, other_type))


def _among(portal: Portal, one: Property, condition: dict[str, Any], *, wanted: bool) -> Predicate:
    """Of text only lower-case values are ever found: what is stored is folded, the list is not."""
    given = condition.get("values")
    if not given:
        raise invalid("IN and NOT_IN need values.")
    listed = {str(value) for value in given}

    def holds(row: Row) -> bool:
        value = one.value(portal, row)
        if value is None:
            return False
        return ((value.lower() if one.kind == "string" else value) in listed) == wanted

    return holds


def _compared(portal: Portal, one: Property, operator: str, condition: dict[str, Any]) -> Predicate:
    if condition.get("value") is None:
        raise invalid(f"{operator or 'A filter'} on {one.name} needs a value.")
    bound = comparable(one, str(condition["value"]))
    high = comparable(one, str(condition.get("highValue", "")))
    if bound is None:
        raise invalid(f"{condition['value']!r} is not a valid {one.kind}.")
    tests: dict[str, Callable[[Any], bool]] = {
        "EQ": lambda value: value == bound,
        "NEQ": lambda value: value != bound,
        "LT": lambda value: value < bound,
        "LTE": lambda value: value <= bound,
        "GT": lambda value: value > bound,
        "GTE": lambda value: value >= bound,
        "BETWEEN": lambda value: high is not None and bound <= value <= high,
        "CONTAINS_TOKEN": lambda value: str(bound).strip("*") in str(value),
        "NOT_CONTAINS_TOKEN": lambda value: str(bound).strip("*") not in str(value),
    }
    if operator not in tests:
        raise invalid(f"{operator!r} is not a valid operator.")
    test = tests[operator]
    return lambda row: (value := comparable(one, one.value(portal, row))) is not None and test(value)
