"""Markov and Shapley against the worked journeys, and against their definitions computed the long way."""

from __future__ import annotations

import importlib.util
import sys
from fractions import Fraction
from itertools import pairwise, permutations
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fixtures.warehouse import DBT_PROJECT

Journeys = dict[tuple[str, ...], tuple[int, int]]

# Six journeys: three book, three do not.
WORKED: Journeys = {
    ("lsa",): (1, 1),
    ("search", "lsa"): (1, 0),
    ("search",): (0, 1),
    ("organic", "search"): (1, 0),
    ("organic",): (0, 1),
}


def load() -> ModuleType:
    """The dbt model as a module; dbt itself reads it as text."""
    path = DBT_PROJECT / "models/intermediate/attribution/int_channels__valued.py"
    spec = importlib.util.spec_from_file_location("int_channels__valued", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


VALUED = load()


def test_worked_journeys() -> None:
    values = {value.channel: value for value in VALUED.channel_values(WORKED)}
    effects = {"lsa": 2 / 3, "search": 5 / 9, "organic": 5 / 27}
    shares = {"lsa": 0.473684, "search": 0.394737, "organic": 0.131579}
    conversions = {"lsa": 1.421053, "search": 1.184211, "organic": 0.394737}
    shapley = {"lsa": 1.5, "search": 1.0, "organic": 0.5}
    for channel, value in values.items():
        assert value.removal_effect == pytest.approx(effects[channel])
        assert value.markov_share == pytest.approx(shares[channel], abs=5e-7)
        assert value.markov_conversions == pytest.approx(conversions[channel], abs=5e-7)
        assert value.shapley_conversions == pytest.approx(shapley[channel])


def test_bookings_shared_by_weight_give_each_channel_its_markov_share() -> None:
    for value in VALUED.channel_values(WORKED):
        assert value.credited_conversions == pytest.approx(value.markov_conversions, abs=1e-6)


def test_a_channel_that_books_alone_keeps_those_bookings() -> None:
    """Its removal effect is a third of all, but half of the bookings never saw another channel."""
    journeys = {("mail",): (50, 10), ("search", "meta"): (50, 10)}
    values = {value.channel: value for value in VALUED.channel_values(journeys)}
    assert values["mail"].markov_conversions == pytest.approx(100 / 3)
    assert values["mail"].credited_conversions == pytest.approx(50)
    assert values["search"].credited_conversions == pytest.approx(25)


channels = st.sampled_from(["a", "b", "c", "d", "e"])
paths = st.lists(channels, min_size=1, max_size=5).map(
    lambda steps: tuple(step for step, before in zip(steps, [None, *steps], strict=False) if step != before)
)
outcomes = st.tuples(st.integers(0, 20), st.integers(0, 20)).filter(any)
populations = st.dictionaries(paths, outcomes, min_size=1, max_size=12).filter(
    lambda journeys: any(booked for booked, _ in journeys.values())
)


@settings(max_examples=60, deadline=None)
@given(populations)
def test_shapley_is_the_average_marginal_contribution(journeys: Journeys) -> None:
    players = sorted({channel for journey in journeys for channel in journey})

    def worth(team: frozenset[str]) -> int:
        return sum(booked for journey, (booked, _) in journeys.items() if team.issuperset(journey))

    orders = list(permutations(players))
    for value in VALUED.channel_values(journeys):
        gains = 0
        for order in orders:
            before = frozenset(order[: order.index(value.channel)])
            gains += worth(before | {value.channel}) - worth(before)
        assert value.shapley_conversions == pytest.approx(gains / len(orders), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(populations)
def test_removal_effects_are_exact(journeys: Journeys) -> None:
    whole = _booking_probability(journeys, None)
    for value in VALUED.channel_values(journeys):
        expected = 1 - _booking_probability(journeys, value.channel) / whole
        assert value.removal_effect == pytest.approx(float(expected), abs=1e-9)


def _booking_probability(journeys: Journeys, removed: str | None) -> Fraction:
    """By elimination in exact fractions; a move into the removed channel leads nowhere."""
    moves: dict[str, dict[str, int]] = {}
    for journey, (booked, lost) in journeys.items():
        steps = ["start", *journey]
        for here, there in pairwise(steps):
            _count(moves, here, there, booked + lost)
        _count(moves, steps[-1], "booked", booked)
        _count(moves, steps[-1], "lost", lost)
    states = [state for state in moves if state != removed]
    rows = []
    for state in states:
        total = sum(moves[state].values())
        share = {there: Fraction(count, total) for there, count in moves[state].items()}
        rows.append([(state == other) - share.get(other, Fraction(0)) for other in states])
        rows[-1].append(share.get("booked", Fraction(0)))
    for pivot in range(len(states)):
        swap = next(index for index in range(pivot, len(rows)) if rows[index][pivot])
        rows[pivot], rows[swap] = rows[swap], rows[pivot]
        rows[pivot] = [cell / rows[pivot][pivot] for cell in rows[pivot]]
        for index in range(len(rows)):
            if index != pivot and rows[index][pivot]:
                factor = rows[index][pivot]
                rows[index] = [a - factor * b for a, b in zip(rows[index], rows[pivot], strict=True)]
    return rows[states.index("start")][-1]


def _count(moves: dict[str, dict[str, int]], here: str, there: str, count: int) -> None:
    if count:
        counts = moves.setdefault(here, {})
        counts[there] = counts.get(there, 0) + count


@settings(max_examples=60, deadline=None)
@given(populations)
def test_every_booking_is_given_once(journeys: Journeys) -> None:
    values = VALUED.channel_values(journeys)
    booked = sum(count for count, _ in journeys.values())
    for name in ("markov_conversions", "credited_conversions", "shapley_conversions"):
        assert sum(getattr(value, name) for value in values) == pytest.approx(booked)
    assert all(0 < value.path_weight <= 1 for value in values)
