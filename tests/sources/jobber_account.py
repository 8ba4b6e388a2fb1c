"""One simulated Jobber account on a socket, and pulls from it without a warehouse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingestion.config import Account, Brand, Home, OperatorConfig, Settings
from ingestion.http import Patience
from ingestion.pull import heads
from ingestion.records import head_reader, newest_moment
from ingestion.sources.jobber import SPEC
from ingestion.sources.jobber.connection import JobberClient
from ingestion.spec import Connection, Page, PullContext
from sandbox.accounts import accounts_of
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.layout import Layout, arrange
from sandbox.servers.base import SandboxAccount
from sandbox.servers.jobber import JobberServer, build
from sandbox.world import build_world
from sandbox.world.model import World
from tests.ingestion.serving import served

QUICK = Patience(connect=2, read=10, attempts=6, backoff=0.02, backoff_max=0.2, longest_wait=30)
Rows = dict[str, Any]


@dataclass
class Pulled:
    """What one pull of one object brought, and what it left for the next."""

    context: PullContext
    pages: list[Page] = field(default_factory=list)
    rows: Rows = field(default_factory=dict)


@dataclass
class JobberAccount:
    """A server with its clock, and a home that reads from it."""

    world: World
    clock: Clock
    faults: Faults
    server: JobberServer
    settings: Settings
    options: dict[str, Any]

    @property
    def account(self) -> Account:
        return self.settings.operator.accounts[0]

    @property
    def token_file(self) -> Path:
        return self.settings.home.root / "tokens" / f"{self.account.account_id}.json"

    def client(self, **options: Any) -> JobberClient:
        chosen = SPEC.options_model.model_validate(options)
        client = SPEC.open_client(Connection(self.account, self.settings, chosen, QUICK))
        assert isinstance(client, JobberClient)
        return client

    def pull(self, name: str, before: Pulled | None = None, client: JobberClient | None = None) -> Pulled:
        """One pull of an object: in full, or what changed after `before`."""
        spec = SPEC.object(name)
        context = PullContext(
            account=self.account,
            object=spec,
            client=client or self.client(),
            options=None,
            mode="incremental" if before else "full",
            state=before.context.saved if before else {},
            since=None,
            started_at=datetime.now(UTC),
            watermark=before.context.watermark if before else None,
        )
        pulled = Pulled(context, rows=dict(before.rows) if before else {})
        read_head = head_reader(spec.key, spec.modified)
        for page in spec.pull(context):
            pulled.pages.append(page)
            rows = spec.rows(page.body)
            named = list(heads(rows, read_head))
            pulled.rows |= {
                native_id: json.loads(bytes(row)) for (native_id, _), row in zip(named, rows, strict=True)
            }
            if spec.modified:
                stamps = newest_moment([stamp for _, stamp in named])
                context.watermark = max(filter(None, (context.watermark, stamps)), default=None)
        if context.mode == "full":
            # A full pull is the whole listing: what it did not bring is gone.
            seen = {each for page in pulled.pages for each, _ in heads(spec.rows(page.body), read_head)}
            pulled.rows = {key: row for key, row in pulled.rows.items() if key in seen}
        return pulled

    def expected(self, name: str) -> Rows:
        """What the vendor has now, read through JSON as a client would."""
        return json.loads(json.dumps(dict(self.server.expected(name))))


@contextmanager
def jobber_account(
    home: Path, households: int = 60, seed: int = 7, **vendor_options: str
) -> Iterator[JobberAccount]:
    """Serve the plumbing and electrical brand from a simulated Jobber with `vendor_options`."""
    world = build_world(seed=seed, households=households, months=6)
    arrange(world, Layout.including("jobber"))
    clock, faults = Clock(world.clock_starts_at, world.ends_at), Faults()
    found = next(one for one in accounts_of(world, "http://vendor.invalid") if one.platform == "jobber")
    sandbox_account = SandboxAccount(
        found.account_id,
        found.platform,
        found.brand_keys,
        found.base_url,
        found.token_url,
        found.credentials,
        {**found.options, **vendor_options},
    )
    server = build(world, sandbox_account, clock, faults)
    with served(server.app) as url:
        account = Account(
            account_id=found.account_id, platform="jobber", timezone="America/New_York", base_url=url
        )
        operator = OperatorConfig(
            name="Test operator",
            brands=(Brand(key="bluebird", name="Bluebird", timezone="America/New_York"),),
            accounts=(account,),
        )
        secrets = {found.account_id: dict(found.credentials)}
        settings = Settings(Home(home), operator, home / "operator.yml", secrets)
        yield JobberAccount(world, clock, faults, server, settings, dict(vendor_options))
