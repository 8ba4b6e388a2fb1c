"""List endpoints: numbered pages with filters that hide inactive rows unless told otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.servers.servicetitan import wire
from sandbox.servers.servicetitan.catalog import Listing, Payload, Resource
from sandbox.servers.servicetitan.history import Row, Snapshot
from sandbox.servers.servicetitan.problems import Problem, invalid
from sandbox.servers.servicetitan.tenant import Tenant

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 5000
MAX_IDS = 50

Version = tuple[Row, int]
Query = Mapping[str, str]

_TRUTHS = {"true": True, "false": False}
_ACTIVE = {
    "true": True,
    "false": False,
    "any": None,
    "activeonly": True,
    "inactiveonly": False,
    "all": None,
}
_MODIFIED = ("modifiedOnOrAfter", "modifiedBefore")
_CREATED = ("createdOnOrAfter", "createdBefore")


@dataclass(frozen=True)
class Selection:
    """What one request asks of a list, checked. Equal selections share one filtered and sorted result."""

    active: bool | None
    natives: frozenset[int] | None
    modified: tuple[int | None, int | None]
    created: tuple[int | None, int | None]
    equals: tuple[tuple[str, str], ...]
    sort: str
    descending: bool


@dataclass(frozen=True)
class Window:
    page: int
    size: int
    with_total: bool


def read_window(query: Query, clamps: bool = True) -> Window:
    """`page` counts from 1 and 0 is taken for 1; what a page size above the maximum does is not documented.

    Args:
        query: the request's parameters.
        clamps: ASSUMED behaviour for an oversized page: cut to the maximum, or else refuse.
    """
    size = _integer(query, "pageSize", DEFAULT_PAGE_SIZE)
    if size < 1 or (size > MAX_PAGE_SIZE and not clamps):
        raise _rejected("pageSize", str(size))
    page = max(1, _integer(query, "page", 1))
    return Window(page, min(size, MAX_PAGE_SIZE), _TRUTHS.get(query.get("includeTotal", "").lower(), False))


def read_selection(query: Query, listing: Listing) -> Selection:
    """Understand the parameters this list knows; all others are ignored, as the vendor does.

    Raises:
        Problem: 400 naming the parameter whose value cannot be read.
    """
    sort, descending = _sort(query, listing)
    return Selection(
        active=_active(query, listing),
        natives=_ids(query),
        modified=_range(query, _MODIFIED),
        created=_range(query, _CREATED),
        equals=tuple((field, query[name]) for name, field in listing.filters if name in query),
        sort=sort,
        descending=descending,
    )


def _rejected(field: str, value: str) -> Problem:
    return invalid(field, f"The value '{value}' is not valid for {field[0].upper()}{field[1:]}.")


def _integer(query: Query, name: str, default: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    try:
        return int(text)
    except ValueError:
        raise _rejected(name, text) from None


def _active(query: Query, listing: Listing) -> bool | None:
    if listing.active_parameter is None:
        return None
    text = query.get(listing.active_parameter, listing.active_default)
    if text.lower() not in _ACTIVE:
        raise _rejected(listing.active_parameter, text)
    return _ACTIVE[text.lower()]


def _ids(query: Query) -> frozenset[int] | None:
    text = query.get("ids", "")
    if not text:
        return None
    parts = text.split(",")
    if len(parts) > MAX_IDS:
        raise invalid("ids", f"Maximum {MAX_IDS} ids are allowed.")
    try:
        return frozenset(int(part) for part in parts)
    except ValueError:
        raise _rejected("ids", text) from None


def _range(query: Query, names: tuple[str, str]) -> tuple[int | None, int | None]:
    low, high = (_moment(query, name) for name in names)
    return low, high


def _moment(query: Query, name: str) -> int | None:
    text = query.get(name, "")
    if not text:
        return None
    try:
        return wire.read_moment(text)
    except ValueError:
        raise _rejected(name, text) from None


def _sort(query: Query, listing: Listing) -> tuple[str, bool]:
    """`+Field` or `-Field`. A plus that was not percent-encoded arrives as a space; ASSUMED: ascending."""
    text = query.get("sort", "")
    if not text:
        return "id", True  # the default order is not documented; one live list came by descending id
    field = text.lstrip("+- ").lower()
    if field not in listing.sorts:
        raise _rejected("sort", text)
    return (field, text.startswith("-")) if listing.honours_sort else ("id", True)


def select(tenant: Tenant, resource: Resource, seen: Snapshot, asked: Selection) -> list[Version]:
    """All versions that a selection admits, in the order it asks for."""
    kept = [version for version in seen.versions if _admits(tenant, resource, asked, version)]
    if asked.equals:
        kept = [version for version in kept if _matches(write(tenant, resource, version), asked.equals)]
    kept.sort(key=_sort_key(tenant, resource, asked.sort), reverse=asked.descending)
    return kept


def _admits(tenant: Tenant, resource: Resource, asked: Selection, version: Version) -> bool:
    row, second = version
    if asked.natives is not None and row.native not in asked.natives:
        return False
    if asked.active is not None and resource.is_active(tenant, row.record, second) != asked.active:
        return False
    return _within(asked.modified, row.native, second) and _within(asked.created, row.native, row.seconds[0])


def _within(bounds: tuple[int | None, int | None], native: int, second: int) -> bool:
    """From the lower bound on, and before the upper."""
    if bounds == (None, None):
        return True
    low, high = bounds
    moment = wire.ticks(native, second)
    return (low is None or moment >= low) and (high is None or moment < high)


def _matches(payload: Payload, equals: tuple[tuple[str, str], ...]) -> bool:
    return all(str(payload[field]) == value for field, value in equals)


def _sort_key(tenant: Tenant, resource: Resource, sort: str) -> Callable[[Version], Any]:
    if sort == "modifiedon":
        return lambda version: (wire.ticks(version[0].native, version[1]), version[0].native)
    if sort == "createdon":
        return lambda version: (wire.ticks(version[0].native, version[0].seconds[0]), version[0].native)
    if sort == "name":
        return lambda version: (write(tenant, resource, version)["name"], version[0].native)
    if sort == "date":
        return lambda version: (version[0].record.year, version[0].record.month, version[0].native)
    return lambda version: version[0].native


def write(tenant: Tenant, resource: Resource, version: Version) -> Payload:
    """One row as this object's list shows it."""
    row, second = version
    listed = resource.listing.render if resource.listing is not None else None
    return (listed or resource.render)(tenant, row.record, row.native, second)


def envelope(
    tenant: Tenant, resource: Resource, selected: list[Version], window: Window
) -> dict[str, object]:
    """One numbered page; the total is null unless it was asked for."""
    begin = (window.page - 1) * window.size
    part = selected[begin : begin + window.size]
    return {
        "page": window.page,
        "pageSize": window.size,
        "hasMore": begin + window.size < len(selected),
        "totalCount": len(selected) if window.with_total else None,
        "data": [write(tenant, resource, version) for version in part],
    }
