"""Campaign performance by day: its rows, and the file that holds them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable
from datetime import date

from sandbox.servers.ad_reports import AdAccount, Delivery, campaign_id, campaign_name, money

Row = dict[str, str]
COLUMNS = (
    "TimePeriod", "AccountId", "AccountName", "CampaignId", "CampaignName", "CampaignStatus", "CampaignType",
    "BudgetAssociationStatus", "CurrencyCode", "Impressions", "Clicks", "Spend", "Conversions",
    "ConversionsQualified", "Revenue",
)  # fmt: skip
GOAL_VALUE_CENTS = 4_000


def reported_rows(
    account: AdAccount, account_id: str, account_name: str, since: date, until: date, now: int
) -> list[Row]:
    """Campaign by day, in order of days."""
    rows = [
        _row(delivery, account, account_id, account_name, now)
        for delivery in account.deliveries(since, until, now)
    ]
    return sorted(rows, key=lambda row: (row["TimePeriod"], row["CampaignId"]))


def _row(delivery: Delivery, account: AdAccount, account_id: str, account_name: str, now: int) -> Row:
    claimed = len(delivery.leads)
    return {
        "TimePeriod": delivery.day.isoformat(),
        "AccountId": account_id,
        "AccountName": account_name,
        "CampaignId": campaign_id(delivery.campaign.id),
        "CampaignName": campaign_name(delivery.campaign, now),
        "CampaignStatus": "Deleted" if delivery.campaign.id in account.deleted else "Active",
        "CampaignType": "Search & content",
        "BudgetAssociationStatus": "Current",
        "CurrencyCode": "USD",
        "Impressions": str(delivery.impressions),
        "Clicks": str(delivery.clicks),
        "Spend": with_thousands(delivery.spend_cents),
        "Conversions": str(claimed),
        "ConversionsQualified": f"{claimed}.00",
        "Revenue": with_thousands(claimed * GOAL_VALUE_CENTS),
    }


def with_thousands(cents: int) -> str:
    """`1,234.50`."""
    whole, _, fraction = money(cents).partition(".")
    return f"{int(whole):,}.{fraction}"


def zipped(rows: Iterable[Row], columns: Iterable[str], since: date, until: date, timezone: str) -> bytes:
    """The file as it is downloaded: a header of its own, the table, a footer; one CSV in a ZIP."""
    listed, wanted = list(rows), list(columns)
    days = f"{_us(since)},{_us(until)}" if since != until else _us(since)
    header = (
        "Report Name: Campaigns by day", f"Report Time: {days}", f"Time Zone: {timezone}",
        f"Last Completed Available Day: {_us(until)} 11:59:59 PM (GMT)",
        f"Last Completed Available Hour: {_us(until)} 11:59:59 PM (GMT)",
        "Report Aggregation: Daily", "Report Filter: ", "Potential Incomplete Data: true",
        f"Rows: {len(listed)}",
    )  # fmt: skip
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerows([line] for line in header)
    text.write("\r\n")
    writer.writerow(wanted)
    writer.writerows([row[name] for name in wanted] for row in listed)
    text.write("\r\n")
    writer.writerow(["@2026 Microsoft Corporation. All rights reserved. "])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("report.csv", text.getvalue().encode("utf-8-sig"))
    return packed.getvalue()


def _us(day: date) -> str:
    return f"{day.month}/{day.day}/{day.year}"
