"""Why a figure is what it is: the chain behind a job, invoice or campaign, a household's evidence, a number's
rows."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape
from rich.table import Table

from orchestration.cli.console import AsJson, out, print_json
from orchestration.cli.failures import CHECK_FAILED, WRONG_CONFIGURATION, CommandFailed
from orchestration.cli.home import current_home

if TYPE_CHECKING:
    from orchestration.provenance import Part, Provenance

SHOWN_ROWS = 20
# Above that many columns a terminal breaks every cell into slivers: rows become columns instead.
WIDEST = 9
SIDE_BY_SIDE = 3

app = typer.Typer(
    no_args_is_help=True,
    help="Show why a figure is what it is: the chain behind a job, invoice or campaign, a household's "
    "evidence, a number's rows.",
)


@app.callback()
def explain() -> None:
    """Show why a figure is what it is: a chain to the bank, a household's evidence, a number's rows."""


@app.command()
def job(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="job_key, or the vendor's own job id.")],
    as_json: AsJson = False,
) -> None:
    """Follow one job from click to bank: touches, lead, call, job, estimates, invoices, payments, credit."""
    from orchestration.explanation import explain_job

    _show(identifier, "job", explain_job(current_home(), identifier), as_json)


@app.command()
def invoice(
    identifier: Annotated[
        str, typer.Argument(metavar="ID", help="invoice_key, the vendor's own id, or the printed number.")
    ],
    as_json: AsJson = False,
) -> None:
    """Follow one invoice to the bank: job, lines, corrections, payments, ledger, and who is credited."""
    from orchestration.paper_trail import explain_invoice

    _show(identifier, "invoice", explain_invoice(current_home(), identifier), as_json)


@app.command()
def campaign(
    identifier: Annotated[
        str,
        typer.Argument(metavar="ID", help="marketing_source_key, the vendor's own campaign id, or its name."),
    ],
    as_json: AsJson = False,
) -> None:
    """Follow one campaign from spend to bank: its records, months, spend, leads and credited jobs."""
    from orchestration.paper_trail import explain_campaign

    _show(identifier, "campaign", explain_campaign(current_home(), identifier), as_json)


@app.command()
def number(
    report: Annotated[str, typer.Argument(metavar="REPORT", help="For example rpt_channel_performance.")],
    column: Annotated[
        str, typer.Argument(metavar="COLUMN", help="For example completed_amount, new_customers or cac.")
    ],
    month: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m"], help="Month of the report, as 2026-05.")
    ] = None,
    channel: Annotated[str | None, typer.Option(help="Channel, as the report has it.")] = None,
    brand: Annotated[str | None, typer.Option(help="brand_key, as the report has it.")] = None,
    campaign: Annotated[str | None, typer.Option(help="Campaign name, for rpt_campaign_performance.")] = None,
    view: Annotated[Literal["period", "cohort"], typer.Option(help="View of the report.")] = "period",
    model: Annotated[str, typer.Option(help="Attribution model.")] = "last",
    basis: Annotated[str, typer.Option(help="Date basis, for rpt_revenue_by_date_basis.")] = "completed",
    as_json: AsJson = False,
) -> None:
    """Go back from a number in a report to the rows that make it, to the last cent.

    Parts of the report that are left out are all of it. A rate is shown as its two sums. Ends with status 1
    when the rows do not add up to the number.
    """
    from orchestration.provenance import Question, Untraceable, trace

    question = Question(
        report, column, view, model, date(month.year, month.month, 1) if month else None, channel, brand,
        campaign, basis,
    )  # fmt: skip
    try:
        found = trace(current_home(), question)
    except Untraceable as error:
        raise CommandFailed(str(error), WRONG_CONFIGURATION) from error
    if as_json:
        parts = [
            {"column": part.column, "reported": part.reported, "total": part.total, "rows": part.rows}
            for part in found.parts
        ]
        print_json({"question": question, "value": found.value, "holds": found.holds, "parts": parts})
    else:
        _show_number(found)
    if not found.holds:
        raise CommandFailed(
            "The rows do not add up to the number: build again, then report it.", CHECK_FAILED
        )


def _show_number(found: Provenance) -> None:
    asked = found.question
    part_of = [asked.model, asked.view] if asked.report != "rpt_revenue_by_date_basis" else [asked.basis]
    part_of += [f"{asked.month:%B %Y}" if asked.month else "all months", *filter(None, (
        asked.brand, asked.channel, asked.campaign
    ))]  # fmt: skip
    value = "–" if found.value is None else _number(found.value)
    out.print(
        f"[bold]{asked.column}[/bold]  {value}  [dim]{escape(asked.report)}: {', '.join(part_of)}[/dim]"
    )
    for part in found.parts:
        _show_part(part)


def _show_part(part: Part) -> None:
    mark = "[green]✓[/green]" if part.holds else "[red]✗[/red]"
    against = "equal to" if part.holds else "NOT"
    out.print(
        f"\n[bold]{part.column}[/bold]  {mark} {len(part.rows):,} rows make {_number(part.total)}, {against} "
        f"the report's {_number(part.reported)}"
    )
    # Hashes tell a person nothing; --json has them.
    _print_rows([{name: row[name] for name in row if not name.endswith("_key")} for row in part.rows])


def _number(value: Decimal | float) -> str:
    """Cents always, further digits only where they say something."""
    whole, _, digits = f"{value:,.12f}".partition(".")
    return f"{whole}.{digits[:2]}{digits[2:].rstrip('0')}" if isinstance(value, Decimal) else f"{value:,.4f}"


@app.command()
def household(
    identifier: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="household_key, also a former one, or a vendor's own customer or lead id."
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Show why records are one household: what ties them, what was held apart, its history and jobs."""
    from orchestration.household_explanation import explain_household

    _show(identifier, "household", explain_household(current_home(), identifier), as_json)


def _show(identifier: str, kind: str, sections: dict[str, list[dict[str, object]]], as_json: bool) -> None:
    if not sections:
        raise CommandFailed(f"no {kind} {identifier!r} in this warehouse", WRONG_CONFIGURATION)
    if as_json:
        print_json(sections)
        return
    for title, rows in sections.items():
        out.print(f"\n[bold]{title.replace('_', ' ').capitalize()}[/bold]" + ("" if rows else "  none"))
        _print_rows(rows)


def _print_rows(rows: list[dict[str, object]]) -> None:
    """A table where it fits; a single row, or rows of many columns, read better from top to bottom."""
    if len(rows) == 1 or (rows and len(_filled(rows)) > WIDEST):
        for start in range(0, min(len(rows), SHOWN_ROWS), SIDE_BY_SIDE):
            out.print(_listing(rows[start : start + SIDE_BY_SIDE]))
    elif rows:
        out.print(_table(rows[:SHOWN_ROWS]))
    if len(rows) > SHOWN_ROWS:
        out.print(f"  [dim]and {len(rows) - SHOWN_ROWS:,} more: --json has all[/dim]")


def _filled(rows: list[dict[str, object]]) -> list[str]:
    return [name for name in rows[0] if any(row[name] is not None for row in rows)]


def _listing(rows: list[dict[str, object]]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 2))
    table.add_column(style="dim", no_wrap=True)
    for _ in rows:
        table.add_column(overflow="fold")
    for name in _filled(rows):
        table.add_row(name, *("" if row[name] is None else escape(str(row[name])) for row in rows))
    return table


def _table(rows: list[dict[str, object]]) -> Table:
    shown = _filled(rows)
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 2))
    for name in shown:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*("" if row[name] is None else _cell(row[name]) for name in shown))
    return table


def _cell(value: object) -> str:
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else escape(str(value))
