"""FieldEdge's exports: what is read, what is refused and why; neither order nor repetition matters."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from ingestion.config import Account, Brand, ConfigError, Home, OperatorConfig, Settings
from ingestion.http import UnexpectedAnswer
from ingestion.pull import PullResult
from ingestion.run import load_landed, pull_accounts, replay
from ingestion.sources.fieldedge.connection import Options
from ingestion.sources.fieldedge.documents import UnknownFile, read_document
from ingestion.sources.fieldedge.drop import stated_time
from ingestion.sources.fieldedge.values import Unreadable, read_value
from tests.sources.operator_world import QUICK

FIXTURES = Path(__file__).parents[1] / "fixtures/sources/fieldedge"
PAYMENTS = "Payment ID,Payment Date,Payment Status,Payment Amount,Applied To Invoice ID,Applied Amount"
INVOICES = "Invoice ID,Work Order ID,Invoice Status,Invoice Date,Invoice Total,Item,Amount"
EXPORTS = (
    "exported_customers",
    "exported_locations",
    "exported_work_orders",
    "exported_invoices",
    "exported_payments",
    "posted_leads",
    "export_rejects",
    "export_files",
)


def document(header: str, *lines: str, columns=None):
    return read_document("export.csv", "\n".join([header, *lines]).encode(), columns or {})


# -- cells --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "text", "value"),
    [
        ("amount", " $1,234.50 ", "1234.50"),
        ("amount", "(12.00)", "-12.00"),
        ("amount", "-$3.10", "-3.10"),
        ("moment", "9/14/2026 8:03:27 AM", "2026-09-14T08:03:27"),
        ("moment", "9/14/2026 12:05 am", "2026-09-14T00:05:00"),
        ("moment", "12/1/2026 12:30 PM", "2026-12-01T12:30:00"),
        ("moment", "9/14/2026", "2026-09-14"),
        ("day", "09/14/2026", "2026-09-14"),
        ("flag", "Inactive", "false"),
        ("text", "  ", None),
    ],
)
def test_cells_as_reports_write_them(form, text: str, value: str | None) -> None:
    assert read_value(form, text) == value


@pytest.mark.parametrize(
    ("form", "text", "said"),
    [
        ("amount", "1,23", "no amount"),
        ("amount", "n/a", "no amount"),
        ("day", "14/9/2026", "no date"),
        ("day", "9/14/26", "no date"),
        ("day", "2/30/2026", "no date"),
        ("moment", "9/14/2026 17:30", "no time"),
        ("moment", "9/14/2026 13:30 PM", "no time"),
        ("moment", "9/14/2026 1:75 PM", "no time"),
        ("flag", "maybe", "neither yes nor no"),
    ],
)
def test_cells_that_could_mean_something_else_are_refused(form, text: str, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read_value(form, text)


# -- files --------------------------------------------------------------------------------------------------


def test_a_file_is_known_by_its_header_whatever_its_name() -> None:
    kinds = {
        path.name: read_document("x.csv", path.read_bytes(), {}).kind.name for path in FIXTURES.glob("*.csv")
    }
    assert kinds == {
        "customers-2026-02-28.csv": "customers",
        "locations-2026-02-28.csv": "locations",
        "work-orders-2026-02-28.csv": "work_orders",
        "invoices-2026-02-28.csv": "invoices",
        "payments-2026-02-28.csv": "payments",
        "lead-log-2026-02-28.csv": "lead_log",
    }


def test_columns_of_another_name_are_said_by_the_operator() -> None:
    header = PAYMENTS.replace("Payment ID", "Pmt No").replace("Payment Amount", "Amt")
    with pytest.raises(UnknownFile, match=r"Nearest is payments.*Payment ID, Payment Amount"):
        document(header)
    columns = {"payments": {"payment_id": "pmt no", "amount": "Amt"}}
    read = document(header, "p1,9/14/2026,Posted,$5.00,i1,$5.00", columns=columns)
    assert read.records["p1"]["amount"] == "5.00"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html><body>Sign in</body></html>", "no known kind"),
        (b"Employee,Status Date,Start Time,End Time,Duration,Pay Item", "no known kind"),
        (b"", "found nothing"),
        (PAYMENTS.encode() + b"\np1,\xff", "line 2: not UTF-8"),
        (b"Payment ID,payment id", "stands there more than once"),
    ],
)
def test_what_is_no_export_is_refused_as_a_whole(body: bytes, said: str) -> None:
    with pytest.raises(UnknownFile, match=said):
        read_document("export.csv", body, {})


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",9/14/2026,Posted,$5.00,i1,$5.00", "payment_id: empty"),
        ("p2,,Posted,$5.00,i1,$5.00", "paid_at: empty"),
        ("p2,14.9.2026,Posted,$5.00,i1,$5.00", "paid_at: '14.9.2026' is no date"),
        ("p2,9/14/2026,Posted,five,i1,$5.00", "amount: 'five' is no amount"),
        ("p2,9/14/2026,Posted,$5.00,i1", "5 cells where the header has 6"),
    ],
)
def test_a_bad_line_is_set_aside_with_its_reason(line: str, reason: str) -> None:
    read = document(PAYMENTS, "p1,9/14/2026,Posted,$5.00,i1,$5.00", line)
    (refusal,) = read.refusals
    assert (refusal.line, list(read.records)) == (3, ["p1"])
    assert reason in refusal.reason


def test_lines_of_one_invoice_are_one_record_or_none() -> None:
    whole = ("i1,w1,Open,9/14/2026,$7.00,Labor,$5.00", "i1,w1,Open,9/14/2026,$7.00,Part,$2.00")
    record = document(INVOICES, *whole).records["i1"]
    assert [line["amount"] for line in record["lines"]] == ["5.00", "2.00"]

    broken = document(
        INVOICES, whole[0], "i1,w1,Open,9/14/2026,$7.00,Part,two", "i2,w2,Open,9/14/2026,$0.00,,"
    )
    assert list(broken.records) == ["i2"] and broken.records["i2"]["lines"] == []
    assert [refusal.line for refusal in broken.refusals] == [2, 3]
    assert "line 3 of the same invoice_id is refused" in broken.refusals[0].reason


def test_lines_that_contradict_each_other_are_refused() -> None:
    read = document(
        INVOICES, "i1,w1,Open,9/14/2026,$7.00,Labor,$5.00", "i1,w1,Paid,9/14/2026,$7.00,Part,$2.00"
    )
    assert not read.records
    assert all("lines 2 and 3 have the same one and differ" in refusal.reason for refusal in read.refusals)


def test_the_fixture_rows_are_what_the_reader_makes_of_the_fixture_files() -> None:
    names = {"lead_log": "posted_leads"}
    for path in FIXTURES.glob("*.csv"):
        read = read_document(path.name, path.read_bytes(), {})
        rows = json.loads(
            (FIXTURES / f"{names.get(read.kind.name, f'exported_{read.kind.name}')}.json").read_text()
        )
        assert {row["native_id"]: row["payload"] for row in rows} == dict(read.records), path.name


@pytest.mark.parametrize(
    ("name", "stated"),
    [
        ("payments-2026-09-14.csv", "2026-09-14T05:00:00+00:00"),
        ("Payments 20260914-1730.csv", "2026-09-14T22:30:00+00:00"),
        ("in/2026-01-01/payments-2026-09-14T173000Z.csv", "2026-09-14T17:30:00+00:00"),
        ("payments.csv", None),
        ("payments-2026-13-14.csv", None),
        ("payments-120260914123.csv", None),
    ],
)
def test_when_a_file_was_exported_is_in_its_name(name: str, stated: str | None) -> None:
    account = Account(account_id="fe", platform="fieldedge", timezone="America/Chicago")
    found = stated_time(name, account)
    assert (found and found.isoformat()) == stated


# -- the folder ---------------------------------------------------------------------------------------------


class Folder:
    """A drop folder and a home that reads it, without asking the vendor's API."""

    def __init__(self, root: Path, **options) -> None:
        self.path = root / "exports"
        self.path.mkdir()
        self._root = root
        self.settings = self._settings(options)

    def _settings(self, options: dict) -> Settings:
        account = Account(
            account_id="fe",
            platform="fieldedge",
            timezone="America/Chicago",
            options={"path": str(self.path / "*.csv"), **options},
        )
        operator = OperatorConfig(
            name="Test", brands=(Brand(key="b", name="B", timezone="UTC"),), accounts=(account,)
        )
        secrets = {"fe": dict.fromkeys(("client_id", "client_secret", "target_id"), "x")}
        return Settings(Home(self._root / "home"), operator, self._root / "operator.yml", secrets)

    def drop(self, name: str, *lines: str, header: str = PAYMENTS) -> None:
        (self.path / name).write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")

    def ingest(self, full: bool = False, **options) -> dict[str, PullResult]:
        if options:
            self.settings = self._settings(options)
        results = pull_accounts(self.settings, objects=EXPORTS, full=full, patience=QUICK)
        load_landed(self.settings, ["fieldedge"])
        return {result.object: result for result in results}

    def query(self, sql: str):
        with duckdb.connect(str(self.settings.home.warehouse)) as connection:
            return connection.execute(sql).fetchall()

    def payments(self):
        return self.query(
            "select native_id, payload ->> 'amount', changed_at::varchar "
            "from raw_fieldedge.exported_payments order by 1"
        )


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


ONE = ("p1,9/14/2026,Posted,$5.00,i1,$5.00", "p2,9/14/2026,Posted,$6.00,i2,$6.00")


def test_the_same_content_counts_once_under_whatever_name(folder: Folder) -> None:
    folder.drop("payments-2026-09-14.csv", *ONE)
    folder.ingest()
    before = folder.query("select * from raw_fieldedge.exported_payments order by native_id")
    folder.drop("payments-2026-09-20.csv", *ONE)
    folder.drop("again 20260914.csv", *ONE)
    results = folder.ingest()
    assert results["exported_payments"].pages == 0
    assert folder.query("select * from raw_fieldedge.exported_payments order by native_id") == before
    (folder.path / "payments-2026-09-14.csv").unlink()
    folder.ingest()
    assert folder.query("select * from raw_fieldedge.exported_payments order by native_id") == before


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_the_newest_export_wins_in_whatever_order_files_are_dropped(tmp_path: Path, order) -> None:
    folder = Folder(tmp_path)
    files = [
        ("payments-2026-09-14.csv", ("p1,9/14/2026,Posted,$5.00,i1,$5.00", "p2,9/14/2026,Posted,$6.00,,")),
        ("payments-2026-09-16.csv", ("p1,9/14/2026,Void,$5.00,i1,$5.00",)),
        ("payments-2026-09-18.csv", ("p1,9/14/2026,Void,$5.00,i1,$5.00", "p3,9/17/2026,Posted,$7.00,,")),
    ]
    for index in order:
        folder.drop(files[index][0], *files[index][1])
        folder.ingest()
    found = folder.query(
        "select native_id, payload ->> 'status', changed_at::varchar from raw_fieldedge.exported_payments "
        "order by 1"
    )
    # Void since the first export that says so; days begin in the account's own zone.
    assert found == [
        ("p1", "Void", "2026-09-16 05:00:00"),
        ("p2", "Posted", "2026-09-14 05:00:00"),
        ("p3", "Posted", "2026-09-18 05:00:00"),
    ]


def test_a_bad_line_waits_in_quarantine_until_it_is_corrected(folder: Folder) -> None:
    folder.drop("payments-2026-09-14.csv", ONE[0], "p2,9/14/2026,Posted,six,i2,$6.00")
    results = folder.ingest()
    assert "line 3" in results["export_rejects"].warning and "six" in results["export_rejects"].warning
    rejects = folder.query(
        "select native_id, payload ->> 'reason' from raw_fieldedge.export_rejects where removed_at is null"
    )
    ((native_id, reason),) = rejects
    assert native_id.endswith("payments-2026-09-14.csv|3") and "'six' is no amount" in reason
    assert [row[:2] for row in folder.payments()] == [("p1", "5.00")]

    folder.drop("payments-2026-09-14.csv", *ONE)
    assert folder.ingest()["export_rejects"].warning is None
    assert folder.query("select 1 from raw_fieldedge.export_rejects where removed_at is null") == []
    assert [row[:2] for row in folder.payments()] == [("p1", "5.00"), ("p2", "6.00")]


def test_a_file_that_nobody_can_read_is_told_and_stops_no_other(folder: Folder) -> None:
    folder.drop("payments-2026-09-14.csv", *ONE)
    folder.drop("report-2026-09-14.csv", "1,2", header="Pmt,Amt")
    results = folder.ingest()
    error = results["export_files"].error
    assert isinstance(error, UnexpectedAnswer)
    assert "1 of 2 files" in str(error) and "options.columns" in str(error)
    assert results["export_rejects"].rows == 1 and len(folder.payments()) == 2


def test_a_file_that_does_not_say_when_it_was_exported_is_not_guessed_at(folder: Folder) -> None:
    folder.drop("payments.csv", *ONE)
    error = folder.ingest()["export_files"].error
    assert "does not say when" in str(error) and folder.payments() == []
    (folder.path / "payments.csv").rename(folder.path / "payments-2026-09-14.csv")
    assert folder.ingest()["export_files"].error is None
    assert len(folder.payments()) == 2


def test_two_exports_of_one_time_that_disagree_are_both_refused(folder: Folder) -> None:
    folder.drop("payments-a-2026-09-14.csv", *ONE)
    folder.drop("payments-b-2026-09-14.csv", "p3,9/14/2026,Posted,$7.00,,")
    assert folder.ingest()["export_files"].error is None
    folder.drop("payments-c-2026-09-14.csv", ONE[0], "p2,9/14/2026,Void,$6.00,i2,$6.00")
    error = folder.ingest()["export_files"].error
    assert "2 of 3 files" in str(error) and "payment_id p2" in str(error) and "add the time" in str(error)
    assert [row[0] for row in folder.payments()] == ["p1", "p2", "p3"]
    (folder.path / "payments-c-2026-09-14.csv").rename(folder.path / "payments-c-2026-09-14-1700.csv")
    assert folder.ingest()["export_files"].error is None
    status = "select payload ->> 'status' from raw_fieldedge.exported_payments where native_id = 'p2'"
    assert folder.query(status) == [("Void",)]


def test_other_columns_read_known_files_again(folder: Folder) -> None:
    folder.drop(
        "payments-2026-09-14.csv", "p1,9/14/2026,Posted,$5.00,i1,$5.00,Visa", header=PAYMENTS + ",Card"
    )
    folder.ingest()
    results = folder.ingest(columns={"payments": {"method": "Card"}})
    assert results["exported_payments"].pages == 1
    assert folder.query("select payload ->> 'method' from raw_fieldedge.exported_payments") == [("Visa",)]


def test_the_archive_alone_gives_the_same_rows_again(folder: Folder) -> None:
    folder.drop("payments-2026-09-16.csv", "p1,9/14/2026,Void,$5.00,i1,$5.00")
    folder.ingest()
    folder.drop("payments-2026-09-14.csv", *ONE)
    folder.ingest()
    before = folder.payments()
    replay(folder.settings)
    assert folder.payments() == before


def test_an_empty_folder_is_a_configuration_error(folder: Folder) -> None:
    results = folder.ingest()
    assert all(isinstance(result.error, ConfigError) for result in results.values())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "either path or url"),
        ({"path": "a", "url": "b"}, "either path or url"),
        ({"path": "a", "columns": {"quotes": {}}}, "no kind of file 'quotes'"),
        ({"path": "a", "columns": {"payments": {"amt": "Amt"}}}, "no field 'amt'"),
        ({"path": "a", "paths": {"quote": "/q"}}, "no path 'quote'"),
        ({"path": "a", "paths": {"work_order": "/workorders"}}, "needs {id}"),
        ({"path": "a", "requests_per_second": 0}, "greater than 0"),
    ],
)
def test_options_that_cannot_be_right_are_refused(options: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Options.model_validate(options)
