"""How each object is read again: what moves, for how long, and what is lost after that.

No row of this vendor tells when it changed. So each object has a window that is read again with every pull,
and all of it once a month.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from ingestion.sources.google_ads import queries
from ingestion.sources.google_ads.answers import day_of, each_day, first_row, searched, streamed_days
from ingestion.sources.google_ads.customer import Customer, asked_customer
from ingestion.spec import Page, PullContext, PullFunction

# Clicks can be asked for up to 90 days back; the oldest of them is left out, lest it turns too old meanwhile.
CLICK_DAYS = 90
_DAY = timedelta(days=1)


def listing(query: str) -> PullFunction:
    """All rows of a query, with the vendor's count of them."""

    def pull(context: PullContext) -> Iterator[Page]:
        yield from searched(context, query)

    return pull


def spend(context: PullContext) -> Iterator[Page]:
    """Every day once, and the days of the window again: cost is restated, and rows disappear.

    The window counts back from the last day that was read before, not from today: after a pause nothing is
    left as it was first seen.
    """
    customer = asked_customer(context)
    state = context.state
    known_from, through = (_day(state.get(name)) for name in ("first_day", "through"))
    first_day = known_from or _first_active_day(context, customer)
    if first_day is None:
        context.save()
        return
    if through is None:
        start = first_day
    elif context.mode == "full":
        # An interrupted full pull goes on where it stopped.
        start = through + _DAY
    else:
        window = min(through, customer.today) - context.options.spend_reread_days * _DAY
        start = min(window, _since(context, customer) or window)
    context.save(**state)
    for first, last in _months(max(start, first_day), customer.today):
        yield streamed_days(context, queries.spend(first, last), first, last)
        context.save(first_day=first_day.isoformat(), through=last.isoformat())


def clicks(context: PullContext) -> Iterator[Page]:
    """Day by day; a day that is over and complete is never asked for again.

    Days that nobody asked for in time can never be read: they are reported.
    """
    customer = asked_customer(context)
    settled = _day(context.state.get("settled_through"))
    oldest = customer.today - (CLICK_DAYS - 1) * _DAY
    since = _since(context, customer)
    if settled is None:
        first = since or oldest
    else:
        first = settled + _DAY
        if first < oldest:
            context.warn(
                f"the clicks from {first} to {oldest - _DAY} can no longer be read: the vendor tells them "
                f"for {CLICK_DAYS} days, and no pull came in time. Leads of these days find no click."
            )
        first = min(first, since or first)
    for day in each_day(max(first, oldest), customer.today):
        yield from searched(context, queries.clicks(day))
        if day <= customer.settled_through:
            settled = day
        context.save(**({"settled_through": settled.isoformat()} if settled else {}))
    # The vendor counted each day by itself.
    context.report_total(None)


def changing(query: Callable[[date | None, int], str]) -> PullFunction:
    """What is read whole at first, and then again from so many days before the last pull on."""

    def pull(context: PullContext) -> Iterator[Page]:
        customer = asked_customer(context)
        through = _day(context.state.get("through"))
        since = _since(context, customer)
        if through is not None and context.mode == "incremental":
            window = min(through, customer.today) - context.options.lead_reread_days * _DAY
            since = min(window, since or window)
        yield from searched(context, query(since, context.options.version))
        context.save(through=customer.today.isoformat())

    return pull


def _first_active_day(context: PullContext, customer: Customer) -> date | None:
    earliest = customer.today - context.options.history_months * timedelta(days=30)
    earliest = max(earliest, _since(context, customer) or earliest)
    row = first_row(context, queries.first_active_day(earliest, customer.today))
    return day_of(row) if row else None


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    """First and last day of each part of a calendar month from `first` to `last`."""
    while first <= last:
        end = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        yield first, min(end, last)
        first = end + _DAY


def _since(context: PullContext, customer: Customer) -> date | None:
    """The day to read from, if the operator named one; none of the days to come."""
    return min(context.since.date(), customer.today) if context.since else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
