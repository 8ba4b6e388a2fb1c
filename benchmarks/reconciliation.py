"""Which planted gaps reconciliation finds, and what it reports on healthy worlds: through the whole line.

    python -m benchmarks reconciliation [--households N] [--months M] [--seeds 7,11,23] [--count C]

Each seed makes three worlds: a clean one and a slow but healthy one, where every finding is false, and one
with `count` gaps of every class at random places (fewer where the world has fewer places). Prints, per class:
planted, found, missed, false, and how many dollars at risk were right to the cent; then recall and precision
over all seeds.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import httpx
from rich.console import Console
from rich.table import Table

from ingestion.config import Settings, load_settings
from ingestion.run import ingest
from orchestration import project
from sandbox.layout import Layout
from sandbox.server import Sandbox
from sandbox.world import build_world
from sandbox.world.brands import SYSTEMS_WITH_BOOKS
from sandbox.world.model import World
from sandbox.world.pace import SLOW, USUAL

CONSOLE = Console()
CLASSES = tuple(rule.check_id for rule in project.reconciliation_rules() if not rule.is_about_the_line)
WITHOUT_TESTS = ("--exclude-resource-type", "test")
SPOILT = "spoilt"
WITH_BOOKS = Layout(systems=SYSTEMS_WITH_BOOKS)
KINDS = {"clean": USUAL, "slow but healthy": SLOW, SPOILT: USUAL}

# (class, account, native id) -> dollars at risk
Gaps = dict[tuple[str, str, str], Decimal]


@dataclass(frozen=True)
class Outcome:
    """One world's gaps, as planted and as found, and the control totals that disagree."""

    seed: int
    kind: str
    planted: Gaps
    found: Gaps
    disagreeing_totals: int
    seconds: float

    def scores(self) -> Iterator[tuple[str, int, int, int, int, int]]:
        """(class, planted, found, missed, false, dollars right), one per class."""
        hits = self.planted.keys() & self.found.keys()
        right = Counter(key[0] for key in hits if self.planted[key] == self.found[key])
        counts = [
            Counter(key[0] for key in keys)
            for keys in (self.planted, hits, self.planted.keys() - hits, self.found.keys() - hits)
        ]
        for name in CLASSES:
            yield (name, *(count[name] for count in counts), right[name])


def measure(kind: str, world: World, count: int, folder: Path) -> Outcome:
    """Pull, build and compare one world; only a spoilt one gets `count` gaps of every class."""
    began = time.monotonic()
    with Sandbox.start(world=world, layout=WITH_BOOKS) as sandbox:
        planted = plant(sandbox, count, world.seed) if kind == SPOILT else {}
        settings = load_settings(home=folder, config=sandbox.config_path)
        failed = [result for result in ingest(settings) if result.error]
        if failed:
            raise SystemExit(f"pull failed: {failed[0]}")
    built = project.build(settings.home.warehouse, folder / "dbt", WITHOUT_TESTS, quiet=True)
    if not built.succeeded:
        raise SystemExit("dbt build failed:\n" + "\n".join(built.failures))
    found, disagreeing = read(settings)
    return Outcome(world.seed, kind, planted, found, disagreeing, time.monotonic() - began)


def plant(sandbox: Sandbox, count: int, seed: int) -> Gaps:
    """Gaps of every class; their dollars are told once all are planted."""
    with httpx.Client(base_url=f"{sandbox.control_url}/", timeout=120) as control:
        control.post("gaps/every-class", json={"at_most": count, "seed": seed}).raise_for_status()
        gaps = [json.loads(line) for line in control.get("truth/gaps").text.splitlines()]
    return {
        (gap["gap_class"], gap["account_id"], gap["native_id"]): Decimal(gap["amount_cents"]).scaleb(-2)
        for gap in gaps
    }


def read(settings: Settings) -> tuple[Gaps, int]:
    """The open gaps of the ledger, and the number of control totals that disagree."""
    with duckdb.connect(str(settings.home.warehouse), read_only=True) as connection:
        rows = connection.execute("""
            select check_id, account_id, native_id, dollars_at_risk
            from reconciliation.fct_reconciliation_gaps where status = 'open'
        """).fetchall()
        (disagreeing,) = connection.execute("""
            select count(*) from reconciliation.rpt_control_totals
            where left_rows is distinct from right_rows or left_amount is distinct from right_amount
        """).fetchone()
    return {tuple(key): dollars for *key, dollars in rows}, disagreeing


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks reconciliation", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--households", type=int, default=400)
    parser.add_argument("--months", type=int, default=8)
    parser.add_argument("--seeds", default="7,11,23")
    parser.add_argument("--count", type=int, default=5, help="gaps of each class in each spoilt world")
    options = parser.parse_args(argv)
    table = Table(title=f"Reconciliation, {options.households} households over {options.months} months")
    for name in ("seed", "class", "planted", "found", "missed", "false", "dollars right"):
        table.add_column(name, justify="left" if name == "class" else "right")
    with tempfile.TemporaryDirectory() as scratch:
        outcomes = []
        for seed in map(int, options.seeds.split(",")):
            for kind, pace in KINDS.items():
                world = build_world(seed, options.households, options.months, pace=pace)
                outcomes.append(measure(kind, world, options.count, Path(scratch) / f"{seed}-{kind}"))
                show(outcomes[-1], table)
    CONSOLE.print(table)
    CONSOLE.print(summary(outcomes))


def show(outcome: Outcome, table: Table) -> None:
    """A healthy world takes one line: everything found there is false."""
    scores = list(outcome.scores())
    if outcome.kind == SPOILT:
        for score in scores:
            table.add_row(str(outcome.seed), score[0], *map(str, score[1:]))
    else:
        false = sum(score[4] for score in scores)
        table.add_row(str(outcome.seed), f"({outcome.kind} world)", "0", "0", "0", str(false), "-")
    table.add_section()
    CONSOLE.print(
        f"seed {outcome.seed}, {outcome.kind}: {outcome.seconds:.0f} s, "
        f"{outcome.disagreeing_totals} control totals disagree"
    )
    for false in sorted(outcome.found.keys() - outcome.planted.keys()):
        CONSOLE.print(f"  false: {' '.join(false)}")


def summary(outcomes: Sequence[Outcome]) -> str:
    """Recall, precision and the share of right dollars, over all worlds."""
    scores = [score for outcome in outcomes for score in outcome.scores()]
    planted, found, _, false, right = (sum(score[column] for score in scores) for column in range(1, 6))
    return (
        f"{len(outcomes)} worlds, {len(CLASSES)} classes: recall {found} of {planted}, "
        f"precision {found} of {found + false}, dollars right {right} of {found}"
    )


if __name__ == "__main__":
    main([])
