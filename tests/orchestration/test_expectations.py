"""Every expectation of every suite can fail, and a healthy warehouse meets them all."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from ingestion.sources import discover
from orchestration.expectations.checks import EXPECTATIONS_CHECK, expectation_checks
from orchestration.expectations.suites import FOLDER, SuiteError, read_suites, suites
from orchestration.expectations.validation import Verdict, validate
from tests.fixtures.warehouse import PULL_COLUMNS, RAW_COLUMNS
from tests.warehouse.worlds import contract_columns

RAW_TABLES = [("dispatch", "things")]
# Rows of each table as SQL over i = 0..699, twenty a day; columns left out are empty.
ROWS = 700
DAY = "date '2026-06-30' - cast(1 + i % 35 as integer)"
AT = f"cast({DAY} as timestamp) + interval 15 hour"
# Where a person acts there is a history: twenty a day for twenty weeks.
ACTED_ROWS = 2_800
ACTED_AT = "cast(date '2026-06-30' - cast(1 + i % 140 as integer) as timestamp) + interval 15 hour"
ACTED_IN = ("jobs", "leads", "calls", "appointments")
KEY = "md5(cast(i as varchar))"
HEALTHY: Mapping[str, Mapping[str, str]] = {
    "jobs": {
        "job_key": KEY, "customer_key": KEY, "created_at": AT, "booked_on": DAY, "job_status": "'completed'",
        "booked_at": ACTED_AT,
        "completed_at": AT, "completed_on": DAY, "scheduled_start_at": AT, "total_amount": "100",
        "scheduled_end_at": f"{AT} + interval 2 hour", "native_url": "'https://vendor.example/' || i",
    },
    "invoices": {
        "invoice_key": KEY, "job_key": KEY, "invoiced_on": DAY, "due_on": DAY, "invoice_status": "'open'",
        "subtotal_amount": "100", "tax_amount": "8.25", "total_amount": "108.25",
    },
    "invoice_lines": {"invoice_key": KEY, "total_amount": "100", "quantity": "1"},
    "payments": {
        "payment_key": KEY, "paid_on": DAY, "payment_status": "'succeeded'",
        "amount": "case when i % 9 = 0 then -50 else 108.25 end",
        "payment_kind": "case when i % 9 = 0 then 'refund' else 'payment' end",
    },
    "payment_applications": {"payment_key": KEY, "invoice_key": KEY, "applied_amount": "108.25"},
    "customers": {"customer_key": KEY, "full_name": "'Ann Smith'", "created_at": AT},
    "contact_points": {
        "owner_key": KEY, "contact_kind": "case when i % 2 = 0 then 'phone' else 'email' end",
        "contact_value": "case when i % 2 = 0 then '(512) 555-0' || (100 + i) else i || '@example.com' end",
    },
    "locations": {
        "location_key": KEY, "postal_code": "'78701'", "state": "'TX'", "latitude": "30", "longitude": "-97"
    },
    "leads": {
        "lead_key": KEY, "occurred_at": ACTED_AT, "booked_at": ACTED_AT, "gclid": "'EAIaIQobChMIk3Zp9vT7'",
        "utm_source": "'google'", "landing_page_url": "'https://north.example/?a=1'", "is_excluded": "false",
    },
    "calls": {
        "call_key": KEY, "started_at": ACTED_AT, "duration_seconds": "180", "to_phone": "'+15125550100'",
    },
    "appointments": {
        "job_key": KEY, "starts_at": ACTED_AT, "ends_at": f"{ACTED_AT} + interval 2 hour",
        "window_starts_at": ACTED_AT, "window_ends_at": f"{ACTED_AT} + interval 4 hour",
    },
    "estimates": {
        "created_at": AT, "total_amount": "100", "sold_on": DAY,
        "estimate_status": "case when i % 2 = 0 then 'sold' else 'open' end",
    },
    "ad_spend": {
        "spend_on": DAY, "spend_amount": "50", "clicks": "3", "impressions": "90", "campaign_name": "'AC'",
    },
}  # fmt: skip
SILENT_WEEK = "date '2026-06-30' - cast(8 + i % 28 as integer)"
# No last week, a tenth of the history and all of the recent weeks at three in the morning in Chicago.
NIGHTS = (
    "cast(date '2026-06-30' - cast(8 + i % 133 as integer) as timestamp)"
    " + case when i % 133 < 21 or i % 10 = 0 then interval 8 hour else interval 16 hour end"
)
# What replaces it so that nothing expected of a table holds any more.
SPOILT: Mapping[str, Mapping[str, str]] = {
    "jobs": {
        "job_key": "'J' || i", "customer_key": "null", "native_url": "'/jobs/' || i", "is_deleted": "true",
        "created_at": f"case when i % 3 > 0 then {SILENT_WEEK} end", "total_amount": "10000000",
        "booked_at": NIGHTS,
        "completed_at": "null", "completed_on": f"{DAY} - 9", "scheduled_end_at": f"{AT} - interval 3 day",
    },
    "invoices": {
        "invoice_key": "'I' || i", "job_key": "null", "due_on": f"{DAY} + 900", "tax_amount": "99",
        "invoiced_on": f"case when i % 50 > 0 then {SILENT_WEEK} end", "invoice_status": "'voided'",
        "total_amount": "case when i % 3 = 0 then 9000000 end",
    },
    "invoice_lines": {"invoice_key": "null", "total_amount": "null", "quantity": "70000"},
    "payments": {
        "payment_key": "'P' || i", "paid_on": f"case when i % 50 > 0 then {SILENT_WEEK} end",
        "payment_kind": "'refund'", "amount": "case when i % 50 > 0 then 900000 end",
        "payment_status": "'failed'",
    },
    "payment_applications": {"payment_key": "null", "invoice_key": "null", "applied_amount": "null"},
    "customers": {
        "customer_key": "'C' || i", "full_name": "case when i % 2 = 0 then 'A&amp;B' end",
        "created_at": "null", "is_deleted": "true",
    },
    "contact_points": {
        "owner_key": "'C' || i",
        "contact_value": "case when i % 4 = 0 then 'call me' when i % 4 = 1 then 'nobody' else '' end",
    },
    "locations": {
        "location_key": "'L' || i", "latitude": "-97", "longitude": "300", "state": "'7'",
        "postal_code": "case when i % 2 = 0 then '2134' end",
    },
    "leads": {
        "lead_key": "'L' || i", "occurred_at": NIGHTS, "gclid": "'{gclid}'",
        "utm_source": "'{utm}'", "landing_page_url": "'north'", "is_excluded": "true",
        "booked_at": f"{NIGHTS} - interval 90 day",
    },
    "calls": {
        "call_key": "'C' || i", "duration_seconds": "180000", "to_phone": "'unknown'",
        "started_at": f"case when i % 50 > 0 then {NIGHTS} end",
    },
    "appointments": {
        "job_key": "null", "starts_at": NIGHTS, "ends_at": f"{NIGHTS} - interval 3 day",
        "window_starts_at": NIGHTS, "window_ends_at": f"{NIGHTS} + interval 9 day",
    },
    "estimates": {"total_amount": "9000000", "sold_on": "null", "estimate_status": "'sold'"},
    "ad_spend": {
        "spend_on": f"case when i % 50 > 0 then {SILENT_WEEK} end", "spend_amount": "5000000",
        "clicks": "900", "campaign_name": "null",
    },
}  # fmt: skip
COMMON = {"platform": "'dispatch'", "account_id": "'north'", "native_id": "i", "is_deleted": "false"}


def warehouse(path: Path, *, is_healthy: bool) -> Path:
    """Every table that a suite is about."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create schema conformed; create schema reconciliation; create schema raw_dispatch;"
            "create schema staging"
        )
        connection.execute(
            "create table staging.stg_operator__accounts as "
            "select 'dispatch' as platform, 'north' as account_id, 'America/Chicago' as timezone"
        )
        connection.execute(
            "create table reconciliation.int_data__as_of as select date '2026-06-30' as as_of_on"
        )
        for model, columns in contract_columns().items():
            definition = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            connection.execute(f"create table conformed.{model} ({definition})")
        for table, values in HEALTHY.items():
            chosen = {**COMMON, **values, **({} if is_healthy else SPOILT[table])}
            selected = ", ".join(f"{expression} as {name}" for name, expression in chosen.items())
            connection.execute(
                f"insert into conformed.int_{table}__unioned by name "
                f"select {selected} from range({ACTED_ROWS if table in ACTED_IN else ROWS}) as t(i)"
            )
        _add_raw_rows(connection, is_healthy)
    return path


def _add_raw_rows(connection: duckdb.DuckDBPyConnection, is_healthy: bool) -> None:
    connection.execute(f"create table raw_dispatch.things ({RAW_COLUMNS})")
    connection.execute(f"create table raw_dispatch._pulls ({PULL_COLUMNS})")
    listing = 500 if is_healthy else 100
    connection.execute(
        f"""
        insert into raw_dispatch._pulls by name
        select 'p' || i as pull_id, 'north' as account_id, 'things' as object, 'full' as mode,
            timestamp '2026-06-01' + i * interval 1 day as started_at, true as complete,
            case when i = 9 then {listing} else 500 end as rows_seen
        from range(10) as t(i)
        """
    )
    rows = "select 'north' as account_id, cast(i as varchar) as native_id, '{}' as payload, "
    if is_healthy:
        rows += "timestamp '2026-05-01' as modified_at, timestamp '2026-06-01' as fetched_at, "
    else:
        rows = rows.replace("cast(i as varchar)", "' '").replace("'{}'", "'[]'")
        rows += """case i % 3 when 0 then timestamp '1970-01-20' when 1 then timestamp '2027-01-01' end
            as modified_at, timestamp '2026-04-01' as fetched_at, """
    connection.execute(
        "insert into raw_dispatch.things by name "
        f"{rows} timestamp '2026-05-01' as changed_at from range(300) as t(i)"
    )


@pytest.fixture(scope="module", params=[True, False], ids=["healthy", "spoilt"])
def judged(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[bool, tuple[Verdict, ...], Path]]:
    folder = tmp_path_factory.mktemp("expectations")
    path = warehouse(folder / "warehouse.duckdb", is_healthy=request.param)
    with duckdb.connect(str(path), read_only=True) as connection:
        yield (
            request.param,
            validate(connection, suites(), RAW_TABLES, folder / "data_docs"),
            folder / "data_docs",
        )


def test_a_healthy_warehouse_meets_every_expectation_and_a_spoilt_one_none(
    judged: tuple[bool, tuple[Verdict, ...], Path],
) -> None:
    is_healthy, verdicts, _ = judged
    broken = {
        (verdict.suite.name, verdict.batch, each.expectation.column, each.expectation.expect): each.found
        for verdict in verdicts
        for each in verdict.broken
    }
    stated = {
        (suite.name, place, each.column, each.expect)
        for suite in suites()
        for place, batch in (("rows", suite.rows), ("accounts", suite.accounts))
        for each in (batch.expectations if batch else ())
    }
    assert set(broken) == (set() if is_healthy else stated)


def test_data_docs_show_every_suite_and_no_personal_value(
    judged: tuple[bool, tuple[Verdict, ...], Path],
) -> None:
    _, verdicts, data_docs = judged
    pages = {page.name: page.read_text(encoding="utf-8") for page in data_docs.rglob("*.html")}
    assert {f"warehouse-{each.suite.name}_{each.batch}.html" for each in verdicts} <= pages.keys()
    text = " ".join(pages.values())
    assert not any(value in text for value in ("Ann Smith", "555-0", "@example.com", "78701"))


def test_a_raw_table_hears_of_its_own_accounts_only(
    judged: tuple[bool, tuple[Verdict, ...], Path],
) -> None:
    is_healthy, verdicts, _ = judged
    (raw,) = [verdict for verdict in verdicts if verdict.suite.is_raw]
    own = raw.concerning({"platform": "dispatch", "object": "things"})
    other = raw.concerning({"platform": "dispatch", "object": "others"})
    assert len(own.judged) == 1 and not other.judged
    assert bool(own.broken) != is_healthy
    assert other.broken == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a list", "must hold a mapping"),
        ("table: [", "not valid YAML"),
        ("about: x\ntable: jobs\nrows: {columns: {a: a}, expectations: []}", "rows.expectations"),
        ("about: x\ntable: s.jobs", "cannot fail"),
        (
            "about: x\ntable: s.jobs\nrows: {columns: {a: a}, expectations: [{expect: x, column: a}]}",
            "because",
        ),
        (
            "about: x\ntable: s.jobs\nrows: {columns: {a: a}, expectations: "
            "[{expect: x, column: b, because: long enough}]}",
            "speaks of 'b'",
        ),
        (
            "about: x\ntable: jobs\nrows: {columns: {a: a}, expectations: "
            "[{expect: x, column: a, because: long enough}]}",
            "write schema.name",
        ),
        (
            "about: x\ntable: s.jobs\nacts_at: a\naccounts: {columns: {a: a}, expectations: "
            "[{expect: x, column: a, because: long enough}]}",
            "acts_at needs day",
        ),
    ],
)
def test_a_wrong_suite_is_refused_with_its_file(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "wrong.yml").write_text(text, encoding="utf-8")
    with pytest.raises(SuiteError, match=said) as refused:
        read_suites(tmp_path)
    assert str(tmp_path / "wrong.yml") in str(refused.value)


@pytest.mark.parametrize(
    ("column", "expectation", "said"),
    [
        ("no_such_column", "{expect: column_values_to_not_be_null, column: a", "does not fit"),
        ("job_key", "{expect: column_values_to_be_pretty, column: a", "column_values_to_be_pretty"),
        ("job_key", "{expect: column_values_to_match_regex, column: a, pattern: x", "pattern"),
    ],
)
def test_what_fits_no_table_or_is_unknown_is_refused(
    column: str, expectation: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "wrong.yml").write_text(
        f"about: x\ntable: conformed.int_jobs__unioned\nrows: {{columns: {{a: {column}}}, expectations: "
        f"[{expectation}, because: long enough}}]}}",
        encoding="utf-8",
    )
    path = warehouse(tmp_path / "warehouse.duckdb", is_healthy=True)
    with duckdb.connect(str(path), read_only=True) as connection, pytest.raises(SuiteError, match=said):
        validate(connection, read_suites(tmp_path), (), tmp_path / "data_docs")


def test_the_checks_name_the_table_the_rows_and_the_page(home: Path) -> None:
    """A record that is held twice, in a raw table of the one platform that the home uses."""
    (source,) = [spec for spec in discover().values() if spec.kind == "spend"]
    path = warehouse(home / "warehouse.duckdb", is_healthy=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create schema raw_{source.platform}")
        for each in source.objects:
            connection.execute(f'create table raw_{source.platform}."{each.name}" ({RAW_COLUMNS})')
        connection.execute(f"create table raw_{source.platform}._pulls ({PULL_COLUMNS})")
        connection.execute(
            f'insert into raw_{source.platform}."{source.objects[0].name}" '
            "(account_id, native_id, payload) select 'spend', 'twice', '{}' from range(2)"
        )
    checks = expectation_checks()
    job = dg.Definitions(
        asset_checks=[checks],
        jobs=[dg.define_asset_job("checks", selection=dg.AssetSelection.checks(checks))],
    ).resolve_job_def("checks")
    evaluations = list(job.execute_in_process(raise_on_error=False).get_asset_check_evaluations())

    assert {each.check_name for each in evaluations} == {EXPECTATIONS_CHECK}
    assert len(evaluations) == len(suites()) - 1 + len(source.objects)
    (failed,) = [each for each in evaluations if not each.passed]
    assert failed.asset_key.path == [source.platform, source.objects[0].name]
    assert failed.severity == dg.AssetCheckSeverity.ERROR
    (broken,) = failed.metadata["broken"].records
    assert broken.data["column"] == "doubled_ids"
    assert "account_id spend" in str(broken.data["samples"])
    page = Path(str(failed.metadata["data_docs"].value))
    links = re.findall('href="([^"]+)"', page.read_text(encoding="utf-8"))
    assert len(links) == sum(bool(suite.rows) + bool(suite.accounts) for suite in suites())
    assert all((page.parent / link).is_file() for link in links)


def test_no_expectation_is_stated_twice() -> None:
    for suite in read_suites(FOLDER):
        for batch in (suite.rows, suite.accounts):
            stated = [(each.column, each.expect) for each in batch.expectations] if batch else []
            assert len(stated) == len(set(stated))


def test_the_library_is_imported_beside_the_build_and_tells_nobody() -> None:
    code = (
        "import os, sys\n"
        "from orchestration.expectations.validation import import_ahead\n"
        "assert 'great_expectations' not in sys.modules\n"
        "import_ahead().join()\n"
        "assert 'great_expectations' in sys.modules and os.environ['GX_ANALYTICS_ENABLED'] == 'false'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
