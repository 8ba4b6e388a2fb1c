"""Answers whose shape FieldEdge documents: leads by id, and rows of the customer search."""

from __future__ import annotations

from typing import Any

from sandbox.servers.fieldedge.books import Books
from sandbox.world.model import Customer, Lead

# The only status that any document shows; what follows it is unknown, so nothing follows it here.
LEAD_STATUS = "InProcess"


def lead(books: Books, record: Lead) -> dict[str, Any]:
    """A lead, which names no work order and no time of its own.

    ASSUMED: `metaData` keeps keys that the poster adds (click ids, UTM values) beside the documented two.
    ASSUMED: the customer's id is that of the record the office made of it, once there is one.
    """
    source = books.campaign_name(record.campaign_id, record.created_at)
    customer_id = books.id_of("customers", "prospect", record.id)
    if record.customer_id is not None and books.come(books.world.customers[record.customer_id].created_at):
        customer_id = books.id_of("customers", record.customer_id)
    return {
        "leadId": books.id_of("leads", record.id),
        "trackingId": f"lead-{record.id}",
        "source": record.utm_source if record.campaign_id is not None else None,
        "status": LEAD_STATUS,
        "preferredContactMethod": "email" if record.email and not record.phone else "phone",
        "metaData": {"campaign": None, "leadSource": source, **_marks(record)},
        "customer": {
            "customerId": customer_id,
            "firstName": record.first,
            "lastName": record.last,
            "email": record.email,
            "phone": record.phone,
            "marketingEmailOptedIn": bool(record.email),
            "address": {
                "clientAddressRef": f"lead-{record.id}",
                "addressLine1": record.street,
                "addressLine2": None,
                "city": None,
                "state": None,
                "postalCode": record.zip,
                "country": "US",
            },
        },
    }


def _marks(record: Lead) -> dict[str, str]:
    """What the landing page left behind, where the request has a source at all."""
    if record.campaign_id is None:
        return {}
    named = {
        "campaign": record.utm_campaign,
        "utm_source": record.utm_source,
        "utm_medium": record.utm_medium,
        "gclid": record.gclid,
        "fbclid": record.fbclid,
        "msclkid": record.msclkid,
    }
    return {name: value for name, value in named.items() if value}


def customer(books: Books, record: Customer) -> dict[str, Any]:
    """A row of the search, which shows one phone, one e-mail and one address, and no times."""
    place = books.world.properties[record.property_ids[0]] if record.property_ids else None
    street, unit = (None, None)
    if place is not None:
        street, unit = record.address_text.get(place.id, (place.street, place.unit))
    address = {"1": street, "2": unit}
    town = {"City": place and place.city, "State": place and place.state, "Zip": place and place.zip}
    phones = books.phones(record)
    person = ", ".join(filter(None, (record.last, record.first)))
    return {
        "id": books.id_of("customers", record.id),
        "firstName": record.first,
        "lastName": record.last,
        "companyName": record.company,
        "displayName": record.company or person,
        **{f"address{line}": text for line, text in address.items()},
        **{name.lower(): text for name, text in town.items()},
        **{f"billingAddress{line}": text for line, text in address.items()},
        **{f"billing{name}": text for name, text in town.items()},
        "primaryPhone": last_digits(phones[0]) if phones else None,
        "primaryEmail": record.emails[0] if record.emails else None,
        "contactOnPhone": True,
        "contactOnSms": False,
    }


def last_digits(phone: str) -> str:
    """A number as it is compared and shown: its last ten digits."""
    return "".join(character for character in phone if character.isdigit())[-10:]
