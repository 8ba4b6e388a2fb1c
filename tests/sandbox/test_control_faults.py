"""Each fault as a client meets it, over real HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import httpx
import pytest

from sandbox.server import Sandbox

SPEND = "spend_upload_v1.csv"


@pytest.fixture(scope="module")
def module_sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(households=200, seed=7, months=6) as sandbox:
        yield sandbox


@pytest.fixture
def running(module_sandbox: Sandbox) -> Iterator[Sandbox]:
    yield module_sandbox
    httpx.delete(f"{module_sandbox.control_url}/faults").raise_for_status()


def inject(sandbox: Sandbox, kind: str, **more) -> None:
    httpx.post(f"{sandbox.control_url}/faults", json={"kind": kind, **more}).raise_for_status()


def ask(sandbox: Sandbox, path: str = f"spend/{SPEND}", **more) -> httpx.Response:
    return httpx.get(f"{sandbox.base_url}/{path}", timeout=10, **more)


def housecall(sandbox: Sandbox, path: str) -> httpx.Response:
    account = next(account for account in sandbox.accounts if account.account_id == "hcp-bluebird")
    key = account.credentials["api_key"]
    return ask(sandbox, f"hcp-bluebird/{path}", headers={"Authorization": f"Token {key}"})


def test_throttling_is_the_vendors_own_answer(running: Sandbox) -> None:
    inject(running, "throttle", account="spend", retry_after=9)
    answer = ask(running)
    assert answer.status_code == 429 and answer.headers["retry-after"] == "9"
    inject(running, "throttle_no_header", account="spend")
    answer = ask(running)
    assert answer.status_code == 429 and "retry-after" not in answer.headers
    assert ask(running).status_code == 200


@pytest.mark.parametrize(("kind", "status"), [("error_500", 500), ("error_502", 502)])
def test_server_errors_are_html(running: Sandbox, kind: str, status: int) -> None:
    inject(running, kind, account="spend")
    answer = ask(running)
    assert answer.status_code == status and answer.text.startswith("<html>")


def test_a_timeout_stalls_and_drops(running: Sandbox) -> None:
    inject(running, "timeout", account="spend", seconds=0.4, times=2)
    started = time.monotonic()
    with pytest.raises(httpx.RemoteProtocolError):
        ask(running)
    assert time.monotonic() - started >= 0.4
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{running.base_url}/spend/{SPEND}", timeout=0.1)


def test_a_cut_body_is_shorter_than_promised(running: Sandbox) -> None:
    inject(running, "cut_body", account="spend")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        ask(running)
    assert ask(running).text.startswith("row_key")


def test_expired_tokens_are_refused_and_new_ones_work(running: Sandbox) -> None:
    account = next(account for account in running.accounts if account.platform == "servicetitan")
    secrets, tenant = account.credentials, account.options["tenant"]

    def token() -> str:
        form = {key: secrets[key] for key in ("client_id", "client_secret")}
        form["grant_type"] = "client_credentials"
        return httpx.post(account.token_url, data=form).raise_for_status().json()["access_token"]

    def campaigns(bearer: str) -> int:
        headers = {"Authorization": f"Bearer {bearer}", "ST-App-Key": secrets["app_key"]}
        return httpx.get(
            f"{account.base_url}/marketing/v2/tenant/{tenant}/campaigns", headers=headers
        ).status_code

    first = token()
    assert campaigns(first) == 200
    inject(running, "expire_token", account=account.account_id, path="/campaigns")
    assert campaigns(first) == 401
    assert campaigns(first) == 401
    assert campaigns(token()) == 200


def test_rows_change_before_the_answer(running: Sandbox) -> None:
    before = running.clock.now()
    inject(running, "change_rows", account="hcp-bluebird", hours=6)
    assert housecall(running, "jobs").status_code == 200
    assert running.clock.now() == before + 6 * 3600


def test_a_page_repeats_the_edge_of_the_one_before(running: Sandbox) -> None:
    def page(number: int) -> list[dict]:
        return housecall(running, f"customers?page={number}&page_size=10").json()["customers"]

    clean_first, clean_second = page(1), page(2)
    inject(running, "duplicate_edge", account="hcp-bluebird")
    assert page(1) == clean_first, "the first page has none before it"
    assert page(2) == [clean_first[-1], *clean_second]
    assert page(3)[0] != clean_second[-1], "once was asked for"


def test_a_repeated_row_is_byte_for_byte_the_vendors(running: Sandbox) -> None:
    clean = housecall(running, "customers?page=1&page_size=3").content
    inject(running, "duplicate_edge", account="hcp-bluebird", times=None, every=1000)
    assert json.loads(housecall(running, "customers?page=1&page_size=3").content) == json.loads(clean)


def test_every_and_times_count_matching_requests_only(running: Sandbox) -> None:
    inject(running, "error_500", account="spend", every=3, times=2)
    housecall(running, "jobs")
    statuses = [ask(running).status_code for _ in range(10)]
    assert statuses == [200, 200, 500, 200, 200, 500, 200, 200, 200, 200]


def test_a_path_limits_a_fault(running: Sandbox) -> None:
    inject(running, "error_502", path="/customers", times=None)
    assert housecall(running, "jobs").status_code == 200
    assert housecall(running, "customers").status_code == 502
    assert ask(running).status_code == 200


def test_faults_can_be_read_and_taken_down(running: Sandbox) -> None:
    inject(running, "error_500", times=None)
    standing = httpx.get(f"{running.control_url}/faults").json()["faults"]
    assert [(fault["kind"], fault["times"], fault["fired"]) for fault in standing] == [("error_500", None, 0)]
    assert ask(running).status_code == 500
    httpx.delete(f"{running.control_url}/faults")
    assert ask(running).status_code == 200


@pytest.mark.parametrize(
    "order",
    [
        {"kind": "earthquake"},
        {"times": 1},
        {"kind": "throttle", "account": "nobody"},
        {"kind": "throttle", "evry": 2},
        {"kind": "throttle", "every": 0},
        [],
    ],
)
def test_senseless_faults_are_refused(running: Sandbox, order) -> None:
    answer = httpx.post(f"{running.control_url}/faults", json=order)
    assert answer.status_code == 422 and answer.json()["error"]
    assert httpx.get(f"{running.control_url}/faults").json() == {"faults": []}


def test_struck_requests_are_marked_in_the_log(running: Sandbox) -> None:
    inject(running, "error_500", account="spend")
    ask(running)
    answer = httpx.get(f"{running.control_url}/requests", params={"account": "spend"})
    last = json.loads(answer.text.splitlines()[-1])
    assert (last["fault"], last["status"]) == ("error_500", 500)
