"""Reconciliation through the whole line: nothing on a clean world, and every planted gap on a spoilt one."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from sandbox.layout import Layout
from sandbox.world.brands import SYSTEMS_WITH_BOOKS
from sandbox.world.pace import SLOW
from tests.pipeline.conftest import CleanRun
from tests.pipeline.line import GAP_CLASSES, operating

pytestmark = pytest.mark.slow

WITH_BOOKS = Layout(systems=SYSTEMS_WITH_BOOKS)


def test_a_clean_world_passes_every_check(clean_run: CleanRun) -> None:
    assert clean_run.status == 0, clean_run.said[-4000:]
    assert clean_run.line.open_gaps() == {}


def test_a_clean_world_agrees_on_every_control_total(clean_run: CleanRun) -> None:
    rungs = {rung for (rung,) in clean_run.line.rows("select rung from reconciliation.rpt_control_totals")}
    assert rungs == {
        "3 conformed = facts", "4 facts = ledger", "5 ledger = attributed", "6 ledger = reports"
    }  # fmt: skip
    assert clean_run.line.disagreeing_totals() == []


def test_a_slow_but_healthy_world_shows_no_gap(tmp_path: Path) -> None:
    """Invoices, hand-overs, calls back and files take their time, within every grace period."""
    with operating(tmp_path, 6, layout=WITH_BOOKS, pace=SLOW) as line:
        line.pull()
        line.build()
        assert line.open_gaps() == {}


@pytest.mark.parametrize("seed", [5])
def test_planted_gaps_are_found_exactly(seed: int, tmp_path: Path) -> None:
    """The same records, neither more nor fewer, and the dollars at risk to the cent."""
    with operating(tmp_path, seed, households=250, layout=WITH_BOOKS) as line:
        line.plant_every_class(3, seed)
        line.pull()
        line.build()
        planted = line.planted()
        assert {gap_class for gap_class, _, _ in planted} == set(GAP_CLASSES)
        assert line.open_gaps() == planted
        assert line.disagreeing_totals() == []
        causes = line.total(
            "select line, sum(amount) from reconciliation.rpt_conservation_bridge "
            "where bridge = 'invoices in the books' group by line"
        )
        at_risk: defaultdict[str, Decimal] = defaultdict(Decimal)
        for (gap_class, _, _), dollars in planted.items():
            at_risk[gap_class] += dollars
        assert causes["doubled"] == at_risk["document_twice_in_books"]
        assert causes["not_in_dispatch"] == at_risk["book_entry_unknown_to_dispatch"]
        assert causes["not_in_books"] == -at_risk["invoice_missing_in_books"]
        assert causes["date_basis"] == 0, "out of one day and into another"
        assert causes.keys() <= {
            "vendor", "ours", "late", "doubled", "not_in_dispatch", "not_in_books", "date_basis",
            "amount_in_books",
        }  # fmt: skip
