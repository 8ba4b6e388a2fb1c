"""Payloads of jobs, leads and the team. Numbers in jobs, text in leads, and a few fields that are either."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sandbox.servers.workiz import identifiers
from sandbox.servers.workiz.books import Books
from sandbox.world.model import Customer, InvoiceLine, Job, Lead, Property, Technician

ITEM_TYPES = {"service": "service", "discount": "service"}
# Some accounts spell the state out, others do not.
STATES = {"OH": "Ohio", "CO": "Colorado", "IL": "Illinois", "NY": "New York"}


def dollars(cents: int) -> int | float:
    """Whole dollars come as an integer, as captured."""
    return cents // 100 if cents % 100 == 0 else cents / 100


def digits(phone: str | None) -> str:
    """Ten digits, without +1. What cannot be a number is kept as typed."""
    kept = "".join(character for character in phone or "" if character.isdigit())
    if len(kept) == 11 and kept.startswith("1"):
        kept = kept[1:]
    return kept if len(kept) == 10 else phone or ""


def job(books: Books, record: Job) -> dict[str, Any]:
    """A job as listed. `item_cost` and `tech_cost` are absent where nobody entered costs."""
    owner = books.world.customers[record.customer_id]
    place = books.world.properties[record.property_id]
    start, end = books.schedule(record)
    status, since = books.status(record)
    price = books.price(record)
    payload = {
        "UUID": books.uuid("jobs", record.id),
        "LocationId": identifiers.location_number(record.customer_id, record.property_id),
        "LocationKey": location_key(books, owner, place),
        "SerialId": record.id,
        "JobDateTime": books.local(start) if start is not None else None,
        "JobEndDateTime": books.local(end) if end is not None else "",
        "CreatedDate": books.local(record.booked_at),
        "JobTotalPrice": dollars(price.total),
        "JobAmountDue": dollars(price.due),
        "SubTotal": dollars(price.subtotal),
        **costs(books, record),
        "ClientId": identifiers.client_number(books.surviving(record.customer_id).id),
        "Status": status,
        "SubStatus": "",
        "PaymentDueDate": books.local(record.booked_at)[:10] + " 00:00:00",
        **copy_of(books, record, owner),
        **address(books, record, owner, place),
        "Comments": comments(books, record),
        "LineItems": items(books, record),
        "JobType": books.world.job_types[record.job_type_id].name,
        "JobName": books.world.job_types[record.job_type_id].name,
        "JobNotes": record.summary or "",
        "JobSource": books.source_name(record.campaign_id, record.booked_at),
        "Tags": tags(books, record),
        "CreatedBy": "Office",
        "LastStatusUpdate": books.local(since),
        "Team": crew(books, record),
        "Timezone": "",
        "gate_code": "",
    }
    return payload


def balance(books: Books, record: Job) -> tuple[str, dict[str, str]]:
    """What a client keeps of a job's price, by its own key: amounts as text, without needless zeros."""
    price = books.price(record)
    row = {
        "UUID": books.uuid("jobs", record.id),
        "JobTotalPrice": str(dollars(price.total)),
        "JobAmountDue": str(dollars(price.due)),
    }
    return "|".join(row.values()), row


def copy_of(books: Books, record: Job, owner: Customer) -> dict[str, str]:
    """The customer as he was on file when the job was booked; later edits do not reach it (ASSUMED)."""
    phones = [digits(phone) for phone in owner.phones]
    if owner.contact_changed_at is not None and owner.contact_changed_at <= record.booked_at:
        phones.append(digits(owner.late_phone))
    first, second = [*phones, "", ""][:2]
    trailing = " " if books.draw("trailing space", record.id) < 0.1 else ""
    return {
        "FirstName": (owner.first or "") + (trailing if owner.first else ""),
        "LastName": (owner.last or "") + (trailing if owner.last else ""),
        "Company": owner.company or "",
        "Phone": first,
        "SecondPhone": second,
        "PhoneExt": "",
        "SecondPhoneExt": "",
        "Email": owner.emails[0] if owner.emails else "",
    }


def address(books: Books, record: Job, owner: Customer, place: Property) -> dict[str, Any]:
    street, unit = owner.address_text.get(place.id, (place.street, place.unit))
    spelt_out = books.draw("state", record.id) < 0.5
    return {
        "Address": street,
        "City": place.city,
        "State": STATES.get(place.state, place.state) if spelt_out else place.state,
        "PostalCode": place.zip,
        "Country": "US",
        "Latitude": place.latitude,
        "Longitude": place.longitude,
        # A number when it looks like one, text otherwise.
        "Unit": int(unit) if unit and unit.isdecimal() and unit[0] != "0" else unit or "",
    }


def location_key(books: Books, owner: Customer, place: Property) -> str:
    street, unit = owner.address_text.get(place.id, (place.street, place.unit))
    return f"{street}{f' {unit}' if unit else ''}, {place.city}, {place.state} {place.zip}"


def costs(books: Books, record: Job) -> dict[str, Any]:
    if books.draw("costs", record.id) < 0.3:
        return {}
    spent = sum(line.cost_cents for bill in books.priced(record) for line in bill.lines)
    return {"item_cost": dollars(spent), "tech_cost": 0}


def items(books: Books, record: Job) -> list[dict[str, Any]]:
    """The lines of the price. ASSUMED: a discount is a line with a negative price."""
    return [item(books, line, off) for line, off in lines(books, record)]


def lines(books: Books, record: Job) -> list[tuple[InvoiceLine, int]]:
    """Lines, and by how much somebody spoilt the first."""
    found = []
    for bill in books.priced(record):
        off = bill.lines_off_by_cents if books.come(bill.defect_at) else 0
        found += [(line, off if position == 0 else 0) for position, line in enumerate(bill.lines)]
    return found


def item(books: Books, line: InvoiceLine, off: int) -> dict[str, Any]:
    """ASSUMED: price and cost are those of one piece."""
    quantity = line.quantity_hundredths
    return {
        "Id": 31_000_000 + line.id,
        "Quantity": dollars(quantity),
        "Price": dollars(line.unit_price_cents - off),
        "Cost": dollars(line.cost_cents * 100 // quantity if quantity else line.cost_cents),
        "Taxable": int(line.kind in ("material", "equipment")),
        "InventorySync": 0,
        "Name": line.name,
        "Description": "",
        "BrandName": "",
        "BrandId": "",
        "Type": ITEM_TYPES.get(line.kind, "product"),
        "ModelNum": "",
    }


def comments(books: Books, record: Job) -> str | list[dict[str, str]]:
    """Text, or a list of comments: both were seen."""
    if not record.summary or not books.come(record.completed_at):
        return ""
    return [{"Comment": record.summary}] if books.draw("comments", record.id) < 0.5 else record.summary


def tags(books: Books, record: Job) -> list[str]:
    """The trade, which no field has, and what else the office notes."""
    return [
        record.trade.upper() if record.trade == "hvac" else record.trade.title(),
        *(["CALLBACK"] if record.recall_of_id is not None else []),
        *(["MEMBER"] if record.membership_id is not None else []),
    ]


def crew(books: Books, record: Job) -> list[dict[str, Any]]:
    """`Name` or `name`: both were seen."""
    if record.technician_id is None or not books.come(record.dispatched_at):
        return []
    technician = books.world.technicians[record.technician_id]
    name = "Name" if books.draw("name key", record.id) < 0.7 else "name"
    return [{"id": identifiers.member_number(technician.id), name: f"{technician.first} {technician.last}"}]


def lead(books: Books, record: Lead) -> dict[str, Any]:
    """Everything is text here, numbers and coordinates too."""
    slot = books.lead_slot(record)
    status, since = books.lead_status(record)
    return {
        "UUID": books.uuid("leads", record.id),
        "SerialId": str(record.id),
        "ClientId": str(books.client_of_lead(record)),
        "LeadDateTime": books.local(slot[0]) if slot else "",
        "LeadEndDateTime": books.local(slot[1]) if slot else "",
        "CreatedDate": books.local(record.created_at),
        "PaymentDueDate": books.local(record.created_at + 30 * 86_400)[:10] + " 00:00:00",
        "Status": status,
        "SubStatus": "",
        "Phone": digits(record.phone),
        "SecondPhone": "",
        "PhoneExt": "",
        "SecondPhoneExt": "",
        "Email": record.email or "",
        "Comments": "",
        "FirstName": record.first or "",
        "LastName": record.last or "",
        "Company": "",
        "Address": record.street or "",
        "City": "",
        "State": "",
        "PostalCode": record.zip or "",
        "Country": "",
        "Unit": "",
        "Latitude": "",
        "Longitude": "",
        "LeadNotes": " ".join(marketing_words(record)),
        "JobSource": books.source_name(record.campaign_id, record.created_at),
        "JobType": "",
        "CreatedBy": "Website" if record.kind in ("form", "booking") else "Office",
        "Team": [],
        "LeadLost": "1" if status == "Lost" else "0",
        "LastStatusUpdate": books.local(since),
    }


def marketing_words(record: Lead) -> Sequence[str]:
    """There is no field for any of these; form integrations write them into the notes."""
    if record.campaign_id is None:
        return ()
    named = {
        "gclid": record.gclid,
        "msclkid": record.msclkid,
        "fbclid": record.fbclid,
        "utm_source": record.utm_source,
        "utm_medium": record.utm_medium,
        "utm_campaign": record.utm_campaign,
    }
    return [f"{name}:{value}" for name, value in named.items() if value]


def member(books: Books, technician: Technician) -> dict[str, Any]:
    return {
        "id": str(identifiers.member_number(technician.id)),
        "name": f"{technician.first} {technician.last}",
        "role": "Tech",
        "email": f"{technician.first}.{technician.last}@{books.brand.key}.example.com".lower(),
        "active": not books.come(technician.left_at),
        "fieldTech": True,
        "serviceAreas": [books.brand.city],
        "skills": [technician.trade],
        "created": books.local(technician.hired_at),
    }
