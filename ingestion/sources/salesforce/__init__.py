"""Salesforce CRM: leads, contacts, opportunities, calls. Objects in `objects`, reading in `records`.

Vendor documentation: https://developer.salesforce.com/docs/platform/api-rest/guide (REST API),
https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch (Bulk API 2.0).
"""

from ingestion.sources.salesforce.connection import CREDENTIALS, Options, open_client
from ingestion.sources.salesforce.objects import OBJECTS
from ingestion.spec import SourceSpec

SPEC = SourceSpec(
    platform="salesforce",
    kind="crm",
    title="Salesforce",
    objects=OBJECTS,
    open_client=open_client,
    credentials=CREDENTIALS,
    options_model=Options,
    parallel_objects=3,
)
