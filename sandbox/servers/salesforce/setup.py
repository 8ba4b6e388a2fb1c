"""What changes rarely: the people who own records, the stages and the lead statuses."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.clock import epoch
from sandbox.servers.salesforce.fields import Field, Getter, read_only, text
from sandbox.servers.salesforce.identifiers import identifier
from sandbox.servers.salesforce.org import Org
from sandbox.servers.salesforce.rows import SetupRow
from sandbox.servers.salesforce.sobjects import SObject, record_id, system

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


def rows_of(name: str) -> Callable[[Org], list[SetupRow]]:
    """Finds the rows of User, OpportunityStage or LeadStatus, which are the same at every instant."""
    makers = {"User": _users, "OpportunityStage": _stages, "LeadStatus": _statuses}
    found = [
        SetupRow(identifier(name, number), SINCE, SINCE, values=values)
        for number, values in enumerate(makers[name](), 1)
    ]
    return lambda org: found


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


def of_setup(name: str) -> Getter:
    return lambda org, row: row.values[name]


USER = SObject(
    "User",
    rows_of("User"),
    (
        record_id(),
        text("Username", of_setup("Username"), 80),
        text("LastName", of_setup("LastName"), 80),
        text("FirstName", of_setup("FirstName"), 40),
        read_only("Name", "string", of_setup("Name")),
        text("Email", of_setup("Email"), 128, "email"),
        Field("IsActive", "boolean", of_setup("IsActive")),
        *system(has_bin=False),
    ),
)

STAGE = SObject(
    "OpportunityStage",
    rows_of("OpportunityStage"),
    (
        record_id(),
        text("ApiName", of_setup("ApiName")),
        text("MasterLabel", of_setup("MasterLabel")),
        Field("IsActive", "boolean", of_setup("IsActive")),
        Field("SortOrder", "int", of_setup("SortOrder")),
        Field("IsClosed", "boolean", of_setup("IsClosed")),
        Field("IsWon", "boolean", of_setup("IsWon")),
        *system(has_bin=False),
    ),
    is_bulk=False,
)

STATUS = SObject(
    "LeadStatus",
    rows_of("LeadStatus"),
    (
        record_id(),
        text("ApiName", of_setup("ApiName")),
        text("MasterLabel", of_setup("MasterLabel")),
        Field("SortOrder", "int", of_setup("SortOrder")),
        Field("IsDefault", "boolean", of_setup("IsDefault")),
        Field("IsConverted", "boolean", of_setup("IsConverted")),
        *system(has_bin=False),
    ),
    is_bulk=False,
)
