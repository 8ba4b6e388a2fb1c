"""Which planted gaps reconciliation finds, and what it reports on a clean world: through the whole line.

    python -m benchmarks reconciliation [--households N] [--months M] [--seeds 7,11,23] [--count C]

Each seed makes two worlds: a clean one, where every finding is false, and one with `count` gaps of every
class at random places. Prints, per class: planted, found, missed, false, and how many dollars at risk were
right to the cent.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
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
from sandbox.server import Sandbox

CONSOLE = Console()
CLASSES = tuple(rule.check_id for rule in project.reconciliation_rules())
WITHOUT_TESTS = ("--exclude-resource-type", "test")

# (class, account, native id) -> dollars at risk
Gaps = dict[tuple[str, str, str], Decimal]


@dataclass(frozen=True)
class Outcome:
    """One world's gaps, as planted and as found, and the control totals that disagree."""

    seed: int
    is_clean: bool
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


def measure(seed: int, households: int, months: int, count: int, folder: Path) -> Outcome:
    """Pull, build and compare one world with `count` gaps of every class; none is the clean world."""
    began = time.monotonic()
    with Sandbox.start(households=households, seed=seed, months=months) as sandbox:
        planted = dict(gap for name in CLASSES if count for gap in plant(sandbox, name, count, seed))
        settings = load_settings(home=folder, config=sandbox.config_path)
        failed = [result for result in ingest(settings) if result.error]
        if failed:
            raise SystemExit(f"pull failed: {failed[0]}")
    built = project.build(settings.home.warehouse, folder / "dbt", WITHOUT_TESTS, quiet=True)
    if not built.succeeded:
        raise SystemExit("dbt build failed:\n" + "\n".join(built.failures))
    found, disagreeing = read(settings)
    return Outcome(seed, not count, planted, found, disagreeing, time.monotonic() - began)


def plant(sandbox: Sandbox, gap_class: str, count: int, seed: int) -> Iterator[tuple[tuple, Decimal]]:
    order = {"class": gap_class, "count": count, "seed": seed}
    answer = httpx.post(f"{sandbox.control_url}/gaps", json=order, timeout=60)
    if not answer.is_success:
        raise SystemExit(f"seed {seed}: {json.loads(answer.text)['error']}; a larger world has more places")
    for gap in answer.json()["injected"]:
        yield (gap_class, gap["account_id"], gap["native_id"]), Decimal(gap["amount_cents"]).scaleb(-2)


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
        for seed in map(int, options.seeds.split(",")):
            for count in (0, options.count):
                folder = Path(scratch) / f"{seed}-{count}"
                show(measure(seed, options.households, options.months, count, folder), table)
    CONSOLE.print(table)


def show(outcome: Outcome, table: Table) -> None:
    """A clean world takes one line: everything found there is false."""
    scores = list(outcome.scores())
    if outcome.is_clean:
        false = sum(score[4] for score in scores)
        table.add_row(str(outcome.seed), "(clean world)", "0", "0", "0", str(false), "-")
    else:
        for score in scores:
            table.add_row(str(outcome.seed), score[0], *map(str, score[1:]))
    table.add_section()
    CONSOLE.print(
        f"seed {outcome.seed}, {'clean' if outcome.is_clean else 'spoilt'}: {outcome.seconds:.0f} s, "
        f"{outcome.disagreeing_totals} control totals disagree"
    )


if __name__ == "__main__":
    main([])
