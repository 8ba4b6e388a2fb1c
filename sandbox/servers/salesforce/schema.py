"""The org's objects and their fields. Those named `…__c` are the office's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.servers.salesforce import setup
from sandbox.servers.salesforce.fields import (
    Field,
    Getter,
    Value,
    calculated,
    picklist,
    read_only,
    reference,
    text,
)
from sandbox.servers.salesforce.identifiers import identifier
from sandbox.servers.salesforce.org import LOST, STAGES, WON, Org
from sandbox.servers.salesforce.rows import LeadRow, OpportunityRow, Record, TaskRow
from sandbox.world.calendars import DAY
from sandbox.world.model import CrmContact, Lead

# Salesforce asks for a family name and a company; whoever sends a lead without them sends this.
# ASSUMED: what each web form does is its own affair.
NOT_PROVIDED = "[not provided]"
# Activities older than a year are archived: only queryAll finds them.
ARCHIVED_AFTER = 365 * DAY
OPEN_FOR = 30 * DAY

# What the office's picklist LeadSource says, by channel.
SOURCES = {
    "google_ads": "Google Ads",
    "google_lsa": "Google LSA",
    "meta": "Facebook Ads",
    "microsoft_ads": "Microsoft Ads",
    "organic": "Organic Search",
    "direct_mail": "Direct Mail",
    "yelp": "Yelp",
    "referral": "Referral",
    "existing_customer": "Existing Customer",
}
LEAD_STATUSES = (
    "Open - Not Contacted",
    "Working - Contacted",
    "Closed - Converted",
    "Closed - Not Converted",
)
MARKETING = {
    "UTM_Source__c": "utm_source",
    "UTM_Medium__c": "utm_medium",
    "UTM_Campaign__c": "utm_campaign",
    "GCLID__c": "gclid",
    "MSCLKID__c": "msclkid",
    "FBCLID__c": "fbclid",
    "Landing_Page__c": "landing_url",
    "Referrer__c": "referrer_url",
}


@dataclass(frozen=True)
class SObject:
    """One object: how its records are found, and its fields in the order in which describe lists them."""

    name: str
    rows: str
    fields: tuple[Field, ...]
    is_bulk: bool = True

    def field(self, name: str) -> Field | None:
        """Field names are compared without case."""
        folded = name.lower()
        return next((one for one in self.fields if one.name.lower() == folded), None)

    def records(self, org: Org) -> Iterable[Record]:
        return setup.rows(self.name) if self.rows == "setup" else getattr(org, self.rows)


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


def owner_id(number: int) -> str:
    return identifier("User", 1 + number % 3)


def system(*, has_bin: bool = True, has_owner: Getter | None = None) -> tuple[Field, ...]:
    """What nearly every object has. Stamps have no milliseconds, so ties are common."""
    return (
        *([reference("OwnerId", has_owner, "Group", "User")] if has_owner else ()),
        *(
            [read_only("IsDeleted", "boolean", lambda org, row: row.deleted_at is not None)]
            if has_bin
            else ()
        ),
        read_only("CreatedDate", "datetime", lambda org, row: row.created_at),
        read_only("LastModifiedDate", "datetime", lambda org, row: row.modified_at),
        read_only("SystemModstamp", "datetime", lambda org, row: row.modified_at),
    )


def record_id() -> Field:
    return read_only("Id", "id", lambda org, row: row.id)


def recorded(field: str) -> Getter:
    """Marketing fields are empty where the request came without a source."""

    def value(org: Org, row: LeadRow | OpportunityRow) -> Value:
        return getattr(row.lead, field, None) if org.campaign_of(row.lead) is not None else None

    return value


def lead_source(org: Org, row: LeadRow | OpportunityRow) -> Value:
    campaign = org.campaign_of(row.lead)
    return None if campaign is None else SOURCES.get(campaign.channel)


def call_task(org: Org, row: LeadRow | OpportunityRow) -> Value:
    return None if row.lead.call_id is None else identifier("Task", row.lead.call_id)


# On a lead, and by the office's mapping of lead conversion also on its opportunity.
REQUEST = (
    picklist("LeadSource", lead_source, *SOURCES.values()),
    picklist("Brand__c", lambda org, row: row.lead.brand_key),
    picklist("Trade__c", lambda org, row: row.lead.trade, "hvac", "plumbing", "electrical", "roofing"),
    picklist("Lead_Kind__c", lambda org, row: row.lead.kind, "form", "call", "chat", "booking"),
    text("Call_Task_Id__c", call_task, 18),
    *(text(name, recorded(field)) for name, field in MARKETING.items()),
)


def lead_status(org: Org, row: LeadRow) -> Value:
    if row.converted_at is not None:
        return LEAD_STATUSES[2]
    if org.come(row.lead.lost_at):
        return LEAD_STATUSES[3]
    return LEAD_STATUSES[1 if org.come(row.lead.contacted_at) else 0]


def converted(value: Getter) -> Getter:
    return lambda org, row: value(org, row) if row.converted_at is not None else None


def converted_contact(org: Org, row: LeadRow) -> Value:
    return None if row.contact is None else org.live_contact_id(row.contact)


def converted_opportunity(org: Org, row: LeadRow) -> Value:
    return identifier("Opportunity", row.lead.id)


LEAD = SObject(
    "Lead",
    "leads",
    (
        record_id(),
        reference("MasterRecordId", lambda org, row: None, "Lead"),
        text("LastName", last_name, 80),
        text("FirstName", person("first"), 40),
        read_only("Name", "string", full_name),
        # Residential requests have no company, and the field is required.
        text("Company", full_name),
        *address(),
        text("Phone", person("phone"), 40, "phone"),
        text("MobilePhone", person("mobile"), 40, "phone"),
        text("Email", person("email"), 80, "email"),
        text("Description", lambda org, row: f"Asks for {row.lead.trade}.\nCame as {row.lead.kind}.", 32_000,
             "textarea"),
        picklist("Status", lead_status, *LEAD_STATUSES),
        read_only("IsConverted", "boolean", lambda org, row: row.converted_at is not None),
        # A date without a time.
        read_only("ConvertedDate", "date", converted(lambda org, row: day(row.converted_at))),
        reference("ConvertedAccountId", converted(lambda org, row: org.account_id(row.contact)), "Account"),
        reference("ConvertedContactId", converted(converted_contact), "Contact"),
        reference("ConvertedOpportunityId", converted(converted_opportunity), "Opportunity"),
        *REQUEST,
        *system(has_owner=lambda org, row: owner_id(row.lead.id)),
    ),
)  # fmt: skip


def day(instant: int) -> str:
    return datetime.fromtimestamp(instant, UTC).date().isoformat()


def master(kind: str) -> Getter:
    def value(org: Org, row: Record) -> Value:
        contact: CrmContact = row.contact  # type: ignore[attr-defined]
        is_merged = org.come(contact.merged_at) and contact.merged_into_id is not None
        return identifier(kind, contact.merged_into_id or 0) if is_merged else None

    return value


CONTACT = SObject(
    "Contact",
    "contacts",
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
    "accounts",
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


def opportunity_name(org: Org, row: OpportunityRow) -> Value:
    lead: Lead = row.lead
    name = " ".join(part for part in (lead.first, lead.last) if part) or "Unknown caller"
    return f"{name} - {lead.trade}"


def amount(org: Org, row: OpportunityRow) -> Value:
    """The job's total before tax, once it is won."""
    return row.job.total_cents if row.job is not None and row.stage == WON else None


def close_date(org: Org, row: OpportunityRow) -> Value:
    """Required, so an open one has a guess."""
    is_closed = row.stage in (WON, LOST)
    return day(row.entered[-1].at if is_closed else row.created_at + OPEN_FOR)


def primary_campaign(org: Org, row: OpportunityRow) -> Value:
    campaign = org.campaign_of(row.lead)
    has_record = campaign is not None and bool(campaign.utm_campaign) and bool(row.lead.utm_campaign)
    return identifier("Campaign", campaign.id) if campaign is not None and has_record else None


OPPORTUNITY = SObject(
    "Opportunity",
    "opportunities",
    (
        record_id(),
        reference("AccountId", lambda org, row: org.account_id(row.contact), "Account"),
        text("Name", opportunity_name, 120),
        picklist("StageName", lambda org, row: row.stage, *STAGES),
        Field("Amount", "currency", amount),
        Field("CloseDate", "date", close_date),
        picklist("Type", lambda org, row: None, "New Business", "Existing Business"),
        reference("CampaignId", primary_campaign, "Campaign"),
        read_only("IsClosed", "boolean", lambda org, row: row.stage in (WON, LOST)),
        read_only("IsWon", "boolean", lambda org, row: row.stage == WON),
        read_only("LastStageChangeDate", "datetime", lambda org, row: row.entered[-1].at),
        text("Ext_Job_Id__c", lambda org, row: org.job_id(row.job) if row.job else None),
        *REQUEST,
        *system(has_owner=lambda org, row: owner_id(row.lead.id)),
    ),
)
ROLE = SObject(
    "OpportunityContactRole",
    "roles",
    (
        record_id(),
        reference("OpportunityId", lambda org, row: row.opportunity.id, "Opportunity"),
        reference("ContactId", lambda org, row: org.contact_id(row.opportunity.contact), "Contact"),
        picklist("Role", lambda org, row: "Decision Maker", "Decision Maker", "Other"),
        Field("IsPrimary", "boolean", lambda org, row: True),
        *system(),
    ),
)
HISTORY = SObject(
    "OpportunityHistory",
    "histories",
    (
        record_id(),
        reference("OpportunityId", lambda org, row: row.opportunity.id, "Opportunity"),
        picklist("StageName", lambda org, row: row.entry.stage, *STAGES),
        *(field for field in system() if field.name != "LastModifiedDate"),
    ),
)


def who(org: Org, row: TaskRow) -> Value:
    """The lead, or the contact that it became. ASSUMED: closed activities move on conversion as open ones."""
    if row.lead is None:
        return None
    if org.opportunity_of(row.lead) is None or row.lead.crm_contact_id is None:
        return org.record_id(row.lead)
    return org.live_contact_id(org.world.contacts[row.lead.crm_contact_id])


def what(org: Org, row: TaskRow) -> Value:
    opportunity = None if row.lead is None else org.opportunity_of(row.lead)
    return None if opportunity is None else opportunity.id


def call_outcome(org: Org, row: TaskRow) -> Value:
    """What whoever took it said of it afterwards."""
    return row.call.outcome if org.come(row.call.classified_at) else None


TASK = SObject(
    "Task",
    "tasks",
    (
        record_id(),
        reference("WhoId", who, "Contact", "Lead"),
        reference("WhatId", what, "Account", "Opportunity"),
        text("Subject", lambda org, row: f"Inbound call to {row.call.to_phone}"),
        Field("ActivityDate", "date", lambda org, row: day(row.call.started_at)),
        picklist("Status", lambda org, row: "Completed", "Not Started", "Completed"),
        picklist("Priority", lambda org, row: "Normal", "High", "Normal"),
        picklist("TaskSubtype", lambda org, row: "Call", "Task", "Email", "Call"),
        picklist("CallType", lambda org, row: "Inbound", "Internal", "Inbound", "Outbound"),
        Field("CallDurationInSeconds", "int", lambda org, row: row.call.duration_seconds),
        text(
            "CallDisposition",
            lambda org, row: "No answer" if row.call.outcome == "abandoned" else "Connected",
        ),
        text("CallObject", lambda org, row: f"CA{row.call.id:032x}"),
        read_only("IsClosed", "boolean", lambda org, row: True),
        read_only("IsArchived", "boolean", lambda org, row: row.created_at + ARCHIVED_AFTER <= org.now),
        # A task knows neither the numbers nor the time of its call; whoever connects telephony adds fields.
        Field("Call_Started_At__c", "datetime", lambda org, row: row.call.started_at),
        text("From_Number__c", lambda org, row: row.call.from_phone or None, 40, "phone"),
        text("To_Number__c", lambda org, row: row.call.to_phone, 40, "phone"),
        picklist("Call_Outcome__c", call_outcome, "booked", "unbooked", "excused", "not_lead", "abandoned"),
        picklist("Brand__c", lambda org, row: row.call.brand_key),
        *system(has_owner=lambda org, row: owner_id(row.call.id)),
    ),
)
CAMPAIGN = SObject(
    "Campaign",
    "campaigns",
    (
        record_id(),
        text("Name", lambda org, row: row.campaign.utm_campaign, 80),
        picklist("Type", lambda org, row: "Advertisement", "Advertisement", "Other"),
        picklist("Status", lambda org, row: "In Progress", "Planned", "In Progress", "Completed"),
        Field("IsActive", "boolean", lambda org, row: True),
        Field("StartDate", "date", lambda org, row: day(row.created_at)),
        picklist("Brand__c", lambda org, row: row.campaign.brand_key),
        calculated("NumberOfLeads", "int", lambda org, row: org.leads_of(row.campaign)),
        *system(has_owner=lambda org, row: owner_id(row.campaign.id)),
    ),
)
MEMBER = SObject(
    "CampaignMember",
    "members",
    (
        record_id(),
        reference("CampaignId", lambda org, row: identifier("Campaign", row.campaign.id), "Campaign"),
        reference(
            "LeadId", lambda org, row: None if org.is_direct(row.lead) else org.record_id(row.lead), "Lead"
        ),
        reference("ContactId", lambda org, row: org.member_contact_id(row.lead), "Contact"),
        picklist("Status", lambda org, row: "Responded", "Sent", "Responded"),
        Field("HasResponded", "boolean", lambda org, row: True),
        read_only("FirstRespondedDate", "date", lambda org, row: day(row.created_at)),
        *system(),
    ),
)


def of_setup(name: str) -> Getter:
    return lambda org, row: row.values[name]


USER = SObject(
    "User",
    "setup",
    (
        record_id(),
        text("Username", of_setup("Username"), 80),
        text("LastName", of_setup("LastName"), 80),
        text("FirstName", of_setup("FirstName"), 40),
        read_only("Name", "string", of_setup("Name")),
        text("Email", of_setup("Email"), 128, "email"),
        Field("IsActive", "boolean", of_setup("IsActive")),
        *system(has_bin=False),
    ),
)
STAGE = SObject(
    "OpportunityStage",
    "setup",
    (
        record_id(),
        text("ApiName", of_setup("ApiName")),
        text("MasterLabel", of_setup("MasterLabel")),
        Field("IsActive", "boolean", of_setup("IsActive")),
        Field("SortOrder", "int", of_setup("SortOrder")),
        Field("IsClosed", "boolean", of_setup("IsClosed")),
        Field("IsWon", "boolean", of_setup("IsWon")),
        *system(has_bin=False),
    ),
    is_bulk=False,
)
STATUS = SObject(
    "LeadStatus",
    "setup",
    (
        record_id(),
        text("ApiName", of_setup("ApiName")),
        text("MasterLabel", of_setup("MasterLabel")),
        Field("SortOrder", "int", of_setup("SortOrder")),
        Field("IsDefault", "boolean", of_setup("IsDefault")),
        Field("IsConverted", "boolean", of_setup("IsConverted")),
        *system(has_bin=False),
    ),
    is_bulk=False,
)

SOBJECTS = {
    one.name: one
    for one in (
        LEAD,
        CONTACT,
        ACCOUNT,
        OPPORTUNITY,
        ROLE,
        HISTORY,
        TASK,
        CAMPAIGN,
        MEMBER,
        USER,
        STAGE,
        STATUS,
    )
}


def sobject(name: str) -> SObject | None:
    """Object names are compared without case."""
    return next((one for key, one in SOBJECTS.items() if key.lower() == name.lower()), None)
