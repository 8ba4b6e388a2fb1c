"""What a campaign cost on a day, as the account shows it at some moment.

A day that goes on shows its part so far. Some clicks turn out to be invalid: their cost is in the figures at
first and is credited within a month, so that in the end each day costs what the world says.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.world.model import Campaign, CampaignSpend, World

DAY = 86_400
MICROS_PER_CENT = 10_000
# One campaign-day in so many has invalid clicks; they are credited so many days later.
_INVALID_DAYS = 4
_CREDITED_AFTER = (5, 26)
# The agency's trial campaign: removed by now, all its clicks were invalid. Days count from the clock's start.
TRIAL_DAYS = range(-20, -5)
TRIAL_CENTS = 320
TRIAL_CLICKS = 2
TRIAL_CREDITED_AFTER = 10


def drawn(*parts: object) -> int:
    """A number that depends on `parts` alone."""
    return zlib.crc32("|".join(map(str, parts)).encode())


@dataclass(frozen=True)
class Figures:
    cents: int
    clicks: int
    impressions: int
    conversions: float = 0.0

    def metrics(self) -> dict[str, Any]:
        return {
            "metrics.cost_micros": self.cents * MICROS_PER_CENT,
            "metrics.clicks": self.clicks,
            "metrics.impressions": self.impressions,
            "metrics.conversions": self.conversions,
            "metrics.conversions_value": self.conversions * 150,
            "metrics.all_conversions": self.conversions * 1.5,
            "metrics.phone_calls": self.clicks // 10,
        }

    def __bool__(self) -> bool:
        """Rows without any figure are not shown once a segment is selected."""
        return any((self.cents, self.clicks, self.impressions, self.conversions))

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.cents + other.cents,
            self.clicks + other.clicks,
            self.impressions + other.impressions,
            self.conversions + other.conversions,
        )


NOTHING = Figures(0, 0, 0)


class Ledger:
    """The figures of one brand's campaigns.

    Args:
        leads_clicked: (campaign id, day) → how many leads clicked; a platform counts at least their clicks,
            and claims them as conversions.
    """

    def __init__(
        self,
        world: World,
        zone: ZoneInfo,
        campaigns: list[Campaign],
        leads_clicked: dict[tuple[int, date], int],
    ) -> None:
        self._zone = zone
        self._seed = world.seed
        self._leads_clicked = leads_clicked
        self._started_on = datetime.fromtimestamp(world.clock_starts_at, zone).date()
        ids = {campaign.id for campaign in campaigns}
        self._days: dict[date, dict[int, CampaignSpend]] = defaultdict(dict)
        for spend in world.spend:
            if spend.campaign_id in ids:
                self._days[date.fromisoformat(spend.day)][spend.campaign_id] = spend
        self.first_day = min(
            day for day, spends in self._days.items() if any(map(_is_visible, spends.values()))
        )

    def midnight(self, day: date) -> int:
        """Epoch seconds at which a day of the account begins."""
        return int(datetime.combine(day, time(), self._zone).timestamp())

    def clicks(self, campaign_id: int, day: date) -> int:
        """The valid clicks of a whole day."""
        spend = self._days[day].get(campaign_id)
        return max(spend.clicks if spend else 0, self._leads_clicked.get((campaign_id, day), 0))

    def figures(self, campaign_id: int, day: date, now: int) -> Figures:
        spend = self._days[day].get(campaign_id)
        started_at, ends_at = self.midnight(day), self.midnight(day + timedelta(days=1))
        if spend is None or started_at > now:
            return NOTHING
        clicks = self.clicks(campaign_id, day)
        impressions = max(spend.impressions, clicks)
        if ends_at > now:
            whole = (spend.spend_cents, clicks, impressions)
            return Figures(*(part * (now - started_at) // (ends_at - started_at) for part in whole))
        claimed = self._leads_clicked.get((campaign_id, day), 0) + clicks // 20 * 0.5
        return Figures(spend.spend_cents, clicks, impressions, claimed) + self._invalid(spend, day, now)

    def trial(self, day: date, now: int) -> Figures:
        """The figures of the trial campaign."""
        known = (day - self._started_on).days in TRIAL_DAYS and self.midnight(day) + DAY <= now
        credited = self.midnight(day + timedelta(days=TRIAL_CREDITED_AFTER)) <= now
        return Figures(TRIAL_CENTS, TRIAL_CLICKS, 40) if known and not credited else NOTHING

    def _invalid(self, spend: CampaignSpend, day: date, now: int) -> Figures:
        chance = drawn(self._seed, "invalid", spend.campaign_id, day)
        if chance % _INVALID_DAYS:
            return NOTHING
        earliest, latest = _CREDITED_AFTER
        after = earliest + (chance >> 8) % (latest - earliest)
        if self.midnight(day + timedelta(days=after)) <= now:
            return NOTHING
        clicks = 1 + (chance >> 16) % 3
        return Figures(clicks * max(1, spend.spend_cents // max(1, spend.clicks)), clicks, clicks)


def _is_visible(spend: CampaignSpend) -> bool:
    return bool(spend.spend_cents or spend.clicks or spend.impressions)


def local(instant: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(instant, UTC).astimezone(zone)
