"""`fourwire sweep`: what the vendors show against what is held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from orchestration.cli.console import AsJson, err, out, print_json
from orchestration.cli.failures import CHECK_FAILED, VENDOR_FAILED, CommandFailed, exit_status
from orchestration.cli.home import current_settings

if TYPE_CHECKING:
    from ingestion.sweep import ObjectSweep, Sweep


def sweep(
    accounts: Annotated[
        list[str] | None, typer.Argument(help="Accounts to sweep; all of them unless named.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List everything at the vendors, compare it with what is held, and repair what pulls have lost.

    Lists every object in full, runs an ordinary pull, then compares row by row. Lost and outdated rows are
    landed again from the listing; `fourwire build` takes them over. Ends with status 1 while rows differ.
    """
    settings = current_settings()
    for account_id in accounts or ():
        settings.operator.account(account_id)
    from ingestion.sweep import sweep as run_sweep

    with err.status("Listing, pulling, comparing"):
        swept = run_sweep(settings, accounts or None)
    if as_json:
        print_json(_summary(swept))
    else:
        _print(swept)
    errors = [each.error for each in swept.objects if each.error]
    if errors:
        raise CommandFailed(
            "\n\n".join(dict.fromkeys(str(error) for error in errors)) + "\n\nEverything else was swept.",
            min(exit_status(error) or VENDOR_FAILED for error in errors),
        )
    if swept.left:
        raise CommandFailed(
            f"{swept.left} rows still differ from what the vendors show; see raw_operator.sweep_rows.",
            CHECK_FAILED,
        )


def _summary(swept: Sweep) -> dict[str, object]:
    from ingestion.sweep import unswept

    return {
        "requests": swept.requests,
        "objects": [_line(each) for each in swept.objects if not each.listing.unswept],
        "unswept": [
            {"platform": platform, "object": name, "why": why}
            for platform, name, why in unswept(swept.accounts)
        ],
    }


def _line(each: ObjectSweep) -> dict[str, object]:
    listing, comparison = each.listing, each.comparison
    return {
        "platform": listing.account.platform,
        "account_id": listing.account.account_id,
        "object": listing.object.name,
        "pages": listing.pages,
        "listed_rows": comparison.listed_rows if comparison else None,
        "held_rows": comparison.held_rows if comparison else None,
        "refusal": comparison.refusal if comparison else None,
        "error": each.error,
        "differing": comparison.differing if comparison else (),
    }


def _print(swept: Sweep) -> None:
    from ingestion.sweep import unswept

    table = Table("account", "object", "pages", "shown", "held", "", box=None, header_style="bold")
    for each in swept.objects:
        comparison = each.comparison
        if comparison is None:
            if each.error:
                table.add_row(
                    each.listing.account.account_id,
                    each.listing.object.name,
                    "",
                    "",
                    "",
                    "[red]✗ failed[/red]",
                )
            continue
        said = f"[red]{each.found} differ, {each.found - each.left} repaired[/red]" if each.found else ""
        table.add_row(
            comparison.account_id,
            comparison.object,
            f"{each.listing.pages:,}",
            f"{comparison.listed_rows:,}",
            f"{comparison.held_rows:,}",
            said or comparison.refusal or "",
        )
    out.print(table)
    for platform, requests in sorted(swept.requests.items()):
        out.print(f"[bold]Requests[/bold]   {platform}: {requests:,}")
    for platform, name, why in unswept(swept.accounts):
        out.print(f"[bold]Not swept[/bold]  {platform} {name}: {why}")
