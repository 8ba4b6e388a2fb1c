"""The crews: visits, what they find, what is sold on them, and what comes of it weeks later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from sandbox.world.billing import Till
from sandbox.world.brands import TERRITORIES, TICKETS
from sandbox.world.calendars import DAY, HOUR, MINUTE, Calendar
from sandbox.world.marketing import Mix
from sandbox.world.model import (
    Customer,
    Estimate,
    EstimateOption,
    Job,
    JobType,
    Lead,
    Membership,
    Technician,
    World,
)
from sandbox.world.noise import Noise
from sandbox.world.records import survivor
from sandbox.world.residents import Story

_TIERS = ("Good", "Better", "Best")


@dataclass(frozen=True, slots=True)
class Order:
    """What was booked, for whom and why."""

    customer: Customer
    property_id: int
    trade: str
    kind: str
    booked_at: int
    days_out: int
    campaign_id: int
    cause_campaign_id: int
    lead: Lead | None = None
    recall_of_id: int | None = None
    option: EstimateOption | None = None
    membership: Membership | None = None
    is_fixed: bool = False  # neither canceled nor moved


class Crews:
    """Turns orders into jobs and follows each to its end."""

    def __init__(
        self, world: World, noise: Noise, calendars: dict[str, Calendar], mixes: dict[str, Mix], till: Till
    ) -> None:
        self._world = world
        self._noise = noise
        self._calendars = calendars
        self._mixes = mixes
        self._till = till
        self._options = 0
        self._days_of_work: dict[tuple[int, int], set[date]] = {}
        self._types: dict[tuple[str, str, str], list[JobType]] = {}
        for job_type in world.job_types.values():
            key = (job_type.brand_key, job_type.trade, job_type.kind)
            self._types.setdefault(key, []).append(job_type)
        self._units = {
            (unit.brand_key, unit.trade, unit.name.endswith("Sales")): unit.id
            for unit in world.business_units.values()
        }
        self._crew: dict[tuple[str, str], list[Technician]] = {}
        for technician in world.technicians.values():
            self._crew.setdefault((technician.brand_key, technician.trade), []).append(technician)

    def perform(self, story: Story, order: Order) -> Job:
        """Book the order and live through the visit and its consequences."""
        rng = story.rng
        job = self._book(rng, story, order)
        if not order.is_fixed:
            self._disturb(rng, job)
        if job.canceled_at is None:
            self._visit(rng, job, order)
        if job.completed_at is None:
            return job
        install = order.kind == "install"
        sold = self._estimate(rng, job, order) if order.kind in ("estimate", "repair") else None
        self._till.bill_job(rng, job, install=install, commercial=story.household.business_name is not None)
        if sold is not None:
            self._install(story, order, job, sold)
        if order.kind in ("repair", "install"):
            self._recall(story, order, job)
        sells_memberships = "memberships" in self._world.brands[job.brand_key].dispatch_keeps
        if sells_memberships and order.kind in ("repair", "maintenance"):
            self._offer_membership(story, order, job)
        return job

    def _book(self, rng: Random, story: Story, order: Order) -> Job:
        brand_key = order.customer.brand_key
        job_type = rng.choice(self._types[brand_key, order.trade, order.kind])
        start = self._calendars[brand_key].appointment(rng, order.booked_at, order.days_out)
        if order.kind != "recall":
            start = self._on_a_day_of_its_own(brand_key, order.property_id, job_type.id, start)
        lead = order.lead
        job = Job(
            id=len(self._world.jobs) + 1,
            brand_key=brand_key,
            household_id=story.household.id,
            customer_id=order.customer.id,
            property_id=order.property_id,
            job_type_id=job_type.id,
            business_unit_id=self._units[brand_key, order.trade, order.kind in ("estimate", "install")],
            trade=order.trade,
            lead_id=lead.id if lead else None,
            call_id=lead.call_id if lead else None,
            campaign_id=order.campaign_id,
            cause_campaign_id=order.cause_campaign_id,
            booked_at=order.booked_at,
            scheduled_start=start,
            scheduled_end=start + job_type.duration_minutes * MINUTE,
            dispatched_at=None,
            started_at=None,
            completed_at=None,
            canceled_at=None,
            canceled_by=None,
            total_cents=0,
            is_no_charge=order.kind == "recall",
            recall_of_id=order.recall_of_id,
            from_estimate_option_id=order.option.id if order.option else None,
            summary=f"{job_type.name} requested by customer",
            membership_id=order.membership.id if order.membership else None,
        )
        self._world.jobs[job.id] = job
        return job

    def _on_a_day_of_its_own(self, brand_key: str, property_id: int, job_type_id: int, start: int) -> int:
        """No office that works well sends two crews to one place for one thing on one day, whoever asked."""
        calendar = self._calendars[brand_key]
        taken = self._days_of_work.setdefault((property_id, job_type_id), set())
        while calendar.day(start) in taken and start < self._world.ends_at:
            start += DAY
        taken.add(calendar.day(start))
        return start

    def _disturb(self, rng: Random, job: Job) -> None:
        lot, noise = rng.random(), self._noise
        between = job.booked_at + int((job.scheduled_start - job.booked_at) * rng.uniform(0.1, 0.9))
        if between > self._world.ends_at:
            return
        if lot < noise.canceled:
            job.canceled_at = between
            job.canceled_by = "customer" if rng.random() < 0.8 else "pro"
        elif lot < noise.canceled + noise.rescheduled:
            job.rescheduled_at = between
            job.rescheduled_start = self._calendars[job.brand_key].appointment(
                rng, job.scheduled_start, rng.randrange(1, 7)
            )
            job.rescheduled_end = job.rescheduled_start + job.scheduled_end - job.scheduled_start

    def _visit(self, rng: Random, job: Job, order: Order) -> None:
        start = job.rescheduled_start or job.scheduled_start
        minutes = (job.scheduled_end - job.scheduled_start) // MINUTE
        started_at = start + rng.randrange(-10, 40) * MINUTE
        completed_at = started_at + max(15, int(minutes * rng.uniform(0.5, 1.3))) * MINUTE
        dispatched_at = max(job.booked_at + MINUTE, started_at - rng.randrange(10, 50) * MINUTE)
        job.technician_id = self._technician(rng, job, start)
        job.dispatched_at = self._within(dispatched_at)
        job.started_at = self._within(max(started_at, dispatched_at + MINUTE))
        # Half a day before the horizon nothing completes any more, so that each completion still gets its
        # invoice.
        if completed_at > self._world.ends_at - 2 * DAY:
            return
        job.completed_at = completed_at
        job.total_cents = self._price(rng, order)
        if rng.random() < self._noise.rated:
            job.rated_at = self._within(completed_at + rng.randrange(1, 48) * HOUR)

    def _technician(self, rng: Random, job: Job, start: int) -> int:
        crew = self._crew[job.brand_key, job.trade]
        return rng.choice([member for member in crew if member.left_at is None or start < member.left_at]).id

    def _within(self, instant: int) -> int | None:
        return instant if instant <= self._world.ends_at else None

    @staticmethod
    def _price(rng: Random, order: Order) -> int:
        if order.option is not None:
            return order.option.subtotal_cents
        if order.kind in ("estimate", "recall"):
            return 0
        if order.membership is not None and rng.random() < 0.65:
            return 0
        low, high, usual = TICKETS[order.trade, order.kind]
        return int(rng.triangular(low, high, usual)) * 100 + rng.choice((0, 0, 50, 95))

    def _estimate(self, rng: Random, job: Job, order: Order) -> EstimateOption | None:
        """Write an estimate; return the option that the customer takes after thinking about it, if any.

        On a repair the technician offers an upgrade on the spot: a taken option becomes that job's price.
        """
        assert job.completed_at is not None
        on_the_spot = order.kind == "repair"
        if on_the_spot and (rng.random() >= self._noise.upsell_estimate or order.trade == "roofing"):
            return None
        low, high, usual = TICKETS[order.trade, "repair" if on_the_spot else "install"]
        base = rng.triangular(low, high, usual)
        prices = [int(base * factor) * 100 for factor in (0.85, 1.0, 1.3)[: rng.choice((1, 2, 3, 3))]]
        created_at = job.completed_at - rng.randrange(1, 15) * MINUTE
        created_at = max(created_at, (job.started_at or created_at) + MINUTE)
        options = tuple(self._option(price, job.brand_key, position) for position, price in enumerate(prices))
        taken = rng.choice(options) if rng.random() < self._noise.estimate_sold else None
        sold_at = created_at + MINUTE * 5
        if not on_the_spot and rng.random() < 0.65:
            sold_at = self._calendars[job.brand_key].office(
                job.completed_at + rng.randrange(1, 21 * 24) * HOUR
            )
        if taken is not None and sold_at <= self._world.ends_at - DAY:
            taken.sold_at = sold_at
        else:
            taken = None
            if rng.random() < 0.3:
                declined_at = self._within(job.completed_at + rng.randrange(1, 15) * DAY)
                for option in options:
                    option.declined_at = declined_at
        estimate_id = len(self._world.estimates) + 1
        self._world.estimates[estimate_id] = Estimate(estimate_id, job.brand_key, job.id, created_at, options)
        if on_the_spot and taken is not None:
            job.total_cents = taken.subtotal_cents
            return None
        return taken

    def _option(self, price: int, brand_key: str, position: int) -> EstimateOption:
        self._options += 1
        tax = round(price * 0.55 * TERRITORIES[brand_key].tax_basis_points / 10_000)
        return EstimateOption(self._options, _TIERS[position], price, tax)

    def _install(self, story: Story, order: Order, visit: Job, sold: EstimateOption) -> None:
        assert sold.sold_at is not None
        self.perform(
            story,
            Order(
                customer=survivor(self._world, order.customer, sold.sold_at),
                property_id=order.property_id,
                trade=order.trade,
                kind="install",
                booked_at=max(sold.sold_at, visit.booked_at) + 10 * MINUTE,
                days_out=story.rng.randrange(2, 15),
                campaign_id=order.campaign_id,
                cause_campaign_id=order.cause_campaign_id,
                option=sold,
                is_fixed=True,
            ),
        )

    def _recall(self, story: Story, order: Order, job: Job) -> None:
        if job.completed_at is None or story.rng.random() >= self._noise.recall:
            return
        booked_at = self._calendars[job.brand_key].office(job.completed_at + story.rng.randrange(2, 30) * DAY)
        if booked_at > self._world.ends_at:
            return
        existing = self._mixes[job.brand_key].existing_customer_id
        self.perform(
            story,
            Order(
                customer=survivor(self._world, order.customer, booked_at),
                property_id=order.property_id,
                trade=order.trade,
                kind="recall",
                booked_at=booked_at,
                days_out=story.rng.randrange(0, 3),
                campaign_id=existing,
                cause_campaign_id=existing,
                recall_of_id=job.id,
            ),
        )

    def _offer_membership(self, story: Story, order: Order, job: Job) -> None:
        rng, world = story.rng, self._world
        if order.membership or job.completed_at is None or rng.random() >= self._noise.membership_sold:
            return
        sold_at = job.completed_at + 5 * MINUTE
        membership = Membership(
            id=len(world.memberships) + 1,
            brand_key=job.brand_key,
            customer_id=order.customer.id,
            property_id=job.property_id,
            name=f"{order.trade.title()} Comfort Club",
            price_cents=19_900 if order.trade == "hvac" else 14_900,
            billing="annual",
            from_at=sold_at,
            to_at=sold_at + 365 * DAY,
            sold_on_job_id=job.id,
        )
        world.memberships[membership.id] = membership
        self._till.bill_membership(rng, membership, sold_at)
        if rng.random() < self._noise.membership_canceled:
            membership.canceled_at = self._within(sold_at + rng.randrange(60, 300) * DAY)
        self._maintain(story, order, membership)

    def _maintain(self, story: Story, order: Order, membership: Membership) -> None:
        """Two visits a year, booked by the office, until the membership ends."""
        existing = self._mixes[membership.brand_key].existing_customer_id
        calendar = self._calendars[membership.brand_key]
        for months in (6, 11):
            booked_at = calendar.office(
                membership.from_at + months * 30 * DAY + story.rng.randrange(0, 15) * DAY
            )
            if booked_at > self._world.ends_at or booked_at > (membership.canceled_at or booked_at):
                return
            self.perform(
                story,
                Order(
                    customer=survivor(self._world, order.customer, booked_at),
                    property_id=membership.property_id,
                    trade=order.trade,
                    kind="maintenance",
                    booked_at=booked_at,
                    days_out=story.rng.randrange(3, 20),
                    campaign_id=existing,
                    cause_campaign_id=existing,
                    membership=membership,
                ),
            )
