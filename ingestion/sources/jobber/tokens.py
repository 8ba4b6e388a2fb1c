"""Refresh tokens that work once: each one is on disk before what came with it is used.

Every refresh answers with the next refresh token, and the one before it is dead at once. So the chain is
lost, and somebody has to connect the app again, if two processes refresh at the same time, or if a new token
is used and then forgotten. Hence one file per account under the home, for its owner alone (0600), replaced as
a whole and flushed to the disk, under a lock that other processes respect. The access token is kept in it as
well: a run that starts within the hour spends none of the chain.

https://developer.getjobber.com/docs/building_your_app/refresh_token_rotation
"""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx
import msgspec

from ingestion.http import CredentialsRejected, Sender, UnexpectedAnswer
from ingestion.secret_files import SecretFile

# An access token lives an hour; it is renewed this long before its end.
MARGIN_SECONDS = 300.0
LIFETIME_SECONDS = 3_600.0


class Tokens(msgspec.Struct, frozen=True):
    """What the file holds.

    Attributes:
        chain: Which configured refresh token these come from; after connecting again, a new chain begins.
        expires_at: End of the access token, epoch seconds.
    """

    chain: str
    refresh_token: str
    access_token: str
    expires_at: float


class _Grant(msgspec.Struct):
    access_token: str
    # Absent or the same where rotation is switched off for the app.
    refresh_token: str | None = None
    expires_in: float | None = None


class _Claims(msgspec.Struct):
    exp: float | None = None


class TokenFile:
    """One account's tokens on disk."""

    def __init__(self, path: Path) -> None:
        self._file = SecretFile(path)
        self.owned = self._file.owned

    def read(self) -> Tokens | None:
        stored = self._file.read()
        return None if stored is None else msgspec.json.decode(stored, type=Tokens)

    def write(self, tokens: Tokens) -> None:
        self._file.write(msgspec.json.encode(tokens))


class RotatingTokens:
    """Puts the account's access token on requests, and keeps its chain of refresh tokens (an `Auth`)."""

    def __init__(
        self,
        account_id: str,
        file: TokenFile,
        *,
        token_url: str,
        client_id: str,
        client_secret: str,
        refresh_token: str,
        fixed_headers: Mapping[str, str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._account_id = account_id
        self._file = file
        self._token_url = token_url
        self._client = {"client_id": client_id, "client_secret": client_secret}
        self._first_token = refresh_token
        self._chain = hashlib.sha256(f"{client_id}|{refresh_token}".encode()).hexdigest()[:16]
        self._fixed = dict(fixed_headers)
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: Tokens | None = None
        self._rejected: str | None = None

    def headers(self, send: Sender) -> dict[str, str]:
        with self._lock:
            if not self._works(self._tokens):
                self._tokens = self._renewed(send)
            assert self._tokens is not None
            return {**self._fixed, "Authorization": f"Bearer {self._tokens.access_token}"}

    def renew(self, rejected: Mapping[str, str]) -> bool:
        with self._lock:
            # Another thread may have a new token since the rejected one was sent.
            if self._tokens and rejected.get("Authorization") == f"Bearer {self._tokens.access_token}":
                self._rejected = self._tokens.access_token
        return True

    def _works(self, tokens: Tokens | None) -> bool:
        if tokens is None or tokens.access_token == self._rejected:
            return False
        return self._clock() < tokens.expires_at - MARGIN_SECONDS

    def _renewed(self, send: Sender) -> Tokens:
        """Tokens that work: those that another process left on disk, or new ones, which are there first."""
        with self._file.owned():
            stored = self._file.read()
            if stored is not None and stored.chain != self._chain:
                stored = None
            if stored is not None and self._works(stored):
                return stored
            tokens = self._refreshed(send, stored.refresh_token if stored else self._first_token)
            self._file.write(tokens)
            return tokens

    def _refreshed(self, send: Sender, refresh_token: str) -> Tokens:
        form = {**self._client, "grant_type": "refresh_token", "refresh_token": refresh_token}
        asked_at = self._clock()
        try:
            answer = send(httpx.Request("POST", self._token_url, data=form))
        except CredentialsRejected as error:
            raise CredentialsRejected(
                f"{error} If these are right, the connection is lost: the app was disconnected, its scopes "
                "were changed, or its refresh token was used elsewhere. Connect the app again and configure "
                "the new refresh_token; see docs/how-to/connect-jobber.md.",
                stops_account=True,
            ) from None
        try:
            grant = msgspec.json.decode(answer.content, type=_Grant)
        except msgspec.DecodeError as error:
            # The error names a field, never a value.
            raise UnexpectedAnswer(
                f"account {self._account_id!r} (jobber): the token endpoint's answer has no token ({error}). "
                "Check token_url.",
                stops_account=True,
            ) from None
        return Tokens(
            chain=self._chain,
            refresh_token=grant.refresh_token or refresh_token,
            access_token=grant.access_token,
            expires_at=_expiry(grant, asked_at),
        )


def _expiry(grant: _Grant, asked_at: float) -> float:
    """When an access token ends: by its own claim, else by `expires_in`, else after an hour."""
    claimed = _claimed_expiry(grant.access_token)
    if claimed is not None:
        return claimed
    return asked_at + (LIFETIME_SECONDS if grant.expires_in is None else grant.expires_in)


def _claimed_expiry(access_token: str) -> float | None:
    _, _, rest = access_token.partition(".")
    claims = rest.partition(".")[0]
    try:
        decoded = base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4))
        return msgspec.json.decode(decoded, type=_Claims).exp
    except (ValueError, msgspec.DecodeError):
        return None
