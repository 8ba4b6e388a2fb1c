"""Calls as tasks, and campaigns with their members."""

from __future__ import annotations

from operator import attrgetter

from sandbox.servers.salesforce.fields import Field, Value, calculated, picklist, read_only, reference, text
from sandbox.servers.salesforce.identifiers import identifier
from sandbox.servers.salesforce.org import Org
from sandbox.servers.salesforce.rows import TaskRow
from sandbox.servers.salesforce.sobjects import SObject, day, owner_id, record_id, system
from sandbox.world.calendars import DAY

# Activities older than a year are archived: only queryAll finds them.
ARCHIVED_AFTER = 365 * DAY


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
    attrgetter("tasks"),
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
    attrgetter("campaigns"),
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
    attrgetter("members"),
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
