"""Records, batches and associations as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from sandbox.clock import iso
from sandbox.servers.hubspot.definitions import stamp
from sandbox.servers.hubspot.portal import ContactRow, Portal, Row
from sandbox.servers.hubspot.properties import BY_TYPE, values
from sandbox.servers.hubspot.replies import invalid

MAX_LIST = 100
# With history the page is smaller; seen in code, not in the documents.
MAX_LIST_WITH_HISTORY = 50
MAX_BATCH = 100
MAX_ASSOCIATION_BATCH = 1_000

ASSOCIATION_TYPES = {
    ("deals", "contacts"): 3,
    ("contacts", "deals"): 4,
    ("contacts", "calls"): 193,
    ("calls", "contacts"): 194,
    ("deals", "calls"): 205,
    ("calls", "deals"): 206,
}


def is_true(value: str | None) -> bool:
    """A flag of a query; the vendor's own Python client writes `True`."""
    return (value or "").lower() == "true"


@dataclass(frozen=True)
class ListQuery:
    """What a list or a read asks for."""

    limit: int
    names: tuple[str, ...] | None
    history: tuple[str, ...]
    associations: tuple[str, ...]
    archived: bool

    @classmethod
    def of(cls, request: Request) -> ListQuery:
        """Parse the query string.

        Raises:
            Refused: a limit above 100, or above 50 with history.
        """
        asked = request.query_params
        history = _names(asked.getlist("propertiesWithHistory"))
        most = MAX_LIST_WITH_HISTORY if history else MAX_LIST
        limit = asked.get("limit", "10")
        if not limit.isdigit() or not 0 < int(limit) <= most:
            raise invalid(f"limit must be between 1 and {most}.")
        return cls(
            int(limit),
            _names(asked.getlist("properties")) or None,
            history,
            _names(asked.getlist("associations")),
            is_true(asked.get("archived")),
        )


def _names(given: list[str]) -> tuple[str, ...]:
    """Comma lists and repeated parameters mean the same."""
    return tuple(name.strip() for part in given for name in part.split(",") if name.strip())


def record(
    portal: Portal,
    object_type: str,
    row: Row,
    names: tuple[str, ...] | None,
    *,
    archived: bool = False,
    history: tuple[str, ...] = (),
    associations: tuple[str, ...] = (),
) -> dict[str, Any]:
    """One record. All property values are text or null."""
    payload: dict[str, Any] = {
        "id": str(row.id),
        "properties": values(portal, object_type, row, names),
        "createdAt": stamp(row.created_ms),
        "updatedAt": stamp(row.modified_ms),
        "archived": archived,
    }
    if archived and isinstance(row, ContactRow):
        payload["archivedAt"] = stamp(row.archived_ms)
    if history:
        payload["propertiesWithHistory"] = _history(portal, object_type, row, history)
    linked = {other: _linked(portal, object_type, row, other) for other in associations}
    if any(linked.values()):
        payload["associations"] = {other: {"results": links} for other, links in linked.items() if links}
    return payload


def _history(portal: Portal, object_type: str, row: Row, names: tuple[str, ...]) -> dict[str, Any]:
    """The present value only; the world keeps no former ones."""
    table = BY_TYPE[object_type]
    return {
        name: [
            {
                "value": table[name].value(portal, row),
                "timestamp": stamp(row.modified_ms),
                "sourceType": "INTEGRATION",
                "sourceId": "900001",
            }
        ]
        for name in names
        if name in table
    }


def _linked(portal: Portal, object_type: str, row: Row, other: str) -> list[dict[str, str]]:
    kind = f"{object_type[:-1]}_to_{other[:-1]}"
    return [
        {"id": str(record_id), "type": kind} for record_id in portal.associated(object_type, row.id, other)
    ]


def paging(request: Request, after: int) -> dict[str, Any]:
    """`link` is an absolute address on this host."""
    return {"next": {"after": str(after), "link": str(request.url.include_query_params(after=after))}}


def find(portal: Portal, object_type: str, key: str, id_property: str | None = None) -> Row | None:
    """A live record by id, by alias, or by a unique property.

    Raises:
        Refused: the property is not unique.
    """
    rows = portal.rows(object_type)
    if id_property is None:
        if not key.isdigit():
            return None
        record_id = int(key)
        return rows.get(portal.aliases.get(record_id, record_id) if object_type == "contacts" else record_id)
    one = BY_TYPE[object_type].get(id_property)
    unique = one is not None and (one.has_unique_value or (object_type, id_property) == ("contacts", "email"))
    if one is None or not unique:
        raise invalid(f"Cannot look up by non-unique property {id_property}.")
    folded = key.lower()
    return next((row for row in rows.values() if (one.value(portal, row) or "").lower() == folded), None)


def batch_read(portal: Portal, object_type: str, body: dict[str, Any], *, archived: bool) -> tuple[Any, int]:
    """Up to 100 records, not in the order of the inputs; what is missing is one error with its ids."""
    keys = [str(one.get("id", "")) for one in body.get("inputs") or ()]
    if len(keys) > MAX_BATCH:
        raise invalid(f"The maximum number of inputs supported in a batch request is {MAX_BATCH}.")
    doubled = sorted({key for key in keys if keys.count(key) > 1})
    if doubled:
        raise invalid(
            f"Duplicate IDs found in batch input: [{', '.join(doubled)}]. IDs must be unique",
            context={"ids": doubled},
        )
    names = tuple(body.get("properties") or ()) or None
    found, missing = _find_all(portal, object_type, keys, body.get("idProperty"), archived=archived)
    results = [
        record(portal, object_type, row, names, archived=archived)
        for row in sorted(found.values(), key=lambda row: -row.modified_ms)
    ]
    answer = _batch(portal, results)
    if not missing:
        return answer, 200
    error = {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": f"Could not get some {object_type[:-1].upper()} objects, "
        "they may be deleted or not exist. Check that ids are valid.",
        "context": {"ids": missing},
    }
    return answer | {"numErrors": 1, "errors": [error]}, 207


def _find_all(
    portal: Portal, object_type: str, keys: list[str], id_property: str | None, *, archived: bool
) -> tuple[dict[int, Row], list[str]]:
    """ASSUMED: an id that was merged away answers with the survivor, as it does in a single read."""
    found: dict[int, Row] = {}
    missing: list[str] = []
    graveyard = portal.rows(object_type, archived=True) if archived else {}
    for key in keys:
        if archived:
            row = graveyard.get(int(key)) if key.isdigit() else None
        else:
            row = find(portal, object_type, key, id_property)
        if row is None:
            missing.append(key)
        else:
            found[row.id] = row
    return found, missing


def _batch(portal: Portal, results: list[Any]) -> dict[str, Any]:
    now = iso(portal.now)
    return {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}


def link(from_type: str, to_type: str, other: int) -> dict[str, Any]:
    """One associated record; its id is a number here and text everywhere else."""
    kind = {"category": "HUBSPOT_DEFINED", "typeId": ASSOCIATION_TYPES[from_type, to_type], "label": None}
    return {"toObjectId": other, "associationTypes": [kind]}


def associations(
    portal: Portal, from_type: str, to_type: str, body: dict[str, Any], page: int
) -> tuple[Any, int]:
    """Up to 1,000 records' associations. A record without any is an "error" of a 207 that means none."""
    inputs = body.get("inputs") or ()
    if len(inputs) > MAX_ASSOCIATION_BATCH:
        raise invalid(
            f"The maximum number of inputs supported in a batch request is {MAX_ASSOCIATION_BATCH}."
        )
    results, errors = [], []
    for one in inputs:
        key = str(one.get("id", ""))
        start = int(one.get("after") or 0)
        ids = portal.associated(from_type, int(key), to_type) if key.isdigit() else []
        if not ids:
            errors.append(_unassociated(from_type, to_type, key))
            continue
        result: dict[str, Any] = {
            "from": {"id": key},
            "to": [link(from_type, to_type, other) for other in ids[start : start + page]],
        }
        if start + page < len(ids):
            result["paging"] = {"next": {"after": str(start + page)}}
        results.append(result)
    answer = _batch(portal, results)
    return (answer | {"numErrors": len(errors), "errors": errors}, 207) if errors else (answer, 200)


def _unassociated(from_type: str, to_type: str, key: str) -> dict[str, Any]:
    one, other = from_type[:-1], to_type[:-1]
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No {other} is associated with {one} {key}.",
        "context": {"fromObjectId": [key], "fromObjectType": [one], "toObjectType": [other]},
    }


def links(portal: Portal, from_name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(`deal|contact`, row) of every association from deals or calls to contacts."""
    from_type = f"{from_name}s"
    for record_id in portal.rows(from_type):
        for other in portal.associated(from_type, record_id, "contacts"):
            payload = {
                f"{from_name}_id": str(record_id),
                "contact_id": str(other),
                "types": link(from_type, "contacts", other)["associationTypes"],
            }
            yield f"{record_id}|{other}", payload
