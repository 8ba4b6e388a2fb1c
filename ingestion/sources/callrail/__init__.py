"""CallRail: calls, forms and text messages with the visits behind them. Lists in `listings`, objects as data.

Vendor documentation: https://apidocs.callrail.com (API v3).
"""

from ingestion.sources.callrail.connection import CREDENTIALS, Options, open_client
from ingestion.sources.callrail.objects import OBJECTS
from ingestion.spec import SourceSpec

SPEC = SourceSpec(
    platform="callrail",
    kind="calls",
    title="CallRail",
    objects=OBJECTS,
    open_client=open_client,
    credentials=CREDENTIALS,
    options_model=Options,
    parallel_objects=2,
)
