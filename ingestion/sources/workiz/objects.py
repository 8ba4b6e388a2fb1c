"""Every Workiz object that is read, as data.

Not read: time off (nothing in the warehouse needs it). The vendor gives no list of customers, and no
invoices, payments, estimates, calls, job types, sources or service plans at all; what jobs and leads say of
them is worked out in staging.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.sources.workiz.answers import rows_of
from ingestion.sources.workiz.listings import listed
from ingestion.sources.workiz.records import JOB, LEAD, RecordKind
from ingestion.spec import ObjectSpec, Page, PullContext

_PERMISSION = "the Developer API add-on (Feature Center); a token reads everything, there is nothing to tick"


def _records(name: str, kind: RecordKind, description: str) -> ObjectSpec:
    return ObjectSpec(
        name=name,
        description=description,
        pull=listed(kind),
        key=("UUID",),
        rows=rows_of,
        incremental=True,
        is_complete_listing=True,
        checkpoint_pages=50,
        permission=_PERMISSION,
    )


def _team(context: PullContext) -> Iterator[Page]:
    yield context.client.get("/team/all/")


OBJECTS = (
    _records("jobs", JOB, "a job with its line items, crew, and a copy of its customer; what is owed on it"),
    _records("leads", LEAD, "a request for service that is not a job yet, or was one before"),
    ObjectSpec(
        name="team",
        description="a member of the team",
        pull=_team,
        rows=rows_of,
        is_complete_listing=True,
        permission=_PERMISSION,
    ),
)
