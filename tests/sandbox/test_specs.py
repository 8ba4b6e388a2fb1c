"""Every answer of every simulated vendor passes the schemas which that vendor publishes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from sandbox.servers.servicetitan.catalog import RESOURCES
from tests.sandbox import specs
from tests.sandbox.servicetitan import TENANT, TenantClient, built_world
from tests.sandbox.specs import Deviation


@dataclass(frozen=True)
class Case:
    """One endpoint: where its answer comes from, and which schema that must pass."""

    platform: str
    file: str
    pointer: Callable[[], str]  # a call, so that collecting tests needs no schema file
    answers: Callable[[], list[Any]]
    deviations: tuple[Deviation, ...] = ()
    name: str = ""


# Seen on live tenants: explicit nulls where the schema promises text.
_NULL_TEXT = "declared text, sent as null"
_DEVIATIONS = {
    "customer_contacts": (Deviation("data.phoneSettings", "an e-mail has none; ASSUMED null"),),
    "jobs": (Deviation("data.customerPo", _NULL_TEXT),),
    "calls": (Deviation("data.excuseMemo", _NULL_TEXT), Deviation("data.tag", _NULL_TEXT)),
}
_FILES = {"sales": "salestech-v2", "telecom": "telecom"}
_TENANT_PATH = "/tenant/{tenant}"
_client: dict[str, TenantClient] = {}


def _servicetitan() -> TenantClient:
    if not _client:
        _client["st-cedar"] = TenantClient(built_world(households=300), export_page_size="200")
    return _client["st-cedar"]


def _servicetitan_case(name: str, path: str, answers: Callable[[], list[Any]]) -> Case:
    module, version, _ = path.lstrip("/").split("/", 2)
    file = _FILES.get(module, f"{module}-{version}") + ".json"
    # The telecom document keeps the version in its paths, the others leave it to their server address.
    inside = path.removeprefix(f"/{module}" if module == "telecom" else f"/{module}/{version}")
    return Case(
        "servicetitan",
        file,
        lambda: specs.response_pointer("servicetitan", file, inside),
        answers,
        _DEVIATIONS.get(name, ()),
        f"servicetitan {path.replace(_TENANT_PATH, '')}",
    )


def _exported(path: str) -> Callable[[], list[Any]]:
    return lambda: _servicetitan().pages(_short(path), active="Any")


def _listed(path: str) -> Callable[[], list[Any]]:
    def ask() -> list[Any]:
        tenant = _servicetitan()
        url = path.replace("{tenant}", TENANT)
        params = {"pageSize": 500, "active": "Any", "activeState": "All", "includeTotal": "true"}
        return [tenant.ask("GET", url, params=params, headers=tenant.headers).json()]

    return ask


def _short(path: str) -> str:
    return path.lstrip("/").replace("/v2/tenant/{tenant}/", "/")


def _servicetitan_cases() -> list[Case]:
    cases = []
    for resource in RESOURCES:
        if resource.export is not None:
            cases.append(_servicetitan_case(resource.name, resource.export, _exported(resource.export)))
        if resource.listing is not None:
            path = resource.listing.path
            cases.append(_servicetitan_case(resource.name, path, _listed(path)))
    summary = "/marketing/v2/tenant/{tenant}/campaign-cost-summary"
    contacts = "/crm/v2/tenant/{tenant}/bookings/{id}/contacts"
    return [
        *cases,
        _servicetitan_case("campaign_cost_summary", summary, _cost_summary),
        _servicetitan_case("booking_contacts", contacts, _booking_contacts),
    ]


def _cost_summary() -> list[Any]:
    bounds = {"from": "2026-06-01", "to": "2026-10-31"}
    return [_servicetitan().page("marketing/campaign-cost-summary", **bounds)]


def _booking_contacts() -> list[Any]:
    bookings = _servicetitan().export("crm/export/bookings")
    return [_servicetitan().page(f"crm/bookings/{booking}/contacts") for booking in bookings]


CASES = [*_servicetitan_cases()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_answers_pass_the_published_schema(case: Case) -> None:
    pointer = case.pointer()
    answers = case.answers()
    assert any(rows(answer) for answer in answers), "an answer without rows proves nothing"
    found = {
        violation
        for answer in answers
        for violation in specs.violations(case.platform, case.file, pointer, answer, case.deviations)
    }
    assert not found, "\n".join(sorted(found))


def rows(answer: Any) -> list[Any]:
    """The rows of an answer: itself, or its longest list."""
    if isinstance(answer, list):
        return answer
    return max((value for value in answer.values() if isinstance(value, list)), key=len, default=[])


def test_a_wrong_answer_is_found() -> None:
    case = next(case for case in CASES if case.name.endswith("export/payments"))
    pointer = case.pointer()
    page = case.answers()[0]
    page["data"][0] |= {"total": 12.5}
    assert specs.violations(case.platform, case.file, pointer, page) == [
        "data.total: 12.5 is not of type 'string', 'null'"
    ]
