"""From a number in a report back to the rows that make it: leads, jobs, ledger entries, days of spend.

The rows are read from the facts, not from the report; that they add up to the number shown is checked each
time, to the last digit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import duckdb

from ingestion.config import Home
from orchestration.paper_trail import SHARES_OF_ENTRIES
from orchestration.warehouse import reading, rows

Row = dict[str, Any]
SCORECARDS = ("rpt_channel_performance", "rpt_campaign_performance")
DATE_BASES = "rpt_revenue_by_date_basis"
REPORTS = (*SCORECARDS, DATE_BASES)

# Which ledger entries a money column of the scorecards adds up.
_ENTRIES: Mapping[str, str] = {
    "gross_booked_amount": "amounts.entry_type = 'booked' and not amounts.is_reversal",
    **{
        f"{stage}_amount": f"amounts.entry_type = '{stage}'"
        for stage in ("booked", "sold", "completed", "invoiced", "collected")
    },
    **{
        f"{who}_{stage}_amount": f"amounts.entry_type = '{stage}' and {'not ' * (who == 'first_time')}"
        "credits.is_returning"
        for who in ("first_time", "returning")
        for stage in ("completed", "collected")
    },
    **{
        f"{stage}_reversal_amount": f"amounts.entry_type = '{stage}' and amounts.is_reversal"
        for stage in ("completed", "collected")
    },
}
# Which leads a count of the scorecards adds up.
_LEADS: Mapping[str, str] = {
    "leads": "true",
    "booked_leads": "leads.is_booked",
    "new_customer_leads": "leads.is_new_customer",
}
# Which jobs, and on which date of theirs the period view counts them.
_JOBS: Mapping[str, tuple[str, str]] = {
    "booked_jobs": ("not jobs.is_recall", "booked_on"),
    "net_booked_jobs": ("not jobs.is_recall and not jobs.is_canceled", "booked_on"),
    "completed_jobs": ("not jobs.is_recall", "completed_on"),
    "new_customers": ("jobs.is_acquisition", "completed_on"),
}
_SPEND = ("spend_amount", "claimed_conversions", "claimed_conversion_amount")
TRACEABLE = (*_LEADS, *_JOBS, *_SPEND, *_ENTRIES)
_BASES = {
    "click": "clicked_on",
    "call": "called_on",
    "lead": "lead_on",
    **{f"{name}": f"{name}_on" for name in ("booked", "sold", "completed", "invoiced", "collected")},
}


class Untraceable(ValueError):
    """A number that has no rows to go back to; the message says what can be asked instead."""


@dataclass(frozen=True)
class Question:
    """Which number: a report's column, and which part of the report. A part left out is all of it.

    Attributes:
        month: First day of the month.
        basis: Only for `rpt_revenue_by_date_basis`: the date that puts revenue into its month.
    """

    report: str
    column: str
    view: Literal["period", "cohort"] = "period"
    model: str = "last"
    month: date | None = None
    channel: str | None = None
    brand: str | None = None
    campaign: str | None = None
    basis: str = "completed"


@dataclass(frozen=True)
class Part:
    """One additive column: what the report shows, and the rows behind it."""

    column: str
    reported: Decimal
    rows: list[Row]

    @property
    def total(self) -> Decimal:
        return sum((Decimal(row["value"]) for row in self.rows), Decimal(0))

    @property
    def holds(self) -> bool:
        return self.total == self.reported


@dataclass(frozen=True)
class Provenance:
    """A number and its parts: one for a sum, numerator and denominator for a rate."""

    question: Question
    value: Decimal | float | None
    parts: tuple[Part, ...]

    @property
    def holds(self) -> bool:
        return all(part.holds for part in self.parts)


def trace(home: Home, question: Question) -> Provenance:
    """Find the rows behind a number.

    Raises:
        Untraceable: the report, column or part is not known.
        WarehouseMissing: nothing has been built yet.
    """
    if question.report not in REPORTS:
        raise Untraceable(f"{question.report} cannot be traced; these can: {', '.join(REPORTS)}")
    with reading(home.warehouse) as connection:
        if question.report == DATE_BASES:
            part = _part(connection, question, question.column)
            return Provenance(question, part.total, (part,))
        rate = _rate(connection, question.column)
        parts = tuple(_part(connection, question, column) for column in rate or (question.column,))
    if rate is None:
        return Provenance(question, parts[0].total, parts)
    numerator, denominator = (part.total for part in parts)
    return Provenance(question, float(numerator) / float(denominator) if denominator else None, parts)


def _rate(connection: duckdb.DuckDBPyConnection, column: str) -> tuple[str, str] | None:
    """Numerator and denominator, where the column is a rate."""
    return connection.execute(  # type: ignore[return-value]
        "select numerator, denominator from core.dim_metrics where metric = ? and kind = 'ratio'", [column]
    ).fetchone()


def _part(connection: duckdb.DuckDBPyConnection, question: Question, column: str) -> Part:
    query = _query(question, column)
    wanted = {
        "model": question.model,
        "view": question.view,
        "month": question.month,
        "channel": question.channel,
        "brand": question.brand,
        "campaign": question.campaign,
        "basis": question.basis,
    }
    return Part(
        column,
        Decimal(_found(connection, _reported(question, column), wanted)[0]["value"] or 0),
        _found(connection, query, wanted),
    )


def _reported(question: Question, column: str) -> str:
    """What the report itself shows."""
    is_dated = question.report == DATE_BASES
    own = "date_basis = $basis" if is_dated else "view_basis = $view and model = $model"
    campaign = "campaign_name" if question.report == "rpt_campaign_performance" else None
    where = _where("shown", "shown.month_on", campaign=campaign)
    return f"select sum({column}) as value from marketing.{question.report} as shown where {own} and {where}"


def _query(question: Question, column: str) -> str:
    if question.campaign and question.report != "rpt_campaign_performance":
        raise Untraceable(f"{question.report} knows no campaigns: ask rpt_campaign_performance")
    if question.report == DATE_BASES:
        if column != "completed_amount" or question.basis not in _BASES:
            raise Untraceable(
                f"{DATE_BASES} has completed_amount, under one of these bases: {', '.join(_BASES)}"
            )
        return _dated_revenue(_BASES[question.basis])
    if column in _ENTRIES:
        return _ledger_entries(_ENTRIES[column], question.view)
    if column in _LEADS:
        return _leads(_LEADS[column])
    if column in _JOBS:
        return _jobs(*_JOBS[column], question.view)
    if column in _SPEND:
        return _spend(column)
    known = ", ".join(TRACEABLE)
    raise Untraceable(f"{column} cannot be traced to rows. These can, and the rates made of them: {known}")


def _ledger_entries(entries: str, view: str) -> str:
    dated = "amounts.event_on" if view == "period" else "coalesce(credits.touch_on, credits.conversion_on)"
    return f"""
        select amounts.event_on, amounts.entry_type, ledger.reversal_kind, amounts.amount as value,
            credits.weight, credits.channel, credits.campaign_name, credits.touch_on, credits.method,
            credits.attribution_reason, ledger.account_id,
            coalesce(payments.native_id, invoices.native_id, jobs.native_id) as native_id,
            coalesce(payments.native_url, invoices.native_url, jobs.native_url) as native_url,
            jobs.native_id as job_native_id, ledger.entry_key
        from {SHARES_OF_ENTRIES} as amounts
        join core.fct_attribution as credits on credits.model = $model
            and credits.conversion_key = amounts.conversion_key
            and credits.touch_key is not distinct from amounts.touch_key
        join core.fct_revenue_ledger as ledger on ledger.entry_key = amounts.entry_key
        left join core.fct_jobs as jobs on jobs.job_key = ledger.job_key
        left join core.fct_invoices as invoices on invoices.invoice_key = ledger.invoice_key
        left join core.fct_payments as payments on payments.payment_key = ledger.payment_key
        where list_contains(amounts.models, $model) and amounts.amount <> 0 and {entries}
            and {_where("credits", dated, "credits.campaign_name")}
        order by amounts.event_on, ledger.entry_key, credits.touch_on
    """


def _leads(leads: str) -> str:
    return f"""
        select leads.lead_on, leads.lead_kind, 1 as value, leads.channel, leads.campaign_name, leads.method,
            leads.is_booked, leads.account_id, leads.native_id, leads.native_url, leads.lead_key
        from core.fct_leads as leads
        where not leads.is_excluded and {leads}
            and {_where("leads", "leads.lead_on", "leads.campaign_name")}
        order by leads.lead_at, leads.lead_key
    """


def _jobs(jobs: str, dated: str, view: str) -> str:
    month = f"jobs.{dated}" if view == "period" else "coalesce(credits.touch_on, credits.conversion_on)"
    return f"""
        select jobs.{dated}, jobs.job_type_name, credits.weight as value, credits.channel,
            credits.campaign_name, credits.touch_on, credits.method, jobs.completed_amount, jobs.account_id,
            jobs.native_id, jobs.native_url, jobs.job_key
        from core.fct_attribution as credits
        join core.fct_jobs as jobs on jobs.job_key = credits.job_key
        where credits.model = $model and jobs.{dated} is not null and {jobs}
            and {_where("credits", month, "credits.campaign_name")}
        order by jobs.{dated}, jobs.job_key, credits.touch_on
    """


def _spend(column: str) -> str:
    return f"""
        select spend.spend_on, spend.{column} as value, spend.reported_amount, spend.is_spread, spend.channel,
            spend.campaign_name, spend.platform, spend.account_id, spend.ad_spend_key
        from core.fct_ad_spend as spend
        where spend.{column} <> 0 and {_where("spend", "spend.spend_on", "spend.campaign_name")}
        order by spend.spend_on, spend.ad_spend_key
    """


def _dated_revenue(dated: str) -> str:
    return f"""
        select dated.{dated}, dated.amount as value, dated.completed_on, dated.invoiced_on,
            dated.collected_on, credits.channel, dated.account_id, invoices.native_id, invoices.native_url,
            jobs.native_id as job_native_id, dated.entry_key
        from revenue.int_revenue__dated as dated
        join core.fct_attribution as credits on credits.conversion_key = dated.job_key
            and credits.model = 'last'
        join core.fct_jobs as jobs on jobs.job_key = dated.job_key
        left join core.fct_invoices as invoices on invoices.invoice_key = dated.invoice_key
        where dated.amount <> 0 and {_where("credits", f"dated.{dated}")}
        order by dated.{dated}, dated.entry_key, dated.collected_on
    """


def _where(relation: str, dated: str, campaign: str | None = None) -> str:
    """The part of a report that is asked for; NULL stands for all of it."""
    parts = [
        f"($month is null or date_trunc('month', {dated}) = $month)",
        f"($channel is null or {relation}.channel = $channel)",
        f"($brand is null or {relation}.brand_key = $brand)",
    ]
    if campaign:
        parts.append(f"($campaign is null or {campaign} = $campaign)")
    return " and ".join(parts)


def _found(connection: duckdb.DuckDBPyConnection, query: str, wanted: Mapping[str, Any]) -> list[Row]:
    # DuckDB refuses a value that the query does not ask for.
    return rows(connection, query, **{name: value for name, value in wanted.items() if f"${name}" in query})
