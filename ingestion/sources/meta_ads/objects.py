"""Every object of an ad account that is read, as data.

Not read: ad sets and ads (nothing here asks below the campaign), leads of instant forms (they reach the CRM;
`ads_read` would not allow them).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from ingestion.sources.meta_ads.graph import without_token
from ingestion.sources.meta_ads.reports import InsightsPage, campaign_days, day_rows
from ingestion.spec import ObjectSpec, Page, PullContext, whole_page

_PERMISSION = "ads_read for the app, and the ad account assigned to the system user (View performance)"
ACCOUNT_FIELDS = (
    "id", "account_id", "name", "currency", "timezone_name", "timezone_id", "account_status", "created_time",
)  # fmt: skip
CAMPAIGN_FIELDS = (
    "id", "account_id", "name", "objective", "buying_type", "configured_status", "effective_status",
    "created_time", "updated_time", "start_time", "stop_time",
)  # fmt: skip
# The list leaves archived and deleted campaigns out unless they are named.
STATUSES = '["ACTIVE","PAUSED","ARCHIVED","DELETED","IN_PROCESS","WITH_ISSUES"]'
PAGE_ROWS = 200


def _account(context: PullContext) -> Iterator[Page]:
    yield context.client.get(context.options.account_path, {"fields": ",".join(ACCOUNT_FIELDS)})


def _campaigns(context: PullContext) -> Iterator[Page]:
    question: dict[str, Any] = {
        "fields": ",".join(CAMPAIGN_FIELDS),
        "effective_status": STATUSES,
        "limit": PAGE_ROWS,
    }
    after: str | None = None
    while True:
        page = context.client.get(
            f"{context.options.account_path}/campaigns", {**question, **({"after": after} if after else {})}
        )
        yield without_token(page)
        after = page.json(InsightsPage).after
        if after is None:
            return


OBJECTS = (
    ObjectSpec(
        name="ad_accounts",
        description="the ad account itself: currency, and the time zone in which its days are counted",
        pull=_account,
        rows=whole_page,
        permission=_PERMISSION,
        lists_everything=True,
    ),
    ObjectSpec(
        name="campaigns",
        description="a campaign, archived and deleted ones included",
        pull=_campaigns,
        modified="updated_time",
        is_complete_listing=True,
        permission=_PERMISSION,
    ),
    ObjectSpec(
        name="campaign_days",
        description="a finished day: what each campaign cost, and what it is said to have brought",
        pull=campaign_days,
        key=("date",),
        rows=day_rows,
        incremental=True,
        kept_for=timedelta(days=1125),
        permission=_PERMISSION,
        unswept="figures of days, not records: years of reports; each pull reads the last weeks again",
    ),
)
