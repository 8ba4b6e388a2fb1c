"""Why a figure is what it is: the rows behind one job, each with the vendor's own id and link.

Invoices and campaigns are in `paper_trail`, households in `household_explanation`, numbers of a report in
`provenance`.
"""

from __future__ import annotations

from typing import Any

import duckdb

from ingestion.config import Home
from orchestration.warehouse import reading
from orchestration.warehouse import rows as _rows

Row = dict[str, Any]
Sections = dict[str, list[Row]]


class Ambiguous(Exception):
    """An id that several accounts use; the message lists the keys to choose from."""


def explain_job(home: Home, identifier: str) -> Sections:
    """The chain behind one job, from the first touch to the bank; empty when there is no such job.

    Args:
        home: Where the warehouse is.
        identifier: A `job_key`, the vendor's own id, or the number printed on the job.

    Raises:
        Ambiguous: several accounts have a job with this id.
    """
    with reading(home.warehouse) as connection:
        jobs = _rows(
            connection,
            """
            select job_key, account_id, native_id, native_url, job_number, brand_key, job_type_name, trade,
            job_status,
                booked_on, completed_on, is_new_customer, household_key, lead_key, booked_amount,
                completed_amount, invoiced_amount, collected_amount, opportunity_key
            from core.fct_jobs where job_key = $id or native_id = $id or job_number = $id
            """,
            id=identifier,
        )
        if not jobs:
            return {}
        job = only(jobs, "job_key")
        conversions = _conversion_keys(connection, job)
        return {
            "job": [job],
            "touches": _touches(connection, job),
            "campaigns_named": _of_job(
                connection,
                job,
                "core.fct_job_campaigns",
                "revision, campaign_name, channel, known_at, known_until_at, is_current",
                order_by="revision",
            ),
            "lead_records": _lead_records(connection, job),
            "calls": _calls(connection, job),
            "estimates": _of_job(
                connection,
                job,
                "conformed.int_estimates__unioned",
                "account_id, native_id, native_url, option_name, estimate_status, sold_at, total_amount",
            ),
            "invoices": _of_job(
                connection,
                job,
                "core.fct_invoices",
                "account_id, native_id, native_url, invoice_number, invoice_status, invoiced_on, "
                "total_amount, applied_amount, balance_amount",
            ),
            "payments": _of_job(
                connection,
                job,
                "core.fct_payments",
                "account_id, native_id, native_url, payment_kind, payment_status, paid_on, amount, "
                "collected_amount",
            ),
            "ledger": _of_job(
                connection,
                job,
                "core.fct_revenue_ledger",
                "entry_type, event_on, posted_on, amount, is_reversal, reversal_kind",
                order_by="event_at, entry_type",
            ),
            "credit": _credit(connection, conversions),
            "open_gaps": _of_job(
                connection,
                job,
                "reconciliation.fct_reconciliation_gaps",
                "check_id, native_id, expected, actual, dollars_at_risk, first_seen_at, status, remedy",
            ),
        }


def _touches(connection: duckdb.DuckDBPyConnection, job: Row) -> list[Row]:
    return _rows(
        connection,
        """
        select touches.touch_kind, touches.touch_at, touches.channel, touches.campaign_name, touches.method,
            touches.confidence, touches.evidence_text, touches.has_conflict, touches.chosen_channel,
            touches.account_id
        from core.fct_touches as touches
        where touches.job_key = $job or touches.lead_key = $lead or touches.touch_key in (
            select touch_key from core.fct_attribution where job_key = $job
        )
        order by touches.touch_at
        """,
        job=job["job_key"],
        lead=job["lead_key"],
    )


def _lead_records(connection: duckdb.DuckDBPyConnection, job: Row) -> list[Row]:
    return _rows(
        connection,
        """
        select record_entity, account_id, native_id, native_url, lead_kind, occurred_at, is_booked, booked_at
        from core.bridge_lead_records where lead_key = $lead order by occurred_at
        """,
        lead=job["lead_key"],
    )


def _calls(connection: duckdb.DuckDBPyConnection, job: Row) -> list[Row]:
    return _rows(
        connection,
        """
        select account_id, native_id, native_url, direction, started_at, duration_seconds, call_outcome
        from core.fct_calls where job_key = $job or lead_key = $lead order by started_at
        """,
        job=job["job_key"],
        lead=job["lead_key"],
    )


def _conversion_keys(connection: duckdb.DuckDBPyConnection, job: Row) -> list[str]:
    rows = _rows(
        connection,
        "select distinct conversion_key from core.fct_attribution where job_key = $job",
        job=job["job_key"],
    )
    return [row["conversion_key"] for row in rows]


def _credit(connection: duckdb.DuckDBPyConnection, conversion_keys: list[str]) -> list[Row]:
    return _rows(
        connection,
        """
        select model, channel, campaign_name, touch_at, weight, booked_amount, completed_amount,
        collected_amount,
            attribution_reason
        from core.fct_attribution where conversion_key in (select unnest($keys)) order by model, touch_at
        """,
        keys=conversion_keys,
    )


def _of_job(
    connection: duckdb.DuckDBPyConnection, job: Row, table: str, columns: str, order_by: str = "1"
) -> list[Row]:
    query = f"select {columns} from {table} where job_key = $job order by {order_by}"
    return _rows(connection, query, job=job["job_key"])


def only(rows: list[Row], key: str, *described_by: str) -> Row:
    """The one row that was meant.

    Raises:
        Ambiguous: there are several; each is named by `key` and what describes it.
    """
    if len(rows) > 1:
        names = (key, *(described_by or ("account_id",)))
        choices = "\n".join(
            "  " + "  ".join(str(row.get(name) or "") for name in names).rstrip() for row in rows
        )
        raise Ambiguous(f"{len(rows)} match; name one by its key:\n{choices}")
    return rows[0]
