"""Bulk API 2.0 query jobs: the way to many rows, for a handful of requests."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from ingestion.http import UnexpectedAnswer, VendorError, VendorUnavailable
from ingestion.sources.salesforce.connection import SalesforceClient
from ingestion.sources.salesforce.rows import read_rows
from ingestion.spec import Page, PullContext

RESULT_ROWS = 50_000
FIRST_POLL = 1.0
LONGEST_POLL = 30.0
# Longer than any job should take: the vendor itself gives up on a part after two minutes, fifteen times.
LONGEST_JOB = 7_200.0
ATTEMPTS = 3
# What the vendor says of objects and orgs for which there are no bulk jobs, or no more today.
UNAVAILABLE = frozenset(
    {"INVALIDENTITY", "FEATURENOTENABLED", "LIMIT_EXCEEDED", "API_ERROR", "TXN_SECURITY_METERING_ERROR"}
)
_END = "null"


class _Job(msgspec.Struct):
    id: str
    state: str
    numberRecordsProcessed: int = 0
    errorMessage: str = ""


@dataclass(frozen=True)
class Place:
    """Where reading a result goes on. The vendor keeps results for seven days."""

    job: str
    locator: str | None = None


@dataclass(frozen=True)
class Jobs:
    """The query jobs of one pull."""

    context: PullContext
    client: SalesforceClient

    @property
    def _path(self) -> str:
        return f"{self.client.data_path}/jobs/query"

    def run(self, query: str) -> tuple[Place, int]:
        """A finished job's result, and how many rows it has.

        Raises:
            Refusal: the query cannot be run in bulk; see `UNAVAILABLE`.
            VendorUnavailable: no job came to an end.
        """
        reason = ""
        for _ in range(ATTEMPTS):
            order = {
                "operation": "queryAll",
                "query": query,
                "contentType": "CSV",
                "columnDelimiter": "COMMA",
                "lineEnding": "LF",
            }
            job: _Job = self.client.post(self._path, order).json(_Job)
            job = self._finished(job)
            if job.state == "JobComplete":
                return Place(job.id), job.numberRecordsProcessed
            reason = f"{job.state}: {job.errorMessage}".rstrip(": ")
            self.discard(Place(job.id))
        raise self._unavailable(f"{ATTEMPTS} jobs in a row ended without a result ({reason})")

    def results(self, place: Place) -> Iterator[tuple[Page, Place | None]]:
        """The pages of a result from a place on, each with the place of the next; None after the last."""
        following: Place | None = place
        while following is not None:
            query = {"maxRecords": RESULT_ROWS} | (
                {"locator": following.locator} if following.locator else {}
            )
            page, headers = self.client.results(f"{self._path}/{following.job}/results", query)
            self._check_whole(page, headers.get("Sforce-NumberOfRecords"))
            locator = headers.get("Sforce-Locator", _END)
            following = None if locator == _END else Place(following.job, locator)
            yield page, following

    def discard(self, place: Place) -> None:
        with suppress(VendorError):  # it goes by itself after seven days
            self.client.delete(f"{self._path}/{place.job}")

    def _finished(self, job: _Job) -> _Job:
        pause, deadline = FIRST_POLL, time.monotonic() + LONGEST_JOB
        while job.state in ("UploadComplete", "InProgress"):
            if time.monotonic() > deadline:
                raise self._unavailable(f"job {job.id} did not end within {LONGEST_JOB / 3600:.0f} hours")
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_POLL)
            job = self.client.get(f"{self._path}/{job.id}").json(_Job)
        return job

    def _check_whole(self, page: Page, told: str | None) -> None:
        rows = len(read_rows(page.body))
        if told is not None and rows != int(told):
            raise UnexpectedAnswer(
                f"account {self.context.account.account_id!r} (salesforce): {page.request} holds {rows} rows "
                f"and says {told}. What was landed is kept: run again, and report it if it persists."
            )

    def _unavailable(self, what: str) -> VendorUnavailable:
        return VendorUnavailable(
            f"account {self.context.account.account_id!r} (salesforce): {what}. What was landed is kept: run "
            "again later; Setup › Bulk Data Load Jobs tells more."
        )
