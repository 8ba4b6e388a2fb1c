"""Spend files: what is accepted, what is refused and why, and that no cent is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.config import Account, Brand, ConfigError, Home, OperatorConfig, Settings
from ingestion.http import UnexpectedAnswer
from ingestion.run import ingest
from ingestion.sources.spend_csv.documents import BrokenFile, check_overlaps, read_document
from ingestion.sources.spend_csv.rows import Rejected, read_amount, spread
from tests.sources.operator_world import QUICK, OperatorWorld, operator_world

HEADER = "source,campaign_id,campaign_name,date,period_start,period_end,spend,cost_type"


def document(*lines: str, header: str = HEADER):
    return read_document("spend.csv", "\n".join([header, *lines]).encode())


@given(
    cents=st.integers(min_value=-10_000_000, max_value=10_000_000),
    days=st.integers(min_value=1, max_value=400),
)
def test_shares_of_a_period_add_up_to_the_cent(cents: int, days: int) -> None:
    first = date(2026, 1, 1)
    amount = Decimal(cents) / 100
    shares = spread(amount, first, first + timedelta(days=days - 1))
    assert len(shares) == days
    assert sum(share for _, share in shares) == amount
    assert max(share for _, share in shares) - min(share for _, share in shares) <= Decimal("0.01")


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1234.5", "1234.5"),
        ("$1,234.50", "1234.50"),
        ("(12.00)", "-12.00"),
        ("($1,012.00)", "-1012.00"),
        ("-3", "-3"),
        ("0", "0"),
    ],
)
def test_amounts_as_people_write_them(text: str, amount: str) -> None:
    assert read_amount(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "abc", "1,23", "1.234,50", "12,34.00", "(-5)", "1e3", "1.23456", "$"])
def test_amounts_that_could_mean_something_else_are_refused(text: str) -> None:
    with pytest.raises(Rejected, match="spend"):
        read_amount(text)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("pigeon,1,,2026-02-01,,,5,", "source"),
        ("yelp,,,2026-02-01,,,5,", "campaign_id or campaign_name"),
        ("yelp,1,,9/8/26,,,5,", "YYYY-MM-DD"),
        ("yelp,1,,2026-02-30,,,5,", "YYYY-MM-DD"),
        ("yelp,1,,2026-02-01,2026-02-01,2026-02-02,5,", "either date"),
        ("yelp,1,,,2026-02-01,,5,", "either date"),
        ("yelp,1,,,2026-02-03,2026-02-01,5,", "before"),
        ("yelp,1,,2026-02-01,,,-5,", "cost_type credit"),
        ("yelp,1,,2026-02-01,,,5,credit", "must be negative"),
        ("yelp,1,,2026-02-01,,,5,bonus", "cost_type"),
        ("yelp,1,,2026-02-01,,,5", "7 cells"),
    ],
)
def test_a_bad_line_is_set_aside_with_its_reason(line: str, reason: str) -> None:
    read = document("yelp,1,,2026-03-01,,,7,", line)
    (rejected,) = read.rejects
    assert (rejected.number, len(read.rows)) == (3, 1)
    assert reason in (rejected.reason or "")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html><body>Sign in</body></html>", "no column source"),
        (b"", "no column source"),
        (HEADER.encode() + b"\nyelp,1,\xff,2026-02-01,,,5,", "line 2: not UTF-8"),
        (HEADER.encode() + b'\nyelp,1,"open,2026-02-01,,,5,', "not a table"),
        (b"source,source,spend", "column source: stands there more than once"),
    ],
)
def test_a_file_that_is_no_spend_file_is_refused_as_a_whole(body: bytes, said: str) -> None:
    with pytest.raises(BrokenFile, match=said) as error:
        read_document("spend.csv", body)
    assert "spend.csv" in str(error.value)


def test_overlapping_periods_of_one_cost_refuse_the_file() -> None:
    with pytest.raises(BrokenFile, match=r"line 3.*overlaps.*line 2"):
        document("yelp,1,,,2026-02-01,2026-02-10,5,", "yelp,1,,2026-02-10,,,5,")


def test_a_newer_file_may_replace_a_row_but_not_restate_it() -> None:
    header = "row_key," + HEADER
    first = document("k1,yelp,1,,2026-02-01,,,5,", header=header)
    check_overlaps([first, document("k1,yelp,1,,2026-02-01,,,6,", header=header)])
    with pytest.raises(BrokenFile, match="overlaps"):
        check_overlaps([first, document("k2,yelp,1,,2026-02-01,,,6,", header=header)])


def test_bom_tabs_leading_zeros_and_unknown_columns() -> None:
    text = "﻿" + "Source\tcampaign_id\tdate\tspend\tRegion\nyelp\t007\t2026-02-01\t5\tnorth\n"
    (payload,) = read_document("spend.tsv", text.encode()).payloads()
    assert payload["campaign_id"] == "007"
    assert payload["extra"] == {"region": "north"}


@pytest.fixture
def spend(tmp_path: Path) -> Iterator[OperatorWorld]:
    with operator_world("spend_csv", tmp_path, households=60) as running:
        yield running


def test_the_served_file_is_read_whole_and_later_days_join(spend: OperatorWorld) -> None:
    for _ in range(2):
        spend.ingest()
        held, expected = spend.live_rows("spend", "spend"), spend.expected("spend", "spend")
        assert held.keys() == expected.keys() and held
        for row_key, row in expected.items():
            assert {name: held[row_key].get(name) for name in row} == row
            days = held[row_key]["normalised"]["days"]
            assert sum(Decimal(day["spend"]) for day in days) == Decimal(row["spend"])
        assert spend.live_rows("spend", "spend_rejects") == {}
        spend.clock.advance(24 * 25)


def file_settings(home: Path, pattern: str) -> Settings:
    account = Account(account_id="spend", platform="spend_csv", timezone="UTC", options={"path": pattern})
    operator = OperatorConfig(
        name="Test", brands=(Brand(key="b", name="B", timezone="UTC"),), accounts=(account,)
    )
    return Settings(Home(home), operator, home / "operator.yml", {})


def test_a_broken_file_among_good_ones_loads_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEADER + "\nyelp,1,,2026-02-01,,,5,\n")
    (tmp_path / "b.csv").write_text(HEADER + "\nyelp,1,,,2026-01-30,2026-02-03,6,\n")
    settings = file_settings(tmp_path / "home", str(tmp_path / "*.csv"))
    results = ingest(settings, patience=QUICK)
    assert all(isinstance(result.error, UnexpectedAnswer) for result in results)
    assert "line 2" in str(results[0].error) and "'spend'" in str(results[0].error)
    assert not list((tmp_path / "home").rglob("*.json.zst"))


def test_a_corrected_line_is_no_reject_any_more(tmp_path: Path) -> None:
    settings = file_settings(tmp_path / "home", str(tmp_path / "*.csv"))
    held = {}
    for spend in ("five", "5"):
        (tmp_path / "a.csv").write_text(HEADER + f"\nyelp,1,,2026-02-01,,,{spend},\n")
        assert not [result.error for result in ingest(settings, patience=QUICK) if result.error]
        with duckdb.connect(str(settings.home.warehouse)) as connection:
            held[spend] = connection.execute(
                "select count(*) from raw_spend_csv.spend_rejects where removed_at is null"
            ).fetchone()
    assert held == {"five": (1,), "5": (0,)}


def test_a_file_that_grows_at_its_top_changes_no_other_row(tmp_path: Path) -> None:
    settings = file_settings(tmp_path / "home", str(tmp_path / "*.csv"))
    lines = ["yelp,1,,2026-02-01,,,5,", "yelp,1,,2026-02-02,,,6,"]
    changed_at = {}
    for upload in (lines[:1], lines[::-1]):
        (tmp_path / "a.csv").write_text("\n".join([HEADER, *upload]) + "\n")
        assert not [result.error for result in ingest(settings, patience=QUICK) if result.error]
        with duckdb.connect(str(settings.home.warehouse)) as connection:
            changed_at[len(upload)] = dict(
                connection.execute(
                    "select payload ->> '$.date', changed_at from raw_spend_csv.spend"
                ).fetchall()
            )
            assert connection.execute("from raw_spend_csv._earlier_payloads").fetchall() == []
    assert changed_at[1].items() < changed_at[2].items()


def test_a_pattern_that_matches_nothing_is_a_configuration_error(tmp_path: Path) -> None:
    results = ingest(file_settings(tmp_path / "home", str(tmp_path / "none/*.csv")), patience=QUICK)
    assert all(isinstance(result.error, ConfigError) for result in results)


def test_the_fixture_rows_are_what_the_reader_makes_of_the_fixture_file() -> None:
    folder = Path(__file__).parents[1] / "fixtures/sources/spend_csv"
    read = read_document("spend_upload_v1.csv", (folder / "spend_upload_v1.csv").read_bytes())
    rows = json.loads((folder / "spend.json").read_text(encoding="utf-8"))
    assert [row["payload"] for row in rows] == list(read.payloads())
