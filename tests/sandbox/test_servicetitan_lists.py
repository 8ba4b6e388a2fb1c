"""List endpoints: paging, hidden rows, ignored parameters, closed sort lists."""

from __future__ import annotations

import pytest

from sandbox.servers.servicetitan import wire
from sandbox.world.model import World
from tests.sandbox.servicetitan import TENANT, TenantClient, built_world


@pytest.fixture(scope="module")
def world() -> World:
    world = built_world(households=300)
    payments = [payment for payment in world.payments.values() if payment.brand_key == "cedar-ridge"]
    payments[0].voided_at = payments[0].paid_at + 3600
    technician = next(each for each in world.technicians.values() if each.brand_key == "cedar-ridge")
    technician.left_at = world.clock_starts_at - 30 * 86_400
    return world


@pytest.fixture(scope="module")
def tenant(world: World) -> TenantClient:
    return TenantClient(world)


def test_the_page_size_is_fifty_unless_asked_and_the_total_null(tenant: TenantClient) -> None:
    page = tenant.page("crm/customers")
    assert (page["page"], page["pageSize"], len(page["data"])) == (1, 50, 50)
    assert page["totalCount"] is None


def test_the_total_is_counted_on_demand(tenant: TenantClient) -> None:
    page = tenant.page("jpm/jobs", includeTotal="true", pageSize=1)
    assert page["totalCount"] == len(tenant.listed("jpm/jobs", pageSize=5000))


def test_page_zero_is_the_first(tenant: TenantClient) -> None:
    assert tenant.page("jpm/jobs", page=0) == tenant.page("jpm/jobs", page=1)


def test_pages_make_up_the_whole(tenant: TenantClient) -> None:
    by_seven = tenant.listed("jpm/jobs", pageSize=7, sort="+Id")
    assert by_seven == tenant.listed("jpm/jobs", pageSize=5000, sort="+Id")


@pytest.mark.parametrize("params", [{"pageSize": "many"}, {"page": "x"}, {"modifiedBefore": "soon"}])
def test_a_value_that_cannot_be_read_is_400_by_name(tenant: TenantClient, params: dict[str, str]) -> None:
    answer = tenant.get("jpm/jobs", **params)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, list(params))


def test_an_oversized_page_is_cut_or_refused(world: World, tenant: TenantClient) -> None:
    assert tenant.page("jpm/jobs", pageSize=9000)["pageSize"] == 5000
    strict = TenantClient(world, oversized_page="reject")
    assert strict.get("jpm/jobs", pageSize=9000).status_code == 400


def test_at_most_fifty_ids(tenant: TenantClient) -> None:
    some = [row["id"] for row in tenant.page("jpm/jobs")["data"]][:3]
    found = tenant.page("jpm/jobs", ids=",".join(map(str, some)))["data"]
    assert sorted(row["id"] for row in found) == sorted(some)
    answer = tenant.get("jpm/jobs", ids=",".join(map(str, range(51))))
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["ids"])


def test_inactive_rows_are_hidden_unless_asked_for(tenant: TenantClient) -> None:
    for asked, flags in (
        ({}, {True}),
        ({"active": "True"}, {True}),
        ({"active": "False"}, {False}),
        ({"active": "Any"}, {True, False}),
    ):
        rows = tenant.listed("settings/technicians", **asked)
        assert {row["active"] for row in rows} == flags


def test_cancel_reasons_show_both_by_default_and_call_reasons_do_not(tenant: TenantClient) -> None:
    assert {row["active"] for row in tenant.listed("jpm/job-cancel-reasons")} == {True, False}
    assert {row["active"] for row in tenant.listed("jbce/call-reasons")} == {True}


def test_payments_hide_voided_ones_and_invoices_do_not(world: World, tenant: TenantClient) -> None:
    assert {row["active"] for row in tenant.listed("accounting/payments")} == {True}
    every = tenant.listed("accounting/payments", activeState="All", pageSize=5000)
    assert {row["active"] for row in every} == {True, False}
    voided = tenant.listed("accounting/payments", activeState="InactiveOnly")
    assert {row["active"] for row in voided} == {False}


def test_unknown_parameters_are_ignored(tenant: TenantClient) -> None:
    """`status` is not a parameter of jobs, `jobStatus` is: the wrong one returns everything."""
    everything = tenant.listed("jpm/jobs", pageSize=5000)
    assert tenant.listed("jpm/jobs", pageSize=5000, status="Canceled") == everything
    canceled = tenant.listed("jpm/jobs", pageSize=5000, jobStatus="Canceled")
    assert {row["jobStatus"] for row in canceled} == {"Canceled"}
    assert len(canceled) < len(everything)


def test_sort_takes_a_closed_list_of_fields(tenant: TenantClient) -> None:
    answer = tenant.get("jpm/jobs", sort="-completedOn")
    assert answer.status_code == 400
    assert answer.json()["errors"] == {"sort": ["The value '-completedOn' is not valid for Sort."]}


def test_an_encoded_plus_sorts_upwards_and_a_minus_downwards(tenant: TenantClient) -> None:
    for sign, upwards in (("%2B", True), ("-", False)):
        url = f"/jpm/v2/tenant/{TENANT}/jobs?pageSize=5000&sort={sign}ModifiedOn"
        rows = tenant.ask("GET", url, headers=tenant.headers).json()["data"]
        moments = [wire.read_moment(row["modifiedOn"]) for row in rows]
        assert moments == sorted(moments, reverse=not upwards)


def test_the_default_order_is_by_descending_id(tenant: TenantClient) -> None:
    ids = [row["id"] for row in tenant.page("jpm/jobs")["data"]]
    assert ids == sorted(ids, reverse=True)


def test_campaigns_take_a_sort_and_do_not_keep_to_it(tenant: TenantClient) -> None:
    names = [row["name"] for row in tenant.listed("marketing/campaigns", sort="+Name")]
    assert names != sorted(names)


def test_time_filters_take_the_lower_edge_and_leave_the_upper(tenant: TenantClient) -> None:
    rows = tenant.listed("jpm/jobs", pageSize=5000, sort="+ModifiedOn")
    edge = rows[len(rows) // 2]["modifiedOn"]
    later = tenant.listed("jpm/jobs", pageSize=5000, sort="+ModifiedOn", modifiedOnOrAfter=edge)
    earlier = tenant.listed("jpm/jobs", pageSize=5000, sort="+ModifiedOn", modifiedBefore=edge)
    assert earlier + later == rows
    assert later[0]["modifiedOn"] == edge


def test_a_list_shows_a_change_that_the_export_still_withholds(world: World) -> None:
    tenant = TenantClient(world)
    now = tenant.clock.now()
    second = min(job.booked_at for job in world.jobs.values() if job.booked_at > now)
    listed_first = False
    for _ in range(200):
        tenant.clock.advance(0.1)
        listed = {row["id"] for row in tenant.listed("jpm/jobs", pageSize=5000)}
        listed_first |= bool(listed - tenant.export("jpm/export/jobs").keys())
        if listed_first and tenant.clock.now() > second:
            break
    assert listed_first


def test_costs_filter_by_month_and_grow_while_it_runs(world: World) -> None:
    tenant = TenantClient(world)
    november = {"year": 2026, "month": 11}
    tenant.clock.advance(48)
    before = {row["id"]: row for row in tenant.listed("marketing/costs", **november)}
    tenant.clock.advance(72)
    after = {row["id"]: row for row in tenant.listed("marketing/costs", **november)}
    assert before.keys() == after.keys()
    assert all(after[native]["dailyCost"] > before[native]["dailyCost"] for native in before)
    assert "modifiedOn" not in next(iter(after.values()))
    spent = {}
    for spend in world.spend:
        if "2026-09" <= spend.day < "2026-10":
            campaign = tenant.native("campaigns", spend.campaign_id)
            spent[campaign] = spent.get(campaign, 0) + spend.spend_cents
    for row in tenant.listed("marketing/costs", year=2026, month=9):
        assert round(row["dailyCost"] * 30 * 100) == spent[row["campaignId"]]
    summary = tenant.page("marketing/campaign-cost-summary", **{"from": "2026-09-01", "to": "2026-09-30"})
    assert all(round(item["totalCost"] * 100) == spent[item["campaignId"]] for item in summary["items"])
