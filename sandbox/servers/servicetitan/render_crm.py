"""Customers, contacts, locations, leads and bookings as `crm/v2` shows them."""

from __future__ import annotations

from typing import Any

from sandbox.servers.servicetitan import books, ids, wire
from sandbox.servers.servicetitan.tenant import Contact, Location, Tenant, customer_name
from sandbox.world.model import Customer, Lead

Payload = dict[str, Any]
PROVIDER = ids.native("booking_providers", 1)


def clerk(key: int) -> int:
    """Employee id of the person in the office who made a row."""
    return ids.native("employees", 1 + wire.mixed(key, 1) % 5)


def address(tenant: Tenant, customer: Customer, property_id: int) -> Payload:
    """Street and unit as typed on this customer record; the rest from the property."""
    place = tenant.world.properties[property_id]
    street, unit = customer.address_text.get(property_id, (place.street, place.unit))
    return {
        "street": street,
        "unit": unit,
        "city": place.city,
        "state": place.state,
        "zip": place.zip,
        "country": "USA",
        "latitude": place.latitude,
        "longitude": place.longitude,
    }


def _billing_address(tenant: Tenant, customer: Customer) -> Payload:
    if customer.property_ids:
        return address(tenant, customer, customer.property_ids[0])
    blank = dict.fromkeys(("street", "city", "state", "zip"), "")
    return {**blank, "unit": None, "country": "USA", "latitude": None, "longitude": None}


def is_customer_active(tenant: Tenant, customer: Customer, at: int) -> bool:
    gone = (customer.merged_at, customer.deleted_at)
    return not any(books.has_happened(milestone, at) for milestone in gone)


def customer_milestones(tenant: Tenant, customer: Customer) -> list[int | None]:
    """Balance changes move a customer's modification time, changed contacts do not; a merge moves both."""
    return [
        customer.created_at,
        customer.merged_at,
        customer.deleted_at,
        *(loser.merged_at for loser in tenant.absorbed.get(customer.id, ())),
        *books.account_milestones(tenant, customer.id),
        *tenant.touched("customers", customer.id),
    ]


def customer(tenant: Tenant, record: Customer, native: int, at: int) -> Payload:
    survivor = record.merged_into_id if books.has_happened(record.merged_at, at) else None
    return {
        "id": native,
        "active": is_customer_active(tenant, record, at),
        "name": customer_name(record),
        "type": "Commercial" if record.kind == "commercial" else "Residential",
        "address": _billing_address(tenant, record),
        "customFields": [],
        "balance": wire.amount(books.account_balance(tenant, record.id, at)),
        "taxExempt": False,
        "tagTypeIds": [],
        "doNotMail": False,
        "doNotService": False,
        "nationalAccount": False,
        "createdOn": wire.stamp(native, record.created_at),
        "createdById": clerk(native),
        "modifiedOn": wire.stamp(native, at),
        "mergedToId": ids.native("customers", survivor) if survivor is not None else None,
        "paymentTermId": None,
        "creditLimit": None,
        "creditLimitBalance": None,
        "externalData": [],
    }


def _contact(record: Contact, native: int, at: int) -> Payload:
    is_mobile = wire.mixed(native, 2) % 3 > 0
    # The schema says an object; an e-mail is ASSUMED to carry null, as other nested objects do.
    phone = {"phoneNumber": wire.digits(record.value), "doNotText": False}
    return {
        "id": native,
        "type": "Email" if record.is_email else "MobilePhone" if is_mobile else "Phone",
        "value": record.value,
        "memo": None,
        "phoneSettings": None if record.is_email else phone,
        "createdOn": wire.stamp(native, record.created_at),
        "modifiedOn": wire.stamp(native, at),
        "preferences": None,
        "active": True,
    }


def customer_contact(tenant: Tenant, record: Contact, native: int, at: int) -> Payload:
    return {**_contact(record, native, at), "customerId": record.owner}


def location_contact(tenant: Tenant, record: Contact, native: int, at: int) -> Payload:
    return {**_contact(record, native, at), "locationId": record.owner}


def location_milestones(tenant: Tenant, record: Location) -> list[int | None]:
    place = tenant.world.properties[record.property_id]
    return [record.customer.created_at, record.customer.deleted_at, place.edited_at]


def location(tenant: Tenant, record: Location, native: int, at: int) -> Payload:
    """ASSUMED: the locations of a merged customer stay active and keep the old customer's id."""
    place = tenant.world.properties[record.property_id]
    return {
        "id": native,
        "customerId": ids.native("customers", record.customer.id),
        "active": is_location_active(tenant, record, at),
        "name": customer_name(record.customer),
        "address": address(tenant, record.customer, record.property_id),
        "customFields": [],
        "createdOn": wire.stamp(native, record.customer.created_at),
        "createdById": clerk(native),
        "modifiedOn": wire.stamp(native, at),
        "mergedToId": None,
        "zoneId": tenant.zone_of_zip.get(place.zip[:5]),
        "taxZoneId": None,
        "taxExempt": False,
        "tagTypeIds": [],
        "externalData": [],
    }


def is_location_active(tenant: Tenant, record: Location, at: int) -> bool:
    return not books.has_happened(record.customer.deleted_at, at)


def is_converted(tenant: Tenant, lead: Lead, at: int) -> bool:
    """The dispatch platform converts a request when a job is made from it, whatever the CRM says."""
    return lead.id in tenant.job_of_lead and books.has_happened(tenant.job_of_lead[lead.id].booked_at, at)


def lead_milestones(tenant: Tenant, lead: Lead) -> list[int | None]:
    job = tenant.job_of_lead.get(lead.id)
    kind = "bookings" if lead.id in tenant.bookings else "leads"
    booked = job.booked_at if job is not None else None
    return [lead.created_at, lead.contacted_at, lead.lost_at, booked, *tenant.touched(kind, lead.id)]


def _campaign(lead: Lead) -> int | None:
    return ids.native("campaigns", lead.campaign_id) if lead.campaign_id is not None else None


def _unit(tenant: Tenant, lead: Lead) -> int:
    return ids.native("business_units", tenant.business_unit_for(lead.brand_key, lead.trade).id)


def _job_type(tenant: Tenant, lead: Lead, at: int) -> int | None:
    return (
        ids.native("job_types", tenant.job_of_lead[lead.id].job_type_id)
        if is_converted(tenant, lead, at)
        else None
    )


def _whole_hour(second: int, hours_later: int) -> str:
    """A time that a person picks from a list: on the hour."""
    return wire.whole((second // 3600 + hours_later) * 3600)


def person_name(lead: Lead) -> str | None:
    return " ".join(part for part in (lead.first, lead.last) if part) or None


def lead(tenant: Tenant, record: Lead, native: int, at: int) -> Payload:
    converted = is_converted(tenant, record, at)
    dismissed = not converted and books.has_happened(record.lost_at, at)
    job = tenant.job_of_lead[record.id] if converted else None
    typed = {
        "leadCustomerName": person_name(record),
        "leadPhone": record.phone,
        "leadEmail": record.email,
        "leadStreet": record.street,
        "leadZip": record.zip,
    }
    if converted:  # the fields of a person who is not a customer yet are empty once one is linked
        typed = dict.fromkeys(typed)
    return {
        "id": native,
        "status": "Converted" if converted else "Dismissed" if dismissed else "Open",
        "priority": "Normal",
        "customerId": ids.native("customers", job.customer_id) if job else None,
        "locationId": tenant.location_ids[job.customer_id, job.property_id] if job else None,
        "businessUnitId": _unit(tenant, record),
        "jobTypeId": _job_type(tenant, record, at),
        # The schema demands a number; what a lead without a campaign carries is not documented. ASSUMED: 0.
        "campaignId": _campaign(record) or 0,
        "followUpDate": None
        if converted or dismissed
        else wire.whole((record.created_at // 3600 + 48) * 3600),
        "createdById": clerk(native),
        "createdOn": wire.stamp(native, record.created_at),
        "modifiedOn": wire.stamp(native, at),
        "tagTypeIds": [],
        "dismissingReasonId": ids.native("call_reasons", 2) if dismissed else None,
        "summary": f"{record.trade.capitalize()} request",
        "callReasonId": ids.native("call_reasons", 3) if record.call_id is not None else None,
        "callId": ids.native("calls", record.call_id) if record.call_id is not None else None,
        "bookingId": None,
        "manualCallId": None,
        "leadUrl": None,
        **typed,
        "leadUnit": None,
        "leadCity": None,
        "leadState": None,
        "leadCountry": None,
        "captureSource": None,
        "active": True,
    }


def booking(tenant: Tenant, record: Lead, native: int, at: int) -> Payload:
    converted = is_converted(tenant, record, at)
    dismissed = not converted and books.has_happened(record.lost_at, at)
    job = tenant.job_of_lead[record.id] if converted else None
    brand = tenant.brands[record.brand_key]
    place = {"street": record.street or "", "unit": None, "city": brand.city, "state": brand.state}
    return {
        "id": native,
        "source": "OnlineScheduler",
        "createdOn": wire.stamp(native, record.created_at),
        "modifiedOn": wire.stamp(native, at),
        "name": person_name(record) or "",
        "summary": f"{record.trade.capitalize()} request from the online scheduler",
        "address": {**place, "zip": record.zip, "country": "USA"} if record.zip else None,
        "customerType": "Residential",
        "start": _whole_hour(record.created_at, 24),
        "campaignId": _campaign(record),
        "businessUnitId": _unit(tenant, record),
        "jobTypeId": _job_type(tenant, record, at),
        "priority": "Normal",
        "isFirstTimeClient": True,
        "uploadedImages": [],
        "isSendConfirmationEmail": True,
        "status": "Converted" if converted else "Dismissed" if dismissed else "New",
        "dismissingReasonId": ids.native("call_reasons", 2) if dismissed else None,
        "jobId": ids.native("jobs", job.id) if job else None,
        "externalId": f"web-{record.id}",
        "bookingProviderId": PROVIDER,
        "active": True,
    }


def booking_contacts(tenant: Tenant, record: Lead, native: int, at: int) -> list[Payload]:
    """The phone and e-mail of a booking, which only its own sub-resource shows."""
    values = [("Phone", record.phone), ("Email", record.email)]
    return [
        {
            "id": ids.native("booking_contacts", record.id * 2 + place),
            "type": kind,
            "value": value,
            "memo": "",
            "modifiedOn": wire.stamp(native, record.created_at),
        }
        for place, (kind, value) in enumerate(values)
        if value
    ]
