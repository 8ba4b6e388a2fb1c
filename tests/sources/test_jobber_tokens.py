"""Rotating refresh tokens: stored for their owner alone, before use, and never spent twice."""

from __future__ import annotations

import json
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ingestion.http import CredentialsRejected
from ingestion.limits import RateLimit
from ingestion.sources.jobber import connection
from ingestion.sources.jobber.tokens import RotatingTokens, TokenFile, Tokens
from tests.sources.jobber_account import JobberAccount, jobber_account


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobberAccount]:
    """The vendor's strictest: the configured token works once, and so does every later one."""
    monkeypatch.setattr(connection, "LIMITS", {"default": RateLimit(per_second=1_000, burst=50)})
    with jobber_account(tmp_path, consent="once") as running:
        yield running


def test_tokens_are_stored_for_their_owner_alone(account: JobberAccount) -> None:
    account.pull("users")
    assert stat.S_IMODE(account.token_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(account.token_file.parent.stat().st_mode) == 0o700
    assert [path.suffix for path in account.token_file.parent.iterdir() if path.suffix == ".draft"] == []


def test_a_run_within_the_hour_spends_no_refresh_token(account: JobberAccount) -> None:
    account.pull("users")
    before = account.token_file.read_text()
    account.pull("users")
    assert account.token_file.read_text() == before


def test_a_chain_goes_on_over_runs_and_expiries(account: JobberAccount) -> None:
    seen = set()
    for _ in range(4):
        account.pull("users")
        seen.add(json.loads(account.token_file.read_text())["refresh_token"])
        account.faults.expire_tokens(account.account.account_id)
    assert len(seen) == 4


def test_a_token_is_on_disk_before_it_is_used(
    account: JobberAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash between the refresh and the first question loses nothing: the next run goes on."""
    client = account.client()
    stored: list[str] = []

    def crash(path: str, body: object) -> None:
        client._auth.headers(client._token_answer)
        stored.append(json.loads(account.token_file.read_text())["refresh_token"])
        raise KeyboardInterrupt

    monkeypatch.setattr(client, "post", crash)
    with pytest.raises(KeyboardInterrupt):
        account.pull("users", client=client)
    account.faults.expire_tokens(account.account.account_id)
    assert account.pull("users").rows == account.expected("users")
    assert json.loads(account.token_file.read_text())["refresh_token"] != stored[0]


def test_a_write_that_is_killed_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = TokenFile(tmp_path / "tokens" / "a.json")
    old, new = Tokens("c", "r1", "a1", 1.0), Tokens("c", "r2", "a2", 2.0)
    with file.owned():
        file.write(old)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("os.fsync", killed)
        file.write(new)
    assert file.read() == old
    file.write(new)
    assert file.read() == new


def test_two_runs_at_once_do_not_spend_one_token_twice(account: JobberAccount) -> None:
    clients = [account.client() for _ in range(4)]
    failed: list[Exception] = []

    def pull(client: connection.JobberClient) -> None:
        try:
            account.pull("users", client=client)
        except Exception as error:
            failed.append(error)

    for _ in range(3):
        threads = [threading.Thread(target=pull, args=(client,)) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        account.faults.expire_tokens(account.account.account_id)
    assert not failed


def test_a_lost_chain_says_what_to_do_and_shows_no_secret(account: JobberAccount) -> None:
    account.pull("users")
    account.token_file.unlink()
    with pytest.raises(CredentialsRejected, match="Connect the app again") as refused:
        account.pull("users")
    assert refused.value.stops_account
    secrets = account.settings._secrets[account.account.account_id]
    assert secrets["refresh_token"] not in str(refused.value)
    assert secrets["client_secret"] not in str(refused.value)


def test_a_newly_configured_token_begins_a_new_chain(tmp_path: Path) -> None:
    sent: list[str] = []

    def send(request: httpx.Request) -> httpx.Response:
        sent.append(request.content.decode())
        return httpx.Response(200, json={"access_token": "x", "refresh_token": f"next-{len(sent)}"})

    def headers(refresh_token: str) -> None:
        file = TokenFile(tmp_path / "tokens" / "a.json")
        way = {"token_url": "http://vendor/token", "client_id": "i", "client_secret": "s"}
        RotatingTokens("a", file, refresh_token=refresh_token, fixed_headers={}, **way).headers(send)

    headers("first")
    headers("first")
    headers("second")
    assert [body.rpartition("=")[2] for body in sent] == ["first", "second"]


def test_the_end_of_a_token_is_its_own_claim_or_an_hour(tmp_path: Path) -> None:
    now = [1_000.0]
    answers = iter(
        [
            {"access_token": "a.eyJleHAiOjIwMDB9.c", "refresh_token": "r1"},  # {"exp":2000}
            {"access_token": "opaque", "refresh_token": "r2"},
            {"access_token": "opaque too", "expires_in": 700},
        ]
    )
    file = TokenFile(tmp_path / "a.json")
    tokens = RotatingTokens(
        "a", file, token_url="http://vendor/token", client_id="i", client_secret="s", refresh_token="r0",
        fixed_headers={"V": "1"}, clock=lambda: now[0],
    )  # fmt: skip
    ends = []
    for moment in (1_000.0, 1_800.0, 6_000.0):
        now[0] = moment
        assert tokens.headers(lambda _: httpx.Response(200, json=next(answers)))["V"] == "1"
        stored = file.read()
        assert stored is not None
        ends.append(stored.expires_at)
    assert ends == [2_000, 1_800 + 3_600, 6_700]
    # Rotation is off where no new token comes: the last one goes on working.
    assert stored.refresh_token == "r2"
