"""Suites run by Great Expectations, and its Data Docs.

The pandas route, because the SQL route of its release does not work on DuckDB. The context lives in memory;
only the Data Docs are written, all of them anew and swapped in as one folder.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.expectations import batches
from orchestration.expectations.suites import Batch, Expectation, Suite, SuiteError

if TYPE_CHECKING:
    import pandas
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.data_context import EphemeralDataContext

SAMPLES = 20
_SITE = "fourwire"


@dataclass(frozen=True)
class Broken:
    """One expectation that does not hold.

    Attributes:
        found: How much of it was seen: a number of rows, or why it could not be judged.
        samples: Ids of what breaks it, column -> value.
    """

    expectation: Expectation
    found: str
    samples: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What came of one batch of one suite.

    Attributes:
        batch: `rows` or `accounts`.
        judged: Ids of what was judged, column -> value.
    """

    suite: Suite
    batch: str
    judged: tuple[Mapping[str, Any], ...]
    expectations: int
    broken: tuple[Broken, ...] = ()

    @property
    def title(self) -> str:
        """The name of its pages in Data Docs."""
        return f"{self.suite.name}_{self.batch}"

    def concerning(self, table: Mapping[str, str]) -> Verdict:
        """What of it is about the rows whose columns are as in `table`; the rest counts as holding.

        What could not be judged concerns every table.
        """
        judged = _among(self.judged, table)
        broken = []
        for each in self.broken:
            own = _among(each.samples, table)
            if own:
                broken.append(replace(each, found=f"{len(own):,} of {len(judged):,}", samples=own))
            elif not each.samples:
                broken.append(each)
        return replace(self, judged=judged, broken=tuple(broken))


def _among(ids: Sequence[Mapping[str, Any]], table: Mapping[str, str]) -> tuple[Mapping[str, Any], ...]:
    return tuple(each for each in ids if table.items() <= each.items())


def import_ahead() -> Thread:
    """Import Great Expectations while dbt builds in another process: it is half of what its step takes."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    thread = Thread(target=import_module, args=("great_expectations",), daemon=True)
    thread.start()
    return thread


def validate(
    connection: duckdb.DuckDBPyConnection,
    chosen: Sequence[Suite],
    raw_tables: Sequence[tuple[str, str]],
    data_docs: Path,
) -> tuple[Verdict, ...]:
    """Judge every suite, and write the Data Docs.

    Args:
        connection: The warehouse.
        raw_tables: (platform, object) of the raw tables that suites of raw data are about.
        data_docs: The folder to write; what it held is replaced.

    Raises:
        SuiteError: a suite does not fit its table, or Great Expectations does not know what it expects.
    """
    frames = [
        (suite, name, batch, _frame(connection, suite, name, batch, raw_tables))
        for suite in chosen
        for name, batch in (("rows", suite.rows), ("accounts", suite.accounts))
        if batch is not None
    ]
    building = data_docs.with_name(f".{data_docs.name}")
    shutil.rmtree(building, ignore_errors=True)
    context = _context(building)
    verdicts = tuple(_verdict(context, *frame) for frame in frames)
    context.build_data_docs()
    shutil.rmtree(data_docs, ignore_errors=True)
    building.rename(data_docs)
    return verdicts


def _frame(
    connection: duckdb.DuckDBPyConnection,
    suite: Suite,
    name: str,
    batch: Batch,
    raw_tables: Sequence[tuple[str, str]],
) -> pandas.DataFrame:
    if suite.is_raw:
        return batches.raw_accounts(connection, suite, batch, raw_tables)
    read = batches.sampled_rows if name == "rows" else batches.accounts
    return read(connection, suite, batch)


def _context(folder: Path) -> EphemeralDataContext:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    context.delete_data_docs_site("local_site")
    context.add_data_docs_site(
        site_name=_SITE,
        site_config={
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,
            "store_backend": {
                "class_name": "TupleFilesystemStoreBackend",
                "base_directory": str(folder.resolve()),
            },
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        },
    )
    context.data_sources.add_pandas("warehouse")
    return context


def _verdict(
    context: EphemeralDataContext, suite: Suite, name: str, batch: Batch, frame: pandas.DataFrame
) -> Verdict:
    import great_expectations as gx

    title = f"{suite.name}_{name}"
    asset = context.data_sources.get("warehouse").add_dataframe_asset(title)
    definition = gx.ValidationDefinition(
        name=title,
        data=asset.add_batch_definition_whole_dataframe("whole"),
        suite=context.suites.add(
            gx.ExpectationSuite(name=title, expectations=list(_configured(suite, name, batch)))
        ),
    )
    outcome = context.validation_definitions.add(definition).run(
        batch_parameters={"dataframe": frame},
        result_format={
            "result_format": "COMPLETE",
            "unexpected_index_column_names": _id_of(suite, name),
            "partial_unexpected_count": SAMPLES,
        },
    )
    # Results come sorted by column, so each names its expectation by its place in the file.
    by_place = {result.expectation_config.meta["place"]: result for result in outcome.results}
    broken = tuple(
        _broken(batch.expectations[place], result)
        for place, result in sorted(by_place.items())
        if not result.success
    )
    judged = tuple(frame[_id_of(suite, name)].to_dict("records"))
    return Verdict(suite, name, judged, len(batch.expectations), broken)


def _configured(suite: Suite, name: str, batch: Batch) -> Iterator[Any]:
    from great_expectations.exceptions import GreatExpectationsError
    from great_expectations.expectations.registry import get_expectation_impl

    for place, each in enumerate(batch.expectations):
        try:
            known = get_expectation_impl(f"expect_{each.expect}")
            yield known(
                **each.arguments,
                severity=each.severity,
                notes=each.because,
                meta={"place": place},
            )
        except (GreatExpectationsError, ValueError, TypeError) as error:
            where = f"suites/{suite.name}.yml: {name}.expectations[{place}] ({each.expect} of {each.column})"
            raise SuiteError(f"{where}: {error}") from error


def _id_of(suite: Suite, name: str) -> list[str]:
    if suite.is_raw:
        return list(batches.RAW_ID)
    return list(batches.ROW_ID if name == "rows" else batches.ACCOUNT_ID)


def _broken(expectation: Expectation, result: ExpectationValidationResult) -> Broken:
    raised = next(
        (info["exception_message"] for info in _exceptions(result) if info.get("raised_exception")), None
    )
    if raised:
        return Broken(expectation, f"could not be judged: {raised}")
    figures = result.result
    if "unexpected_count" not in figures:
        return Broken(expectation, f"observed {figures.get('observed_value')}")
    return Broken(
        expectation,
        f"{figures['unexpected_count']:,} of {figures['element_count']:,}",
        tuple(figures.get("unexpected_index_list") or ()),
    )


def _exceptions(result: ExpectationValidationResult) -> list[dict[str, Any]]:
    """Great Expectations gives one exception, or one per metric that it needed."""
    info = result.exception_info or {}
    return [info] if "raised_exception" in info else list(info.values())
