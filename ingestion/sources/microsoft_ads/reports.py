"""Reports: ordered, waited for, fetched as a ZIP with one CSV inside.

The file's own header says which days it is about (so "the last 30 days" are counted by the vendor's clock)
and how many rows it has, and a footer ends it: a file that is cut off is noticed. What is archived is the
whole file with its days, and each day is one row of raw: reading a day again replaces all that was said of
it.
"""

from __future__ import annotations

import csv
import io
import re
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from ingestion.http import UnexpectedAnswer, VendorUnavailable
from ingestion.sources.microsoft_ads.connection import AdvertisingClient, report_time_zone
from ingestion.spans import DAY, Span
from ingestion.spec import Page, PullContext, utc_now

RESTATED_DAYS = 30
DAYS_AT_ONCE = 365
COLUMNS = (
    "TimePeriod", "AccountId", "AccountName", "CampaignId", "CampaignName", "CampaignStatus", "CampaignType",
    "BudgetAssociationStatus", "CurrencyCode", "Impressions", "Clicks", "Spend", "Conversions",
    "ConversionsQualified", "Revenue",
)  # fmt: skip

SUBMIT_PATH = "/Reporting/v13/GenerateReport/Submit"
POLL_PATH = "/Reporting/v13/GenerateReport/Poll"
FIRST_POLL = 0.2
LONGEST_POLL = 30.0
LONGEST_WAIT = 3600.0
_RUNNING = frozenset({"Pending", "InProgress"})

_DATES = re.compile(r"\d{1,2}/\d{1,2}/\d{4}")
_FOOTER = "Microsoft Corporation"


class BrokenReport(ValueError):
    """A file that is not whole, or not such a report."""


@dataclass(frozen=True)
class ReportFile:
    """A report's text, read: the days that it is about, and its rows as column -> text."""

    span: Span
    rows: list[dict[str, str]]

    @classmethod
    def read(cls, text: str) -> ReportFile:
        """Take header, table and footer apart.

        Raises:
            BrokenReport: one of them is missing, or the number of rows is not the one that the header says.
        """
        header, _, rest = text.replace("\r\n", "\n").partition("\n\n")
        table, _, footer = rest.rpartition("\n\n")
        stated = {
            name: value.strip()
            for line in header.splitlines()
            for name, colon, value in [line.strip('"').partition(":")]
            if colon
        }
        if "Rows" not in stated or "Report Time" not in stated:
            raise BrokenReport("it has no header with Report Time and Rows")
        if _FOOTER not in footer:
            raise BrokenReport("it ends without its footer")
        rows = list(csv.DictReader(io.StringIO(table), strict=True))
        if len(rows) != int(stated["Rows"].replace(",", "")):
            raise BrokenReport(f"it has {len(rows)} rows and says that it has {stated['Rows']}")
        return cls(_span(stated["Report Time"]), rows)


class Archived(msgspec.Struct):
    """A finished report as it is archived: the file untouched, empty where there was nothing to report."""

    since: date
    until: date
    report: str


class _Submitted(msgspec.Struct):
    ReportRequestId: str


class _Status(msgspec.Struct):
    Status: str
    ReportDownloadUrl: str | None = None


class _Polled(msgspec.Struct):
    ReportRequestStatus: _Status


_ARCHIVED = msgspec.json.Decoder(Archived)


def day_rows(body: bytes) -> Sequence[msgspec.Raw]:
    """One row per day that the report is about, also for one without delivery: it may have had some."""
    archived = _ARCHIVED.decode(body)
    days: dict[str, list[dict[str, str]]] = {
        day.isoformat(): [] for day in Span(archived.since, archived.until).days
    }
    for row in _rows(archived.report):
        day = row["TimePeriod"]
        if day not in days:
            raise msgspec.ValidationError(f"a row of {day!r} in a report of other days")
        days[day].append(row)
    return [
        msgspec.Raw(
            msgspec.json.encode(
                {
                    "date": day,
                    "campaigns": sorted(
                        rows, key=lambda row: (row["CampaignId"], row["BudgetAssociationStatus"])
                    ),
                }
            )
        )
        for day, rows in days.items()
    ]


def _rows(report: str) -> list[dict[str, str]]:
    try:
        return ReportFile.read(report).rows if report else []
    except BrokenReport as error:
        raise msgspec.ValidationError(str(error)) from error


def campaign_days(context: PullContext) -> Iterator[Page]:
    """Every finished day, or in an incremental pull those that may still change and those never read."""
    restated = _report(context, {"PredefinedTime": "Last30Days"})
    span = Span(restated.since, restated.until)
    through = context.state.get("through")
    if context.since:
        start = context.since.astimezone(context.account.zone).date()
    elif context.mode == "incremental" and through:
        # What the last pull read was old enough to be final on the first of its days only.
        start = date.fromisoformat(through) - (RESTATED_DAYS - 2) * DAY
    else:
        # Counted from tomorrow: a pull may outlast the last day of a month, and what is dropped then.
        start = _months_before(span.until + 2 * DAY, context.options.history_months)
    first = context.state.get("first")
    earlier = Span(start, span.since - DAY).pieces(DAYS_AT_ONCE)
    for report in (*(_report(context, _custom_range(piece), piece) for piece in earlier), restated):
        first = min(filter(None, (first, *(row["TimePeriod"] for row in _rows(report.report)))), default=None)
        # Days before anything was ever delivered are no days of the account.
        if first and first <= report.until.isoformat():
            yield _page(report, date.fromisoformat(first))
    context.save(through=span.until.isoformat(), first=first)


def _page(report: Archived, first: date) -> Page:
    shown = Archived(max(first, report.since), report.until, report.report)
    request = f"campaign performance by day, {shown.since} to {shown.until}"
    return Page(request=request, body=msgspec.json.encode(shown), fetched_at=utc_now())


def _report(context: PullContext, asked_time: dict[str, Any], asked: Span | None = None) -> Archived:
    """Order a report and wait for its file. Success without a file means that there is nothing to report.

    Raises:
        UnexpectedAnswer: the file is broken, or about other days than those asked for.
    """
    account_id, options = context.account.account_id, context.options
    question = {
        "ReportRequest": {
            "Type": "CampaignPerformanceReportRequest",
            "ReportName": "Campaigns by day",
            "Format": "Csv",
            "FormatVersion": "2.0",
            "ExcludeColumnHeaders": False,
            "ExcludeReportHeader": False,
            "ExcludeReportFooter": False,
            "ReturnOnlyCompleteData": False,
            "Aggregation": "Daily",
            "Columns": COLUMNS,
            "Scope": {"AccountIds": [options.ad_account_id]},
            "Time": {
                **asked_time,
                "ReportTimeZone": report_time_zone(context.account.timezone, options, account_id),
            },
        }
    }
    submitted = context.client.post(SUBMIT_PATH, question).json(_Submitted)
    address = _await(context, submitted.ReportRequestId)
    if address is None:
        nothing = asked or _last_days_by_our_clock(context)
        return Archived(nothing.since, nothing.until, "")
    assert isinstance(context.client, AdvertisingClient)
    try:
        text = _unzipped(context.client.download(address).body)
        span = ReportFile.read(text).span
        if asked not in (None, span):
            raise BrokenReport(f"it is about {span.since} to {span.until}")
    except (ValueError, csv.Error, zipfile.BadZipFile) as error:
        raise UnexpectedAnswer(
            f"account {account_id!r} (microsoft_ads): a report file cannot be used: {error}. What was landed "
            "is kept: run again; if it persists, Microsoft changed its format and the source must learn it."
        ) from error
    return Archived(span.since, span.until, text)


def _await(context: PullContext, request_id: str) -> str | None:
    """The address of the finished report's file, or None when there is nothing to report.

    Raises:
        VendorUnavailable: Microsoft gave the report up, or takes longer than any report should.
    """
    said = f"account {context.account.account_id!r} (microsoft_ads): report {request_id}"
    wait, waited = FIRST_POLL, 0.0
    while waited < LONGEST_WAIT:
        polled = context.client.post(POLL_PATH, {"ReportRequestId": request_id}).json(_Polled)
        status: _Status = polled.ReportRequestStatus
        if status.Status == "Success":
            return status.ReportDownloadUrl or None
        if status.Status == "Error":
            raise VendorUnavailable(f"{said} failed at Microsoft. What was landed is kept: run again later.")
        if status.Status not in _RUNNING:
            raise UnexpectedAnswer(f"{said} has the unknown status {status.Status!r}")
        time.sleep(wait)
        waited += wait
        wait = min(LONGEST_POLL, 2 * wait)
    raise VendorUnavailable(f"{said} was not done after {waited:.0f} s. Run again later.")


def _unzipped(body: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        names = archive.namelist()
        if len(names) != 1:
            raise BrokenReport(f"the ZIP holds {len(names)} files instead of one")
        return archive.read(names[0]).decode("utf-8-sig")


def _last_days_by_our_clock(context: PullContext) -> Span:
    until = datetime.now(UTC).astimezone(context.account.zone).date() - DAY
    return Span(until - (RESTATED_DAYS - 1) * DAY, until)


def _span(report_time: str) -> Span:
    """`9/1/2026,9/14/2026`, and for a single day `9/1/2026`."""
    days = [datetime.strptime(text, "%m/%d/%Y").date() for text in _DATES.findall(report_time)]
    if not 1 <= len(days) <= 2:
        raise BrokenReport(f"its Report Time is {report_time!r}")
    return Span(days[0], days[-1])


def _custom_range(span: Span) -> dict[str, Any]:
    return {
        "CustomDateRangeStart": {"Day": span.since.day, "Month": span.since.month, "Year": span.since.year},
        "CustomDateRangeEnd": {"Day": span.until.day, "Month": span.until.month, "Year": span.until.year},
    }


def _months_before(day: date, months: int) -> date:
    """The first of the month after the one that lies so many months back: surely within what is kept."""
    count = day.year * 12 + day.month - 1 - months + 1
    return date(count // 12, count % 12 + 1, 1)
