"""Whom requests come from: contacts, the accounts behind them, and what a lead says of its person."""

from __future__ import annotations

from operator import attrgetter

from sandbox.servers.salesforce.fields import Field, Getter, Value, picklist, read_only, reference, text
from sandbox.servers.salesforce.identifiers import identifier
from sandbox.servers.salesforce.org import Org
from sandbox.servers.salesforce.rows import Record
from sandbox.servers.salesforce.sobjects import SObject, owner_id, record_id, system
from sandbox.world.model import CrmContact

# Salesforce asks for a family name and a company; whoever sends a lead without them sends this.
# ASSUMED: what each web form does is its own affair.
NOT_PROVIDED = "[not provided]"


def person(field: str) -> Getter:
    """A field of the person of a lead, contact or account; a survivor has what the absorbed ones had."""

    def value(org: Org, row: Record) -> Value:
        contacts: list[CrmContact] = [row.contact] if getattr(row, "contact", None) else []  # type: ignore[attr-defined]
        contacts += getattr(row, "absorbed", ())
        return next((found for one in contacts if (found := getattr(one, field))), None)

    return value


def last_name(org: Org, row: Record) -> Value:
    return person("last")(org, row) or NOT_PROVIDED


def full_name(org: Org, row: Record) -> Value:
    return " ".join(str(part) for part in (person("first")(org, row), last_name(org, row)) if part)


def household_name(org: Org, row: Record) -> Value:
    return f"{person('last')(org, row) or person('first')(org, row) or 'Unknown'} Household"


def address(prefix: str = "") -> tuple[Field, ...]:
    """An address: its parts, and the compound of them that only REST can give."""

    def whole(org: Org, row: Record) -> Value:
        names = {"street": "street", "city": "city", "state": "state", "postalCode": "zip"}
        parts = {name: person(field)(org, row) for name, field in names.items()}
        return {name: None if part is None else str(part) for name, part in parts.items()} | {"country": None}

    return (
        text(f"{prefix}Street", person("street"), kind="textarea"),
        text(f"{prefix}City", person("city"), 40),
        text(f"{prefix}State", person("state"), 80),
        text(f"{prefix}PostalCode", person("zip"), 20),
        text(f"{prefix}Country", lambda org, row: None, 80),
        read_only(f"{prefix}Address", "address", whole),
    )


def master(kind: str) -> Getter:
    def value(org: Org, row: Record) -> Value:
        contact: CrmContact = row.contact  # type: ignore[attr-defined]
        is_merged = org.come(contact.merged_at) and contact.merged_into_id is not None
        return identifier(kind, contact.merged_into_id or 0) if is_merged else None

    return value


CONTACT = SObject(
    "Contact",
    attrgetter("contacts"),
    (
        record_id(),
        reference("MasterRecordId", master("Contact"), "Contact"),
        reference("AccountId", lambda org, row: org.account_id(row.contact), "Account"),
        text("LastName", last_name, 80),
        text("FirstName", person("first"), 40),
        read_only("Name", "string", full_name),
        *address("Mailing"),
        text("Phone", person("phone"), 40, "phone"),
        text("MobilePhone", person("mobile"), 40, "phone"),
        text("Email", person("email"), 80, "email"),
        *system(has_owner=lambda org, row: owner_id(row.contact.id)),
    ),
)

ACCOUNT = SObject(
    "Account",
    attrgetter("accounts"),
    (
        record_id(),
        reference("MasterRecordId", master("Account"), "Account"),
        text("Name", household_name),
        picklist("Type", lambda org, row: "Customer", "Customer", "Prospect"),
        *address("Billing"),
        text("Phone", person("phone"), 40, "phone"),
        *system(has_owner=lambda org, row: owner_id(row.contact.id)),
    ),
)
