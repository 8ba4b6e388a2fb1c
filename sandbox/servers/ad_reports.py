"""What an ad platform reports of its campaigns: finished days only, the youngest of them restated.

Spend of the last three days is still short of what it will be. Leads are claimed for the day of the click,
which lies up to six days before the request, so that a day goes on gaining leads for a week.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.world.model import Campaign, Lead, World

DAY = timedelta(days=1)
CLICK_DAYS = 7
# Days since the day -> how much of its spend is not accounted for yet, in basis points.
_SHORT_BY = {1: 300, 2: 150, 3: 50}
# A pixel or a form sees these; a call it does not see.
_SEEN_KINDS = frozenset({"form", "chat", "booking"})


@dataclass(frozen=True)
class Delivery:
    """One campaign on one finished day, as the platform tells it now."""

    campaign: Campaign
    day: date
    spend_cents: int
    clicks: int
    impressions: int
    leads: tuple[Lead, ...]


@dataclass
class AdAccount:
    """The campaigns of one brand on one platform.

    Attributes:
        withdrawn: (campaign, day) that the platform took back: it reports nothing of them any more.
        deleted: Campaigns that somebody deleted; reports still have their days.
    """

    world: World
    brand_key: str
    platform: str
    withdrawn: set[tuple[int, date]] = field(default_factory=set)
    deleted: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.zone = ZoneInfo(self.world.brands[self.brand_key].timezone)
        self._claims = self._claimed_leads()

    @property
    def campaigns(self) -> dict[int, Campaign]:
        """Those whose cost this platform knows; the operator's layout decides."""
        return {
            campaign.id: campaign
            for campaign in self.world.campaigns.values()
            if campaign.brand_key == self.brand_key and campaign.cost_source == self.platform
        }

    def yesterday(self, now: int) -> date:
        """The last day that is over in the account's time zone."""
        return datetime.fromtimestamp(now, self.zone).date() - DAY

    def deliveries(self, since: date, until: date, now: int) -> Iterator[Delivery]:
        """What was delivered from `since` to `until`, both included; a day without delivery has no row."""
        yesterday, campaigns = self.yesterday(now), self.campaigns
        for spend in self.world.spend:
            day = date.fromisoformat(spend.day)
            if spend.campaign_id not in campaigns or not since <= day <= min(until, yesterday):
                continue
            if spend.spend_cents == 0 or (spend.campaign_id, day) in self.withdrawn:
                continue
            missing = _SHORT_BY.get((yesterday - day).days + 1, 0)
            claimed = self._claims.get((spend.campaign_id, day), [])
            yield Delivery(
                campaign=campaigns[spend.campaign_id],
                day=day,
                spend_cents=spend.spend_cents * (10_000 - missing) // 10_000,
                clicks=spend.clicks,
                impressions=spend.impressions,
                leads=tuple(lead for lead in claimed if lead.created_at <= now),
            )

    def _claimed_leads(self) -> dict[tuple[int, date], list[Lead]]:
        claims = defaultdict(list)
        for lead in self.world.leads.values():
            if lead.cause_campaign_id is not None and lead.kind in _SEEN_KINDS:
                asked_on = datetime.fromtimestamp(lead.created_at, self.zone).date()
                claims[lead.cause_campaign_id, asked_on - lead.id % CLICK_DAYS * DAY].append(lead)
        return claims


def by_day(rows: list[dict[str, Any]], day_field: str, until: date) -> Iterator[tuple[str, dict[str, Any]]]:
    """What a client that reads days makes of it: every day from the first with delivery to `until`."""
    if not rows:
        return
    day = date.fromisoformat(min(row[day_field] for row in rows))
    while day <= until:
        named = day.isoformat()
        yield named, {"date": named, "campaigns": [row for row in rows if row[day_field] == named]}
        day += DAY


def campaign_id(world_id: int) -> str:
    """Longer than a float can hold exactly; an export by hand has the same one."""
    return str(120_210_000_000_000_000 + world_id)


def campaign_name(campaign: Campaign, now: int) -> str:
    """Reports give past days, too, the name that the campaign has now."""
    return campaign.name_at(now)


def money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
