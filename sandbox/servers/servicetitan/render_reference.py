"""Slowly changing rows: campaigns and their costs, job types, reasons, business units, technicians, zones."""

from __future__ import annotations

from calendar import monthrange
from typing import Any

from sandbox.servers.servicetitan import ids, wire
from sandbox.servers.servicetitan.books import has_happened
from sandbox.servers.servicetitan.render_crm import clerk
from sandbox.servers.servicetitan.render_jobs import technician_name
from sandbox.servers.servicetitan.tenant import CATEGORIES, MonthCost, Reason, Tenant, category_of
from sandbox.world.model import BusinessUnit, Campaign, JobType, Technician

Payload = dict[str, Any]


def _written(tenant: Tenant, native: int, at: int) -> Payload:
    return {"createdOn": wire.stamp(native, tenant.world.starts_at), "modifiedOn": wire.stamp(native, at)}


def since_the_start(tenant: Tenant, record: Any) -> list[int | None]:
    """Set-up that was there before the first customer and never changes."""
    return [tenant.world.starts_at]


def campaign_milestones(tenant: Tenant, campaign: Campaign) -> list[int | None]:
    return [campaign.created_at, campaign.renamed_at]


def campaign_name(campaign: Campaign, at: int) -> str:
    """Names are mutable: a rename changes what every old row seems to say."""
    return campaign.name_at(at)


def campaign(tenant: Tenant, record: Campaign, native: int, at: int) -> Payload:
    category = category_of(record.channel)
    phones = [wire.digits(record.tracking_phone)] if record.tracking_phone else []
    return {
        "id": native,
        "name": campaign_name(record, at),
        "createdOn": wire.stamp(native, record.created_at),
        "modifiedOn": wire.stamp(native, at),
        "active": True,
        "isDefaultCampaign": record.channel == "existing_customer",
        "category": {
            "id": ids.native("campaign_categories", category),
            "name": CATEGORIES[category - 1],
            "active": True,
        },
        "source": record.source,
        "otherSource": None,
        "businessUnit": None,
        "medium": record.medium,
        "otherMedium": None,
        "campaignPhoneNumbers": phones,
    }


def category(tenant: Tenant, record: str, native: int, at: int) -> Payload:
    is_local_services = record == "Google Local Services"
    return {
        "id": native,
        "name": record,
        "active": True,
        "type": "GoogleHomeServices" if is_local_services else "Regular",
        **_written(tenant, native, at),
    }


def month_spend(tenant: Tenant, cost: MonthCost, before: str) -> int:
    """Cents spent in a cost's month before a day."""
    days = tenant.spend_days[cost.campaign_id, f"{cost.year}-{cost.month:02}"]
    return sum(cents for day, cents in days if day < before)


def cost_milestones(tenant: Tenant, cost: MonthCost) -> list[int | None]:
    """One a day: an entry shows what was spent through the day before."""
    days = tenant.spend_days[cost.campaign_id, f"{cost.year}-{cost.month:02}"]
    return [wire.midnight(day) + wire.DAY for day, _ in sorted(days)]


def cost(tenant: Tenant, record: MonthCost, native: int, at: int) -> Payload:
    """The average cost per day of a whole month, so month spend is this times the days of the month.

    ASSUMED: while the month runs, the office keeps the entry at what was spent so far. Costs carry no
    modification time, so only a full read sees that.
    """
    days = monthrange(record.year, record.month)[1]
    spent = month_spend(tenant, record, wire.written(at * wire.TICKS)[:10])
    return {
        "id": native,
        "year": record.year,
        "month": record.month,
        "dailyCost": round(spent / 100 / days, 10),
        "campaignId": ids.native("campaigns", record.campaign_id),
    }


def job_type(tenant: Tenant, record: JobType, native: int, at: int) -> Payload:
    units = [
        ids.native("business_units", unit.id)
        for unit in tenant.business_units.values()
        if unit.trade == record.trade
    ]
    return {
        "id": native,
        "name": record.name,
        "businessUnitIds": units,
        "skills": [],
        "tagTypeIds": [],
        "priority": "Normal",
        "duration": record.duration_minutes * 60,  # ASSUMED seconds; the unit is not documented
        "soldThreshold": wire.amount(record.sold_threshold_cents),
        "class": record.kind.capitalize(),
        "summary": "",
        "noCharge": record.kind == "recall",
        "enforceRecurringServiceEventSelection": False,
        "invoiceSignaturesRequired": False,
        **_written(tenant, native, at),
        "externalData": [],
        "active": True,
        "isSmartDispatched": False,
        "defaultEstimateSoldAction": "None",
        "customFieldTypeIds": [],
    }


def is_reason_active(tenant: Tenant, record: Reason, at: int) -> bool:
    return not record.is_retired


def cancel_reason(tenant: Tenant, record: Reason, native: int, at: int) -> Payload:
    return {
        "id": native,
        "name": record.name,
        "active": not record.is_retired,
        **_written(tenant, native, at),
    }


def call_reason(tenant: Tenant, record: Reason, native: int, at: int) -> Payload:
    return {**cancel_reason(tenant, record, native, at), "isLead": record.is_lead}


def business_unit(tenant: Tenant, record: BusinessUnit, native: int, at: int) -> Payload:
    brand = tenant.brands[record.brand_key]
    texts = ("invoiceHeader", "invoiceMessage", "authorizationParagraph", "acknowledgementParagraph")
    codes = ("materialSku", "quickbooksClass", "accountCode", "franchiseId", "conceptCode")
    return {
        "id": native,
        "active": True,
        "name": record.name,
        "officialName": brand.name,
        "email": None,
        "currency": "USD",
        "phoneNumber": wire.digits(brand.office_phone),
        **dict.fromkeys((*texts, *codes, "corporateContractNumber", "certifiedSentriconSpecialistCode")),
        "defaultTaxRate": None,
        "address": None,
        "trade": {"id": 1 + sum(record.trade.encode()) % 90, "name": record.trade.capitalize()},
        "division": None,
        "tagTypeIds": None,
        "tenant": {
            "id": tenant.tenant_id,
            "name": brand.name,
            "accountCode": None,
            "franchiseId": None,
            "conceptCode": None,
            "modifiedOn": wire.stamp(native, tenant.world.starts_at),
        },
        **_written(tenant, native, at),
        "externalData": None,
    }


# `appoitmentId` is the vendor's spelling.
_BLANK_ON_TECHNICIANS = (
    *(
        "email",
        "phoneNumber",
        "mobilePhone",
        "outboundCallerId",
        "loginName",
        "aadUserId",
        "home",
        "location",
    ),
    *("licenseType", "customFields", "team", "jobFilter", "permissions", "positions", "bio", "memo"),
    *("jobId", "appoitmentId", "currentValue", "payrollId", "payrollProfileId", "shiftStart", "shiftEnd"),
)


def technician_milestones(tenant: Tenant, record: Technician) -> list[int | None]:
    return [record.hired_at, record.left_at]


def is_technician_active(tenant: Tenant, record: Technician, at: int) -> bool:
    return not has_happened(record.left_at, at)


def technician(tenant: Tenant, record: Technician, native: int, at: int) -> Payload:
    unit = tenant.business_unit_for(record.brand_key, record.trade)
    return {
        "id": native,
        "userId": clerk(native) + native,
        "name": technician_name(record),
        "roleIds": [],
        "businessUnitId": ids.native("business_units", unit.id),
        "mainZoneId": None,
        "zoneIds": [],
        "createdOn": wire.stamp(native, record.hired_at),
        "modifiedOn": wire.stamp(native, at),
        **dict.fromkeys(_BLANK_ON_TECHNICIANS),
        "dailyGoal": 0.0,
        "isManagedTech": True,
        "active": is_technician_active(tenant, record, at),
        "burdenRate": 0.0,
        "accountLocked": False,
        "commissionRate": 0.0,
        "firstName": record.first,
        "lastName": record.last,
        "hourlyRate": 0.0,
        "soldByRate": 0.0,
        "startDate": wire.whole(record.hired_at // wire.DAY * wire.DAY),
        "status": "Idle",
        "skills": [{"id": 1 + sum(record.trade.encode()) % 90, "name": record.trade.capitalize()}],
    }


Zone = tuple[str, tuple[str, ...]]


def zone(tenant: Tenant, record: Zone, native: int, at: int) -> Payload:
    city, zips = record
    return {
        "id": native,
        "active": True,
        "name": f"{city} {zips[0]}",
        "zips": list(zips),
        "cities": [city],
        "territoryNumbers": [],
        "locnNumbers": [],
        "createdBy": clerk(native),
        **_written(tenant, native, at),
        "serviceDaysEnabled": False,
        "serviceDays": [],
        "businessUnits": [ids.native("business_units", unit) for unit in tenant.business_units],
        "technicians": [],
    }
