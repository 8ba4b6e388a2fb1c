"""Companies and trackers: which number stood for what, and from when to when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.servers.callrail.identifiers import native
from sandbox.world.calendars import DAY
from sandbox.world.model import Brand, Campaign, World

Row = dict[str, Any]

# What the vendor calls the source of a tracker's calls.
SOURCE_TITLES = {
    "google_ads": "Google Ads",
    "microsoft_ads": "Bing Ads",
    "organic": "Google Organic",
    "google_lsa": "Google Local Services",
    "meta": "Facebook",
    "direct_mail": "Direct Mail",
    "yelp": "Yelp",
}
# Channels whose number is shown by the website, according to the visit.
_SESSION_SOURCES: dict[str, Row] = {
    "google_ads": {"google": ["paid"]},
    "microsoft_ads": {"bing": ["paid"]},
    "organic": {"google": ["organic"], "bing": ["organic"]},
}
_SOURCE_TYPES = {"meta": "facebook_all", "yelp": "web_referrer"}
_RECYCLED_CHANNEL = "direct_mail"
_FORMER_CAMPAIGN = "Billboard 2024"


@dataclass(frozen=True)
class Tracker:
    """One tracker; a number may have had several, one after the other."""

    id: str
    brand: Brand
    channel: str
    name: str
    campaign_name: str
    number: str
    created_at: int
    disabled_at: int | None = None

    @property
    def is_session(self) -> bool:
        return self.channel in _SESSION_SOURCES

    def row(self) -> Row:
        source = _SESSION_SOURCES.get(self.channel) or {"type": _SOURCE_TYPES.get(self.channel, "offline")}
        return {
            "id": self.id,
            "name": self.name,
            "type": "session" if self.is_session else "source",
            "status": "disabled" if self.disabled_at else "active",
            "destination_number": self.brand.office_phone,
            "tracking_numbers": [self.number],
            "whisper_message": None,
            "sms_supported": True,
            "sms_enabled": True,
            "company": {"id": company_id(self.brand), "name": self.brand.name},
            "call_flow": {
                "type": "basic",
                "recording_enabled": False,
                "destination_number": self.brand.office_phone,
                "greeting_text": None,
            },
            "source": source,
            "created_at": utc(self.created_at),
            "disabled_at": utc(self.disabled_at) if self.disabled_at else None,
            "campaign_name": self.campaign_name,
        }


def trackers(world: World) -> dict[str, Tracker]:
    """Every tracker by its number, as calls of the history meet them."""
    found = {}
    for campaign in world.campaigns.values():
        if campaign.tracking_phone:
            found[campaign.tracking_phone] = _tracker(world, campaign, campaign.tracking_phone)
    return found


def former_trackers(world: World) -> Iterator[Tracker]:
    """Disabled ones whose number went to another campaign before the history begins."""
    for campaign in world.campaigns.values():
        if campaign.channel == _RECYCLED_CHANNEL and campaign.tracking_phone:
            yield Tracker(
                id=native("trackers", f"former-{campaign.id}"),
                brand=world.brands[campaign.brand_key],
                channel=_RECYCLED_CHANNEL,
                name=f"{_FORMER_CAMPAIGN} line",
                campaign_name=_FORMER_CAMPAIGN,
                number=campaign.tracking_phone,
                created_at=world.starts_at - 400 * DAY,
                disabled_at=world.starts_at - 60 * DAY,
            )


def _tracker(world: World, campaign: Campaign, number: str) -> Tracker:
    title = SOURCE_TITLES.get(campaign.channel, campaign.name)
    return Tracker(
        id=native("trackers", campaign.id),
        brand=world.brands[campaign.brand_key],
        channel=campaign.channel,
        name=f"{title} {'Website Pool' if campaign.channel in _SESSION_SOURCES else 'line'}",
        campaign_name=campaign.name,
        number=number,
        created_at=campaign.created_at,
    )


def company_id(brand: Brand) -> str:
    return native("companies", brand.key)


def companies(world: World) -> Iterator[Row]:
    for brand in world.brands.values():
        yield {
            "id": company_id(brand),
            "name": brand.name,
            "status": "active",
            "time_zone": brand.timezone,
            "created_at": utc(world.starts_at - 400 * DAY),
            "disabled_at": None,
            "dni_active": True,
            "script_url": f"//cdn.callrail.example.com/companies/{company_id(brand)}/swap.js",
            "callscore_enabled": False,
            "lead_scoring_enabled": True,
            "swap_exclude_jquery": None,
            "swap_ppc_override": None,
            "swap_landing_override": None,
            "swap_cookie_duration": 6,
        }


def utc(instant: int) -> str:
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def local(instant: int, brand: Brand) -> str:
    """With the offset of the company's time zone, as calls show their start."""
    return datetime.fromtimestamp(instant, ZoneInfo(brand.timezone)).isoformat(timespec="milliseconds")
