"""The part of SOQL that is spoken here: SELECT fields or COUNT(), FROM, WHERE, ORDER BY, LIMIT.

What Salesforce refuses is refused; so is what this parser does not know, in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sandbox.servers.salesforce.fields import COMPOUND, Field
from sandbox.servers.salesforce.identifiers import same
from sandbox.servers.salesforce.org import Org
from sandbox.servers.salesforce.refusals import Refused
from sandbox.servers.salesforce.rows import Record
from sandbox.servers.salesforce.schema import sobject
from sandbox.servers.salesforce.sobjects import SObject

MAX_CHARACTERS = 100_000
_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^'\\]|\\.)*')"
    r"|(?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))"
    r"|(?P<date>\d{4}-\d\d-\d\d)"
    r"|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<name>[A-Za-z_]\w*(?:\.\w+)*)"
    r"|(?P<sign><=|>=|!=|<>|[=<>(),]))"
)
_REVERSED = {"\\n": "\n", "\\t": "\t", "\\r": "\r"}
_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<>": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
Predicate = Callable[[Org, Record], bool]


@dataclass(frozen=True)
class Query:
    """A query, checked. Without fields it counts."""

    sobject: SObject
    fields: tuple[Field, ...]
    holds: Predicate
    order: tuple[tuple[Field, bool], ...]
    limit: int | None
    has_where: bool

    @property
    def is_count(self) -> bool:
        return not self.fields

    def rows(self, org: Org, *, with_deleted: bool) -> list[Record]:
        """Matching records; those in the recycle bin, and archived activities, only if asked for."""
        found = [
            row
            for row in self.sobject.records(org)
            if (with_deleted or not self._is_set_aside(org, row)) and self.holds(org, row)
        ]
        for field, descending in reversed(self.order):
            # Nulls come first unless the order is descending, where ASSUMED they come last.
            found.sort(key=lambda row: _sortable(field.value(org, row)), reverse=descending)
        return found if self.limit is None else found[: self.limit]

    def _is_set_aside(self, org: Org, row: Record) -> bool:
        archived = self.sobject.field("IsArchived")
        return row.deleted_at is not None or (archived is not None and archived.value(org, row) is True)


def _sortable(value: Any) -> tuple[bool, Any]:
    return (value is not None, value.lower() if isinstance(value, str) else value)


def malformed(message: str) -> Refused:
    return Refused(400, "MALFORMED_QUERY", message)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


def parse(text: str, hidden: frozenset[str] = frozenset()) -> Query:
    """Read a query.

    Args:
        hidden: `Object.Field` that the user has no permission to see: for it they do not exist.

    Raises:
        Refused: MALFORMED_QUERY, INVALID_TYPE or INVALID_FIELD.
    """
    if len(text) > MAX_CHARACTERS:
        raise malformed(f"SOQL statements cannot be longer than {MAX_CHARACTERS} characters.")
    return _Parser(_tokens(text), hidden).query()


def _tokens(text: str) -> list[_Token]:
    found, position, end = [], 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            raise malformed(f"unexpected token: {text[position:].strip()[:20]!r}")
        found.append(_Token(str(match.lastgroup), match[str(match.lastgroup)]))
        position = match.end()
    return found


class _Parser:
    def __init__(self, tokens: list[_Token], hidden: frozenset[str]) -> None:
        self._tokens = tokens
        self._hidden = hidden
        self._at = 0
        self._object: SObject

    def query(self) -> Query:
        self._need("select")
        names = self._selected()
        self._need("from")
        name = self._next("name").text
        found = sobject(name)
        if found is None or found.name in self._hidden:
            raise Refused(400, "INVALID_TYPE", f"sObject type '{name}' is not supported.")
        self._object = found
        holds: Predicate = lambda org, row: True  # noqa: E731
        has_where = self._accept("where")
        if has_where:
            holds = self._condition()
        order = self._order() if self._accept("order") else ()
        limit = int(self._next("number").text) if self._accept("limit") else None
        if self._at < len(self._tokens):
            raise malformed(f"unexpected token: {self._tokens[self._at].text!r}")
        fields = tuple(self._field(one) for one in names)
        return Query(found, fields, holds, order, limit, has_where)

    # -- clauses --------------------------------------------------------------------------------------------

    def _selected(self) -> list[str]:
        if self._peek("name", "count") and self._tokens[self._at + 1 : self._at + 3] == [
            _Token("sign", "("),
            _Token("sign", ")"),
        ]:
            self._at += 3
            return []
        names = [self._selected_name()]
        while self._accept_sign(","):
            names.append(self._selected_name())
        doubled = sorted({name for name in names if [one.lower() for one in names].count(name.lower()) > 1})
        if doubled:
            raise Refused(400, "INVALID_FIELD", f"duplicate field selected: {doubled[0]}")
        return names

    def _selected_name(self) -> str:
        name = self._next("name").text
        if self._peek("sign", "("):
            # FIELDS(ALL) needs a LIMIT of 200 and aggregates a grouping: neither is spoken here.
            raise malformed(f"{name}() is not supported here")
        return name

    def _order(self) -> tuple[tuple[Field, bool], ...]:
        self._need("by")
        orders = [self._ordered()]
        while self._accept_sign(","):
            orders.append(self._ordered())
        return tuple(orders)

    def _ordered(self) -> tuple[Field, bool]:
        field = self._filterable(self._next("name").text)
        descending = self._accept("desc")
        if not descending:
            self._accept("asc")
        return field, descending

    def _condition(self) -> Predicate:
        """Conditions joined by one kind of operator; a mixture needs parentheses."""
        parts = [self._simple()]
        joint: str | None = None
        while self._peek("name", "and") or self._peek("name", "or"):
            operator = self._next("name").text.lower()
            if joint not in (None, operator):
                raise malformed(f"unexpected token: {operator.upper()!r}")
            joint = operator
            parts.append(self._simple())
        if joint == "or":
            return lambda org, row: any(part(org, row) for part in parts)
        return lambda org, row: all(part(org, row) for part in parts)

    def _simple(self) -> Predicate:
        if self._accept("not"):
            part = self._simple()
            return lambda org, row: not part(org, row)
        if self._accept_sign("("):
            inner = self._condition()
            self._need_sign(")")
            return inner
        field = self._filterable(self._next("name").text)
        if self._accept("not"):
            self._need("in")
            return self._among(field, wanted=False)
        if self._accept("in"):
            return self._among(field, wanted=True)
        operator = self._next("sign").text
        if operator not in _TESTS:
            raise malformed(f"unexpected token: {operator!r}")
        return _compared(field, operator, self._literal(field))

    def _among(self, field: Field, *, wanted: bool) -> Predicate:
        self._need_sign("(")
        values = [self._literal(field)]
        while self._accept_sign(","):
            values.append(self._literal(field))
        self._need_sign(")")
        tests = [_compared(field, "=", value) for value in values]
        return lambda org, row: any(test(org, row) for test in tests) == wanted

    def _literal(self, field: Field) -> Any:
        """A value in the form of the field's type.

        Raises:
            Refused: a literal of another type, such as an instant in quotes.
        """
        if self._at >= len(self._tokens):
            raise malformed("unexpected end of query")
        token = self._tokens[self._at]
        self._at += 1
        if token.kind == "name" and token.text.lower() == "null":
            return None
        wanted = _LITERALS.get(field.kind, "string")
        if field.kind == "boolean" and token.text.lower() in ("true", "false"):
            return token.text.lower() == "true"
        if token.kind != wanted:
            quoted = " and should not be enclosed in quotes" if token.kind == "string" else ""
            raise Refused(
                400,
                "INVALID_FIELD",
                f"value of filter criterion for field '{field.name}' must be of type {field.kind}{quoted}",
            )
        return _valued(field, token)

    # -- fields ---------------------------------------------------------------------------------------------

    def _field(self, name: str) -> Field:
        found = self._object.field(name)
        if found is None or f"{self._object.name}.{found.name}" in self._hidden:
            raise Refused(
                400,
                "INVALID_FIELD",
                f"No such column '{name}' on entity '{self._object.name}'. If you are attempting to use a "
                "custom field, be sure to append the '__c' after the custom field name. Please reference "
                "your WSDL or the describe call for the appropriate names.",
            )
        return found

    def _filterable(self, name: str) -> Field:
        field = self._field(name)
        if not field.is_filterable:
            raise Refused(400, "INVALID_FIELD", f"field '{field.name}' can not be filtered in a query call")
        return field

    # -- tokens ---------------------------------------------------------------------------------------------

    def _peek(self, kind: str, text: str) -> bool:
        if self._at >= len(self._tokens):
            return False
        token = self._tokens[self._at]
        return token.kind == kind and token.text.lower() == text

    def _accept(self, word: str) -> bool:
        found = self._peek("name", word)
        self._at += found
        return found

    def _accept_sign(self, sign: str) -> bool:
        found = self._peek("sign", sign)
        self._at += found
        return found

    def _need(self, word: str) -> None:
        if not self._accept(word):
            raise malformed(f"expecting {word.upper()}")

    def _need_sign(self, sign: str) -> None:
        if not self._accept_sign(sign):
            raise malformed(f"expecting {sign!r}")

    def _next(self, kind: str) -> _Token:
        if self._at >= len(self._tokens) or self._tokens[self._at].kind != kind:
            given = self._tokens[self._at].text if self._at < len(self._tokens) else "<EOF>"
            raise malformed(f"unexpected token: {given!r}")
        self._at += 1
        return self._tokens[self._at - 1]


# Kind of field -> kind of token that its literals are.
_LITERALS = {
    "datetime": "datetime",
    "date": "date",
    "currency": "number",
    "int": "number",
    "double": "number",
    "boolean": "name",
}


def _valued(field: Field, token: _Token) -> Any:
    if token.kind == "string":
        return re.sub(r"\\.", lambda match: _REVERSED.get(match[0], match[0][1]), token.text[1:-1])
    if token.kind == "datetime":
        return datetime.fromisoformat(token.text).timestamp()
    if token.kind == "date":
        return date.fromisoformat(token.text).isoformat()
    return round(float(token.text) * 100) if field.kind == "currency" else float(token.text)


def _compared(field: Field, operator: str, bound: Any) -> Predicate:
    """Text is compared without case, and ids without their suffix; null is less than nothing."""
    test = _TESTS[operator]
    if field.kind in ("id", "reference") and isinstance(bound, str) and operator in ("=", "!=", "<>"):
        return lambda org, row: same(str(field.value(org, row) or ""), bound) == (operator == "=")

    def holds(org: Org, row: Record) -> bool:
        value: Any = field.value(org, row)
        if value is None or bound is None:
            return test(value, bound) if operator in ("=", "!=", "<>") else False
        is_text = isinstance(value, str) and field.kind not in ("id", "reference", "date")
        return test(value.lower(), bound.lower()) if is_text else test(value, bound)

    return holds


def refuse_in_bulk(query: Query) -> None:
    """What a bulk job cannot do, beyond what the parser refuses.

    Raises:
        Refused: a count, a compound field, or an object that the Bulk API does not have.
    """
    if query.is_count:
        raise Refused(400, "FEATURENOTENABLED", "Aggregate Relationships not supported in Bulk Query")
    if any(field.kind in COMPOUND for field in query.fields):
        raise Refused(400, "FEATURENOTENABLED", "Selecting compound data not supported in Bulk Query")
    if not query.sobject.is_bulk:
        raise Refused(400, "INVALIDENTITY", f"entity '{query.sobject.name}' is not supported by the Bulk API")
