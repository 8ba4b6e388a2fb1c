"""Injects business gaps: the ways in which a real operator's systems stop agreeing with each other.

Each class edits records that have been right so far, at places drawn from a seed, and keeps apart from every
other gap: no record is spoilt twice, and a spoilt one does not look like a gap of another class. The business
event behind a gap is older than every grace period, so it counts at once; the edit happens now, so the next
incremental pull sees it.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from sandbox.clock import Clock
from sandbox.gaps.books import BookGaps
from sandbox.gaps.money import MoneyGaps
from sandbox.gaps.records import RecordGaps
from sandbox.gaps.requests import RequestGaps
from sandbox.gaps.scene import Places, Scene, Spot, Worth
from sandbox.gaps.systems import SystemGaps
from sandbox.gaps.work import WorkGaps
from sandbox.servers.base import VendorServer
from sandbox.world.model import Gap, World


class NotEnough(Exception):
    """The world holds fewer fitting records than gaps were asked for; nothing was injected."""


class Saboteur:
    """Knows every class of gap and where each can be injected."""

    def __init__(self, world: World, clock: Clock, servers: Mapping[str, VendorServer]) -> None:
        self._world = world
        self._clock = clock
        self._servers = servers
        self._scene = Scene(world, clock, servers)
        self._worths: dict[int, Worth] = {}
        self._places: dict[str, Places] = {
            gap_class: places
            for kind in (MoneyGaps, BookGaps, WorkGaps, RequestGaps, RecordGaps, SystemGaps)
            for gap_class, places in kind(self._scene).places.items()
        }

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(self._places)

    def places(self) -> dict[str, int]:
        """How many records can show each class now."""
        return {gap_class: len(self._spots(gap_class)) for gap_class in self._places}

    def _spots(self, gap_class: str) -> list[Spot]:
        return [spot for spot in self._places[gap_class]() if spot.account_id in self._servers]

    def inject(self, gap_class: str, count: int, seed: int | None = None) -> list[Gap]:
        """Spoil `count` records; the same seed on the same world and clock picks the same ones.

        Raises:
            ValueError: no such class, or a count below 1.
            NotEnough: too few records fit.
        """
        if gap_class not in self._places:
            raise ValueError(f"unknown gap class {gap_class!r}; known: {', '.join(self.classes)}")
        if count < 1:
            raise ValueError("count must be at least 1")
        spots = self._spots(gap_class)
        if len(spots) < count:
            raise NotEnough(f"only {len(spots)} records can show {gap_class}; {count} were asked for")
        gaps = self._spoil(gap_class, spots, count, seed)
        self.appraise()
        return gaps

    def inject_every_class(self, at_most: int, seed: int | None = None) -> list[Gap]:
        """Spoil `at_most` records for each class, or as many as can show it.

        The scarcest class comes first: a record is spoilt once only, so each class leaves fewer places for
        the next.

        Raises:
            ValueError: `at_most` is below 1.
        """
        if at_most < 1:
            raise ValueError("at_most must be at least 1")
        room = self.places()
        gaps = []
        for gap_class in sorted(room, key=lambda name: (room[name], name)):
            spots = self._spots(gap_class)
            gaps += self._spoil(gap_class, spots, min(at_most, len(spots)), seed)
        self.appraise()
        return gaps

    def _spoil(self, gap_class: str, spots: list[Spot], count: int, seed: int | None) -> list[Gap]:
        rng = Random(f"{self._world.seed if seed is None else seed}:{gap_class}:{len(self._world.gaps)}")
        gaps = [
            self._make(gap_class, spot, rng, offset)
            for offset, spot in enumerate(rng.sample(spots, count), 1)
        ]
        # Servers notice new gaps by their number: all edits come first, so that none is served half.
        self._world.gaps.extend(gaps)
        return gaps

    def appraise(self) -> None:
        """Set what every gap is worth now: time brings jobs, and a later gap may take one away."""
        for gap in self._world.gaps:
            gap.amount_cents = self._worths[gap.id]()

    def _make(self, gap_class: str, spot: Spot, rng: Random, offset: int) -> Gap:
        server = self._servers[spot.account_id]
        gap = Gap(
            id=len(self._world.gaps) + offset,
            gap_class=gap_class,
            platform=server.platform,
            account_id=spot.account_id,
            entity=spot.entity,
            native_id=self._native_id(spot, server),
            injected_at=self._clock.now(),
            amount_cents=0,
        )
        self._worths[gap.id] = spot.apply(rng)
        self._scene.spoilt.add((spot.entity, spot.world_id))
        return gap

    @staticmethod
    def _native_id(spot: Spot, server: VendorServer) -> str:
        if isinstance(spot.world_id, str):
            return spot.world_id
        return server.native_id(spot.native_entity or spot.entity, spot.world_id)


__all__ = ["NotEnough", "Saboteur"]
