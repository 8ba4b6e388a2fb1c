"""Every object of an advertising account that is read, as data.

Not read: campaigns by themselves (the report names each that ever cost anything, deleted ones too), and
clicks: no report holds a click id.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ingestion.sources.microsoft_ads.connection import CUSTOMERS_URL
from ingestion.sources.microsoft_ads.reports import campaign_days, day_rows
from ingestion.spec import ObjectSpec, Page, PullContext, rows_at

ACCOUNTS_PATH = "/CustomerManagement/v13/AccountsInfo/Query"
_PERMISSION = "the scope msads.manage, given by a user with at least the role Viewer on the account"


def _accounts(context: PullContext) -> Iterator[Page]:
    host = context.account.base_url or CUSTOMERS_URL
    question = {"CustomerId": context.options.customer_id, "OnlyParentAccounts": False}
    yield context.client.post(f"{host.rstrip('/')}{ACCOUNTS_PATH}", question)


OBJECTS = (
    ObjectSpec(
        name="accounts",
        description="an advertising account of the customer",
        pull=_accounts,
        key=("Id",),
        rows=rows_at("AccountsInfo"),
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
        kept_for=timedelta(days=1095),
        permission=_PERMISSION,
        unswept="figures of days, not records: years of reports; each pull reads the last weeks again",
    ),
)
