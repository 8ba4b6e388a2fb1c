"""All properties by object type, and which of them a reply holds.

A name that is not here is left out of a reply without a word.
"""

from __future__ import annotations

from sandbox.servers.hubspot.call_properties import CALL
from sandbox.servers.hubspot.contact_properties import CONTACT
from sandbox.servers.hubspot.deal_properties import DEAL
from sandbox.servers.hubspot.definitions import Property, Value
from sandbox.servers.hubspot.portal import Portal, Row

BY_TYPE: dict[str, dict[str, Property]] = {
    "contacts": {one.name: one for one in CONTACT},
    "deals": {one.name: one for one in DEAL},
    "calls": {one.name: one for one in CALL},
}
# What a complete pull asks for, per raw table.
PROPERTIES: dict[str, tuple[str, ...]] = {name: tuple(table) for name, table in BY_TYPE.items()}
# What a reply holds when nothing is asked. No source property is among them.
DEFAULTS: dict[str, tuple[str, ...]] = {
    "contacts": ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"),
    "deals": ("amount", "closedate", "createdate", "dealname", "dealstage", "hs_lastmodifieddate",
              "hs_object_id", "pipeline"),
    "calls": ("hs_createdate", "hs_lastmodifieddate", "hs_object_id"),
}  # fmt: skip
# What a reply always holds, whatever was asked.
ALWAYS: dict[str, tuple[str, ...]] = {
    "contacts": ("createdate", "hs_object_id", "lastmodifieddate"),
    "deals": ("createdate", "hs_lastmodifieddate", "hs_object_id"),
    "calls": ("hs_createdate", "hs_lastmodifieddate", "hs_object_id"),
}


def values(portal: Portal, object_type: str, row: Row, names: tuple[str, ...] | None) -> dict[str, Value]:
    """The properties of a record: those asked for that exist, and those that always come."""
    table = BY_TYPE[object_type]
    wanted = DEFAULTS[object_type] if not names else (*ALWAYS[object_type], *names)
    return {name: table[name].value(portal, row) for name in sorted(set(wanted)) if name in table}
