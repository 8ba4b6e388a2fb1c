"""Microsoft Advertising (Bing and its partners): what each campaign cost on each day.

Vendor documentation: https://learn.microsoft.com/advertising/guides/ (REST, v13). `reports` orders and reads
report files, `tokens` keeps the refresh token, which Microsoft may replace at each use.
"""

from ingestion.sources.microsoft_ads.connection import CREDENTIALS, Options, open_client
from ingestion.sources.microsoft_ads.objects import OBJECTS
from ingestion.spec import SourceSpec

SPEC = SourceSpec(
    platform="microsoft_ads",
    kind="ads",
    title="Microsoft Advertising",
    objects=OBJECTS,
    open_client=open_client,
    credentials=CREDENTIALS,
    options_model=Options,
    parallel_objects=2,
)
