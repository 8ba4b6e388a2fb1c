"""The report's numbers, read from the published marts.

Sums are taken over the additive columns of `rpt_channel_performance` and `rpt_campaign_performance`; rates
are quotients of those sums as `dim_metrics` defines them, never averaged from the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import duckdb

View = Literal["period", "cohort"]

_ADDITIVE = (
    "leads",
    "booked_leads",
    "booked_jobs",
    "completed_jobs",
    "new_customers",
    "spend_amount",
    "idle_spend_amount",
    "claimed_conversions",
    "booked_amount",
    "completed_amount",
    "first_time_completed_amount",
    "returning_completed_amount",
    "invoiced_amount",
    "collected_amount",
)
# Defined as the project's metrics; the published `dim_metrics` says what divides what.
_RATES = (
    "booking_rate",
    "mature_share",
    "cost_per_lead",
    "cost_per_booked_job",
    "cac",
    "average_ticket",
    "roas_completed",
    "roas_collected",
    "roas_first_time",
    "roi",
)


@dataclass(frozen=True)
class Figures:
    """The additive figures of one group, and the rates of those sums: None without a denominator."""

    leads: int
    booked_leads: int
    booked_jobs: Decimal
    completed_jobs: Decimal
    new_customers: Decimal
    spend_amount: Decimal
    idle_spend_amount: Decimal
    claimed_conversions: Decimal
    booked_amount: Decimal
    completed_amount: Decimal
    first_time_completed_amount: Decimal
    returning_completed_amount: Decimal
    invoiced_amount: Decimal
    collected_amount: Decimal
    booking_rate: float | None
    mature_share: float | None
    cost_per_lead: float | None
    cost_per_booked_job: float | None
    cac: float | None
    average_ticket: float | None
    roas_completed: float | None
    roas_collected: float | None
    roas_first_time: float | None
    roi: float | None


@dataclass(frozen=True)
class ChannelFigures(Figures):
    channel: str
    title: str
    is_marketing: bool


@dataclass(frozen=True)
class BrandFigures(Figures):
    brand: str


@dataclass(frozen=True)
class MonthFigures(Figures):
    month_on: date


@dataclass(frozen=True)
class CampaignFigures(Figures):
    campaign: str
    channel_title: str
    brand: str


@dataclass(frozen=True)
class ModelShare:
    """What one channel is credited with under each model, of completed revenue."""

    title: str
    amounts: dict[str, Decimal]


@dataclass(frozen=True)
class OpenGaps:
    """The open gaps of one rule, as the published ledger has them."""

    check_id: str
    severity: str
    wire: str
    remedy: str
    open_gaps: int
    dollars_at_risk: Decimal
    oldest_on: date | None
    samples: tuple[str, ...]


@dataclass(frozen=True)
class Span:
    first_month: date
    last_month: date
    as_of: datetime | None


def channel_figures(
    connection: duckdb.DuckDBPyConnection, view: View = "period", model: str = "last"
) -> tuple[ChannelFigures, ...]:
    """One row per channel that has any figure, in the operator's usual order."""
    rows = connection.execute(
        f"""
        with channels as (
            select channel, any_value(channel_title) as title, bool_or(is_marketing) as is_marketing,
                min(channel_sort_order) as sort_order
            from dim_marketing_sources group by channel
        )
        select {_columns(connection)}, measures.channel, channels.title, channels.is_marketing
        from rpt_channel_performance as measures join channels on channels.channel = measures.channel
        where view_basis = ? and model = ?
        group by measures.channel, channels.title, channels.is_marketing, channels.sort_order
        order by channels.sort_order
        """,
        [view, model],
    ).fetchall()
    return tuple(ChannelFigures(*row) for row in rows)


def brand_figures(connection: duckdb.DuckDBPyConnection) -> tuple[BrandFigures, ...]:
    rows = connection.execute(
        f"""
        select {_columns(connection)}, coalesce(brands.brand_name, 'No brand')
        from rpt_channel_performance as measures left join dim_brands as brands using (brand_key)
        where view_basis = 'period' and model = 'last'
        group by measures.brand_key, brands.brand_name order by brands.brand_name nulls last
        """
    ).fetchall()
    return tuple(BrandFigures(*row) for row in rows)


def month_figures(connection: duckdb.DuckDBPyConnection, view: View) -> tuple[MonthFigures, ...]:
    rows = connection.execute(
        f"""
        select {_columns(connection)}, month_on from rpt_channel_performance as measures
        where view_basis = ? and model = 'last' and month_on is not null group by month_on order by month_on
        """,
        [view],
    ).fetchall()
    return tuple(MonthFigures(*row) for row in rows)


def total_figures(connection: duckdb.DuckDBPyConnection) -> Figures:
    row = connection.execute(
        f"""
        select {_columns(connection)} from rpt_channel_performance as measures
        where view_basis = 'period' and model = 'last'
        """
    ).fetchone()
    assert row is not None
    return Figures(*row)


def campaign_figures(connection: duckdb.DuckDBPyConnection, limit: int = 15) -> tuple[CampaignFigures, ...]:
    """The campaigns that cost most, cohort view: money spent against what it has brought in since."""
    rows = connection.execute(
        f"""
        select {_columns(connection)}, coalesce(measures.campaign_name, 'No campaign'), sources.channel_title,
            coalesce(brands.brand_name, '')
        from rpt_campaign_performance as measures
        join dim_marketing_sources as sources using (marketing_source_key)
        left join dim_brands as brands on brands.brand_key = measures.brand_key
        where view_basis = 'cohort' and model = 'last'
        group by all
        having sum(measures.spend_amount) > 0
        order by sum(measures.spend_amount) desc
        limit ?
        """,
        [limit],
    ).fetchall()
    return tuple(CampaignFigures(*row) for row in rows)


def model_shares(connection: duckdb.DuckDBPyConnection) -> tuple[ModelShare, ...]:
    rows = connection.execute(
        """
        select sources.title, measures.model, sum(measures.completed_amount)
        from rpt_channel_performance as measures
        join (
            select channel, any_value(channel_title) as title, min(channel_sort_order) as sort_order
            from dim_marketing_sources group by channel
        ) as sources using (channel)
        where view_basis = 'period'
        group by sources.title, sources.sort_order, measures.model order by sources.sort_order
        """
    ).fetchall()
    shares: dict[str, dict[str, Decimal]] = {}
    for title, model, amount in rows:
        shares.setdefault(title, {})[model] = amount
    return tuple(ModelShare(title, amounts) for title, amounts in shares.items() if any(amounts.values()))


def open_gaps(connection: duckdb.DuckDBPyConnection) -> tuple[OpenGaps, ...]:
    """Rules with open gaps, the most dollars first."""
    rows = connection.execute(
        """
        select check_id, any_value(severity), any_value(wire), any_value(remedy), count(*),
            coalesce(sum(dollars_at_risk), 0) as dollars, min(occurred_on),
            list(account_id || ' ' || native_id order by dollars_at_risk desc nulls last, gap_id)[1:5]
        from fct_reconciliation_gaps where status = 'open'
        group by check_id order by dollars desc, check_id
        """
    ).fetchall()
    return tuple(OpenGaps(*rest, tuple(samples)) for *rest, samples in rows)


def span(connection: duckdb.DuckDBPyConnection) -> Span | None:
    """The months that the period view covers, and its newest event; None when nothing happened yet."""
    row = connection.execute(
        """
        select min(month_on), max(month_on), (
            select greatest(max(booked_at), max(completed_at), (
                select max(lead_at) from fct_leads where lead_at_basis <> 'first_loaded'
            ))
            from fct_jobs
        )
        from rpt_channel_performance where view_basis = 'period'
        """
    ).fetchone()
    return Span(*row) if row and row[0] else None


def _columns(connection: duckdb.DuckDBPyConnection) -> str:
    """The sums and rates of `Figures`, over rows called `measures`."""
    quotients = dict(
        (name, (numerator, denominator))
        for name, numerator, denominator in connection.execute(
            "select metric, numerator, denominator from dim_metrics where kind = 'ratio'"
        ).fetchall()
    )
    sums = [f"coalesce(sum(measures.{name}), 0)" for name in _ADDITIVE]
    rates = [
        "cast(sum(measures.{}) as double) / nullif(cast(sum(measures.{}) as double), 0)".format(
            *quotients[name]
        )
        for name in _RATES
    ]
    return ", ".join((*sums, *rates))
