"""A simulated ServiceTitan tenant, public API version 2."""

from __future__ import annotations

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers.base import Access, SandboxAccount
from sandbox.servers.servicetitan.server import ServiceTitanServer
from sandbox.world.model import World

ACCESS = Access(
    keeps=frozenset({"campaign_costs", "late_customers", "payments", "slot_lengths"}),
    credentials={"client_id": "cid.", "client_secret": "cs1.", "app_key": "ak1."},
    token_path="/connect/token",
    options={"tenant": "123456789"},
)


def build(world: World, account: SandboxAccount, clock: Clock, faults: Faults) -> ServiceTitanServer:
    """Serve one tenant of the world.

    Args:
        world: what happened.
        account: needs credentials client_id, client_secret, app_key and option `tenant`. More options:
            `export_page_size`, `token_seconds`, `tokens_per_minute`, `requests_per_second`, `denied_scopes`
            (space separated), `oversized_page` (`clamp` or `reject`).
        clock: the business clock.
        faults: the fault board.
    """
    return ServiceTitanServer(world, account, clock, faults)
