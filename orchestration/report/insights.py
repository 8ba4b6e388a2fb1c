"""What the report says beyond the scorecards: how leads are answered, what the choice of a model or of a date
changes, what customers come to be worth, and which finished months changed since."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb

DATE_BASES = ("click", "call", "lead", "booked", "completed", "invoiced", "collected")
SHOWN_CURVES = 6


@dataclass(frozen=True)
class FunnelStep:
    title: str
    leads: int


@dataclass(frozen=True)
class Response:
    """Calls and leads of one kind of hour or urgency. Times in minutes, None where nobody was answered."""

    title: str
    inbound_calls: int
    answer_rate: float | None
    call_booking_rate: float | None
    leads: int
    contact_rate: float | None
    waiting_leads: int
    median_minutes: float | None
    p90_minutes: float | None


@dataclass(frozen=True)
class DatedMonth:
    """One month's completed revenue under every date, or what stands in no month that is shown."""

    title: str
    is_month: bool
    amounts: dict[str, Decimal]


@dataclass(frozen=True)
class BridgeStep:
    step: str
    amount: Decimal


@dataclass(frozen=True)
class Bridge:
    """From a month's completed revenue to the same month's revenue by day of collection."""

    month_on: date
    completed_amount: Decimal
    collected_amount: Decimal
    steps: tuple[BridgeStep, ...]


@dataclass(frozen=True)
class Interval:
    """What all readings of attribution give one channel of one brand in the newest year."""

    brand: str
    channel: str
    least: Decimal
    most: Decimal
    least_reading: str
    most_reading: str
    best_rank: int
    worst_rank: int
    spend_amount: Decimal
    least_roas: float
    most_roas: float
    readings: int
    readings_that_pay: int
    decision_flips: bool


@dataclass(frozen=True)
class CurvePoint:
    """What a channel's customers had brought by a month of age, per customer, over cohorts that old."""

    title: str
    months_since: int
    customers: int
    invoiced_per_customer: float
    acquisition_cost: float | None


@dataclass(frozen=True)
class Restatement:
    month_on: date
    known_on: date
    cause: str
    figure: str
    change: Decimal
    places: int  # channels and brands that it touched


def funnel(connection: duckdb.DuckDBPyConnection) -> tuple[FunnelStep, ...]:
    steps = {
        "Leads": "leads",
        "Booked": "booked_leads",
        "Work done": "run_leads",
        "Sold": "sold_leads",
        "Invoiced": "invoiced_leads",
        "Paid": "paid_leads",
    }
    sums = ", ".join(f"coalesce(sum({column}), 0)" for column in steps.values())
    row = connection.execute(f"select {sums} from rpt_funnel").fetchone()
    assert row is not None
    return tuple(FunnelStep(title, count) for title, count in zip(steps, row, strict=True))


def responses(connection: duckdb.DuckDBPyConnection) -> tuple[Response, ...]:
    """Office hours, after hours, emergencies, all; those without any call or lead are left out."""
    kinds = {
        "Office hours": "not is_after_hours",
        "After hours": "is_after_hours",
        "Emergencies": "is_emergency",
        "All": "true",
    }
    found = (_response(connection, title, where) for title, where in kinds.items())
    return tuple(response for response in found if response.inbound_calls or response.leads)


def _response(connection: duckdb.DuckDBPyConnection, title: str, where: str) -> Response:
    # Medians do not add up: they are taken from the leads themselves.
    row = connection.execute(
        f"""
        with counts as (
            select sum(inbound_calls) as inbound_calls, sum(answered_calls) as answered_calls,
                sum(booked_calls) as booked_calls, sum(bookable_calls) as bookable_calls,
                sum(contacted_leads) as contacted_leads, sum(answerable_leads) as answerable_leads,
                sum(waiting_leads) as waiting_leads, sum(contacted_leads + waiting_leads + booked_only_leads)
                    as leads
            from rpt_lead_response where {where}
        ),
        waits as (
            select quantile_cont(response_seconds, 0.5) / 60 as median_minutes,
                quantile_cont(response_seconds, 0.9) / 60 as p90_minutes
            from fct_leads where not is_excluded and {where}
        )
        select coalesce(inbound_calls, 0), {_quotient(connection, "answer_rate")},
            {_quotient(connection, "call_booking_rate")}, coalesce(leads, 0),
            {_quotient(connection, "contact_rate")}, coalesce(waiting_leads, 0), median_minutes, p90_minutes
        from counts cross join waits
        """
    ).fetchone()
    assert row is not None
    return Response(title, *row)


def _quotient(connection: duckdb.DuckDBPyConnection, metric: str) -> str:
    row = connection.execute(
        "select numerator, denominator from dim_metrics where metric = ?", [metric]
    ).fetchone()
    assert row is not None
    return f"cast({row[0]} as double) / nullif({row[1]}, 0)"


def dated_months(connection: duckdb.DuckDBPyConnection, limit: int = 12) -> tuple[DatedMonth, ...]:
    """The newest months under every date, between what came before and what has no such date."""
    rows = connection.execute(
        "select month_on, date_basis, sum(completed_amount) from rpt_revenue_by_date_basis group by all"
    ).fetchall()
    newest = sorted({month for month, _, _ in rows if month is not None})[-limit:]
    titles = ["Earlier", *(f"{month:%B %Y}" for month in newest), "No such date"]
    amounts: dict[str, dict[str, Decimal]] = {title: defaultdict(Decimal) for title in titles}
    for month, basis, amount in rows:
        dated = f"{month:%B %Y}" if month in newest else "Earlier"
        amounts["No such date" if month is None else dated][basis] += amount
    return tuple(
        DatedMonth(title, title not in ("Earlier", "No such date"), dict(found))
        for title, found in amounts.items()
        if found
    )


def collection_bridge(connection: duckdb.DuckDBPyConnection) -> Bridge | None:
    """The bridge of the newest month but one: the newest is still filling."""
    months = connection.execute(
        "select distinct month_on from rpt_revenue_by_date_basis where date_basis = 'completed' "
        "and month_on is not null order by 1 desc limit 2"
    ).fetchall()
    if not months:
        return None
    month = months[-1][0]
    rows = connection.execute(
        """
        select from_month_on = $month as is_from, to_month_on = $month as is_to, step, sum(completed_amount)
        from rpt_revenue_bridge
        where from_basis = 'completed' and to_basis = 'collected'
            and (from_month_on = $month or to_month_on = $month)
        group by all order by step
        """,
        {"month": month},
    ).fetchall()
    steps = tuple(
        BridgeStep(_BRIDGE_TITLES[step, bool(is_from)], -amount if is_from else amount)
        for is_from, is_to, step, amount in rows
        if not (is_from and is_to)
    )
    completed = sum((amount for is_from, _, _, amount in rows if is_from), Decimal(0))
    collected = sum((amount for _, is_to, _, amount in rows if is_to), Decimal(0))
    return Bridge(month, completed, collected, steps)


# (step, whether it leads out of the completed month)
_BRIDGE_TITLES = {
    ("later_there", True): "completed in the month, paid later",
    ("earlier_there", True): "completed in the month, paid before it",
    ("not_dated_there", True): "completed in the month, not paid yet",
    ("later_there", False): "completed before, paid in the month",
    ("earlier_there", False): "completed or credited later, paid in the month",
    ("only_dated_there", False): "paid in the month, no date of completion",
}


def intervals(connection: duckdb.DuckDBPyConnection, limit: int = 12) -> tuple[Interval, ...]:
    """Channels that cost money in the newest year, by brand: flipped decisions first, then the widest."""
    rows = connection.execute(
        """
        select coalesce(brands.brand_name, 'No brand'), sources.title, ranges.least_completed_amount,
            ranges.most_completed_amount, ranges.least_reading, ranges.most_reading, ranges.best_rank,
            ranges.worst_rank, ranges.spend_amount, ranges.least_roas_first_time, ranges.most_roas_first_time,
            ranges.readings, ranges.readings_that_pay, ranges.decision_flips
        from rpt_attribution_interval as ranges
        join (
            select channel, any_value(channel_title) as title from dim_marketing_sources group by channel
        ) as sources using (channel)
        left join dim_brands as brands using (brand_key)
        where ranges.span = 'year' and ranges.spend_amount > 0
            and ranges.starts_on = (select max(starts_on) from rpt_attribution_interval where span = 'year')
        order by ranges.decision_flips desc, ranges.spread_amount desc
        limit ?
        """,
        [limit],
    ).fetchall()
    return tuple(Interval(*row) for row in rows)


def value_curves(connection: duckdb.DuckDBPyConnection) -> tuple[CurvePoint, ...]:
    """Per channel with the most customers: the mean over cohorts that have reached each age."""
    rows = connection.execute(
        """
        with titles as (
            select channel, any_value(channel_title) as title from dim_marketing_sources
            where is_marketing group by channel
        ),
        biggest as (
            select channel from rpt_customer_value join titles using (channel) where months_since = 0
            group by channel order by sum(customers) desc limit ?
        )
        select titles.title, months_since, sum(customers), sum(invoiced_amount) / sum(customers),
            sum(spend_amount) / nullif(sum(customers), 0)
        from rpt_customer_value join biggest using (channel) join titles using (channel)
        where is_month_over
        group by titles.title, months_since
        having sum(customers) >= 5
        order by titles.title, months_since
        """,
        [SHOWN_CURVES],
    ).fetchall()
    return tuple(
        CurvePoint(title, months, customers, float(invoiced), float(cost) or None)
        for title, months, customers, invoiced, cost in rows
    )


def restatements(connection: duckdb.DuckDBPyConnection, limit: int = 12) -> tuple[Restatement, ...]:
    """What changed in months that were over, period view, newest news first, amounts only."""
    rows = connection.execute(
        """
        select month_on, known_on, cause, figure,
            -- What only moved adds up to nothing; how much moved is half of all movements.
            case when cause = 'moved_between_channels' then sum(abs(change_value)) / 2
                else sum(change_value) end,
            count(*)
        from rpt_restatements
        where view_basis = 'period' and figure like '%\\_amount' escape '\\'
        group by month_on, known_on, cause, figure
        order by known_on desc, month_on desc, sum(abs(change_value)) desc
        limit ?
        """,
        [limit],
    ).fetchall()
    return tuple(Restatement(*row) for row in rows)
