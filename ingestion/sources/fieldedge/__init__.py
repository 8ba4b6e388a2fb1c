"""FieldEdge: a dispatch platform whose history leaves it as files.

Its Open API lists no customers, work orders, invoices or leads, and has no payments; it answers about one
record whose id is known. So exports that are dropped into a folder are the primary source (`drop`,
`documents`), and look-ups by the ids in them find what changed or vanished since (`look_ups`). What no
document establishes is in `assumptions`.

Vendor documentation: https://docs-dev.fieldedge.com
"""

from ingestion.sources.fieldedge.connection import CREDENTIALS, Options, open_client
from ingestion.sources.fieldedge.objects import OBJECTS
from ingestion.spec import SourceSpec

SPEC = SourceSpec(
    platform="fieldedge",
    kind="dispatch",
    title="FieldEdge",
    objects=OBJECTS,
    open_client=open_client,
    credentials=CREDENTIALS,
    options_model=Options,
    parallel_objects=4,
)
