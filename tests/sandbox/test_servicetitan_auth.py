"""Tokens, app keys, tenants, scopes and quotas as contracts describe them."""

from __future__ import annotations

import base64
import json

import pytest

from sandbox.servers.servicetitan.auth import Quota
from tests.sandbox.servicetitan import CREDENTIALS, TenantClient, built_world


@pytest.fixture(scope="module")
def world():
    return built_world(households=30, months=2)


@pytest.fixture(scope="module")
def tenant(world) -> TenantClient:
    return TenantClient(world)


def test_token_is_a_jwt_for_fifteen_minutes(tenant: TenantClient) -> None:
    answer = tenant.ask_token().json()
    assert (answer["expires_in"], answer["token_type"]) == (900, "Bearer")
    header, claims, _ = answer["access_token"].split(".")
    assert json.loads(base64.urlsafe_b64decode(header + "=="))["typ"] == "at+jwt"
    claims = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert claims["exp"] - claims["iat"] == 900
    assert claims["tenant"] == "123456789"


def test_token_endpoint_takes_a_form_only(tenant: TenantClient) -> None:
    body = {"grant_type": "client_credentials", "client_id": "cid.test", "client_secret": "cs1.test"}
    answer = tenant.ask("POST", "/connect/token", json=body)
    assert answer.status_code == 400


@pytest.mark.parametrize("wrong", [{"client_id": "cid.other"}, {"client_secret": "cs1.other"}])
def test_wrong_client_is_400_invalid_client(tenant: TenantClient, wrong: dict[str, str]) -> None:
    answer = tenant.ask_token(**wrong)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_client"})


@pytest.mark.parametrize(
    "change",
    [
        {"ST-App-Key": ""},
        {"ST-App-Key": "ak1.other"},
        {"Authorization": ""},
        {"Authorization": "Bearer of.bad.news"},
    ],
)
def test_both_headers_are_needed(tenant: TenantClient, change: dict[str, str]) -> None:
    answer = tenant.get("crm/export/customers", headers=tenant.headers | change)
    assert answer.status_code == 401
    assert answer.json().keys() == {"type", "title", "status", "traceId", "errors", "data"}


def test_token_may_come_bare_and_the_key_in_the_query(tenant: TenantClient) -> None:
    bare = tenant.headers["Authorization"].removeprefix("Bearer ")
    headers = {"Authorization": bare}
    answer = tenant.get(
        "crm/export/customers", headers=headers, servicetitanapplicationkey=CREDENTIALS["app_key"]
    )
    assert answer.status_code == 200


def test_another_tenant_is_403(tenant: TenantClient) -> None:
    answer = tenant.ask("GET", "/crm/v2/tenant/987654321/export/customers", headers=tenant.headers)
    assert answer.status_code == 403


def test_missing_scope_is_403(world) -> None:
    tenant = TenantClient(world, denied_scopes="tn.acc.payments:r")
    answer = tenant.get("accounting/export/payments")
    assert (answer.status_code, answer.json()["title"]) == (403, "Scope validation failed")
    assert tenant.get("accounting/export/invoices").status_code == 200


def test_token_expires(world) -> None:
    tenant = TenantClient(world, token_seconds="0")
    assert tenant.get("crm/export/customers").status_code == 401


def test_issued_tokens_die_with_their_generation(world) -> None:
    tenant = TenantClient(world)
    tenant.faults.token_generation = lambda account_id: 1
    assert tenant.get("crm/export/customers").status_code == 401
    headers = tenant.headers | {"Authorization": tenant.token()}
    assert tenant.get("crm/export/customers", headers=headers).status_code == 200


def test_unknown_path_is_a_404_problem(tenant: TenantClient) -> None:
    answer = tenant.get("crm/export/persons")
    assert (answer.status_code, answer.json()["status"]) == (404, 404)


def test_more_than_sixty_requests_a_second_are_throttled_by_the_gateway(world) -> None:
    tenant = TenantClient(world, requests_per_second="60")
    url = "/jpm/v2/tenant/123456789/job-cancel-reasons"
    answers = tenant.ask_at_once([("GET", url, {"headers": tenant.headers})] * 90)
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(answers) - len(refused) == 60
    assert refused[0].json() == {"status": 429, "title": "Rate limit is exceeded. Try again in 1 seconds."}
    with_header = [answer for answer in refused if answer.headers.get("retry-after") == "1"]
    assert len(with_header) == 0.9 * len(refused)


def test_token_endpoint_is_throttled_too(world) -> None:
    tenant = TenantClient(world, tokens_per_minute="2")
    assert [tenant.ask_token().status_code for _ in range(2)] == [200, 429]


def test_quota_opens_again_when_the_window_has_passed() -> None:
    clock = [0.0]
    quota = Quota(2, 1.0, lambda: clock[0])
    assert [quota.refusal() is None for _ in range(3)] == [True, True, False]
    clock[0] = 1.01
    assert quota.refusal() is None


def test_version_3_calls_refuse_a_second_request_under_way(tenant: TenantClient) -> None:
    url = "/telecom/v3/tenant/123456789/calls"
    request = ("GET", url, {"headers": tenant.headers})
    assert sorted(answer.status_code for answer in tenant.ask_at_once([request] * 2)) == [200, 429]
    assert tenant.ask(*request[:2], **request[2]).status_code == 200
