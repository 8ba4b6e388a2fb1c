"""Gaps in the work: jobs that were booked wrongly, in the wrong place, or twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

from sandbox.gaps.scene import Places, Scene, Spot, Worth
from sandbox.world.calendars import MINUTE
from sandbox.world.model import Job

# Anchorage: nobody's service area.
FAR_ZIPS = tuple(f"995{number:02d}" for number in range(1, 25))
# Ids of second bookings begin here, beyond those of any world.
SECOND_BOOKING = 1_000_000_000


class WorkGaps:
    """Where a booking can go wrong."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._world = scene.world
        self.places: dict[str, Places] = {
            "job_without_source": self._sourced_jobs,
            "job_outside_service_area": self._only_jobs_of_address,
            "job_slot_differs_from_type": self._measured_jobs,
            "job_booked_twice": self._jobs_booked_once,
        }

    def _jobs(self) -> Iterator[Job]:
        for job in self._world.jobs.values():
            if self._scene.is_ripe(job.booked_at) and self._scene.is_fresh("job", job.id):
                yield job

    def _spot(self, job: Job, apply: Callable[[Random], Worth]) -> Spot:
        return Spot(self._scene.account(job.brand_key), "job", "jobs", job.id, apply)

    def _sourced_jobs(self) -> Iterator[Spot]:
        for job in self._jobs():
            sourced = job.lead_id is not None and job.campaign_id is not None
            if sourced and job.canceled_at is None and self._scene.is_fresh("lead", job.lead_id):
                yield self._spot(job, self._lose_campaign(job))

    def _lose_campaign(self, job: Job) -> Callable[[Random], Worth]:
        def apply(_: Random) -> Worth:
            job.campaign_id = None
            return lambda: job.total_cents if self._scene.has_come(job.completed_at) else 0

        return apply

    def _only_jobs_of_address(self) -> Iterator[Spot]:
        """Moving the address moves no other job, and nobody else's record."""
        jobs_at = Counter(job.property_id for job in self._world.jobs.values())
        records_at = Counter(
            place for customer in self._world.customers.values() for place in customer.property_ids
        )
        for job in self._jobs():
            if jobs_at[job.property_id] == records_at[job.property_id] == 1 and job.canceled_at is None:
                yield self._spot(job, self._move(job))

    def _move(self, job: Job) -> Callable[[Random], Worth]:
        def apply(rng: Random) -> Worth:
            place = self._world.properties[job.property_id]
            place.zip, place.edited_at = rng.choice(FAR_ZIPS), self._scene.clock.now()
            return lambda: self._scene.value_of(job)

        return apply

    def _measured_jobs(self) -> Iterator[Spot]:
        """Where the platform says how long a kind of job takes."""
        for job in self._jobs():
            if self._scene.keeps(job.brand_key, "slot_lengths") and job.canceled_at is None:
                yield self._spot(job, self._stretch(job))

    def _stretch(self, job: Job) -> Callable[[Random], Worth]:
        def apply(rng: Random) -> Worth:
            longer = rng.randrange(2, 9) * 30 * MINUTE
            job.scheduled_end += longer
            if job.rescheduled_end is not None:
                job.rescheduled_end += longer
            job.edited_at = self._scene.clock.now()
            return lambda: self._scene.value_of(job)

        return apply

    def _jobs_booked_once(self) -> Iterator[Spot]:
        """The gap is the second booking."""
        for job in self._jobs():
            kind = self._world.job_types[job.job_type_id].kind
            stands = job.canceled_at is None and job.rescheduled_at is None and job.membership_id is None
            if stands and kind in ("repair", "maintenance") and not self._is_merged(job):
                account = self._scene.account(job.brand_key)
                yield Spot(account, "job", "jobs", SECOND_BOOKING + job.id, self._book_again(job))

    def _is_merged(self, job: Job) -> bool:
        customer = self._world.customers[job.customer_id]
        return customer.merged_at is not None or customer.deleted_at is not None

    def _book_again(self, job: Job) -> Callable[[Random], Worth]:
        """A few minutes later, by somebody who did not see the first; nobody ever goes there."""

        def apply(rng: Random) -> Worth:
            second = replace(
                job,
                id=SECOND_BOOKING + job.id,
                lead_id=None,
                call_id=None,
                booked_at=job.booked_at + rng.randrange(2, 40) * MINUTE,
                dispatched_at=None,
                started_at=None,
                completed_at=None,
                technician_id=None,
                rated_at=None,
                total_cents=0,
                edited_at=self._scene.clock.now(),
            )
            self._world.jobs[second.id] = second
            self._scene.spoil("job", job.id)
            return lambda: self._scene.value_of(second)

        return apply
