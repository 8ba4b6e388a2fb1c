"""Asking for insights: rows of campaigns by day, at once or, where that is too much, by a report job.

A day is only known whole when every page of it has come, and a campaign that lost its delivery on a day
(invalid traffic, for instance) simply has no row any more. So what is archived is a finished report with the
days it is about, and each day is one row of raw: reading a day again replaces all that was said of it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from ingestion.http import UnexpectedAnswer, VendorError, VendorUnavailable
from ingestion.sources.meta_ads.graph import AskedTooMuch
from ingestion.spans import DAY, Span
from ingestion.spec import Page, PullContext, utc_now

# Figures go on changing for about four weeks (attribution, invalid traffic).
RESTATED_DAYS = 30
HISTORY_MONTHS = 37  # nothing older is kept
DAYS_AT_ONCE = 90
PAGE_ROWS = 500
READINGS = 3
FIELDS = (
    "account_id", "account_currency", "campaign_id", "campaign_name", "objective", "spend", "impressions",
    "clicks", "inline_link_clicks", "actions", "action_values", "date_start", "date_stop",
)  # fmt: skip

FIRST_POLL = 0.2
LONGEST_POLL = 30.0
LONGEST_JOB = 3600.0
_RUNNING = frozenset({"Job Not Started", "Job Started", "Job Running"})
_FAILED = frozenset({"Job Failed", "Job Skipped"})


class Report(msgspec.Struct):
    """A finished report as it is archived: the vendor's rows, untouched, and the days that were asked for."""

    since: date
    until: date
    rows: list[msgspec.Raw]


class _Head(msgspec.Struct):
    campaign_id: str
    date_start: str
    spend: str = "0"


class _Summary(msgspec.Struct):
    spend: str | None = None
    date_start: date | None = None
    date_stop: date | None = None


class _Cursors(msgspec.Struct):
    after: str


class _Paging(msgspec.Struct):
    cursors: _Cursors | None = None
    next: str | None = None


class InsightsPage(msgspec.Struct):
    """A page of any edge; `summary` only where it was asked for."""

    data: list[msgspec.Raw]
    paging: _Paging | None = None
    summary: _Summary | None = None

    @property
    def after(self) -> str | None:
        """Where the next page begins. A last page has a cursor, too, but no next address."""
        if self.paging is None or self.paging.next is None or self.paging.cursors is None:
            return None
        return self.paging.cursors.after


class _Run(msgspec.Struct):
    report_run_id: str


class _Job(msgspec.Struct):
    async_status: str = ""
    async_percent_completion: int = 0
    error_message: str = ""


class _AdAccount(msgspec.Struct):
    timezone_name: str
    created_time: str | None = None


class JobFailed(VendorError):
    """Meta gave up a report job; a smaller one may go."""


_HEAD = msgspec.json.Decoder(_Head)
_REPORT = msgspec.json.Decoder(Report)


def day_rows(body: bytes) -> Sequence[msgspec.Raw]:
    """One row per day that the report is about, also for one without delivery: it may have had some."""
    report = _REPORT.decode(body)
    days: dict[str, dict[str, msgspec.Raw]] = {
        day.isoformat(): {} for day in Span(report.since, report.until).days
    }
    for row in report.rows:
        head = _HEAD.decode(row)
        if head.date_start not in days:
            raise msgspec.ValidationError(f"a row of {head.date_start} in a report of other days")
        days[head.date_start][head.campaign_id] = row
    return [
        msgspec.Raw(
            msgspec.json.encode({"date": day, "campaigns": [rows[campaign] for campaign in sorted(rows)]})
        )
        for day, rows in days.items()
    ]


def campaign_days(context: PullContext) -> Iterator[Page]:
    """Every finished day, or in an incremental pull those that may still change and those never read."""
    account = _ad_account(context)
    restated = _restated_span(context, account)
    through = context.state.get("through")
    if context.since:
        start = context.since.astimezone(ZoneInfo(account.timezone_name)).date()
    elif context.mode == "incremental" and through:
        # What the last pull read was old enough to be final on the first of its days only.
        start = min(restated.since, date.fromisoformat(through) - (RESTATED_DAYS - 2) * DAY)
    else:
        start = _first_day(account, restated.until)
    first = context.state.get("first")
    for piece in Span(min(start, restated.until), restated.until).pieces(DAYS_AT_ONCE):
        for report in _reports(context, piece):
            first = min(filter(None, (first, *_delivered_days(report))), default=None)
            # Days before anything was ever delivered are no days of the account.
            if first and first <= report.until.isoformat():
                yield _page(report, date.fromisoformat(first))
    context.save(through=restated.until.isoformat(), first=first)


def _delivered_days(report: Report) -> list[str]:
    return [_HEAD.decode(row).date_start for row in report.rows]


def _page(report: Report, first: date) -> Page:
    shown = Report(max(first, report.since), report.until, report.rows)
    request = f"insights by campaign and day, {shown.since} to {shown.until}"
    return Page(request=request, body=msgspec.json.encode(shown), fetched_at=utc_now())


def _ad_account(context: PullContext) -> _AdAccount:
    page = context.client.get(context.options.account_path, {"fields": "timezone_name,created_time"})
    return page.json(_AdAccount)  # type: ignore[no-any-return]


def _restated_span(context: PullContext, account: _AdAccount) -> Span:
    """The last 30 finished days by the vendor's clock; by ours where an idle account tells none."""
    page = context.client.get(
        f"{context.options.account_path}/insights",
        {"level": "account", "date_preset": "last_30d", "fields": "spend", "default_summary": "true"},
    )
    summary = page.json(InsightsPage).summary
    if summary and summary.date_stop:
        until = summary.date_stop
    else:
        until = datetime.now(UTC).astimezone(ZoneInfo(account.timezone_name)).date() - DAY
    return Span(until - (RESTATED_DAYS - 1) * DAY, until)


def _first_day(account: _AdAccount, until: date) -> date:
    months = until.year * 12 + until.month - 1 - HISTORY_MONTHS + 1
    oldest = date(months // 12, months % 12 + 1, 1)
    if account.created_time is None:
        return oldest
    zone = ZoneInfo(account.timezone_name)
    return max(oldest, datetime.fromisoformat(account.created_time).astimezone(zone).date() - DAY)


def _reports(context: PullContext, span: Span) -> Iterator[Report]:
    """One report of the span, or where Meta cannot make it, of its halves."""
    try:
        yield Report(span.since, span.until, _consistent_rows(context, span))
    except JobFailed as failure:
        if span.since == span.until:
            raise VendorUnavailable(f"{failure}. What was landed is kept: run again later.") from failure
        middle = (len(span.days) + 1) // 2
        for half in span.pieces(middle):
            yield from _reports(context, half)


def _consistent_rows(context: PullContext, span: Span) -> list[msgspec.Raw]:
    """All rows, whose spend adds up to the report's own sum.

    Raises:
        UnexpectedAnswer: it does not, time and again: rows are missing or come twice.
    """
    for _ in range(READINGS):
        rows, summary = _rows(context, span)
        spent = sum((Decimal(_HEAD.decode(row).spend) for row in rows), Decimal())
        stated = summary.spend if summary else None
        if stated is None or Decimal(stated) == spent:
            return rows
    raise UnexpectedAnswer(
        f"account {context.account.account_id!r} (meta_ads): the campaigns from {span.since} to {span.until} "
        f"add up to {spent}, but Meta's own sum is {stated}. Nothing of it was landed; run again "
        "later, and compare with Ads Manager if it persists."
    )


def _rows(context: PullContext, span: Span) -> tuple[list[msgspec.Raw], _Summary | None]:
    path = f"{context.options.account_path}/insights"
    question = {
        "level": "campaign",
        "time_increment": "1",
        "fields": ",".join(FIELDS),
        "time_range": _json({"since": span.since, "until": span.until}),
        "action_attribution_windows": _json(context.options.attribution_windows),
        "default_summary": "true",
        "limit": str(PAGE_ROWS),
    }
    try:
        return _pages(context, path, question)
    except AskedTooMuch:
        run_id = context.client.post(path, question).json(_Run).report_run_id
        _await(context, run_id)
        results = f"/{context.options.api_version}/{run_id}/insights"
        return _pages(context, results, {"limit": str(PAGE_ROWS), "default_summary": "true"})


def _pages(
    context: PullContext, path: str, question: Mapping[str, Any]
) -> tuple[list[msgspec.Raw], _Summary | None]:
    rows: dict[tuple[str, str], msgspec.Raw] = {}
    after: str | None = None
    while True:
        page = context.client.get(path, {**question, **({"after": after} if after else {})})
        decoded: InsightsPage = page.json(InsightsPage)
        for row in decoded.data:
            head = _HEAD.decode(row)
            # A row that moved over a page's edge comes twice.
            rows[head.campaign_id, head.date_start] = row
        after = decoded.after
        if after is None:
            return list(rows.values()), decoded.summary


def _await(context: PullContext, run_id: str) -> None:
    """Wait until a report job is done. Results are readable only when it is completed, to 100 %.

    Raises:
        JobFailed: Meta gave it up.
        VendorUnavailable: it takes longer than any job should.
    """
    said = f"account {context.account.account_id!r} (meta_ads): report job {run_id}"
    wait, waited = FIRST_POLL, 0.0
    while waited < LONGEST_JOB:
        job: _Job = context.client.get(f"/{context.options.api_version}/{run_id}").json(_Job)
        if job.async_status == "Job Completed" and job.async_percent_completion == 100:
            return
        if job.async_status in _FAILED:
            raise JobFailed(f"{said} ended as {job.async_status!r} {job.error_message}".rstrip())
        if job.async_status not in (*_RUNNING, "Job Completed"):
            raise UnexpectedAnswer(f"{said} has the unknown status {job.async_status!r}")
        time.sleep(wait)
        waited += wait
        wait = min(LONGEST_POLL, 2 * wait)
    raise VendorUnavailable(f"{said} was not done after {waited:.0f} s. Run again later.")


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
