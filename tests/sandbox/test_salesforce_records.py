"""How requests, people and calls of the world become records of the simulated Salesforce org."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers.base import SandboxAccount
from sandbox.servers.salesforce import SalesforceServer, build
from sandbox.servers.salesforce.identifiers import identifier
from sandbox.world import build_world, model
from tests.sandbox.small_world import DAY, NOW, small_world


class Office:
    """An org over a world, read as a perfect pull would hold it."""

    def __init__(self, world: model.World, **options: str) -> None:
        account = SandboxAccount(
            "sf-org", "salesforce", tuple(world.brands), "", credentials={}, options=options
        )
        self.clock = Clock(world.clock_starts_at, world.ends_at)
        self.server: SalesforceServer = build(world, account, self.clock, Faults())

    def rows(self, name: str) -> dict[str, dict[str, Any]]:
        return dict(self.server.expected(name))


@pytest.fixture
def world() -> model.World:
    return small_world()


def add_request(world: model.World, number: int, contact: int, created: int, **changes: Any) -> model.Lead:
    """Another online request of contact `contact`, unanswered and unbooked."""
    fields = {
        "id": number, "brand_key": "bluebird", "household_id": contact, "person_id": contact, "kind": "form",
        "created_at": created, "cause_campaign_id": 1, "campaign_id": 1, "evidence": "utm",
        "first": f"Pat{contact}", "last": f"Doe{contact}", "phone": None, "email": None, "street": None,
        "zip": None, "trade": "plumbing", "utm_source": "google", "utm_medium": "cpc",
        "utm_campaign": "drains", "crm_contact_id": contact,
    }  # fmt: skip
    world.leads[number] = model.Lead(**(fields | changes))
    return world.leads[number]


def add_contact(world: model.World, number: int, created: int, **changes: Any) -> model.CrmContact:
    fields = {
        "id": number, "household_id": 1, "person_id": 1, "brand_key": "bluebird", "first": "Pat",
        "last": "Doe1", "email": f"other{number}@example.com", "phone": None, "mobile": None, "street": None,
        "city": None, "state": None, "zip": None, "created_at": created, "first_lead_id": number,
    }  # fmt: skip
    world.contacts[number] = model.CrmContact(**(fields | changes))
    return world.contacts[number]


def test_a_booked_lead_became_contact_account_and_opportunity(world: model.World) -> None:
    office = Office(world)
    lead = office.rows("leads")[office.server.native_id("leads", 1)]
    opportunity = office.rows("opportunities")[lead["ConvertedOpportunityId"]]
    contact = office.rows("contacts")[lead["ConvertedContactId"]]
    assert (lead["Status"], lead["IsConverted"]) == ("Closed - Converted", "true")
    assert (opportunity["StageName"], opportunity["Amount"], opportunity["IsWon"]) == (
        "Closed Won",
        "200.0",
        "true",
    )
    assert opportunity["AccountId"] == contact["AccountId"] == lead["ConvertedAccountId"]
    assert opportunity["GCLID__c"] == lead["GCLID__c"] == "EAIaIQ-1_AbC"
    assert opportunity["CreatedDate"] > lead["CreatedDate"], "it is made by conversion"
    stages = [
        (row["CreatedDate"], row["StageName"])
        for row in office.rows("opportunity_histories").values()
        if row["OpportunityId"] == lead["ConvertedOpportunityId"]
    ]
    assert [stage for _, stage in sorted(stages)] == ["Appointment Booked", "Closed Won"]
    assert min(stages)[0] == opportunity["CreatedDate"]


def test_the_dispatch_id_is_that_of_the_dispatch_platform(world: model.World) -> None:
    opportunities = Office(world).rows("opportunities").values()
    assert all(row["Ext_Job_Id__c"].startswith("job_") for row in opportunities)


def test_an_unbooked_request_stays_a_lead(world: model.World) -> None:
    add_contact(world, 11, NOW - DAY)
    add_request(world, 11, 11, NOW - DAY)
    add_request(world, 12, 11, NOW - DAY + 60, contacted_at=NOW - DAY + 120)
    add_request(world, 13, 11, NOW - DAY + 120, lost_at=NOW - 60)
    rows = Office(world).rows("leads")
    assert [rows[identifier("Lead", number)]["Status"] for number in (11, 12, 13)] == [
        "Open - Not Contacted", "Working - Contacted", "Closed - Not Converted",
    ]  # fmt: skip


def test_a_contacts_next_request_is_an_opportunity_at_once(world: model.World) -> None:
    add_request(world, 11, 1, NOW - DAY)
    office = Office(world)
    own_id = office.server.native_id("deals", 11)
    assert own_id.startswith("006") and own_id not in office.rows("leads")
    row = office.rows("opportunities")[own_id]
    assert (row["StageName"], row["UTM_Campaign__c"]) == ("New Request", "drains")
    (role,) = [
        one for one in office.rows("opportunity_contact_roles").values() if one["OpportunityId"] == own_id
    ]
    assert role["ContactId"] == office.server.native_id("contacts", 1)


def test_a_request_without_a_source_has_no_marketing_fields(world: model.World) -> None:
    world.leads[1].evidence = "none"
    row = Office(world).rows("leads")[identifier("Lead", 1)]
    assert {row[name] for name in ("LeadSource", "GCLID__c", "UTM_Source__c", "Landing_Page__c")} == {None}


def test_a_merge_names_the_master_moves_the_children_and_is_purged(world: model.World) -> None:
    add_contact(world, 11, NOW - 9 * DAY, merged_at=NOW - 2 * DAY, merged_into_id=1)
    add_request(world, 11, 11, NOW - 9 * DAY)
    office = Office(world)
    loser, winner = identifier("Contact", 11), identifier("Contact", 1)
    assert office.server.native_id("contacts", 11) == winner
    row = office.rows("contacts")[loser]
    assert (row["IsDeleted"], row["MasterRecordId"], row["Email"]) == ("true", winner, "other11@example.com")
    assert office.rows("accounts")[identifier("Account", 11)]["MasterRecordId"] == identifier("Account", 1)
    lead = office.rows("leads")[identifier("Lead", 11)]
    assert (lead["ConvertedContactId"], lead["IsConverted"]) == (winner, "true")
    assert lead["SystemModstamp"] == row["SystemModstamp"] > lead["CreatedDate"]
    office.clock.advance(13 * 24 + 1)
    assert loser not in office.rows("contacts") and winner in office.rows("contacts")


def test_a_deleted_contact_leaves_its_requests(world: model.World) -> None:
    add_contact(world, 11, NOW - 9 * DAY, archived_at=NOW - 2 * DAY)
    add_request(world, 11, 11, NOW - 9 * DAY)
    office = Office(world)
    assert office.rows("contacts")[identifier("Contact", 11)]["IsDeleted"] == "true"
    lead = office.rows("leads")[identifier("Lead", 11)]
    assert (lead["ConvertedContactId"], lead["Email"]) == (None, "other11@example.com")
    assert (
        office.rows("opportunity_contact_roles")[identifier("OpportunityContactRole", 11)]["IsDeleted"]
        == "true"
    )
    office.clock.advance(14 * 24)
    assert identifier("Contact", 11) not in office.rows("contacts")
    assert identifier("Opportunity", 11) in office.rows("opportunities")


def test_a_call_hangs_on_the_lead_and_then_on_what_it_became(world: model.World) -> None:
    lead = add_request(world, 11, 11, NOW - DAY, call_id=11, kind="call", booked_at=NOW + DAY)
    add_contact(world, 11, NOW - DAY)
    world.calls[11] = model.Call(11, "bluebird", "inbound", "", "+12025550101", lead.created_at, 90, "booked",
                                 NOW - 1, 1, 11)  # fmt: skip
    office = Office(world)
    task = office.rows("tasks")[identifier("Task", 11)]
    assert (task["WhoId"], task["WhatId"], task["From_Number__c"]) == (identifier("Lead", 11), None, None)
    assert (task["CallType"], task["CallDurationInSeconds"], task["Call_Outcome__c"]) == (
        "Inbound",
        "90",
        "booked",
    )
    assert office.rows("leads")[identifier("Lead", 11)]["Call_Task_Id__c"] == task["Id"]
    office.clock.advance(25)
    moved = office.rows("tasks")[identifier("Task", 11)]
    assert (moved["WhoId"], moved["WhatId"]) == (identifier("Contact", 11), identifier("Opportunity", 11))
    assert moved["SystemModstamp"] > task["SystemModstamp"]


def test_old_activities_are_archived(world: model.World) -> None:
    world.calls[1].started_at = NOW - 380 * DAY
    rows = Office(world).rows("tasks")
    assert [row["IsArchived"] for row in rows.values()].count("true") == 1


def test_who_came_by_a_link_is_a_member_of_its_campaign(world: model.World) -> None:
    office = Office(world)
    (campaign,) = office.rows("campaigns").values()
    member = office.rows("campaign_members")[identifier("CampaignMember", 1)]
    assert (campaign["Name"], campaign["NumberOfLeads"]) == ("drains", "10")
    assert member["CampaignId"] == campaign["Id"] and member["LeadId"] == identifier("Lead", 1)
    assert member["ContactId"] == identifier("Contact", 1)


def test_a_lost_source_and_a_claimed_booking_show_as_edits_of_now(world: model.World) -> None:
    add_contact(world, 11, NOW - 9 * DAY)
    lead = add_request(world, 11, 11, NOW - 9 * DAY)
    office = Office(world)
    native_id = office.server.native_id("deals", 11)
    assert office.rows("campaign_members")[identifier("CampaignMember", 11)]["IsDeleted"] == "false"
    lead.campaign_id = lead.utm_campaign = lead.utm_source = None
    lead.evidence, lead.crm_booked_without_job = "none", True
    lead.contacted_at = lead.booked_at = NOW - 6 * DAY
    world.gaps.append(model.Gap(1, "lead_without_source", "salesforce", "sf-org", "lead", native_id, NOW, 0))
    assert office.server.native_id("deals", 11) == native_id
    row = office.rows("leads")[native_id]
    assert row["IsConverted"] == "true" and row["UTM_Campaign__c"] is None
    opportunity = office.rows("opportunities")[row["ConvertedOpportunityId"]]
    assert (opportunity["StageName"], opportunity["Ext_Job_Id__c"]) == ("Appointment Booked", None)
    made = [office.rows(name)[key] for name, key in (
        ("contacts", row["ConvertedContactId"]), ("accounts", row["ConvertedAccountId"]),
        ("campaign_members", identifier("CampaignMember", 11)),
        ("opportunity_contact_roles", identifier("OpportunityContactRole", 11)),
    )]  # fmt: skip
    assert {one["SystemModstamp"] for one in (row, opportunity, *made)} == {"2026-11-01T12:00:00.000Z"}
    assert made[2]["IsDeleted"] == "true"


@pytest.mark.parametrize("hours", [0, 24 * 20])
def test_every_request_and_call_of_the_world_is_in_the_org_once(hours: int) -> None:
    world = build_world(seed=5, households=60, months=6)
    office = Office(world)
    office.clock.advance(hours)
    now = office.clock.now()
    requests = [lead for lead in world.leads.values() if lead.in_crm and lead.created_at <= now]
    leads, opportunities = office.rows("leads"), office.rows("opportunities")
    ids = [office.server.native_id("leads", lead.id) for lead in requests]
    assert len(set(ids)) == len(ids)
    became = {row["ConvertedOpportunityId"] for row in leads.values()} - {None}
    assert set(ids) == leads.keys() | (opportunities.keys() - became)
    assert became <= opportunities.keys()
    calls = [one for one in world.calls.values()
             if one.direction == "inbound" and one.started_at + one.duration_seconds <= now]  # fmt: skip
    assert len(office.rows("tasks")) == len(calls)


def test_no_row_has_changed_before_it_was_made() -> None:
    office = Office(build_world(seed=5, households=60, months=6))
    office.clock.advance(100)
    for name in ("leads", "contacts", "accounts", "opportunities", "opportunity_contact_roles", "tasks",
                 "opportunity_histories", "campaigns", "campaign_members"):  # fmt: skip
        for row in office.rows(name).values():
            assert row["CreatedDate"] <= row["SystemModstamp"], (name, row["Id"])


def test_whatever_changes_moves_the_stamp() -> None:
    """Roll-ups aside: a window of changes would not find it otherwise."""
    office = Office(build_world(seed=5, households=60, months=6))
    names = ("leads", "contacts", "accounts", "opportunities", "opportunity_contact_roles", "tasks",
             "opportunity_histories", "campaign_members")  # fmt: skip
    for _ in range(12):
        before = {name: office.rows(name) for name in names}
        office.clock.advance(40)
        for name in names:
            for key, row in office.rows(name).items():
                old = before[name].get(key)
                if old is not None and {**old, "IsArchived": 0} != {**row, "IsArchived": 0}:
                    assert old["SystemModstamp"] < row["SystemModstamp"], (name, old, row)
