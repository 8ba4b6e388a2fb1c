"""Every Salesforce object that is read, as data.

Not read: cases and quotes (no question of this project needs them), field histories other than stages,
chatter, e-mails and files.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from ingestion.sources.salesforce.fields import descriptions, field_rows
from ingestion.sources.salesforce.records import records
from ingestion.sources.salesforce.rows import read_rows
from ingestion.spec import ObjectSpec

_WEEK = timedelta(days=7)
# What other users are allowed to do is nobody's business here.
_USER_FIELDS = (
    "Id", "Username", "LastName", "FirstName", "Name", "Email", "IsActive", "CreatedDate", "LastModifiedDate",
    "SystemModstamp",
)  # fmt: skip


def _records(
    name: str,
    sobject: str,
    description: str,
    *,
    permission: str | None = None,
    only: Sequence[str] = (),
    calls_only: bool = False,
) -> ObjectSpec:
    return ObjectSpec(
        name=name,
        description=description,
        pull=records(sobject, only, calls_only=calls_only),
        key=("Id",),
        modified="SystemModstamp",
        rows=read_rows,
        incremental=True,
        full_every=_WEEK,
        is_complete_listing=True,
        created="CreatedDate",
        checkpoint_pages=10,
        permission=permission or f"{sobject}: Read, View All, and Read on its fields",
    )


OBJECTS = (
    _records("leads", "Lead", "a lead: a request from somebody new, converted ones included"),
    _records("contacts", "Contact", "a contact, merged and deleted ones included while they are in the bin"),
    _records("accounts", "Account", "an account: the household or business of contacts"),
    _records("opportunities", "Opportunity", "an opportunity, with stage, amount and dispatch job id"),
    _records(
        "opportunity_contact_roles",
        "OpportunityContactRole",
        "a contact of an opportunity",
        permission="comes with Opportunity and Contact: Read, View All",
    ),
    _records(
        "opportunity_histories",
        "OpportunityHistory",
        "a stage that an opportunity entered",
        permission="comes with Opportunity: Read, View All",
    ),
    _records(
        "tasks",
        "Task",
        "a logged phone call",
        permission="Task: Read on its fields; View All Data, or a role above those who take the calls",
        calls_only=True,
    ),
    _records("campaigns", "Campaign", "a campaign"),
    _records(
        "campaign_members",
        "CampaignMember",
        "a lead or contact of a campaign",
        permission="comes with Campaign, Lead and Contact: Read, View All",
    ),
    _records(
        "users",
        "User",
        "a user that records are assigned to",
        permission="View All Users",
        only=_USER_FIELDS,
    ),
    _records(
        "opportunity_stages",
        "OpportunityStage",
        "a stage of the org, with whether it closes and wins",
        permission="View Setup and Configuration",
    ),
    _records(
        "lead_statuses",
        "LeadStatus",
        "a lead status of the org",
        permission="View Setup and Configuration",
    ),
    ObjectSpec(
        name="fields",
        description="a field of an object of this org that the integration user may see",
        pull=descriptions,
        key=("object", "name"),
        rows=field_rows,
        is_complete_listing=True,
        permission="comes with the objects",
    ),
)
