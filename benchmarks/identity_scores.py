"""How well clusters agree with the truth: pairs, and record by record (B-cubed)."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class Agreement:
    """Shares between 0 and 1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def __str__(self) -> str:
        return f"{self.precision:7.4f} {self.recall:7.4f} {self.f1:7.4f}"


def pairwise(connection: duckdb.DuckDBPyConnection, scored: str, found: str, true: str) -> Agreement:
    """Of the pairs put together, how many belong together, and the other way round."""
    (together, found_pairs, true_pairs) = connection.execute(f"""
        with cells as (select {found} as f, {true} as t, count(*) as n from {scored} group by all),
        found as (select sum(n) as n from cells group by f),
        truth as (select sum(n) as n from cells group by t)
        select (select sum(n * (n - 1) / 2) from cells), (select sum(n * (n - 1) / 2) from found),
            (select sum(n * (n - 1) / 2) from truth)
    """).fetchone()
    return Agreement(
        float(together / found_pairs) if found_pairs else 1.0,
        float(together / true_pairs) if true_pairs else 1.0,
    )


def b_cubed(connection: duckdb.DuckDBPyConnection, scored: str, found: str, true: str) -> Agreement:
    """The same record by record, so that a big cluster does not outweigh all others."""
    precision, recall = connection.execute(f"""
        with cells as (select {found} as f, {true} as t, count(*) as n from {scored} group by all),
        sized as (
            select n, sum(n) over (partition by f) as found_size, sum(n) over (partition by t) as true_size
            from cells
        )
        select sum(n * n / found_size) / sum(n), sum(n * n / true_size) / sum(n) from sized
    """).fetchone()
    return Agreement(float(precision), float(recall))
