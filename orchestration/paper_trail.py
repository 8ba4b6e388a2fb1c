"""One invoice, or one campaign, followed to the bank: each row with the vendor's own id and link."""

from __future__ import annotations

from ingestion.config import Home
from orchestration.explanation import Sections, only
from orchestration.warehouse import reading, rows

# What each touch was allotted of each ledger entry. A row may stand for several models that share alike.
SHARES_OF_ENTRIES = """(
    select * exclude (model_names), string_split(model_names, ',') as models
    from (
        select conversion_key, touch_key, entry_key, entry_type, is_reversal, event_on, amount,
            columns('^models?$') as model_names
        from attribution.int_attribution__allocated
    )
)"""


def explain_invoice(home: Home, identifier: str) -> Sections:
    """One invoice from the work to the bank, and who is credited with it; empty when there is none.

    Args:
        home: Where the warehouse is.
        identifier: An `invoice_key`, the vendor's own id, or the number printed on the invoice.

    Raises:
        Ambiguous: several accounts have an invoice with this id.
    """
    with reading(home.warehouse) as connection:
        invoices = rows(
            connection,
            """
            select invoice_key, account_id, native_id, native_url, invoice_number, invoice_kind,
                invoice_status, invoiced_on, due_on, paid_on, voided_on, subtotal_amount, tax_amount,
                total_amount, applied_amount, balance_amount, brand_key, household_key, job_key,
                adjusts_invoice_key
            from core.fct_invoices where invoice_key = $id or native_id = $id or invoice_number = $id
            """,
            id=identifier,
        )
        if not invoices:
            return {}
        invoice = only(invoices, "invoice_key")
        key = invoice["invoice_key"]
        return {
            "invoice": [invoice],
            "job": rows(
                connection,
                """
                select account_id, native_id, native_url, job_type_name, job_status, booked_on, completed_on,
                    completed_amount, collected_amount, is_new_customer, lead_key, job_key
                from core.fct_jobs where job_key = $job
                """,
                job=invoice["job_key"],
            ),
            "lines": rows(
                connection,
                """
                select line.native_id, line.* exclude (native_id, native_url, platform, account_id,
                    invoice_line_key, invoice_key, created_at, updated_at, is_deleted, vendor_attributes,
                    _loaded_at)
                from conformed.int_invoice_lines__unioned as line
                where line.invoice_key = $key and not line.is_deleted order by line.native_id
                """,
                key=key,
            ),
            "corrections": rows(
                connection,
                """
                select account_id, native_id, native_url, invoice_number, invoiced_on, subtotal_amount,
                    total_amount
                from core.fct_invoices where adjusts_invoice_key = $key order by invoiced_on
                """,
                key=key,
            ),
            "payments": rows(
                connection,
                """
                select payments.account_id, payments.native_id, payments.native_url, payments.payment_kind,
                    payments.payment_status, payments.payment_method, payments.paid_on,
                    applied.applied_amount, applied.amount, applied.tax_amount
                from revenue.int_payments__applied as applied
                join core.fct_payments as payments on payments.payment_key = applied.payment_key
                where applied.invoice_key = $key order by payments.paid_at
                """,
                key=key,
            ),
            "ledger": rows(
                connection,
                """
                select entry_type, event_on, posted_on, amount, tax_amount, is_reversal, reversal_kind
                from core.fct_revenue_ledger where invoice_key = $key order by event_at, entry_type
                """,
                key=key,
            ),
            "credit": rows(
                connection,
                f"""
                select credits.model, credits.channel, credits.campaign_name, credits.touch_on,
                    credits.method, credits.weight, credits.attribution_reason, amounts.entry_type,
                    sum(amounts.amount) as amount
                from {SHARES_OF_ENTRIES} as amounts
                join core.fct_revenue_ledger as ledger on ledger.entry_key = amounts.entry_key
                join core.fct_attribution as credits on list_contains(amounts.models, credits.model)
                    and credits.conversion_key = amounts.conversion_key
                    and credits.touch_key is not distinct from amounts.touch_key
                where ledger.invoice_key = $key and amounts.entry_type in ('invoiced', 'collected')
                group by all order by credits.model, credits.touch_on, amounts.entry_type
                """,
                key=key,
            ),
        }


def explain_campaign(home: Home, identifier: str) -> Sections:
    """One campaign from spend to the bank; empty when there is none.

    Args:
        home: Where the warehouse is.
        identifier: A `marketing_source_key`, a vendor's own campaign id, or the campaign's name.

    Raises:
        Ambiguous: several brands or channels have a campaign of this name.
    """
    with reading(home.warehouse) as connection:
        sources = rows(
            connection,
            """
            select distinct sources.marketing_source_key, sources.brand_key, sources.channel,
                sources.campaign_name, sources.is_active
            from core.dim_marketing_sources as sources
            left join attribution.int_campaigns__mapped as mapped
                on mapped.brand_key = sources.brand_key and mapped.channel = sources.channel
                and mapped.campaign_name = sources.campaign_name
            left join conformed.int_campaigns__unioned as records
                on records.campaign_key = mapped.campaign_key
            where sources.marketing_source_key = $id or lower(sources.campaign_name) = lower($id)
                or records.native_id = $id
            """,
            id=identifier,
        )
        if not sources:
            return {}
        source = only(sources, "marketing_source_key", "brand_key", "channel", "campaign_name")
        key = source["marketing_source_key"]
        return {
            "campaign": [source],
            "vendor_records": rows(
                connection,
                """
                select records.account_id, records.native_id, records.native_url, records.campaign_name,
                    records.is_active, records.created_at
                from attribution.int_campaigns__mapped as mapped
                join conformed.int_campaigns__unioned as records
                    on records.campaign_key = mapped.campaign_key
                where mapped.brand_key = $brand and mapped.channel = $channel
                    and mapped.campaign_name = $campaign
                order by records.account_id, records.native_id
                """,
                brand=source["brand_key"],
                channel=source["channel"],
                campaign=source["campaign_name"],
            ),
            "months": rows(
                connection,
                """
                select month_on, spend_amount, claimed_conversions, leads, booked_jobs, new_customers,
                    completed_amount, first_time_completed_amount, collected_amount, cac, roas_completed
                from marketing.rpt_campaign_performance
                where marketing_source_key = $key and view_basis = 'cohort' and model = 'last'
                order by month_on
                """,
                key=key,
            ),
            "spend": rows(
                connection,
                """
                select platform, account_id, cast(date_trunc('month', spend_on) as date) as month_on,
                    count(*) as days, sum(spend_amount) as spend_amount,
                    sum(reported_amount) as reported_amount, sum(clicks) as clicks
                from core.fct_ad_spend where marketing_source_key = $key group by all order by month_on
                """,
                key=key,
            ),
            "leads": rows(
                connection,
                """
                select lead_on, lead_kind, account_id, native_id, native_url, method, is_booked,
                    response_state, is_excluded
                from core.fct_leads where marketing_source_key = $key order by lead_at desc
                """,
                key=key,
            ),
            "jobs": rows(
                connection,
                """
                select credits.touch_on, credits.method, jobs.account_id, jobs.native_id, jobs.native_url,
                    jobs.job_type_name, jobs.job_status, jobs.booked_on, jobs.completed_on,
                    credits.is_returning, credits.completed_amount, credits.collected_amount
                from core.fct_attribution as credits
                join core.fct_jobs as jobs on jobs.job_key = credits.job_key
                where credits.marketing_source_key = $key and credits.model = 'last'
                order by jobs.booked_at desc
                """,
                key=key,
            ),
        }
