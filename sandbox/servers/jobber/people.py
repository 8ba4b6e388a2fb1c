"""Payloads of those who ask and of those who work: clients, properties, users, and the office's fields."""

from __future__ import annotations

from functools import partial
from typing import Any

from sandbox.clock import iso
from sandbox.servers.jobber.books import Books
from sandbox.servers.jobber.connections import Reference, paged
from sandbox.servers.jobber.identifiers import PER_CUSTOMER, number_in
from sandbox.servers.jobber.records import ClientFile, Place
from sandbox.world.model import Customer, Job, Lead, Technician

WEB = "https://secure.getjobber.com"
# What the office keeps in custom fields because the vendor has no field for it: number, type, where, name.
FIELDS = {
    "Job type": (1, "DROPDOWN", "ALL_JOBS"),
    "Business unit": (2, "DROPDOWN", "ALL_JOBS"),
    "Lead source": (3, "DROPDOWN", "ALL_JOBS"),
    "gclid": (4, "TEXT", "ALL_CLIENTS"),
    "msclkid": (5, "TEXT", "ALL_CLIENTS"),
    "fbclid": (6, "TEXT", "ALL_CLIENTS"),
    "utm_source": (7, "TEXT", "ALL_CLIENTS"),
    "utm_medium": (8, "TEXT", "ALL_CLIENTS"),
    "utm_campaign": (9, "TEXT", "ALL_CLIENTS"),
}
CLICK_FIELDS = [name for name, (_, _, applies_to) in FIELDS.items() if applies_to == "ALL_CLIENTS"]
CALLING_CODE = "+1"


def web_uri(path: str, native_id: str) -> str:
    return f"{WEB}/{path}/{number_in(native_id)}"


def reference(books: Books, client_id: str) -> Reference:
    """A client inside another record; one that was deleted meanwhile shows its id alone."""
    return Reference(client_id, lambda: client(books, books.clients[client_id]))


def client(books: Books, record: ClientFile) -> dict[str, Any]:
    who = record.customer
    first, last = (who.first, who.last) if who else (record.lead.first, record.lead.last)  # type: ignore[union-attr]
    company = who.company if who else None
    # A client needs a name: a company's own where no person is known.
    name = company or " ".join(filter(None, (first, last))) or "Unknown"
    return {
        "id": record.id,
        "name": name,
        "firstName": first or "",
        "lastName": last or "",
        "companyName": company,
        "isCompany": company is not None,
        "isLead": books.is_lead(record),
        "isArchived": False,
        "balance": 0.0,
        "leadSource": lead_source(books, record),
        "emails": emails(books, record),
        "phones": phones(books, record),
        "customFields": click_fields(books, record),
        "clientProperties": paged(
            [partial(place, books, each) for each in books.places_of_client.get(record.id, ())]
        ),
        "jobberWebUri": web_uri("clients", record.id),
        "createdAt": iso(record.created_at),
        "updatedAt": iso(books.client_modified(record)),
    }


def lead_source(books: Books, record: ClientFile) -> str | None:
    """A label that somebody picked, or the campaign that a request form was opened from."""
    if record.customer is not None:
        return record.customer.source_name
    assert record.lead is not None
    return books.campaign_name(record.lead.campaign_id, record.lead.created_at)


def emails(books: Books, record: ClientFile) -> list[dict[str, Any]]:
    addresses = record.customer.emails if record.customer else (record.lead.email,)  # type: ignore[union-attr]
    return [
        {
            "id": _part_id(books, "emails", record, number),
            "address": address,
            "description": "MAIN" if number == 0 else "OTHER",
            "primary": number == 0,
        }
        for number, address in enumerate(filter(None, addresses))
    ]


def phones(books: Books, record: ClientFile) -> list[dict[str, Any]]:
    numbers: list[str | None] = [record.lead.phone] if record.lead else []
    if record.customer:
        numbers = list(record.customer.phones)
    if record.customer and books.come(record.customer.contact_changed_at):
        numbers.append(record.customer.late_phone)
    return [
        {
            "id": _part_id(books, "phones", record, position),
            "number": number,
            "friendly": number,
            "normalizedPhoneNumber": normalized(number),
            "description": "Main" if position == 0 else "Other",
            "primary": position == 0,
            "smsAllowed": True,
        }
        for position, number in enumerate(filter(None, numbers))
    ]


def normalized(number: str) -> str | None:
    """E.164, or nothing where the text is no number."""
    digits = "".join(character for character in number if character.isdigit())[-10:]
    return f"{CALLING_CODE}{digits}" if len(digits) == 10 else None


def _part_id(books: Books, entity: str, record: ClientFile, number: int) -> str:
    owner = record.customer.id if record.customer else 400_000 + record.lead.id  # type: ignore[union-attr]
    return books.id_of(entity, owner * PER_CUSTOMER + number)


def click_fields(books: Books, record: ClientFile) -> list[dict[str, Any]]:
    """Where the web form's click came from; the vendor has no field for it, the office made some."""
    lead: Lead | None = books.making_lead(record)
    if lead is None or lead.campaign_id is None:
        return []
    values = {name: getattr(lead, name, None) for name in CLICK_FIELDS}
    return [text_field(books, name, value) for name, value in values.items() if value]


def text_field(books: Books, label: str, value: str) -> dict[str, Any]:
    key = books.id_of("custom_fields", FIELDS[label][0])
    return {"__typename": "CustomFieldText", "id": key, "label": label, "valueText": value}


def job_fields(books: Books, job: Job) -> list[dict[str, Any]]:
    kind = books.world.job_types[job.job_type_id]
    unit = books.world.business_units.get(job.business_unit_id)
    values = {
        "Job type": kind.name,
        "Business unit": unit.name if unit else None,
        "Lead source": books.campaign_name(job.campaign_id, job.booked_at),
    }
    return [
        {
            "__typename": "CustomFieldDropdown",
            "id": books.id_of("custom_fields", FIELDS[label][0]),
            "label": label,
            "valueDropdown": value,
        }
        for label, value in values.items()
        if value
    ]


def field_configurations(books: Books) -> dict[str, str]:
    """Native id -> name of the office's fields."""
    return {
        books.id_of("custom_field_configurations", number): name for name, (number, _, _) in FIELDS.items()
    }


def field_configuration(books: Books, name: str) -> dict[str, Any]:
    number, value_type, applies_to = FIELDS[name]
    payload: dict[str, Any] = {
        "__typename": "CustomFieldConfigurationText",
        "id": books.id_of("custom_field_configurations", number),
        "name": name,
        "appliesTo": applies_to,
        "valueType": value_type,
        "createdAt": iso(books.world.starts_at),
        "updatedAt": iso(books.world.starts_at),
    }
    if value_type == "DROPDOWN":
        payload |= {
            "__typename": "CustomFieldConfigurationDropdown",
            "dropdownOptions": options(books, name),
        }
    return payload


def options(books: Books, name: str) -> list[str]:
    """What can be picked today; records keep what was picked then."""
    world, brands = books.world, books.brand_keys
    if name == "Job type":
        return sorted({kind.name for kind in world.job_types.values() if kind.brand_key in brands})
    if name == "Business unit":
        return sorted({unit.name for unit in world.business_units.values() if unit.brand_key in brands})
    names = (
        books.campaign_name(campaign.id, books.now)
        for campaign in world.campaigns.values()
        if campaign.brand_key in brands and campaign.created_at <= books.now
    )
    return sorted({found for found in names if found})


def place(books: Books, record: Place) -> dict[str, Any]:
    """A property: no times, and an address in parts that may all be empty."""
    known = record.property
    return {
        "id": record.id,
        "client": reference(books, record.client_id),
        "address": {
            "id": record.id,
            "street": " ".join(filter(None, (record.street, record.unit))),
            "street1": record.street,
            "street2": record.unit,
            "city": known.city if known else "",
            "province": known.state if known else "",
            "postalCode": record.postal_code,
            "country": "United States" if known else "",
        },
        "isBillingAddress": True,
        "jobberWebUri": web_uri("properties", record.id),
    }


def place_reference(books: Books, customer: Customer, property_id: int) -> Reference:
    key = books.place_id(customer, property_id)
    return Reference(key, lambda: place(books, books.places[key]))


def user(books: Books, technician: Technician) -> dict[str, Any]:
    first, last = technician.first, technician.last
    return {
        "id": books.id_of("technicians", technician.id),
        "name": {"first": first, "last": last, "full": f"{first} {last}"},
        "email": {"raw": f"{first}.{last}@{books.brand.key}.example.com".lower(), "isValid": True},
        "status": "DEACTIVATED" if books.come(technician.left_at) else "ACTIVATED",
        "isAccountAdmin": False,
        "isAccountOwner": False,
    }


def account(books: Books) -> dict[str, Any]:
    return {
        "id": books.id_of("account", 1),
        "name": books.brand.name,
        "createdAt": iso(books.world.starts_at),
    }
