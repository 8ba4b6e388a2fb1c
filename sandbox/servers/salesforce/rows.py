"""The kinds of records of the org. Instants are epoch seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.world.model import Call, Campaign, CrmContact, Job, Lead


@dataclass(frozen=True)
class Record:
    """What every record has. A deleted one lies in the recycle bin."""

    id: str
    created_at: int
    modified_at: int
    deleted_at: int | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class LeadRow(Record):
    lead: Lead
    contact: CrmContact | None
    converted_at: int | None


@dataclass(frozen=True)
class StageEntry:
    stage: str
    at: int


@dataclass(frozen=True)
class OpportunityRow(Record):
    """A request of a contact, with the stages it entered, in order."""

    lead: Lead
    job: Job | None
    entered: tuple[StageEntry, ...]
    contact: CrmContact

    @property
    def stage(self) -> str:
        return self.entered[-1].stage


@dataclass(frozen=True)
class HistoryRow(Record):
    opportunity: OpportunityRow
    entry: StageEntry


@dataclass(frozen=True)
class ContactRow(Record):
    """A contact with what was merged into it."""

    contact: CrmContact
    absorbed: tuple[CrmContact, ...]


@dataclass(frozen=True)
class AccountRow(Record):
    """The household behind a contact."""

    contact: CrmContact
    absorbed: tuple[CrmContact, ...]


@dataclass(frozen=True)
class RoleRow(Record):
    opportunity: OpportunityRow


@dataclass(frozen=True)
class TaskRow(Record):
    call: Call
    lead: Lead | None


@dataclass(frozen=True)
class CampaignRow(Record):
    campaign: Campaign


@dataclass(frozen=True)
class MemberRow(Record):
    lead: Lead
    campaign: Campaign


@dataclass(frozen=True)
class SetupRow(Record):
    """A row of the org's configuration, with its values by field name."""

    values: Mapping[str, str | bool | int]
