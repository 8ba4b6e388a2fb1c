"""Builds the world: reference data first, then one household after the other."""

from __future__ import annotations

import gc
from datetime import UTC, datetime

from sandbox.world.billing import Till
from sandbox.world.brands import DEFAULT_SYSTEMS, OPERATOR_ACCOUNTS, OPERATOR_NAME, add_reference_data
from sandbox.world.calendars import DAY, MONTH, Calendar
from sandbox.world.journeys import Journeys
from sandbox.world.marketing import add_campaigns, add_spend
from sandbox.world.model import World
from sandbox.world.noise import Noise
from sandbox.world.pace import USUAL, Pace
from sandbox.world.records import Desk
from sandbox.world.residents import Residents
from sandbox.world.work import Crews

DEFAULT_NOW = int(datetime(2026, 11, 1, 12, tzinfo=UTC).timestamp())
DEFAULT_HOUSEHOLDS = 5_000
DEFAULT_MONTHS = 18
HORIZON_DAYS = 60


def build_world(
    seed: int,
    households: int,
    months: int,
    now: int | None = None,
    noise: Noise | None = None,
    pace: Pace = USUAL,
) -> World:
    """Simulate an operator from `months` before `now` to 60 days after it.

    The same seed gives the same household with the same id, whatever the number of households: a larger world
    continues a smaller one. Only ad spend scales with the size.

    Args:
        seed: any integer.
        households: how many, at least 1.
        months: length of the history before `now`, at least 1.
        now: epoch seconds at which the sandbox's clock starts; a fixed instant by default.
        noise: how untidy the records are.
        pace: how fast the office works.
    """
    if households < 1 or months < 1:
        raise ValueError("a world needs at least 1 household and 1 month")
    clock_starts_at = DEFAULT_NOW if now is None else now
    world = World(
        seed=seed,
        operator_name=OPERATOR_NAME,
        starts_at=clock_starts_at - round(months * MONTH),
        clock_starts_at=clock_starts_at,
        ends_at=clock_starts_at + HORIZON_DAYS * DAY,
        systems={name: OPERATOR_ACCOUNTS[name] for name in DEFAULT_SYSTEMS},
        days_behind=pace.days_behind,
    )
    # Millions of small records that all stay: scanning them for garbage would cost more than making them.
    collects = gc.isenabled()
    gc.disable()
    try:
        _populate(world, households, noise or Noise(), pace)
    finally:
        if collects:
            gc.enable()
    return world


def _populate(world: World, households: int, noise: Noise, pace: Pace) -> None:
    add_reference_data(world)
    mixes = add_campaigns(world)
    calendars = {
        brand.key: Calendar(brand.timezone, world.starts_at, world.ends_at) for brand in world.brands.values()
    }
    add_spend(world, calendars, households)
    till = Till(world, noise, calendars, pace)
    crews = Crews(world, noise, calendars, mixes, till)
    journeys = Journeys(world, noise, calendars, mixes, Desk(world, noise), crews, pace)
    for story in Residents(world, noise).settle(households):
        journeys.live(story)
