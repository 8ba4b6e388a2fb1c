"""What people decided about reconciliation gaps: acknowledged, snoozed, withdrawn, assigned.

One append-only file per home, one JSON object per line. It is beside the warehouse and not in it: a decision
can be written while a run holds the warehouse, and it outlives a warehouse that is lost. `operator_tables`
hands it to the models with every load.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, get_args

from ingestion.config import ConfigError

Action = Literal["acknowledge", "snooze", "withdraw", "assign"]


@dataclass(frozen=True)
class GapDecision:
    """One person's word about one gap.

    Attributes:
        action: acknowledge and snooze quiet the gap until `until_on`; withdraw ends either; assign names an
            owner and changes nothing else.
        until_on: The last day it holds, in the data's time.
        times_opened: The opening that was looked at: a gap that healed and came back is news again.
        dollars_at_risk: What was at risk then, in the operator's currency.
    """

    gap_id: str
    action: Action
    decided_at: datetime
    decided_by: str
    times_opened: int
    dollars_at_risk: Decimal
    reason: str | None = None
    until_on: date | None = None
    owner: str | None = None


def append_decisions(path: Path, decisions: Iterable[GapDecision]) -> None:
    """Add decisions, on disk before this returns; two people may write at the same time.

    A line that a crash cut short was never confirmed to anybody: it is dropped.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        file.truncate(_confirmed_length(file.read()))
        file.write("".join(f"{json.dumps(_document(each))}\n" for each in decisions).encode())
        file.flush()
        os.fsync(file.fileno())


def read_decisions(path: Path) -> tuple[GapDecision, ...]:
    """Every decision, oldest first.

    Raises:
        ConfigError: a line is not a decision; the message names it.
    """
    if not path.is_file():
        return ()
    content = path.read_bytes()
    lines = content[: _confirmed_length(content)].decode().splitlines()
    return tuple(_decision(path, number, line) for number, line in enumerate(lines, start=1))


def _confirmed_length(content: bytes) -> int:
    return content.rfind(b"\n") + 1


def _document(decision: GapDecision) -> dict[str, Any]:
    document = {name: value for name, value in asdict(decision).items() if value is not None}
    return document | {
        "decided_at": decision.decided_at.isoformat(),
        "dollars_at_risk": str(decision.dollars_at_risk),
        **({"until_on": decision.until_on.isoformat()} if decision.until_on else {}),
    }


def _decision(path: Path, number: int, line: str) -> GapDecision:
    try:
        document = json.loads(line)
        if document["action"] not in get_args(Action):
            raise ValueError(f"unknown action {document['action']!r}")
        until_on = document.get("until_on")
        return GapDecision(
            **document
            | {
                "decided_at": datetime.fromisoformat(document["decided_at"]),
                "dollars_at_risk": Decimal(document["dollars_at_risk"]),
                "until_on": date.fromisoformat(until_on) if until_on else None,
            }
        )
    except (ValueError, TypeError, KeyError, ArithmeticError) as error:
        raise ConfigError(f"{path}, line {number}: not a decision about a gap: {error}") from error


def decision_rows(decisions: Sequence[GapDecision]) -> list[tuple[str | None, ...]]:
    """The decisions as text rows of `raw_operator.gap_decisions`, numbered in their order."""
    return [
        (
            str(number),
            each.gap_id,
            each.action,
            each.decided_at.isoformat(),
            each.decided_by,
            str(each.times_opened),
            str(each.dollars_at_risk),
            each.reason,
            each.until_on.isoformat() if each.until_on else None,
            each.owner,
        )
        for number, each in enumerate(decisions, start=1)
    ]


DECISION_COLUMNS = (
    "decision_number",
    "gap_id",
    "action",
    "decided_at",
    "decided_by",
    "times_opened",
    "dollars_at_risk",
    "reason",
    "until_on",
    "owner",
)
