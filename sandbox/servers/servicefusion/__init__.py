"""A simulated Service Fusion: one company's REST API v1, as integrators have met it.

What the office does in the world and where it shows:

- Records refer to each other by *display name*: a job says `status: "Started"`, `source: "Yelp Ads"`,
  `category: "Plumbing: Leak Repair"`. ASSUMED: the name is looked up when the record is read, so renaming a
  source changes every job that names it, and no `updated_at` moves. Of references by id there are only those
  to customers (`customer_id`, on some jobs null), technicians and, on payments, the invoice.
- A *job* has no time of completion; `closed_at` is set once it is Invoiced or Paid, and before that it is
  null, 0 or 1970. `total` includes tax, `taxes_fees_total` repeats it, and what the work is made of stands in
  `products`, `services` and `other_charges`. Both are empty until the work is priced.
- *Payments*, *invoices* and *visits* of a job come only with `expand`. An invoice names neither its job nor
  what is due on it. ASSUMED: voiding an invoice removes it, and voiding a payment turns its transaction into
  a `void`.
- An *estimate* stands for itself: it names no job, neither the visit on which it was written nor the one that
  it sold. Each option of a choice is an estimate of its own.
- Leads, calls, campaigns with costs, memberships and service areas do not exist.

Facts are those of the vendor's RAML and of integrators' code and notes. What nobody established is marked
ASSUMED where it is decided, and no client may rely on it.
"""

from __future__ import annotations

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers.base import Access, SandboxAccount
from sandbox.servers.servicefusion.server import ServiceFusionServer
from sandbox.world.model import World

# The vendor's own 60 requests a minute would make every test of a pull a matter of minutes, so this company
# has been granted more; both sides read the figure from the account's options.
GRANTED_PER_MINUTE = "12000"

ACCESS = Access(
    keeps=frozenset({"name_parts", "payments"}),
    credentials={"client_id": "", "client_secret": ""},
    token_path="/oauth/access_token",
    options={"requests_per_minute": GRANTED_PER_MINUTE},
)


def build(world: World, account: SandboxAccount, clock: Clock, faults: Faults) -> ServiceFusionServer:
    """The server of one account.

    Of `account.options` it reads `requests_per_minute`, `token_seconds`, `invoice_sort` ("accepted" or
    "refused"), `hang_seconds`, `heavy_rows` (how many rows a page of jobs with line items may have before it
    fails) and `stamps` ("utc" or "local").
    """
    return ServiceFusionServer(world, account, clock, faults)
