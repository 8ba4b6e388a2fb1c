"""HubSpot CRM: contacts, deals, calls and who belongs to whom. Objects in `objects`, reading in `records`.

Vendor documentation: https://developers.hubspot.com/docs/api-reference/crm (families v3 for objects, v4 for
associations; both are served beside the dated ones).
"""

from ingestion.sources.hubspot.connection import CREDENTIALS, Options, open_client
from ingestion.sources.hubspot.objects import OBJECTS
from ingestion.spec import SourceSpec

SPEC = SourceSpec(
    platform="hubspot",
    kind="crm",
    title="HubSpot",
    objects=OBJECTS,
    open_client=open_client,
    credentials=CREDENTIALS,
    options_model=Options,
    parallel_objects=3,
)
