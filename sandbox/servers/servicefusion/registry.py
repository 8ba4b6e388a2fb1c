"""The part of the world that one company holds, and the ids of its records; the clock plays no part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple, Protocol, TypeVar

from sandbox.servers.base import SandboxAccount
from sandbox.servers.servicefusion.identifiers import Sequence
from sandbox.world.model import Customer, Estimate, EstimateOption, Invoice, Job, Payment, World


class _Branded(Protocol):
    brand_key: str
    id: int


Record = TypeVar("Record", bound=_Branded)


class Offer(NamedTuple):
    """One estimate record: each option of a choice is an estimate of its own."""

    estimate: Estimate
    option: EstimateOption


class Registry:
    """All records of one company, in the order of their ids."""

    def __init__(self, world: World, account: SandboxAccount) -> None:
        keys = frozenset(account.brand_keys)

        def mine(records: Iterable[Record]) -> list[Record]:
            return [record for record in records if record.brand_key in keys]

        self.customers: list[Customer] = sorted(
            mine(world.customers.values()), key=lambda row: (row.created_at, row.id)
        )
        self.jobs: list[Job] = sorted(mine(world.jobs.values()), key=lambda row: (row.booked_at, row.id))
        self.invoices: list[Invoice] = sorted(
            mine(world.invoices.values()), key=lambda row: (row.finalized_at, row.id)
        )
        self.payments: list[Payment] = sorted(
            mine(world.payments.values()), key=lambda row: (row.paid_at, row.id)
        )
        self.offers = [
            Offer(estimate, option)
            for estimate in sorted(mine(world.estimates.values()), key=lambda row: (row.created_at, row.id))
            for option in estimate.options
        ]
        self.technicians = mine(world.technicians.values())
        self.campaigns = mine(world.campaigns.values())
        self.job_types = mine(world.job_types.values())
        self.jobs_of_customer: dict[int, list[Job]] = defaultdict(list)
        for job in self.jobs:
            self.jobs_of_customer[job.customer_id].append(job)
        picked = dict.fromkeys(row.source_name for row in self.customers if row.source_name)
        keys_of: dict[str, Iterable[int | str]] = {
            "customers": (row.id for row in self.customers),
            "jobs": (row.id for row in self.jobs),
            "estimates": (offer.option.id for offer in self.offers),
            "invoices": (row.id for row in self.invoices),
            "payments": (row.id for row in self.payments),
            "technicians": (row.id for row in self.technicians),
            "sources": (*(row.id for row in self.campaigns), *picked),
            "categories": (row.id for row in self.job_types),
        }
        self._tables = {table: Sequence(account.account_id, table, ids) for table, ids in keys_of.items()}

    def __getitem__(self, table: str) -> Sequence:
        return self._tables[table]
