"""The dbt project as Dagster assets: one asset per model, seed and source, one check per dbt test.

A dbt source `<vendor>.<object>` has the key `[vendor, object]`, which is the key of the ingest asset: lineage
joins by that alone.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, dbt_assets
from dagster_dbt.compat import DBT_PYTHON_VERSION
from packaging.version import Version

from ingestion.config import Home, load_settings
from orchestration.expectations.validation import import_ahead
from orchestration.platforms import in_use, unused
from orchestration.project import (
    BUILD_OPTIONS,
    PROJECT_DIR,
    current_manifest,
    dbt_environment,
    dbt_executable,
    staging_of,
    warmed,
)

WAREHOUSE_POOL = "warehouse"


class WarehouseTranslator(DagsterDbtTranslator):
    """Groups are the folders below `models/`: staging, conformed, identity, core, marketing, ..."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        if dbt_resource_props["resource_type"] == "seed":
            return "seeds"
        folders = dbt_resource_props["fqn"][1:-1]
        if not folders:
            return super().get_group_name(dbt_resource_props)
        # Staging is one group for all vendors: their own groups hold what was pulled from them.
        return folders[0] if folders[0] == "staging" else folders[-1]


class OfflineDbt(DbtCliResource):
    """dbt's command line without what dagster-dbt does before it starts one.

    It asks `dbt --version`, which looks for newer releases over the network and costs seconds on each run;
    and it imports all of dbt into this process too, for an adapter that only `fetch_row_counts` and
    `fetch_column_metadata` ask, which nothing here calls.
    """

    @property
    def _cli_version(self) -> Version:
        return DBT_PYTHON_VERSION

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:
        return None


def dbt_resource() -> DbtCliResource:
    here = str(PROJECT_DIR)
    return OfflineDbt(project_dir=here, profiles_dir=here, dbt_executable=dbt_executable())


def transform_assets() -> dg.AssetsDefinition:
    """The whole dbt project as one step: it holds the warehouse while it runs, and dbt orders its own
    models."""

    @dbt_assets(
        name="transform",
        manifest=current_manifest(),
        exclude=" ".join(staging_of(unused(in_use()))) or None,
        dagster_dbt_translator=WarehouseTranslator(),
        pool=WAREHOUSE_POOL,
    )
    def transform(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        home = load_settings().home
        import_ahead()
        # dagster-dbt hands this process's variables to dbt.
        os.environ.update(dbt_environment(home.warehouse))
        yield from dbt.cli(["build", *BUILD_OPTIONS], context=context, target_path=target_path(home)).stream()

    return transform


def target_path(home: Home) -> Path:
    """Where dbt keeps its artifacts for one home; kept between runs, so that unchanged files are not parsed
    again."""
    return warmed(home.root / "dbt")
