"""Requests: leads, and opportunities with their contacts and stages."""

from __future__ import annotations

from operator import attrgetter

from sandbox.servers.salesforce.fields import Field, Getter, Value, picklist, read_only, reference, text
from sandbox.servers.salesforce.identifiers import identifier
from sandbox.servers.salesforce.org import LOST, STAGES, WON, Org
from sandbox.servers.salesforce.people import address, full_name, last_name, person
from sandbox.servers.salesforce.rows import LeadRow, OpportunityRow
from sandbox.servers.salesforce.sobjects import SObject, day, owner_id, record_id, system
from sandbox.world.calendars import DAY
from sandbox.world.model import Lead

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

OPEN, WORKING = "Open - Not Contacted", "Working - Contacted"
CONVERTED, NOT_CONVERTED = "Closed - Converted", "Closed - Not Converted"

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


def recorded(field: str) -> Getter:
    """Marketing fields are empty where the request came without a source."""

    def value(org: Org, row: LeadRow | OpportunityRow) -> Value:
        return getattr(row.lead, field) if org.campaign_of(row.lead) is not None else None

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
        return CONVERTED
    if org.come(row.lead.lost_at):
        return NOT_CONVERTED
    return WORKING if org.come(row.lead.contacted_at) else OPEN


def converted(value: Getter) -> Getter:
    return lambda org, row: value(org, row) if row.converted_at is not None else None


def converted_contact(org: Org, row: LeadRow) -> Value:
    return None if row.contact is None else org.live_contact_id(row.contact)


def converted_opportunity(org: Org, row: LeadRow) -> Value:
    return identifier("Opportunity", row.lead.id)


LEAD = SObject(
    "Lead",
    attrgetter("leads"),
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
        picklist("Status", lead_status, OPEN, WORKING, CONVERTED, NOT_CONVERTED),
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
    attrgetter("opportunities"),
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
    attrgetter("roles"),
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
    attrgetter("histories"),
    (
        record_id(),
        reference("OpportunityId", lambda org, row: row.opportunity.id, "Opportunity"),
        picklist("StageName", lambda org, row: row.entry.stage, *STAGES),
        *(field for field in system() if field.name != "LastModifiedDate"),
    ),
)
