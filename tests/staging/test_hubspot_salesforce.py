"""One world through either CRM: the same requests, people, evidence and calls come out of staging."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox.world.model import World
from tests.fixtures.warehouse import run_dbt
from tests.sources.operator_world import OperatorWorld, operator_world
from tests.staging.test_staging import query

ACCOUNTS = {"hubspot": "hs-portal", "salesforce": "sf-org"}
WITHOUT_TESTS = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
QUICK_LIMITS = {"search_per_second": "1000", "ten_secondly": "10000", "associations_ten_secondly": "10000"}
# What a CRM says of a request; times to the second, which one of them does not end at.
LEAD_COLUMNS = (
    "lead_kind", "lead_status", "job_native_id", "source_name", "utm_source", "utm_medium", "utm_campaign",
    "gclid", "msclkid", "fbclid", "landing_page_url", "referrer_url", "brand_key", "trade",
    "date_trunc('second', occurred_at)", "date_trunc('second', booked_at)", "is_booked", "is_deleted",
)  # fmt: skip
PERSON_COLUMNS = ("full_name", "first_name", "last_name", "company_name", "phone", "email", "street", "city",
                  "state", "postal_code")  # fmt: skip
CALL_COLUMNS = (
    "direction", "from_phone", "to_phone", "started_at", "duration_seconds", "call_outcome", "is_answered",
    "agent_name", "is_deleted",
)  # fmt: skip


@dataclass(frozen=True)
class BothCrms:
    """Staging of one world, once through each CRM."""

    world: World
    warehouse: Path
    # platform -> entity -> native id -> world id
    native: dict[str, dict[str, dict[str, int]]]

    def rows(self, platform: str, model: str, entity: str, columns: tuple[str, ...]) -> dict[int, Any]:
        """World id -> values."""
        sql = f"select native_id, {', '.join(columns)} from staging.stg_{platform}__{model}"
        known = self.native[platform][entity]
        return {known[native_id]: values for native_id, *values in query(self.warehouse, sql)}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> BothCrms:
    home = tmp_path_factory.mktemp("crms")
    native = {}
    for platform, account_id in ACCOUNTS.items():
        options = QUICK_LIMITS if platform == "hubspot" else {}
        with operator_world(platform, home, households=120, options=options) as crm:
            crm.clock.advance(24 * 10)
            crm.ingest()
            native[platform] = native_ids(crm, account_id)
    warehouse = crm.settings.home.warehouse
    models = " ".join(f"+path:models/staging/{platform}" for platform in ACCOUNTS)
    run = run_dbt(["build", *WITHOUT_TESTS, "--select", models], warehouse)
    assert run.returncode == 0, run.stdout[-3000:]
    return BothCrms(crm.world, warehouse, native)


def native_ids(crm: OperatorWorld, account_id: str) -> dict[str, dict[str, int]]:
    server = crm.servers[account_id]
    records = {"deals": crm.world.leads, "calls": crm.world.calls}
    return {
        entity: {server.native_id(entity, world_id): world_id for world_id in ids}
        for entity, ids in records.items()
    }


def of_each(both: BothCrms, model: str, entity: str, columns: tuple[str, ...]) -> list[dict[int, Any]]:
    return [both.rows(platform, model, entity, columns) for platform in ACCOUNTS]


def test_the_requests_are_the_same(both: BothCrms) -> None:
    hubspot, salesforce = of_each(both, "leads", "deals", LEAD_COLUMNS)
    assert len(hubspot) > 60
    assert salesforce == hubspot


def test_the_people_are_the_same_but_for_deleted_contacts(both: BothCrms) -> None:
    """The one forgets who asked when a contact is deleted; the other's lead remembers."""
    hubspot, salesforce = of_each(both, "leads", "deals", PERSON_COLUMNS)
    contacts, leads = both.world.contacts, both.world.leads
    kept = {key for key in hubspot if contacts[leads[key].crm_contact_id or 0].archived_at is None}
    assert {key: salesforce[key] for key in kept} == {key: hubspot[key] for key in kept}


def test_the_ways_to_reach_them_are_at_least_as_many(both: BothCrms) -> None:
    hubspot, salesforce = (reached(both, platform) for platform in ACCOUNTS)
    assert hubspot - salesforce == set()


def reached(both: BothCrms, platform: str) -> set[tuple[int, str, str]]:
    """(request, kind, value) of every contact point."""
    sql = f"select native_id, contact_kind, contact_value from staging.stg_{platform}__contact_points"
    known = both.native[platform]["deals"]
    return {(known[native_id.split("|")[0]], *point) for native_id, *point in query(both.warehouse, sql)}


def test_the_calls_are_the_same(both: BothCrms) -> None:
    hubspot, salesforce = of_each(both, "calls", "calls", CALL_COLUMNS)
    assert len(hubspot) > 60
    assert salesforce == hubspot


def test_a_request_names_its_call_in_either(both: BothCrms) -> None:
    hubspot, salesforce = (calls_of_requests(both, platform) for platform in ACCOUNTS)
    assert hubspot and salesforce == hubspot


def calls_of_requests(both: BothCrms, platform: str) -> dict[int, int]:
    native = both.native[platform]
    pairs = query(
        both.warehouse,
        f"select leads.native_id, calls.native_id from staging.stg_{platform}__leads as leads "
        f"inner join staging.stg_{platform}__calls as calls on calls.call_key = leads.call_key",
    )
    return {native["deals"][lead]: native["calls"][call] for lead, call in pairs}
