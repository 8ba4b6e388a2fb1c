"""The sweep finds what incremental pulls lost, says nothing of what is well, and repairs what it found."""

from __future__ import annotations

from contextlib import closing
from decimal import Decimal

import duckdb
import pytest

from ingestion.config import Settings
from ingestion.run import load_landed, pull_accounts
from ingestion.sources import discover
from ingestion.sweep import Sweep, compare_and_repair, list_and_pull, sweep
from tests.ingestion.tenant import QUICK, Row, Tenant
from tests.ingestion.warehouse import payloads, query

ROWS = 6
OBJECTS = ("invoices", "zones")


def edit(settings: Settings, statement: str) -> None:
    """Change the warehouse by hand, as no run would."""
    with closing(duckdb.connect(str(settings.home.warehouse))) as connection:
        connection.execute(statement)


@pytest.fixture
def pulled(settings: Settings, tenant: Tenant) -> Settings:
    """A home that holds everything of a small tenant."""
    for number in range(1, ROWS + 1):
        tenant.commit(
            "invoices", number, f"2026-01-0{number}T12:00:00Z", total=number * 100.25,
            createdOn=f"2026-01-0{1 + number % 2}T08:00:00Z",
        )  # fmt: skip
    tenant.lists["zones"] = [{"id": 1, "name": "North", "modifiedOn": "2026-01-01T00:00:00Z"}]
    pull_accounts(settings, objects=OBJECTS, patience=QUICK)
    load_landed(settings, platforms=["servicetitan"])
    return settings


def causes(swept: Sweep) -> dict[tuple[str, str], str]:
    """(object, native id) -> cause of everything that differed."""
    return {
        (each.listing.object.name, row.native_id): row.cause
        for each in swept.objects
        if each.comparison
        for row in each.comparison.differing
    }


def test_a_healthy_home_has_nothing_to_repair(pulled: Settings, tenant: Tenant) -> None:
    before = len(tenant.requests)
    swept = sweep(pulled, objects=OBJECTS, patience=QUICK)
    assert causes(swept) == {}
    assert [each.error for each in swept.objects if each.error] == []
    assert query(pulled, "select * from raw_operator.sweep_rows") == []
    # One more for the token, which the tenant does not count as a request; the pull's own are beside.
    pages = sum(each.listing.pages for each in swept.objects)
    assert swept.requests == {"servicetitan": pages + 1}
    assert len(tenant.requests) - before > pages


def drop_a_row(settings: Settings, tenant: Tenant) -> None:
    """A load that lost a row on its way: no pull will ever ask for it again."""
    edit(settings, "delete from raw_servicetitan.invoices where native_id = '3'")


def change_behind_the_watermark(settings: Settings, tenant: Tenant) -> None:
    """A change that the feed does not show: the row keeps its place and its time."""
    (row,) = [row for row in tenant.feeds["invoices"] if row and row["id"] == 4]
    row["total"] = 999.99


def appear_behind_the_watermark(settings: Settings, tenant: Tenant) -> None:
    """A row that becomes visible at a place that the token has passed, with an old time."""
    rows: list[Row | None] = tenant.feeds["invoices"]
    rows.insert(0, {"id": 77, "modifiedOn": "2026-01-01T00:00:00Z", "active": True, "total": 5})


def double_a_row(settings: Settings, tenant: Tenant) -> None:
    edit(
        settings,
        "insert into raw_servicetitan.invoices from raw_servicetitan.invoices where native_id = '3'",
    )


def test_what_the_pull_lost_is_found_and_repaired(pulled: Settings, tenant: Tenant) -> None:
    drop_a_row(pulled, tenant)
    change_behind_the_watermark(pulled, tenant)
    appear_behind_the_watermark(pulled, tenant)
    # The ordinary pull brings none of it: that is what the sweep is for.
    pull_accounts(pulled, objects=OBJECTS, patience=QUICK)
    load_landed(pulled, platforms=["servicetitan"])
    shown = {str(each["id"]): each for each in tenant.feeds["invoices"] if each}
    held = payloads(pulled, "invoices")
    assert {key for key in shown if held.get(key) != shown[key]} == {"3", "4", "77"}

    swept = sweep(pulled, objects=OBJECTS, patience=QUICK)

    assert causes(swept) == {
        ("invoices", "3"): "lost", ("invoices", "4"): "stale", ("invoices", "77"): "lost"
    }  # fmt: skip
    assert swept.left == 0
    assert payloads(pulled, "invoices") == shown
    assert query(pulled, "select native_id, is_repaired from raw_operator.sweep_rows order by native_id") == [
        ("3", True), ("4", True), ("77", True)
    ]  # fmt: skip
    assert causes(sweep(pulled, objects=OBJECTS, patience=QUICK)) == {}


def test_a_doubled_row_is_found_and_left_to_a_person(pulled: Settings, tenant: Tenant) -> None:
    double_a_row(pulled, tenant)
    swept = sweep(pulled, objects=OBJECTS, patience=QUICK)
    assert causes(swept) == {("invoices", "3"): "doubled"}
    assert swept.left == 1
    ((vendor_amount, held_amount, difference),) = query(
        pulled,
        """
        select vendor_amount, held_amount, amount_difference
        from raw_operator.sweep_days
        join raw_operator.sweep_rows using (platform, account_id, object, created_on)
        """,
    )
    assert held_amount - vendor_amount == difference == Decimal("300.75")
    days = query(
        pulled, "select vendor_rows, held_rows from raw_operator.sweep_days where object = 'invoices'"
    )
    assert sorted(days) == [(3, 3), (3, 4)]


def test_a_repair_does_not_move_where_the_next_pull_continues(pulled: Settings, tenant: Tenant) -> None:
    drop_a_row(pulled, tenant)
    sweep(pulled, objects=OBJECTS, patience=QUICK)
    tenant.commit("invoices", 2, "2026-02-01T00:00:00Z", total=1)
    results = pull_accounts(pulled, objects=["invoices"], patience=QUICK)
    load_landed(pulled, platforms=["servicetitan"])
    assert [result.mode for result in results] == ["incremental"]
    assert payloads(pulled, "invoices")["2"]["total"] == 1


def test_what_changed_while_it_was_listed_is_nobodys_loss(pulled: Settings, tenant: Tenant) -> None:
    """The first request of the sweep is answered before the change, the pull after it brings the change."""
    listings, _ = list_and_pull(pulled, objects=OBJECTS, patience=QUICK)
    tenant.commit("invoices", 4, "2026-03-01T00:00:00Z", total=8)
    tenant.commit("invoices", 90, "2026-03-01T00:00:00Z", total=9)
    pulls = pull_accounts(pulled, objects=OBJECTS, patience=QUICK)
    swept = compare_and_repair(pulled, listings, pulls, patience=QUICK)
    assert causes(swept) == {}
    late = [row.native_id for each in swept.objects if each.comparison for row in each.comparison.late]
    assert late == ["4", "90"]


def test_a_removed_row_is_marked_by_a_new_full_listing(pulled: Settings, tenant: Tenant) -> None:
    """Held, not shown: only where a listing proves absence."""
    for number in range(2, 12):
        tenant.lists["zones"].append({"id": number, "name": "Z", "modifiedOn": "2026-01-01T00:00:00Z"})
    pull_accounts(pulled, objects=OBJECTS, patience=QUICK)
    load_landed(pulled, platforms=["servicetitan"])
    edit(
        pulled,
        "insert into raw_servicetitan.zones by name select * replace ('99' as native_id) "
        "from raw_servicetitan.zones where native_id = '2'",
    )
    swept = sweep(pulled, objects=OBJECTS, patience=QUICK)
    # The pull inside the sweep lists zones in full, after the listing: it marks the row before we look.
    assert causes(swept) == {}
    assert "99" not in payloads(pulled, "zones")


def test_an_object_whose_pull_failed_is_not_judged(pulled: Settings, tenant: Tenant) -> None:
    listings, pulls = list_and_pull(pulled, objects=OBJECTS, patience=QUICK)
    drop_a_row(pulled, tenant)
    failed = [
        result if result.object != "invoices" else type(result)(
            result.account_id, result.platform, "invoices", error=RuntimeError("cut")
        )
        for result in pulls
    ]  # fmt: skip
    swept = compare_and_repair(pulled, listings, failed, patience=QUICK)
    assert causes(swept) == {}
    assert [str(each.error) for each in swept.objects if each.error] == ["cut"]


def test_every_object_is_swept_or_says_why_not() -> None:
    silent = [
        f"{source.platform}.{spec.name}"
        for source in discover().values()
        for spec in source.objects
        if spec.is_swept == bool(spec.unswept)
    ]
    assert silent == []
