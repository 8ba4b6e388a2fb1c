"""The three questions that are asked in SOQL: how many, the newest change, and the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from ingestion.sources.salesforce.fields import CURSOR
from ingestion.spec import Page, PullContext


@dataclass(frozen=True)
class Selection:
    """Which rows of an object: those that a condition holds for, and within a window of change times.

    Attributes:
        start: Included.
        end: Included, and frozen before the first page: what changes while rows are read comes next time.
    """

    sobject: str
    condition: str = ""
    start: datetime | None = None
    end: datetime | None = None

    def count(self) -> str:
        return f"SELECT COUNT() FROM {self.sobject}{self._where()}"

    def newest(self) -> str:
        return f"SELECT {CURSOR} FROM {self.sobject}{self._where()} ORDER BY {CURSOR} DESC LIMIT 1"

    def rows(self, names: Sequence[str]) -> str:
        """Without ORDER BY and LIMIT: they make a bulk job slow, and nothing here needs an order."""
        return f"SELECT {', '.join(names)} FROM {self.sobject}{self._where()}"

    def _where(self) -> str:
        parts = [f"({self.condition})"] if self.condition else []
        parts += [f"{CURSOR} >= {literal(self.start)}"] if self.start else []
        parts += [f"{CURSOR} <= {literal(self.end)}"] if self.end else []
        return f" WHERE {' AND '.join(parts)}" if parts else ""


def literal(moment: datetime) -> str:
    """An instant as SOQL takes it: without quotes, in UTC. Stamps have whole seconds."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


class QueryPage(msgspec.Struct):
    """What the walk needs of a page; the records themselves stay bytes."""

    totalSize: int
    done: bool
    records: list[msgspec.Raw]
    nextRecordsUrl: str | None = None


def ask(context: PullContext, query: str) -> Page:
    """The first page of a query, recycle bin and archived activities included."""
    return context.client.get(f"/services/data/v{context.options.api_version}/queryAll", {"q": query})


def count(context: PullContext, selection: Selection) -> int:
    page: QueryPage = ask(context, selection.count()).json(QueryPage)
    return page.totalSize


def newest_change(context: PullContext, selection: Selection) -> datetime | None:
    """When the newest row changed: the vendor's clock, so ours may be wrong."""
    page: QueryPage = ask(context, selection.newest()).json(QueryPage)
    if not page.records:
        return None
    stamp: str = msgspec.json.decode(page.records[0])[CURSOR]
    return datetime.fromisoformat(stamp)
