"""The simulated vendors: each package here that can `build` a server is one."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any


@cache
def discover_vendors() -> dict[str, Any]:
    """Platform -> its package."""
    found = {}
    for module in pkgutil.iter_modules(__path__):
        if module.ispkg:
            package = importlib.import_module(f"{__name__}.{module.name}")
            if hasattr(package, "build"):
                found[module.name] = package
    return found
