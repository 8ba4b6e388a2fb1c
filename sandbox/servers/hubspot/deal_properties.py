"""What a deal can be asked for."""

from __future__ import annotations

from sandbox.servers.hubspot.definitions import (
    Getter,
    Property,
    Value,
    custom,
    lead_field,
    money,
    owner_id,
    picklist,
    read_only,
    stamp,
    truth,
)
from sandbox.servers.hubspot.portal import FIRST_CALL, STAGES, DealRow, Portal
from sandbox.servers.hubspot.sources import CHANNEL_TEXTS


def deal_amount(portal: Portal, row: DealRow) -> Value:
    """The job's total before tax, once the deal is won."""
    if row.job is None or row.stage != "closedwon":
        return None
    return money(row.job.total_cents + row.lead.outcome_off_by_cents)


def closed_at(portal: Portal, row: DealRow) -> Value:
    stage, instant = row.entered[-1]
    return stamp(instant * 1000) if stage in ("closedwon", "closedlost") else None


def entered(stage: str) -> Getter:
    def value(portal: Portal, row: DealRow) -> Value:
        instant = dict(row.entered).get(stage)
        if instant is None:
            return None
        return stamp((instant + (portal.clock_off_seconds if stage == "booked" else 0)) * 1000)

    return value


def lead_channel(portal: Portal, row: DealRow) -> Value:
    campaign = portal.campaign_of(row.lead)
    return None if campaign is None else CHANNEL_TEXTS.get(campaign.channel)


def of_deal(field: str) -> Getter:
    return lambda portal, row: lead_field(portal, row.lead, field)


def call_id(portal: Portal, row: DealRow) -> Value:
    """The call record in this portal, not the dispatch platform's."""
    return None if row.lead.call_id is None else str(FIRST_CALL + row.lead.call_id)


def deal_name(portal: Portal, row: DealRow) -> str:
    name = " ".join(part for part in (row.lead.first, row.lead.last) if part) or "Unknown caller"
    return f"{name} - {row.lead.trade}"


DEAL = (
    Property("dealname", deal_name),
    picklist("pipeline", lambda p, r: "default", "default"),
    picklist("dealstage", lambda p, r: r.stage, *STAGES),
    Property("amount", deal_amount, "number"),
    picklist("deal_currency_code", lambda p, r: "USD", "USD"),
    Property("closedate", closed_at, "datetime"),
    Property("createdate", lambda p, r: stamp(r.created_ms), "datetime"),
    read_only("hs_lastmodifieddate", lambda p, r: stamp(r.modified_ms), "datetime"),
    read_only("hs_object_id", lambda p, r: str(r.id), "number"),
    Property("hubspot_owner_id", lambda p, r: owner_id(r.lead.id), "enumeration"),
    picklist("dealtype", lambda p, r: "newbusiness", "newbusiness", "existingbusiness"),
    read_only("hs_is_closed", lambda p, r: truth(r.stage in ("closedwon", "closedlost")), "bool"),
    read_only("hs_is_closed_won", lambda p, r: truth(r.stage == "closedwon"), "bool"),
    *(read_only(f"hs_v2_date_entered_{stage}", entered(stage), "datetime") for stage in STAGES),
    custom("ext_job_id", lambda p, r: p.job_id(r.job) if r.job else None, has_unique_value=True),
    custom("brand", lambda p, r: r.lead.brand_key, "enumeration"),
    picklist("lead_channel", lead_channel, *CHANNEL_TEXTS.values(), is_custom=True),
    picklist("lead_kind", lambda p, r: r.lead.kind, "form", "call", "chat", "booking", is_custom=True),
    custom("trade", lambda p, r: r.lead.trade, "enumeration"),
    custom("utm_source", of_deal("utm_source")),
    custom("utm_medium", of_deal("utm_medium")),
    custom("utm_campaign", of_deal("utm_campaign")),
    *(custom(name, of_deal(name)) for name in ("gclid", "fbclid", "msclkid")),
    custom("landing_url", of_deal("landing_url")),
    custom("referrer_url", of_deal("referrer_url")),
    custom("call_id", call_id),
)
