"""What Workiz answers, and where its token may stand: on the wire, and nowhere else."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from ingestion.config import Account, ConfigError, Home, OperatorConfig, Settings
from ingestion.http import CredentialsRejected
from ingestion.landing import Landing
from ingestion.run import ingest
from ingestion.sources.workiz import SPEC
from ingestion.sources.workiz.answers import balances_of, envelope, rows_of
from ingestion.sources.workiz.records import JOB, LEAD
from tests.ingestion.serving import served
from tests.sources.operator_world import QUICK

TOKEN = "api_0123456789abcdef0123456789abcdef"
QUICKLY = {"requests_per_second": 500}


def test_rows_come_in_an_envelope_or_bare() -> None:
    assert [bytes(row) for row in rows_of(b'{"flag":true,"data":[{"a":1}],"has_more":false}')] == [b'{"a":1}']
    assert [bytes(row) for row in rows_of(b' [{"a":1}]')] == [b'{"a":1}']
    assert envelope(b"[]").has_more is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"flag":false,"data":[],"msg":"no"}', "the vendor says: no"),
        (b'{"flag":false,"msg":"no"}', "data"),
        (b'{"error":true}', "data"),
    ],
)
def test_a_refusal_with_status_200_is_no_empty_list(body: bytes, reason: str) -> None:
    with pytest.raises(msgspec.DecodeError, match=reason):
        rows_of(body)


def test_equal_balances_are_equal_rows_however_they_are_written() -> None:
    body = b"""[
        {"UUID": "A", "JobTotalPrice": 2100, "JobAmountDue": 1248.5, "Status": "Done"},
        {"UUID": "A", "JobTotalPrice": "2100.00", "JobAmountDue": "1248.50", "Tags": ["x"]},
        {"UUID": "B", "JobAmountDue": ""}
    ]"""
    first, same, other = (bytes(row) for row in balances_of(body))
    assert first == same == b'{"UUID":"A","JobTotalPrice":"2100","JobAmountDue":"1248.5"}'
    assert other == b'{"UUID":"B","JobTotalPrice":"0","JobAmountDue":"0"}'


@pytest.mark.parametrize(
    ("kind", "row", "settled"),
    [
        (JOB, {"Status": "Done", "JobAmountDue": 0}, True),
        (JOB, {"Status": "done", "JobAmountDue": "0.00"}, True),
        (JOB, {"Status": "Done", "JobAmountDue": 0.01}, False),
        (JOB, {"Status": "done pending approval", "JobAmountDue": 0}, False),
        (JOB, {"Status": "Canceled"}, True),
        (JOB, {"Status": "Canceled", "JobAmountDue": -50}, False),
        (LEAD, {"Status": "new", "LeadLost": "0"}, False),
        (LEAD, {"Status": "new", "LeadLost": "1"}, True),
        (LEAD, {"Status": "Converted", "LeadLost": "0"}, True),
        (LEAD, {"Status": "a word nobody knows"}, False),
    ],
)
def test_what_is_settled_is_not_followed(kind: Any, row: dict[str, Any], settled: bool) -> None:
    assert kind.is_settled(row) is settled


def test_options_are_checked() -> None:
    account = Account(
        account_id="a", platform="workiz", timezone="America/Denver", options={"offset_counts": "rows"}
    )
    with pytest.raises(ConfigError, match="offset_counts"):
        SPEC.options(account)


def tenant(answer: Response) -> Starlette:
    """A vendor that answers everything alike."""

    async def endpoint(request):
        return answer

    return Starlette(routes=[Route("/{rest:path}", endpoint)])


def settings_for(home: Path, url: str) -> Settings:
    account = Account(
        account_id="wz", platform="workiz", timezone="America/Denver", base_url=url, options=QUICKLY
    )
    brand = {"key": "b", "name": "B", "timezone": "America/Denver"}
    operator = OperatorConfig.model_validate({"name": "O", "brands": [brand], "accounts": [account]})
    return Settings(Home(home), operator, home / "operator.yml", {"wz": {"api_token": TOKEN}})


def test_the_token_reaches_the_vendor_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    paths: list[str] = []

    async def endpoint(request):
        paths.append(request.url.path)
        return JSONResponse({"flag": True, "data": [], "has_more": False})

    caplog.set_level(logging.DEBUG)
    with served(Starlette(routes=[Route("/api/v1/{rest:path}", endpoint)])) as url:
        settings = settings_for(tmp_path, f"{url}/api/v1")
        assert not [result for result in ingest(settings, patience=QUICK) if result.error]
    assert paths and all(path.startswith(f"/api/v1/{TOKEN}/") for path in paths)
    requests = [
        page.request
        for spec in SPEC.objects
        for archive in [Landing(settings.home.landing).archive("workiz", "wz", spec.name)]
        for manifest in archive.newest_first()
        for page in archive.pages(manifest)
    ]
    assert any(request.startswith("/api/v1/api_token/job/all/?") for request in requests)
    assert TOKEN not in json.dumps(requests) + caplog.text
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files and not [path for path in files if TOKEN.encode() in path.read_bytes()]


@pytest.mark.parametrize(
    "answer",
    [
        JSONResponse({"success": False, "message": f"Forbidden: /api/v1/{TOKEN}/job/all/"}, 403),
        HTMLResponse(f"<h1>Not found</h1> /api/v1/{TOKEN}/job/all/", 404),
        HTMLResponse(f"<h1>520</h1> /api/v1/{TOKEN}/job/all/", 520),
        HTMLResponse(f"<p>Be right back</p> /api/v1/{TOKEN}/job/all/", 200),
    ],
    ids=["403", "404", "520", "html"],
)
def test_messages_never_quote_the_token(tmp_path: Path, answer: Response) -> None:
    with served(tenant(answer)) as url:
        results = ingest(settings_for(tmp_path, url), patience=QUICK)
    messages = [str(result.error) for result in results]
    assert len(messages) == len(SPEC.objects) and all("api_token" in message for message in messages)
    assert TOKEN not in "".join(messages)


def test_a_wrong_token_says_what_to_check(tmp_path: Path) -> None:
    forbidden = JSONResponse({"success": False, "message": "Invalid API path or malformed API key."}, 403)
    with served(tenant(forbidden)) as url:
        results = ingest(settings_for(tmp_path, url), patience=QUICK)
    assert all(isinstance(result.error, CredentialsRejected) for result in results)
    assert "Invalid API path" in str(results[0].error)
