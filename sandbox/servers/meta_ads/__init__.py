"""A simulated Meta ad account: campaigns, and insights per campaign and day, at once or by report job.

What is as at Meta: numbers are text, and a metric without a value is left out; a day without delivery has no
row; pages go by cursors, and the address of the next one holds the token; refusals are 400 with a code, and
usage stands in headers; one lead appears under several action types, of which `lead` is the roll-up; the last
days are restated, and claims come in for a week; two attribution windows are accepted but bring nothing any
more; deleted campaigns are in reports, and in the list only for those who ask for them.
"""

from __future__ import annotations

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers.base import Access, SandboxAccount
from sandbox.servers.meta_ads.server import MetaServer
from sandbox.world.model import World

__all__ = ["ACCESS", "MetaServer", "build"]

ACCESS = Access(
    kind="ads",
    channels=frozenset({"meta"}),
    credentials={"access_token": "EAASandbox"},
    options={"ad_account_id": "1029384756"},
)


def build(world: World, account: SandboxAccount, clock: Clock, faults: Faults) -> MetaServer:
    """The server of one ad account. A system user's token does not expire, so no fault concerns it."""
    return MetaServer(world, account, clock)
