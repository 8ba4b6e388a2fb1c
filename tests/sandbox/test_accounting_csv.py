"""The simulated accounting export: what stands in it at every hour agrees with itself."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers.accounting_csv import Books
from sandbox.world import build_world


def test_a_deposit_holds_all_payments_of_its_day_at_any_hour() -> None:
    world = build_world(7, 300, 6)
    clock = Clock(world.clock_starts_at, world.ends_at)
    books = Books(world, clock, Faults())
    newest = set()
    for _ in range(48):
        clock.advance(1)
        paid, deposits = defaultdict(Decimal), {}
        for row in books.rows():
            if row["deposit"] and row["status"] == "posted":
                paid[row["brand"], row["deposit"]] += Decimal(row["total"])
            if row["kind"] == "deposit":
                deposits[row["brand"], row["number"]] = Decimal(row["total"]) + Decimal(row["fee"])
        assert deposits and {key: paid[key] for key in deposits} == deposits
        newest.add(max(deposits, key=lambda key: key[1]))
    assert len(newest) > 1, "new days were deposited meanwhile"
