"""Google Ads, Local Services Ads included: campaigns, cost by day, clicks, leads.

`connection` knows how an account is reached and what day it is there, `queries` what is asked, `answers` how
answers are read, `pulls` what is asked again and when.
"""

from ingestion.sources.google_ads.connection import CREDENTIALS, Options, open_client
from ingestion.sources.google_ads.objects import OBJECTS
from ingestion.spec import SourceSpec

SPEC = SourceSpec(
    platform="google_ads",
    kind="ads",
    title="Google Ads",
    objects=OBJECTS,
    open_client=open_client,
    credentials=CREDENTIALS,
    options_model=Options,
    parallel_objects=3,
)
