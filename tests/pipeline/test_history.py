"""The same data gives the same marts: built twice, pulled piece by piece or whole, rebuilt from the archive.

One home lives through a week; what each test asserts is one moment of it, so that the week is lived once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from ingestion.config import load_settings
from ingestion.run import replay
from tests.pipeline.line import Line, Tables, differing, operating

pytestmark = pytest.mark.slow

SEED = 4
# What a home remembers beyond the data it holds: when gaps opened, what months once looked like.
MEMORY = (
    "fct_reconciliation_gaps", "fct_reconciliation_gap_openings", "rpt_wire_health", "fct_headline_history",
    "rpt_restatements", "fct_job_campaigns",
)  # fmt: skip
# When a home loaded a record, and since when it has put it with its household, is its own history.
OWN_HISTORY = ("_loaded_at", "valid_from", "valid_to")


@dataclass
class Week:
    """What one home showed, moment by moment."""

    line: Line
    invoice: tuple[str, str] = ("", "")  # account and native id of the invoice whose balance goes wrong
    marts: dict[str, Tables] = field(default_factory=dict)
    gap: dict[str, dict[str, Any] | None] = field(default_factory=dict)

    def remember(self, moment: str, *, marts: bool = False) -> None:
        self.line.build()
        self.gap[moment] = self._ledger_row()
        if marts:
            self.marts[moment] = self.line.marts()

    def spoil(self) -> None:
        """By hand, in raw: an owed balance on a paid invoice."""
        self._edit_balance('"balance":"0.00"', '"balance":"25.00"')

    def mend(self) -> None:
        self._edit_balance('"balance":"25.00"', '"balance":"0.00"')

    def _edit_balance(self, before: str, after: str) -> None:
        self.line.edit(
            "update raw_servicetitan.invoices set payload = replace(payload, ?, ?) "
            "where account_id = ? and native_id = ?",
            [before, after, *self.invoice],
        )

    def _ledger_row(self) -> dict[str, Any] | None:
        names = ("gap_id", "status", "first_seen_at", "last_seen_at", "resolved_at", "times_opened")
        rows = self.line.rows(
            f"select {', '.join(names)} from reconciliation.fct_reconciliation_gaps "
            "where check_id = 'invoice_balance_differs_from_payments' and account_id = ? and native_id = ?",
            self.invoice,
        )
        assert len(rows) < 2
        return dict(zip(names, rows[0], strict=True)) if rows else None


def paid_invoice(line: Line) -> tuple[str, str]:
    """One that nobody will touch again this week."""
    return line.rows(
        """
        select account_id, native_id from raw_servicetitan.invoices
        where payload like '%"balance":"0.00"%' and payload not like '%"total":"0.00"%'
          and removed_at is null
        order by modified_at, native_id limit 1
        """
    )[0]  # type: ignore[return-value]


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    with operating(tmp_path_factory.mktemp("week"), SEED) as line:
        line.plant_every_class(1, SEED)
        line.pull()
        week = Week(line, paid_invoice(line))
        week.spoil()
        week.remember("spoilt", marts=True)
        week.remember("spoilt, built again", marts=True)
        line.advance(7)
        line.pull()
        week.mend()
        week.remember("mended")
        line.advance(30)
        line.pull()
        week.spoil()
        week.remember("spoilt again")
        line.advance(6 * 24)
        line.pull()
        week.mend()
        week.remember("end")
        yield week


@pytest.fixture(scope="module")
def reloaded(week: Week, tmp_path_factory: pytest.TempPathFactory) -> Line:
    """A home that saw nothing of the week: one full pull at its end."""
    home = tmp_path_factory.mktemp("reloaded")
    line = Line(week.line.sandbox, load_settings(home=home, config=week.line.settings.config_path))
    line.pull(full=True)
    line.build()
    return line


def test_a_second_build_of_the_same_data_changes_nothing(week: Week) -> None:
    assert differing(week.marts["spoilt"], week.marts["spoilt, built again"]) == []


def test_a_gap_resolves_when_it_heals(week: Week) -> None:
    opened, mended = week.gap["spoilt"], week.gap["mended"]
    assert opened is not None and mended is not None
    assert (opened["status"], opened["times_opened"], opened["resolved_at"]) == ("open", 1, None)
    assert (mended["status"], mended["times_opened"]) == ("resolved", 1)
    assert mended["resolved_at"] > opened["last_seen_at"] == mended["last_seen_at"]


def test_a_gap_that_returns_reopens_under_its_id(week: Week) -> None:
    opened, returned, end = (week.gap[moment] for moment in ("spoilt", "spoilt again", "end"))
    assert opened is not None and returned is not None and end is not None
    assert (returned["status"], returned["times_opened"], returned["resolved_at"]) == ("open", 2, None)
    assert (returned["gap_id"], returned["first_seen_at"]) == (opened["gap_id"], opened["first_seen_at"])
    assert returned["last_seen_at"] > opened["last_seen_at"]
    assert (end["status"], end["times_opened"]) == ("resolved", 2)


def test_planted_gaps_stay_open_and_alone_all_week(week: Week) -> None:
    assert week.line.open_gaps().keys() == week.line.planted().keys()


def test_increments_give_the_marts_of_a_full_reload(week: Week, reloaded: Line) -> None:
    """All but what a home remembers: the ledger's history, households' ids, moments of first loads."""
    assert week.line.open_gaps() == reloaded.open_gaps()
    assert differing(_comparable(week.line), _comparable(reloaded)) == []


def test_the_landing_archive_gives_the_same_marts(week: Week) -> None:
    before = week.line.marts(without=["_loaded_at"])
    replay(week.line.settings)
    week.line.build()
    assert differing(before, week.line.marts(without=["_loaded_at"])) == []


def _comparable(line: Line) -> Tables:
    """The marts in words that do not depend on what the home saw before.

    A household keeps the id that it got when it was first seen, from the records known then; here it goes by
    its smallest record. A lead that no system dates counts from its first load.
    """
    names: dict[Any, str] = {}
    for key in ("household_key", "person_key"):
        smallest = f"select {key}, min(record_key) from core.bridge_household_members group by 1"
        names |= {own: f"{key} of {record}" for own, record in line.rows(smallest)}
    undated = line.rows(
        "select distinct lead_at, lead_on from core.fct_leads where lead_at_basis = 'first_loaded'"
    )
    names |= {moment: "first load" for moments in undated for moment in moments}
    return {
        table: Counter(
            {tuple(names.get(value, value) for value in row): count for row, count in rows.items()}
        )
        for table, rows in line.marts(without=OWN_HISTORY).items()
        if table not in MEMORY
    }
