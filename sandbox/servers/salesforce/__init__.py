"""A simulated Salesforce org: the CRM of all brands, behind the REST and the Bulk 2.0 query API.

The same requests, people and calls as any other CRM of the operator has, in this vendor's way: a request from
somebody new is a Lead and becomes an Opportunity when it is converted (`org` says when); a request from a
contact is an Opportunity from the beginning; a call is a Task.

| object | custom fields |
|---|---|
| Lead and Opportunity | `Brand__c`, `Trade__c`, `Lead_Kind__c`, `Call_Task_Id__c`, `UTM_Source__c`, `UTM_Medium__c`, `UTM_Campaign__c`, `GCLID__c`, `MSCLKID__c`, `FBCLID__c`, `Landing_Page__c`, `Referrer__c`; all marketing ones null without a source |
| Opportunity | `Ext_Job_Id__c`: the dispatch id of the booked job; null before, and where the hand-over failed |
| Task | `Call_Started_At__c`, `From_Number__c` (null when withheld), `To_Number__c` (the tracking number), `Call_Outcome__c` (null until classified), `Brand__c` |
| Campaign | `Brand__c`; one for each campaign that links name, with its members |

`LeadSource` is the office's picklist, null without a recorded source. `schema.SOBJECTS` lists all fields. What
is ASSUMED says so where it is decided.
"""  # noqa: E501

from __future__ import annotations

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers.base import Access, SandboxAccount
from sandbox.servers.salesforce.server import SalesforceServer
from sandbox.world.model import World

__all__ = ["ACCESS", "SalesforceServer", "build"]

ACCESS = Access(
    kind="crm",
    credentials={"client_id": "3MVG9", "client_secret": ""},
    token_path="/services/oauth2/token",
)


def build(world: World, account: SandboxAccount, clock: Clock, faults: Faults) -> SalesforceServer:
    """The server of one org. An injected token fault ends every session."""
    return SalesforceServer(world, account, clock, faults)
