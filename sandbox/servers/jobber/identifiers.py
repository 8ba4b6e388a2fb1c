"""Encoded ids: base64 of `gid://Jobber/<Type>/<number>`; opaque to whoever reads them."""

from __future__ import annotations

import base64
from functools import lru_cache
from hashlib import blake2b

# World entity -> the type in the id, and how far its numbers are shifted: kinds of one type stay apart.
_TYPES = {
    "customers": ("Client", 0),
    "prospects": ("Client", 500_000_000),
    "locations": ("Property", 0),
    "lead_locations": ("Property", 500_000_000),
    "leads": ("Request", 0),
    "estimates": ("Quote", 0),
    "jobs": ("Job", 0),
    "appointments": ("Visit", 0),
    "invoices": ("Invoice", 0),
    "invoice_lines": ("InvoiceLineItem", 0),
    "estimate_lines": ("QuoteLineItem", 0),
    "payments": ("PaymentRecord", 0),
    "balances": ("PaymentRecord", 500_000_000),
    "technicians": ("User", 0),
    "emails": ("Email", 0),
    "phones": ("ClientPhoneNumber", 0),
    "custom_fields": ("CustomField", 0),
    "custom_field_configurations": ("CustomFieldConfiguration", 0),
    "assessments": ("Assessment", 0),
    "account": ("Account", 0),
}
# One customer may own this many properties, e-mail addresses or phones.
PER_CUSTOMER = 1_000


def encoded(type_name: str, number: int) -> str:
    return base64.b64encode(f"gid://Jobber/{type_name}/{number}".encode()).decode()


def number_in(encoded_id: str) -> str:
    """The number that the vendor's own pages have in their address."""
    return base64.b64decode(encoded_id).decode().rpartition("/")[2]


@lru_cache(maxsize=200_000)
def native_id(account_id: str, entity: str, world_id: int) -> str:
    """The id of one record, different in each account; also of what the vendor keeps no record of."""
    type_name, shift = _TYPES.get(entity, (entity.title(), 0))
    return encoded(type_name, _first_number(account_id) + shift + world_id)


def _first_number(account_id: str) -> int:
    return 1_000_000_000 * (1 + int.from_bytes(blake2b(account_id.encode(), digest_size=2).digest(), "big"))
