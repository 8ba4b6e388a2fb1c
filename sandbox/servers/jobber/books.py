"""One account's records as they stand at one instant: who asked, who is served, what is planned and done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time
from functools import cached_property
from zoneinfo import ZoneInfo

from sandbox.servers.base import SandboxAccount
from sandbox.servers.jobber.identifiers import PER_CUSTOMER, native_id
from sandbox.servers.jobber.records import ClientFile, Offer, Place
from sandbox.servers.standing import Standing, latest
from sandbox.world.model import (
    Brand,
    Customer,
    Invoice,
    Job,
    Lead,
    Technician,
    World,
)

DAY = 86_400


class Books(Standing):
    """What the vendor's database holds at `now`. Built once per clock value, read by every request."""

    def __init__(self, world: World, account: SandboxAccount, now: int) -> None:
        super().__init__(world, account.account_id, now)
        self.brand_keys = frozenset(account.brand_keys)
        self.brand: Brand = world.brands[account.brand_keys[0]]
        self.zone = ZoneInfo(self.brand.timezone)

    def id_of(self, entity: str, world_id: int) -> str:
        return native_id(self.account_id, entity, world_id)

    def day_of(self, instant: int) -> date:
        return datetime.fromtimestamp(instant, self.zone).date()

    def midnight(self, day: date) -> int:
        """Dates are shown as the instant at which they begin in the account's time zone."""
        return int(datetime.combine(day, time.min, self.zone).timestamp())

    # -- clients --------------------------------------------------------------------------------------------

    @cached_property
    def clients(self) -> dict[str, ClientFile]:
        """A request always has a client: whoever is not on file yet becomes one by asking.

        ASSUMED: somebody who asks twice without booking is on file twice; a merged-away client disappears and
        what it had is the survivor's.
        """
        files: dict[str, ClientFile] = {}
        for customer in self.world.customers.values():
            if customer.brand_key in self.brand_keys and self._is_on_file(customer):
                key = self.id_of("customers", customer.id)
                since = min([customer.created_at, *self._asked_at(customer)])
                files[key] = ClientFile(key, since, customer=customer)
        for lead in self.leads.values():
            if self.customer_of(lead) is None:
                key = self.client_id_of(lead)
                if key not in files:
                    files[key] = ClientFile(key, lead.created_at, lead=lead)
        return files

    def _is_on_file(self, customer: Customer) -> bool:
        gone = self.come(customer.deleted_at) or self.come(customer.merged_at)
        return customer.created_at <= self.now and not gone

    def _asked_at(self, customer: Customer) -> Iterator[int]:
        yield from (lead.created_at for lead in self.leads_of_customer.get(customer.id, ()))

    @cached_property
    def leads_of_customer(self) -> dict[int, list[Lead]]:
        """Customer -> its requests, oldest first."""
        found: dict[int, list[Lead]] = defaultdict(list)
        for lead in sorted(self.leads.values(), key=lambda one: (one.created_at, one.id)):
            if lead.customer_id is not None:
                found[lead.customer_id].append(lead)
        return found

    def is_lead(self, client: ClientFile) -> bool:
        """ASSUMED: somebody is a lead until there is a job; when the vendor changes it is not established."""
        return client.customer is None or client.customer.id not in self.served

    @cached_property
    def served(self) -> set[int]:
        return {self.surviving(job.customer_id).id for job in self.jobs.values()}

    def making_lead(self, client: ClientFile) -> Lead | None:
        """The request that made the client, if one did."""
        if client.customer is None:
            return client.lead
        asked = self.leads_of_customer.get(client.customer.id, ())
        return next((lead for lead in asked if lead.created_at <= client.customer.created_at), None)

    def client_modified(self, client: ClientFile) -> int:
        """ASSUMED: a phone added later is an edit, a first job is one; a changed balance is none."""
        customer = client.customer
        if customer is None:
            return client.created_at
        first_job = min((job.booked_at for job in self._jobs_of(customer.id)), default=None)
        return latest(
            self.now,
            client.created_at,
            customer.created_at,
            customer.contact_changed_at,
            first_job,
            *self._joined_at.get(customer.id, ()),
        )

    @cached_property
    def _joined_at(self) -> dict[int, list[int]]:
        """Surviving customer -> when others were merged into it."""
        joined: dict[int, list[int]] = defaultdict(list)
        for customer in self.world.customers.values():
            merged_at = customer.merged_at
            if customer.brand_key in self.brand_keys and merged_at is not None and merged_at <= self.now:
                joined[self.surviving(customer.id).id].append(merged_at)
        return joined

    def _jobs_of(self, customer_id: int) -> list[Job]:
        return self._jobs_by_customer.get(customer_id, [])

    @cached_property
    def _jobs_by_customer(self) -> dict[int, list[Job]]:
        found: dict[int, list[Job]] = defaultdict(list)
        for job in self.jobs.values():
            found[self.surviving(job.customer_id).id].append(job)
        return found

    @cached_property
    def places(self) -> dict[str, Place]:
        """Properties of everybody on file, merged-away records included, and addresses left with requests."""
        found: dict[str, Place] = {}
        for customer in self.world.customers.values():
            known = customer.brand_key in self.brand_keys and customer.created_at <= self.now
            if known and not self.come(customer.deleted_at):
                for property_id in customer.property_ids:
                    place = self._place(customer, property_id)
                    found[place.id] = place
        for lead in self.leads.values():
            if self.customer_of(lead) is None and (lead.street or lead.zip):
                key = self.id_of("lead_locations", lead.id)
                client_id = self.client_id_of(lead)
                found[key] = Place(key, client_id, None, lead.street or "", "", lead.zip or "")
        return found

    @cached_property
    def places_of_client(self) -> dict[str, list[Place]]:
        found: dict[str, list[Place]] = defaultdict(list)
        for place in self.places.values():
            found[place.client_id].append(place)
        return found

    def _place(self, customer: Customer, property_id: int) -> Place:
        place = self.world.properties[property_id]
        street, unit = customer.address_text.get(property_id, (place.street, place.unit))
        owner = self.surviving(customer.id)
        key, client_id = self.place_id(customer, property_id), self.id_of("customers", owner.id)
        return Place(key, client_id, place, street, unit or "", place.zip)

    def place_id(self, customer: Customer, property_id: int) -> str:
        position = customer.property_ids.index(property_id) if property_id in customer.property_ids else 999
        return self.id_of("locations", customer.id * PER_CUSTOMER + position)

    # -- requests -------------------------------------------------------------------------------------------

    @cached_property
    def leads(self) -> dict[str, Lead]:
        return {
            self.id_of("leads", lead.id): lead
            for lead in self.world.leads.values()
            if lead.brand_key in self.brand_keys and lead.in_dispatch and lead.created_at <= self.now
        }

    def customer_of(self, lead: Lead) -> Customer | None:
        """The customer behind a request, once the office has one."""
        if lead.customer_id is None or self.world.customers[lead.customer_id].created_at > self.now:
            return None
        return self.surviving(lead.customer_id)

    def client_id_of(self, lead: Lead) -> str:
        customer = self.customer_of(lead)
        if customer is not None:
            return self.id_of("customers", customer.id)
        if lead.customer_id is not None:
            return self.id_of("customers", lead.customer_id)
        return self.id_of("prospects", lead.id)

    def place_id_of(self, lead: Lead) -> str | None:
        job = self.converted_job(lead)
        if job is not None:
            return self.place_id(self.world.customers[job.customer_id], job.property_id)
        left = self.id_of("lead_locations", lead.id)
        return left if left in self.places else None

    def converted_job(self, lead: Lead) -> Job | None:
        job = self.world.jobs.get(lead.job_id) if lead.job_id is not None else None
        return job if job is not None and job.booked_at <= self.now else None

    def request_status(self, lead: Lead) -> str:
        if self.converted_job(lead) is not None:
            return "converted"
        return "archived" if self.come(lead.lost_at) else "new"

    def request_modified(self, lead: Lead) -> int:
        job = self.converted_job(lead)
        customer = self.world.customers[lead.customer_id] if lead.customer_id is not None else None
        return latest(
            self.now,
            lead.created_at,
            lead.lost_at,
            job.booked_at if job else None,
            customer.created_at if customer else None,
            *(self.merges(customer.id) if customer else ()),
            self.touched.get(self.id_of("leads", lead.id)),
        )

    # -- jobs -----------------------------------------------------------------------------------------------

    @cached_property
    def jobs(self) -> dict[str, Job]:
        return {
            self.id_of("jobs", job.id): job
            for job in self.world.jobs.values()
            if job.brand_key in self.brand_keys and job.booked_at <= self.now
        }

    def closed_at(self, job: Job) -> int | None:
        """When the office closed the job: a day after the last bill, or on canceling it.

        The vendor knows neither "canceled" nor "completed": a canceled job is one that was closed with its
        visits taken off the calendar.
        """
        if job.canceled_at is not None:
            return job.canceled_at
        if job.completed_at is None:
            return None
        billed = (invoice.finalized_at for invoice in self.world_invoices_of_job.get(job.id, ()))
        return max([job.completed_at, *billed]) + DAY

    @cached_property
    def world_invoices_of_job(self) -> dict[int, list[Invoice]]:
        found: dict[int, list[Invoice]] = defaultdict(list)
        for invoice in self.world.invoices.values():
            if invoice.job_id is not None and invoice.brand_key in self.brand_keys:
                found[invoice.job_id].append(invoice)
        return found

    def visit_status(self, job: Job) -> str:
        """Computed from the calendar."""
        if self.come(job.completed_at):
            return "COMPLETED"
        start, _ = self.schedule(job)
        if start is None:
            return "UNSCHEDULED"
        today, day = self.day_of(self.now), self.day_of(start)
        return "TODAY" if day == today else "LATE" if day < today else "UPCOMING"

    def job_status(self, job: Job) -> str:
        if self.come(self.closed_at(job)):
            return "archived"
        if not self.come(job.completed_at):
            return self.visit_status(job).lower()
        invoices = self.world_invoices_of_job.get(job.id, ())
        is_billed = any(self.come(invoice.finalized_at) for invoice in invoices)
        return "action_required" if is_billed else "requires_invoicing"

    def job_modified(self, job: Job) -> int:
        """Whether a visit's change moves its job is not established: with half of the jobs it does here."""
        told = self.draw("visit moves job", job.id) < 0.5
        visit = (self.scheduled_at(job), job.rescheduled_at, job.completed_at) if told else ()
        return latest(
            self.now,
            job.booked_at,
            self.closed_at(job),
            *visit,
            *self.merges(job.customer_id),
            self.touched.get(self.id_of("jobs", job.id)),
        )

    @cached_property
    def technicians(self) -> dict[str, Technician]:
        """Who left stays listed, deactivated."""
        return {
            self.id_of("technicians", technician.id): technician
            for technician in self.world.technicians.values()
            if technician.brand_key in self.brand_keys and technician.hired_at <= self.now
        }

    # -- quotes ---------------------------------------------------------------------------------------------

    @cached_property
    def offers(self) -> dict[str, Offer]:
        return {
            self.id_of("estimates", option.id): Offer(estimate, option, position)
            for estimate in self.world.estimates.values()
            if estimate.brand_key in self.brand_keys and estimate.created_at <= self.now
            for position, option in enumerate(estimate.options, start=1)
        }

    @cached_property
    def jobs_of_option(self) -> dict[int, Job]:
        """Estimate option -> the job that it was converted to so far."""
        return {
            job.from_estimate_option_id: job
            for job in self.jobs.values()
            if job.from_estimate_option_id is not None
        }

    def quote_status(self, offer: Offer) -> str:
        """There is no "declined": the office archives such a quote."""
        if offer.option.id in self.jobs_of_option:
            return "converted"
        if self.come(offer.option.sold_at):
            return "approved"
        return "archived" if self.come(offer.option.declined_at) else "awaiting_response"

    def quote_instants(self, offer: Offer) -> tuple[int | None, ...]:
        job = self.jobs_of_option.get(offer.option.id)
        decided = (offer.option.sold_at, offer.option.declined_at, job.booked_at if job else None)
        return (offer.estimate.created_at, *decided)

    def quote_modified(self, offer: Offer) -> int:
        customer_id = self.world.jobs[offer.estimate.job_id].customer_id
        return latest(self.now, *self.quote_instants(offer), *self.merges(customer_id))
