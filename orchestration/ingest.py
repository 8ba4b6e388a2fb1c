"""Raw tables as Dagster assets: one factory over whatever sources are installed.

Each source is two steps. Pulling lands pages in the archive, in parallel and without the warehouse; loading
takes the warehouse for as long as it copies rows in. A vendor that fails stops what depends on it and nothing
else.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from typing import Any

import dagster as dg

from ingestion.config import load_settings
from ingestion.operator_tables import write_operator_tables
from ingestion.pull import PullResult
from ingestion.run import load_landed
from ingestion.sources import discover
from ingestion.spec import SourceSpec
from orchestration.platforms import in_use
from orchestration.project import sources
from orchestration.pulls import VendorPull, pulled
from orchestration.transform import WAREHOUSE_POOL

OPERATOR = "operator"


class PullConfig(dg.Config):
    """How one source is pulled in one run."""

    full: bool = False
    since: str | None = None

    def of(self, platform: str) -> VendorPull:
        return VendorPull(platform, self.full, date.fromisoformat(self.since) if self.since else None)


def ingest_assets() -> list[dg.AssetsDefinition]:
    """The raw tables of every source in use, and the operator's own settings beside them."""
    used = [discover()[platform] for platform in in_use()]
    return [_source_assets(spec) for spec in used] + [_operator_assets(sources()[OPERATOR])]


def pull_run_config(full: bool = False, since: date | None = None) -> dict[str, Any]:
    """Run configuration that pulls every source in one mode."""
    config = {"full": full, "since": since.isoformat() if since else None}
    return {
        "ops": {
            f"ingest_{platform}": {"ops": {f"pull_{platform}": {"config": config}}} for platform in in_use()
        }
    }


def _source_assets(spec: SourceSpec) -> dg.AssetsDefinition:
    platform = spec.platform

    @dg.op(
        name=f"pull_{platform}",
        # A CRM gives small pages at a low rate: what the others brought is loaded while it still pulls.
        tags={"dagster/priority": "-1"} if spec.kind == "crm" else None,
        description=f"Land new pages of every {spec.title} account.",
    )
    def pull(context: dg.OpExecutionContext, config: PullConfig) -> list[PullResult]:
        results = pulled(
            context.run_id, config.of(platform), load_settings(), partial(_pulls_of_run, context)
        )
        _raise_first_error(context, results)
        return results

    @dg.op(
        name=f"load_{platform}",
        pool=WAREHOUSE_POOL,
        out={each.name: dg.Out(dg.Nothing) for each in spec.objects},
        description=f"Copy what was landed for {spec.title} into raw_{platform}.",
    )
    def load(pulled: list[PullResult]) -> Iterator[dg.Output[None]]:
        loaded = load_landed(load_settings(), platforms=[platform])
        for each in spec.objects:
            metadata = _metadata([result for result in pulled if result.object == each.name])
            changed = loaded.changed.get(f"raw_{platform}.{each.name}", 0)
            yield dg.Output(None, output_name=each.name, metadata={**metadata, "rows_changed": changed})

    @dg.graph_multi_asset(
        name=f"ingest_{platform}",
        group_name=platform,
        outs={
            each.name: dg.AssetOut(
                key=[platform, each.name], description=each.description, kinds={"dlt", "duckdb"}
            )
            for each in spec.objects
        },
    )
    def ingest() -> Any:
        outputs = load(pull())
        return {each.name: getattr(outputs, each.name) for each in spec.objects}

    return ingest


def _pulls_of_run(context: dg.OpExecutionContext) -> list[VendorPull]:
    """Every pull that is a step of this run, as it is configured there."""
    steps = {node.name for node in context.job_def.nodes}
    ops = context.run_config.get("ops", {})
    found = []
    for platform in discover():
        if f"ingest_{platform}" in steps:
            inner = ops.get(f"ingest_{platform}", {}).get("ops", {}).get(f"pull_{platform}", {})
            found.append(PullConfig(**inner.get("config", {})).of(platform))
    return found


def _raise_first_error(context: dg.OpExecutionContext, results: Sequence[PullResult]) -> None:
    """Fail the step on the first error; what other objects landed waits in the archive for the next load."""
    failed = [result for result in results if result.error is not None]
    for result in failed:
        context.log.error("%s %s: %s", result.account_id, result.object, result.error)
    if failed and failed[0].error:
        raise failed[0].error


def _metadata(results: Sequence[PullResult]) -> dict[str, Any]:
    warnings = [f"{result.account_id}: {result.warning}" for result in results if result.warning]
    return {
        "accounts": len(results),
        "mode": ", ".join(sorted({result.mode for result in results if result.mode})),
        "pages": sum(result.pages for result in results),
        "rows_seen": sum(result.rows for result in results),
        **_sum_known("control_total", results),
        **_sum_known("missed_by_token", results),
        **_sum_known("missed_by_watermark", results),
        **({"warnings": warnings} if warnings else {}),
    }


def _sum_known(name: str, results: Sequence[PullResult]) -> dict[str, int]:
    """The sum of a figure over the pulls that know it."""
    known = [getattr(result, name) for result in results if getattr(result, name) is not None]
    return {name: sum(known)} if known else {}


def _operator_assets(tables: Sequence[str]) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name="ingest_operator",
        group_name=OPERATOR,
        pool=WAREHOUSE_POOL,
        specs=[
            dg.AssetSpec(
                [OPERATOR, table], description="From the operator's configuration.", kinds={"yaml", "duckdb"}
            )
            for table in tables
        ],
    )
    def ingest_operator() -> Iterator[dg.MaterializeResult]:
        write_operator_tables(load_settings())
        for table in tables:
            yield dg.MaterializeResult(asset_key=[OPERATOR, table])

    return ingest_operator
