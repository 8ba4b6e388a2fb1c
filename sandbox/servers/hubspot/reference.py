"""What changes rarely: pipelines with their stages, and the people who own records."""

from __future__ import annotations

from typing import Any

from sandbox.servers.hubspot.portal import FIRST_OWNER, STAGES

GROUPS = {"contacts": "contactinformation", "deals": "dealinformation", "calls": "call"}
LABELS = {
    "new": ("New request", "0.1"),
    "contacted": ("Contacted", "0.3"),
    "booked": ("Booked", "0.6"),
    "closedwon": ("Closed won", "1.0"),
    "closedlost": ("Closed lost", "0.0"),
}
OWNERS = (
    ("Dana", "Whitfield", False),
    ("Marcus", "Bell", False),
    ("Tonya", "Price", False),
    ("Ray", "Odum", True),
)
SINCE = "2024-01-08T15:00:00.000Z"


def pipelines(object_type: str) -> list[dict[str, Any]]:
    """Deals have one pipeline; a stage is written by id, not by label. `isClosed` is text."""
    if object_type != "deals":
        return []
    stages = [
        {
            "id": stage,
            "label": LABELS[stage][0],
            "displayOrder": position,
            "archived": False,
            "createdAt": SINCE,
            "updatedAt": SINCE,
            "metadata": {
                "isClosed": "true" if stage.startswith("closed") else "false",
                "probability": LABELS[stage][1],
            },
        }
        for position, stage in enumerate(STAGES)
    ]
    pipeline = {
        "id": "default",
        "label": "Service requests",
        "displayOrder": 0,
        "archived": False,
        "stages": stages,
    }
    return [pipeline | {"createdAt": SINCE, "updatedAt": SINCE}]


def owners() -> list[dict[str, Any]]:
    """The last one has left and is listed with `archived=true` only."""
    return [
        {
            "id": str(FIRST_OWNER + number),
            "email": f"{first}.{last}@example.com".lower(),
            "firstName": first,
            "lastName": last,
            "userId": 7_000 + number,
            "teams": [],
            "archived": archived,
            "createdAt": SINCE,
            "updatedAt": SINCE,
        }
        for number, (first, last, archived) in enumerate(OWNERS)
    ]
