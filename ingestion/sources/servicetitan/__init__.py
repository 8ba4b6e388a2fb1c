"""ServiceTitan, read API v2: a dispatch platform. Objects in `objects`, how feeds behave in `feeds`.

Vendor documentation: https://developer.servicetitan.io/docs/transactional-and-export-apis
"""

from ingestion.sources.servicetitan.connection import CREDENTIALS, Options, open_client
from ingestion.sources.servicetitan.objects import OBJECTS
from ingestion.spec import SourceSpec

SPEC = SourceSpec(
    platform="servicetitan",
    kind="dispatch",
    title="ServiceTitan",
    objects=OBJECTS,
    open_client=open_client,
    credentials=CREDENTIALS,
    options_model=Options,
    parallel_objects=4,
)
