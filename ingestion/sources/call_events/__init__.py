"""Call events (`call_event_v1`): what AI receptionists and answering services tell of calls, as files.

`events` reads and checks one event, `documents` a file of them. The contract is the project's own:
docs/how-to/connect-call_events.md.
"""

from ingestion.sources.call_events.objects import OBJECTS
from ingestion.spec import SourceSpec
from ingestion.uploads import UploadOptions, open_client

SPEC = SourceSpec(
    platform="call_events",
    kind="calls",
    title="Call events",
    objects=OBJECTS,
    open_client=open_client,
    options_model=UploadOptions,
    parallel_objects=1,
)
