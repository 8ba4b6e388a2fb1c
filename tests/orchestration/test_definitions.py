"""The code location loads, and its lineage has no loose end."""

from __future__ import annotations

import dagster as dg
import pytest

from ingestion.sources import discover
from orchestration.automation import DAILY_JOB, HOURLY_JOB
from orchestration.definitions import defs
from orchestration.project import published_models, sources
from orchestration.publish import PUBLISHED_MARTS, REPORT


@pytest.fixture(scope="module")
def graph() -> dg.AssetGraph:
    return defs.resolve_asset_graph()


def test_every_object_of_every_source_is_an_asset_in_its_vendors_group(graph: dg.AssetGraph) -> None:
    for spec in discover().values():
        for each in spec.objects:
            node = graph.get(dg.AssetKey([spec.platform, each.name]))
            assert node.is_executable
            assert node.group_name == spec.platform
            assert node.description


def test_every_raw_table_that_dbt_reads_is_pulled_by_somebody(graph: dg.AssetGraph) -> None:
    """Tables that begin with an underscore are the loader's own records, written with every object."""
    orphans = [
        key.to_user_string()
        for key in (dg.AssetKey([source, table]) for source, tables in sources().items() for table in tables)
        if not key.path[-1].startswith("_")
        if not graph.has(key) or not graph.get(key).is_executable
    ]
    assert orphans == []


def test_the_report_is_downstream_of_every_source(graph: dg.AssetGraph) -> None:
    upstream = dg.AssetSelection.assets(REPORT).upstream().resolve(graph)
    for spec in discover().values():
        assert any(key.path[0] == spec.platform for key in upstream), spec.platform


def test_the_snapshot_waits_for_each_mart_in_it(graph: dg.AssetGraph) -> None:
    parents = graph.get(PUBLISHED_MARTS).parent_keys
    assert {dg.AssetKey([model.schema, model.name]) for model in published_models()} <= parents


def test_models_are_grouped_by_their_folder(graph: dg.AssetGraph) -> None:
    assert graph.get(dg.AssetKey(["core", "fct_jobs"])).group_name == "core"
    assert graph.get(dg.AssetKey(["conformed", "int_jobs__unioned"])).group_name == "conformed"
    staged = [node for node in graph.asset_nodes if node.key.path[0] == "staging"]
    assert {node.group_name for node in staged} == {"staging"}


def test_the_schedule_launches_the_job_that_runs_everything() -> None:
    nightly = defs.resolve_schedule_def("nightly")
    assert nightly.job_name == DAILY_JOB
    selected = defs.resolve_job_def(DAILY_JOB).asset_layer.executable_asset_keys
    assert selected == {node.key for node in defs.resolve_asset_graph().asset_nodes if node.is_executable}


def test_the_hourly_job_leaves_out_the_report_only() -> None:
    daily = defs.resolve_job_def(DAILY_JOB).asset_layer.executable_asset_keys
    hourly = defs.resolve_job_def(HOURLY_JOB).asset_layer.executable_asset_keys
    assert daily - hourly == {REPORT}


def test_whoever_opens_the_warehouse_takes_its_pool() -> None:
    free = {
        node.name
        for node in defs.resolve_job_def(DAILY_JOB).nodes_in_topological_order
        if node.definition.node_type_str == "op" and node.definition.pool != "warehouse"
    }
    pages = {"published__report", "published__health"}
    assert free <= pages | {f"pull_{platform}" for platform in discover()}
