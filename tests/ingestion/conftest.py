"""A small tenant served on a real socket, and a home to pull it into."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion.config import Settings
from tests.ingestion.serving import served
from tests.ingestion.tenant import Tenant, settings_for


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


@pytest.fixture
def tenant_url(tenant: Tenant) -> Iterator[str]:
    with served(tenant.app) as url:
        yield url


@pytest.fixture
def settings(tmp_path: Path, tenant_url: str) -> Settings:
    return settings_for(tmp_path, {"north": tenant_url})
