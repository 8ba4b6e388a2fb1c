"""Money to the cent: what the vendors really billed and were paid, against every level up to the reports."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from tests.pipeline.conftest import CleanRun
from tests.pipeline.line import Line, cents

pytestmark = pytest.mark.slow

REPORTS = ("rpt_channel_performance", "rpt_campaign_performance")


def true_invoiced(line: Line, column: str = "subtotal_cents") -> dict[str, Decimal]:
    """By account, what stands on the books: a voided invoice bills nothing."""
    standing = (row for row in line.truth("invoices") if row["voided_at"] is None)
    return _by_account((row["account_id"], row[column]) for row in standing)


def true_collected(line: Line) -> dict[str, Decimal]:
    """By account, tax included, refunds taken off."""
    standing = (row for row in line.truth("payments") if row["voided_at"] is None)
    return _by_account((row["account_id"], row["amount_cents"]) for row in standing)


def _by_account(amounts) -> dict[str, Decimal]:
    totals: Counter[str] = Counter()
    for account, amount in amounts:
        totals[account] += amount
    return {account: cents(total) for account, total in totals.items()}


def test_invoices_are_the_vendors_to_the_cent(clean_run: CleanRun) -> None:
    line = clean_run.line
    facts = "select account_id, sum({}) from core.fct_invoices group by 1"
    assert line.total(facts.format("invoiced_amount")) == true_invoiced(line)
    ledger = (
        "select account_id, sum({}) from core.fct_revenue_ledger where entry_type = 'invoiced' group by 1"
    )
    assert line.total(ledger.format("amount")) == true_invoiced(line)
    assert line.total(ledger.format("tax_amount")) == true_invoiced(line, "tax_cents")


def test_payments_are_the_vendors_to_the_cent(clean_run: CleanRun) -> None:
    line = clean_run.line
    facts = (
        "select account_id, sum(collected_amount + collected_tax_amount) from core.fct_payments group by 1"
    )
    assert line.total(facts) == true_collected(line)
    ledger = (
        "select account_id, sum(gross_amount) from core.fct_revenue_ledger "
        "where entry_type = 'collected' group by 1"
    )
    assert line.total(ledger) == true_collected(line)


@pytest.mark.parametrize("report", REPORTS)
def test_every_view_and_model_of_a_report_adds_up_to_the_vendors(clean_run: CleanRun, report: str) -> None:
    line = clean_run.line
    shown = line.rows(
        "select view_basis, model, sum(invoiced_amount), sum(collected_amount) "
        f"from marketing.{report} group by 1, 2"
    )
    invoiced = sum(true_invoiced(line).values())
    ledger = "select entry_type, sum(amount) from core.fct_revenue_ledger group by 1"
    collected = line.total(ledger)["collected"]
    assert len(shown) > 2
    assert {(amount, cash) for _, _, amount, cash in shown} == {(invoiced, collected)}


def test_credits_add_up_to_one(clean_run: CleanRun) -> None:
    """Per conversion and model, exactly; the unattributed share is one of the credits."""
    wrong = clean_run.line.rows(
        "select model, conversion_key, sum(weight) from core.fct_attribution group by 1, 2 "
        "having sum(weight) <> 1"
    )
    assert wrong == []


def test_spend_is_the_uploads_to_the_cent(clean_run: CleanRun) -> None:
    """Fees and credits included; the reports show all cost once per view and model."""
    line = clean_run.line
    files = {key: server for key, server in line.sandbox.servers.items() if server.kind == "spend"}
    uploaded = {
        key: sum(Decimal(row["spend"]) for _, row in server.expected("spend"))
        for key, server in files.items()
    }
    facts = line.total("select account_id, sum(spend_amount) from core.fct_ad_spend group by 1")
    assert {key: facts[key] for key in files} == uploaded
    for report in REPORTS:
        query = f"select view_basis, model, sum(spend_amount) from marketing.{report} group by 1, 2"
        assert {amount for _, _, amount in line.rows(query)} == {sum(facts.values())}
