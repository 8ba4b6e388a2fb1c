"""What a query costs: asked for in advance, counted afterwards, and paid from a bucket that refills.

Each field is one point; `nodes`, `edges` and `node` are free; a connection asks for its selection as often
as `first` or `last` says, or 100 times. A query is let in when the bucket holds what it *asks* for, and pays
what it *got*. ASSUMED: a connection itself is free, `pageInfo` and `totalCount` are fields like others and
not multiplied, and a plain list asks for its selection once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

FREE = frozenset({"nodes", "edges", "node"})
# Fields of a connection that there is one of, whatever its size.
ONCE = frozenset({"pageInfo", "totalCount"})
DEFAULT_SIZE = 100


class Bucket:
    """Points per app and account: at most `maximum`, `restore_rate` more each second of real time."""

    def __init__(
        self, maximum: int, restore_rate: float, time_source: Callable[[], float] = time.monotonic
    ) -> None:
        self.maximum = maximum
        self.restore_rate = restore_rate
        self._now = time_source
        self._points = float(maximum)
        self._counted_at = time_source()

    @property
    def available(self) -> int:
        now = self._now()
        refilled = self._points + (now - self._counted_at) * self.restore_rate
        self._points, self._counted_at = min(float(self.maximum), refilled), now
        return int(self._points)

    def pay(self, points: int) -> None:
        self._points = max(0.0, self._points - points)

    def report(self, requested: int, actual: int) -> dict[str, Any]:
        """`extensions.cost` of every answer."""
        return {
            "requestedQueryCost": requested,
            "actualQueryCost": actual,
            "throttleStatus": {
                "maximumAvailable": self.maximum,
                "currentlyAvailable": self.available,
                "restoreRate": int(self.restore_rate),
            },
        }


def requested(document: DocumentNode, variables: Mapping[str, Any]) -> int:
    """What the query may cost at most, from its text alone."""
    fragments = {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }
    reader = _Reader(fragments, variables)
    return sum(
        reader.selection(node.selection_set)
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
    )


class _Reader:
    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, Any]) -> None:
        self._fragments = fragments
        self._variables = variables

    def selection(self, selections: SelectionSetNode | None, times: int = 1) -> int:
        points = 0
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                points += self._field(node, times)
            elif isinstance(node, InlineFragmentNode):
                points += self.selection(node.selection_set, times)
            elif isinstance(node, FragmentSpreadNode):
                points += self.selection(self._fragments[node.name.value].selection_set, times)
        return points

    def _field(self, node: FieldNode, times: int) -> int:
        name = node.name.value
        if name in FREE:
            return times * self.selection(node.selection_set)
        if name in ONCE:
            return 1 + self.selection(node.selection_set)
        if _is_connection(node):
            return self.selection(node.selection_set, self._size(node))
        return 1 + self.selection(node.selection_set)

    def _size(self, node: FieldNode) -> int:
        for argument in node.arguments:
            if argument.name.value in ("first", "last"):
                if isinstance(argument.value, IntValueNode):
                    return int(argument.value.value)
                if isinstance(argument.value, VariableNode):
                    return int(self._variables.get(argument.value.name.value) or DEFAULT_SIZE)
        return DEFAULT_SIZE


def _is_connection(node: FieldNode) -> bool:
    chosen = node.selection_set.selections if node.selection_set else ()
    return any(isinstance(each, FieldNode) and each.name.value in FREE | ONCE for each in chosen)


def actual(value: Any) -> int:
    """What an answer cost: the fields that it holds."""
    if isinstance(value, list):
        return sum(actual(element) for element in value)
    if not isinstance(value, dict):
        return 0
    points = 0
    for name, member in value.items():
        is_free = name in FREE or (isinstance(member, dict) and not FREE.isdisjoint(member))
        points += (0 if is_free else 1) + actual(member)
    return points
