"""The daily line and its single steps: run, ingest, build, report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from orchestration.cli.console import AsJson, duration, err, out, print_json
from orchestration.cli.failures import CHECK_FAILED, VENDOR_FAILED, CommandFailed, exit_status, status_of
from orchestration.cli.home import current_home, current_settings

if TYPE_CHECKING:
    from ingestion.config import Settings
    from ingestion.pull import PullResult
    from orchestration.pipeline import RunOutcome

Full = Annotated[
    bool, typer.Option("--full", help="Pull everything anew instead of what changed since the last pull.")
]
Since = Annotated[
    datetime | None,
    typer.Option(
        "--since", formats=["%Y-%m-%d"], metavar="DATE", help="With --full: the earliest day to pull."
    ),
]


def run(full: Full = False, since: Since = None, as_json: AsJson = False) -> None:
    """Run the whole line: pull, build, check, publish, report.

    This is the Dagster job that the nightly schedule launches; `fourwire ui` shows the run. Safe to repeat
    and to interrupt. Ends with status 1 while a check of severity ERROR fails; the marts are published all
    the same, unless the control totals themselves do not add up.
    """
    settings = current_settings()
    from orchestration.cli.live import LiveRun
    from orchestration.pipeline import run_daily

    with LiveRun(quiet=as_json) as live:
        outcome = run_daily(
            settings, full=full, since=since.date() if since else None, on_event=live.on_event
        )
    _send_alerts(settings)
    if as_json:
        print_json(outcome)
    raise_for(outcome)
    if not as_json:
        out.print(f"Done in {duration(outcome.seconds)}: {outcome.checks} checks, all ERROR checks hold.")
        # No ERROR check failed, or the line above would not stand here.
        for check in outcome.failed_checks:
            out.print(f"  [yellow]![/yellow] {check.asset} {check.name}: {check.description}")
        out.print(f"Published  {settings.home.published}\nReport     {settings.home.reports / 'report.html'}")


def _send_alerts(settings: Settings) -> None:
    """Tell the channels. Whatever goes wrong with that is said, and is no failure of the run."""
    if not settings.operator.alerts.channels:
        return
    from orchestration.alerts import send_alerts
    from orchestration.instance import opened

    try:
        with opened(settings) as instance:
            done = send_alerts(settings, instance)
    except Exception as error:
        err.print(f"[yellow]Alerts were not sent:[/yellow] {error}")
        return
    for each in done.failed:
        err.print(f"[yellow]Alert channel {each.channel}:[/yellow] {each.error}")


def raise_for(outcome: RunOutcome) -> None:
    """Turn a run that did not end well into the command's verdict.

    Raises:
        CommandFailed: a step failed, or a check of severity ERROR.
    """
    raise_for_steps(outcome)
    broken = [check for check in outcome.failed_checks if check.severity == "ERROR"]
    if broken:
        lines = "\n".join(f"{check.name}: {check.description}" for check in broken)
        raise CommandFailed(f"{len(broken)} checks fail:\n{lines}", CHECK_FAILED)


def raise_for_steps(outcome: RunOutcome) -> None:
    """Let a failed step end the command; failed checks that do not block are no failure here.

    Raises:
        CommandFailed: a step failed.
    """
    if outcome.succeeded:
        return
    if not outcome.failures:
        raise CommandFailed(f"run {outcome.run_id} did not finish; `fourwire ui` shows it", CHECK_FAILED)
    first = outcome.failures[0]
    more = f"\n\n(and {len(outcome.failures) - 1} more failed steps)" if len(outcome.failures) > 1 else ""
    raise CommandFailed(
        f"{first.message}\n\nStep {first.step} of run {outcome.run_id}; `fourwire ui` shows the run.{more}",
        status_of([failure.error for failure in outcome.failures]) or CHECK_FAILED,
    )


def ingest(
    accounts: Annotated[
        list[str] | None, typer.Argument(help="Accounts to pull; all of them unless named.")
    ] = None,
    full: Full = False,
    since: Since = None,
    replay: Annotated[
        bool,
        typer.Option("--replay", help="Ask no vendor: make the raw tables anew from the landing archive."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Pull from the vendors into the raw tables, without building anything on top."""
    settings = current_settings()
    if replay:
        _replay(settings, as_json)
        return
    for account_id in accounts or ():
        settings.operator.account(account_id)
    from ingestion.run import ingest as ingest_accounts
    from orchestration.cli.live import PullProgress

    with PullProgress(quiet=as_json) as progress:
        results = ingest_accounts(
            settings,
            accounts=accounts or None,
            full=full,
            since=since.date() if since else None,
            progress=progress.on_page,
        )
    if as_json:
        print_json(results)
    else:
        out.print(_pull_table(results))
    failed = [result for result in results if result.error is not None]
    if failed:
        messages = dict.fromkeys(str(result.error) for result in failed)
        raise CommandFailed(
            "\n\n".join(messages) + "\n\nEverything else was pulled and loaded.",
            min(exit_status(result.error) or VENDOR_FAILED for result in failed if result.error),
        )


def _replay(settings: Settings, as_json: bool) -> None:
    from ingestion.run import replay as replay_archive

    loaded = replay_archive(settings)
    if as_json:
        print_json(loaded)
    else:
        err.print(
            f"{loaded.pulls:,} landed pulls made {loaded.rows_changed:,} raw rows in "
            f"{duration(loaded.seconds)}. Next: `fourwire build`."
        )


def _pull_table(results: Sequence[PullResult]) -> Table:
    table = Table("account", "object", "mode", "pages", "rows", "", box=None, header_style="bold")
    for result in results:
        table.add_row(
            result.account_id,
            result.object,
            result.mode or "",
            f"{result.pages:,}",
            f"{result.rows:,}",
            "[red]✗ failed[/red]" if result.error else result.warning or "",
        )
    return table


def build(as_json: AsJson = False) -> None:
    """Build the warehouse from the raw tables, with every dbt test."""
    from orchestration.project import build as build_warehouse

    home = current_home()
    result = build_warehouse(home.warehouse, home.root / "dbt", quiet=as_json)
    if as_json:
        print_json(result)
    if not result.succeeded:
        raise CommandFailed(
            f"{len(result.failures)} models or tests failed:\n" + "\n".join(result.failures), CHECK_FAILED
        )
    err.print(f"Built in {duration(result.seconds)}. Next: `fourwire check`.")


def report(as_json: AsJson = False) -> None:
    """Draw the marketing report and the health page from the published marts, each self-contained HTML."""
    settings = current_settings()
    from orchestration.report import write_report
    from orchestration.report.health import write_health_page

    path = write_report(settings.home, operator=settings.operator.name, currency=settings.operator.currency)
    health = write_health_page(settings)
    if as_json:
        print_json({"path": path, "health": health})
    else:
        out.print(f"Report: {path}\nHealth: {health}")
