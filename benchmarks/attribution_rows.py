"""A large operator's requests, jobs and money, written straight into the conformed tables by SQL.

It stands in for vendors, staging and identity where only the money models are timed. Every household asks ten
times over three years, by web forms of three channels; three jobs each, most of them completed, billed and
paid, some refunded.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.warehouse.worlds import write_world

ASKS, JOBS = 10, 3
BRAND = "north"
OPERATOR = {
    "operator.accounts": [
        {"account_id": "north", "platform": "dispatch", "brand_key": BRAND, "timezone": "America/Chicago"},
        {"account_id": "portal", "platform": "crm", "timezone": "America/Chicago"},
    ],
    "operator.brands": [
        {"brand_key": BRAND, "brand_name": "North", "timezone": "America/Chicago", "trades": "hvac"}
    ],
}
DAY = "timestamp '2023-01-01 15:00:00' + interval 1 day *"
COMMON = "false as is_deleted, timestamp '2026-02-01' as _loaded_at"


def drawn(seed: str, below: int) -> str:
    """A whole number from 0 on that looks random and depends only on `seed`, an expression."""
    return f"cast(hash({seed}) % {below} as integer)"


STATEMENTS = {
    "core.bridge_household_members": f"""
        select 'H' || h as household_key, 'P' || h as person_key, 'dispatch' as platform,
            'north' as account_id, 'customer' as entity, 'C' || h as native_id, 'C' || h as record_key,
            timestamp '2023-01-01' as valid_from
        from range(?) as _(h)
        union all
        select 'H' || h, 'P' || h, 'crm', 'portal', 'lead', 'L' || h || '-' || n, 'L' || h || '-' || n,
            timestamp '2023-01-01'
        from range(?) as _(h), range({ASKS}) as _n(n)
    """,
    "conformed.int_leads__unioned": f"""
        select 'L' || h || '-' || n as lead_key, 'crm' as platform, 'portal' as account_id,
            'L' || h || '-' || n as native_id, 'form' as lead_kind, 'open' as lead_status,
            '{BRAND}' as brand_key, false as is_booked, false as is_excluded,
            {DAY} (n * 108 + {drawn("h * 31 + n", 90)}) as occurred_at,
            ['google', 'facebook', 'yelp'][{drawn("h * 7 + n", 3)} + 1] as utm_source, 'cpc' as utm_medium,
            'c' || {drawn("h + n", 5)} as utm_campaign, {COMMON}
        from range(?) as _(h), range({ASKS}) as _n(n)
    """,
    "conformed.int_jobs__unioned": f"""
        select 'J' || h || '-' || n as job_key, 'dispatch' as platform, 'north' as account_id,
            'J' || h || '-' || n as native_id, 'C' || h as customer_key,
            case when {drawn("h * 5 + n", 10)} < 8 then 'completed' else 'canceled' end as job_status,
            {DAY} (n * 360 + 90 + {drawn("h * 3 + n", 200)}) as booked_at,
            cast(booked_at as date) as booked_on,
            case when job_status = 'completed' then booked_at + interval 1 day end as completed_at,
            cast(completed_at as date) as completed_on,
            case when job_status = 'canceled' then booked_at + interval 2 day end as canceled_at,
            cast(canceled_at as date) as canceled_on,
            cast(({drawn("h * 11 + n", 900000)} + 1) / 100 as decimal(18, 2)) as total_amount, {COMMON}
        from range(?) as _(h), range({JOBS}) as _n(n)
    """,
    "conformed.int_invoices__unioned": f"""
        select 'I' || job_key as invoice_key, platform, account_id, 'I' || native_id as native_id,
            'job' as invoice_kind, 'paid' as invoice_status, job_key, customer_key,
            completed_on as invoiced_on, total_amount as subtotal_amount,
            cast(round(total_amount * 0.0825, 2) as decimal(18, 2)) as tax_amount,
            total_amount + tax_amount as total_amount, {COMMON}
        from conformed.int_jobs__unioned where job_status = 'completed' and ? > 0
    """,
    "conformed.int_payments__unioned": f"""
        select 'P' || kind || invoice_key as payment_key, platform, account_id, payment_key as native_id,
            customer_key, kind as payment_kind, 'succeeded' as payment_status,
            cast(invoiced_on as timestamp) + interval 18 hour as paid_at, paid_at as updated_at,
            invoiced_on as paid_on,
            case kind when 'payment' then total_amount else -total_amount end as amount,
            case when kind = 'refund' then 'Ppayment' || invoice_key end as refunds_payment_key, {COMMON}
        from conformed.int_invoices__unioned, (values ('payment'), ('refund')) as kinds (kind)
        where (kind = 'payment' or {drawn("invoice_key", 50)} = 0) and ? > 0
    """,
    "conformed.int_payment_applications__unioned": f"""
        select 'A' || payment_key as payment_application_key, platform, account_id,
            'A' || payment_key as native_id, payment_key,
            replace(replace(payment_key, 'Ppayment', ''), 'Prefund', '') as invoice_key,
            amount as applied_amount, {COMMON}
        from conformed.int_payments__unioned where ? > 0
    """,
}

# A day of such an operator: some households ask again, some book again; some older payments change.
NEWS_AT = "timestamp '2026-01-31 15:00:00'"
NEWS = (
    f"""
    insert into core.bridge_household_members by name
    select * replace (native_id || '-new' as native_id, record_key || '-new' as record_key)
    from core.bridge_household_members
    where entity = 'lead' and native_id like '%-0' and {drawn("household_key", 108)} = 0
    """,
    f"""
    insert into conformed.int_leads__unioned by name
    select * replace (
        lead_key || '-new' as lead_key, native_id || '-new' as native_id, {NEWS_AT} as occurred_at
    )
    from conformed.int_leads__unioned
    where native_id || '-new' in (select native_id from core.bridge_household_members)
    """,
    f"""
    insert into conformed.int_jobs__unioned by name
    select * replace (
        job_key || '-new' as job_key, native_id || '-new' as native_id, 'scheduled' as job_status,
        {NEWS_AT} as booked_at, cast({NEWS_AT} as date) as booked_on,
        cast(null as timestamp) as completed_at, cast(null as date) as completed_on,
        cast(null as timestamp) as canceled_at, cast(null as date) as canceled_on
    )
    from conformed.int_jobs__unioned
    where native_id like '%-0' and {drawn("customer_key", 360)} = 0
    """,
    f"""
    update conformed.int_payments__unioned set amount = amount + sign(amount) / 100
    where {drawn("payment_key", 1000)} = 0
    """,
)


def write_operator(warehouse: Path, households: int) -> dict[str, int]:
    """Create the warehouse; returns the number of rows by table."""
    write_world(warehouse, OPERATOR)
    with duckdb.connect(str(warehouse)) as connection:
        for table, select in STATEMENTS.items():
            given = [households] * select.count("?")
            connection.execute(f"insert into {table} by name {select}", given)
        return {
            table: connection.execute(f"select count(*) from {table}").fetchall()[0][0]
            for table in STATEMENTS
        }


def write_day(warehouse: Path) -> None:
    """A day's news for the warehouse that `write_operator` made."""
    with duckdb.connect(str(warehouse)) as connection:
        for statement in NEWS:
            connection.execute(statement)
