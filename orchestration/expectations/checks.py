"""One asset check per raw table and conformed model that a suite is about, all judged in one step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from ingestion.config import load_settings
from ingestion.sources import discover
from orchestration.expectations.overview import write_overview
from orchestration.expectations.suites import suites
from orchestration.expectations.validation import SAMPLES, Broken, Verdict, validate
from orchestration.platforms import in_use
from orchestration.transform import WAREHOUSE_POOL
from orchestration.warehouse import reading

EXPECTATIONS_CHECK = "meets_expectations"


def expectation_checks() -> dg.AssetChecksDefinition:
    """The suites as checks. Not blocking: what must hold before anything is built is a dbt test."""
    raw_tables = [(platform, each.name) for platform in in_use() for each in discover()[platform].objects]
    chosen = suites()
    specs = [
        dg.AssetCheckSpec(name=EXPECTATIONS_CHECK, asset=list(table), description=suite.about)
        for suite in chosen
        for table in (raw_tables if suite.is_raw else [(suite.schema_name, suite.table_name)])
    ]

    @dg.multi_asset_check(name="expectations", specs=specs, pool=WAREHOUSE_POOL)
    def check_expectations() -> Iterator[dg.AssetCheckResult]:
        home = load_settings().home
        with reading(home.warehouse) as connection:
            verdicts = validate(connection, chosen, raw_tables, home.data_docs)
        page = write_overview(home.data_docs, verdicts, f"{datetime.now(UTC):%Y-%m-%d %H:%M}")
        for suite in chosen:
            own = [verdict for verdict in verdicts if verdict.suite is suite]
            if suite.is_raw:
                for platform, name in raw_tables:
                    table = {"platform": platform, "object": name}
                    about = [verdict.concerning(table) for verdict in own]
                    yield _result(dg.AssetKey([platform, name]), about, page)
            else:
                yield _result(dg.AssetKey([suite.schema_name, suite.table_name]), own, page)

    return check_expectations


def _result(asset_key: dg.AssetKey, verdicts: Sequence[Verdict], page: Path) -> dg.AssetCheckResult:
    broken = [each for verdict in verdicts for each in verdict.broken]
    expectations = sum(verdict.expectations for verdict in verdicts)
    is_critical = any(each.expectation.severity == "critical" for each in broken)
    return dg.AssetCheckResult(
        check_name=EXPECTATIONS_CHECK,
        asset_key=asset_key,
        passed=not broken,
        severity=dg.AssetCheckSeverity.ERROR if is_critical else dg.AssetCheckSeverity.WARN,
        description=(
            "; ".join(f"{each.expectation.column}: {each.expectation.because}" for each in broken)
            if broken
            else f"{expectations} expectations hold."
        ),
        metadata={
            "expectations": expectations,
            **{f"{verdict.batch}_judged": len(verdict.judged) for verdict in verdicts},
            "data_docs": dg.MetadataValue.path(str(page)),
            **({"broken": _broken_table(broken)} if broken else {}),
        },
    )


def _broken_table(broken: Sequence[Broken]) -> dg.TableMetadataValue:
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {
                    "column": each.expectation.column,
                    "expected": each.expectation.expect,
                    "arguments": str(each.expectation.model_extra or ""),
                    "severity": each.expectation.severity,
                    "found": each.found,
                    "samples": "; ".join(_shown(sample) for sample in each.samples[:SAMPLES]),
                }
            )
            for each in broken
        ]
    )


def _shown(sample: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sample.items())
