"""A simulated Housecall Pro: one company's public API, as integrators have met it.

What the office does in the world and where it shows:

- A *lead* is a row under `/leads` whatever its kind, when the world says `in_dispatch`. A booked one is
  `won` and names its job in `conversions`. It shows no times; UTM values and the click id are tags of the
  form `gclid:…`, `utm_source:…`. Until there is a customer it embeds a prospect whose `cus_` id `/customers`
  does not list.
- `lead_source` is the campaign's *name* on leads, jobs and estimates, as the picklist had it when the record
  was made, and on customers what the office picked; null when nobody recorded one. `/lead_sources` lists
  today's names.
- A *job* canceled by the customer has `canceled_at`; one canceled by the company has `deleted_at`, stays
  listed, and is 410 by id. `total_amount` includes tax, `subtotal` does not; both are 0 until the work is
  complete. An install sold on an earlier visit names the estimate *option* in `original_estimate_id` and
  repeats the visit's number with `-2`.
- An *estimate* is dated like the visit on which it was made and names neither that job nor an amount.
- An *invoice* satisfies `amount = Σ items.amount − Σ discounts.amount + Σ taxes.amount` and
  `due_amount = amount − Σ succeeded payments + Σ succeeded refunds`, unless it was spoilt on purpose. It has
  no customer and no times of its own; before it is final it has no lines and an amount of 0.
- Payments and refunds exist inside invoices only. Of memberships only tags and recurrence can be seen.

Facts are those of the public API description and of live captures. What nobody established is marked ASSUMED
where it is decided, and no client may rely on it.
"""

from __future__ import annotations

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers.base import Access, SandboxAccount
from sandbox.servers.housecallpro.server import HousecallProServer
from sandbox.world.model import World

ACCESS = Access(keeps=frozenset({"late_customers", "name_parts"}), credentials={"api_key": ""})


def build(world: World, account: SandboxAccount, clock: Clock, faults: Faults) -> HousecallProServer:
    """The server of one account. Its keys are static, so no fault concerns it beyond HTTP itself."""
    return HousecallProServer(world, account, clock)
