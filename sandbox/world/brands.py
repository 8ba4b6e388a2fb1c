"""The operator's three brands: where they work, what they do, who does it."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from sandbox.world.calendars import DAY
from sandbox.world.model import Brand, BusinessUnit, JobType, Technician, World
from sandbox.world.names import FIRST_NAMES, LAST_NAMES

OPERATOR_NAME = "Ridgeline Home Services"
# Systems that can serve all brands: platform -> account, for ads the beginning of one for each brand; and
# those that do unless a layout says otherwise.
OPERATOR_ACCOUNTS = {
    "hubspot": "hs-portal",
    "spend_csv": "spend",
    "accounting_csv": "books",
    "salesforce": "sf-org",
    "callrail": "cr-company",
    "call_events": "receptionist",
    "google_ads": "gads",
    "meta_ads": "meta",
    "microsoft_ads": "msads",
}
DEFAULT_SYSTEMS = ("hubspot", "spend_csv")
# With the books beside them: some gaps lie between dispatch and the books.
SYSTEMS_WITH_BOOKS = (*DEFAULT_SYSTEMS, "accounting_csv")


@dataclass(frozen=True)
class Territory:
    """A brand's town. Tax applies to materials and equipment, as basis points."""

    latitude: float
    longitude: float
    tax_basis_points: int
    demand_share: float


TERRITORIES: dict[str, Territory] = {
    "cedar-ridge": Territory(42.2711, -89.0940, 875, 0.46),
    "bluebird": Territory(39.9612, -82.9988, 750, 0.34),
    "summit": Territory(39.7392, -104.9903, 881, 0.20),
}


def brands() -> tuple[Brand, ...]:
    return (
        Brand(
            key="cedar-ridge",
            name="Cedar Ridge Heating & Plumbing",
            trades=("hvac", "plumbing"),
            timezone="America/Chicago",
            city="Rockford",
            state="IL",
            platform="servicetitan",
            account_id="st-cedar",
            office_phone="+18155550100",
            service_zips=tuple(f"611{n:02d}" for n in (1, 2, 3, 4, 7, 8, 9, 11, 12, 14, 15, 16)),
            dispatch_keeps=frozenset(
                {
                    "calls",
                    "campaign_costs",
                    "credit_invoices",
                    "late_customers",
                    "memberships",
                    "payments",
                    "slot_lengths",
                }
            ),
        ),
        Brand(
            key="bluebird",
            name="Bluebird Plumbing & Electric",
            trades=("plumbing", "electrical"),
            timezone="America/New_York",
            city="Columbus",
            state="OH",
            platform="housecallpro",
            dispatch_keeps=frozenset({"late_customers", "name_parts"}),
            account_id="hcp-bluebird",
            office_phone="+16145550100",
            service_zips=tuple(
                f"432{n:02d}" for n in (1, 2, 3, 4, 5, 6, 7, 9, 11, 12, 13, 14, 15, 17, 19, 20)
            ),
        ),
        Brand(
            key="summit",
            name="Summit Roofing",
            trades=("roofing",),
            timezone="America/Denver",
            city="Denver",
            state="CO",
            platform="housecallpro",
            dispatch_keeps=frozenset({"late_customers", "name_parts"}),
            account_id="hcp-summit",
            office_phone="+13035550100",
            service_zips=tuple(f"802{n:02d}" for n in (2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 18, 19, 20, 22)),
        ),
    )


# trade -> (name, kind, minutes); the kinds are those of JobType.kind.
_JOB_TYPES: dict[str, tuple[tuple[str, str, int], ...]] = {
    "hvac": (
        ("AC Repair", "repair", 120),
        ("Furnace Repair", "repair", 120),
        ("HVAC Tune-Up", "maintenance", 90),
        ("HVAC Replacement Estimate", "estimate", 90),
        ("HVAC System Install", "install", 480),
        ("HVAC Recall", "recall", 90),
    ),
    "plumbing": (
        ("Drain Cleaning", "repair", 90),
        ("Leak Repair", "repair", 120),
        ("Plumbing Inspection", "maintenance", 60),
        ("Water Heater Estimate", "estimate", 60),
        ("Water Heater Install", "install", 240),
        ("Plumbing Recall", "recall", 90),
    ),
    "electrical": (
        ("Outlet & Switch Repair", "repair", 90),
        ("Breaker Troubleshooting", "repair", 120),
        ("Electrical Safety Check", "maintenance", 60),
        ("Panel Upgrade Estimate", "estimate", 60),
        ("Panel Upgrade", "install", 360),
        ("Electrical Recall", "recall", 90),
    ),
    "roofing": (
        ("Roof Leak Repair", "repair", 180),
        ("Gutter Repair", "repair", 180),
        ("Roof Maintenance", "maintenance", 120),
        ("Roof Inspection & Estimate", "estimate", 90),
        ("Roof Replacement", "install", 600),
        ("Roof Warranty Visit", "recall", 120),
    ),
}
# The spread of a ticket by trade and kind, dollars: low, high, most common.
TICKETS: dict[tuple[str, str], tuple[int, int, int]] = {
    ("hvac", "repair"): (149, 1250, 320),
    ("hvac", "maintenance"): (89, 189, 129),
    ("hvac", "install"): (4600, 13800, 7600),
    ("plumbing", "repair"): (129, 1400, 340),
    ("plumbing", "maintenance"): (79, 169, 99),
    ("plumbing", "install"): (1450, 6900, 2300),
    ("electrical", "repair"): (129, 980, 290),
    ("electrical", "maintenance"): (89, 199, 129),
    ("electrical", "install"): (1900, 6200, 3100),
    ("roofing", "repair"): (350, 2600, 850),
    ("roofing", "maintenance"): (199, 499, 289),
    ("roofing", "install"): (6200, 17500, 9400),
}


def add_reference_data(world: World) -> None:
    """Brands, job types, business units and crews; the same for every size of world."""
    for brand in brands():
        world.brands[brand.key] = brand
        rng = Random(f"{world.seed}:crew:{brand.key}")
        for trade in brand.trades:
            _add_trade(world, brand, trade, rng)


def _add_trade(world: World, brand: Brand, trade: str, rng: Random) -> None:
    unit_id = len(world.business_units) + 1
    world.business_units[unit_id] = BusinessUnit(unit_id, brand.key, f"{trade.title()} Service", trade)
    world.business_units[unit_id + 1] = BusinessUnit(unit_id + 1, brand.key, f"{trade.title()} Sales", trade)
    for name, kind, minutes in _JOB_TYPES[trade]:
        type_id = len(world.job_types) + 1
        threshold = 100_000 if kind == "estimate" else 0
        world.job_types[type_id] = JobType(type_id, brand.key, name, trade, kind, minutes, threshold)
    for position in range(6):
        technician_id = len(world.technicians) + 1
        # The last one of a crew leaves during the history, so that jobs point at somebody inactive.
        left_at = world.starts_at + 200 * DAY if position == 5 else None
        world.technicians[technician_id] = Technician(
            id=technician_id,
            brand_key=brand.key,
            first=rng.choice(FIRST_NAMES),
            last=rng.choice(LAST_NAMES),
            trade=trade,
            hired_at=world.starts_at - rng.randrange(100, 2000) * DAY,
            left_at=left_at,
        )
