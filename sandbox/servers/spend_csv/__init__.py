"""The operator's spend file, as somebody in marketing exports it: one CSV over HTTP, whole each time.

Columns and rules are those of the project's own upload contract `spend_upload_v1`. Paid clicks come as one
row per campaign and day, mailers as one row per campaign and month, agency fees as a row per brand and month,
and Google's corrections as credits. Days that are not over yet in the brand's time zone are not in the file.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers.base import Access, SandboxAccount
from sandbox.world.calendars import DAY
from sandbox.world.model import Brand, Campaign, CampaignSpend, World

COLUMNS = (
    "row_key",
    "source",
    "account_id",
    "account_name",
    "campaign_id",
    "campaign_name",
    "date",
    "period_start",
    "period_end",
    "spend",
    "currency",
    "cost_type",
    "impressions",
    "clicks",
    "invoice_ref",
)
FILE_PATH = "/spend_upload_v1.csv"
ACCESS = Access(kind="spend", paths={"url": FILE_PATH})
AGENCY_FEE_CENTS = 30_000
CREDIT_SHARE = 40  # a quarterly correction of one part in forty of the month's Google Ads cost
_MONTHLY_CHANNELS = frozenset({"direct_mail"})
# The upload contract's controlled list, where it has another word than the channel.
_SOURCES = {"microsoft_ads": "microsoft"}

Row = dict[str, str]


class SpendFile:
    """Serves the file as of the clock."""

    platform = "spend_csv"
    kind = "spend"

    def __init__(self, world: World, account_id: str, clock: Clock) -> None:
        self._world = world
        self._account_id = account_id
        self._clock = clock
        self.app = Starlette(routes=[Route(FILE_PATH, self._download)])

    def native_id(self, entity: str, world_id: int) -> str:
        """Only campaigns are known here: the ad platform's own id, as text."""
        if entity != "campaigns":
            raise KeyError(f"the spend file has no {entity}")
        return campaign_id(world_id)

    def expected(self, object_name: str) -> Iterator[tuple[str, Row]]:
        """The file's rows as text by column; normalising them is the reader's business."""
        if object_name == "spend":
            yield from ((row["row_key"], row) for row in self.rows())

    def throttled(self, retry_after: int | None) -> Response:
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return PlainTextResponse("Too Many Requests", 429, headers)

    def rows(self) -> Iterator[Row]:
        finished = {brand.key: self._today(brand) for brand in self._world.brands.values()}
        monthly: dict[tuple[int, str], list[CampaignSpend]] = defaultdict(list)
        for spend in self._world.spend:
            campaign = self._world.campaigns[spend.campaign_id]
            if campaign.cost_source != "file" or spend.day >= finished[campaign.brand_key]:
                continue
            monthly[campaign.id, spend.day[:7]].append(spend)
            if campaign.channel not in _MONTHLY_CHANNELS:
                yield self._daily(campaign, spend)
        for (campaign_key, month), days in monthly.items():
            campaign = self._world.campaigns[campaign_key]
            if finished[campaign.brand_key][:7] > month:
                yield from self._closed_month(campaign, month, days)
        yield from self._fees(finished)

    def _today(self, brand: Brand) -> str:
        """The brand's day on which the file was last exported."""
        now = self._clock.now()
        exported_at = min(now, self._world.silent_since.get(self._account_id, now))
        exported_at -= self._world.days_behind * DAY
        return datetime.fromtimestamp(exported_at, ZoneInfo(brand.timezone)).date().isoformat()

    def _daily(self, campaign: Campaign, spend: CampaignSpend) -> Row:
        return self._row(
            campaign,
            f"{campaign_id(campaign.id)}-{spend.day}",
            spend.spend_cents,
            day=spend.day,
            name=self._name_on(campaign, spend.day),
            clicks=str(spend.clicks),
            impressions=str(spend.impressions),
        )

    def _closed_month(self, campaign: Campaign, month: str, days: list[CampaignSpend]) -> Iterator[Row]:
        total, native = sum(spend.spend_cents for spend in days), campaign_id(campaign.id)
        first, last = days[0].day, days[-1].day
        name = self._name_on(campaign, last)
        if campaign.channel in _MONTHLY_CHANNELS:
            invoice = f"INV-{month.replace('-', '')}-{campaign.id}"
            yield self._row(
                campaign,
                f"{native}-{month}",
                total,
                period=(first, last),
                name=name,
                invoice_ref=invoice,
            )
        elif campaign.channel == "google_ads" and month[5:] in ("03", "06", "09", "12"):
            yield self._row(
                campaign,
                f"{native}-{month}-credit",
                -(total // CREDIT_SHARE),
                day=last,
                name=name,
                cost_type="credit",
            )

    def _fees(self, finished: dict[str, str]) -> Iterator[Row]:
        for brand in self._world.brands.values():
            for first, last in _whole_months(self._world.starts_at, finished[brand.key]):
                yield _blank() | {
                    "row_key": f"fee-{brand.key}-{first:%Y-%m}",
                    "source": "agency_fee",
                    "account_id": brand.key,
                    "account_name": brand.name,
                    "campaign_name": "SEO retainer",
                    "period_start": first.isoformat(),
                    "period_end": last.isoformat(),
                    "spend": money(AGENCY_FEE_CENTS),
                    "cost_type": "fee",
                    "invoice_ref": f"AG-{first:%y%m}",
                }

    def _row(
        self,
        campaign: Campaign,
        key: str,
        cents: int,
        *,
        name: str,
        day: str = "",
        period: tuple[str, str] = ("", ""),
        **more: str,
    ) -> Row:
        brand = self._world.brands[campaign.brand_key]
        return _blank() | {
            "row_key": key,
            "source": _SOURCES.get(campaign.channel, campaign.channel),
            "account_id": brand.key,
            "account_name": brand.name,
            "campaign_id": campaign_id(campaign.id),
            "campaign_name": name,
            "date": day,
            "period_start": period[0],
            "period_end": period[1],
            "spend": money(cents),
            **more,
        }

    @staticmethod
    def _name_on(campaign: Campaign, day: str) -> str:
        if campaign.renamed_at is None or campaign.renamed_to is None:
            return campaign.name
        renamed_on = datetime.fromtimestamp(campaign.renamed_at, UTC).date().isoformat()
        return campaign.renamed_to if day >= renamed_on else campaign.name

    async def _download(self, request: Request) -> Response:
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows())
        return Response(text.getvalue(), media_type="text/csv; charset=utf-8")


def build(world: World, account: SandboxAccount, clock: Clock, faults: Faults) -> SpendFile:
    """One file for all brands; it asks for no credentials."""
    return SpendFile(world, account.account_id, clock)


def campaign_id(world_id: int) -> str:
    """Ad platforms' campaign ids are longer than a float can hold exactly."""
    return str(120_210_000_000_000_000 + world_id)


def money(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _blank() -> Row:
    return dict.fromkeys(COLUMNS, "") | {"currency": "USD", "cost_type": "media"}


def _whole_months(starts_at: int, today: str) -> Iterator[tuple[date, date]]:
    first = (datetime.fromtimestamp(starts_at, UTC).date().replace(day=1) + timedelta(days=32)).replace(day=1)
    while True:
        following = (first + timedelta(days=32)).replace(day=1)
        if following.isoformat() > today:
            return
        yield first, following - timedelta(days=1)
        first = following


__all__ = ["ACCESS", "COLUMNS", "FILE_PATH", "SpendFile", "build"]
