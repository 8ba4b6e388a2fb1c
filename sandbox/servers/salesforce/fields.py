"""What a field is, and how its value is written in a JSON reply and in a bulk CSV."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.servers.salesforce.org import Org

# Text, a truth value, a whole number; epoch seconds in a datetime, cents in a currency, parts in an address.
Value = str | bool | int | dict[str, str | None] | None
Getter = Callable[[Org, Any], Value]

COMPOUND = frozenset({"address", "location"})
UNFILTERABLE = COMPOUND | {"textarea", "base64"}


@dataclass(frozen=True)
class Field:
    """One field of one object; `Name__c` is the org's own."""

    name: str
    kind: str
    value: Getter
    length: int = 0
    picklist: tuple[str, ...] = ()
    refers_to: tuple[str, ...] = ()
    is_calculated: bool = False
    is_writable: bool = True

    @property
    def is_custom(self) -> bool:
        return self.name.endswith("__c")

    @property
    def is_filterable(self) -> bool:
        return self.kind not in UNFILTERABLE


def text(name: str, value: Getter, length: int = 255, kind: str = "string") -> Field:
    return Field(name, kind, value, length)


def picklist(name: str, value: Getter, *values: str) -> Field:
    return Field(name, "picklist", value, 255, picklist=values)


def reference(name: str, value: Getter, *refers_to: str) -> Field:
    return Field(name, "reference", value, 18, refers_to=refers_to)


def read_only(name: str, kind: str, value: Getter) -> Field:
    """Set by the vendor."""
    return Field(name, kind, value, is_writable=False)


def calculated(name: str, kind: str, value: Getter) -> Field:
    """A formula or a roll-up: its value changes without the record's stamp moving."""
    return Field(name, kind, value, is_calculated=True, is_writable=False)


def in_json(field: Field, value: Value) -> Any:
    """The value in a REST reply; `2026-01-02T03:04:05.000+0000` has no colon in its zone."""
    if value is None:
        return None
    if field.kind == "datetime":
        return f"{_moment(value):%Y-%m-%dT%H:%M:%S}.000+0000"
    return _cents(value) if field.kind == "currency" else value


def in_csv(field: Field, value: Value) -> str:
    """The value in a bulk result: all text, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if field.kind == "datetime":
        return f"{_moment(value):%Y-%m-%dT%H:%M:%S}.000Z"
    return str(_cents(value)) if field.kind == "currency" else str(value)


def _moment(value: Value) -> datetime:
    assert isinstance(value, int)
    return datetime.fromtimestamp(value, UTC)


def _cents(value: Value) -> float:
    """Numbers are written as doubles: 1250.0, 1250.55."""
    assert isinstance(value, int)
    return value / 100


def description(field: Field) -> dict[str, Any]:
    """One element of `fields` in a describe reply."""
    return {
        "name": field.name,
        "label": field.name.removesuffix("__c").replace("_", " "),
        "type": field.kind,
        "length": field.length,
        "precision": 18 if field.kind == "currency" else 0,
        "scale": 2 if field.kind == "currency" else 0,
        "nillable": field.is_writable,
        "createable": field.is_writable,
        "updateable": field.is_writable,
        "filterable": field.is_filterable,
        "sortable": field.is_filterable,
        "calculated": field.is_calculated,
        "compoundFieldName": None,
        "externalId": field.name.startswith("Ext_"),
        "unique": field.name.startswith("Ext_"),
        "idLookup": field.kind == "id" or field.name.startswith("Ext_"),
        "caseSensitive": False,
        "custom": field.is_custom,
        "defaultedOnCreate": not field.is_writable,
        "restrictedPicklist": False,
        "picklistValues": [
            {"value": one, "label": one, "active": True, "defaultValue": False, "validFor": None}
            for one in field.picklist
        ],
        "referenceTo": list(field.refers_to),
        "relationshipName": field.name.removesuffix("Id") if field.refers_to else None,
    }
