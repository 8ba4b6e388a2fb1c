"""Every Google Ads object that is read, as data.

Not read: ad groups, ads and keywords (cost is counted by campaign), `call_view` (it hides the caller's
number), the older Local Services API (whether it still answers is not known).
"""

from __future__ import annotations

from datetime import timedelta

from ingestion.sources.google_ads import pulls, queries
from ingestion.sources.google_ads.answers import day_rows, search_rows
from ingestion.spec import ObjectSpec

_MONTH = timedelta(days=30)
_READ = "Read only access to the account (Admin › Access and security)"

OBJECTS = (
    ObjectSpec(
        name="customers",
        description="the account itself: currency, time zone, whether clicks are tagged",
        pull=pulls.listing(queries.CUSTOMERS),
        key=("customer.id",),
        rows=search_rows,
        is_complete_listing=True,
        permission=_READ,
    ),
    ObjectSpec(
        name="campaigns",
        description="a campaign, removed ones included, as it is named now",
        pull=pulls.listing(queries.CAMPAIGNS),
        key=("campaign.id",),
        rows=search_rows,
        is_complete_listing=True,
        permission=_READ,
    ),
    ObjectSpec(
        name="spend_days",
        description="a day of the account with the figures of each campaign; a later answer replaces the day",
        pull=pulls.spend,
        key=("date",),
        rows=day_rows,
        incremental=True,
        full_every=_MONTH,
        checkpoint_pages=12,
        permission=_READ,
        unswept="figures of days, not records: each pull reads the last month again, each month all of them",
    ),
    ObjectSpec(
        name="clicks",
        description="a click with its id and campaign; the vendor tells it for 90 days",
        pull=pulls.clicks,
        key=("segments.date", "clickView.gclid"),
        rows=search_rows,
        incremental=True,
        kept_for=timedelta(days=pulls.CLICK_DAYS),
        checkpoint_pages=30,
        permission=_READ,
        unswept="clicks are told for 90 days, one question for each day: more than a night's quota",
    ),
    ObjectSpec(
        name="local_services_leads",
        description="a lead of Local Services Ads, with charge and credit; contact details may be wiped out",
        pull=pulls.changing(queries.leads),
        key=("localServicesLead.id",),
        rows=search_rows,
        incremental=True,
        full_every=_MONTH,
        permission=_READ,
        lists_everything=True,
    ),
    ObjectSpec(
        name="local_services_lead_conversations",
        description="a call or message of such a lead",
        pull=pulls.changing(queries.conversations),
        key=("localServicesLeadConversation.id",),
        rows=search_rows,
        incremental=True,
        full_every=_MONTH,
        permission=_READ,
        lists_everything=True,
    ),
)
