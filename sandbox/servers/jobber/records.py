"""What one account keeps of the world's people, addresses and offers: the vendor's records, one to one."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.world.model import Customer, Estimate, EstimateOption, Lead, Property


@dataclass(frozen=True, slots=True)
class ClientFile:
    """A client: a customer of the world, or somebody who only asked.

    Attributes:
        id: native id; a request's client keeps it when it becomes a customer.
        customer: who it is once the office has put them on file.
        lead: the request that made the client, for as long as there is no more.
    """

    id: str
    created_at: int
    customer: Customer | None = None
    lead: Lead | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A property of a client: an address on file, or what a request left."""

    id: str
    client_id: str
    property: Property | None
    street: str
    unit: str
    postal_code: str


@dataclass(frozen=True, slots=True)
class Offer:
    """One option of an estimate: the vendor has no alternatives, so the office writes a quote for each."""

    estimate: Estimate
    option: EstimateOption
    position: int
