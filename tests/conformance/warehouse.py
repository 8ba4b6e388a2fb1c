"""Raw tables and the sandbox's truth, in one shape, so that they can be compared exactly."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import duckdb
import httpx

Rows = dict[str, Any]  # native id -> payload


def raw_rows(warehouse: duckdb.DuckDBPyConnection, platform: str, account_id: str, table: str) -> Rows:
    """What the warehouse holds of one object of one account, rows that the vendor removed left out."""
    rows = warehouse.execute(
        f"select native_id, payload from raw_{platform}.{table} where account_id = ? and removed_at is null",
        [account_id],
    ).fetchall()
    native_ids = [native_id for native_id, _ in rows]
    assert len(native_ids) == len(set(native_ids)), f"{platform}.{table} holds a native id twice"
    return {native_id: exact(payload) for native_id, payload in rows}


def true_rows(control_url: str, account_id: str, table: str) -> Rows:
    """What a perfect pull of the object would hold now."""
    answer = httpx.get(f"{control_url}/truth/raw/{account_id}/{table}", timeout=60)
    answer.raise_for_status()
    rows = [exact(line) for line in answer.text.splitlines() if line]
    return {row["native_id"]: row["payload"] for row in rows}


def as_written(actual: Rows, expected: Rows) -> Rows:
    """Rows of a file without what reading it has added: the columns that the file has."""
    return {
        native_id: {name: payload.get(name) for name in expected.get(native_id, payload)}
        for native_id, payload in actual.items()
    }


def exact(text: str) -> Any:
    """JSON with decimal numbers, so that 412.5 and 412.50000000001 are not the same."""
    return json.loads(text, parse_float=Decimal)


def differences(actual: Rows, expected: Rows, limit: int = 3) -> list[str]:
    """What is missing, what is too much, what differs; empty when both are the same."""
    found = []
    missing, extra = sorted(expected.keys() - actual.keys()), sorted(actual.keys() - expected.keys())
    if missing:
        found.append(f"{len(missing)} missing, e.g. {missing[:limit]}")
    if extra:
        found.append(f"{len(extra)} too many, e.g. {extra[:limit]}")
    changed = [key for key in expected.keys() & actual.keys() if expected[key] != actual[key]]
    for key in sorted(changed)[:limit]:
        found.append(f"{key} differs: {_first_difference(actual[key], expected[key])}")
    if len(changed) > limit:
        found.append(f"… and {len(changed) - limit} more differ")
    return found


def _first_difference(actual: Any, expected: Any, path: str = "$") -> str:
    if isinstance(actual, dict) and isinstance(expected, dict):
        for key in sorted(actual.keys() | expected.keys()):
            if actual.get(key, "(absent)") != expected.get(key, "(absent)"):
                return _first_difference(
                    actual.get(key, "(absent)"), expected.get(key, "(absent)"), f"{path}.{key}"
                )
    if isinstance(actual, list) and isinstance(expected, list) and len(actual) == len(expected):
        for position, (one, other) in enumerate(zip(actual, expected, strict=True)):
            if one != other:
                return _first_difference(one, other, f"{path}[{position}]")
    return f"{path}: raw {actual!r}, truth {expected!r}"
