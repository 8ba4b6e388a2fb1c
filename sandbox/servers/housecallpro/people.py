"""Payloads of those who ask, those who work, and the company itself."""

from __future__ import annotations

from typing import Any

from sandbox.clock import iso
from sandbox.servers.housecallpro.books import Books
from sandbox.world.model import Customer, Lead, Property, Technician

# As captured from real accounts: more than half have none at all.
COUNTRIES = ((0.51, None), (0.75, "US"), (0.9, "USA"), (1.0, "United States"))

FIELD_TECH_MAY = ("can_add_and_edit_job", "can_be_booked_online", "can_call_and_text_with_customers",
                  "can_chat_with_customers", "can_see_street_view_data", "can_share_job",
                  "can_take_payment_see_prices", "can_see_customers")  # fmt: skip
FIELD_TECH_MAY_NOT = ("can_delete_and_cancel_job", "can_edit_message_on_invoice", "can_see_full_schedule",
                      "can_see_future_jobs", "can_see_marketing_campaigns", "can_see_reporting",
                      "can_edit_settings", "is_point_of_contact", "is_admin")  # fmt: skip


def company_id(books: Books) -> str:
    return books.id_of("company", 1)


def stamp(books: Books) -> dict[str, str]:
    """The tenant's name and id, which every record carries."""
    return {"company_name": books.brand.name, "company_id": company_id(books)}


def digits(phone: str | None) -> str | None:
    """A number as the vendor keeps it: ten digits. What cannot be one is kept as typed."""
    if phone is None:
        return None
    kept = "".join(character for character in phone if character.isdigit())
    if len(kept) == 11 and kept.startswith("1"):
        kept = kept[1:]
    return kept if len(kept) == 10 else phone


def address(books: Books, owner: Customer | None, place: Property) -> dict[str, Any]:
    """A service address as somebody typed it for this customer; without coordinates, as in most captures."""
    street, unit = (owner.address_text if owner else {}).get(place.id, (place.street, place.unit))
    quirk = books.draw("country", owner.id if owner else 0, place.id)
    return {
        "id": books.id_of("locations", owner.id if owner else 0, place.id),
        "type": "service",
        "street": street,
        "street_line_2": unit,
        "city": place.city,
        "state": place.state,
        "zip": place.zip,
        "country": next(country for limit, country in COUNTRIES if quirk < limit),
    }


def embedded_customer(books: Books, customer: Customer, at: int) -> dict[str, Any]:
    """The customer inside a job, an estimate or a lead: everything but its addresses.

    Args:
        at: the copy is as old as this. ASSUMED: what embeds it renews it when it changes itself.
    """
    phones = [digits(phone) for phone in customer.phones]
    if come(customer.contact_changed_at, at) and customer.late_phone:
        phones.append(digits(customer.late_phone))
    mobile, home, work = [*phones, None, None, None][:3]
    if customer.kind == "commercial":
        mobile, work = work, mobile
    edited = come(books.profile_edited_at(customer), at)
    return {
        "id": books.id_of("customers", customer.id),
        "first_name": customer.first,
        "last_name": customer.last,
        "email": customer.emails[0] if customer.emails else None,
        "mobile_number": mobile,
        "home_number": home,
        "work_number": work,
        "company": customer.company,
        "notifications_enabled": not edited,
        "lead_source": customer.source_name,
        "notes": note(books, customer, at),
        # ASSUMED: the value for a business; only "homeowner" was ever captured.
        "kind": "business" if customer.kind == "commercial" else "homeowner",
        "created_at": iso(customer.created_at),
        "updated_at": iso(books.customer_modified(customer, max(at, customer.created_at))),
        **stamp(books),
        "tags": ["commercial"] if customer.kind == "commercial" else [],
    }


def come(instant: int | None, at: int) -> bool:
    return instant is not None and instant <= at


def note(books: Books, customer: Customer, at: int) -> str | None:
    """A note that somebody adds a week later, without moving `updated_at`."""
    chance = books.draw("note", customer.id)
    written = chance < 0.15 and customer.created_at + 7 * 86_400 <= at
    return f"Gate code {int(chance * 60_000) + 1000}" if written else None


def customer(books: Books, record: Customer, expand: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The top-level record; attachments and do_not_service only when expanded."""
    places = (books.world.properties[property_id] for property_id in record.property_ids)
    payload = embedded_customer(books, record, books.now)
    payload["addresses"] = [address(books, record, place) for place in places]
    if "attachments" in expand:
        payload["attachments"] = []
    if "do_not_service" in expand:
        payload["do_not_service"] = False
    return payload


def prospect(books: Books, lead: Lead) -> dict[str, Any]:
    """Whom an unconverted lead came from.

    ASSUMED: such a person is embedded in the lead only and not listed under `/customers` until the office
    books a job. The `cus_` id changes to the real customer's when it does.
    """
    return {
        "id": books.id_of("customers", "prospect", lead.id),
        "first_name": lead.first,
        "last_name": lead.last,
        "email": lead.email,
        "mobile_number": digits(lead.phone),
        "home_number": None,
        "work_number": None,
        "company": None,
        "notifications_enabled": True,
        "lead_source": books.campaign_name(lead.campaign_id, lead.created_at),
        "notes": None,
        "kind": "homeowner",
        "created_at": iso(lead.created_at),
        "updated_at": iso(lead.created_at),
        **stamp(books),
        "tags": [],
    }


def employee(books: Books, technician: Technician) -> dict[str, Any]:
    """No `updated_at`, and no way to read one by id."""
    return {
        "id": books.id_of("technicians", technician.id),
        "first_name": technician.first,
        "last_name": technician.last,
        "email": f"{technician.first}.{technician.last}@{books.brand.key}.example.com".lower(),
        "mobile_number": f"20255501{technician.id % 100:02d}",
        "color_hex": f"{0x2D9CDB ^ technician.id * 7919 & 0xFFFFFF:06X}",
        "avatar_url": None if technician.id % 2 else "/assets/add_image_thumb.png",
        "role": "field tech",
        "tags": [technician.trade],
        "permissions": dict.fromkeys(FIELD_TECH_MAY, True) | dict.fromkeys(FIELD_TECH_MAY_NOT, False),
        "created_at": iso(technician.hired_at),
        **stamp(books),
    }


def company(books: Books) -> dict[str, Any]:
    """`default_arrival_window` is a number live, a string in the documents; coordinates are strings."""
    brand = books.brand
    return {
        "id": company_id(books),
        "name": brand.name,
        "support_email": f"office@{brand.key}.example.com",
        "phone_number": digits(brand.office_phone),
        "logo_url": f"https://{brand.key}.example.com/logo.png",
        "address": {
            "street": "1 Depot Way",
            "street_line_2": None,
            "city": brand.city,
            "state": brand.state,
            "zip": brand.service_zips[0] if brand.service_zips else None,
            "country": "US",
            "latitude": "30.2672",
            "longitude": "-97.7431",
        },
        "website": f"https://{brand.key}.example.com",
        "default_arrival_window": 60,
        "time_zone": brand.timezone,
        "service_areas_data": {"zip_codes": list(brand.service_zips)},
        "locations": [],
    }
