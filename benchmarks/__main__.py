"""`python -m benchmarks [NAME [OPTIONS]]`: one benchmark, or all with their defaults.

A benchmark is a module in this package with a `main(argv)`; it is found by its name.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Callable
from pathlib import Path

Benchmark = Callable[[list[str]], None]


def benchmarks() -> dict[str, Benchmark]:
    """Every benchmark by name."""
    found = {}
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if not module.name.startswith("_"):
            main = getattr(importlib.import_module(f"benchmarks.{module.name}"), "main", None)
            if main is not None:
                found[module.name] = main
    return found


def run(argv: list[str]) -> None:
    known = benchmarks()
    if not argv:
        for main in known.values():
            main([])
    elif argv[0] in known:
        known[argv[0]](argv[1:])
    else:
        raise SystemExit(f"no benchmark {argv[0]!r}; there are: {', '.join(known)}")


if __name__ == "__main__":
    run(sys.argv[1:])
