"""The whole line on a simulated operator, from nothing to a report."""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from orchestration.cli.console import AsJson, duration, err, money, out, print_json, ratio
from orchestration.cli.failures import CHECK_FAILED, WRONG_CONFIGURATION, CommandFailed
from orchestration.cli.home import current_home, demo_folder
from orchestration.cli.sandbox import Households, Months, Seed

if TYPE_CHECKING:
    from ingestion.config import Home, Settings
    from orchestration.pipeline import RunOutcome
    from orchestration.report.figures import ChannelFigures
    from orchestration.simulation import PlantedGap, Simulation

PLANTED_PER_RULE = 3


def demo(
    households: Households = 5000,
    months: Months = 18,
    seed: Seed = 7,
    clean: Annotated[
        bool, typer.Option("--clean", help="Also forget the Dagster runs of earlier demos in this home.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run everything on a simulated operator: vendors, pull, build, check, publish, report.

    Starts three made-up brands whose systems speak the real vendors' APIs, plants business gaps in them, and
    launches the same job as the nightly schedule. Takes a few minutes. An earlier demo in this home is
    replaced; a home that holds anything else is refused.
    """
    home = current_home()
    _make_room(home, forget_runs=clean)
    # A polite end by TERM must take the sandbox along, as an interrupt does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    from ingestion.config import load_settings
    from orchestration.cli.line import raise_for_steps
    from orchestration.cli.live import LiveRun
    from orchestration.pipeline import run_daily

    with _operator(home, households, months, seed) as simulation:
        simulation.plant_every_class(PLANTED_PER_RULE)
        settings = load_settings(home=home.root, config=simulation.config)
        err.print(
            f"[green]✓[/green] {settings.operator.name}: {len(settings.operator.brands)} brands, "
            f"{len(settings.operator.accounts)} accounts, {households:,} households over {months} months"
        )
        with LiveRun(quiet=as_json) as live:
            outcome = run_daily(settings, on_event=live.on_event)
        planted = simulation.planted()
    raise_for_steps(outcome)
    _conclude(settings, outcome, planted, as_json)


@contextmanager
def _operator(home: Home, households: int, months: int, seed: int) -> Iterator[Simulation]:
    from orchestration.simulation import simulated_operator

    with ExitStack() as stack:
        with err.status("Starting the simulated operator") as waiting:
            simulation = stack.enter_context(
                simulated_operator(
                    demo_folder(home),
                    households,
                    months,
                    seed,
                    on_wait=lambda waited: waiting.update(
                        f"Imagining {households:,} households over {months} months ({waited:.0f} s)"
                    ),
                )
            )
        yield simulation


def _make_room(home: Home, forget_runs: bool) -> None:
    """Clear what an earlier demo left; never anything else.

    Raises:
        CommandFailed: the home holds data that no demo made.
    """
    from ingestion.identity_decisions import FILE_NAME

    marker = demo_folder(home) / "README"
    state = [home.warehouse, home.landing, home.dlt, home.published, home.reports, home.root / "dbt"]
    state += [home.review.parent, home.data_docs, demo_folder(home) / FILE_NAME]
    held = [path for path in state if path.exists()]
    if held and not marker.exists():
        raise CommandFailed(
            f"{home.root} holds data that no demo made ({held[0].name}, …), and the demo would replace it. "
            "Give the demo a home of its own:\n\n  FOURWIRE_HOME=demo-data fourwire demo",
            WRONG_CONFIGURATION,
        )
    for path in [*held, *([home.dagster] if forget_runs else [])]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
            path.with_name(path.name + ".wal").unlink(missing_ok=True)
    marker.parent.mkdir(parents=True, exist_ok=True)
    marker.write_text(
        "`fourwire demo` made this home. The next demo replaces it; delete this file to keep it.\n",
        encoding="utf-8",
    )


def _conclude(settings: Settings, outcome: RunOutcome, planted: Sequence[PlantedGap], as_json: bool) -> None:
    from orchestration.ledger import open_gap_keys
    from orchestration.report.figures import channel_figures
    from orchestration.warehouse import reading

    home = settings.home
    marts = home.published / "marts.duckdb"
    with reading(marts) as connection:
        channels = channel_figures(connection)
        found = open_gap_keys(connection)
    injected = {(gap.gap_class, gap.account_id, gap.native_id) for gap in planted}
    missed, surplus = injected - found, found - injected
    if as_json:
        print_json(
            {
                "run": outcome,
                "channels": channels,
                "gaps": {
                    "planted": len(injected),
                    "found": len(injected & found),
                    "surplus": sorted(surplus),
                },
                "report": home.reports / "report.html",
                "published": home.published,
            }
        )
    else:
        _print(home, outcome, channels, len(injected), len(injected & found), len(surplus))
    if missed or surplus:
        raise CommandFailed(
            f"reconciliation missed {len(missed)} planted gaps, and reported {len(surplus)} not planted:\n"
            + "\n".join(" ".join(key) for key in sorted(missed | surplus)[:10]),
            CHECK_FAILED,
        )


def _print(
    home: Home,
    outcome: RunOutcome,
    channels: Sequence[ChannelFigures],
    planted: int,
    found: int,
    surplus: int,
) -> None:
    out.print("\n[bold]Which marketing earned money[/bold]  (period view, last-touch credit)")
    out.print(_channel_table(channels))
    out.print(f"\n[bold]Checks[/bold]  {outcome.checks} ran, {len(outcome.failed_checks)} fail")
    for check in outcome.failed_checks:
        mark = "[red]✗[/red]" if check.severity == "ERROR" else "[yellow]![/yellow]"
        out.print(f"  {mark} {check.name}: {check.description}")
    out.print(f"  Planted gaps: {planted}, found: {found}, reported but not planted: {surplus}")
    out.print(f"\n[bold]Time[/bold]  {duration(outcome.seconds)} for the pipeline")
    out.print(
        f"\n[bold]Where it is[/bold]\n  report     {home.reports / 'report.html'}\n"
        f"  marts      {home.published / 'marts.duckdb'} and {home.published / 'parquet'}\n"
        f"  warehouse  {home.warehouse}"
    )
    out.print(
        "\n[bold]Next[/bold]\n  make ui                  lineage, the run and its checks in the Dagster UI\n"
        "  fourwire check           what does not add up, and what to do about it\n"
        "  fourwire explain job ID  one job from click to bank\n"
        "  README.md                how to connect a real account"
    )


def _channel_table(channels: Sequence[ChannelFigures]) -> Table:
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("channel")
    for heading in ("leads", "booked", "completed", "collected", "spend", "CAC", "ROAS"):
        table.add_column(heading, justify="right")
    for row in channels:
        table.add_row(
            row.channel.replace("_", " "),
            f"{row.leads:,}",
            f"{row.booked_jobs:,.0f}",
            money(row.completed_amount),
            money(row.collected_amount),
            money(row.spend_amount) if row.spend_amount else "–",
            money(row.cac),
            ratio(row.roas_completed),
        )
    return table
