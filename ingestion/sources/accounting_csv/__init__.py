"""Accounting exports (`accounting_export_v1`): documents as the operator's books have them.

`documents` reads and checks a file as a whole, `entries` one line of it. The contract is the project's own:
any accounting system can be compared with dispatch before it has a connector.
"""

from ingestion.sources.accounting_csv.objects import OBJECTS
from ingestion.spec import SourceSpec
from ingestion.uploads import UploadOptions, open_client

SPEC = SourceSpec(
    platform="accounting_csv",
    kind="accounting",
    title="Accounting exports",
    objects=OBJECTS,
    open_client=open_client,
    options_model=UploadOptions,
    parallel_objects=1,
)
