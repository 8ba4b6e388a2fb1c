"""Alerts: each channel is told once about what is new, reopened or grown, and once a day how things stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ingestion.config import AlertChannel, Settings
from ingestion.locks import exclusive
from orchestration.alerts import messages
from orchestration.alerts.channels import PAUSES, DeliveryFailed, deliver
from orchestration.alerts.journal import Delivery, Journal, News, journal
from orchestration.alerts.matters import (
    Matter,
    channel_matters,
    gap_matters,
    publish_matters,
    run_matters,
    schedule_matters,
    source_matters,
)
from orchestration.alerts.messages import Message
from orchestration.freshness import source_states
from orchestration.gaps import Gap, GapFilter, find_gaps
from orchestration.health import WireHealth, knows_wires, wire_health
from orchestration.project import reconciliation_rules
from orchestration.snapshot import read_snapshot, reading_published

if TYPE_CHECKING:
    import dagster as dg


@dataclass(frozen=True)
class Situation:
    """Everything that could be told at one moment."""

    now: datetime
    matters: tuple[Matter, ...]
    quiet_gaps: tuple[Gap, ...] = ()
    health: tuple[WireHealth, ...] = ()
    healed_today: int = 0
    published_at: str | None = None

    @property
    def day(self) -> str:
        return f"{self.now:%Y-%m-%d}"


@dataclass(frozen=True)
class Round:
    """What one round of alerts handed over, and what it could not."""

    delivered: tuple[Delivery, ...] = ()
    failed: tuple[Delivery, ...] = ()


def _round(tried: Sequence[Delivery]) -> Round:
    return Round(
        delivered=tuple(each for each in tried if each.error is None),
        failed=tuple(each for each in tried if each.error is not None),
    )


def look(
    settings: Settings, instance: dg.DagsterInstance | None = None, now: datetime | None = None
) -> Situation:
    """What holds now. Without Dagster's instance, runs and schedules are not looked at.

    Reads the published marts, the landing archive and Dagster's records; never the warehouse, which a run
    may be writing.
    """
    now = now or datetime.now(UTC)
    home, alerts = settings.home, settings.operator.alerts
    ui_url = alerts.ui_url
    matters = [
        *source_matters(source_states(home, settings.operator.accounts, alerts.stale_after_hours, now)),
        *publish_matters(home, alerts, now),
    ]
    if instance is not None:
        from orchestration.alerts.runs import failed_runs, missed_schedules

        grace = timedelta(minutes=alerts.missed_after_minutes)
        matters += run_matters(failed_runs(instance), ui_url)
        matters += schedule_matters(missed_schedules(instance, now, grace), ui_url)
    snapshot = read_snapshot(home.published)
    if snapshot is None or not knows_wires(snapshot):
        return Situation(now, tuple(matters))
    with reading_published(home.published) as connection:
        gaps = find_gaps(connection, GapFilter())
        healed = connection.execute(
            "select count(*) from fct_reconciliation_gaps where resolved_at > ("
            "select max(as_of_at) - interval '1 day' from rpt_wire_health)"
        ).fetchone() or (0,)
    titles = {rule.check_id: rule.title for rule in reconciliation_rules()}
    return Situation(
        now=now,
        matters=(*matters, *gap_matters(gaps, titles, ui_url)),
        quiet_gaps=tuple(gap for gap in gaps if gap.is_quiet),
        health=wire_health(settings, now),
        healed_today=healed[0],
        published_at=snapshot.published_at,
    )


def send_alerts(
    settings: Settings,
    instance: dg.DagsterInstance | None = None,
    now: datetime | None = None,
    pauses: Sequence[float] = PAUSES,
) -> Round:
    """Tell every channel what is news to it, and the digest once a day.

    Only one process tells at a time. A channel that fails is recorded, tried again the next time, and told
    about by the others; it raises nothing.
    """
    channels = settings.operator.alerts.channels
    if not channels:
        return Round()
    situation = look(settings, instance, now)
    path = settings.home.alert_journal
    with exclusive(path.with_suffix(".lock")), journal(path) as book:
        tried = [
            delivery for channel in channels for delivery in _tell(settings, channel, situation, book, pauses)
        ]
    return _round(tried)


def preview(
    settings: Settings, instance: dg.DagsterInstance | None = None, now: datetime | None = None
) -> dict[str, list[Message]]:
    """What `send_alerts` would send now, by channel; the digest always included where a channel takes it."""
    situation = look(settings, instance, now)
    with journal(settings.home.alert_journal) as book:
        found = {}
        for channel in settings.operator.alerts.channels:
            news = _news(settings, channel, situation, book)
            name = settings.operator.name
            found[channel.name] = [messages.alert(channel.name, name, news)] if news else []
            if channel.digest:
                found[channel.name].append(_digest(settings, channel, situation))
        return found


def send_samples(settings: Settings, pauses: Sequence[float] = PAUSES) -> Round:
    """Send a sample to each channel and record how that went."""
    now = datetime.now(UTC)
    tried = []
    with journal(settings.home.alert_journal) as book:
        for channel in settings.operator.alerts.channels:
            message = messages.sample(channel.name, settings.operator.name, now)
            tried.append(_deliver(settings, channel, message, now, book, pauses))
            book.commit()
    return _round(tried)


def _tell(
    settings: Settings,
    channel: AlertChannel,
    situation: Situation,
    book: Journal,
    pauses: Sequence[float],
) -> list[Delivery]:
    tried = []
    book.record_quiet(channel.name, [f"gap:{gap.gap_id}" for gap in situation.quiet_gaps])
    book.forget_ended(channel.name, [matter.key for matter in _matters(channel, situation, book)])
    news = _news(settings, channel, situation, book)
    if news:
        message = messages.alert(channel.name, settings.operator.name, news)
        delivery = _deliver(settings, channel, message, situation.now, book, pauses)
        if delivery.error is None:
            book.record_told(channel.name, [each.matter for each in news], situation.now)
        tried.append(delivery)
    if _digest_is_due(settings, channel, situation, book):
        delivery = _deliver(
            settings, channel, _digest(settings, channel, situation), situation.now, book, pauses
        )
        if delivery.error is None:
            book.record_digest(channel.name, situation.day, situation.now)
        tried.append(delivery)
    # One commit for the message and what it told: a crash before it repeats the message, and loses none.
    book.commit()
    return tried


def _deliver(
    settings: Settings,
    channel: AlertChannel,
    message: Message,
    now: datetime,
    book: Journal,
    pauses: Sequence[float],
) -> Delivery:
    error = None
    try:
        deliver(settings, channel, message, pauses)
    except DeliveryFailed as failure:
        error = str(failure)
    delivery = Delivery(
        message.message_id, channel.name, message.kind, message.subject, now.isoformat(), error
    )
    book.record_delivery(delivery)
    return delivery


def _matters(channel: AlertChannel, situation: Situation, book: Journal) -> list[Matter]:
    """What concerns a channel: its brands and what has no brand, from its severity up."""
    others = {name: failure for name, failure in book.failing().items() if name != channel.name}
    return [
        matter
        for matter in (*situation.matters, *channel_matters(others))
        if (matter.severity == "ERROR" or channel.min_severity == "WARN")
        and (not channel.brands or matter.brand is None or matter.brand in channel.brands)
    ]


def _news(settings: Settings, channel: AlertChannel, situation: Situation, book: Journal) -> list[News]:
    growth = settings.operator.tolerances.gap_growth_share
    return book.news(channel.name, _matters(channel, situation, book), growth)


def _digest_is_due(settings: Settings, channel: AlertChannel, situation: Situation, book: Journal) -> bool:
    return (
        channel.digest
        and situation.published_at is not None
        and situation.now.hour >= settings.operator.alerts.digest_hour_utc
        and book.digest_day(channel.name) != situation.day
    )


def _digest(settings: Settings, channel: AlertChannel, situation: Situation) -> Message:
    standing = [
        matter
        for matter in situation.matters
        if not channel.brands or matter.brand is None or matter.brand in channel.brands
    ]
    return messages.digest(
        channel.name,
        settings.operator.name,
        situation.day,
        situation.health,
        messages.grouped([News(each, "open") for each in standing]),
        tuple(_notes(situation)),
    )


def _notes(situation: Situation) -> Iterable[str]:
    if situation.quiet_gaps:
        dollars = sum(gap.dollars_at_risk for gap in situation.quiet_gaps)
        yield f"{len(situation.quiet_gaps)} gaps are acknowledged or snoozed, ${dollars:,.2f} at risk."
    yield f"{situation.healed_today} gaps healed in the last day of data."
    if situation.published_at:
        yield f"Newest published marts: {situation.published_at}."
