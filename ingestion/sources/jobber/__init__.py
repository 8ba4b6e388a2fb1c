"""Jobber, GraphQL API: a dispatch platform. Objects in `objects`, how its lists behave in `listings`.

Vendor documentation: https://developer.getjobber.com/docs (versions are dates; `connection.Options`).
"""

from ingestion.sources.jobber.connection import CREDENTIALS, Options, open_client
from ingestion.sources.jobber.objects import OBJECTS
from ingestion.spec import SourceSpec

SPEC = SourceSpec(
    platform="jobber",
    kind="dispatch",
    title="Jobber",
    objects=OBJECTS,
    open_client=open_client,
    credentials=CREDENTIALS,
    options_model=Options,
    # One at a time: the account's points are what there is to wait for, and two readers would race for them.
    parallel_objects=1,
)
