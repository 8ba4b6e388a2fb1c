"""The suites: files that a reviewer reads, refused at load when they are wrong."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

FOLDER = Path(__file__).parent / "suites"
RAW_TABLES = "every raw table"
# Enough to notice a format that changed, few enough that twenty tables take a second.
SAMPLE_ROWS = 1_000

# What every batch of accounts holds beside the measures of its suite.
VOLUME_COLUMNS = ("row_count", "last_week_rows", "usual_week_rows", "last_week_share", "weekday_share")
NIGHT_COLUMNS = ("night_share", "night_deviations")
LISTING_COLUMNS = ("row_count", "listing_rows", "usual_listing_rows", "listing_share")


class SuiteError(Exception):
    """A suite that cannot be used; the message names the file, the place and what would be right."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Expectation(BaseModel):
    """One sentence about a column. Other keys are the arguments of the Great Expectations type.

    Attributes:
        expect: The type's name without `expect_`, such as `column_values_to_not_be_null`.
        because: What goes wrong for whom when it does not hold.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    expect: str = Field(pattern=r"^[a-z_]+$")
    column: str
    because: str = Field(min_length=10)
    severity: Literal["critical", "warning"] = "critical"

    @property
    def arguments(self) -> dict[str, Any]:
        return {"column": self.column, **(self.model_extra or {})}


class Batch(_Strict):
    """Columns, each an SQL expression over the table, and what is expected of these and the built-in."""

    columns: dict[str, str] = {}
    expectations: tuple[Expectation, ...] = Field(min_length=1)


class Suite(_Strict):
    """What is expected of one table.

    Attributes:
        name: The file's name.
        table: `schema.name`, or "every raw table".
        day: SQL expression of the day that a row belongs to; makes the volumes by week and by weekday.
        acts_at: SQL expression of the UTC time at which a person acted; makes the shares of night events.
        rows: Judged row by row, on a sample of `SAMPLE_ROWS`.
        accounts: Judged account by account; its columns are aggregates over every row.
    """

    name: str
    about: str
    table: str
    day: str | None = None
    acts_at: str | None = None
    rows: Batch | None = None
    accounts: Batch | None = None

    @property
    def is_raw(self) -> bool:
        return self.table == RAW_TABLES

    @property
    def schema_name(self) -> str:
        return self.table.split(".")[0]

    @property
    def table_name(self) -> str:
        return self.table.split(".")[1]

    @model_validator(mode="after")
    def _holds_together(self) -> Suite:
        if not self.is_raw and self.table.count(".") != 1:
            raise ValueError(f'table is {self.table!r}; write schema.name or "{RAW_TABLES}"')
        if not self.rows and not self.accounts:
            raise ValueError("needs rows or accounts: a suite that expects nothing cannot fail")
        if self.acts_at and not self.day:
            raise ValueError("acts_at needs day: nights are judged beside the volumes")
        if self.is_raw and self.rows:
            raise ValueError(f'rows cannot be judged for "{RAW_TABLES}": write aggregates under accounts')
        given = {
            "rows": set(self.rows.columns) if self.rows else set(),
            "accounts": set(self.accounts.columns if self.accounts else ()) | set(self._built_in()),
        }
        for place, batch in (("rows", self.rows), ("accounts", self.accounts)):
            for each in batch.expectations if batch else ():
                if each.column not in given[place]:
                    raise ValueError(
                        f"{place}: {each.expect} speaks of {each.column!r}, which is not among its columns; "
                        f"known: {', '.join(sorted(given[place]))}"
                    )
        return self

    def _built_in(self) -> tuple[str, ...]:
        if self.is_raw:
            return LISTING_COLUMNS
        if not self.day:
            return VOLUME_COLUMNS[:1]
        return VOLUME_COLUMNS + (NIGHT_COLUMNS if self.acts_at else ())


@cache
def suites() -> tuple[Suite, ...]:
    """Every suite of the project, by name."""
    return read_suites(FOLDER)


def read_suites(folder: Path) -> tuple[Suite, ...]:
    """The suites in `folder`.

    Raises:
        SuiteError: a file is not YAML, or says something that cannot be meant.
    """
    return tuple(_read(path) for path in sorted(folder.glob("*.yml")))


def _read(path: Path) -> Suite:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise SuiteError(f"{path}: not valid YAML: {error}") from error
    if not isinstance(document, dict):
        raise SuiteError(f"{path}: must hold a mapping with the keys about, table, and rows or accounts")
    try:
        return Suite(name=path.stem, **document)
    except ValidationError as error:
        raise SuiteError(
            "\n".join(
                f"{path}: {'.'.join(map(str, problem['loc'])) or '(whole file)'}: "
                f"{problem['msg'].removeprefix('Value error, ')}"
                for problem in error.errors()
            )
        ) from error
