"""The Dagster UI on the current home."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.console import err
from orchestration.cli.home import current_home, current_settings, demo_folder


def ui(
    port: Annotated[int, typer.Option(help="Port on the host.")] = 3000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Open the Dagster UI on this home: lineage, runs, checks, schedules.

    After `fourwire demo` it shows the demo's run. Interrupt it to stop.
    """
    settings = current_settings()
    from orchestration.instance import WORKSPACE, end_dead_runs, instance_of

    with instance_of(settings) as instance:
        end_dead_runs(instance)
    err.print(f"Dagster UI on [bold]http://{host}:{port}[/bold] (ready in about 20 s; Ctrl-C stops it)")
    if settings.config_path.is_relative_to(demo_folder(current_home()).resolve()):
        err.print(
            "This home belongs to the demo. Its simulated vendors stopped with it, so new runs need "
            "`fourwire demo` again; everything that was loaded can be looked at."
        )
    command = [
        _beside_python("dagster"),
        "dev",
        "--workspace",
        str(WORKSPACE),
        "--host",
        host,
        "--port",
        str(port),
    ]
    sys.exit(_run_until_interrupted(command))


def _beside_python(name: str) -> str:
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else name


def _run_until_interrupted(command: list[str]) -> int:
    """Run a child that ends when we do.

    A job in the background of a script inherits "ignore interrupts", and Dagster then ignores TERM as well;
    so the child gets the default handling back, and both signals are passed on.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    child = subprocess.Popen(
        command, env=os.environ | {"DAGSTER_DISABLE_TELEMETRY": "yes"}, start_new_session=True
    )

    def pass_on(number: int, _frame: object) -> None:
        child.send_signal(number)

    signal.signal(signal.SIGINT, pass_on)
    signal.signal(signal.SIGTERM, pass_on)
    status = child.wait()
    return 0 if status in (-signal.SIGINT, -signal.SIGTERM, 0) else status
