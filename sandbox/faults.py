"""Faults that a vendor or a network shows, injected on demand in front of every simulated vendor."""

from __future__ import annotations

from collections import Counter


class Faults:
    """The fault board: what is to go wrong, for whom, and how often."""

    def __init__(self) -> None:
        self._generations: Counter[str] = Counter()

    def token_generation(self, account_id: str) -> int:
        """Rises whenever all tokens issued so far to this account became invalid.

        A vendor with issued tokens stamps each with the generation it was issued in and refuses an older one; one
        with static keys has no use for it.
        """
        return self._generations[account_id]
