"""Does an account answer, and to what may Fourwire look?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from orchestration.cli.console import AsJson, out, print_json
from orchestration.cli.failures import VENDOR_FAILED, WRONG_CONFIGURATION, CommandFailed
from orchestration.cli.home import current_settings

if TYPE_CHECKING:
    from ingestion.connection_check import ObjectCheck


def check_connection(
    account: Annotated[str, typer.Argument(help="The account, as the configuration names it.")],
    as_json: AsJson = False,
) -> None:
    """Ask an account for one page of each object, and say which permission is missing. Keeps nothing.

    Ends with status 2 when credentials or a permission are missing, and with 3 when the vendor fails.
    """
    settings = current_settings()
    from ingestion.connection_check import check_connection as check

    checks = check(settings, account)
    if as_json:
        print_json(checks)
    else:
        out.print(_table(checks))
    closed = [each for each in checks if not each.is_readable]
    if closed:
        is_ours = any(each.lacks_permission for each in closed)
        raise CommandFailed(_advice(account, closed), WRONG_CONFIGURATION if is_ours else VENDOR_FAILED)
    if not as_json:
        out.print(f"{account}: every object can be read.")


def _table(checks: list[ObjectCheck]) -> Table:
    table = Table("object", "", "permission", box=None, header_style="bold")
    for each in checks:
        mark = "[green]✓[/green]" if each.is_readable else "[red]✗[/red]"
        table.add_row(each.object, mark, each.permission)
    return table


def _advice(account: str, closed: list[ObjectCheck]) -> str:
    lines = [f"{account}: {len(closed)} objects cannot be read."]
    missing = dict.fromkeys(each.permission for each in closed if each.lacks_permission and each.permission)
    if missing:
        lines += ["", "Missing permissions:", *(f"  {permission}" for permission in missing)]
    lines += ["", *dict.fromkeys(f"{each.object}: {each.problem}" for each in closed)]
    return "\n".join(lines)
