"""Meta ads (Facebook and Instagram): campaigns, and what each cost on each day.

Vendor documentation: https://developers.facebook.com/docs/marketing-api/insights. `reports` asks for
insights, `graph` knows the Graph API's errors and limits.
"""

from ingestion.sources.meta_ads.graph import CREDENTIALS, Options, open_client
from ingestion.sources.meta_ads.objects import OBJECTS
from ingestion.spec import SourceSpec

SPEC = SourceSpec(
    platform="meta_ads",
    kind="ads",
    title="Meta Ads",
    objects=OBJECTS,
    open_client=open_client,
    credentials=CREDENTIALS,
    options_model=Options,
    parallel_objects=1,
)
