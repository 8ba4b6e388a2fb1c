"""Lists as the vendor pages them: cursors are positions, a page holds at most 100, and 100 is the default."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

MOST_ROWS = 100

Render = Callable[[], Mapping[str, Any]]


class Reference:
    """Another record inside a payload: its id is known, the rest is made only when somebody asks for it."""

    def __init__(self, native_id: str, render: Render) -> None:
        self._id = native_id
        self._render = render

    @cached_property
    def _whole(self) -> Mapping[str, Any]:
        return self._render()

    def get(self, name: str) -> Any:
        return self._id if name == "id" else self._whole.get(name)


def resolve(source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
    """The default resolver: a member of a payload, or what the member gives for the arguments."""
    value = source.get(info.field_name)
    return value(info, **arguments) if callable(value) else value


def paged(renders: Sequence[Render]) -> Callable[..., dict[str, Any]]:
    """A connection over rows that are rendered when their page is asked for."""

    def connection(
        info: GraphQLResolveInfo,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        **_: Any,
    ) -> dict[str, Any]:
        most = info.context.most_rows
        size = min(first if first is not None else MOST_ROWS, most) if first != 0 else 0
        begins = position(after) if after else 0
        ends = min(begins + size, len(renders))
        if before is not None:
            ends = min(ends, position(before) - 1)
        if last is not None:
            begins = max(begins, ends - min(last, most))
        nodes = [render() for render in renders[begins:ends]]
        return {
            "nodes": nodes,
            "edges": [
                {"cursor": cursor(begins + number), "node": node} for number, node in enumerate(nodes, 1)
            ],
            "pageInfo": {
                "startCursor": cursor(begins + 1) if nodes else None,
                "endCursor": cursor(ends) if nodes else None,
                "hasNextPage": ends < len(renders),
                "hasPreviousPage": begins > 0,
            },
            "totalCount": len(renders),
        }

    return connection


def cursor(position_from_one: int) -> str:
    """`MQ`, `Mg`, … as in the vendor's own fixtures. ASSUMED: live cursors are positions as well."""
    return base64.b64encode(str(position_from_one).encode()).decode().rstrip("=")


def position(text: str) -> int:
    try:
        return int(base64.b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        raise GraphQLError(f"`{text}` does not appear to be a valid cursor.") from None
