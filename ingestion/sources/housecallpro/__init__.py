"""Housecall Pro, public API: a dispatch platform. Objects in `objects`, how its lists behave in `listings`.

Vendor documentation: https://docs.housecallpro.com (the paths have no version prefix).
"""

from ingestion.sources.housecallpro.connection import CREDENTIALS, Options, open_client
from ingestion.sources.housecallpro.objects import OBJECTS
from ingestion.spec import SourceSpec

SPEC = SourceSpec(
    platform="housecallpro",
    kind="dispatch",
    title="Housecall Pro",
    objects=OBJECTS,
    open_client=open_client,
    credentials=CREDENTIALS,
    options_model=Options,
    parallel_objects=4,
)
