"""Native ids: plain UUIDs, derived from account and world id."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from uuid import UUID


@lru_cache(maxsize=200_000)
def native_id(account_id: str, entity: str, *parts: int | str) -> str:
    """The id of one record."""
    text = "|".join((account_id, entity, *map(str, parts)))
    return str(UUID(bytes=blake2b(text.encode(), digest_size=16, usedforsecurity=False).digest()))
