"""The website visits behind a request: what CallRail calls milestones.

`lead_created` is the visit that made the call or form, `first_touch` the first one known of that browser. The
plain fields `source`, `medium`, `campaign` and `landing_page_url` follow the first touch, while the click ids
hold the newest value; so they may speak of two different visits.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from sandbox.servers.callrail.trackers import utc
from sandbox.world.calendars import DAY

Row = dict[str, Any]

_EMPTY = (
    "event_date", "source", "medium", "campaign", "keywords", "landing", "landing_page_url_params",
    "referrer", "referrer_url_params", "url_utm_params", "ad_position", "match_type", "device",
    "session_browser",
)  # fmt: skip


@dataclass(frozen=True)
class Visit:
    """One visit, or a call to a number that no website showed."""

    at: int
    source: str | None
    medium: str | None
    campaign: str | None
    landing: str | None = None
    referrer: str | None = None
    utm: tuple[str, str, str] | None = None
    click_ids: tuple[tuple[str, str], ...] = ()

    def milestone(self) -> Row:
        names = ("utm_source", "utm_medium", "utm_campaign")
        tags = dict(zip(names, self.utm, strict=True)) if self.utm else {}
        return {
            **dict.fromkeys(_EMPTY),
            "event_date": utc(self.at),
            "source": self.source,
            "medium": self.medium,
            "campaign": self.campaign,
            "landing": self.landing,
            "landing_page_url_params": {**tags, **dict(self.click_ids)},
            "referrer": self.referrer,
            "referrer_url_params": {},
            "url_utm_params": tags,
            "device": "mobile" if self.landing else None,
        }


def earlier_search(visit: Visit, site: str) -> Visit:
    """An unpaid search some days before, which then is the first touch."""
    return Visit(
        at=visit.at - 3 * DAY,
        source="google",
        medium="organic",
        campaign=None,
        landing=f"{site}/",
        referrer="https://www.google.com/",
    )


def milestones(first: Visit, created: Visit, qualified_at: int | None) -> Row:
    """All four; `qualified` is an object of nulls while nobody qualified the lead."""
    qualified = {**created.milestone(), "event_date": utc(qualified_at)} if qualified_at else None
    return {
        "first_touch": first.milestone(),
        "lead_created": created.milestone(),
        "qualified": qualified or dict.fromkeys(_EMPTY),
        "last_touch": created.milestone(),
    }


def plain_fields(first: Visit, created: Visit) -> Row:
    """Beside the milestones. ASSUMED: the utm fields go with source and medium."""
    ids = dict(created.click_ids)
    tags = first.utm or (None, None, None)
    return {
        "source": _title(first),
        "medium": first.medium,
        "campaign": first.campaign,
        "landing_page_url": first.landing,
        "referring_url": first.referrer,
        "utm_source": tags[0],
        "utm_medium": tags[1],
        "utm_campaign": tags[2],
        "gclid": ids.get("gclid"),
        "msclkid": ids.get("msclkid"),
        "fbclid": ids.get("fbclid"),
    }


def invented_click_id(salt: str) -> str:
    return f"Cj0KCQ{blake2b(salt.encode(), digest_size=18).hexdigest()}"


def _title(visit: Visit) -> str | None:
    if visit.source == "google" and visit.medium == "organic":
        return "Google Organic"
    return visit.source
