"""Native ids: a prefix by entity and 32 hex digits."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

PREFIXES = {
    "companies": "COM",
    "trackers": "TRK",
    "calls": "CAL",
    "forms": "FOR",
    "persons": "PER",
    "sessions": "SES",
    # ASSUMED: samples show conversations with short ids that begin like this.
    "conversations": "KZ",
}


@lru_cache(maxsize=200_000)
def native(entity: str, world_id: int | str) -> str:
    return PREFIXES[entity] + blake2b(f"{entity}:{world_id}".encode(), digest_size=16).hexdigest()


def share(world_id: int, salt: str, percent: int) -> bool:
    """Whether a record is among a fixed `percent` of all, the same in every run."""
    return blake2b(f"{salt}:{world_id}".encode(), digest_size=2).digest()[0] * 100 < percent * 256
