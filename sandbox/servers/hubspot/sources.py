"""How a request's source shows on a contact: the vendor's traffic source with two drill-downs."""

from __future__ import annotations

from urllib.parse import urlsplit

from sandbox.servers.hubspot.portal import Portal
from sandbox.world.model import Lead

# What the office's picklist `lead_channel` says.
CHANNEL_TEXTS = {
    "google_ads": "Google Ads",
    "google_lsa": "Google LSA",
    "meta": "Facebook Ads",
    "microsoft_ads": "Microsoft Ads",
    "organic": "Organic Search",
    "direct_mail": "Direct Mail",
    "yelp": "Yelp",
    "referral": "Referral",
    "existing_customer": "Existing Customer",
}
SOCIAL = frozenset({"facebook", "instagram"})

Source = tuple[str | None, str | None, str | None]
NO_SOURCE: Source = (None, None, None)


def original_source(portal: Portal, lead: Lead) -> Source:
    """(hs_analytics_source, data_1, data_2); all null where nobody recorded where the request came from.

    The rules are the vendor's published rule of thumb: a click id or a paid medium is PAID_SEARCH, social is
    social, tagged links that match nothing are OTHER_CAMPAIGNS, whatever a person or a program typed in is
    OFFLINE.
    """
    campaign = portal.campaign_of(lead)
    if campaign is None:
        return NO_SOURCE
    if lead.gclid or lead.msclkid:
        return "PAID_SEARCH", lead.utm_campaign, None
    if lead.utm_source:
        return _tagged(lead)
    if lead.referrer_url:
        host = urlsplit(lead.referrer_url).hostname or ""
        searched = any(engine in host for engine in ("google.", "bing.", "duckduckgo."))
        return ("ORGANIC_SEARCH", None, None) if searched else ("REFERRALS", host, None)
    if lead.landing_url:
        return "DIRECT_TRAFFIC", urlsplit(lead.landing_url).path or "/", None
    return "OFFLINE", "INTEGRATION" if lead.kind == "call" else "CRM_UI", None


def _tagged(lead: Lead) -> Source:
    """Of a request whose link carried utm values."""
    medium = lead.utm_medium or ""
    if lead.utm_source in SOCIAL:
        return (
            ("PAID_SOCIAL" if "paid" in medium or medium == "cpc" else "SOCIAL_MEDIA"),
            lead.utm_source,
            lead.utm_campaign,
        )
    if medium in ("cpc", "ppc"):
        return "PAID_SEARCH", lead.utm_campaign, None
    return "OTHER_CAMPAIGNS", lead.utm_campaign, f"{lead.utm_source} / {medium}"
