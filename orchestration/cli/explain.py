"""Why a figure is what it is: the chain behind one job, the evidence behind one household."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from orchestration.cli.console import AsJson, out, print_json
from orchestration.cli.failures import WRONG_CONFIGURATION, CommandFailed
from orchestration.cli.home import current_home

app = typer.Typer(
    no_args_is_help=True, help="Show why a figure is what it is: one job's chain, one household's evidence."
)


@app.callback()
def explain() -> None:
    """Show why a figure is what it is: one job's chain, one household's evidence."""


@app.command()
def job(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="job_key, or the vendor's own job id.")],
    as_json: AsJson = False,
) -> None:
    """Follow one job from click to bank: touches, lead, call, job, estimates, invoices, payments, credit."""
    from orchestration.explanation import explain_job

    _show(identifier, "job", explain_job(current_home(), identifier), as_json)


@app.command()
def household(
    identifier: Annotated[
        str, typer.Argument(metavar="ID", help="household_key, or a vendor's own customer or lead id.")
    ],
    as_json: AsJson = False,
) -> None:
    """Show why records are one household: the records, the rules that joined them, its history and jobs."""
    from orchestration.explanation import explain_household

    _show(identifier, "household", explain_household(current_home(), identifier), as_json)


def _show(identifier: str, kind: str, sections: dict[str, list[dict[str, object]]], as_json: bool) -> None:
    if not sections:
        raise CommandFailed(f"no {kind} {identifier!r} in this warehouse", WRONG_CONFIGURATION)
    if as_json:
        print_json(sections)
        return
    for title, rows in sections.items():
        out.print(f"\n[bold]{title.replace('_', ' ').capitalize()}[/bold]" + ("" if rows else "  none"))
        if rows:
            out.print(_table(rows))


def _table(rows: list[dict[str, object]]) -> Table:
    shown = [name for name in rows[0] if any(row[name] is not None for row in rows)]
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 2))
    for name in shown:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*("" if row[name] is None else str(row[name]) for name in shown))
    return table
