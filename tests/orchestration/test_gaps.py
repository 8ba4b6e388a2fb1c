"""Looking gaps up in the published marts, and deciding about them so that nothing said is lost."""

from __future__ import annotations

import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from ingestion.config import ConfigError, Home, load_settings
from ingestion.gap_decisions import GapDecision, append_decisions, read_decisions
from ingestion.operator_tables import write_operator_tables
from orchestration.cli import app
from orchestration.gaps import GapFilter, find_gaps, write_csv
from orchestration.snapshot import reading_published
from tests.orchestration.operators import gap, publish_ledger, write_operator

NO_INVOICE, NO_SOURCE = "completed_job_without_invoice", "lead_without_source"


@pytest.fixture
def ledger(home: Path) -> Path:
    """A home with three open gaps and a resolved one."""
    publish_ledger(
        home,
        [
            gap(NO_INVOICE, "J-1", "120.50", owner="office"),
            gap(
                NO_INVOICE,
                "J-2",
                "80.25",
                brand_key="south",
                handling="snoozed",
                handled_until_on="2026-12-01",
            ),
            gap(NO_INVOICE, "J-3", "9", status="resolved", resolved_at="2026-10-06 06:00:00"),
            gap(NO_SOURCE, "L-1", "310", severity="WARN", wire="1 lead in", entity="lead"),
        ],
    )
    return home


def run(*arguments: str, status: int = 0) -> str:
    """What a command prints."""
    result = CliRunner().invoke(app, ["gaps", *arguments])
    if status == 0:
        assert result.exit_code == 0, (result.output, result.exception)
    else:
        assert result.exit_code != 0
    return result.output if status == 0 else f"{result.output}{result.exception}"


def listed(*arguments: str) -> list[str]:
    return [each["native_id"] for each in json.loads(run("list", "--json", *arguments))["gaps"]]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ["J-1", "J-2", "L-1"]),  # errors first, then by dollars
        (["--rule", NO_SOURCE], ["L-1"]),
        (["--wire", "3"], ["J-1", "J-2"]),
        (["--wire", "1 lead in"], ["L-1"]),
        (["--severity", "warn"], ["L-1"]),
        (["--brand", "south"], ["J-2"]),
        (["--owner", "office"], ["J-1"]),
        (["--handling", "snoozed"], ["J-2"]),
        (["--status", "resolved"], ["J-3"]),
        (["--status", "all", "--brand", "north", "--wire", "3"], ["J-1", "J-3"]),
    ],
)
def test_gaps_are_listed_by_what_is_asked_for(
    ledger: Path, arguments: list[str], expected: list[str]
) -> None:
    assert listed(*arguments) == expected


def test_the_list_says_how_much_is_at_risk_and_what_it_leaves_out(ledger: Path) -> None:
    assert "3 gaps, $511 at risk, 2 not shown." in run("list", "--limit", "1")


def test_a_status_that_does_not_exist_is_refused(ledger: Path) -> None:
    assert "none of open, resolved, all" in run("list", "--status", "opne", status=2)


def test_nothing_published_says_what_to_run(home: Path) -> None:
    assert "fourwire run" in run("list", status=2)


def test_a_gap_is_shown_with_its_openings_and_what_was_said(ledger: Path) -> None:
    run("ack", f"{NO_INVOICE}-J-1", "--reason", "Being written", "--by", "dana", "--until", "2026-12-31")
    document = json.loads(run("show", f"{NO_INVOICE}-J-1", "--json"))
    assert document["gap"]["remedy"] == "Invoice it."
    assert [each["opened_at"] for each in document["openings"]] == ["2026-10-05T06:00:00"]
    (said,) = document["decisions"]
    assert (said["action"], said["decided_by"], said["reason"]) == ("acknowledge", "dana", "Being written")
    assert (said["until_on"], said["times_opened"], said["dollars_at_risk"]) == ("2026-12-31", 1, "120.50")
    assert "acknowledge until 2026-12-31 Being written" in run("show", f"{NO_INVOICE}-J-1")
    assert "waits" in run("list")


def test_an_id_that_fits_several_gaps_or_none_is_refused(ledger: Path) -> None:
    assert "several gaps have" in run("show", NO_INVOICE, status=2)
    assert "no published gap has" in run("show", "zzz", status=2)


def test_a_rules_gaps_are_acknowledged_together(ledger: Path) -> None:
    run("ack", "--rule", NO_INVOICE, "--reason", "Month end")
    decisions = read_decisions(Home(ledger).gap_decisions)
    assert {each.gap_id for each in decisions} == {f"{NO_INVOICE}-J-1", f"{NO_INVOICE}-J-2"}
    assert all(each.until_on and each.until_on > datetime.now(UTC).date() for each in decisions)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["ack", "--reason", "x"], "name at least one gap"),
        (["ack", f"{NO_INVOICE}-J-1"], "Missing option '--reason'"),
        (["ack", f"{NO_INVOICE}-J-3", "--reason", "x"], "already resolved"),
        (["ack", f"{NO_INVOICE}-J-1", "--reason", "x", "--until", "2026-10-01"], "2026-10-01 is over"),
        (["ack", "--rule", "nothing_like_it", "--reason", "x"], "no open gap of the rule"),
        (["snooze", f"{NO_INVOICE}-J-1", "--reason", "x"], "--until"),
    ],
)
def test_a_decision_that_could_not_hold_is_refused(
    ledger: Path, arguments: list[str], complaint: str
) -> None:
    assert complaint in " ".join(run(*arguments, status=2).replace("│", " ").split())
    assert read_decisions(Home(ledger).gap_decisions) == ()


def test_the_next_load_hands_every_decision_to_the_models(ledger: Path) -> None:
    run("snooze", f"{NO_INVOICE}-J-1", "--reason", "Season", "--until", "2026-12-31", "--by", "dana")
    run("assign", f"{NO_INVOICE}-J-1", "--to", "lee@example.com", "--by", "dana")
    write_operator_tables(load_settings())
    with duckdb.connect(str(ledger / "warehouse.duckdb")) as connection:
        rows = connection.execute(
            "select decision_number, action, until_on, owner, dollars_at_risk from raw_operator.gap_decisions"
        ).fetchall()
    assert rows == [
        ("1", "snooze", "2026-12-31", None, "120.50"),
        ("2", "assign", None, "lee@example.com", "120.50"),
    ]


def test_export_holds_every_column_and_no_formula(ledger: Path, tmp_path: Path) -> None:
    publish_ledger(
        ledger, [gap(NO_INVOICE, "J-1", "120.50", actual='=HYPERLINK("x")', difference_amount="-5.00")]
    )
    file = tmp_path / "gaps.csv"
    run("export", str(file))
    (row,) = csv.DictReader(file.open(encoding="utf-8", newline=""))
    assert row["actual"] == '\'=HYPERLINK("x")'
    assert (row["difference_amount"], row["dollars_at_risk"]) == ("-5.00", "120.50")
    with reading_published(ledger / "published") as connection:
        written = io.StringIO()
        write_csv(find_gaps(connection, GapFilter()), written)
    assert written.getvalue().encode() == file.read_bytes()


class TestDecisionFile:
    """Appending is safe: torn lines are dropped, two writers lose nothing, nonsense is refused."""

    def decision(self, gap_id: str = "g") -> GapDecision:
        return GapDecision(
            gap_id, "acknowledge", datetime(2026, 10, 6, 12, tzinfo=UTC), "dana", 1, Decimal("10.00"),
            reason="Zwölf\nZeilen", until_on=date(2026, 10, 20),
        )  # fmt: skip

    def test_what_is_written_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "decisions.ndjson"
        assert read_decisions(path) == ()
        append_decisions(path, [self.decision("a"), self.decision("b")])
        append_decisions(path, [self.decision("c")])
        assert read_decisions(path) == tuple(self.decision(name) for name in "abc")

    def test_a_line_cut_short_by_a_crash_is_dropped(self, tmp_path: Path) -> None:
        path = tmp_path / "decisions.ndjson"
        append_decisions(path, [self.decision("a"), self.decision("b")])
        path.write_bytes(path.read_bytes()[:-9])
        assert read_decisions(path) == (self.decision("a"),)
        append_decisions(path, [self.decision("c")])
        assert read_decisions(path) == (self.decision("a"), self.decision("c"))

    def test_writers_beside_each_other_lose_nothing(self, tmp_path: Path) -> None:
        path = tmp_path / "decisions.ndjson"
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda n: append_decisions(path, [self.decision(str(n))]), range(40)))
        assert sorted(int(each.gap_id) for each in read_decisions(path)) == list(range(40))

    @pytest.mark.parametrize("line", ["{}", "not json", '{"action": "forgive"}'])
    def test_a_line_that_is_no_decision_is_named(self, tmp_path: Path, line: str) -> None:
        path = tmp_path / "decisions.ndjson"
        append_decisions(path, [self.decision()])
        path.write_bytes(path.read_bytes() + f"{line}\n".encode())
        with pytest.raises(ConfigError, match=r"decisions\.ndjson, line 2: not a decision"):
            read_decisions(path)


def test_a_wires_owner_is_configured_by_the_wires_name(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = write_operator(tmp_path, gap_owners={"outcome_back": "office"})
    assert load_settings(config=config).operator.gap_owners.by_wire() == {"3 outcome back": "office"}
    wrong = write_operator(tmp_path, gap_owners={"outcome": "office"})
    with pytest.raises(ConfigError, match=r"gap_owners\.outcome"):
        load_settings(config=wrong)
