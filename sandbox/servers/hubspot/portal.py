"""The portal's records as they stand at one instant: contacts, deals and calls, and who belongs to whom."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from sandbox.world.model import Call, Campaign, CrmContact, Job, Lead, World

# Ids count per object type, so one number can be a contact and a deal; they grow from three digits on, so
# comparing them as text goes wrong. A merge makes a new record far behind all others.
FIRST_CONTACT = 500
FIRST_DEAL = 900
FIRST_CALL = 700
FIRST_MERGED = 200_000_000_000
FIRST_OWNER = 4_100

STAGES = ("new", "contacted", "booked", "closedwon", "closedlost")


@dataclass(frozen=True, slots=True)
class Row:
    """What every kind of record has. Instants are epoch milliseconds."""

    id: int
    created_ms: int
    modified_ms: int


@dataclass(frozen=True, slots=True)
class ContactRow(Row):
    """A contact with what was merged into it, and its requests in the order they came."""

    contact: CrmContact
    absorbed: tuple[CrmContact, ...]
    merged_ids: tuple[int, ...]
    leads: tuple[Lead, ...]
    archived_ms: int | None


@dataclass(frozen=True, slots=True)
class DealRow(Row):
    """A lead's deal, with the instants at which it entered its stages, in order."""

    lead: Lead
    job: Job | None
    entered: tuple[tuple[str, int], ...]

    @property
    def stage(self) -> str:
        return self.entered[-1][0]


@dataclass(frozen=True, slots=True)
class CallRow(Row):
    """An inbound call."""

    call: Call


def milliseconds(instant: int, record_id: int) -> int:
    """The vendor keeps milliseconds; the world's seconds get some that are always the same for a record."""
    return instant * 1000 + record_id * 37 % 1000


class Portal:
    """One instant of the portal.

    Args:
        now: what had happened by then.
        edited_until: records that were spoilt on purpose count as edited when that was by this instant. The
            search index lags behind `now`, but an injected defect shall be found without moving the clock.
        job_id: the dispatch platform's id of a world job.
    """

    def __init__(
        self, world: World, account_id: str, now: int, edited_until: int, job_id: Callable[[Job], str]
    ) -> None:
        self.world = world
        self.account_id = account_id
        self.now = now
        self.job_id = job_id
        self._edited_until = edited_until
        self._wrong_clock = world.wrong_clocks.get(account_id)
        self._orders: dict[tuple[str, bool], list[int]] = {}
        self._edited = {
            gap.native_id: gap.injected_at
            for gap in world.gaps
            if gap.account_id == account_id and gap.injected_at <= edited_until
        }

    def come(self, instant: int | None) -> bool:
        return instant is not None and instant <= self.now

    @property
    def clock_off_seconds(self) -> int:
        """By how much the times of bookings are written wrongly."""
        return 0 if self._wrong_clock is None else self._wrong_clock[0] * 3600

    # -- contacts -------------------------------------------------------------------------------------------

    def _root(self, contact: CrmContact) -> CrmContact:
        while self.come(contact.merged_at) and contact.merged_into_id is not None:
            contact = self.world.contacts[contact.merged_into_id]
        return contact

    @cached_property
    def _absorbed(self) -> dict[int, list[CrmContact]]:
        """Surviving contact -> those merged into it, in the order of merging."""
        absorbed: dict[int, list[CrmContact]] = defaultdict(list)
        for contact in self.world.contacts.values():
            if self.come(contact.merged_at):
                absorbed[self._root(contact).id].append(contact)
        for contacts in absorbed.values():
            contacts.sort(key=lambda contact: (contact.merged_at or 0, contact.id))
        return absorbed

    @cached_property
    def _leads_of(self) -> dict[int, list[Lead]]:
        """Surviving contact -> its requests so far."""
        leads: dict[int, list[Lead]] = defaultdict(list)
        for lead in self.world.leads.values():
            if lead.in_crm and lead.crm_contact_id is not None and lead.created_at <= self.now:
                leads[self._root(self.world.contacts[lead.crm_contact_id]).id].append(lead)
        for requests in leads.values():
            requests.sort(key=lambda lead: (lead.created_at, lead.id))
        return leads

    @cached_property
    def _every_contact(self) -> dict[int, ContactRow]:
        """Live and archived contacts by the id they have now."""
        rows = (
            self._contact(contact)
            for contact in self.world.contacts.values()
            if contact.created_at <= self.now and not self.come(contact.merged_at)
        )
        return {row.id: row for row in rows}

    def _contact(self, contact: CrmContact) -> ContactRow:
        absorbed = tuple(self._absorbed.get(contact.id, ()))
        leads = tuple(self._leads_of.get(contact.id, ()))
        instants = [contact.created_at, *(other.merged_at or 0 for other in absorbed)]
        for lead in leads:
            instants += (lead.created_at, *(instant for _, instant in self.stages(lead)), self._edit_of(lead))
        archived_at = contact.archived_at if self.come(contact.archived_at) else None
        if archived_at is not None:
            instants.append(archived_at)
        created_at = min([contact.created_at, *(other.created_at for other in absorbed)])
        return ContactRow(
            id=self.contact_id(contact),
            created_ms=milliseconds(created_at, contact.id),
            modified_ms=milliseconds(max(instants), contact.id),
            contact=contact,
            absorbed=absorbed,
            merged_ids=self._merged_ids(contact, absorbed),
            leads=leads,
            archived_ms=None if archived_at is None else milliseconds(archived_at, contact.id),
        )

    def _merged_ids(self, contact: CrmContact, absorbed: tuple[CrmContact, ...]) -> tuple[int, ...]:
        """Ids that now are aliases: of both partners, as a merge since 2025 makes a new record."""
        if not absorbed:
            return ()
        own = [FIRST_CONTACT + one.id for one in (contact, *absorbed)]
        return (*own, *(FIRST_MERGED + one.id for one in absorbed[:-1]))

    def contact_id(self, contact: CrmContact) -> int:
        """The id under which a contact, or what became of it, is known now."""
        root = self._root(contact)
        absorbed = self._absorbed.get(root.id)
        return FIRST_MERGED + absorbed[-1].id if absorbed else FIRST_CONTACT + root.id

    @cached_property
    def contacts(self) -> dict[int, ContactRow]:
        return {key: row for key, row in self._every_contact.items() if row.archived_ms is None}

    @cached_property
    def archived_contacts(self) -> dict[int, ContactRow]:
        return {key: row for key, row in self._every_contact.items() if row.archived_ms is not None}

    @cached_property
    def aliases(self) -> dict[int, int]:
        """Old contact id -> the id of the record that absorbed it."""
        return {old: row.id for row in self._every_contact.values() for old in row.merged_ids}

    # -- deals ----------------------------------------------------------------------------------------------

    def job_of(self, lead: Lead) -> Job | None:
        """The booked job that the CRM knows of; none where the hand-over failed."""
        if lead.job_id is None or lead.crm_booked_without_job:
            return None
        job = self.world.jobs.get(lead.job_id)
        return job if job is not None and job.booked_at <= self.now else None

    def stages(self, lead: Lead) -> list[tuple[str, int]]:
        """(stage, entered at) so far. A visit without charge wins nothing and stays booked."""
        job = self.job_of(lead)
        booked_at = lead.booked_at
        if lead.crm_booked_without_job and booked_at is None:
            booked_at = lead.contacted_at or lead.created_at
        life: list[tuple[str, int | None]] = [
            ("new", lead.created_at),
            ("contacted", lead.contacted_at),
            ("booked", booked_at),
        ]
        if lead.outcome_lost:
            pass
        elif job is not None and job.completed_at is not None and job.total_cents > 0:
            life.append(("closedwon", job.completed_at))
        elif job is not None and job.canceled_at is not None:
            life.append(("closedlost", job.canceled_at))
        elif booked_at is None:
            life.append(("closedlost", lead.lost_at))
        return [(stage, instant) for stage, instant in life if instant is not None and instant <= self.now]

    def _edit_of(self, lead: Lead) -> int:
        edited_at = self._edited.get(str(FIRST_DEAL + lead.id), 0)
        if self._wrong_clock is None or lead.booked_at is None:
            return edited_at
        return max(edited_at, self._wrong_clock[1])

    @cached_property
    def deals(self) -> dict[int, DealRow]:
        rows = (
            self._deal(lead)
            for lead in self.world.leads.values()
            if lead.in_crm and lead.created_at <= self.now
        )
        return {row.id: row for row in rows}

    def _deal(self, lead: Lead) -> DealRow:
        job = self.job_of(lead)
        entered = tuple(self.stages(lead))
        instants = [instant for _, instant in entered]
        if job is not None:
            instants.append(job.booked_at)
        return DealRow(
            id=FIRST_DEAL + lead.id,
            created_ms=milliseconds(lead.created_at, lead.id),
            modified_ms=milliseconds(max(*instants, lead.created_at, self._edit_of(lead)), lead.id),
            lead=lead,
            job=job,
            entered=entered,
        )

    # -- calls ----------------------------------------------------------------------------------------------

    @cached_property
    def calls(self) -> dict[int, CallRow]:
        """Inbound calls, logged when the receiver is put down, edited when somebody classifies them."""
        rows = (
            self._call(call)
            for call in self.world.calls.values()
            if call.direction == "inbound" and call.started_at + call.duration_seconds <= self.now
        )
        return {row.id: row for row in rows}

    def _call(self, call: Call) -> CallRow:
        ended_at = call.started_at + call.duration_seconds
        modified_at = ended_at
        if call.classified_at is not None and call.classified_at <= self.now:
            modified_at = max(ended_at, call.classified_at)
        if call.edited_at is not None and call.edited_at <= self._edited_until:
            modified_at = max(modified_at, call.edited_at)
        return CallRow(
            FIRST_CALL + call.id, milliseconds(ended_at, call.id), milliseconds(modified_at, call.id), call
        )

    # -- sources --------------------------------------------------------------------------------------------

    def campaign_of(self, lead: Lead) -> Campaign | None:
        """What the CRM recorded as source; None for a request without one."""
        if lead.campaign_id is None or lead.evidence == "none":
            return None
        return self.world.campaigns[lead.campaign_id]

    # -- associations ---------------------------------------------------------------------------------------

    def associated(self, from_type: str, record_id: int, to_type: str) -> list[int]:
        """Ids on the other side, ascending; archived contacts have no associations any more."""
        return self._links.get((from_type, to_type), {}).get(record_id, [])

    @cached_property
    def _links(self) -> dict[tuple[str, str], dict[int, list[int]]]:
        links: dict[tuple[str, str], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for left_type, left, right_type, right in self._pairs():
            links[left_type, right_type][left].append(right)
            links[right_type, left_type][right].append(left)
        for by_record in links.values():
            for ids in by_record.values():
                ids.sort()
        return links

    def _pairs(self) -> Iterator[tuple[str, int, str, int]]:
        for deal in self.deals.values():
            if deal.lead.crm_contact_id is not None:
                contact_id = self.contact_id(self.world.contacts[deal.lead.crm_contact_id])
                if contact_id in self.contacts:
                    yield "deals", deal.id, "contacts", contact_id
        for row in self.calls.values():
            lead = self.world.leads.get(row.call.lead_id) if row.call.lead_id is not None else None
            if lead is None or not lead.in_crm or lead.created_at > self.now:
                continue
            yield "calls", row.id, "deals", FIRST_DEAL + lead.id
            if lead.crm_contact_id is not None:
                contact_id = self.contact_id(self.world.contacts[lead.crm_contact_id])
                if contact_id in self.contacts:
                    yield "calls", row.id, "contacts", contact_id

    # -- listings -------------------------------------------------------------------------------------------

    def rows(self, object_type: str, *, archived: bool = False) -> dict[int, Row]:
        """All records of a type. Only contacts are ever archived here."""
        if archived:
            return dict(self.archived_contacts) if object_type == "contacts" else {}
        return getattr(self, object_type)

    def page(
        self, object_type: str, after: int, limit: int, *, archived: bool
    ) -> tuple[list[Row], int | None]:
        """Rows from id `after` on, in id order, and the id that the next page starts with."""
        rows, order = self.rows(object_type, archived=archived), self._order(object_type, archived)
        first = bisect_left(order, after)
        chosen = order[first : first + limit]
        following = order[first + limit] if first + limit < len(order) else None
        return [rows[record_id] for record_id in chosen], following

    def _order(self, object_type: str, archived: bool) -> list[int]:
        key = (object_type, archived)
        if key not in self._orders:
            self._orders[key] = sorted(self.rows(object_type, archived=archived))
        return self._orders[key]
