"""The part of the Google Ads Query Language that is understood here, and how rows are written as ProtoJSON.

A row is a mapping of field name to value: `{"campaign.id": 7, "metrics.cost_micros": 1200000}`. Whole numbers
become strings, other numbers stay numbers, and what is zero, false or empty is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sandbox.servers.google_ads.failures import query_error

Row = Mapping[str, Any]

_QUERY = re.compile(
    r"^\s*SELECT\s+(?P<fields>.+?)\s+FROM\s+(?P<resource>\w+)"
    r"(?:\s+WHERE\s+(?P<where>.+?))?"
    r"(?:\s+ORDER\s+BY\s+(?P<order>.+?))?"
    r"(?:\s+LIMIT\s+(?P<limit>\d+))?\s*;?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(
    r"(?P<field>[\w.]+)\s*(?:BETWEEN\s*'(?P<low>[^']*)'\s*AND\s*'(?P<high>[^']*)'"
    r"|(?P<operator>>=|<=|=)\s*'(?P<value>[^']*)'|DURING\s+(?P<literal>\w+))\s*(?:AND\s+|$)",
    re.IGNORECASE,
)
_LAST_DAYS = re.compile(r"LAST_(7|14|30)_DAYS")


@dataclass(frozen=True)
class Condition:
    """`low` <= field <= `high`, compared as text; None leaves a side open."""

    field: str
    low: str | None
    high: str | None

    def holds(self, row: Row) -> bool:
        value = str(row.get(self.field, ""))
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True)
class Query:
    fields: tuple[str, ...]
    resource: str
    conditions: tuple[Condition, ...]
    order: tuple[str, ...]
    limit: int | None

    def days(self) -> tuple[str | None, str | None]:
        """The first and last day that `segments.date` is limited to."""
        dated = [condition for condition in self.conditions if condition.field == "segments.date"]
        lows = [condition.low for condition in dated if condition.low]
        highs = [condition.high for condition in dated if condition.high]
        return max(lows, default=None), min(highs, default=None)

    @classmethod
    def on(cls, day: date, fields: tuple[str, ...], resource: str, order: tuple[str, ...] = ()) -> Query:
        """What a query about one day says."""
        return cls(
            fields, resource, (Condition("segments.date", day.isoformat(), day.isoformat()),), order, None
        )

    def mentioned(self) -> set[str]:
        return {*self.fields, *self.order, *(condition.field for condition in self.conditions)}


def parse(text: str, today: date) -> Query:
    """Read a query.

    Raises:
        Failure: it is none, or uses what is not understood here.
    """
    found = _QUERY.match(text)
    if not found:
        raise query_error("BAD_QUERY" if text else "UNEXPECTED_END_OF_QUERY", "Error in query.")
    return Query(
        fields=_names(found["fields"]),
        resource=found["resource"],
        conditions=_conditions(found["where"] or "", today),
        order=tuple(name.removesuffix(" ASC").strip() for name in _names(found["order"] or "")),
        limit=int(found["limit"]) if found["limit"] else None,
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _conditions(text: str, today: date) -> tuple[Condition, ...]:
    conditions, position = [], 0
    while position < len(text):
        found = _CONDITION.match(text, position)
        if not found:
            raise query_error("BAD_VALUE", f"Error in WHERE clause near {text[position : position + 30]!r}.")
        conditions.append(_condition(found, today))
        position = found.end()
    return tuple(conditions)


def _condition(found: re.Match[str], today: date) -> Condition:
    field, value = found["field"], found["value"]
    if found["literal"]:
        low, high = _during(found["literal"].upper(), today)
        return Condition(field, low.isoformat(), high.isoformat())
    if value is None:
        return Condition(field, found["low"], found["high"])
    operator = found["operator"]
    return Condition(field, None if operator == "<=" else value, None if operator == ">=" else value)


def _during(literal: str, today: date) -> tuple[date, date]:
    if literal == "TODAY":
        return today, today
    if literal == "YESTERDAY":
        return today - timedelta(days=1), today - timedelta(days=1)
    found = _LAST_DAYS.fullmatch(literal)
    if not found:
        raise query_error("INVALID_VALUE_WITH_DURING_OPERATOR", f"{literal} is no date range.")
    return today - timedelta(days=int(found[1])), today - timedelta(days=1)


def written(row: Row, fields: tuple[str, ...]) -> dict[str, Any]:
    """The chosen fields of a row, and the resource names of everything that they belong to."""
    roots = {field.split(".")[0] for field in fields}
    chosen = [f"{root}.resource_name" for root in sorted(roots)] + list(fields)
    document: dict[str, Any] = {}
    for field in chosen:
        value = row.get(field)
        if not value:
            continue
        *parents, leaf = (camel(part) for part in field.split("."))
        place = document
        for parent in parents:
            place = place.setdefault(parent, {})
        place[leaf] = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return document


def camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.title() for part in others)


def field_mask(fields: tuple[str, ...]) -> str:
    return ",".join(".".join(camel(part) for part in field.split(".")) for field in fields)
