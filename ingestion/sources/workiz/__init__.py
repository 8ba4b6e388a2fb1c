"""Workiz, REST API v1: a dispatch platform. Objects in `objects`, how its lists behave in `listings`.

Vendor documentation: https://developer.workiz.com. What is read of it is jobs, leads and the team; there is
nothing else to read: no customers, invoices, payments, estimates or calls.
"""

from ingestion.sources.workiz.connection import CREDENTIALS, Options, open_client
from ingestion.sources.workiz.objects import OBJECTS
from ingestion.spec import SourceSpec

SPEC = SourceSpec(
    platform="workiz",
    kind="dispatch",
    title="Workiz",
    objects=OBJECTS,
    open_client=open_client,
    credentials=CREDENTIALS,
    options_model=Options,
    # The quota is the account's, so there is nothing to gain from asking side by side.
    parallel_objects=2,
)
