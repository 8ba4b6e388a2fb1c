"""A simulated HubSpot portal: contacts, deals and calls of all brands, behind both path families.

A *deal* is a request for service (a lead of the world with `in_crm`). Its properties, besides the vendor's
own `dealname, pipeline (default), dealstage, amount, closedate, createdate, hs_lastmodifieddate,
hs_is_closed, hs_is_closed_won, hs_v2_date_entered_<stage>, hubspot_owner_id, dealtype, deal_currency_code`:

| property | holds |
|---|---|
| `dealstage` | new, contacted, booked, closedwon (job completed with an amount), closedlost |
| `amount` | the job's total before tax once won, else null |
| `createdate` | when the request arrived |
| `ext_job_id` | dispatch id of the booked job; null before, and where the hand-over failed |
| `brand` | key of the brand |
| `lead_channel` | the office's picklist (`sources.CHANNEL_TEXTS`); null without a recorded source |
| `lead_kind` | form, call, chat, booking |
| `trade` | hvac, plumbing, electrical, roofing |
| `utm_source`, `utm_medium`, `utm_campaign` | of this request; null without a source |
| `gclid`, `fbclid`, `msclkid`, `landing_url`, `referrer_url` | the same |
| `call_id` | id of the call record in this portal that the request came by |

A *contact* is whom requests came from; several may be one person. Custom: `brand, utm_source, utm_medium,
utm_campaign, gclid, fbclid, msclkid`, all of the first request. The vendor's own: `email,
hs_additional_emails, firstname, lastname, phone, mobilephone, hs_calculated_*_number, address, city, state,
zip, lifecyclestage, hs_lead_status, hs_analytics_source` with `_data_1` and `_data_2` (first request),
`hs_latest_source` with the same (latest request), `hs_analytics_first_url` and so on, `hs_google_click_id`
and `hs_facebook_click_id` (every other click), `first_conversion_event_name` with `first_conversion_date`,
`hs_merged_object_ids`. Without a source all of the marketing ones are null.

A *call* is an inbound call of any brand: `hs_timestamp` (start), `hs_call_duration` (ms),
`hs_call_from_number` (empty when withheld), `hs_call_to_number` (the tracking number), `hs_call_status`,
`hs_call_disposition`; custom `brand`, `call_outcome` (booked, unbooked, excused, not_lead, abandoned; null
until classified).

`properties.PROPERTIES` lists by raw table what a complete pull asks for. What is ASSUMED says so where it is
decided.
"""

from __future__ import annotations

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers.base import Access, SandboxAccount
from sandbox.servers.hubspot.properties import PROPERTIES
from sandbox.servers.hubspot.server import HubSpotServer
from sandbox.world.model import World

__all__ = ["ACCESS", "PROPERTIES", "HubSpotServer", "build"]

# What the simulated portal's plan allows, which a client cannot ask for and has to be told.
ACCESS = Access(
    kind="crm", credentials={"access_token": "pat-na1-"}, options={"requests_per_ten_seconds": "190"}
)


def build(world: World, account: SandboxAccount, clock: Clock, faults: Faults) -> HubSpotServer:
    """The server of one portal. Its tokens are static, so no fault concerns it beyond HTTP itself."""
    return HubSpotServer(world, account, clock, faults)
