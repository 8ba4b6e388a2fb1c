"""Native ids: plain UUIDs, derived from account and world id."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from uuid import UUID


@lru_cache(maxsize=200_000)
def native_id(account_id: str, entity: str, *parts: int | str) -> str:
    """The id of one record."""
    return str(UUID(bytes=_digest(16, account_id, entity, *parts)))


def draw(account_id: str, purpose: str, *parts: int | str) -> float:
    """A number in [0, 1) that is always the same for the same record: its habits and quirks."""
    return int.from_bytes(_digest(6, account_id, purpose, *parts), "big") / 2**48


def _digest(size: int, *parts: int | str) -> bytes:
    text = "|".join(map(str, parts)).encode()
    return blake2b(text, digest_size=size, usedforsecurity=False).digest()
