"""A simulated Jobber: one account's GraphQL API, as its documents, its schema and integrators describe it.

What the office does in the world and where it shows:

- Whoever asks is a *client*, on file or not: somebody who only asked has `isLead`. A *request* is one asking;
  it knows its intake channel, not its marketing. The client has one `leadSource`, a label, and the click of
  its first web form stands in custom fields that the office made.
- A *job* has its type, business unit and lead source in custom drop-downs ("Job type", "Business unit",
  "Lead source"); the vendor has no such fields. `completedAt` is when the office closed it, a day after the
  last bill; when the work ended stands on its visit. A canceled job was closed with its visit taken off the
  calendar. `jobStatus` and `visitStatus` follow the calendar and move no `updatedAt`.
- Each option of an estimate is a *quote* of its own, under one number; a job converted from it names it.
- An *invoice* satisfies `total = Σ lines − discountAmount + taxAmount` and `invoiceBalance = total −
  Σ payments + Σ refunds`, unless it was spoilt on purpose. A draft has no lines, no date and amounts of 0.
- *Payment records* have sizes, not signs; what they are says `adjustmentType`. A voided processed payment is
  a failed one, any other voided payment is gone. An opening balance is a record here as well, and no cash.

Facts are those of the contract. What nobody established is marked ASSUMED where it is decided, and no client
may rely on it.
"""

from __future__ import annotations

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers.base import Access, SandboxAccount
from sandbox.servers.jobber.server import TOKEN_PATH, JobberServer
from sandbox.world.model import World

ACCESS = Access(
    keeps=frozenset({"late_customers", "name_parts", "payments"}),
    credentials={"client_id": "", "client_secret": "", "refresh_token": ""},
    token_path=TOKEN_PATH,
)


def build(world: World, account: SandboxAccount, clock: Clock, faults: Faults) -> JobberServer:
    """The server of one account."""
    return JobberServer(world, account, clock, faults)
