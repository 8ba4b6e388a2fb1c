"""Access by a person's consent: a refresh token, which each use may replace.

The configuration holds the token that the consent gave; from the first replacement on, the newest one is in a
file under the home, written before anything is done with the access token that came with it.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import httpx
import msgspec

from ingestion.http import Sender
from ingestion.secret_files import SecretFile

_USED_SHARE_OF_LIFE = 0.8


class _Kept(msgspec.Struct):
    """The newest refresh token, and which configured one it descends from, as a hash."""

    begun_with: str
    refresh_token: str


class _Granted(msgspec.Struct):
    access_token: str
    expires_in: float = 3600
    refresh_token: str | None = None


class TokenFile:
    """The newest refresh token of one account, readable by its owner alone."""

    def __init__(self, path: Path, configured: str) -> None:
        self._file = SecretFile(path)
        self.owned = self._file.owned
        self._configured = configured
        self._begun_with = hashlib.sha256(configured.encode()).hexdigest()

    def read(self) -> str:
        """The newest token; the configured one where there is none yet, or where a new consent was given."""
        stored = self._file.read()
        if stored is None:
            return self._configured
        kept = msgspec.json.decode(stored, type=_Kept)
        return kept.refresh_token if kept.begun_with == self._begun_with else self._configured

    def write(self, refresh_token: str) -> None:
        """On disk when this returns: a lost token needs a person to consent again."""
        self._file.write(msgspec.json.encode(_Kept(self._begun_with, refresh_token)))


class ConsentedAccess:
    """OAuth 2 refresh tokens: an access token for an hour at a time.

    Args:
        form: What each token request holds besides the refresh token.
        headers: What each request to the API holds besides the access token.
    """

    def __init__(
        self, token_url: str, form: Mapping[str, str], tokens: TokenFile, headers: Mapping[str, str]
    ) -> None:
        self._token_url = token_url
        self._form = {"grant_type": "refresh_token", **form}
        self._tokens = tokens
        self._fixed = dict(headers)
        self._guard = threading.Lock()
        self._authorization: str | None = None
        self._stale_at = 0.0

    def headers(self, send: Sender) -> dict[str, str]:
        with self._guard:
            if self._authorization is None or time.monotonic() >= self._stale_at:
                self._renew(send)
            return {**self._fixed, "Authorization": str(self._authorization)}

    def renew(self, rejected: Mapping[str, str]) -> bool:
        with self._guard:
            # Another thread may have renewed since the rejected one was sent.
            if rejected.get("Authorization") == self._authorization:
                self._authorization = None
        return True

    def _renew(self, send: Sender) -> None:
        asked_at = time.monotonic()
        # Of two processes that renew at once, the second must use the token that the first was given.
        with self._tokens.owned():
            used = self._tokens.read()
            answer = send(httpx.Request("POST", self._token_url, data={**self._form, "refresh_token": used}))
            granted = msgspec.json.decode(answer.content, type=_Granted)
            if granted.refresh_token and granted.refresh_token != used:
                self._tokens.write(granted.refresh_token)
        self._authorization = f"Bearer {granted.access_token}"
        self._stale_at = asked_at + _USED_SHARE_OF_LIFE * granted.expires_in
