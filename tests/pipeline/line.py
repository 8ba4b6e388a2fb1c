"""The whole line in a test's hands: a simulated operator's vendors over HTTP, and a home that reads them."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import httpx

from ingestion.config import Settings, load_settings
from ingestion.run import ingest
from orchestration import project
from orchestration.platforms import in_use
from sandbox.layout import Layout
from sandbox.server import Sandbox
from sandbox.world import build_world
from sandbox.world.pace import USUAL, Pace

HOUSEHOLDS = 150
MONTHS = 7
GAP_CLASSES = tuple(rule.check_id for rule in project.reconciliation_rules() if not rule.is_about_the_line)

# (check, account, native id)
GapKey = tuple[str, str, str]
Tables = Mapping[str, Counter[tuple[Any, ...]]]


@dataclass(frozen=True)
class Line:
    """One home, pulling from one sandbox."""

    sandbox: Sandbox
    settings: Settings

    @property
    def warehouse(self) -> Path:
        return self.settings.home.warehouse

    def pull(self, full: bool = False) -> None:
        """Pull every account and load what landed."""
        failed = [result for result in ingest(self.settings, full=full) if result.error]
        assert not failed, failed

    def build(self, models: Iterable[str] = (), *, tests: bool = False) -> None:
        """Build `models` and what they come from, or all; dbt's own `tests` take as long again."""
        arguments: list[str] = [] if tests else ["--exclude-resource-type", "test"]
        if wanted := [f"+{model}" for model in models]:
            arguments += ["--select", *wanted]
        built = self.dbt(arguments)
        assert built.succeeded, "\n".join(built.failures)

    def dbt(self, arguments: Iterable[str], platforms: Sequence[str] | None = None) -> project.BuildResult:
        """`dbt build` as Fourwire runs it, of the operator's platforms unless others are given.

        Every home is built under one path: dbt parses anew for each path in its profile, 14 CPU seconds.
        """
        place = _one_place()
        link = place / self.warehouse.name
        link.unlink(missing_ok=True)
        link.symlink_to(self.warehouse.resolve())
        used = in_use(self.settings) if platforms is None else platforms
        return project.build(link, place / "dbt", tuple(arguments), quiet=True, platforms=used)

    def advance(self, hours: float) -> None:
        self._control("POST", "clock", {"advance_hours": hours})

    def plant(self, gap_class: str, count: int, seed: int) -> None:
        self._control("POST", "gaps", {"class": gap_class, "count": count, "seed": seed})

    def plant_every_class(self, at_most: int, seed: int) -> None:
        self._control("POST", "gaps/every-class", {"at_most": at_most, "seed": seed})

    def truth(self, entity: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._control("GET", f"truth/{entity}").splitlines() if line]

    def planted(self) -> dict[GapKey, Decimal]:
        """Every planted gap with the dollars that truth sees at risk."""
        return {
            (row["gap_class"], row["account_id"], row["native_id"]): cents(row["amount_cents"])
            for row in self.truth("gaps")
        }

    def open_gaps(self) -> dict[GapKey, Decimal]:
        """Every gap that the ledger shows as open, with its dollars at risk."""
        rows = self.rows(
            "select check_id, account_id, native_id, dollars_at_risk "
            "from reconciliation.fct_reconciliation_gaps where status = 'open'"
        )
        found = {(check, account, native_id): dollars for check, account, native_id, dollars in rows}
        assert len(found) == len(rows), "the ledger shows one record twice under one check"
        return found

    def rows(self, query: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(query, list(parameters)).fetchall()

    def total(self, query: str) -> dict[Any, Decimal]:
        """A query of two columns as a mapping."""
        return dict(self.rows(query))

    def edit(self, statement: str, parameters: Iterable[Any] = ()) -> None:
        """Change the warehouse by hand, as no run would."""
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute(statement, list(parameters))

    def disagreeing_totals(self) -> list[tuple[Any, ...]]:
        return self.rows(
            "select * from reconciliation.rpt_control_totals "
            "where left_rows is distinct from right_rows or left_amount is distinct from right_amount"
        )

    def marts(self, *, without: Iterable[str] = ()) -> Tables:
        """The rows of every mart, in no order, `without` the columns of these names."""
        return {model.name: self._mart(model, frozenset(without)) for model in mart_models()}

    def _mart(self, model: project.Model, without: frozenset[str]) -> Counter[tuple[Any, ...]]:
        names = [name for name in model.columns if name not in without]
        columns = ", ".join(f'"{name}"' for name in names)
        return Counter(self.rows(f"select {columns} from {model.schema}.{model.name}"))

    def _control(self, method: str, path: str, payload: Mapping[str, Any] | None = None) -> str:
        answer = httpx.request(method, f"{self.sandbox.control_url}/{path}", json=payload, timeout=60)
        assert answer.is_success, answer.text
        return answer.text


@contextmanager
def operating(
    home: Path,
    seed: int,
    households: int = HOUSEHOLDS,
    months: int = MONTHS,
    layout: Layout | None = None,
    pace: Pace = USUAL,
) -> Iterator[Line]:
    """A sandbox with a world of `seed`, and an empty home beside it."""
    world = build_world(seed, households, months, pace=pace)
    with Sandbox.start(world=world, layout=layout) as sandbox:
        yield Line(sandbox, load_settings(home=home, config=sandbox.config_path))


@cache
def _one_place() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="fourwire-line-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def mart_models() -> list[project.Model]:
    return [model for model in project.models() if model.layer == "marts"]


def cents(amount: int) -> Decimal:
    return Decimal(amount).scaleb(-2)


def differing(one: Tables, other: Tables, limit: int = 3) -> list[str]:
    """What one set of tables holds and the other does not; empty when both are the same."""
    found = []
    for name in sorted(one.keys() | other.keys()):
        left, right = one.get(name, Counter()), other.get(name, Counter())
        only_left, only_right = left - right, right - left
        if only_left or only_right:
            samples = [*list(only_left)[:limit], "instead of", *list(only_right)[:limit]]
            found.append(
                f"{name}: {only_left.total()} and {only_right.total()} rows differ: "
                + "\n    ".join(str(sample) for sample in samples)
            )
    return found
