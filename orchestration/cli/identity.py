"""A steward's work on households: the review queue, decisions, and taking them back."""

from __future__ import annotations

import getpass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from orchestration.cli.console import AsJson, err, money, out, print_json
from orchestration.cli.failures import WRONG_CONFIGURATION, CommandFailed
from orchestration.cli.home import current_home, current_settings

if TYPE_CHECKING:
    from ingestion.identity_decisions import Decision, RecordId
    from orchestration.review import ReviewPair

app = typer.Typer(
    no_args_is_help=True, help="Decide which records are one household: the review queue and its decisions."
)

By = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who decides; the logged-in user unless given.")
]
Note = Annotated[str, typer.Option("--note", help="Why; kept with the decision.")]
LEFT = "A record_key, a vendor's customer or lead id, or account:id."


class Verdict(StrEnum):
    same = "same"
    different = "different"


@app.callback()
def identity() -> None:
    """Decide which records are one household: the review queue and its decisions.

    Decisions are lines of one CSV file beside the operator's configuration. The next run reads them, and they
    win over every rule.
    """


@app.command()
def review(by: By = None) -> None:
    """Work the review queue: two records side by side, one key per decision.

    Every decision is on the disk before the next pair is shown; leave at any time, also with Ctrl-C.
    """
    from orchestration.cli.reviewing import Review

    path, _ = _decisions()
    Review(path, _open_pairs(), by or getpass.getuser()).work()


@app.command()
def queue(
    limit: Annotated[int, typer.Option("--limit", min=0, help="Show that many pairs; 0 shows all.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the pairs that wait for a decision, most valuable first. Prints personal data."""
    pairs = _open_pairs()
    shown = pairs[:limit] if limit else pairs
    if as_json:
        print_json({"open": len(pairs), "pairs": shown})
        return
    if not pairs:
        out.print("Nothing waits for a decision.")
        return
    out.print(_queue_table(shown))
    more = f", {len(pairs) - len(shown)} more with --limit 0" if len(shown) < len(pairs) else ""
    out.print(f"\n{len(pairs)} pairs wait{more}. `fourwire identity review` shows them one by one.")


@app.command()
def decide(
    left: Annotated[str, typer.Argument(metavar="LEFT", help=LEFT)],
    right: Annotated[str, typer.Argument(metavar="RIGHT", help="The other record, likewise.")],
    decision: Annotated[Verdict, typer.Argument(help="One household, or two.")],
    note: Note = "",
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Record that two records are one household, or are not."""
    _record(_found(left), _found(right), decision.value, note, by, as_json)


@app.command()
def undo(
    left: Annotated[str | None, typer.Argument(metavar="[LEFT", help=LEFT)] = None,
    right: Annotated[str | None, typer.Argument(metavar="RIGHT]", help="The other record, likewise.")] = None,
    note: Note = "",
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Take back the last decision, or the one on two records; the rules decide again."""
    from ingestion.identity_decisions import in_force

    path, decisions = _decisions()
    holding = in_force(decisions)
    if left is not None:
        if right is None:
            raise CommandFailed("name both records, or none for the last decision", WRONG_CONFIGURATION)
        pair = frozenset((_found(left), _found(right)))
        holding = [decision for decision in holding if decision.pair == pair]
    if not holding:
        raise CommandFailed(f"{path} holds no such decision", WRONG_CONFIGURATION)
    _record(holding[-1].left, holding[-1].right, "withdrawn", note, by, as_json)


@app.command()
def decisions(as_json: AsJson = False) -> None:
    """List the decisions in force, and whether the published households follow them."""
    from orchestration.review import states

    path, made = _decisions()
    listed = states(current_home(), made) if made else []
    if as_json:
        print_json({"file": path, "decisions": listed})
        return
    if not listed:
        out.print(f"No decision in {path}.")
        return
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for heading in ("decision", "left", "right", "state", "when", "by", "note"):
        table.add_column(heading, overflow="fold")
    for each in listed:
        made_one = each.decision
        table.add_row(
            made_one.decision,
            str(made_one.left),
            str(made_one.right),
            each.state,
            made_one.decided_at[:10],
            made_one.decided_by,
            made_one.note,
        )
    out.print(table)
    out.print(f"\n{path}")


def _decisions() -> tuple[Path, list[Decision]]:
    from ingestion.identity_decisions import configured_decisions, decisions_path

    settings = current_settings()
    return decisions_path(settings), configured_decisions(settings)


def _open_pairs() -> list[ReviewPair]:
    from orchestration.review import queue_published_at, read_queue, still_open

    home = current_home()
    pairs = read_queue(home)
    return still_open(pairs, _decisions()[1], queue_published_at(home))


def _found(text: str) -> RecordId:
    from orchestration.review import find_record

    return find_record(current_home(), text)


def _record(left: RecordId, right: RecordId, verdict: str, note: str, by: str | None, as_json: bool) -> None:
    from ingestion.identity_decisions import append_decision, decide
    from orchestration.review import contradicted

    if left == right:
        raise CommandFailed(f"both are {left}; a decision is about two records", WRONG_CONFIGURATION)
    path, made = _decisions()
    decision = decide(left, right, verdict, by or getpass.getuser(), note)
    append_decision(path, decision)
    for other in contradicted([*made, decision]):
        err.print(f"[yellow]![/yellow] {other.left} and {other.right} are decided different; that wins.")
    if as_json:
        print_json({"file": path, "decision": decision})
    else:
        out.print(f"{verdict}: {left} and {right}. The next run reads it from {path}")


def _queue_table(pairs: list[ReviewPair]) -> Table:
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("left", overflow="fold")
    table.add_column("right", overflow="fold")
    table.add_column("evidence", overflow="fold")
    table.add_column("why not decided", overflow="fold")
    table.add_column("weight", justify="right")
    table.add_column("at stake", justify="right")
    for pair in pairs:
        table.add_row(
            *(f"{record.name or '(no name)'}\n[dim]{record.id}[/dim]" for record in (pair.left, pair.right)),
            pair.evidence,
            pair.reason,
            f"{pair.weight:.2f}",
            money(pair.at_stake_amount),
        )
    return table
