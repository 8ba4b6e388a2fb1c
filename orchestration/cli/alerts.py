"""Alerts at the command line: try the channels, see what would be said, send what is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer
from rich.table import Table

from orchestration.cli.console import AsJson, err, out, print_json
from orchestration.cli.failures import VENDOR_FAILED, WRONG_CONFIGURATION, CommandFailed
from orchestration.cli.home import current_settings

if TYPE_CHECKING:
    from ingestion.config import Settings
    from orchestration.alerts import Round

app = typer.Typer(no_args_is_help=True, help="Who is told what: try, preview and send alerts.")


@app.callback()
def alerts() -> None:
    """Who is told what: try, preview and send alerts. The channels are in the operator's configuration."""


@app.command()
def test(as_json: AsJson = False) -> None:
    """Send a sample to every channel."""
    from orchestration.alerts import send_samples

    _say(send_samples(_with_channels()), as_json)


@app.command()
def preview(as_json: AsJson = False) -> None:
    """Show what each channel would be told now, and its digest; nothing is sent."""
    from orchestration.alerts import preview as previewed
    from orchestration.alerts.messages import as_text
    from orchestration.instance import opened

    settings = _with_channels()
    with opened(settings) as instance:
        found = previewed(settings, instance)
    if as_json:
        print_json(found)
        return
    for channel, messages in found.items():
        out.print(f"\n[bold]{channel}[/bold]" + ("" if messages else "  nothing new"))
        for message in messages:
            out.print(f"\n{message.kind}: {message.subject}\n\n{as_text(message)}", markup=False)


@app.command()
def send(as_json: AsJson = False) -> None:
    """Tell every channel what is new, and the digest when it is due.

    `fourwire run` and the Dagster daemon do this by themselves. From a cron line of its own it also notices
    that they are gone.
    """
    from orchestration.alerts import send_alerts
    from orchestration.instance import opened

    settings = _with_channels()
    with opened(settings) as instance:
        done = send_alerts(settings, instance)
    _say(done, as_json)


@app.command()
def log(as_json: AsJson = False) -> None:
    """Show the newest deliveries, those that failed included."""
    from orchestration.alerts.journal import journal

    settings = _with_channels()
    with journal(settings.home.alert_journal) as book:
        deliveries = book.deliveries()
    if as_json:
        print_json(deliveries)
        return
    table = Table("at (UTC)", "channel", "kind", "subject", "", box=None, header_style="bold")
    for each in deliveries:
        table.add_row(each.at[:16], each.channel, each.kind, each.subject, each.error or "taken")
    out.print(table)


def _with_channels() -> Settings:
    settings = current_settings()
    if not settings.operator.alerts.channels:
        raise CommandFailed(
            f"{settings.config_path}: alerts.channels names nobody; see docs/how-to/alerts.md",
            WRONG_CONFIGURATION,
        )
    return settings


def _say(done: Round, as_json: bool) -> None:
    if as_json:
        print_json(done)
    for each in () if as_json else done.delivered:
        out.print(f"[green]✓[/green] {each.channel}: {each.subject}")
    if done.failed:
        lines = "\n".join(f"{each.channel}: {each.error}" for each in done.failed)
        raise CommandFailed(f"{len(done.failed)} messages were not taken:\n{lines}", VENDOR_FAILED)
    if not done.delivered and not as_json:
        err.print("Nothing new to tell.")
