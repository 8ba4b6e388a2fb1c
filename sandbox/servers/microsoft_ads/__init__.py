"""A simulated Microsoft Advertising account: consent by refresh token, and reports as files.

What is as at Microsoft: every use of a refresh token brings a new one; a report is ordered, asked about
until it is done, and fetched from a signed address as a ZIP with one CSV (BOM, a header of its own, a footer,
thousands separators); one without any row succeeds without an address; the last days are restated; no report
holds a click id, so that the `msclkid` of a visit leads to no campaign here.
"""

from __future__ import annotations

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers.base import Access, SandboxAccount
from sandbox.servers.microsoft_ads.server import TOKEN_PATH, MicrosoftServer
from sandbox.world.model import World

__all__ = ["ACCESS", "MicrosoftServer", "build"]

ACCESS = Access(
    kind="ads",
    channels=frozenset({"microsoft_ads"}),
    credentials={"developer_token": "", "client_id": "", "client_secret": "", "refresh_token": "M.C5"},
    token_path=TOKEN_PATH,
    options={"customer_id": "20012345", "ad_account_id": "141234567"},
)


def build(world: World, account: SandboxAccount, clock: Clock, faults: Faults) -> MicrosoftServer:
    """The server of one advertising account; its access tokens die with a new token generation."""
    return MicrosoftServer(world, account, clock, faults)
