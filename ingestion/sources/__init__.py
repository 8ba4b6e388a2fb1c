"""Every source that is installed: each sub-package that exports a `SPEC`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from ingestion.spec import SourceSpec


@cache
def discover() -> dict[str, SourceSpec]:
    """Find the sources, sorted by platform.

    Raises:
        TypeError: a sub-package has no `SPEC`, or one of another type.
        ValueError: two sub-packages claim one platform.
    """
    found: dict[str, SourceSpec] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name):
        spec = getattr(importlib.import_module(f"{__name__}.{module.name}"), "SPEC", None)
        if not isinstance(spec, SourceSpec):
            raise TypeError(f"{__name__}.{module.name} must export SPEC, a SourceSpec")
        if spec.platform in found:
            raise ValueError(f"{__name__}.{module.name}: platform {spec.platform!r} is already taken")
        found[spec.platform] = spec
    return dict(sorted(found.items()))
