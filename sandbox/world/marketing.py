"""Campaigns, the paths that a request takes from each of them, and what they cost per day."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from sandbox.world.brands import TERRITORIES
from sandbox.world.calendars import DAY, MONTH, SEASONS, Calendar
from sandbox.world.model import Brand, Campaign, CampaignSpend, World


@dataclass(frozen=True)
class Channel:
    """How a channel behaves.

    Attributes:
        kinds: request kind -> share.
        cost_per_lead_cents: what one lead costs on average, before seasonality; None for unpaid channels.
        click_rate: clicks per impression.
        clicks_per_lead: clicks behind one lead.
        picklist: what a CSR picks for it in the dispatch platform.
    """

    kinds: dict[str, float]
    cost_per_lead_cents: int | None
    click_rate: float
    clicks_per_lead: float
    picklist: str


CHANNELS: dict[str, Channel] = {
    "google_ads": Channel(
        {"form": 0.34, "call": 0.45, "booking": 0.13, "chat": 0.08}, 17_500, 0.045, 9, "Google Ads"
    ),
    "google_lsa": Channel({"call": 0.92, "form": 0.08}, 14_500, 0.10, 2, "Google LSA"),
    "meta": Channel({"form": 0.84, "call": 0.06, "booking": 0.10}, 15_500, 0.012, 14, "Facebook"),
    "microsoft_ads": Channel(
        {"form": 0.40, "call": 0.45, "booking": 0.15}, 16_000, 0.035, 10, "Microsoft Ads"
    ),
    "organic": Channel({"form": 0.36, "call": 0.48, "booking": 0.12, "chat": 0.04}, None, 0, 0, "Website"),
    "direct_mail": Channel({"call": 0.86, "form": 0.14}, 16_500, 0.0, 0, "Direct Mail"),
    "yelp": Channel({"call": 0.55, "form": 0.33, "chat": 0.12}, 14_000, 0.03, 6, "Yelp"),
    "referral": Channel({"call": 1.0}, None, 0, 0, "Referral"),
    "existing_customer": Channel({"call": 1.0}, None, 0, 0, "Existing Customer"),
}

# What brings somebody who never bought from the brand; and somebody who did.
_NEW = {
    "google_ads": 0.26,
    "google_lsa": 0.15,
    "meta": 0.12,
    "microsoft_ads": 0.04,
    "organic": 0.20,
    "direct_mail": 0.07,
    "yelp": 0.06,
    "referral": 0.10,
}
_RETURNING = {
    "existing_customer": 0.58,
    "organic": 0.16,
    "google_ads": 0.14,
    "direct_mail": 0.06,
    "google_lsa": 0.06,
}
_LEADS_PER_HOUSEHOLD_MONTH = 0.088  # measured; it only scales the spend
_SHARE_OF_LEADS = {
    "google_ads": 0.217,
    "google_lsa": 0.12,
    "meta": 0.085,
    "microsoft_ads": 0.028,
    "direct_mail": 0.067,
    "yelp": 0.042,
}
_RENAMED = ("cedar-ridge", "Google Ads - Hvac Repair", "PPC | HVAC | Emergency Repair")


@dataclass(frozen=True)
class Mix:
    """A brand's campaigns, ready to draw from: first the channel, then one of its campaigns for the trade."""

    by_channel: dict[tuple[str, str], tuple[int, ...]]  # (channel, trade) -> campaigns
    existing_customer_id: int
    organic_id: int
    referral_id: int

    def draw(self, rng: Random, trade: str, *, returning: bool) -> int:
        shares = _RETURNING if returning else _NEW
        channel = rng.choices(tuple(shares), tuple(shares.values()))[0]
        return rng.choice(self.by_channel[channel, trade])


def add_campaigns(world: World) -> dict[str, Mix]:
    """Create every brand's campaigns and return what demand draws from."""
    mixes = {}
    for brand in world.brands.values():
        campaigns = _campaigns_of(brand, world)
        world.campaigns.update({campaign.id: campaign for campaign in campaigns})
        brand.campaign_ids = tuple(campaign.id for campaign in campaigns)
        mixes[brand.key] = _mix(brand, campaigns)
    return mixes


def _campaigns_of(brand: Brand, world: World) -> list[Campaign]:
    area = brand.office_phone[:5]
    campaigns: list[Campaign] = []
    for channel, name, source, medium in _plan(brand):
        number = len(campaigns) + 1
        campaign = Campaign(
            id=len(world.campaigns) + number,
            brand_key=brand.key,
            name=name,
            channel=channel,
            source=source,
            medium=medium,
            utm_campaign=_slug(name) if source else None,
            tracking_phone=None
            if channel in ("referral", "existing_customer")
            else f"{area}55501{number:02d}",
            created_at=world.starts_at - 30 * DAY,
            is_paid=CHANNELS[channel].cost_per_lead_cents is not None,
            cost_source=_cost_source(brand, channel),
        )
        if (brand.key, name) == _RENAMED[:2]:
            campaign.renamed_at = world.starts_at + (world.clock_starts_at - world.starts_at) * 2 // 3
            campaign.renamed_to = _RENAMED[2]
        campaigns.append(campaign)
    return campaigns


def _plan(brand: Brand) -> list[tuple[str, str, str | None, str | None]]:
    plan: list[tuple[str, str, str | None, str | None]] = []
    for trade in brand.trades:
        title = trade.title()
        plan.append(("google_ads", f"Google Ads - {title} Repair", "google", "cpc"))
        plan.append(("google_ads", f"Google Ads - {title} Install", "google", "cpc"))
    plan += [
        ("google_ads", "Google Ads - Brand", "google", "cpc"),
        ("google_lsa", "Google Local Services Ads", "google", "lsa"),
        ("meta", "FB - Seasonal Offer", "facebook", "paid_social"),
        ("meta", "FB - Retargeting", "instagram", "paid_social"),
        ("organic", "Website Organic", None, None),
        ("direct_mail", "Neighborhood Mailer", "direct_mail", "postcard"),
        ("yelp", "Yelp Ads", "yelp", "cpc"),
        ("referral", "Customer Referral", None, None),
        ("existing_customer", "Existing Customer", None, None),
        ("microsoft_ads", "Microsoft Ads - Search", "bing", "cpc"),
    ]
    return plan


def _slug(name: str) -> str:
    return "_".join("".join(c if c.isalnum() else " " for c in name.lower()).split())


def _cost_source(brand: Brand, channel: str) -> str | None:
    if CHANNELS[channel].cost_per_lead_cents is None:
        return None
    in_dispatch = channel == "direct_mail" and "campaign_costs" in brand.dispatch_keeps
    return "dispatch" if in_dispatch else "file"


def _mix(brand: Brand, campaigns: list[Campaign]) -> Mix:
    by_channel: dict[tuple[str, str], tuple[int, ...]] = {}
    for campaign in campaigns:
        # A campaign that names a trade works for that one, any other for all.
        named = [trade for trade in brand.trades if f" {trade.title()} " in campaign.name]
        for trade in named or brand.trades:
            key = (campaign.channel, trade)
            by_channel[key] = (*by_channel.get(key, ()), campaign.id)
    trade = brand.trades[0]
    return Mix(
        by_channel=by_channel,
        existing_customer_id=by_channel["existing_customer", trade][0],
        organic_id=by_channel["organic", trade][0],
        referral_id=by_channel["referral", trade][0],
    )


def add_spend(world: World, calendars: dict[str, Calendar], households: int) -> None:
    """One row per paid campaign and local day, in proportion to the leads expected of this many homes."""
    for campaign in world.campaigns.values():
        if campaign.is_paid:
            world.spend.extend(_daily_spend(world, campaign, calendars[campaign.brand_key], households))


def _daily_spend(
    world: World, campaign: Campaign, calendar: Calendar, households: int
) -> list[CampaignSpend]:
    rng = Random(f"{world.seed}:spend:{campaign.id}")
    brand = world.brands[campaign.brand_key]
    channel = CHANNELS[campaign.channel]
    siblings = sum(1 for other in brand.campaign_ids if world.campaigns[other].channel == campaign.channel)
    leads_per_day = (
        households
        * _LEADS_PER_HOUSEHOLD_MONTH
        * DAY
        / MONTH
        * TERRITORIES[brand.key].demand_share
        * _SHARE_OF_LEADS[campaign.channel]
        / siblings
    )
    rows = []
    for index in range(calendar.index(world.starts_at), calendar.index(world.ends_at) + 1):
        day = calendar.days[index]
        season = sum(SEASONS[trade][day.month - 1] for trade in brand.trades) / len(brand.trades)
        leads = leads_per_day * season * rng.uniform(0.7, 1.3)
        clicks = round(leads * channel.clicks_per_lead)
        rows.append(
            CampaignSpend(
                campaign_id=campaign.id,
                day=day.isoformat(),
                spend_cents=round(leads * (channel.cost_per_lead_cents or 0)),
                clicks=clicks,
                impressions=round(clicks / channel.click_rate) if channel.click_rate else 0,
            )
        )
    return rows
