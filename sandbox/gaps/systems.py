"""Gaps in whole systems: an account that stops telling anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from sandbox.gaps.scene import RIPE, Places, Scene, Spot, Worth


class SystemGaps:
    """Where a connection can die without anybody being told."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.places: dict[str, Places] = {
            "account_went_silent": self._spend_files,
            "booking_clock_drifts": self._crms,
        }

    def _spend_files(self) -> Iterator[Spot]:
        """Nobody exports the file any more. Other systems cannot fall silent without many other gaps."""
        account = self._scene.account_of_kind("spend")
        if account is not None and account not in self._scene.world.silent_since:
            yield Spot(account, "account", None, account, self._fall_silent(account))

    def _fall_silent(self, account: str) -> Callable[[Random], Worth]:
        def apply(rng: Random) -> Worth:
            days = rng.randrange(5, 9)
            self._scene.world.silent_since[account] = self._scene.clock.now() - days * RIPE // 5
            return lambda: 0

        return apply

    def _crms(self) -> Iterator[Spot]:
        account = self._scene.account_of_kind("crm")
        if account is not None and account not in self._scene.world.wrong_clocks:
            yield Spot(account, "account", None, account, self._misread_zone(account))

    def _misread_zone(self, account: str) -> Callable[[Random], Worth]:
        """The integration writes the local time of bookings as if it were UTC."""

        def apply(rng: Random) -> Worth:
            self._scene.world.wrong_clocks[account] = (-rng.randrange(5, 8), self._scene.clock.now())
            return lambda: 0

        return apply
