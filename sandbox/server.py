"""The sandbox process: one HTTP server that is every vendor of a simulated operator at once."""

from __future__ import annotations

import socket
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.accounts import accounts_of, write_config, write_info
from sandbox.clock import Clock
from sandbox.control import Control
from sandbox.faults import Faults, RequestLog, UnreliableLine
from sandbox.layout import Layout, arrange
from sandbox.servers import discover_vendors
from sandbox.servers.base import SandboxAccount, VendorServer
from sandbox.world import DEFAULT_HOUSEHOLDS, DEFAULT_MONTHS, build_world
from sandbox.world.model import World
from sandbox.world.pace import USUAL, Pace

DEFAULT_SEED = 7
START_SECONDS = 30.0


class Switchboard:
    """Routes by the first part of the path: an account id, or `control`.

    Plain ASGI without a framework around it, so that a fault can reach the connection itself.
    """

    def __init__(self, apps: Mapping[str, ASGIApp]) -> None:
        self._apps = apps

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        name = scope["path"].split("/", 2)[1]
        app = self._apps.get(name)
        if app is None:
            app = JSONResponse({"error": f"nothing at /{name}", "known": sorted(self._apps)}, 404)
        await app({**scope, "root_path": f"{scope.get('root_path', '')}/{name}"}, receive, send)


@dataclass
class Assembly:
    """Everything that runs, wired together."""

    world: World
    clock: Clock
    faults: Faults
    log: RequestLog
    accounts: list[SandboxAccount]
    servers: dict[str, VendorServer]
    app: ASGIApp


def assemble(
    world: World, base_url: str, faults: Iterable[Mapping[str, Any]] = (), layout: Layout | None = None
) -> Assembly:
    """Build one vendor server per account of the layout (the usual one by default)."""
    arrange(world, layout or Layout())
    clock, board, log = Clock(world.clock_starts_at, world.ends_at), Faults(), RequestLog()
    for order in faults:
        board.post(order)
    vendors = discover_vendors()
    accounts = accounts_of(world, base_url)
    servers = {
        account.account_id: vendors[account.platform].build(world, account, clock, board)
        for account in accounts
    }
    apps: dict[str, ASGIApp] = {
        account.account_id: UnreliableLine(servers[account.account_id], account, board, clock, log)
        for account in accounts
    }
    apps["control"] = Control(world, clock, board, log, servers).app
    return Assembly(world, clock, board, log, accounts, servers, Switchboard(apps))


class Sandbox:
    """A sandbox inside this process, for tests: a server thread on a free port."""

    def __init__(self, assembly: Assembly, base_url: str, config_path: Path) -> None:
        self.world = assembly.world
        self.clock = assembly.clock
        self.faults = assembly.faults
        self.requests = assembly.log
        self.accounts = assembly.accounts
        self.servers = assembly.servers
        self.base_url = base_url
        self.control_url = f"{base_url}/control"
        self.config_path = config_path

    @classmethod
    @contextmanager
    def start(
        cls,
        households: int = 200,
        seed: int = DEFAULT_SEED,
        months: int = 6,
        *,
        world: World | None = None,
        folder: Path | None = None,
        faults: Iterable[Mapping[str, Any]] = (),
        layout: Layout | None = None,
    ) -> Iterator[Sandbox]:
        """Serve until the block ends.

        Args:
            households: size of the world.
            seed: the same seed gives the same world.
            months: length of its history.
            world: a ready world instead; its edits by gaps stay in it.
            folder: where the operator configuration is written; a temporary one by default.
            faults: orders for the fault board, in place from the first request on.
            layout: which systems the operator has; the usual ones by default.
        """
        with socket.create_server(("127.0.0.1", 0)) as listener, tempfile.TemporaryDirectory() as scratch:
            base_url = _url(listener)
            assembly = assemble(world or build_world(seed, households, months), base_url, faults, layout)
            config_path = (folder or Path(scratch)) / "operator.yml"
            write_config(config_path, assembly.world, assembly.accounts)
            with _serving(assembly.app, listener):
                yield cls(assembly, base_url, config_path)


def serve(
    households: int = DEFAULT_HOUSEHOLDS,
    seed: int = DEFAULT_SEED,
    months: int = DEFAULT_MONTHS,
    port: int = 0,
    info_file: Path | None = None,
    config_out: Path | None = None,
    faults: Iterable[Mapping[str, Any]] = (),
    layout: Layout | None = None,
    pace: Pace = USUAL,
) -> None:
    """Serve in this process until it is interrupted.

    Args:
        households: size of the world.
        seed: the same seed gives the same world.
        months: length of its history.
        port: on 127.0.0.1; 0 takes a free one.
        info_file: gets the control URL and the accounts with their credentials, once requests are answered.
        config_out: gets an operator configuration that points here, with its secrets file beside it.
        faults: orders for the fault board, in place from the first request on.
        layout: which systems the operator has; the usual ones by default.
        pace: how fast the office works.
    """
    with socket.create_server(("127.0.0.1", port)) as listener:
        base_url = _url(listener)
        assembly = assemble(build_world(seed, households, months, pace=pace), base_url, faults, layout)
        # The socket listens already: whoever reads these files can connect, and is answered in a moment.
        if config_out is not None:
            write_config(config_out, assembly.world, assembly.accounts)
        if info_file is not None:
            write_info(info_file, f"{base_url}/control", assembly.accounts)
        uvicorn.Server(_settings(assembly.app)).run(sockets=[listener])


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{host}:{port}"


def _settings(app: ASGIApp) -> uvicorn.Config:
    # Injected faults end exchanges in ways that uvicorn reports as errors of the application: they are meant.
    return uvicorn.Config(
        app,
        lifespan="off",
        log_level="critical",
        access_log=False,
        # As vendors' gateways do. A client that polls every five seconds meets uvicorn's default of five.
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )


@contextmanager
def _serving(app: ASGIApp, listener: socket.socket) -> Iterator[None]:
    server = uvicorn.Server(_settings(app))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the sandbox's server did not start")
        time.sleep(0.005)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=10)
