"""Secrets that change while the program runs, such as tokens that work once: never half written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingestion.locks import exclusive


class SecretFile:
    """A file for its owner alone (0600), replaced as a whole or not at all."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def owned(self) -> Iterator[None]:
        """Keep other processes of this home away from the secret, between reading it and writing the next."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with exclusive(self._path.with_suffix(".lock")):
            yield

    def read(self) -> bytes | None:
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return None

    def write(self, content: bytes) -> None:
        """Replace the file; when this returns, a crash or a power cut no longer loses it."""
        draft = self._path.with_suffix(".draft")
        # A draft that a killed process left might have been readable by others.
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
