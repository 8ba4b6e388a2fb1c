"""Payloads of customers with their contacts and locations, and of technicians."""

from __future__ import annotations

from typing import Any

from sandbox.servers.servicefusion.books import Books
from sandbox.servers.servicefusion.wire import dashed, local, midnight, stamp
from sandbox.world.model import Customer, Job, Property, Technician


def customer_name(customer: Customer) -> str:
    """The one name by which everything else refers to a customer: the business, or the person."""
    return customer.company or contact_name(customer)


def contact_name(customer: Customer) -> str:
    return " ".join(part for part in (customer.first, customer.last) if part)


def customer(books: Books, record: Customer, expand: frozenset[str]) -> dict[str, Any]:
    serviced = books.last_serviced(record)
    name = customer_name(record)
    payload = {
        "id": books.id_of("customers", record.id),
        "customer_name": name,
        "fully_qualified_name": name,
        "parent_customer": None,
        "account_number": f"A-{record.id}",
        "account_balance": 0,
        "private_notes": None,
        "public_notes": None,
        "credit_rating": None,
        "labor_charge_type": "flat",
        "labor_charge_default_rate": 0,
        "last_serviced_date": midnight(local(serviced, books.brand.timezone).date().isoformat())
        if serviced is not None
        else None,
        "is_bill_for_drive_time": False,
        "is_vip": False,
        "referral_source": record.source_name,
        "agent": None,
        "discount": None,
        "discount_type": None,
        "payment_type": None,
        "payment_terms": None,
        "assigned_contract": None,
        "industry": None,
        "is_taxable": True,
        "tax_item_name": f"{books.brand.state} tax",
        "qbo_sync_token": None,
        "qbo_currency": "USD",
        "qbo_id": None,
        "qbd_id": None,
        "created_at": stamp(record.created_at),
        "updated_at": stamp(books.customer_modified(record)),
    }
    if "contacts" in expand:
        payload["contacts"] = [contact(books, record, expand)]
    if "locations" in expand:
        payload["locations"] = locations(books, record)
    if "custom_fields" in expand:
        payload["custom_fields"] = []
    return payload


def contact(books: Books, record: Customer, expand: frozenset[str]) -> dict[str, Any]:
    """A contact has no id. Phones and e-mails are lists of their own, to be expanded each."""
    payload: dict[str, Any] = {
        "prefix": None,
        "fname": record.first,
        "lname": record.last,
        "suffix": None,
        "contact_type": None,
        "dob": None,
        "anniversary": None,
        "job_title": None,
        "department": None,
        "is_primary": True,
        "created_at": stamp(record.created_at),
        "updated_at": stamp(record.created_at),
    }
    if "contacts.phones" in expand:
        payload["phones"] = [phone(value, record.created_at) for value in record.phones]
        if books.come(record.contact_changed_at) and record.late_phone and record.contact_changed_at:
            payload["phones"].append(phone(record.late_phone, record.contact_changed_at))
    if "contacts.emails" in expand:
        payload["emails"] = [email(value, record.created_at) for value in record.emails]
    return payload


def phone(value: str, added_at: int) -> dict[str, Any]:
    return {
        "phone": dashed(value),
        "ext": None,
        "type": "Mobile",
        "is_mobile": True,
        "created_at": stamp(added_at),
        "updated_at": stamp(added_at),
    }


def email(value: str, added_at: int) -> dict[str, Any]:
    return {
        "email": value,
        "class": "Personal",
        "types_accepted": "All",
        "created_at": stamp(added_at),
        "updated_at": stamp(added_at),
    }


def locations(books: Books, record: Customer) -> list[dict[str, Any]]:
    """Addresses as somebody typed them for this customer; they have no id either."""
    return [
        {
            **street(books, record, books.world.properties[property_id]),
            "country": "USA",
            "nickname": None,
            "gate_instructions": None,
            "latitude": None,
            "longitude": None,
            # ASSUMED values; one example shows "Residential".
            "location_type": "Commercial" if record.kind == "commercial" else "Residential",
            "is_primary": position == 0,
            "is_gated": False,
            "is_bill_to": position == 0,
            "customer_contact": contact_name(record),
            "created_at": stamp(record.created_at),
            "updated_at": stamp(record.created_at),
        }
        for position, property_id in enumerate(record.property_ids)
    ]


def street(books: Books, owner: Customer, place: Property) -> dict[str, Any]:
    """The address lines, alike on a customer's location and on a job's site."""
    street_1, street_2 = owner.address_text.get(place.id, (place.street, place.unit))
    return {
        "street_1": street_1,
        "street_2": street_2,
        "city": place.city,
        "state_prov": place.state,
        "postal_code": place.zip,
    }


def site(books: Books, job: Job, owner: Customer) -> dict[str, Any]:
    """Customer and address as a job or an estimate repeats them.

    Of some jobs the customer's id is missing, as in a captured record; why is not established.
    """
    known = books.draw("customer id missing", job.id) >= 0.04
    return {
        "customer_id": books.id_of("customers", owner.id) if known else None,
        "customer_name": customer_name(owner),
        "parent_customer": None,
        "contact_first_name": owner.first,
        "contact_last_name": owner.last,
        **street(books, owner, books.world.properties[job.property_id]),
        "location_name": None,
        "is_gated": False,
        "gate_instructions": None,
    }


def short_technician(books: Books, technician: Technician) -> dict[str, Any]:
    return {
        "id": books.id_of("technicians", technician.id),
        "first_name": technician.first,
        "last_name": technician.last,
    }


def technician(books: Books, record: Technician) -> dict[str, Any]:
    hired = stamp(record.hired_at)
    return {
        **short_technician(books, record),
        "nickname_on_workorder": record.first,
        "nickname_on_dispatch": record.first,
        "color_code": f"#{0x2D9CDB ^ record.id * 7919 & 0xFFFFFF:06X}",
        "email": f"{record.first}.{record.last}@{books.brand.key}.example.com".lower(),
        "phone_1": f"202-555-01{record.id % 100:02d}",
        "phone_2": None,
        "gender": None,
        "department": record.trade,
        "title": "Field technician",
        "bio": None,
        "is_phone_1_mobile": True,
        "is_phone_1_visible_to_client": False,
        "is_phone_2_mobile": False,
        "is_phone_2_visible_to_client": False,
        "is_sales_rep": False,
        "is_field_worker": True,
        "created_at": hired,
        "updated_at": hired,
    }
