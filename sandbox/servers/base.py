"""What every simulated vendor offers to the sandbox process, and what it gets from it.

A vendor is one package beside this module that exports `ACCESS` and `build(world, account, clock, faults) ->
VendorServer`; the process discovers it by its name. It gets an account once `sandbox/world/brands.py` gives
a brand, or the whole operator, one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from starlette.responses import Response
from starlette.types import ASGIApp


@dataclass(frozen=True)
class Access:
    """How a client reaches a simulated vendor; each vendor's package exports one as `ACCESS`.

    Attributes:
        kind: What the vendor is to the operator: dispatch, crm, calls, ads, spend or accounting.
        keeps: What a dispatch platform keeps apart that others do not: `payments` as records of their own
            (elsewhere they exist inside their invoice), `name_parts` (first and last name as two fields),
            `campaign_costs` (a cost table), `slot_lengths` (how long a kind of job takes).
        channels: The marketing channels that an ad platform runs.
        credentials: What a client must present, and how the vendor's own secrets begin.
        token_path: Where tokens are given out, below the account's address.
        options: What the operator's configuration says of an account besides.
        paths: The same for options whose value is an address below the account's.
    """

    kind: str = "dispatch"
    keeps: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    credentials: Mapping[str, str] = field(default_factory=dict)
    token_path: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SandboxAccount:
    """One tenant of one simulated vendor, with all that a client needs to reach it."""

    account_id: str
    platform: str
    brand_keys: tuple[str, ...]
    base_url: str
    token_url: str | None = None
    credentials: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)


class VendorServer(Protocol):
    """One vendor API for one account; its `app` is mounted at `/<account_id>`."""

    platform: str
    kind: str  # that of its Access
    app: ASGIApp

    def native_id(self, entity: str, world_id: int) -> str:
        """The vendor's id of a world record.

        Args:
            entity: plural world entity: customers, locations, leads, calls, jobs, estimates, invoices,
                payments, memberships, campaigns, contacts, deals, ...
            world_id: id of the world record behind it.
        """
        ...

    def expected(self, object_name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """(native id, payload) of every row that a perfect pull of one raw object would hold now."""
        ...

    def throttled(self, retry_after: int | None) -> Response:
        """The vendor's own "too many requests" answer."""
        ...
