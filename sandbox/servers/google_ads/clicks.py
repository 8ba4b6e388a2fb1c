"""Clicks with their ids: those that became leads, and those that did not."""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sandbox.servers.google_ads.figures import DAY, Ledger, drawn, local
from sandbox.world.model import Lead, World

# Most statistics show within three hours.
SHOWN_AFTER = 3 * 3600
# A lead writes for a few minutes after the click.
_BEFORE_THE_LEAD = 240
_DEVICES = ("MOBILE", "MOBILE", "MOBILE", "DESKTOP", "TABLET")


@dataclass(frozen=True)
class Click:
    gclid: str
    campaign_id: int
    clicked_at: int
    device: str


class LeadClicks:
    """The clicks behind the leads of some campaigns, by day. Gaps injected later do not change them."""

    def __init__(self, world: World, zone: ZoneInfo, campaign_ids: frozenset[int]) -> None:
        self.by_day: dict[date, list[Click]] = defaultdict(list)
        self.counts: dict[tuple[int, date], int] = defaultdict(int)
        for lead in world.leads.values():
            if lead.gclid and lead.campaign_id in campaign_ids:
                self._add(lead, zone)

    def _add(self, lead: Lead, zone: ZoneInfo) -> None:
        assert lead.gclid is not None and lead.campaign_id is not None
        clicked_at = lead.created_at - _BEFORE_THE_LEAD
        day = local(clicked_at, zone).date()
        device = _DEVICES[drawn("device", lead.id) % len(_DEVICES)]
        self.by_day[day].append(Click(lead.gclid, lead.campaign_id, clicked_at, device))
        self.counts[lead.campaign_id, day] += 1


def clicks_of_day(
    seed: int, day: date, campaign_ids: list[int], leads: LeadClicks, ledger: Ledger, now: int
) -> Iterator[Click]:
    """Every click of a day that the account shows by now."""
    midnight = ledger.midnight(day)
    for click in leads.by_day.get(day, ()):
        if click.clicked_at + SHOWN_AFTER <= now:
            yield click
    for campaign_id in campaign_ids:
        for number in range(ledger.clicks(campaign_id, day) - leads.counts.get((campaign_id, day), 0)):
            click = _fruitless(seed, day, campaign_id, number, midnight)
            if click.clicked_at + SHOWN_AFTER <= now:
                yield click


def _fruitless(seed: int, day: date, campaign_id: int, number: int, midnight: int) -> Click:
    """A click that nobody asked for anything after."""
    digest = hashlib.sha256(f"{seed}:{day}:{campaign_id}:{number}".encode()).digest()
    return Click(
        gclid="Cj0KCQ" + base64.urlsafe_b64encode(digest)[:40].decode(),
        campaign_id=campaign_id,
        # Not in the last hour of a day: when summer time begins it has only 23.
        clicked_at=midnight + int.from_bytes(digest[:4]) % (DAY - 3600),
        device=_DEVICES[digest[4] % len(_DEVICES)],
    )
