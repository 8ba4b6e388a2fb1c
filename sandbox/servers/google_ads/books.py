"""Everything that one advertiser's account shows at some moment, as rows of field name to value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.servers.google_ads.clicks import Click, LeadClicks, clicks_of_day
from sandbox.servers.google_ads.figures import NOTHING, TRIAL_CENTS, Figures, Ledger, local
from sandbox.servers.google_ads.gaql import Query
from sandbox.servers.google_ads.leads import CHANNEL as LOCAL_SERVICES
from sandbox.servers.google_ads.leads import Profile
from sandbox.world.model import Campaign, World

SEARCH = "google_ads"
CHANNELS = frozenset({SEARCH, LOCAL_SERVICES})
TRIAL_NAME = "Trial - do not use"
# No world campaign has it.
_TRIAL = 0

Row = dict[str, Any]


class Books:
    """One brand's account."""

    def __init__(self, world: World, brand_key: str, customer_id: str) -> None:
        self._world = world
        self._brand = world.brands[brand_key]
        self._customer_id = customer_id
        self.zone = ZoneInfo(self._brand.timezone)
        self._campaigns = [
            campaign
            for campaign in (world.campaigns[key] for key in self._brand.campaign_ids)
            if campaign.channel in CHANNELS
        ]
        self._clicked_ids = [campaign.id for campaign in self._campaigns if campaign.channel == SEARCH]
        self._lead_clicks = LeadClicks(world, self.zone, frozenset(self._clicked_ids))
        self._ledger = Ledger(world, self.zone, self._campaigns, self._lead_clicks.counts)
        self._profile = Profile.of(world, self._brand, self.zone, customer_id)

    @property
    def first_day(self) -> date:
        """The first day with figures."""
        return self._ledger.first_day

    def today(self, now: int) -> date:
        return local(now, self.zone).date()

    def rows(self, query: Query, now: int, *, is_manager: bool = False) -> list[Row]:
        """The rows of a query, in its order."""
        rows = [row for row in self._candidates(query, now, is_manager) if _holds(query, row)]
        rows.sort(key=lambda row: tuple(_sortable(row.get(name)) for name in query.order))
        return rows[: query.limit]

    def _candidates(self, query: Query, now: int, is_manager: bool) -> Iterable[Row]:
        days = list(self._asked_days(query, now))
        match query.resource:
            case "customer":
                return self._customer_rows(days, now, is_manager)
            case "campaign":
                return self._campaign_rows(days, now)
            case "click_view":
                return (row for day in days for row in self._click_rows(day, now))
            case "local_services_lead":
                names = {campaign.id: self._campaign_name(campaign.id) for campaign in self._campaigns}
                return self._profile.lead_rows(names, now)
            case _:
                return self._profile.conversation_rows(now)

    def _asked_days(self, query: Query, now: int) -> Iterator[date]:
        """The days that a query of figures is about; none for a query of attributes."""
        first, last = query.days()
        if first is None or last is None:
            return
        # Nothing is before the first day of figures, and nothing after today.
        day = max(date.fromisoformat(first), self.first_day)
        while day <= min(date.fromisoformat(last), self.today(now)):
            yield day
            day += timedelta(days=1)

    def _customer(self) -> Row:
        return {
            "customer.resource_name": f"customers/{self._customer_id}",
            "customer.id": int(self._customer_id),
            "customer.descriptive_name": self._brand.name,
            "customer.currency_code": "USD",
            "customer.time_zone": self._brand.timezone,
            "customer.auto_tagging_enabled": True,
            "customer.status": "ENABLED",
        }

    def _customer_rows(self, days: list[date], now: int, is_manager: bool) -> Iterator[Row]:
        if not days:
            yield self._customer() | {"customer.manager": is_manager}
        for day in days:
            total = sum((figures for _, figures in self._figures(day, now)), NOTHING)
            if total:
                yield self._customer() | total.metrics() | {"segments.date": day.isoformat()}

    def _campaign_rows(self, days: list[date], now: int) -> Iterator[Row]:
        if not days:
            yield from (self._customer() | self._campaign(key, now) for key in self._campaign_ids())
        for day in days:
            for campaign_id, figures in self._figures(day, now):
                if figures:
                    yield (
                        self._customer()
                        | self._campaign(campaign_id, now)
                        | figures.metrics()
                        | {"segments.date": day.isoformat()}
                    )

    def _campaign_ids(self) -> list[int]:
        return [_TRIAL, *(campaign.id for campaign in self._campaigns)]

    def _figures(self, day: date, now: int) -> Iterator[tuple[int, Figures]]:
        yield _TRIAL, self._ledger.trial(day, now)
        for campaign in self._campaigns:
            yield campaign.id, self._ledger.figures(campaign.id, day, now)

    def _campaign(self, campaign_id: int, now: int) -> Row:
        campaign = self._world.campaigns.get(campaign_id)
        return {
            "campaign.resource_name": self._campaign_name(campaign_id),
            "campaign.id": native_campaign_id(campaign_id, self._brand.key),
            "campaign.name": _name(campaign, now) if campaign else TRIAL_NAME,
            "campaign.status": "ENABLED" if campaign else "REMOVED",
            "campaign.serving_status": "SERVING" if campaign else "ENDED",
            "campaign.advertising_channel_type": self._channel_type(campaign),
            "campaign.final_url_suffix": f"utm_campaign={campaign.utm_campaign}" if campaign else None,
        }

    def _campaign_name(self, campaign_id: int) -> str:
        return f"customers/{self._customer_id}/campaigns/{native_campaign_id(campaign_id, self._brand.key)}"

    def _channel_type(self, campaign: Campaign | None) -> str:
        if campaign is None:
            return "SEARCH"
        if campaign.channel == LOCAL_SERVICES:
            return "LOCAL_SERVICES"
        # The last one, which is for all trades, runs everywhere.
        return "PERFORMANCE_MAX" if campaign.id == self._clicked_ids[-1] else "SEARCH"

    def _click_rows(self, day: date, now: int) -> Iterator[Row]:
        clicks = clicks_of_day(self._world.seed, day, self._clicked_ids, self._lead_clicks, self._ledger, now)
        for click in clicks:
            yield self._customer() | self._campaign(click.campaign_id, now) | self._click(click, day)

    def _click(self, click: Click, day: date) -> Row:
        group = 150_011_000_000 + click.campaign_id
        is_search = self._channel_type(self._world.campaigns[click.campaign_id]) == "SEARCH"
        base = f"customers/{self._customer_id}"
        row = {
            "click_view.resource_name": f"{base}/clickViews/{day}~{click.gclid}",
            "click_view.gclid": click.gclid,
            "click_view.ad_group_ad": f"{base}/adGroupAds/{group}~690001112223",
            "segments.date": day.isoformat(),
            "segments.device": click.device,
            "segments.ad_network_type": "SEARCH" if is_search else "MIXED",
            "metrics.clicks": 1,
            "ad_group.resource_name": f"{base}/adGroups/{group}",
            "ad_group.id": group,
            "ad_group.name": "All services",
        }
        if is_search:
            row |= {
                "click_view.keyword": f"{base}/adGroupCriteria/{group}~299887766",
                "click_view.keyword_info.text": "repair near me",
                "click_view.keyword_info.match_type": "PHRASE",
                "click_view.page_number": 1,
            }
        return row


def native_campaign_id(world_id: int, brand_key: str) -> int:
    """An id longer than 32 bits; the trial campaign has one of its own in each account."""
    if world_id == _TRIAL:
        return 20_000_000_000 + sum(brand_key.encode()) + TRIAL_CENTS
    return 20_917_730_000 + world_id


def _name(campaign: Campaign, now: int) -> str:
    """Figures of any day carry the name that the campaign has now."""
    return campaign.name_at(now)


def _holds(query: Query, row: Row) -> bool:
    return all(condition.holds(row) for condition in query.conditions)


def _sortable(value: Any) -> tuple[bool, Any]:
    return value is None, value if value is not None else 0
