"""How a world stands at one instant, whichever vendor tells of it: what has come, and what is habit."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, lru_cache
from hashlib import blake2b

from sandbox.world.model import Customer, Job, World

HALF_HOUR = 1_800
# Of the jobs that were booked ahead, the share whose slot the office finds half an hour later.
_WAITING_SHARE = 0.06


@lru_cache(maxsize=200_000)
def draw(account_id: str, purpose: str, *parts: int | str) -> float:
    """A number in [0, 1) that is always the same for the same record: its habits and quirks."""
    text = "|".join((account_id, purpose, *map(str, parts)))
    return (
        int.from_bytes(blake2b(text.encode(), digest_size=6, usedforsecurity=False).digest(), "big") / 2**48
    )


def latest(now: int, *instants: int | None) -> int:
    """The last of the instants that has come; 0 when none has."""
    return max((instant for instant in instants if instant is not None and instant <= now), default=0)


class Standing:
    """The world at `now`; a dispatch platform's books say on top of it how that vendor puts it."""

    def __init__(self, world: World, account_id: str, now: int) -> None:
        self.world = world
        self.account_id = account_id
        self.now = now

    def draw(self, purpose: str, *parts: int | str) -> float:
        return draw(self.account_id, purpose, *parts)

    def come(self, instant: int | None) -> bool:
        return instant is not None and instant <= self.now

    def surviving(self, customer_id: int) -> Customer:
        """The record that stands in for a customer now: itself, or what it was merged into."""
        return self._merge_chain(customer_id)[-1]

    def merges(self, customer_id: int) -> Iterator[int | None]:
        """When a record's customer was merged away; ASSUMED of each vendor to rewrite the record then."""
        yield from (customer.merged_at for customer in self._merge_chain(customer_id)[:-1])

    def _merge_chain(self, customer_id: int) -> list[Customer]:
        chain = [self.world.customers[customer_id]]
        while self.come(chain[-1].merged_at) and chain[-1].merged_into_id is not None:
            chain.append(self.world.customers[chain[-1].merged_into_id])
        return chain

    def scheduled_at(self, job: Job) -> int:
        """When the office put the job on the calendar: mostly while booking, sometimes half an hour later."""
        is_ahead = job.scheduled_start - job.booked_at > 2 * HALF_HOUR
        waits = is_ahead and self.draw("unscheduled", job.id) < _WAITING_SHARE
        return job.booked_at + HALF_HOUR if waits else job.booked_at

    def schedule(self, job: Job) -> tuple[int | None, int | None]:
        """(start, end) of the visit as planned now; (None, None) until it is on the calendar."""
        if not self.come(self.scheduled_at(job)):
            return None, None
        if self.come(job.rescheduled_at) and job.rescheduled_start is not None:
            return job.rescheduled_start, job.rescheduled_end
        return job.scheduled_start, job.scheduled_end

    @cached_property
    def touched(self) -> dict[str, int]:
        """Native id -> when somebody spoilt that record: an edit, so it moves the record's time."""
        touched: dict[str, int] = {}
        for gap in self.world.gaps:
            if gap.account_id == self.account_id and gap.injected_at <= self.now:
                touched[gap.native_id] = max(gap.injected_at, touched.get(gap.native_id, 0))
        return touched

    def campaign_name(self, campaign_id: int | None, at: int) -> str | None:
        """What a campaign was called at that instant."""
        return None if campaign_id is None else self.world.campaigns[campaign_id].name_at(at)
