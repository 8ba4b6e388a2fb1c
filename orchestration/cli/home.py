"""Which operator a command works for: the configured one, or the demo's while nothing else is configured."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingestion.config import Home, Settings


def demo_folder(home: Home) -> Path:
    """What the demo keeps of its own inside a home: the simulated operator's configuration and log."""
    return home.root / "demo"


def current_home() -> Home:
    """The home, without needing a configuration."""
    from ingestion.config import Environment, Home

    return Home(Environment().home)


def current_settings() -> Settings:
    """Settings for a command.

    With no FOURWIRE_CONFIG and no `config/operator.yml`, a home that the demo filled keeps working on its
    simulated operator.

    Raises:
        ConfigError: there is no usable configuration.
    """
    from ingestion.config import Environment, Home, load_settings

    environment = Environment()
    remembered = demo_folder(Home(environment.home)) / "operator.yml"
    if "FOURWIRE_CONFIG" not in os.environ and not environment.config.is_file() and remembered.is_file():
        return load_settings(config=remembered)
    return load_settings()
