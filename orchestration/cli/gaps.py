"""The gap ledger at the command line: what is open, since when, and who has taken it on."""

from __future__ import annotations

import getpass
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer
from rich.table import Table

from orchestration.cli.console import AsJson, err, money, out, print_json
from orchestration.cli.failures import WRONG_CONFIGURATION, CommandFailed
from orchestration.cli.home import current_home

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ingestion.gap_decisions import Action
    from orchestration.gaps import Gap, GapFilter

app = typer.Typer(no_args_is_help=True, help="List, explain and take on what does not add up.")

Rule = Annotated[str | None, typer.Option(help="Rule, as `fourwire check --json` names it.")]
Wire = Annotated[str | None, typer.Option(help="Wire: 1 to 4, or its name.")]
Severity = Annotated[str | None, typer.Option(help="ERROR or WARN.")]
Brand = Annotated[str | None, typer.Option(help="Brand key.")]
Owner = Annotated[str | None, typer.Option(help="Who looks after it.")]
Handling = Annotated[str | None, typer.Option(help="unhandled, acknowledged or snoozed.")]
StatusOption = Annotated[str, typer.Option("--status", help="open, resolved or all.")]
Ids = Annotated[
    list[str] | None, typer.Argument(metavar="[GAP]...", help="Ids, or how they begin.", show_default=False)
]
OfRule = Annotated[str | None, typer.Option("--rule", help="All open gaps of this rule.")]
By = Annotated[str | None, typer.Option("--by", help="Who decides; the login name unless given.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; whoever looks at it next will read this.")]
Until = Annotated[
    datetime | None,
    typer.Option("--until", formats=["%Y-%m-%d"], metavar="DATE", help="The last day on which it holds."),
]
ACKNOWLEDGED_DAYS = 14


@app.callback()
def gaps() -> None:
    """List, explain and take on what does not add up. Reads the published marts: no run is waited for."""


@app.command("list")
def list_gaps(
    rule: Rule = None,
    wire: Wire = None,
    severity: Severity = None,
    brand: Brand = None,
    owner: Owner = None,
    handling: Handling = None,
    status: StatusOption = "open",
    limit: Annotated[int, typer.Option(help="Rows to show; JSON holds them all.")] = 40,
    as_json: AsJson = False,
) -> None:
    """List gaps, errors first, then by dollars at risk."""
    from orchestration.gaps import waiting_decisions

    found = _find(_filter(status, rule, wire, severity, brand, owner, handling))
    at_risk = sum((gap.dollars_at_risk for gap in found), Decimal(0))
    if as_json:
        print_json({"gaps": found, "count": len(found), "dollars_at_risk": at_risk})
        return
    out.print(_gap_table(found[:limit], waiting_decisions(current_home())))
    more = f", {len(found) - limit} not shown" if len(found) > limit else ""
    out.print(f"\n{len(found)} gaps, {money(at_risk)} at risk{more}.")


@app.command()
def show(
    identifier: Annotated[str, typer.Argument(metavar="GAP", help="Id, or how it begins.")],
    as_json: AsJson = False,
) -> None:
    """Show one gap: what was expected, what is there, its openings, and what was said about it."""
    from orchestration.gaps import decisions_on, find_gap, find_openings
    from orchestration.snapshot import reading_published

    home = current_home()
    with reading_published(home.published) as connection:
        gap = find_gap(connection, identifier)
        openings = find_openings(connection, gap.gap_id)
    said = decisions_on(home, gap.gap_id)
    if as_json:
        print_json({"gap": gap, "openings": openings, "decisions": said})
        return
    _print_record(gap)
    out.print("\n[bold]Openings[/bold]")
    for opening in openings:
        end = f"healed {_moment(opening.resolved_at)}" if opening.resolved_at else "open"
        out.print(
            f"  {opening.times_opened}. {_moment(opening.opened_at)}, {end}, "
            f"{money(opening.dollars_at_risk, 2)} at risk"
        )
    if said:
        out.print("\n[bold]Decisions[/bold]")
    for each in said:
        detail = f"to {each.owner}" if each.owner else f"until {each.until_on}" if each.until_on else ""
        out.print(
            f"  {_moment(each.decided_at)} {each.decided_by}: {each.action} {detail} {each.reason or ''}",
            markup=False,
        )


@app.command()
def ack(
    reason: Reason,
    identifiers: Ids = None,
    rule: OfRule = None,
    until: Until = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Acknowledge gaps: somebody works on them. Quiet until a day, or until the dollars grow."""
    _quiet("acknowledge", identifiers, rule, until, reason, by, as_json)


@app.command()
def snooze(
    reason: Reason,
    until: Until,
    identifiers: Ids = None,
    rule: OfRule = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Snooze gaps: not now. Quiet until a day, whatever the dollars do."""
    if until is None:
        raise typer.BadParameter("needs the last day on which it holds", param_hint="--until")
    _quiet("snooze", identifiers, rule, until, reason, by, as_json)


@app.command()
def unack(
    reason: Reason, identifiers: Ids = None, rule: OfRule = None, by: By = None, as_json: AsJson = False
) -> None:
    """Withdraw an acknowledgement or a snooze."""
    _decide("withdraw", _select(identifiers, rule), by, as_json, reason=reason)


@app.command()
def assign(
    to: Annotated[str, typer.Option("--to", help="The new owner: a name or an address.")],
    identifiers: Ids = None,
    rule: OfRule = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Give gaps an owner. It stays with the gap, also when it reopens."""
    _decide("assign", _select(identifiers, rule), by, as_json, owner=to)


@app.command()
def export(
    file: Annotated[Path | None, typer.Argument(help="CSV file; standard output unless given.")] = None,
    rule: Rule = None,
    wire: Wire = None,
    severity: Severity = None,
    brand: Brand = None,
    owner: Owner = None,
    handling: Handling = None,
    status: StatusOption = "open",
) -> None:
    """Write gaps as CSV, every column of the ledger."""
    from orchestration.gaps import write_csv

    found = _find(_filter(status, rule, wire, severity, brand, owner, handling))
    if file is None:
        write_csv(found, sys.stdout)
        return
    with file.open("w", encoding="utf-8", newline="") as lines:
        write_csv(found, lines)
    err.print(f"{len(found)} gaps in {file}")


@app.command()
def repull(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be read again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read accounts with fresh gaps again: a record may only have been late. The next run loads what came.

    Each opening of a gap is tried once. With `remedies.repull` in the configuration, Dagster does this after
    each run.
    """
    from orchestration.cli.home import current_settings
    from orchestration.remedies import plan_repulls
    from orchestration.remedies import repull as read_again

    settings = current_settings()
    done: Sequence[Any] = plan_repulls(settings) if dry_run else read_again(settings)
    if as_json:
        print_json(done)
        return
    for each in done:
        read = "" if dry_run else f", {each.rows:,} rows"
        out.print(f"{each.account_id} since {each.since}, for {len(each.openings)} gaps{read}")
        for error in () if dry_run else each.errors:
            err.print(f"  {error}", markup=False)
    if not done:
        err.print("No open gap asks for it: all were tried, are taken on, or are too old to be late.")


def _filter(status: str, *wanted: str | None) -> GapFilter:
    from orchestration.gaps import GapFilter, Status

    if status not in get_args(Status):
        raise typer.BadParameter(
            f"{status!r} is none of {', '.join(get_args(Status))}", param_hint="--status"
        )
    return GapFilter(status, *wanted)  # type: ignore[arg-type]


def _find(wanted: GapFilter) -> Sequence[Gap]:
    from orchestration.gaps import find_gaps
    from orchestration.snapshot import reading_published

    with reading_published(current_home().published) as connection:
        return find_gaps(connection, wanted)


def _select(identifiers: list[str] | None, rule: str | None) -> Sequence[Gap]:
    from orchestration.gaps import select_gaps

    if not identifiers and not rule:
        raise CommandFailed("name at least one gap, or a --rule", WRONG_CONFIGURATION)
    return select_gaps(current_home(), identifiers or (), rule)


def _quiet(
    action: Action,
    identifiers: list[str] | None,
    rule: str | None,
    until: datetime | None,
    reason: str,
    by: str | None,
    as_json: bool,
) -> None:
    from orchestration.gaps import quiet_until

    chosen = _select(identifiers, rule)
    until_on: date = quiet_until(chosen, until.date() if until else None, ACKNOWLEDGED_DAYS)
    _decide(action, chosen, by, as_json, reason=reason, until_on=until_on)


def _decide(action: Action, chosen: Sequence[Gap], by: str | None, as_json: bool, **values: Any) -> None:
    from orchestration.gaps import decide

    decisions = decide(current_home(), chosen, action, by or getpass.getuser(), **values)
    if as_json:
        print_json(decisions)
        return
    at_risk = sum((gap.dollars_at_risk for gap in chosen), Decimal(0))
    until = f" until {values['until_on']}" if values.get("until_on") else ""
    out.print(f"{action}{until}: {len(decisions)} gaps, {money(at_risk, 2)} at risk. The next run reads it.")


def _gap_table(found: Iterable[Gap], waiting: dict[str, Any]) -> Table:
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for heading in ("", "gap", "rule", "account", "record", "at risk", "days", "handling", "owner"):
        table.add_column(
            heading,
            justify="right" if heading in {"at risk", "days"} else "left",
            # An id that is cut cannot be copied.
            no_wrap=heading in {"gap", "at risk"},
            overflow="fold",
        )
    for gap in found:
        mark = "[green]✓[/green]" if gap.status == "resolved" else _SEVERITY_MARK.get(gap.severity, "")
        handling = gap.handling or "resolved"
        if gap.handled_until_on:
            handling += f" to {gap.handled_until_on:%m-%d}"
        if gap.gap_id in waiting:
            handling += f" ({waiting[gap.gap_id].action} waits)"
        table.add_row(
            mark,
            gap.short_id,
            gap.check_id,
            gap.account_id,
            f"{gap.entity} {gap.native_id}",
            money(gap.dollars_at_risk, 2),
            str(gap.age_days),
            handling,
            gap.owner or "",
        )
    return table


_SEVERITY_MARK = {"ERROR": "[red]✗[/red]", "WARN": "[yellow]![/yellow]"}


def _print_record(gap: Gap) -> None:
    from dataclasses import asdict

    for name, value in asdict(gap).items():
        if value is not None:
            shown = money(value, 2) if isinstance(value, Decimal) else value
            out.print(f"[bold]{name.replace('_', ' '):<20}[/bold]", end="")
            out.print(_moment(shown) if isinstance(shown, datetime) else str(shown), markup=False)


def _moment(value: datetime | None) -> str:
    return f"{value:%Y-%m-%d %H:%M} UTC" if value else ""
