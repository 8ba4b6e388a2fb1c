"""A simulated CallRail account: one company per brand, a tracker per tracking number of the world.

| object | holds |
|---|---|
| companies | the brands |
| trackers | the campaigns' tracking numbers; `session` where a website shows the number, else `source` |
| calls | inbound calls to a tracking number; those to the office number never pass CallRail |
| form_submissions | forms that were sent on the brands' websites |
| text messages | every other chat request of a campaign with a number, as a conversation |

In each brand one number had another tracker before the history begins: it was recycled, and only dates tell
its two campaigns apart. Some calls are marked as spam a day later, and are gone from every list from then on.
What is ASSUMED says so where it is decided.
"""

from __future__ import annotations

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers.base import Access, SandboxAccount
from sandbox.servers.callrail.server import CallRailServer
from sandbox.servers.callrail.webhooks import signature
from sandbox.world.model import World

__all__ = ["ACCESS", "ACCOUNT", "CallRailServer", "build", "signature"]

ACCOUNT = "ACC8154748ae6bd4e278a7cddd38a662f4f"
ACCESS = Access(kind="calls", credentials={"api_key": ""}, options={"account": ACCOUNT})


def build(world: World, account: SandboxAccount, clock: Clock, faults: Faults) -> CallRailServer:
    """The server of one account. Its keys are static, so no fault concerns it beyond HTTP itself."""
    return CallRailServer(world, account, ACCOUNT, clock)
