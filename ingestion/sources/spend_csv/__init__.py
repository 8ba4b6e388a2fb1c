"""Spend files (`spend_upload_v1`): what no ad platform's API tells, such as mailers, radio, retainers and
fees.

`documents` reads and checks a file as a whole, `rows` one line of it. The contract is the project's own.
"""

from ingestion.sources.spend_csv.objects import OBJECTS
from ingestion.spec import SourceSpec
from ingestion.uploads import UploadOptions, open_client

SPEC = SourceSpec(
    platform="spend_csv",
    kind="spend",
    title="Spend uploads",
    objects=OBJECTS,
    open_client=open_client,
    options_model=UploadOptions,
    parallel_objects=1,
)
