"""The command `fourwire`.

Each command imports what it needs when it runs, so that `fourwire --help` answers at once.
"""

from __future__ import annotations

import logging
import sys
from typing import Annotated

import typer
from rich.panel import Panel
from rich.text import Text

from orchestration.cli import (
    alerts,
    connection,
    demo,
    explain,
    gaps,
    identity,
    line,
    results,
    sandbox,
    sweep,
    ui,
)
from orchestration.cli.console import err
from orchestration.cli.failures import exit_status

app = typer.Typer(
    name="fourwire",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

_debug = False


@app.callback()
def fourwire(
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the full traceback when something fails.")
    ] = False,
) -> None:
    """Which marketing earned money? Joins leads, jobs, invoices and ad spend of a home-services operator.

    [bold]New here?[/bold] `fourwire demo` tries everything on a simulated operator, with nothing to connect.

    State lives in the folder FOURWIRE_HOME (data/ unless set). The operator's accounts are described in the
    file FOURWIRE_CONFIG (config/operator.yml unless set).

    Exit status: 0 done, 1 a check failed, 2 wrong usage or configuration, 3 a vendor or the network failed.
    """
    global _debug
    _debug = debug
    if not debug:
        logging.disable(logging.WARNING)


START, DAILY, LOOK = "Start here", "The daily line", "Look at what came out"
app.command(rich_help_panel=START)(demo.demo)
app.add_typer(sandbox.app, name="sandbox", rich_help_panel=START)
app.command("check-connection", rich_help_panel=START)(connection.check_connection)
app.command(rich_help_panel=DAILY)(line.run)
app.command(rich_help_panel=DAILY)(line.ingest)
app.command(rich_help_panel=DAILY)(sweep.sweep)
app.command(rich_help_panel=DAILY)(line.build)
app.command(rich_help_panel=DAILY)(results.check)
app.command(rich_help_panel=DAILY)(line.report)
app.command(rich_help_panel=LOOK)(results.status)
app.add_typer(gaps.app, name="gaps", rich_help_panel=LOOK)
app.add_typer(alerts.app, name="alerts", rich_help_panel=LOOK)
app.add_typer(explain.app, name="explain", rich_help_panel=LOOK)
app.add_typer(identity.app, name="identity", rich_help_panel=LOOK)
app.command(rich_help_panel=LOOK)(ui.ui)


def main() -> None:
    """Entry point: run the command, and turn what can be acted on into one message and an exit status."""
    try:
        app()
    except KeyboardInterrupt:
        err.print("\nStopped. Running it again continues from what was landed.")
        sys.exit(130)
    except Exception as error:
        status = exit_status(error)
        if status is None or _debug:
            raise
        err.print(Panel(Text(str(error)), title="fourwire", title_align="left", border_style="red"))
        sys.exit(status)
