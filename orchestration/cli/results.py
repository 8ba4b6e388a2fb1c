"""What came out: the checks' verdict, and the state of a home."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import typer
from rich.table import Table

from orchestration.cli.console import AsJson, money, out, print_json
from orchestration.cli.failures import CHECK_FAILED, CommandFailed
from orchestration.cli.home import current_home, current_settings


def check(
    unhandled: Annotated[
        bool, typer.Option("--unhandled", help="Fail only for errors that nobody acknowledged or snoozed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say which reconciliation rules and control totals hold, and what is at risk.

    Ends with status 1 while a gap of severity ERROR is open or a control total differs. An acknowledged gap
    is open.
    """
    from orchestration.ledger import find_control_totals, find_open_gaps
    from orchestration.project import reconciliation_rules
    from orchestration.warehouse import reading

    with reading(current_home().warehouse) as connection:
        findings = find_open_gaps(connection, reconciliation_rules())
        totals = find_control_totals(connection)
    broken = [total for total in totals if not total.holds]
    errors = [
        finding
        for finding in findings
        if finding.is_error and not (finding.is_taken_on if unhandled else finding.holds)
    ]
    holds = bool(totals) and not broken and not errors
    if as_json:
        print_json({"holds": holds, "findings": findings, "control_totals": totals})
    else:
        out.print(gap_table(findings))
        out.print(f"\nControl totals: {len(totals) - len(broken)} of {len(totals)} comparisons agree.")
        for total in broken:
            out.print(
                f"  [red]✗[/red] {total.rung}: {total.entity} of {total.account_id or 'all accounts'}: "
                f"{total.left_rows} rows and {money(total.left_amount, 2)} against "
                f"{total.right_rows} and {money(total.right_amount, 2)}"
            )
    if not holds:
        at_risk = sum((finding.dollars_at_risk for finding in errors), Decimal(0))
        raise CommandFailed(
            f"{len(errors)} rules of severity ERROR have open gaps ({money(at_risk, 2)} at risk) and "
            f"{len(broken)} of {len(totals)} control totals differ.",
            CHECK_FAILED,
        )


def gap_table(findings: Any) -> Table:
    """The rules as a table: what holds, what is open, what it may cost, what to do."""
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("")
    table.add_column("check")
    table.add_column("open", justify="right")
    table.add_column("at risk", justify="right")
    table.add_column("first seen")
    table.add_column("what to do", overflow="fold")
    for finding in findings:
        mark = (
            "[green]✓[/green]"
            if finding.holds
            else "[red]✗[/red]"
            if finding.is_error
            else "[yellow]![/yellow]"
        )
        table.add_row(
            mark,
            finding.rule.title,
            _open(finding),
            money(finding.dollars_at_risk) if finding.open_gaps else "–",
            f"{finding.first_seen_at:%Y-%m-%d}" if finding.first_seen_at else "",
            "" if finding.holds else finding.rule.remedy,
        )
    return table


def _open(finding: Any) -> str:
    if not finding.open_gaps:
        return "–"
    return f"{finding.open_gaps}" + (f" ({finding.handled_gaps} taken on)" if finding.handled_gaps else "")


def status(as_json: AsJson = False) -> None:
    """Show what this home holds: pulls by account, the published version, the wires' health, open gaps."""
    from orchestration.snapshot import read_snapshot
    from orchestration.state import read_state

    home = current_home()
    state = read_state(home)
    snapshot = read_snapshot(home.published)
    page = home.data_docs / "overview.html"
    data_docs = page if page.is_file() else None
    wires = _wires(snapshot)
    if as_json:
        print_json(
            {
                "home": home.root,
                "pulls": state.pulls,
                "open_gaps": state.open_gaps,
                "published": snapshot,
                "data_docs": data_docs,
                "wires": wires,
            }
        )
        return
    out.print(f"[bold]Home[/bold]       {home.root}")
    if snapshot:
        out.print(
            f"[bold]Published[/bold]  {snapshot.published_at}: {len(snapshot.tables)} tables, "
            f"{snapshot.rows:,} rows"
        )
    else:
        out.print("[bold]Published[/bold]  nothing yet")
    out.print(f"[bold]Data Docs[/bold]  {data_docs or 'none yet: each daily run writes them'}")
    if not state.pulls:
        out.print(
            "[bold]Pulls[/bold]      none yet: try `fourwire demo`, or connect an account and `fourwire run`"
        )
        return
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for heading in ("account", "platform", "last pull (UTC)", "objects", "rows held", "trouble"):
        table.add_column(heading, justify="right" if heading in {"objects", "rows held"} else "left")
    for pull in state.pulls:
        table.add_row(
            pull.account_id,
            pull.platform,
            f"{pull.last_pull_at:%Y-%m-%d %H:%M}",
            str(pull.objects),
            f"{pull.rows_held:,}",
            pull.trouble or "",
        )
    out.print(table)
    for wire in wires:
        out.print(_wire_line(wire))
    out.print(
        f"[bold]Gaps[/bold]       {state.open_gaps} open, {money(state.dollars_at_risk)} at risk"
        if state.open_gaps
        else "[bold]Gaps[/bold]       none open"
    )


def _wires(snapshot: Any) -> Any:
    """The wires, without their sources where there is no configuration; none from an earlier release."""
    from ingestion.config import ConfigError
    from orchestration.health import knows_wires, read_wires, wire_health
    from orchestration.snapshot import reading_published

    if not knows_wires(snapshot):
        return ()
    try:
        return wire_health(current_settings())
    except ConfigError:
        with reading_published(current_home().published) as connection:
            return read_wires(connection)


_STATE_STYLE = {"live": "green", "degraded": "yellow", "broken": "red"}


def _wire_line(wire: Any) -> str:
    style = _STATE_STYLE.get(wire.state, "dim")
    since = f" since {wire.since_at:%Y-%m-%d}" if wire.since_at else ""
    causes = [
        f"{wire.unhandled_error_gaps} errors open" if wire.unhandled_error_gaps else "",
        f"{wire.handled_gaps} taken on" if wire.handled_gaps else "",
        f"{wire.warning_gaps} warnings" if wire.warning_gaps else "",
        *(f"{source.account_id} is stale" for source in wire.stale_sources),
    ]
    said = ", ".join(cause for cause in causes if cause)
    return f"[bold]Wire[/bold]       {wire.wire:<15}[{style}]{wire.state}[/{style}]{since}  {said}"
