"""What leaves the warehouse: the published marts, and the pages drawn from them."""

from typing import TYPE_CHECKING

import dagster as dg

from ingestion.config import load_settings
from orchestration.project import published_models, review_models
from orchestration.snapshot import publish, publish_review
from orchestration.transform import WAREHOUSE_POOL

if TYPE_CHECKING:
    from orchestration.health import WireHealth

PUBLISHED_MARTS = dg.AssetKey(["published", "marts"])
REPORT = dg.AssetKey(["published", "report"])
REVIEW = dg.AssetKey(["published", "review"])
HEALTH = dg.AssetKey(["published", "health"])


def publishing_assets() -> tuple[dg.AssetsDefinition, ...]:
    """The snapshot, downstream of every mart in it, the pages, downstream of the snapshot, and what a
    steward reviews."""
    marts, review = published_models(), review_models()
    # The ladder's blocking checks hang on its model: whatever fails there keeps the former snapshot in place.
    upstream = [dg.AssetKey([model.schema, model.name]) for model in marts]

    @dg.asset(
        key=PUBLISHED_MARTS,
        deps=upstream,
        group_name="published",
        kinds={"duckdb", "parquet"},
        pool=WAREHOUSE_POOL,
        description="The marts as one read-only DuckDB file and as Parquet. No personal data.",
    )
    def published_marts(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        home = load_settings().home
        snapshot = publish(home.warehouse, home.published, marts, run_id=context.run_id)
        return dg.MaterializeResult(
            metadata={
                "version": snapshot.version,
                "path": dg.MetadataValue.path(str(home.published / "marts.duckdb")),
                "tables": len(snapshot.tables),
                "dagster/row_count": snapshot.rows,
            }
        )

    @dg.asset(
        key=REPORT,
        deps=[PUBLISHED_MARTS],
        group_name="published",
        kinds={"html"},
        description="The marketing report as one self-contained page, drawn from the published marts.",
    )
    def report() -> dg.MaterializeResult:
        # Jinja and the chart renderer are only loaded by the step that draws.
        from orchestration.report import write_report

        settings = load_settings()
        path = write_report(
            settings.home, operator=settings.operator.name, currency=settings.operator.currency
        )
        return dg.MaterializeResult(metadata={"path": dg.MetadataValue.path(str(path))})

    @dg.asset(
        key=REVIEW,
        deps=[dg.AssetKey([model.schema, model.name]) for model in review],
        group_name="published",
        kinds={"duckdb"},
        pool=WAREHOUSE_POOL,
        description="What `fourwire identity review` shows. Personal data: only its owner may read the file.",
    )
    def review_queue() -> dg.MaterializeResult:
        home = load_settings().home
        rows = publish_review(home.warehouse, home.review, review)
        return dg.MaterializeResult(
            metadata={"path": dg.MetadataValue.path(str(home.review)), "dagster/row_count": rows}
        )

    @dg.asset(
        key=HEALTH,
        deps=[PUBLISHED_MARTS],
        group_name="published",
        kinds={"html"},
        description="Each wire live, degraded or broken, since when, and what says so, as one page.",
    )
    def health() -> dg.MaterializeResult:
        from orchestration.health import wire_health
        from orchestration.report.health import verdict, write_health_page

        settings = load_settings()
        wires = wire_health(settings)
        return dg.MaterializeResult(
            metadata={
                "path": dg.MetadataValue.path(str(write_health_page(settings))),
                "verdict": verdict(wires),
                "wires": dg.MetadataValue.table([_wire_record(wire) for wire in wires]),
            }
        )

    return (published_marts, report, review_queue, health)


def _wire_record(wire: "WireHealth") -> dg.TableRecord:
    return dg.TableRecord(
        {
            "wire": wire.wire,
            "state": wire.state,
            "since": f"{wire.since_at:%Y-%m-%d %H:%M} UTC" if wire.since_at else "",
            "open_errors": wire.error_gaps,
            "open_warnings": wire.warning_gaps,
            "taken_on": wire.handled_gaps,
            "dollars_at_risk": f"{wire.dollars_at_risk:,.2f}",
            "stale_sources": ", ".join(source.account_id for source in wire.stale_sources),
        }
    )
