"""A simulated FieldEdge: one tenant's Open API, and the exports that somebody makes of it.

What the office does in the world and where it shows:

- A *lead* is what an intake posted, whatever its kind, when the world says `in_dispatch`. It is answered by
  id only, shows no times and no work order, and stays `InProcess`: no other status is known.
- A *customer* is found by phone, e-mail or id. Its exported row has three phones, its answer one.
- A *work order* is a row of the exported report, and answered by id. Its status is `Finalized` once its
  invoice has gone to accounting.
- An *invoice* has its work order's id; one that is issued again after a void is a transaction of accounting
  and not answered by id. Payments exist in exports only.
- Exports are made of everything on the first of the month and at the clock's time.

`documented` has what FieldEdge documents, `assumed` and `exports` what nobody established; no client may rely
on those but by settings of its own. The older partner API is not simulated: of its resources only names are
known.
"""

from __future__ import annotations

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers.base import Access, SandboxAccount
from sandbox.servers.fieldedge.server import EXPORTS_PATH, TOKEN_PATH, Tenant
from sandbox.world.model import World

ACCESS = Access(
    keeps=frozenset({"late_customers", "name_parts", "payments"}),
    credentials={"client_id": "fe-app-", "client_secret": "", "target_id": ""},
    token_path=TOKEN_PATH,
    options={"requests_per_second": "400"},
    paths={"url": EXPORTS_PATH},
)


def build(world: World, account: SandboxAccount, clock: Clock, faults: Faults) -> Tenant:
    """The server of one account."""
    return Tenant(world, account, clock, faults)
