"""Six facts that come late: what was known at first, and what is known in the end.

A payment, a restated spend, two customer records that were one household, a renamed campaign, a job that the
dispatch platform put to another campaign, and a tracking number that belongs to somebody else by now. All at
the brand `north`.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime
from decimal import Decimal
from random import Random

from tests.warehouse.random_rows import Row, Rows, form, member

NUMBER = "+15125550160"


def with_late_facts(rows: Rows) -> Rows:
    """`rows` and everything below as it is known in the end."""
    final = deepcopy(rows)
    for household in ("S1", "S2", "S3", "S4", "S5"):
        final["bridge_household_members"].append(member(household, "customer", f"C{household}", "north"))
    final["campaigns"] += [_campaign("AC Tune-Up"), _other_campaign()]
    final["tracking_numbers"] += [
        _assignment("N1", "Yelp", datetime(2026, 1, 1), datetime(2026, 3, 1)),
        _assignment("N2", "Facebook", datetime(2026, 3, 10), None),
    ]
    final["ad_spend"] += [_spend(Decimal("130.0000"))]
    final["jobs"] += [
        _job("JS1", "CS1", datetime(2026, 2, 3, 16)) | {"campaign_key": "CM1"},
        _job("JS2", "CS2", datetime(2026, 2, 2, 16)),
        _job("JS3", "CS3", datetime(2026, 3, 20, 17)),
        _job("JS4", "CS4-other", datetime(2026, 2, 10, 16)),
        _job("JS5", "CS5", datetime(2026, 2, 5, 16)) | {"campaign_key": "CM2"},
    ]
    for household, called_at in (("S2", datetime(2026, 2, 2, 15)), ("S3", datetime(2026, 3, 20, 15))):
        final["calls"].append(_call(f"K{household}", f"J{household}", called_at))
        final["int_calls__resolved"].append(
            {"call_key": f"K{household}", "household_key": household, "person_key": f"P{household}"}
        )
    final["leads"].append(form("LS4", "north", datetime(2026, 2, 1, 15)))
    final["bridge_household_members"] += [
        member("S4", "lead", "LS4"),
        member("S4", "customer", "CS4-other", "north"),
    ]
    final["payments"].append(
        {
            "payment_key": "PS4", "native_id": "PS4", "account_id": "north", "customer_key": "CS4-other",
            "job_key": "JS4", "payment_kind": "payment", "payment_status": "succeeded",
            "paid_at": datetime(2026, 2, 11, 18), "updated_at": datetime(2026, 2, 11, 18),
            "created_at": datetime(2026, 2, 11, 18), "paid_on": datetime(2026, 2, 11).date(),
            "amount": Decimal("500.00"),
        }
    )  # fmt: skip
    return final


def as_known_at_first(final: Rows, seed: int) -> Rows:
    """Before the late facts, and in another order: one in ten payments is missing, too."""
    rng = Random(seed)
    early = deepcopy(final)
    early["campaigns"] = [_campaign("AC Repair"), _other_campaign()]
    for row in early["jobs"]:
        if row["job_key"] == "JS5":
            row["campaign_key"] = "CM1"
    early["tracking_numbers"] = [_assignment("N1", "Yelp", datetime(2026, 1, 1), None)]
    early["ad_spend"] = [_spend(Decimal("100.0000"))]
    for row in early["bridge_household_members"]:
        if row["record_key"] == "CS4-other":
            row["household_key"] = "S4-other"
    early["payments"] = [
        row for row in early["payments"] if row["payment_key"] != "PS4" and rng.random() < 0.9
    ]
    return shuffled(early, seed)


def shuffled(rows: Rows, seed: int) -> Rows:
    rng = Random(seed)
    return {table: rng.sample(listed, len(listed)) for table, listed in rows.items()}


def _campaign(name: str) -> Row:
    return {
        "campaign_key": "CM1", "native_id": "1", "account_id": "north", "campaign_name": name,
        "category_name": "Google Ads", "is_active": True,
    }  # fmt: skip


def _other_campaign() -> Row:
    return _campaign("Yelp Ads") | {"campaign_key": "CM2", "native_id": "2", "category_name": "Yelp"}


def _assignment(key: str, source: str, assigned_at: datetime, released_at: datetime | None) -> Row:
    return {
        "tracking_number_key": key, "native_id": key, "platform": "crm", "account_id": "portal",
        "phone": NUMBER, "brand_key": "north", "source_name": source, "assigned_at": assigned_at,
        "released_at": released_at,
    }  # fmt: skip


def _spend(amount: Decimal) -> Row:
    return {
        "ad_spend_key": "S1", "native_id": "s1", "platform": "crm", "account_id": "portal",
        "campaign_name": "c0", "source_name": "google_ads", "brand_key": "north",
        "spend_on": datetime(2026, 2, 1).date(), "cost_type": "media", "spend_amount": amount,
        "currency": "USD", "allocation": "daily",
    }  # fmt: skip


def _job(job_key: str, customer_key: str, booked_at: datetime) -> Row:
    return {
        "job_key": job_key, "native_id": job_key, "account_id": "north", "customer_key": customer_key,
        "job_status": "completed", "created_at": booked_at, "booked_at": booked_at,
        "booked_on": booked_at.date(), "completed_at": booked_at, "completed_on": booked_at.date(),
        "total_amount": Decimal("500.00"),
    }  # fmt: skip


def _call(call_key: str, job_key: str, started_at: datetime) -> Row:
    return {
        "call_key": call_key, "native_id": call_key, "account_id": "north", "direction": "inbound",
        "from_phone": "+15125550170", "to_phone": NUMBER, "started_at": started_at,
        "started_on": started_at.date(), "duration_seconds": 180, "call_outcome": "booked",
        "is_answered": True, "job_key": job_key,
    }  # fmt: skip
