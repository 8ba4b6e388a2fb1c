"""Bulk API 2.0 query jobs: created, polled, read as CSV by locator, deleted."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from sandbox.clock import Clock, iso
from sandbox.servers.salesforce.fields import in_csv
from sandbox.servers.salesforce.identifiers import identifier
from sandbox.servers.salesforce.org import Org
from sandbox.servers.salesforce.refusals import Refused
from sandbox.servers.salesforce.rows import Record
from sandbox.servers.salesforce.soql import Query, refuse_in_bulk
from sandbox.world.calendars import DAY

KEPT = 7 * DAY
OPERATIONS = ("query", "queryAll")
_POLLS = ("UploadComplete", "InProgress", "JobComplete")


@dataclass
class Job:
    """One query job; its result is what the org held when it was created."""

    id: str
    number: int
    operation: str
    query: Query
    org: Org
    rows: list[Record]
    created_at: int
    fails: bool
    polls: int = 0
    is_aborted: bool = False

    @property
    def state(self) -> str:
        if self.is_aborted:
            return "Aborted"
        state = _POLLS[min(self.polls, len(_POLLS) - 1)]
        return "Failed" if self.fails and state == "JobComplete" else state


@dataclass
class Jobs:
    """The query jobs of the org.

    Args:
        page_rows: Most rows in one answer, whatever `maxRecords` says.
        failing: How many of the next jobs fail.
    """

    clock: Clock
    version: str
    page_rows: int
    failing: int
    _jobs: dict[str, Job] = field(default_factory=dict, init=False)
    created: int = field(default=0, init=False)

    def create(self, body: dict[str, Any], query: Query, org: Org) -> dict[str, Any]:
        """`POST /jobs/query`.

        Raises:
            Refused: an unknown operation, or a query that a bulk job cannot run.
        """
        operation = body.get("operation")
        if operation not in OPERATIONS:
            raise Refused(400, "INVALIDJOB", f"Unable to parse the operation: {operation}")
        refuse_in_bulk(query)
        self.created += 1
        job = Job(
            id=identifier("job", self.created),
            number=self.created,
            operation=operation,
            query=query,
            org=org,
            rows=query.rows(org, with_deleted=operation == "queryAll"),
            created_at=self.clock.now(),
            fails=self.created <= self.failing,
        )
        self._jobs[job.id] = job
        return self.described(job)

    def find(self, job_id: str) -> Job:
        """Raises: Refused: there is no such job, or its results were purged after seven days."""
        job = self._jobs.get(job_id)
        if job is None or job.created_at + KEPT <= self.clock.now():
            raise Refused(404, "NOT_FOUND", "The requested resource does not exist")
        return job

    def poll(self, job: Job) -> dict[str, Any]:
        job.polls += 1
        answer = self.described(job) | {
            "jobType": "V2Query",
            "numberRecordsProcessed": len(job.rows) if job.state == "JobComplete" else 0,
            "retries": 0,
            "totalProcessingTime": 812 if job.state == "JobComplete" else 0,
            "isPkChunkingSupported": True,
        }
        return answer | (
            {"errorMessage": "ApiBatchItems: InternalServerError"} if job.state == "Failed" else {}
        )

    def described(self, job: Job) -> dict[str, Any]:
        stamp = iso(job.created_at).replace("Z", ".000+0000")
        return {
            "id": job.id,
            "operation": job.operation,
            "object": job.query.sobject.name,
            "createdById": identifier("User", 1),
            "createdDate": stamp,
            "systemModstamp": stamp,
            "state": job.state,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(self.version),
            "lineEnding": "LF",
            "columnDelimiter": "COMMA",
        }

    def delete(self, job: Job) -> None:
        del self._jobs[job.id]

    def results(self, job: Job, locator: str | None, most: int, headers: dict[str, str]) -> Response:
        """`GET …/results`: a page of rows; a locator may be used again while the job lives.

        Raises:
            Refused: the job is not complete, or the locator is not one of its own.
        """
        if job.state != "JobComplete":
            raise Refused(400, "INVALIDJOBSTATE", f"The job is in state {job.state}")
        start = 0 if locator is None else _place(locator, job)
        end = start + max(1, min(most, self.page_rows))
        rows = job.rows[start:end]
        told = {
            "Sforce-NumberOfRecords": str(len(rows)),
            "Sforce-Locator": _locator(job, end) if end < len(job.rows) else "null",
        }
        return Response(as_csv(job.query, job.org, rows), 200, headers | told, media_type="text/csv")


def _locator(job: Job, start: int) -> str:
    return f"{job.number:x}-{start:x}"


def _place(locator: str, job: Job) -> int:
    number, _, start = locator.partition("-")
    if number != f"{job.number:x}" or not start:
        raise Refused(400, "INVALID_LOCATOR", "The locator is invalid")
    return int(start, 16)


def as_csv(query: Query, org: Org, rows: list[Record]) -> str:
    """Everything quoted, except that null is an empty cell; newlines stay inside their quotes."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(field.name for field in query.fields)
    writer.writerows([in_csv(field, field.value(org, row)) for field in query.fields] for row in rows)
    return text.getvalue()
