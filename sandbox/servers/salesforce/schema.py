"""All objects of the org."""

from __future__ import annotations

from sandbox.servers.salesforce.activities import CAMPAIGN, MEMBER, TASK
from sandbox.servers.salesforce.people import ACCOUNT, CONTACT
from sandbox.servers.salesforce.requests import HISTORY, LEAD, OPPORTUNITY, ROLE
from sandbox.servers.salesforce.setup import STAGE, STATUS, USER
from sandbox.servers.salesforce.sobjects import SObject

SOBJECTS = {
    one.name: one
    for one in (
        LEAD,
        CONTACT,
        ACCOUNT,
        OPPORTUNITY,
        ROLE,
        HISTORY,
        TASK,
        CAMPAIGN,
        MEMBER,
        USER,
        STAGE,
        STATUS,
    )
}


def sobject(name: str) -> SObject | None:
    """Object names are compared without case."""
    return next((one for key, one in SOBJECTS.items() if key.lower() == name.lower()), None)
