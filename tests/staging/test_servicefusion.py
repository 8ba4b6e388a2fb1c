"""Staging of what only Service Fusion writes: names for references, money inside jobs, doubtful stamps."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.fixtures.warehouse import build_warehouse, fixture_rows, insert_operator_rows, insert_rows, run_dbt
from tests.staging.conftest import CAUTIOUS
from tests.staging.test_staging import failed_tests, query

MODELS = "servicefusion_enum_values path:models/staging/operator path:models/staging/servicefusion"


def column(warehouse: Path, model: str, value: str) -> dict[str, Any]:
    return dict(query(warehouse, f"select native_id, {value} from staging.stg_servicefusion__{model}"))


def test_statuses_are_the_companys_own_words(built: Path) -> None:
    """`On Site` is what this company calls the status of the code 07_STA."""
    assert column(built, "jobs", "job_status") == {
        "701122": "completed",
        "701123": "on_hold",
        "701124": "scheduled",
        "701125": "in_progress",
        "701126": "canceled",
        "701127": "completed",
        "701128": "completed",
    }


def test_tax_is_what_the_total_has_beyond_its_lines(built: Path) -> None:
    rows = query(
        built,
        "select native_id, subtotal_amount, tax_amount, total_amount, balance_amount "
        "from staging.stg_servicefusion__invoices where not is_deleted order by 1",
    )
    assert rows == [
        ("88231", Decimal("825.50"), Decimal("75.50"), Decimal("901.00"), Decimal("401.00")),
        ("88240", Decimal("400.00"), Decimal("32.00"), Decimal("432.00"), Decimal("0.00")),
        ("88241", Decimal("600.00"), Decimal("48.00"), Decimal("648.00"), Decimal("0.00")),
        # No job, no lines: the tax cannot be told apart.
        ("88250", None, None, Decimal("75.00"), Decimal("0.00")),
    ]


def test_lines_are_an_invoices_only_where_it_asks_for_the_whole_job(built: Path) -> None:
    lines = column(built, "invoice_lines", "total_amount")
    assert {key.split("|")[0] for key in lines} == {"88231"}
    assert sum(lines.values()) == Decimal("825.50")


def test_payments_come_out_of_jobs_and_estimates_once(built: Path) -> None:
    rows = query(
        built,
        "select native_id, payment_kind, payment_status, amount from staging.stg_servicefusion__payments "
        "where native_id like '9900%' order by 1",
    )
    assert rows == [
        ("990021", "payment", "succeeded", Decimal("500.00")),
        ("990030", "payment", "succeeded", Decimal("400.00")),
        ("990031", "payment", "voided", Decimal("400.00")),
        ("990032", "payment", "voided", Decimal("120.00")),
        ("990033", "payment", "voided", Decimal("120.00")),
        ("990040", "payment", "succeeded", Decimal("432.00")),
        ("990041", "payment", "succeeded", Decimal("648.00")),
        ("990042", "refund", "succeeded", Decimal("-48.00")),
        ("990060", "payment", "succeeded", Decimal("100.00")),
    ]


def test_a_refund_names_the_payment_that_it_gives_back(built: Path) -> None:
    rows = query(
        built,
        "select refunds.native_id, payments.native_id "
        "from staging.stg_servicefusion__payments as refunds "
        "inner join staging.stg_servicefusion__payments as payments "
        "on payments.payment_key = refunds.refunds_payment_key",
    )
    assert rows == [("990042", "990041")]


def test_a_payment_counts_on_the_day_of_receipt(built: Path) -> None:
    """Entered at 21:30 in Columbus, which is the next day in UTC."""
    rows = query(
        built,
        "select paid_on::varchar, paid_at::varchar from staging.stg_servicefusion__payments "
        "where native_id = '990030'",
    )
    assert rows == [("2026-02-10", "2026-02-11 02:30:00")]


def test_work_ended_with_its_last_visit_but_not_after_it_was_last_touched(built: Path) -> None:
    ended = column(built, "jobs", "completed_at::varchar")
    assert ended["701122"] == "2026-02-02 17:00:00"
    assert ended["701128"] == "2026-02-22 14:30:00"
    assert ended["701125"] is None


def test_an_address_is_known_by_its_text(built: Path) -> None:
    """Case and blanks do not matter: the job's site is the customer's own address."""
    rows = query(
        built,
        "select locations.street from staging.stg_servicefusion__jobs as jobs "
        "inner join staging.stg_servicefusion__locations as locations "
        "on locations.location_key = jobs.location_key "
        "where jobs.native_id = '701123' and not locations.is_deleted",
    )
    assert rows == [("9 Oak Ave",)]


def test_a_customer_that_only_work_names_is_kept_as_deleted(built: Path) -> None:
    rows = query(
        built,
        "select full_name, is_deleted from staging.stg_servicefusion__customers where native_id = '20110050'",
    )
    assert rows == [("Lee Former", True)]


def test_a_display_name_is_a_business_or_a_person(built: Path) -> None:
    rows = query(
        built,
        "select customer_type, full_name, company_name from staging.stg_servicefusion__customers "
        "where native_id in ('20110045', '20110046') order by native_id",
    )
    assert rows == [
        ("residential", "Ruth Meyer", None),
        ("commercial", "Dana Ruiz", "Harbor Dental LLC"),
    ]


# -- what turns out otherwise -------------------------------------------------------------------------------

# By account: by how many hours the stamps of its jobs are off, how they are read, and what the check says.
CLOCKS: dict[str, tuple[int, str | None, str]] = {
    "utc": (0, None, "plausible"),
    "local-as-such": (-5, "America/New_York", "plausible"),
    "local-as-utc": (-5, None, "stamps are read too early: set options.naive_tz to the zone of the company"),
    "utc-as-local": (0, "America/New_York", "stamps are read too late: remove options.naive_tz"),
}


def same_day_jobs(account_id: str, hours: int) -> list[dict[str, Any]]:
    """Twelve jobs that are booked an hour before their visit and closed two hours after its start."""
    template = json.dumps(fixture_rows("servicefusion", "jobs")[0])
    rows = []
    for number in range(12):
        row = json.loads(template) | {"account_id": account_id, "native_id": str(702_000 + number)}
        row["payload"] |= {
            "id": 702_000 + number,
            "start_date": "2026-02-02",
            "time_frame_promised_start": "09:00",
            # 9:00 in Columbus is 14:00 UTC.
            "created_at": f"2026-02-02T{13 + hours:02}:00:00+00:00",
            "closed_at": f"2026-02-02T{16 + hours:02}:00:00+00:00",
            "updated_at": f"2026-02-02T{17 + hours:02}:00:00+00:00",
            "payments": [],
            "invoices": [],
        }
        rows.append(row)
    return rows


@pytest.fixture(scope="module")
def contrary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse in which nothing is as assumed, and a build that notices."""
    warehouse = build_warehouse(tmp_path_factory.mktemp("contrary") / "warehouse.duckdb")
    listed = next(row for row in fixture_rows("servicefusion", "invoices") if row["native_id"] == "88231")
    listed["payload"] |= {"is_paid": True, "updated_at": "2026-02-06T00:00:00+00:00"}
    twin = fixture_rows("servicefusion", "jobs")[0]
    twin["native_id"], twin["payload"]["id"] = "701199", 701199
    with duckdb.connect(str(warehouse)) as connection:
        insert_rows(connection, "servicefusion", "invoices", [listed])
        insert_rows(connection, "servicefusion", "jobs", [twin])
        for account_id, (hours, naive_tz, _) in CLOCKS.items():
            account = {
                "account_id": account_id,
                "platform": "servicefusion",
                "brand_key": "bluebird",
                "timezone": "America/New_York",
            }
            insert_operator_rows(connection, "accounts", [account])
            insert_rows(connection, "servicefusion", "jobs", same_day_jobs(account_id, hours))
            if naive_tz:
                option = {"key": f"accounts.{account_id}.naive_tz", "value": naive_tz}
                insert_operator_rows(connection, "settings", [option])
    run = run_dbt(["build", "--exclude-resource-type", "unit_test", *CAUTIOUS, "--select", MODELS], warehouse)
    assert run.returncode == 1, run.stdout[-4000:]
    return warehouse


def test_the_newer_copy_of_an_invoice_counts(contrary: Path) -> None:
    """Its own list says paid, its job was read before."""
    assert column(contrary, "invoices", "invoice_status")["88231"] == "paid"


def test_a_wrong_reading_of_the_clock_stops_the_build(contrary: Path) -> None:
    verdicts = dict(query(contrary, "select account_id, verdict from staging.base_servicefusion__clocks"))
    assert {account_id: verdicts[account_id] for account_id in CLOCKS} == {
        account_id: verdict for account_id, (_, _, verdict) in CLOCKS.items()
    }
    assert any("base_servicefusion__clocks_verdict" in test for test in failed_tests(contrary))


def test_one_transaction_under_two_jobs_stops_the_build(contrary: Path) -> None:
    """It must not count twice unnoticed."""
    assert any("primary_key_stg_servicefusion__payments" in test for test in failed_tests(contrary))
