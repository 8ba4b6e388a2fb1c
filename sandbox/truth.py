"""Ground truth as rows: what really happened up to now, and what each vendor calls it.

Tests and benchmarks read it; the pipeline never does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from sandbox.clock import Clock, iso
from sandbox.servers.base import VendorServer
from sandbox.world.model import Brand, Invoice, Job, Lead, World

Row = dict[str, Any]

# How platforms call what they keep of a request; one that lacks an object says so with a KeyError.
_REQUEST_OBJECTS = ("leads", "bookings", "requests")


class Truth:
    """The world up to the clock, one generator per entity."""

    def __init__(self, world: World, clock: Clock, servers: Mapping[str, VendorServer]) -> None:
        self._world = world
        self._clock = clock
        self._servers = servers
        self._held: dict[str, tuple[tuple[Any, ...], frozenset[str]]] = {}
        self._entities: dict[str, Callable[[], Iterator[Row]]] = {
            "households": self._households,
            "persons": self._persons,
            "customers": self._customers,
            "leads": self._leads,
            "calls": self._calls,
            "jobs": self._jobs,
            "invoices": self._invoices,
            "payments": self._payments,
            "touches": self._touches,
            "gaps": self._gaps,
        }

    @property
    def entities(self) -> tuple[str, ...]:
        return tuple(self._entities)

    def rows(self, entity: str) -> Iterator[Row]:
        """Rows of one entity.

        Raises:
            KeyError: no such entity.
        """
        return self._entities[entity]()

    def _households(self) -> Iterator[Row]:
        members: dict[int, list[Row]] = {}
        for household_id, _, member in self._members():
            members.setdefault(household_id, []).append(member)
        for household in self._world.households.values():
            yield {
                "household_id": household.id,
                "kind": household.kind,
                "person_ids": household.person_ids,
                "business_name": household.business_name,
                "members": members.get(household.id, []),
            }

    def _persons(self) -> Iterator[Row]:
        members: dict[int, list[Row]] = {}
        for _, person_id, member in self._members():
            members.setdefault(person_id, []).append(member)
        for person in self._world.persons.values():
            yield {
                "person_id": person.id,
                "household_id": person.household_id,
                "first": person.first,
                "last": person.last,
                "members": members.get(person.id, []),
            }

    def _members(self) -> Iterator[tuple[int, int, Row]]:
        """(household, person, record) of every record that a system may hold of somebody.

        A CRM contact is a customer record there and its deal a lead record. Whether a dispatch platform keeps
        a row of its own for a request depends on the platform; only rows that it holds are named.
        """
        now, world = self._clock.now(), self._world
        for customer in world.customers.values():
            if customer.created_at <= now:
                native = self._dispatch(customer.brand_key, "customer", "customers", customer.id)
                yield customer.household_id, customer.person_id, native
        # Contacts that were merged into one go by one id since.
        named: set[str] = set()
        for contact in world.contacts.values():
            if contact.created_at <= now:
                for native in self._crm("customer", "contacts", contact.id):
                    if native["native_id"] not in named:
                        named.add(native["native_id"])
                        yield contact.household_id, contact.person_id, native
        for lead in world.leads.values():
            if lead.created_at <= now:
                for native in self._records_of(lead):
                    yield lead.household_id, lead.person_id, native

    def _records_of(self, lead: Lead) -> list[Row]:
        records = list(self._crm("lead", "deals", lead.id)) if lead.in_crm else []
        if lead.in_dispatch:
            record = self._dispatch(lead.brand_key, "lead", "leads", lead.id)
            if record["native_id"] in self._requests_held_by(record["account_id"]):
                records.append(record)
        return records

    def _requests_held_by(self, account_id: str) -> frozenset[str]:
        """Native ids of the lead and booking rows that a dispatch account holds now."""
        state = (account_id, self._clock.now(), len(self._world.gaps))
        if self._held.get(account_id, ((), frozenset()))[0] != state:
            native_ids: set[str] = set()
            for object_name in _REQUEST_OBJECTS:
                with suppress(KeyError):
                    expected = self._servers[account_id].expected(object_name)
                    native_ids.update(native_id for native_id, _ in expected)
            self._held[account_id] = (state, frozenset(native_ids))
        return self._held[account_id][1]

    def _dispatch(self, brand_key: str, entity: str, native_entity: str, world_id: int) -> Row:
        brand = self._world.brands[brand_key]
        return {
            "platform": brand.platform,
            "account_id": brand.account_id,
            "entity": entity,
            "native_id": self._native(brand, native_entity, world_id),
        }

    def _native(self, brand: Brand, entity: str, world_id: int) -> str | None:
        server = self._servers.get(brand.account_id)
        return server.native_id(entity, world_id) if server is not None else None

    def _crm(self, entity: str, native_entity: str, world_id: int) -> Iterator[Row]:
        for account_id, server in self._servers.items():
            if server.kind == "crm":
                native_id = server.native_id(native_entity, world_id)
                yield {
                    "platform": server.platform,
                    "account_id": account_id,
                    "entity": entity,
                    "native_id": native_id,
                }

    def _customers(self) -> Iterator[Row]:
        now = self._clock.now()
        for customer in self._world.customers.values():
            if customer.created_at <= now:
                merged = customer.merged_at is not None and customer.merged_at <= now
                brand = self._world.brands[customer.brand_key]
                into = customer.merged_into_id if merged else None
                yield self._dispatch(customer.brand_key, "customer", "customers", customer.id) | {
                    "customer_id": customer.id,
                    "brand": customer.brand_key,
                    "household_id": customer.household_id,
                    "person_id": customer.person_id,
                    "created_at": iso(customer.created_at),
                    "merged_into_native_id": self._native(brand, "customers", into)
                    if into is not None
                    else None,
                }

    def _leads(self) -> Iterator[Row]:
        now = self._clock.now()
        for lead in self._world.leads.values():
            if lead.created_at > now:
                continue
            records = self._records_of(lead)
            # The dispatch record stands for the request where there is one; `records` names every one of
            # them.
            first = records[-1] if records else {"platform": None, "account_id": None, "native_id": None}
            yield {
                "lead_id": lead.id,
                "platform": first["platform"],
                "account_id": first["account_id"],
                "native_id": first["native_id"],
                "records": records,
                "brand": lead.brand_key,
                "kind": lead.kind,
                "household_id": lead.household_id,
                "person_id": lead.person_id,
                "created_at": iso(lead.created_at),
                "booked_at": self._past(lead.booked_at),
                "evidence": lead.evidence,
                "cause_campaign": self._campaign(lead.cause_campaign_id),
                "cause_channel": self._channel(lead.cause_campaign_id),
                "campaign": self._campaign(lead.campaign_id),
                "call_id": lead.call_id,
                "job_id": lead.job_id if self._past(lead.booked_at) else None,
            }

    def _calls(self) -> Iterator[Row]:
        for call in self._world.calls.values():
            if call.started_at <= self._clock.now():
                yield self._dispatch(call.brand_key, "call", "calls", call.id) | {
                    "call_id": call.id,
                    "household_id": call.household_id,
                    "person_id": call.person_id,
                    "lead_id": call.lead_id,
                    "direction": call.direction,
                    "outcome": call.outcome,
                    "started_at": iso(call.started_at),
                }

    def _jobs(self) -> Iterator[Row]:
        for job in self._world.jobs.values():
            if job.booked_at <= self._clock.now():
                yield self._dispatch(job.brand_key, "job", "jobs", job.id) | {
                    "job_id": job.id,
                    "brand": job.brand_key,
                    "household_id": job.household_id,
                    "customer_id": job.customer_id,
                    "lead_id": job.lead_id,
                    "trade": job.trade,
                    "kind": self._world.job_types[job.job_type_id].kind,
                    "cause_campaign": self._campaign(job.cause_campaign_id),
                    "cause_channel": self._channel(job.cause_campaign_id),
                    "campaign": self._campaign(job.campaign_id),
                    "booked_at": iso(job.booked_at),
                    "completed_at": self._past(job.completed_at),
                    "canceled_at": self._past(job.canceled_at),
                    "status": self._status(job),
                    "total_cents": job.total_cents if self._past(job.completed_at) else 0,
                }

    def _status(self, job: Job) -> str:
        if self._past(job.canceled_at):
            return "canceled"
        return "completed" if self._past(job.completed_at) else "open"

    def _invoices(self) -> Iterator[Row]:
        now = self._clock.now()
        for invoice in self._world.invoices.values():
            if invoice.created_at <= now and not self._past(invoice.suppressed_at):
                final = invoice.finalized_at <= now
                yield self._dispatch(invoice.brand_key, "invoice", "invoices", invoice.id) | {
                    "invoice_id": invoice.id,
                    "kind": invoice.kind,
                    "job_id": invoice.job_id,
                    "customer_id": invoice.customer_id,
                    "household_id": self._world.customers[invoice.customer_id].household_id,
                    "invoiced_on": invoice.invoiced_on,
                    "subtotal_cents": invoice.subtotal_cents if final else 0,
                    "tax_cents": invoice.tax_cents if final else 0,
                    "total_cents": invoice.total_cents if final else 0,
                    "voided_at": self._past(invoice.voided_at),
                    "paid_cents": self._paid(invoice),
                }

    def _paid(self, invoice: Invoice) -> int:
        return sum(
            cents
            for payment, cents in self._applied().get(invoice.id, ())
            if payment.paid_at <= self._clock.now() and not self._past(payment.voided_at)
            if not self._past(payment.orphaned_at)
        )

    def _applied(self) -> dict[int, list[Any]]:
        """Invoice -> its payments; payments are never added, so that one look through them is enough."""
        if not hasattr(self, "_applications"):
            self._applications: dict[int, list[Any]] = {}
            for payment in self._world.payments.values():
                for invoice_id, cents in payment.applied:
                    self._applications.setdefault(invoice_id, []).append((payment, cents))
        return self._applications

    def _payments(self) -> Iterator[Row]:
        for payment in self._world.payments.values():
            if payment.paid_at <= self._clock.now():
                yield self._dispatch(payment.brand_key, "payment", "payments", payment.id) | {
                    "payment_id": payment.id,
                    "customer_id": payment.customer_id,
                    "household_id": self._world.customers[payment.customer_id].household_id,
                    "paid_at": iso(payment.paid_at),
                    "amount_cents": payment.amount_cents,
                    "method": payment.method,
                    "refund_of_id": payment.refund_of_id,
                    "voided_at": self._past(payment.voided_at),
                    "applied": [] if self._past(payment.orphaned_at) else payment.applied,
                }

    def _touches(self) -> Iterator[Row]:
        """Every marketing contact that a system could have noticed: one per request, with its true cause."""
        for lead in self._world.leads.values():
            if lead.created_at <= self._clock.now():
                yield {
                    "lead_id": lead.id,
                    "household_id": lead.household_id,
                    "brand": lead.brand_key,
                    "kind": lead.kind,
                    "at": iso(lead.created_at),
                    "evidence": lead.evidence,
                    "campaign": self._campaign(lead.campaign_id),
                    "channel": self._channel(lead.campaign_id),
                    "cause_campaign": self._campaign(lead.cause_campaign_id),
                    "cause_channel": self._channel(lead.cause_campaign_id),
                    "records": self._records_of(lead),
                }

    def _gaps(self) -> Iterator[Row]:
        for gap in self._world.gaps:
            yield asdict(gap) | {"injected_at": iso(gap.injected_at)}

    def _past(self, instant: int | None) -> str | None:
        return iso(instant) if instant is not None and instant <= self._clock.now() else None

    def _campaign(self, campaign_id: int | None) -> str | None:
        return self._world.campaigns[campaign_id].name if campaign_id is not None else None

    def _channel(self, campaign_id: int | None) -> str | None:
        return self._world.campaigns[campaign_id].channel if campaign_id is not None else None
