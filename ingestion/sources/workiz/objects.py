"""Every Workiz object that is read, as data.

Not read: time off (nothing in the warehouse needs it). The vendor gives no list of customers, and no
invoices, payments, estimates, calls, job types, sources or service plans at all; what jobs and leads say of
them is worked out in staging.

A payment shows in nothing but a job's amount due, and of a job only the newest version is held. So the list
of jobs is read a second time for its balances alone, as rows that each say one balance of one job: the time
at which such a row was first fetched is the nearest there is to the time of the payment.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.sources.workiz.answers import balances_of, rows_of
from ingestion.sources.workiz.listings import listed
from ingestion.sources.workiz.records import JOB, LEAD, RecordKind
from ingestion.spec import ObjectSpec, Page, PullContext, RowReader

_PERMISSION = "the Developer API add-on (Feature Center); a token reads everything, there is nothing to tick"


def _records(
    name: str,
    kind: RecordKind,
    description: str,
    key: tuple[str, ...] = ("UUID",),
    rows: RowReader = rows_of,
) -> ObjectSpec:
    return ObjectSpec(
        name=name,
        description=description,
        pull=listed(kind),
        key=key,
        rows=rows,
        incremental=True,
        is_complete_listing=True,
        checkpoint_pages=50,
        permission=_PERMISSION,
    )


def _team(context: PullContext) -> Iterator[Page]:
    yield context.client.get("/team/all/")


OBJECTS = (
    _records("jobs", JOB, "a job with its line items, crew, and a copy of its customer; what is owed on it"),
    _records(
        "job_balances",
        JOB,
        "one balance that one job has or had: what it costs and what is due",
        key=("UUID", "JobTotalPrice", "JobAmountDue"),
        rows=balances_of,
    ),
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
