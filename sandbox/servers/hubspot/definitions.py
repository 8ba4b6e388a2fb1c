"""What a property is, and how values are written: always as text, or null."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.servers.hubspot.portal import FIRST_OWNER, Portal
from sandbox.world.model import Lead

Value = str | None
Getter = Callable[[Portal, Any], Value]


@dataclass(frozen=True)
class Property:
    """One property of one object type.

    Attributes:
        kind: string, number, date, datetime, enumeration, bool or phone_number.
        is_custom: made by the operator's office, not by the vendor.
    """

    name: str
    value: Getter
    kind: str = "string"
    is_custom: bool = False
    is_read_only: bool = False
    has_unique_value: bool = False
    options: tuple[str, ...] = ()


def read_only(name: str, value: Getter, kind: str = "string") -> Property:
    """Calculated or set by the vendor."""
    return Property(name, value, kind, is_read_only=True)


def custom(name: str, value: Getter, kind: str = "string", **more: Any) -> Property:
    """Made by the operator's office."""
    return Property(name, value, kind, is_custom=True, **more)


def picklist(name: str, value: Getter, *options: str, is_custom: bool = False) -> Property:
    """A value out of a list."""
    return Property(name, value, "enumeration", is_custom=is_custom, options=options)


def stamp(milliseconds: int | None) -> Value:
    """`2026-01-02T03:04:05.678Z`."""
    if milliseconds is None:
        return None
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


def money(cents: int) -> str:
    """`1250.00`: a number as text."""
    return f"{cents // 100}.{cents % 100:02d}"


def truth(value: bool) -> str:
    return "true" if value else "false"


def joined(values: list[str]) -> Value:
    """Several values in one, as the vendor writes them."""
    return ";".join(values) or None


def e164(phone: Value) -> Value:
    """What the vendor calculates from a North American number; null when it cannot be one."""
    digits = "".join(character for character in phone or "" if character.isdigit())
    if len(digits) == 11 and digits.startswith("1"):
        digits = digits[1:]
    return f"+1{digits}" if len(digits) == 10 else None


def owner_id(record_id: int) -> str:
    return str(FIRST_OWNER + record_id % 3)


def lead_field(portal: Portal, lead: Lead, field: str) -> Value:
    """Marketing fields are empty where the request came without a source."""
    return getattr(lead, field) if portal.campaign_of(lead) is not None else None


FIELD_TYPES = {"string": "text", "number": "number", "datetime": "date", "enumeration": "select",
               "bool": "booleancheckbox"}  # fmt: skip


def definition(one: Property, group: str) -> dict[str, Any]:
    """The description of a property, as `GET /crm/v3/properties/{type}` gives it."""
    return {
        "name": one.name,
        "label": one.name.removeprefix("hs_").replace("_", " ").capitalize(),
        "type": one.kind,
        "fieldType": FIELD_TYPES[one.kind],
        "description": "",
        "groupName": group,
        "options": [
            {"label": option, "value": option, "displayOrder": position, "hidden": False}
            for position, option in enumerate(one.options)
        ],
        "displayOrder": -1,
        "calculated": False,
        "externalOptions": False,
        "archived": False,
        "hasUniqueValue": one.has_unique_value,
        "hidden": False,
        "hubspotDefined": not one.is_custom,
        "formField": not one.is_read_only,
        "modificationMetadata": {
            "archivable": one.is_custom,
            "readOnlyDefinition": not one.is_custom,
            "readOnlyOptions": not one.is_custom,
            "readOnlyValue": one.is_read_only,
        },
    }
