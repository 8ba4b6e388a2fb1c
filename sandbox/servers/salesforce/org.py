"""The org's records as they stand at one instant.

How the office works: a request from somebody who is no contact yet is a lead. It is converted when it books,
or when the office puts its person's records in order (merges or deletes one of them); conversion makes the
contact, the account and the opportunity that later records hang on. A request from a contact is an
opportunity from the beginning.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from sandbox.servers.salesforce.identifiers import identifier
from sandbox.servers.salesforce.rows import (
    AccountRow,
    CampaignRow,
    ContactRow,
    HistoryRow,
    LeadRow,
    MemberRow,
    OpportunityRow,
    Record,
    RoleRow,
    StageEntry,
    TaskRow,
)
from sandbox.world.calendars import DAY
from sandbox.world.model import Call, Campaign, CrmContact, Job, Lead, World

# Deleted records stay in the recycle bin for 15 days (nominally), then no query finds them.
RECYCLE_SECONDS = 15 * DAY
NEW, CONTACTED, BOOKED = "New Request", "Contacted", "Appointment Booked"
WON, LOST = "Closed Won", "Closed Lost"
STAGES = (NEW, CONTACTED, BOOKED, WON, LOST)


class Org:
    """One instant of the org.

    Args:
        now: What had happened by then.
        sources: World lead -> campaign that its link named when the sandbox started. A lead that loses its
            source afterwards leaves a deleted campaign member behind.
        job_id: The dispatch platform's id of a world job.
    """

    def __init__(
        self,
        world: World,
        account_id: str,
        now: int,
        sources: Mapping[int, int],
        job_id: Callable[[Job], str],
    ) -> None:
        self.world = world
        self.now = now
        self.job_id = job_id
        self._sources = sources
        self._edited = {gap.native_id: gap.injected_at for gap in world.gaps if gap.account_id == account_id}

    def come(self, instant: int | None) -> bool:
        return instant is not None and instant <= self.now

    def _is_purged(self, record: Record) -> bool:
        return record.deleted_at is not None and record.deleted_at + RECYCLE_SECONDS <= self.now

    # -- requests -------------------------------------------------------------------------------------------

    @cached_property
    def _requests(self) -> dict[int, list[Lead]]:
        """CRM contact of the world -> its requests, past and future, in the order they come."""
        requests: dict[int, list[Lead]] = defaultdict(list)
        for lead in self.world.leads.values():
            if lead.in_crm and lead.crm_contact_id is not None:
                requests[lead.crm_contact_id].append(lead)
        for leads in requests.values():
            leads.sort(key=lambda lead: (lead.created_at, lead.id))
        return requests

    @cached_property
    def _settled(self) -> dict[int, int]:
        """CRM contact -> when the office first merges or deletes it, past or future."""
        settled: dict[int, int] = {}
        for contact in self.world.contacts.values():
            partners = [contact.id, *([contact.merged_into_id] if contact.merged_into_id else [])]
            for instant in filter(None, (contact.merged_at, contact.archived_at)):
                for partner in partners:
                    settled[partner] = min(settled.get(partner, instant), instant)
        return settled

    @cached_property
    def _direct(self) -> set[int]:
        """Requests that are opportunities from the beginning: their person was a contact when they came."""
        return {
            lead.id
            for contact_id, leads in self._requests.items()
            for lead in leads
            if (since := self._contact_since(contact_id, claimed=False)) is not None
            and since < lead.created_at
        }

    def _contact_since(self, contact_id: int, *, claimed: bool = True) -> int | None:
        """When the contact comes to exist.

        Args:
            claimed: Bookings that are only claimed count too. What a later request is must not depend on
                them: they are injected afterwards.
        """
        bookings = [
            lead.booked_at
            for lead in self._requests.get(contact_id, ())
            if lead.booked_at is not None and (claimed or not lead.crm_booked_without_job)
        ]
        return min([*bookings, *filter(None, [self._settled.get(contact_id)])], default=None)

    def is_direct(self, lead: Lead) -> bool:
        return lead.id in self._direct

    def record_id(self, lead: Lead) -> str:
        """The record that a request arrived as, and is known by for ever."""
        return identifier("Opportunity" if self.is_direct(lead) else "Lead", lead.id)

    def converted_at(self, lead: Lead) -> int | None:
        """When the lead of a request became an opportunity, if it was a lead and that has happened."""
        if lead.crm_contact_id is None or self.is_direct(lead):
            return None
        settled_at = self._settled.get(lead.crm_contact_id)
        converted_at = min(filter(None, (lead.booked_at, settled_at)), default=None)
        return converted_at if self.come(converted_at) else None

    def edited_at(self, lead: Lead) -> int:
        """When a record of the request was spoilt on purpose; 0 if never."""
        return self._edited.get(self.record_id(lead), 0)

    def job_of(self, lead: Lead) -> Job | None:
        """The booked job that the CRM knows of; none where the hand-over failed."""
        if lead.job_id is None or lead.crm_booked_without_job:
            return None
        job = self.world.jobs.get(lead.job_id)
        return job if job is not None and self.come(job.booked_at) else None

    def campaign_of(self, lead: Lead) -> Campaign | None:
        """What the CRM recorded as source; None for a request without one."""
        if lead.campaign_id is None or lead.evidence == "none":
            return None
        return self.world.campaigns[lead.campaign_id]

    def _stages(self, lead: Lead) -> list[StageEntry]:
        """The stages entered so far. A visit without charge wins nothing and stays booked."""
        job, booked_at = self.job_of(lead), lead.booked_at
        life: list[tuple[str, int | None]] = [
            (NEW, lead.created_at),
            (CONTACTED, lead.contacted_at),
            (BOOKED, booked_at),
        ]
        if job is not None and job.completed_at is not None and job.total_cents > 0:
            life.append((WON, job.completed_at))
        elif job is not None and job.canceled_at is not None:
            life.append((LOST, job.canceled_at))
        elif booked_at is None:
            life.append((LOST, lead.lost_at))
        return [StageEntry(stage, at) for stage, at in life if at is not None and at <= self.now]

    # -- leads and opportunities ----------------------------------------------------------------------------

    @cached_property
    def leads(self) -> list[LeadRow]:
        return [
            self._lead(lead)
            for lead in self.world.leads.values()
            if lead.in_crm and self.come(lead.created_at) and not self.is_direct(lead)
        ]

    def _lead(self, lead: Lead) -> LeadRow:
        contact = None if lead.crm_contact_id is None else self.world.contacts[lead.crm_contact_id]
        converted_at = self.converted_at(lead)
        instants = [lead.created_at, lead.contacted_at, converted_at, self.edited_at(lead)]
        if converted_at is None:
            instants.append(lead.lost_at)
        elif contact is not None:
            instants.append(self._merged_at(contact))
        return LeadRow(
            id=identifier("Lead", lead.id),
            created_at=lead.created_at,
            modified_at=self._latest(instants),
            lead=lead,
            contact=contact,
            converted_at=converted_at,
        )

    @cached_property
    def opportunities(self) -> list[OpportunityRow]:
        rows = (self._opportunity(lead) for lead in self.world.leads.values() if lead.in_crm)
        return [row for row in rows if row is not None]

    def _opportunity(self, lead: Lead) -> OpportunityRow | None:
        if lead.crm_contact_id is None or not self.come(lead.created_at):
            return None
        created_at = lead.created_at if self.is_direct(lead) else self.converted_at(lead)
        if created_at is None:
            return None
        entered = [entry for entry in self._stages(lead) if entry.at <= created_at][-1:]
        entered = [StageEntry(entry.stage, created_at) for entry in entered]
        entered += [entry for entry in self._stages(lead) if entry.at > created_at]
        contact = self.world.contacts[lead.crm_contact_id]
        job = self.job_of(lead)
        instants = [
            created_at,
            *(entry.at for entry in entered),
            self.edited_at(lead),
            self._merged_at(contact),
            None if job is None else job.booked_at,
        ]
        return OpportunityRow(
            id=identifier("Opportunity", lead.id),
            created_at=created_at,
            modified_at=self._latest(instants),
            lead=lead,
            job=job,
            entered=tuple(entered),
            contact=contact,
        )

    @cached_property
    def _opportunity_of(self) -> dict[int, OpportunityRow]:
        return {row.lead.id: row for row in self.opportunities}

    def opportunity_of(self, lead: Lead) -> OpportunityRow | None:
        return self._opportunity_of.get(lead.id)

    @cached_property
    def histories(self) -> list[HistoryRow]:
        """One row for each stage that an opportunity entered; ASSUMED: their stamp moves like any other's."""
        return [
            HistoryRow(
                id=identifier("OpportunityHistory", row.lead.id * len(STAGES) + STAGES.index(entry.stage)),
                created_at=entry.at,
                modified_at=self._latest([entry.at, self.edited_at(row.lead)]),
                opportunity=row,
                entry=entry,
            )
            for row in self.opportunities
            for entry in row.entered
        ]

    # -- contacts and accounts ------------------------------------------------------------------------------

    def root(self, contact: CrmContact) -> CrmContact:
        while self.come(contact.merged_at) and contact.merged_into_id is not None:
            contact = self.world.contacts[contact.merged_into_id]
        return contact

    def contact_id(self, contact: CrmContact) -> str:
        """The id under which a contact, or what became of it, is known now."""
        return identifier("Contact", self.root(contact).id)

    def account_id(self, contact: CrmContact) -> str:
        return identifier("Account", self.root(contact).id)

    def live_contact_id(self, contact: CrmContact) -> str | None:
        """None once it was deleted."""
        return None if self.come(self.root(contact).archived_at) else self.contact_id(contact)

    def _merged_at(self, contact: CrmContact) -> int | None:
        """When what hangs on the contact was last moved to another, or lost it."""
        instants = [contact.archived_at]
        while self.come(contact.merged_at) and contact.merged_into_id is not None:
            instants.append(contact.merged_at)
            contact = self.world.contacts[contact.merged_into_id]
            instants.append(contact.archived_at)
        return max((at for at in instants if at is not None and self.come(at)), default=None)

    @cached_property
    def _absorbed(self) -> dict[int, list[CrmContact]]:
        """Surviving contact -> those merged into it, in the order of merging."""
        absorbed: dict[int, list[CrmContact]] = defaultdict(list)
        for contact in self.world.contacts.values():
            if self.come(contact.merged_at):
                absorbed[self.root(contact).id].append(contact)
        for contacts in absorbed.values():
            contacts.sort(key=lambda contact: (contact.merged_at or 0, contact.id))
        return absorbed

    @cached_property
    def contacts(self) -> list[ContactRow]:
        rows = (self._contact(contact) for contact in self.world.contacts.values())
        return [row for row in rows if row is not None and not self._is_purged(row)]

    def _contact(self, contact: CrmContact) -> ContactRow | None:
        since = self._contact_since(contact.id)
        if since is None or not self.come(since):
            return None
        absorbed = tuple(self._absorbed.get(contact.id, ()))
        merged_at = contact.merged_at if self.come(contact.merged_at) else None
        archived_at = contact.archived_at if self.come(contact.archived_at) else None
        edits = [self.edited_at(lead) for lead in self._requests.get(contact.id, ())]
        return ContactRow(
            id=identifier("Contact", contact.id),
            created_at=since,
            modified_at=self._latest(
                [since, merged_at, archived_at, *(one.merged_at for one in absorbed), *edits]
            ),
            deleted_at=merged_at or archived_at,
            contact=contact,
            absorbed=absorbed,
        )

    @cached_property
    def accounts(self) -> list[AccountRow]:
        """An account stays when its contact is deleted, and is merged when that is merged."""
        rows = []
        for row in (self._contact(contact) for contact in self.world.contacts.values()):
            if row is None:
                continue
            merged_at = row.contact.merged_at if self.come(row.contact.merged_at) else None
            rows.append(
                AccountRow(
                    id=identifier("Account", row.contact.id),
                    created_at=row.created_at,
                    modified_at=row.modified_at,
                    deleted_at=merged_at,
                    contact=row.contact,
                    absorbed=row.absorbed,
                )
            )
        return [row for row in rows if not self._is_purged(row)]

    @cached_property
    def roles(self) -> list[RoleRow]:
        """Which contact an opportunity belongs to. ASSUMED: the link goes when the contact is deleted."""
        rows = []
        for opportunity in self.opportunities:
            gone_at = self.root(opportunity.contact).archived_at
            deleted_at = gone_at if self.come(gone_at) else None
            instants = [opportunity.created_at, self._merged_at(opportunity.contact), deleted_at,
                        self.edited_at(opportunity.lead)]  # fmt: skip
            rows.append(
                RoleRow(
                    id=identifier("OpportunityContactRole", opportunity.lead.id),
                    created_at=opportunity.created_at,
                    modified_at=self._latest(instants),
                    deleted_at=deleted_at,
                    opportunity=opportunity,
                )
            )
        return [row for row in rows if not self._is_purged(row)]

    # -- activities and campaigns ---------------------------------------------------------------------------

    @cached_property
    def tasks(self) -> list[TaskRow]:
        """Inbound calls, logged when the receiver is put down, edited when somebody classifies them."""
        return [
            self._task(call)
            for call in self.world.calls.values()
            if call.direction == "inbound" and self.come(call.started_at + call.duration_seconds)
        ]

    def _task(self, call: Call) -> TaskRow:
        lead = self.world.leads.get(call.lead_id) if call.lead_id is not None else None
        if lead is not None and not (lead.in_crm and self.come(lead.created_at)):
            lead = None
        ended_at = call.started_at + call.duration_seconds
        instants = [ended_at, call.classified_at]
        if lead is not None and lead.crm_contact_id is not None and self.opportunity_of(lead) is not None:
            # What hung on the lead moves to its contact and opportunity when it is converted.
            contact = self.world.contacts[lead.crm_contact_id]
            instants += [self.converted_at(lead), self._merged_at(contact), self.edited_at(lead)]
        return TaskRow(
            id=identifier("Task", call.id),
            created_at=ended_at,
            modified_at=self._latest(instants),
            call=call,
            lead=lead,
        )

    @cached_property
    def campaigns(self) -> list[CampaignRow]:
        """Campaigns that links name; the office keeps no others here."""
        return [
            CampaignRow(identifier("Campaign", one.id), one.created_at, one.created_at, campaign=one)
            for one in self.world.campaigns.values()
            if one.utm_campaign and self.come(one.created_at)
        ]

    @cached_property
    def members(self) -> list[MemberRow]:
        rows = list(self._members())
        return [row for row in rows if not self._is_purged(row)]

    def _members(self) -> Iterator[MemberRow]:
        for lead_id, campaign_id in self._sources.items():
            lead = self.world.leads[lead_id]
            if not (lead.in_crm and self.come(lead.created_at)):
                continue
            deleted_at = self.edited_at(lead) if self.campaign_of(lead) is None else None
            instants = [lead.created_at, deleted_at, self.edited_at(lead), self.converted_at(lead)]
            if lead.crm_contact_id is not None:
                instants.append(self._merged_at(self.world.contacts[lead.crm_contact_id]))
            yield MemberRow(
                id=identifier("CampaignMember", lead.id),
                created_at=lead.created_at,
                modified_at=self._latest(instants),
                deleted_at=deleted_at,
                lead=lead,
                campaign=self.world.campaigns[campaign_id],
            )

    def member_contact_id(self, lead: Lead) -> str | None:
        """A converted lead's membership names its contact too."""
        if lead.crm_contact_id is None or self.opportunity_of(lead) is None:
            return None
        return self.live_contact_id(self.world.contacts[lead.crm_contact_id])

    def leads_of(self, campaign: Campaign) -> int:
        """The roll-up NumberOfLeads: it changes without the campaign's stamp moving."""
        return sum(row.campaign.id == campaign.id and row.deleted_at is None for row in self.members)

    def _latest(self, instants: list[int | None]) -> int:
        return max(at for at in instants if at is not None and at <= self.now)
