"""What each channel is worth to a population of journeys: removal effects (Markov) and Shapley values.

Both are statements about a population. Credit for one booking goes to touches of that booking only, in the
proportions (`path_weight`) under which the bookings together give every channel its Markov share; removal
effects themselves are not used for that, they do not add up that way.
"""

# ruff: noqa: F841 - DuckDB finds relations by the names of local variables

from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

START, BOOKED, LOST = "(start)", "(booked)", "(lost)"
ROUNDS = 500
CLOSE_ENOUGH = 1e-10
# Where no weights give a channel as little as its share, because journeys with it alone exceed it.
SMALLEST_WEIGHT = 1e-6


@dataclass(frozen=True)
class Value:
    """One channel of one population; conversions are counts, the rest are shares between 0 and 1."""

    channel: str
    journeys_with_it: int
    removal_effect: float
    markov_share: float
    markov_conversions: float
    path_weight: float
    credited_conversions: float
    shapley_conversions: float


def channel_values(journeys: dict[tuple[str, ...], tuple[int, int]]) -> list[Value]:
    """Every channel's value, by name.

    Args:
        journeys: Channels in order, no two neighbours equal -> (journeys that booked, that came to nothing).
    """
    channels = sorted({channel for journey in journeys for channel in journey})
    booked = Counter[frozenset[str]]()
    for journey, (conversions, _) in journeys.items():
        if conversions:
            booked[frozenset(journey)] += conversions
    total = sum(booked.values())
    effects = removal_effects(journeys, channels)
    sum_of_effects = sum(effects.values())
    shares = {channel: effects[channel] / sum_of_effects if sum_of_effects else 0.0 for channel in channels}
    weights, credited = path_weights(booked, {channel: shares[channel] * total for channel in channels})
    return [
        Value(
            channel=channel,
            journeys_with_it=sum(count for group, count in booked.items() if channel in group),
            removal_effect=effects[channel],
            markov_share=shares[channel],
            markov_conversions=shares[channel] * total,
            path_weight=weights[channel],
            credited_conversions=credited[channel],
            shapley_conversions=sum(
                count / len(group) for group, count in booked.items() if channel in group
            ),
        )
        for channel in channels
    ]


def removal_effects(
    journeys: dict[tuple[str, ...], tuple[int, int]], channels: list[str]
) -> dict[str, float]:
    """By how much bookings would fall without a channel: first-order chain, solved exactly."""
    moves: dict[str, Counter[str]] = defaultdict(Counter)
    for journey, (conversions, dropouts) in journeys.items():
        for here, there in zip((START, *journey[:-1]), journey, strict=True):
            moves[here][there] += conversions + dropouts
        moves[journey[-1]][BOOKED] += conversions
        moves[journey[-1]][LOST] += dropouts
    states = [START, *channels]
    number = {state: index for index, state in enumerate(states)}
    between = np.zeros((len(states), len(states)))
    into_booking = np.zeros(len(states))
    for here, counts in moves.items():
        for there, count in counts.items():
            share = count / counts.total()
            if there == BOOKED:
                into_booking[number[here]] = share
            elif there != LOST:
                between[number[here], number[there]] = share
    whole = booking_probability(between, into_booking)
    effects = {}
    for channel in channels:
        without = between.copy()
        without[:, number[channel]] = 0.0
        effects[channel] = 1.0 - booking_probability(without, into_booking) / whole if whole else 0.0
    return effects


def booking_probability(between: np.ndarray, into_booking: np.ndarray) -> float:
    """From the start; `between` are the probabilities of moving from one state to another."""
    return float(np.linalg.solve(np.eye(len(between)) - between, into_booking)[0])


def path_weights(
    booked: Counter[frozenset[str]], targets: dict[str, float]
) -> tuple[dict[str, float], dict[str, float]]:
    """Weights per channel, and what each gets when every booking is shared among its own channels by them.

    Iterative proportional fitting: it meets every target that lies between the journeys with that channel
    alone and the journeys with it at all, and comes as near as possible otherwise.
    """
    channels = sorted(targets)
    groups = sorted(booked, key=sorted)
    member = np.array([[channel in group for channel in channels] for group in groups], dtype=float)
    counts = np.array([booked[group] for group in groups], dtype=float)
    wanted = np.array([targets[channel] for channel in channels])
    weights = np.ones(len(channels))
    given = _given(member, counts, weights)
    for _ in range(ROUNDS):
        if np.allclose(given, wanted, rtol=CLOSE_ENOUGH, atol=CLOSE_ENOUGH):
            break
        weights = np.where(given > 0, weights * wanted / np.where(given > 0, given, 1.0), weights)
        weights = np.maximum(weights / weights.max(), SMALLEST_WEIGHT)
        given = _given(member, counts, weights)
    return (
        dict(zip(channels, weights.tolist(), strict=True)),
        dict(zip(channels, given.tolist(), strict=True)),
    )


def _given(member: np.ndarray, counts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    shares = member * weights
    return (counts[:, None] * shares / shares.sum(axis=1, keepdims=True)).sum(axis=0)


def model(dbt, session):
    dbt.config(materialized="table")
    counted = dbt.ref("int_journeys__counted")
    rows = session.sql(
        "select population_key, journey, conversions, dropouts from counted order by all"
    ).fetchall()
    populations: dict[str, dict[tuple[str, ...], tuple[int, int]]] = defaultdict(dict)
    for population, journey, conversions, dropouts in rows:
        populations[population][tuple(journey.split(">"))] = (conversions, dropouts)
    found = [
        {"population_key": population, **vars(value)}
        for population, journeys in populations.items()
        if any(conversions for conversions, _ in journeys.values())
        for value in channel_values(journeys)
    ]
    return pa.Table.from_pylist(found, schema=COLUMNS)


COLUMNS = pa.schema(
    [
        ("population_key", pa.string()),
        ("channel", pa.string()),
        ("journeys_with_it", pa.int64()),
        *(
            (name, pa.float64())
            for name in (
                "removal_effect",
                "markov_share",
                "markov_conversions",
                "path_weight",
                "credited_conversions",
                "shapley_conversions",
            )
        ),
    ]
)
