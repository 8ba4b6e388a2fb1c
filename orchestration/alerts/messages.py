"""Alerts in words: news grouped by topic, the daily digest, and the forms that each kind of channel takes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, get_args

from orchestration.alerts.journal import News, Reason
from orchestration.health import WireHealth

LINES_PER_GROUP = 5
# https://docs.slack.dev/reference/block-kit/blocks: 50 blocks a message, 3000 characters a section.
_SLACK_BLOCKS, _SLACK_TEXT = 50, 3000
_LINE_TEXT = 300


@dataclass(frozen=True)
class Group:
    """What is said under one topic: what, since when, how much, what to do, where to look."""

    topic: str
    severity: str
    count: int
    counted: str  # such as "2 new, 1 grown"
    dollars_at_risk: Decimal
    since: datetime
    lines: tuple[str, ...]
    remedy: str
    link: str | None


@dataclass(frozen=True)
class Message:
    """One message to one channel.

    Attributes:
        message_id: The same for the same content to the same channel, so that a receiver can drop a repeat.
        kind: alert, digest or test.
    """

    message_id: str
    kind: str
    subject: str
    groups: tuple[Group, ...]
    notes: tuple[str, ...] = ()


def alert(channel: str, operator: str, news: Sequence[News]) -> Message:
    """One message for everything that is news to a channel, errors and dollars first."""
    groups = grouped(news)
    at_risk = sum((group.dollars_at_risk for group in groups), Decimal(0))
    what = groups[0].topic if len(groups) == 1 else f"{len(news)} things need somebody"
    subject = f"{operator}: {what}" + (f", {_money(at_risk)} at risk" if at_risk else "")
    told = [f"{each.matter.key} {each.matter.version} {each.matter.dollars_at_risk}" for each in news]
    return Message(_message_id(channel, "alert", told), "alert", subject, groups)


def grouped(news: Sequence[News]) -> tuple[Group, ...]:
    """One group per topic, errors and dollars first."""
    topics: dict[str, list[News]] = {}
    for each in news:
        topics.setdefault(each.matter.topic, []).append(each)
    groups = (_group(topic, members) for topic, members in topics.items())
    return tuple(sorted(groups, key=lambda group: (group.severity, -group.dollars_at_risk, group.topic)))


def _group(topic: str, members: Sequence[News]) -> Group:
    matters = sorted((each.matter for each in members), key=lambda each: -each.dollars_at_risk)
    reasons = [each.reason for each in members]
    counts = [(reasons.count(reason), reason) for reason in get_args(Reason)]
    lines = [
        _shortened(each.what) + (f", {_money(each.dollars_at_risk)}" if each.dollars_at_risk else "")
        for each in matters[:LINES_PER_GROUP]
    ]
    if len(matters) > LINES_PER_GROUP:
        lines.append(f"and {len(matters) - LINES_PER_GROUP} more")
    return Group(
        topic=topic,
        severity=min(each.severity for each in matters),
        count=len(matters),
        counted=", ".join(f"{count} {reason}" for count, reason in counts if count),
        dollars_at_risk=sum((each.dollars_at_risk for each in matters), Decimal(0)),
        since=min(each.since for each in matters),
        lines=tuple(lines),
        remedy=matters[0].remedy,
        link=matters[0].link,
    )


def _shortened(text: str) -> str:
    """One line of a vendor's or an error's text, short enough for every channel."""
    line = " ".join(text.split())
    return line if len(line) <= _LINE_TEXT else f"{line[: _LINE_TEXT - 1]}…"


def digest(
    channel: str,
    operator: str,
    day: str,
    health: Iterable[WireHealth],
    groups: tuple[Group, ...],
    notes: tuple[str, ...],
) -> Message:
    """The state of the day: every wire, every open topic, and what changed."""
    wires = [
        f"Wire {each.wire}: {each.state}" + (f" since {each.since_at:%Y-%m-%d}" if each.since_at else "")
        for each in health
    ]
    at_risk = sum((group.dollars_at_risk for group in groups), Decimal(0))
    subject = f"{operator}, {day}: " + (
        f"{sum(group.count for group in groups)} open, {_money(at_risk)} at risk"
        if groups
        else "nothing is open"
    )
    return Message(_message_id(channel, "digest", [day]), "digest", subject, groups, (*wires, *notes))


def sample(channel: str, operator: str, now: datetime) -> Message:
    group = Group(
        topic="This is a test",
        severity="WARN",
        count=1,
        counted="1 new",
        dollars_at_risk=Decimal(0),
        since=now,
        lines=(f"The channel {channel} works.",),
        remedy="Nothing to do.",
        link=None,
    )
    subject = f"{operator}: a test of Fourwire's alerts"
    return Message(_message_id(channel, "test", [now.isoformat()]), "test", subject, (group,))


def _message_id(channel: str, kind: str, parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join([channel, kind, *sorted(parts)]).encode()).hexdigest()[:32]


def as_text(message: Message) -> str:
    """The message as plain text, for mail and for a terminal."""
    return "\n\n".join([*(_group_text(group) for group in message.groups), *_notes(message)]) + "\n"


def _notes(message: Message) -> list[str]:
    return ["\n".join(message.notes)] if message.notes else []


def _group_text(group: Group) -> str:
    return "\n".join(
        [
            _headline(group),
            *(f"  - {line}" for line in group.lines),
            f"  Since {group.since:%Y-%m-%d %H:%M} UTC. {group.remedy}",
            *([f"  {group.link}"] if group.link else []),
        ]
    )


def _headline(group: Group) -> str:
    money = f", {_money(group.dollars_at_risk)} at risk" if group.dollars_at_risk else ""
    return f"[{group.severity}] {group.topic}: {group.counted}{money}"


def as_document(message: Message, operator: str) -> dict[str, Any]:
    """The message as JSON for a generic webhook; money as text, so that no digit is lost."""
    groups = [
        asdict(group) | {"dollars_at_risk": str(group.dollars_at_risk), "since": group.since.isoformat()}
        for group in message.groups
    ]
    return {
        "id": message.message_id,
        "kind": message.kind,
        "operator": operator,
        "subject": message.subject,
        "groups": groups,
        "notes": list(message.notes),
    }


def as_slack(message: Message) -> dict[str, Any]:
    """The message for a Slack-compatible incoming webhook."""
    blocks: list[Mapping[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": message.subject[:150]}},
        *(_section(_slack_group(group)) for group in message.groups[: _SLACK_BLOCKS - 3]),
    ]
    left_out = len(message.groups) - (_SLACK_BLOCKS - 3)
    if left_out > 0:
        blocks.append(_section(f"and {left_out} more topics"))
    if message.notes:
        blocks.append(_section(_escaped("\n".join(message.notes))))
    return {"text": _escaped(message.subject), "blocks": blocks}


def _slack_group(group: Group) -> str:
    lines = "\n".join(f"• {_escaped(line)}" for line in group.lines)
    link = f" <{group.link}|Look>" if group.link else ""
    since = f"{group.since:%Y-%m-%d %H:%M} UTC"
    return f"*{_escaped(_headline(group))}*\n{lines}\nSince {since}. {_escaped(group.remedy)}{link}"


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:_SLACK_TEXT]}}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _money(amount: Decimal) -> str:
    return f"${amount:,.2f}"
