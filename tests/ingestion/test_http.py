"""What an answer can be, and what becomes of it: each case over a real socket."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from datetime import UTC, datetime
from email.utils import format_datetime

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response

from ingestion.config import Settings
from ingestion.http import (
    CredentialsRejected,
    Dialect,
    QuotaExhausted,
    StaticHeaders,
    VendorClient,
    VendorRefused,
    VendorUnavailable,
    retry_after_seconds,
)
from ingestion.limits import RateLimit
from ingestion.sources.servicetitan.connection import open_client
from ingestion.spec import Connection
from tests.ingestion.tenant import (
    QUICK,
    SECRETS,
    Tenant,
    cut,
    forbidden,
    html_200,
    html_502,
    refused,
    settings_for,
    stall,
    throttled,
    unauthorized,
)

FEED = "/jpm/v2/tenant/990011/export/jobs"


def connection(settings: Settings) -> Connection:
    account = settings.operator.accounts[0]
    return Connection(account, settings, _Options(), QUICK)


class _Options:
    tenant = "990011"


@pytest.fixture
def client(settings: Settings, tenant: Tenant):
    tenant.commit("jobs", 1, "2026-01-01T00:00:00Z")
    client = open_client(connection(settings))
    yield client
    client.close()


@pytest.mark.parametrize(
    "fault",
    [html_502, html_200, cut, throttled({"Retry-After": "0"}), stall],
    ids=lambda fault: fault.__name__,
)
def test_a_passing_fault_is_waited_out(fault, client: VendorClient, tenant: Tenant) -> None:
    tenant.instead["jobs"] = deque([fault, fault] if fault is not stall else [fault])
    page = client.get(FEED)
    assert [row["id"] for row in page.json()["data"]] == [1]


def test_retry_after_is_honoured(client: VendorClient, tenant: Tenant) -> None:
    tenant.instead["jobs"] = deque([throttled({"Retry-After": "1"})])
    began = time.monotonic()
    client.get(FEED)
    assert time.monotonic() - began >= 1


def test_without_the_header_the_wait_is_read_from_the_title(client: VendorClient, tenant: Tenant) -> None:
    tenant.instead["jobs"] = deque([throttled({})])
    began = time.monotonic()
    client.get(FEED)
    assert time.monotonic() - began >= 1


def test_a_wait_beyond_our_patience_ends_the_pull_at_once(client: VendorClient, tenant: Tenant) -> None:
    tenant.instead["jobs"] = deque([throttled({"Retry-After": "86400"})])
    with pytest.raises(VendorUnavailable, match="told to wait 86400 s"):
        client.get(FEED)


def test_an_expired_token_is_renewed_once(client: VendorClient, tenant: Tenant) -> None:
    client.get(FEED)
    tenant.valid_tokens.clear()
    assert client.get(FEED).json()["data"]
    assert tenant.tokens_issued == 2


def test_a_renewed_token_may_expire_too(client: VendorClient, tenant: Tenant) -> None:
    tenant.instead["jobs"] = deque([unauthorized] * 3)
    assert client.get(FEED).json()["data"]


def test_a_request_may_be_late_for_any_number_of_tokens_that_worked(
    client: VendorClient, tenant: Tenant
) -> None:
    async def late(request: Request) -> Response:
        await asyncio.to_thread(client.get, "/jpm/v2/tenant/990011/export/customers")
        return await unauthorized(request)

    tenant.instead["jobs"] = deque([late] * (QUICK.attempts - 1))
    assert client.get(FEED).json()["data"]


def test_a_token_is_reused(client: VendorClient, tenant: Tenant) -> None:
    for _ in range(5):
        client.get(FEED)
    assert tenant.tokens_issued == 1


def test_three_fresh_tokens_that_are_refused_end_the_account(client: VendorClient, tenant: Tenant) -> None:
    tenant.instead["jobs"] = deque([unauthorized] * 4)
    with pytest.raises(CredentialsRejected, match="401") as caught:
        client.get(FEED)
    assert caught.value.stops_account


def test_a_missing_scope_ends_only_the_object(client: VendorClient, tenant: Tenant) -> None:
    tenant.instead["jobs"] = deque([forbidden])
    with pytest.raises(CredentialsRejected, match="Scope validation failed") as caught:
        client.get(FEED)
    assert not caught.value.stops_account


def test_a_refusal_is_not_repeated(client: VendorClient, tenant: Tenant) -> None:
    tenant.instead["jobs"] = deque([refused])
    with pytest.raises(VendorRefused, match="400") as caught:
        client.get(FEED)
    assert caught.value.status == 400
    assert len(tenant.requests) == 1


def test_a_vendor_that_stays_broken_is_named_with_its_last_words(
    client: VendorClient, tenant: Tenant
) -> None:
    tenant.instead["jobs"] = deque([html_502] * QUICK.attempts)
    with pytest.raises(VendorUnavailable, match=r"north.*/export/jobs.*Bad Gateway") as caught:
        client.get(FEED)
    assert not caught.value.stops_account


def test_a_wrong_secret_is_explained_without_being_shown(tmp_path, tenant_url: str) -> None:
    wrong = "not-the-secret-value"
    client = open_client(connection(settings_for(tmp_path, {"north": tenant_url}, secret=wrong)))
    with pytest.raises(CredentialsRejected, match=r"north.*refused a token.*invalid_client") as caught:
        client.get(FEED)
    assert caught.value.stops_account
    assert wrong not in str(caught.value)


def test_an_unreachable_vendor_ends_the_account(tmp_path) -> None:
    client = open_client(connection(settings_for(tmp_path, {"north": "http://127.0.0.1:9"})))
    with pytest.raises(VendorUnavailable, match=r"north.*ConnectError") as caught:
        client.get(FEED)
    assert caught.value.stops_account


def test_a_used_up_day_ends_the_account_cleanly(settings: Settings, tenant: Tenant, tenant_url: str) -> None:
    tenant.valid_tokens.add("key")
    tenant.instead["contacts"] = deque(
        [throttled({"Retry-After": "1"}, title="You have reached your daily limit.")]
    )

    def daily(response: httpx.Response) -> float | None:
        if "daily limit" in response.text:
            raise QuotaExhausted("the day's quota is used up")
        return None

    client = VendorClient(
        connection(settings),
        base_url=tenant_url,
        auth=StaticHeaders({"Authorization": "Bearer key"}),
        limits={"default": RateLimit(100, 10)},
        dialect=Dialect(retry_wait=daily),
    )
    with pytest.raises(QuotaExhausted) as caught:
        client.get("/contacts")
    assert caught.value.stops_account
    assert len(tenant.requests) == 1


def test_no_secret_is_shown_by_what_may_be_logged(settings: Settings, client: VendorClient) -> None:
    shown = (
        repr(vars(client)) + repr(connection(settings)) + repr(StaticHeaders({"Authorization": "Bearer key"}))
    )
    assert SECRETS["client_secret"] not in shown
    assert "Bearer key" not in shown


NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("7", 7),
        ("0.5", 0.5),
        ("-3", 0),
        (format_datetime(datetime(2026, 5, 1, 12, 0, 30, tzinfo=UTC), usegmt=True), 30),
        (format_datetime(datetime(2026, 5, 1, 11, tzinfo=UTC), usegmt=True), 0),
        ("soon", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(header, NOW) == seconds
