"""The marketing report: one self-contained HTML page, drawn from the published marts."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from ingestion.config import Home
from orchestration.project import reconciliation_rules
from orchestration.report import charts, figures, insights
from orchestration.snapshot import read_snapshot
from orchestration.warehouse import WarehouseMissing, reading


def write_report(home: Home, operator: str, currency: str) -> Path:
    """Draw the report of the newest published marts.

    Returns:
        `reports/report.html`, replaced in one move; the same page stays beside it under its version.

    Raises:
        WarehouseMissing: nothing is published yet, or nothing has happened that could be reported.
    """
    snapshot = read_snapshot(home.published)
    if snapshot is None:
        raise WarehouseMissing(f"{home.published} holds no published marts yet: run `fourwire run` first.")
    with reading(home.published / "versions" / snapshot.version / "marts.duckdb") as connection:
        span = figures.span(connection)
        if span is None:
            raise WarehouseMissing("the published marts hold no lead, job or spend to report on yet")
        period, cohort = (
            figures.channel_figures(connection),
            figures.channel_figures(connection, view="cohort"),
        )
        ranges, curves = insights.intervals(connection), insights.value_curves(connection)
        total, months = figures.total_figures(connection), figures.month_figures(connection, "period")
        page = _template().render(
            operator=operator,
            currency=currency,
            made_at=datetime.now(UTC),
            version=snapshot.version,
            span=span,
            total=total,
            period=period,
            cohort=cohort,
            brands=figures.brand_figures(connection),
            campaigns=figures.campaign_figures(connection),
            cohort_months=figures.month_figures(connection, "cohort"),
            models=figures.model_shares(connection),
            gaps=figures.open_gaps(connection),
            rule_titles={rule.check_id: rule.title for rule in reconciliation_rules()},
            months_chart=charts.months_chart(months),
            channels_chart=charts.channels_chart(period),
            return_chart=charts.return_chart(period),
            funnel_chart=charts.funnel_chart(insights.funnel(connection)),
            responses=insights.responses(connection),
            intervals=ranges,
            interval_chart=charts.interval_chart(ranges) if ranges else None,
            curves=curves,
            value_chart=charts.value_chart(curves) if curves else None,
            date_bases=insights.DATE_BASES,
            dated_months=insights.dated_months(connection),
            bridge=insights.collection_bridge(connection),
            restatements=insights.restatements(connection),
        )
    return _write(home.reports, snapshot.version, page)


def _write(folder: Path, version: str, page: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"report-{version}.html"
    kept.write_text(page, encoding="utf-8")
    return write_page(folder, "report.html", page)


def health_template() -> Template:
    """The page that `health` draws, with the filters of the report."""
    return _template().environment.get_template("health.html.j2")


def write_page(folder: Path, name: str, page: str) -> Path:
    """Put a page in place in one move: who has it open never sees half of it."""
    folder.mkdir(parents=True, exist_ok=True)
    newest, temporary = folder / name, folder / f".{name}"
    temporary.write_text(page, encoding="utf-8")
    temporary.replace(newest)
    return newest


def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("orchestration.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "money": _money,
        "count": _count,
        "share": _share,
        "times": _times,
        "cost": _cost,
        "minutes": _minutes,
    }
    return environment.get_template("page.html.j2")


def _money(amount: Decimal | float | None, digits: int = 0) -> str:
    if amount is None:
        return "–"
    return f"{'-' if amount < 0 else ''}${abs(amount):,.{digits}f}"


def _cost(amount: float | None) -> str:
    """A cost per something: nothing spent is no cost to state."""
    return _money(amount) if amount else "–"


def _minutes(value: float | None) -> str:
    if value is None:
        return "–"
    if value < 120:
        return f"{value:,.0f} min"
    return f"{value / 60:,.1f} h" if value < 48 * 60 else f"{value / 1440:,.1f} days"


def _count(value: Decimal | float | int) -> str:
    return f"{value:,.0f}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def _times(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}×"
