"""Rows of insights: text for every number, and one lead under several action types."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sandbox.servers.ad_reports import AdAccount, Delivery, campaign_id, campaign_name, money

Row = dict[str, Any]
FIELDS = (
    "account_id", "account_name", "account_currency", "campaign_id", "campaign_name", "objective", "spend",
    "impressions", "clicks", "inline_link_clicks", "reach", "actions", "action_values", "date_start",
    "date_stop",
)  # fmt: skip
# Without the parameter a lead counts by the account's setting, which is this one.
DEFAULT_WINDOWS = ("7d_click", "1d_view")
WINDOWS = frozenset({"1d_click", "7d_click", "28d_click", "1d_ev", "1d_view", "7d_view", "28d_view"})
INSTANT_FORM_SHARE = 3  # every third lead comes from a form inside the app, the others from the website
VIEW_SHARE = 5  # every fifth one only saw the ad


def campaign_row(delivery: Delivery, account_id: str, now: int, windows: Iterable[str]) -> Row:
    """A campaign on a day, with every field; what has no value is not there at all."""
    row = {
        "account_id": account_id,
        "account_currency": "USD",
        "campaign_id": campaign_id(delivery.campaign.id),
        "campaign_name": campaign_name(delivery.campaign, now),
        "objective": "OUTCOME_LEADS",
        "spend": money(delivery.spend_cents),
        "impressions": str(delivery.impressions),
        "clicks": str(delivery.clicks),
        "inline_link_clicks": str(delivery.clicks * 3 // 4),
        "actions": actions(delivery, tuple(windows)),
        "date_start": delivery.day.isoformat(),
        "date_stop": delivery.day.isoformat(),
    }
    return {name: value for name, value in row.items() if value not in ("", [])}


def actions(delivery: Delivery, windows: tuple[str, ...]) -> list[Row]:
    """`lead` is the roll-up of the ones after it; whoever adds them all up counts each lead three times."""
    on_site = [lead.id for lead in delivery.leads if lead.id % INSTANT_FORM_SHARE]
    in_app = [lead.id for lead in delivery.leads if lead.id % INSTANT_FORM_SHARE == 0]
    kinds = {
        "lead": on_site + in_app,
        "onsite_web_lead": on_site,
        "offsite_conversion.fb_pixel_lead": on_site,
        "onsite_conversion.lead_grouped": in_app,
    }
    found = [_action("link_click", delivery.clicks * 3 // 4, {})]
    for name, ids in kinds.items():
        seen = sum(1 for lead_id in ids if lead_id % VIEW_SHARE == 0)
        by_window = {"7d_click": len(ids) - seen, "1d_view": seen}
        counted = sum(by_window.get(window, 0) for window in windows)
        found.append(_action(name, counted, {each: by_window.get(each, 0) for each in windows}))
    return [action for action in found if action["value"] != "0"]


def _action(name: str, value: int, by_window: dict[str, int]) -> Row:
    windows = {window: str(count) for window, count in by_window.items() if count}
    return {"action_type": name, "value": str(value), **windows}


def reported_rows(
    account: AdAccount,
    account_id: str,
    since: date,
    until: date,
    now: int,
    windows: Iterable[str] = DEFAULT_WINDOWS,
) -> list[Row]:
    """Campaign by day, in no order that a client may rely on: by campaign, then by day."""
    found = account.deliveries(since, until, now)
    rows = [campaign_row(delivery, account_id, now, windows) for delivery in found]
    return sorted(rows, key=lambda row: (row["campaign_id"], row["date_start"]))


def summed(rows: list[Row], since: date, until: date, by_account: bool, account_id: str) -> list[Row]:
    """The rows of a span as one, as without `time_increment`."""
    if not rows:
        return []
    whole = {
        "account_id": account_id,
        "spend": _spend(rows),
        "impressions": str(sum(int(row["impressions"]) for row in rows)),
        "clicks": str(sum(int(row["clicks"]) for row in rows)),
        "date_start": since.isoformat(),
        "date_stop": until.isoformat(),
    }
    if by_account:
        return [whole]
    campaigns = {row["campaign_id"]: row["campaign_name"] for row in rows}
    return [
        summed([row for row in rows if row["campaign_id"] == each], since, until, True, account_id)[0]
        | {"campaign_id": each, "campaign_name": name}
        for each, name in campaigns.items()
    ]


def summary(rows: list[Row], since: date, until: date) -> Row:
    """The report's own sum over all pages. ASSUMED: an account without delivery gets none."""
    if not rows:
        return {}
    return {"spend": _spend(rows), "date_start": since.isoformat(), "date_stop": until.isoformat()}


def _spend(rows: list[Row]) -> str:
    return money(sum(round(float(row["spend"]) * 100) for row in rows))
