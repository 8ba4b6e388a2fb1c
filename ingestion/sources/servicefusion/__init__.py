"""Service Fusion, REST API v1: a dispatch platform. Objects in `objects`, how lists behave in `listings`.

Vendor documentation: https://docs.servicefusion.com
"""

from ingestion.sources.servicefusion.connection import CREDENTIALS, Options, open_client
from ingestion.sources.servicefusion.objects import OBJECTS
from ingestion.spec import SourceSpec

SPEC = SourceSpec(
    platform="servicefusion",
    kind="dispatch",
    title="Service Fusion",
    objects=OBJECTS,
    open_client=open_client,
    credentials=CREDENTIALS,
    options_model=Options,
    parallel_objects=4,
)
