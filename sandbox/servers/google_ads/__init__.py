"""A simulated Google Ads advertiser: one account per brand, with its Search, Performance Max and Local
Services campaigns.

| resource | holds |
|---|---|
| customer, campaign | the account; the brand's campaigns, and a removed one whose clicks were all invalid |
| campaign by day | the world's cost and clicks; recent days with invalid clicks that are credited later |
| click_view | the clicks behind the world's leads with a click id, and those that led to nothing |
| local_services_lead | the requests that came by Local Services, with charge, credit and what is wiped out |

In the end each finished day costs what the world says. What is ASSUMED says so where it is decided.
"""

from __future__ import annotations

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers.base import Access, SandboxAccount
from sandbox.servers.google_ads.books import CHANNELS
from sandbox.servers.google_ads.server import TOKEN_PATH, GoogleAdsServer
from sandbox.world.model import World

__all__ = ["ACCESS", "GoogleAdsServer", "build"]

ACCESS = Access(
    kind="ads",
    channels=CHANNELS,
    credentials={"client_id": "", "client_secret": "GOCSPX-", "refresh_token": "1//", "developer_token": ""},
    token_path=TOKEN_PATH,
    options={"customer_id": "4821930011", "login_customer_id": "1112223333"},
)


def build(world: World, account: SandboxAccount, clock: Clock, faults: Faults) -> GoogleAdsServer:
    """The server of one brand's account."""
    return GoogleAdsServer(world, account, clock, faults)
