"""What leaves the warehouse: the published marts, and the report drawn from them."""

import dagster as dg

from ingestion.config import load_settings
from orchestration.project import published_models
from orchestration.snapshot import publish
from orchestration.transform import WAREHOUSE_POOL

PUBLISHED_MARTS = dg.AssetKey(["published", "marts"])
REPORT = dg.AssetKey(["published", "report"])


def publishing_assets() -> tuple[dg.AssetsDefinition, ...]:
    """The snapshot, downstream of every mart in it, and the report, downstream of the snapshot."""
    marts = published_models()
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

    return (published_marts, report)
