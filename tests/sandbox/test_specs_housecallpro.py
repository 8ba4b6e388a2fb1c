"""Answers of the simulated Housecall Pro pass the published description but for what is named here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.world import build_world
from tests.sandbox import specs
from tests.sandbox.in_process import Company
from tests.sandbox.specs import Deviation

FILE = "housecall.v1.yaml"
NOT_OBJECTS = "declared an array of notes, live it is text or null"
NULL_TEXT = "declared text, live it is null while there is none"
NULL_ADDRESS = "live addresses have gaps; the description allows them for some records only"

ADDRESS_PARTS = ("city", "state", "street", "street_line_2")
EMBEDDED = (Deviation("customer.notes", NOT_OBJECTS),)
# Only while a job needs scheduling, or an invoice is a draft, which few are at any moment.
SLOT = (
    Deviation("schedule.scheduled_start", NULL_TEXT),
    Deviation("schedule.scheduled_end", NULL_TEXT),
)
DRAFT = (Deviation("due_at", NULL_TEXT),)
EMPLOYEE = (Deviation("avatar_url", NULL_TEXT),)
INVOICE = (
    *DRAFT,
    *(Deviation(name, NULL_TEXT) for name in ("paid_at", "sent_at")),
    *(Deviation(f"{name}.description", NULL_TEXT) for name in ("items", "discounts")),
    Deviation("payments.note", NULL_TEXT),
    Deviation("taxes.rate", "declared a whole number; the unit of live values is not established"),
)
JOB = (
    *EMBEDDED,
    *SLOT,
    *(Deviation(f"assigned_employees.{one.path}", one.why) for one in EMPLOYEE),
    Deviation("locked_at", NULL_TEXT),
    Deviation("recurrence_number", NULL_TEXT),
    Deviation("recurrence_rule", NULL_TEXT),
)
ESTIMATE = (
    *EMBEDDED,
    *SLOT,
    *(Deviation(f"assigned_employees.{one.path}", one.why) for one in EMPLOYEE),
    Deviation("options.approval_status", "null while undecided"),
    Deviation("options.message_from_pro", NULL_TEXT),
)
LEAD = (
    *(Deviation(f"address.{name}", NULL_ADDRESS) for name in ("city", "state", "street", "street_line_2")),
    Deviation("address", "null when the requester gave none"),
    Deviation("assigned_employee", "null when unassigned"),
    Deviation("pipeline_status", "null when the pipeline is off"),
)
COMPANY = (
    Deviation("default_arrival_window", "declared text, live a number"),
    Deviation("address.street_line_2", NULL_ADDRESS),
)

LISTS: dict[str, tuple[Deviation, ...]] = {
    "/customers": (),
    "/jobs": JOB,
    "/estimates": ESTIMATE,
    "/leads": LEAD,
    "/invoices": INVOICE,
    "/employees": EMPLOYEE,
    "/lead_sources": (),
    "/job_fields/job_types": (),
    "/service_zones": (),
}
SINGLES: dict[str, tuple[str, str, tuple[Deviation, ...]]] = {
    "/customers/{customer_id}": ("customers", "/customers/{}", ()),
    "/jobs/{id}": ("jobs", "/jobs/{}", JOB),
    "/estimates/{estimate_id}": ("estimates", "/estimates/{}", ESTIMATE),
    "/leads/{id}": ("leads", "/leads/{}", LEAD),
    "/api/invoices/{uuid}": ("invoices", "/api/invoices/{}", INVOICE),
}


@pytest.fixture(scope="module")
def company() -> Company:
    return Company(build_world(seed=11, households=1_200, months=6))


def violations(path: str, answer: Any, deviations: tuple[Deviation, ...], below: str = "") -> list[str]:
    """What the description forbids; deviations are relative to the rows at `below`."""
    prefixed = tuple(Deviation(f"{below}{one.path}", one.why) for one in deviations)
    return specs.violations(
        "housecallpro", FILE, specs.response_pointer("housecallpro", FILE, path), answer, prefixed
    )


@pytest.mark.parametrize("path", LISTS)
def test_lists_pass_the_description(company: Company, path: str) -> None:
    name = path.rsplit("/", 1)[-1]
    found: set[str] = set()
    for page in range(1, 5):
        answer = company.json(path, page=page, page_size=200, **{"expand[]": "appointments"})
        assert page > 1 or answer[name], "an answer without rows proves nothing"
        found.update(violations(path, answer, LISTS[path], below=f"{name}."))
    assert not found, "\n".join(sorted(found))


@pytest.mark.parametrize("path", SINGLES)
def test_single_records_pass_the_description(company: Company, path: str) -> None:
    name, pattern, deviations = SINGLES[path]
    for row in company.rows(name)[:20]:
        answer = company.get(pattern.format(row["id"]))
        if answer.status_code != 410:
            assert not violations(path, answer.json(), deviations)


def test_company_and_job_invoices_pass_the_description(company: Company) -> None:
    assert not violations("/company", company.json("/company"), COMPANY)
    job_id = next(invoice["job_id"] for invoice in company.rows("invoices") if invoice["job_id"])
    answer = company.json(f"/jobs/{job_id}/invoices")
    assert answer["invoices"]
    assert not violations("/jobs/{job_id}/invoices", answer, INVOICE, below="invoices.")


Breakage = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize(
    "breakage",
    [
        lambda job: job.update(total_amount="12.50"),
        lambda job: job.update(work_status="in_progress"),
        lambda job: job["customer"].update(id=7),
    ],
)
def test_a_wrong_answer_is_found(company: Company, breakage: Breakage) -> None:
    answer = company.json("/jobs")
    breakage(answer["jobs"][0])
    assert violations("/jobs", answer, JOB, below="jobs.")


def test_every_deviation_is_needed(company: Company) -> None:
    """A departure that no answer shows any more is to be struck off the list."""
    seen: set[str] = set()
    for path, deviations in LISTS.items():
        name = path.rsplit("/", 1)[-1]
        for page in range(1, 5):
            answer = company.json(path, page=page, page_size=200)
            seen.update(line.split(":")[0] for line in violations(path, answer, (), below=f"{name}."))
        unneeded = {f"{name}.{one.path}" for one in deviations if one not in (*SLOT, *DRAFT)} - seen
        assert not unneeded, f"{path}: {sorted(unneeded)}"
