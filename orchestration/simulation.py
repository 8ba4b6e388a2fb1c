"""The sandbox as the demo uses it: a process of its own, its control API, the gaps planted through it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

READY_SECONDS = 180.0


class SimulationFailed(Exception):
    """The sandbox did not start, or ended early; the message carries the end of its log."""


@dataclass(frozen=True)
class PlantedGap:
    """One business gap that the sandbox was told to make."""

    gap_class: str
    account_id: str
    native_id: str


@dataclass(frozen=True)
class Simulation:
    """A running sandbox."""

    control_url: str
    config: Path

    def plant_every_class(self, count: int) -> None:
        """Make the simulated systems disagree in every way they can, each way `count` times at most."""
        httpx.post(
            f"{self.control_url}/gaps/every-class", json={"at_most": count}, timeout=120
        ).raise_for_status()

    def planted(self) -> tuple[PlantedGap, ...]:
        """Every gap planted so far, as ground truth tells it."""
        return tuple(
            PlantedGap(row["gap_class"], row["account_id"], str(row["native_id"]))
            for row in self._truth("gaps")
        )

    def _truth(self, entity: str) -> Iterator[dict[str, Any]]:
        answer = httpx.get(f"{self.control_url}/truth/{entity}", timeout=120).raise_for_status()
        for line in answer.text.splitlines():
            if line.strip():
                yield json.loads(line)


@contextmanager
def simulated_operator(
    folder: Path, households: int, months: int, seed: int, on_wait: Callable[[float], None] = lambda _: None
) -> Iterator[Simulation]:
    """Serve a simulated operator in a process of its own until the block ends, whatever ends it.

    Args:
        folder: Where the sandbox's configuration, info file and log go.
        households: Size of the world.
        months: Length of its history.
        seed: The same seed gives the same world.
        on_wait: Hears the seconds waited so far, while the world is being built.

    Raises:
        SimulationFailed: it did not come up.
    """
    folder.mkdir(parents=True, exist_ok=True)
    info, config, log = folder / "sandbox.json", folder / "operator.yml", folder / "sandbox.log"
    info.unlink(missing_ok=True)
    command = [sys.executable, "-m", "orchestration.cli", "sandbox", "serve", "--port", "0"]
    command += ["--households", str(households), "--months", str(months), "--seed", str(seed)]
    command += ["--info", str(info), "--config-out", str(config)]
    with log.open("w", encoding="utf-8") as output:
        # A session of its own: an interrupt reaches us first, and we end it in order.
        process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
        try:
            control_url = _wait_until_ready(process, info, log, on_wait)
            yield Simulation(control_url, config)
        finally:
            _end(process)


def _wait_until_ready(
    process: subprocess.Popen[bytes], info: Path, log: Path, on_wait: Callable[[float], None]
) -> str:
    started = time.monotonic()
    while (waited := time.monotonic() - started) < READY_SECONDS:
        if process.poll() is not None:
            raise SimulationFailed(f"the sandbox ended with status {process.returncode}:\n{_tail(log)}")
        on_wait(waited)
        if info.is_file() and (control_url := _control_url(info)) and _answers(control_url):
            return control_url
        time.sleep(0.1)
    raise SimulationFailed(f"the sandbox was not ready after {READY_SECONDS:.0f} s:\n{_tail(log)}")


def _control_url(info: Path) -> str | None:
    try:
        return str(json.loads(info.read_text(encoding="utf-8"))["control_url"])
    except json.JSONDecodeError:
        return None  # still being written


def _answers(control_url: str) -> bool:
    try:
        return httpx.get(f"{control_url}/requests", timeout=5).is_success
    except httpx.TransportError:
        return False


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
