"""Native ids."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LENGTH = 6
_SPACE = len(_ALPHABET) ** _LENGTH
# Coprime to the size of the space, so that counting in steps of it meets every id once.
_STEP = 1_000_000_007


@lru_cache(maxsize=200_000)
def uuid(account_id: str, entity: str, world_id: int) -> str:
    """Six upper-case characters, as the vendor's `UUID` is; never the same for two records of one kind."""
    number = (_digest(account_id, entity) + world_id * _STEP) % _SPACE
    characters = []
    for _ in range(_LENGTH):
        number, position = divmod(number, len(_ALPHABET))
        characters.append(_ALPHABET[position])
    return "".join(characters)


def client_number(customer_id: int) -> int:
    return 1_000 + 2 * customer_id


def prospect_number(lead_id: int) -> int:
    """The number of somebody who asked and is on file nowhere else."""
    return 1_001 + 2 * lead_id


def location_number(customer_id: int, property_id: int) -> int:
    return 10_000_000_000 + customer_id * 10_000_000 + property_id


def member_number(technician_id: int) -> int:
    return 228_000 + technician_id


def _digest(*parts: str) -> int:
    digest = blake2b("|".join(parts).encode(), digest_size=6, usedforsecurity=False).digest()
    return int.from_bytes(digest, "big")
