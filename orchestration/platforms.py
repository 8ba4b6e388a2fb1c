"""Which of the installed platforms this operator uses: only they are pulled, built, checked and shown."""

from __future__ import annotations

from collections.abc import Sequence

from ingestion.config import ConfigError, Settings, load_settings
from ingestion.sources import discover


def in_use(settings: Settings | None = None) -> tuple[str, ...]:
    """Platforms of the configured accounts, and those that pages were landed from once: their history stays.

    Without a configuration, or with one that names no account, every installed platform, so that a newcomer
    sees all there is.
    """
    try:
        known = settings or load_settings()
    except ConfigError:
        return tuple(discover())
    configured = {account.platform for account in known.operator.accounts}
    landed = {platform for platform in discover() if (known.home.landing / platform).is_dir()}
    return tuple(name for name in discover() if name in configured | landed) or tuple(discover())


def unused(used: Sequence[str]) -> tuple[str, ...]:
    """Installed platforms that are not among `used`."""
    return tuple(name for name in discover() if name not in used)
