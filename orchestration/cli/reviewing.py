"""The review in the terminal: two records side by side, a key, and the decision is on the disk."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import typer
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from ingestion.identity_decisions import append_decision, decide
from orchestration.cli.console import money, out
from orchestration.review import Groups, ReviewPair, ReviewRecord

VERDICTS = {"a": "same", "r": "different"}
KEYS = (
    "[bold]a[/bold]ccept: one household   [bold]r[/bold]eject: two households   [bold]s[/bold]kip   "
    "[bold]n[/bold]ote   [bold]u[/bold]ndo   [bold]q[/bold]uit"
)


class Review:
    """One sitting over a list of open pairs.

    Args:
        path: The file that decisions go to.
        pairs: What to ask, in order.
        steward: Who decides.
    """

    def __init__(self, path: Path, pairs: Sequence[ReviewPair], steward: str) -> None:
        self._path = path
        self._pairs = list(pairs)
        self._steward = steward
        self._decided: list[tuple[int, str]] = []  # position in the list, verdict
        self._skipped: set[int] = set()

    def work(self) -> None:
        """Ask until the list or the steward is done, then say what was decided."""
        if not self._pairs:
            out.print("Nothing waits for a decision.")
            return
        try:
            self._ask_all()
        except (KeyboardInterrupt, EOFError):
            out.print()
        self._conclude()

    def _ask_all(self) -> None:
        position = 0
        while position < len(self._pairs):
            if self._is_settled(position):
                position += 1
                continue
            step = self._ask(position)
            if step is None:
                return
            position = step

    def _ask(self, position: int) -> int | None:
        """Show one pair and act on keys; returns the position to go on with, None to stop."""
        pair, note = self._pairs[position], ""
        out.print(side_by_side(pair, f"{position + 1} of {len(self._pairs)}"))
        while True:
            out.print(KEYS, end="  ")
            key = _key()
            out.print(escape(key))
            if key in VERDICTS:
                self._decide(position, VERDICTS[key], note)
                return position + 1
            if key == "s":
                self._skipped.add(position)
                return position + 1
            if key == "n":
                note = out.input("Note: ")
            elif key == "u" and self._decided:
                return self._take_back()
            elif key == "u":
                out.print("Nothing decided yet in this sitting; `fourwire identity undo` goes further back.")
            elif key == "q":
                return None

    def _decide(self, position: int, verdict: str, note: str) -> None:
        pair = self._pairs[position]
        append_decision(self._path, decide(pair.left.id, pair.right.id, verdict, self._steward, note))
        self._decided.append((position, verdict))
        self._skipped.discard(position)

    def _take_back(self) -> int:
        position, _ = self._decided.pop()
        pair = self._pairs[position]
        append_decision(self._path, decide(pair.left.id, pair.right.id, "withdrawn", self._steward))
        return position

    def _is_settled(self, position: int) -> bool:
        """Whether what was accepted in this sitting already joins the pair's households."""
        joined = Groups()
        for decided, verdict in self._decided:
            if verdict == "same":
                pair = self._pairs[decided]
                joined.join(pair.left.household_key, pair.right.household_key)
        pair = self._pairs[position]
        return joined.together(pair.left.household_key, pair.right.household_key)

    def _conclude(self) -> None:
        verdicts = Counter(verdict for _, verdict in self._decided)
        done = {position for position, _ in self._decided}
        left = [each for each in range(len(self._pairs)) if each not in done and not self._is_settled(each)]
        out.print(
            f"\n{len(self._decided)} decided ({verdicts['same']} same, {verdicts['different']} different), "
            f"{len(self._skipped)} skipped, {len(left)} still open."
        )
        if self._decided:
            out.print(f"Saved in {self._path}; the next `fourwire run` reads it.")


def _key() -> str:
    """One key from a terminal; from a pipe, the first letter of a line.

    Raises:
        EOFError: the pipe ended.
    """
    if sys.stdin.isatty():
        return typer.getchar().lower()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.strip()[:1].lower()


def side_by_side(pair: ReviewPair, place: str) -> RenderableType:
    """One pair as a person compares it; what both sides have is green."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), expand=True)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    table.add_column(overflow="fold", ratio=1)
    for label, left, right in _lines(pair.left, pair.right):
        if str(left) or str(right):
            table.add_row(label, left, right)
    why = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    why.add_column(style="dim", no_wrap=True)
    why.add_column(overflow="fold")
    why.add_row("evidence", escape(pair.evidence))
    why.add_row("rules", escape(pair.rules or "none uses it"))
    why.add_row("why asked", escape(pair.reason))
    why.add_row("weight", f"{pair.weight:.2f}")
    why.add_row("at stake", money(pair.at_stake_amount, 2))
    return Panel(Group(table, Text(), why), title=place, title_align="left")


def _lines(left: ReviewRecord, right: ReviewRecord) -> list[tuple[str, Text, Text]]:
    return [
        ("name", *_shared([left.name], [right.name])),
        ("business", *_shared([left.company_name], [right.company_name])),
        ("phones", *_shared(_parts(left.phones, ", "), _parts(right.phones, ", "))),
        ("e-mails", *_shared(_parts(left.emails, ", "), _parts(right.emails, ", "))),
        ("addresses", *_shared(_parts(left.addresses, "; "), _parts(right.addresses, "; "))),
        ("account", *(Text(f"{side.account_id} ({side.platform})") for side in (left, right))),
        ("record", *(_linked(side) for side in (left, right))),
        ("household", *(Text(side.household_key, style="dim") for side in (left, right))),
        ("first seen", *(_day(side.first_seen_at) for side in (left, right))),
        ("last active", *(_day(side.last_active_at) for side in (left, right))),
        ("source", *(Text(side.source_name or "") for side in (left, right))),
        ("jobs", *(_jobs(side) for side in (left, right))),
        ("state", *(_state(side) for side in (left, right))),
    ]


def _parts(joined: str | None, separator: str) -> list[str | None]:
    return list(joined.split(separator)) if joined else []


def _shared(left: Sequence[str | None], right: Sequence[str | None]) -> tuple[Text, Text]:
    common = {value.casefold() for value in left if value} & {value.casefold() for value in right if value}

    def shown(values: Sequence[str | None]) -> Text:
        texts = [
            Text(value, style="green" if value.casefold() in common else "") for value in values if value
        ]
        return Text("\n").join(texts)

    return shown(left), shown(right)


def _linked(record: ReviewRecord) -> Text:
    text = Text(f"{record.entity} {record.native_id}")
    if record.native_url:
        text.append(f"\n{record.native_url}", style=f"link {record.native_url} blue")
    return text


def _day(moment: object) -> Text:
    return Text(f"{moment:%Y-%m-%d}" if moment else "")


def _jobs(record: ReviewRecord) -> Text:
    if not record.job_count:
        return Text("none" if record.entity == "customer" else "")
    latest = f", last {record.last_job_on:%Y-%m-%d}" if record.last_job_on else ""
    return Text(
        f"{record.job_count}{latest}; booked {money(record.booked_amount)}, "
        f"collected {money(record.collected_amount)}"
    )


def _state(record: ReviewRecord) -> Text:
    if record.is_deleted:
        return Text("deleted at the vendor", style="yellow")
    return Text("" if record.is_active else "inactive or merged at the vendor", style="yellow")
