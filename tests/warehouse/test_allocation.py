"""Money split over weights: sums are kept, nobody is off by a cent, reversals mirror, worked values hold."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.macros import render

CENT = Decimal("0.01")
UNIT = Decimal("1e-12")


def allocate(amount: Decimal, weights: list[Decimal]) -> list[Decimal]:
    """`amount` over `weights`, in order, by the macro."""
    rows = ", ".join(
        f"({position}, cast({weight:f} as decimal(13, 12)))" for position, weight in enumerate(weights)
    )
    sql = f"""
        with shared as (
            select 1 as conversion, position, weight, cast({amount:f} as decimal(18, 2)) as amount
            from (values {rows}) as parts (position, weight)
        )
        select credit from {
        render(
            "largest_remainder",
            "shared",
            partition_by="conversion",
            weight="weight",
            amount="amount",
            order_by="position",
            into="credit",
        )
    } order by position
    """
    with duckdb.connect() as connection:
        return [row[0] for row in connection.execute(sql).fetchall()]


def exact_weights(shares: list[int]) -> list[Decimal]:
    """Shares normalised to twelve digits that add up to exactly 1, as int_attribution__weighted does it."""
    total = sum(shares)
    units = [share * 10**12 // total for share in shares]
    left = 10**12 - sum(units)
    return [(unit + (position < left)) * UNIT for position, unit in enumerate(units)]


amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False, allow_infinity=False)
share_lists = st.lists(st.integers(min_value=1, max_value=10**6), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(amounts, share_lists)
def test_parts_add_up_and_each_is_within_a_cent(amount: Decimal, shares: list[int]) -> None:
    weights = exact_weights(shares)
    parts = allocate(amount, weights)
    assert sum(parts) == amount
    assert all(abs(part - amount * weight) < CENT for part, weight in zip(parts, weights, strict=True))


@settings(max_examples=25, deadline=None)
@given(amounts, share_lists)
def test_a_negative_amount_splits_like_its_mirror(amount: Decimal, shares: list[int]) -> None:
    weights = exact_weights(shares)
    assert [-part for part in allocate(amount, weights)] == allocate(-amount, weights)


def test_worked_values() -> None:
    """V = 12,000 with touches on days 0, 5, 12, 30, 38: equal, 40/20/40, and halving every 7 days."""
    value = Decimal("12000.00")
    assert allocate(value, exact_weights([1] * 5)) == [Decimal("2400.00")] * 5
    assert allocate(value, exact_weights([6, 1, 1, 1, 6])) == [
        Decimal(cell) for cell in (4800, 800, 800, 800, 4800)
    ]
    decay = [int(2 ** (-(38 - day) / 7) * 10**15) for day in (0, 5, 12, 30, 38)]
    parts = allocate(value, exact_weights(decay))
    rounded = [Decimal(cell) for cell in ("175.20", "287.44", "574.88", "3417.04", "7545.45")]
    assert sum(rounded) == Decimal("12000.01")
    assert sum(parts) == value
    assert sorted(a - b for a, b in zip(parts, rounded, strict=True)) == [-CENT, 0, 0, 0, 0]


@pytest.mark.parametrize("amount", ["0.00", "0.01", "-0.01", "0.02"])
def test_fewer_cents_than_touches(amount: str) -> None:
    parts = allocate(Decimal(amount), exact_weights([1, 1, 1]))
    assert sum(parts) == Decimal(amount)
    assert all(abs(part) <= CENT for part in parts)


@settings(max_examples=60, deadline=None)
@given(
    st.decimals(min_value=-(10**7), max_value=10**7, places=2),
    st.integers(min_value=0, max_value=10**7),
    st.integers(min_value=1, max_value=10**9),
)
def test_share_of_amount_rounds_half_away_from_zero(
    amount: Decimal, part_cents: int, whole_cents: int
) -> None:
    part, whole = part_cents * CENT, whole_cents * CENT
    typed = [f"cast({figure:f} as decimal(18, 2))" for figure in (amount, part, whole)]
    with duckdb.connect() as connection:
        found = connection.execute(f"select {render('share_of_amount', *typed)}").fetchone()
    exact = amount * part / whole
    assert found is not None
    assert abs(found[0] - exact) <= Decimal("0.005")


def test_share_of_nothing_is_nothing() -> None:
    typed = [f"cast({figure} as decimal(18, 2))" for figure in ("5.00", "0.00", "0.00")]
    with duckdb.connect() as connection:
        assert connection.execute(f"select {render('share_of_amount', *typed)}").fetchone() == (
            Decimal("0.00"),
        )
