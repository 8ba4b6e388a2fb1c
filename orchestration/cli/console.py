"""How commands speak: results on stdout, everything else on stderr, JSON when asked."""

from __future__ import annotations

import json
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

out = Console()
err = Console(stderr=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def print_json(result: Any) -> None:
    """The result as JSON on stdout, money as text so that no digit is lost."""
    typer.echo(json.dumps(result, default=_plain, indent=2))


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal | Path | Exception):
        return str(value)
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    raise TypeError(f"no JSON form for {type(value).__name__}")


def money(amount: Decimal | float | int | None, digits: int = 0) -> str:
    """Dollars for a person; a missing figure is a dash, not a zero."""
    if amount is None:
        return "–"
    sign = "-" if amount < 0 else ""
    return f"{sign}${abs(amount):,.{digits}f}"


def duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{seconds:.1f} s"


def ratio(value: Decimal | float | None) -> str:
    return "–" if value is None else f"{value:.1f}×"
