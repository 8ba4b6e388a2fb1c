"""The simulated part of Jobber's schema is the vendor's, but for what is named here with its evidence."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_client_schema,
    build_schema,
)

from tests.sandbox.specs import SPECS

SDL = Path(__file__).resolve().parents[2] / "sandbox/servers/jobber/schema.graphql"
# The introspection is of January 2023. What came later, and where it was seen.
LATER = {
    "Client.leadSource": "selected by a live app; introspection of 2026",
    "CustomFieldDropdown": "was CustomFieldSelect; selected by live apps",
    "Invoice.archivedJobs": "selected by a live app pinned to 2026-05-12",
    "InvoiceStatusTypeEnum.sent_not_due": "handled by a program written against 2026-07-27",
    "InvoiceStatusTypeEnum.voided": "handled by a program written against 2026-07-27",
    "JobStatusTypeEnum.expiring_within_30_days": "introspection of 2026",
    "Quote.lastTransitioned": "selected by a live app",
    "QuoteLastTransitioned": "type of the above",
}


@cache
def vendors() -> GraphQLSchema:
    path = SPECS / "jobber" / "schema-2023.json"
    if not path.exists():
        pytest.skip("the vendor's schema is not beside this checkout")
    document = json.loads(path.read_text())
    return build_client_schema(document.get("data", document))


@cache
def simulated() -> GraphQLSchema:
    return build_schema(SDL.read_text())


def members(named: Any) -> dict[str, str]:
    """Member -> its type, and for a field its arguments' types."""
    if isinstance(named, GraphQLEnumType):
        return dict.fromkeys(named.values, "")
    if not isinstance(named, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        return {}
    return {name: str(field.type) for name, field in named.fields.items()}


def differences() -> list[str]:
    found = []
    for name, named in simulated().type_map.items():
        if name.startswith("__") or name in LATER:
            continue
        theirs = vendors().type_map.get(name)
        if theirs is None:
            found.append(f"{name} is no type of the vendor")
            continue
        known = members(theirs)
        for member, kind in members(named).items():
            if f"{name}.{member}" not in LATER and known.get(member) != kind:
                found.append(f"{name}.{member} is {kind!r}, the vendor's {known.get(member)!r}")
        found += arguments_that_differ(name, named, theirs)
    return found


def arguments_that_differ(name: str, named: Any, theirs: Any) -> list[str]:
    found = []
    for field_name, field in getattr(named, "fields", {}).items():
        other = getattr(theirs, "fields", {}).get(field_name)
        for argument, value in getattr(field, "args", {}).items():
            known = other.args.get(argument) if other is not None and hasattr(other, "args") else None
            if f"{name}.{field_name}" not in LATER and (known is None or str(known.type) != str(value.type)):
                found.append(f"{name}.{field_name}({argument})")
    return found


def test_every_simulated_member_is_the_vendors() -> None:
    assert differences() == []


def test_what_is_called_later_is_not_in_the_old_schema() -> None:
    for path in LATER:
        name, _, member = path.partition(".")
        known = vendors().type_map.get(name)
        assert known is None or (member and member not in members(known)), path


def test_an_invented_member_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(LATER, "Client.leadSource")
    assert differences() == ["Client.leadSource is 'String', the vendor's None"]
