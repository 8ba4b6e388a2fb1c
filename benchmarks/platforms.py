"""One world through every dispatch platform and CRM: where leads, ledger and credit are the same.

    python -m benchmarks platforms [--households N] [--months M] [--platform NAME …]

The usual platforms are the measure. A difference must be one that docs/platform-parity.md explains.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ingestion.sources import discover
from sandbox.layout import Layout
from tests.pipeline.line import operating
from tests.pipeline.same_world import BRAND, Outcome, differences, outcome

CONSOLE = Console()
MODELS = (
    "fct_revenue_ledger",
    "fct_jobs",
    "fct_leads",
    "bridge_household_members",
    "rpt_channel_performance",
)


def through(layout: Layout, households: int, months: int, seed: int) -> Outcome:
    with (
        tempfile.TemporaryDirectory() as folder,
        operating(Path(folder), seed, households, months, layout) as line,
    ):
        line.pull()
        line.build(MODELS)
        return outcome(line)


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks platforms", description=__doc__)
    parser.add_argument("--households", type=int, default=300)
    parser.add_argument("--months", type=int, default=8)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--platform", action="append", choices=_platforms())
    chosen = parser.parse_args(argv)
    size = (chosen.households, chosen.months, chosen.seed)
    usual = through(Layout(), *size)
    for platform in chosen.platform or _platforms():
        table = Table(title=f"{platform} beside the usual platform", title_justify="left")
        for column in ("measure", "compared", "differ", "examples (usual / here)"):
            table.add_column(column)
        for each in differences(usual, through(_with(platform), *size)):
            table.add_row(each.measure, str(each.compared), str(each.differing), "\n".join(each.samples))
        CONSOLE.print(table)


def _platforms() -> list[str]:
    return [name for name, source in discover().items() if source.kind in ("dispatch", "crm")]


def _with(platform: str) -> Layout:
    """The usual systems, with `platform` as the dispatch of the brand or the CRM of the operator."""
    if discover()[platform].kind == "dispatch":
        return Layout({BRAND: platform})
    return Layout.including(platform)
