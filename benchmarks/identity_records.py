"""The records of a simulated operator, written straight into the conformed tables, with the household each
truly belongs to.

It stands in for servers, pulls and staging where those would only take time. What each system keeps of a
request follows the vendors' servers in sandbox/servers.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from benchmarks.identity_conformed import LabelledRecords, Row
from sandbox.world import World
from sandbox.world.model import CrmContact, Lead
from sandbox.world.records import survivor
from tests.fixtures.warehouse import OPERATOR_TABLES
from tests.identity.operator_records import entity_key

CRM = ("crm", "crm-portal")


def world_records(world: World) -> LabelledRecords:
    """What all systems keep of the world at its clock's start."""
    entities = {
        "int_customers__unioned": customers,
        "int_contact_points__unioned": contact_points,
        "int_locations__unioned": locations,
        "int_leads__unioned": leads,
        "int_jobs__unioned": jobs,
        "int_calls__unioned": calls,
    }
    tables = {name: list(rows(world)) for name, rows in entities.items()}
    return LabelledRecords(tables, operator_tables(world), list(truth(world)))


def dispatch_row(
    world: World, brand_key: str, entity: str, world_id: int, at: int | None, prefix: str = ""
) -> Row:
    brand = world.brands[brand_key]
    native_id = f"{prefix}{world_id}"
    return keyed(brand.platform, brand.account_id, entity, native_id, at)


def keyed(platform: str, account_id: str, entity: str, native_id: str, at: int | None) -> Row:
    key = entity_key(platform, account_id, f"{entity}-{native_id}")
    row = {f"{entity}_key": key, "platform": platform, "account_id": account_id, "native_id": native_id}
    return row | {"created_at": instant(at), "is_deleted": False, "_loaded_at": datetime(2026, 12, 1)}


def instant(epoch: int | None) -> datetime | None:
    return None if epoch is None else datetime.fromtimestamp(epoch, UTC).replace(tzinfo=None)


def customer_key(world: World, world_id: int) -> str:
    brand = world.brands[world.customers[world_id].brand_key]
    return entity_key(brand.platform, brand.account_id, f"customer-{world_id}")


def known(world: World, at: int | None) -> bool:
    return at is not None and at <= world.clock_starts_at


def customers(world: World) -> Iterator[Row]:
    for record in world.customers.values():
        if not known(world, record.created_at):
            continue
        is_single_field = "name_parts" not in world.brands[record.brand_key].dispatch_keeps
        full_name = " ".join(filter(None, (record.first, record.last)))
        merged = known(world, record.merged_at)
        yield dispatch_row(world, record.brand_key, "customer", record.id, record.created_at) | {
            "customer_type": record.kind,
            "full_name": (record.company or full_name) if is_single_field else full_name,
            "first_name": None if is_single_field else record.first,
            "last_name": None if is_single_field else record.last,
            "company_name": record.company,
            "source_name": record.source_name,
            "is_active": not merged,
            "merged_into_customer_key": customer_key(world, record.merged_into_id) if merged else None,
        }


def contact_points(world: World) -> Iterator[Row]:
    for record in world.customers.values():
        if not known(world, record.created_at):
            continue
        phones = record.phones + ((record.late_phone,) if known(world, record.contact_changed_at) else ())
        values = [("phone", phone) for phone in phones] + [("email", email) for email in record.emails]
        for number, (kind, value) in enumerate(values):
            point = dispatch_row(
                world, record.brand_key, "contact_point", record.id, record.created_at, f"{number}-"
            )
            owner = {"owner_entity": "customer", "owner_key": customer_key(world, record.id)}
            yield point | owner | {"contact_kind": kind, "contact_value": value}


def locations(world: World) -> Iterator[Row]:
    for record in world.customers.values():
        if not known(world, record.created_at):
            continue
        for property_id in record.property_ids:
            place = world.properties[property_id]
            street, unit = record.address_text[property_id]
            place_row = dispatch_row(
                world, record.brand_key, "location", property_id, record.created_at, f"{record.id}-"
            )
            yield place_row | {
                "customer_key": customer_key(world, record.id),
                "street": street,
                "unit": unit,
                "city": place.city,
                "state": place.state,
                "postal_code": place.zip,
                "is_active": True,
            }


def lead_copies(world: World) -> Iterator[tuple[Lead, CrmContact | None, Row]]:
    """Every record that some system keeps of a request; the contact is given where the CRM keeps it."""
    for lead in world.leads.values():
        if not known(world, lead.created_at):
            continue
        if lead.in_crm:
            contact = world.contacts[lead.crm_contact_id]
            while contact.merged_into_id is not None and known(world, contact.merged_at):
                contact = world.contacts[contact.merged_into_id]
            yield lead, contact, keyed(*CRM, "lead", str(lead.id), lead.created_at)
        if lead.in_dispatch:
            yield lead, None, dispatch_row(world, lead.brand_key, "lead", lead.id, lead.created_at)


def leads(world: World) -> Iterator[Row]:
    for lead, contact, row in lead_copies(world):
        booked = lead.job_id is not None and known(world, lead.booked_at)
        row |= {
            "lead_kind": lead.kind,
            "lead_status": "booked" if booked else "open",
            "occurred_at": row["created_at"],
        }
        source = contact or lead
        row |= {
            "first_name": source.first,
            "last_name": source.last,
            "email": source.email,
            "brand_key": lead.brand_key,
        }
        row |= {"street": source.street, "postal_code": source.zip}
        if contact:
            yield row | {
                "phone": contact.phone or contact.mobile,
                "job_native_id": str(lead.job_id) if booked else None,
            }
        else:
            call_key = (
                dispatch_row(world, lead.brand_key, "call", lead.call_id, None)["call_key"]
                if lead.call_id
                else None
            )
            yield row | {
                "phone": lead.phone,
                "call_key": call_key,
                "customer_key": customer_key(world, lead.customer_id)
                if booked and lead.customer_id
                else None,
            }


def jobs(world: World) -> Iterator[Row]:
    for job in world.jobs.values():
        if known(world, job.booked_at):
            owner = survivor(world, world.customers[job.customer_id], world.clock_starts_at)
            yield dispatch_row(world, job.brand_key, "job", job.id, job.booked_at) | {
                "customer_key": customer_key(world, owner.id),
                "job_status": "scheduled",
                "booked_at": instant(job.booked_at),
                "completed_at": instant(job.completed_at) if known(world, job.completed_at) else None,
            }


def calls(world: World) -> Iterator[Row]:
    for call in world.calls.values():
        if known(world, call.started_at):
            yield dispatch_row(world, call.brand_key, "call", call.id, call.started_at) | {
                "direction": call.direction,
                "from_phone": call.from_phone,
                "to_phone": call.to_phone,
                "started_at": instant(call.started_at),
                "customer_key": customer_key(world, call.customer_id) if call.customer_id else None,
            }


def truth(world: World) -> Iterator[Row]:
    for record in world.customers.values():
        if known(world, record.created_at):
            member = {"household": str(record.household_id), "person": str(record.person_id)}
            yield {"record_key": customer_key(world, record.id)} | member
    for lead, _, row in lead_copies(world):
        yield {
            "record_key": row["lead_key"],
            "household": str(lead.household_id),
            "person": str(lead.person_id),
        }


def operator_tables(world: World) -> dict[str, list[Row]]:
    brands = world.brands.values()
    accounts = [
        {"account_id": b.account_id, "platform": b.platform, "brand_key": b.key, "timezone": b.timezone}
        for b in brands
    ]
    crm = {"platform": CRM[0], "account_id": CRM[1], "brand_key": None, "timezone": "America/Chicago"}
    tracking = [
        {"brand_key": c.brand_key, "phone": c.tracking_phone}
        for c in world.campaigns.values()
        if c.tracking_phone
    ]
    return {name: [] for name in OPERATOR_TABLES} | {
        "accounts": [*accounts, crm],
        "brand_phones": [{"brand_key": b.key, "phone": b.office_phone} for b in brands] + tracking,
    }
