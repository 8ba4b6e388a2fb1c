"""A simulated Workiz: one account's REST API, as integrators have met it.

What the office does in the world and where it shows:

- A *job* carries all there is: a copy of its customer as he was when it was booked, its price, what is
  still owed, its line items and its crew. There is no list of customers; `ClientId` is all that names one.
  After a merge jobs and leads carry the survivor's number (ASSUMED).
- The *bill* is the job's price: `JobTotalPrice`, `SubTotal` and `JobAmountDue`, zero until the work is done
  or a deposit is asked for. The total includes the tax (ASSUMED: in every capture total and subtotal
  agree). Payments and refunds show in `JobAmountDue` alone. A job whose bill waits for the office is `done
  pending approval`, in lower case as captured; nothing is wrong with the others' case either way.
- Voids, adjustments and the books' mistakes cannot show: a re-issued invoice is the same price. What is
  asked for on no job (a membership fee) exists nowhere. A completed job that was never billed stays pending
  approval.
- A *lead* is text in all its fields. ASSUMED: the customer's number is given with the lead already; a lead
  that became a job stays listed with the status `Converted`, which nobody captured, and does not name the
  job. UTM values and click ids stand in `LeadNotes` as words of the form `gclid:…`, the practice of form
  integrations.
- Times are the account's own wall clock, without an offset: on the last hour of summer time they are
  ambiguous.
- Of estimates, memberships, calls, campaign costs and postal codes nothing can be seen.

Facts are those of the vendor's description and of live captures. What nobody established is marked ASSUMED
where it is decided, and no client may rely on it.
"""

from __future__ import annotations

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers.base import Access, SandboxAccount
from sandbox.servers.workiz.server import WorkizServer
from sandbox.world.model import World

# Nobody published the quota: a client has to be told how fast it may ask.
ACCESS = Access(
    keeps=frozenset({"name_parts"}),
    credentials={"api_token": "api_"},
    options={"requests_per_second": "50"},
)


def build(world: World, account: SandboxAccount, clock: Clock, faults: Faults) -> WorkizServer:
    """The server of one account. Its token does not expire, so no fault concerns it beyond HTTP itself."""
    return WorkizServer(world, account, clock)
