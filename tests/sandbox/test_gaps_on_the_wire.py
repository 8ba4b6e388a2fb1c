"""Injected gaps show in what the vendors answer: nowhere in a clean world, nor elsewhere than injected."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.gaps import Saboteur
from sandbox.server import Assembly, assemble
from sandbox.servers.base import VendorServer
from sandbox.world import build_world

Row = dict[str, Any]


@pytest.fixture
def assembly() -> Assembly:
    return assemble(build_world(seed=9, households=500, months=6), "http://sandbox")


def servers(assembly: Assembly, platform: str) -> Iterator[VendorServer]:
    return (server for server in assembly.servers.values() if server.platform == platform)


def wrong_totals(server: VendorServer) -> set[str]:
    return {key for key, invoice in server.expected("invoices") if not adds_up(invoice)}


def adds_up(invoice: Row) -> bool:
    items = sum(item["amount"] for item in invoice["items"])
    discounts = sum(discount["amount"] for discount in invoice["discounts"])
    return invoice["amount"] == items - discounts + sum(tax["amount"] for tax in invoice["taxes"])


def wrong_balances(server: VendorServer) -> set[str]:
    return {
        key
        for key, invoice in server.expected("invoices")
        if invoice["status"] not in ("voided", "canceled") and not balances(invoice)
    }


def balances(invoice: Row) -> bool:
    paid = sum(payment["amount"] for payment in invoice["payments"] if payment["status"] == "succeeded")
    return invoice["due_amount"] == invoice["amount"] - paid + sum(
        one["amount"] for one in invoice["refunds"]
    )


def unbilled_jobs(server: VendorServer) -> set[str]:
    billed = {invoice["job_id"] for _, invoice in server.expected("invoices")}
    charged = {key for key, job in server.expected("jobs") if job["subtotal"] > 0}
    return charged - billed


def unsourced_jobs(server: VendorServer) -> set[str]:
    return {key for key, job in server.expected("jobs") if job["lead_source"] is None}


def unsourced_deals(server: VendorServer) -> set[str]:
    deals = ((key, deal["properties"]) for key, deal in server.expected("deals"))
    marks = ("lead_channel", "utm_source", "gclid", "landing_url", "referrer_url")
    return {key for key, deal in deals if not any(deal[mark] for mark in marks)}


def jobless_deals(server: VendorServer) -> set[str]:
    deals = ((key, deal["properties"]) for key, deal in server.expected("deals"))
    return {key for key, deal in deals if deal["dealstage"] == "booked" and deal["ext_job_id"] is None}


SYMPTOMS: dict[str, tuple[str, Callable[[VendorServer], set[str]]]] = {
    "invoice_total_differs_from_lines": ("housecallpro", wrong_totals),
    "invoice_balance_differs_from_payments": ("housecallpro", wrong_balances),
    "completed_job_without_invoice": ("housecallpro", unbilled_jobs),
    "job_without_source": ("housecallpro", unsourced_jobs),
    "lead_without_source": ("hubspot", unsourced_deals),
    "lead_booked_without_job": ("hubspot", jobless_deals),
}


@pytest.mark.parametrize("gap_class", SYMPTOMS)
def test_a_gap_shows_where_it_was_injected_and_nowhere_else(assembly: Assembly, gap_class: str) -> None:
    platform, symptoms = SYMPTOMS[gap_class]
    for server in servers(assembly, platform):
        # A fresh completion may still wait for its invoice.
        assert gap_class == "completed_job_without_invoice" or not symptoms(server)
    before = {key for server in servers(assembly, platform) for key in symptoms(server)}
    gaps = Saboteur(assembly.world, assembly.clock, assembly.servers).inject(gap_class, 12)
    wanted = {gap.native_id for gap in gaps if gap.platform == platform}
    found = {key for server in servers(assembly, platform) for key in symptoms(server)}
    assert wanted and found - before == wanted


def test_all_gaps_together_do_not_disturb_each_other(assembly: Assembly) -> None:
    saboteur = Saboteur(assembly.world, assembly.clock, assembly.servers)
    injected = [gap for gap_class in SYMPTOMS for gap in saboteur.inject(gap_class, 5)]
    for gap_class, (platform, symptoms) in SYMPTOMS.items():
        wanted = {gap.native_id for gap in injected if (gap.gap_class, gap.platform) == (gap_class, platform)}
        found = {key for server in servers(assembly, platform) for key in symptoms(server)}
        assert wanted <= found
        assert gap_class == "completed_job_without_invoice" or wanted == found
