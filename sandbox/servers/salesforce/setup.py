"""What changes rarely: the people who own records, the stages and the lead statuses."""

from __future__ import annotations

from sandbox.clock import epoch
from sandbox.servers.salesforce.identifiers import identifier
from sandbox.servers.salesforce.rows import SetupRow

SINCE = epoch("2024-01-08T15:00:00Z")
# The last one has left: users are deactivated, never deleted.
USERS = (
    ("Dana", "Whitfield", True),
    ("Marcus", "Bell", True),
    ("Tonya", "Price", True),
    ("Ray", "Odum", False),
)
# (name, is closed, is won)
STAGES = (
    ("New Request", False, False),
    ("Contacted", False, False),
    ("Appointment Booked", False, False),
    ("Closed Won", True, True),
    ("Closed Lost", True, False),
)
# (name, is default, is converted)
STATUSES = (
    ("Open - Not Contacted", True, False),
    ("Working - Contacted", False, False),
    ("Closed - Converted", False, True),
    ("Closed - Not Converted", False, False),
)


def rows(name: str) -> list[SetupRow]:
    """The rows of User, OpportunityStage or LeadStatus."""
    makers = {"User": _users, "OpportunityStage": _stages, "LeadStatus": _statuses}
    return [
        SetupRow(identifier(name, number), SINCE, SINCE, values=values)
        for number, values in enumerate(makers[name](), 1)
    ]


def _users() -> list[dict[str, str | bool | int]]:
    return [
        {
            "Username": f"{first}.{last}@ridgeline.example.com".lower(),
            "LastName": last,
            "FirstName": first,
            "Name": f"{first} {last}",
            "Email": f"{first}.{last}@example.com".lower(),
            "IsActive": is_active,
        }
        for first, last, is_active in USERS
    ]


def _stages() -> list[dict[str, str | bool | int]]:
    return [
        {"ApiName": name, "MasterLabel": name, "IsActive": True, "SortOrder": order, "IsClosed": is_closed,
         "IsWon": is_won}
        for order, (name, is_closed, is_won) in enumerate(STAGES, 1)
    ]  # fmt: skip


def _statuses() -> list[dict[str, str | bool | int]]:
    return [
        {"ApiName": name, "MasterLabel": name, "SortOrder": order, "IsDefault": is_default,
         "IsConverted": is_converted}
        for order, (name, is_default, is_converted) in enumerate(STATUSES, 1)
    ]  # fmt: skip
