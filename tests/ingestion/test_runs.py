"""Runs against a vendor on a socket: what lands, what is loaded, and what a second run finds."""

from __future__ import annotations

from collections import deque

import pytest

from ingestion.config import ConfigError, Settings
from ingestion.http import CredentialsRejected, UnexpectedAnswer, VendorUnavailable
from ingestion.landing import Landing
from ingestion.run import ingest, load_landed, pull_accounts, replay
from ingestion.sources import discover
from tests.ingestion.serving import served
from tests.ingestion.tenant import (
    QUICK,
    Tenant,
    forbidden,
    html_200,
    html_502,
    refused,
    settings_for,
    unauthorized,
)
from tests.ingestion.warehouse import everything, payloads, query


def run(settings: Settings, *objects: str, **choices):
    results = pull_accounts(settings, objects=objects, patience=QUICK, **choices)
    load_landed(settings, platforms=["servicetitan"])
    return results


def commit_jobs(tenant: Tenant, count: int, day: str = "2026-01-01") -> None:
    for native_id in range(1, count + 1):
        tenant.commit("jobs", native_id, f"{day}T00:00:{native_id:02}Z", total=native_id * 10)


def test_payloads_are_the_vendors_bytes(settings: Settings, tenant: Tenant) -> None:
    tenant.commit(
        "jobs", 1, "2026-01-01T00:00:00.1234567Z", total=1.50, note="ä “quoted” \\ text", nothing=None
    )
    run(settings, "jobs")
    ((payload, modified_at),) = query(settings, "select payload, modified_at from raw_servicetitan.jobs")
    assert payload == (
        '{"id":1,"modifiedOn":"2026-01-01T00:00:00.1234567Z","active":true,"total":1.5,'
        '"note":"ä “quoted” \\\\ text","nothing":null}'
    )
    assert modified_at.microsecond == 123456


def test_a_second_run_reads_only_what_changed(settings: Settings, tenant: Tenant) -> None:
    commit_jobs(tenant, 9)
    run(settings, "jobs")
    before = payloads(settings, "jobs")
    tenant.commit("jobs", 4, "2026-01-02T00:00:00Z", total=999)
    (result,) = run(settings, "jobs")
    assert result.mode == "incremental"
    assert payloads(settings, "jobs") == before | {
        "4": {**before["4"], "modifiedOn": "2026-01-02T00:00:00Z", "total": 999}
    }


def test_a_run_without_changes_changes_nothing(settings: Settings, tenant: Tenant) -> None:
    commit_jobs(tenant, 5)
    tenant.lists["campaigns"] = [{"id": 1, "name": "Spring", "modifiedOn": "2026-01-01T00:00:00Z"}]
    run(settings, "jobs", "campaigns")
    before = payloads(settings, "jobs"), payloads(settings, "campaigns")
    pull_accounts(settings, objects=["jobs", "campaigns"], patience=QUICK)
    assert load_landed(settings).rows_changed == 0
    assert (payloads(settings, "jobs"), payloads(settings, "campaigns")) == before


def test_all_tables_of_all_sources_exist_after_any_run(settings: Settings) -> None:
    ingest(settings, objects=["jobs"], patience=QUICK)
    for platform, source in discover().items():
        tables = {
            name
            for (name,) in query(
                settings,
                f"select table_name from information_schema.tables where table_schema = 'raw_{platform}'",
            )
        }
        assert {spec.name for spec in source.objects} | {"_pulls", "_rejects", "_fields"} <= tables


class TestLateRows:
    """A row committed late: it becomes visible after rows with a later modification time were read."""

    def test_token_and_watermark_together_lose_nothing(self, settings: Settings, tenant: Tenant) -> None:
        commit_jobs(tenant, 3, day="2026-01-05")
        run(settings, "jobs")
        tenant.commit("jobs", 50, "2026-01-01T00:00:00Z")
        (result,) = run(settings, "jobs")
        assert "50" in payloads(settings, "jobs")
        assert (result.missed_by_token, result.missed_by_watermark) == (0, 1)
        ((recorded,),) = query(
            settings, "select missed_by_watermark from raw_servicetitan._pulls where mode = 'incremental'"
        )
        assert recorded == 1

    def test_a_plain_watermark_loses_it(self, settings: Settings, tenant: Tenant) -> None:
        commit_jobs(tenant, 3, day="2026-01-05")
        run(settings, "jobs")
        tenant.commit("jobs", 50, "2026-01-01T00:00:00Z")
        watermark = "2026-01-05T00:00:03Z"
        by_watermark = tenant._export("jobs", watermark).body
        assert b'"id":50' not in by_watermark

    def test_what_the_token_skips_the_second_reading_brings(self, settings: Settings, tenant: Tenant) -> None:
        commit_jobs(tenant, 3)
        run(settings, "jobs")
        # Committed in front of where the token stands: a feed in order of modification, not of commit.
        tenant.feeds["jobs"].insert(0, {"id": 60, "modifiedOn": "2026-01-01T00:00:02Z"})
        tenant.feeds["jobs"].append(None)
        (result,) = run(settings, "jobs")
        assert "60" in payloads(settings, "jobs")
        assert (result.missed_by_token, result.missed_by_watermark) == (1, 0)

    def test_nothing_is_counted_when_nothing_was_late(self, settings: Settings, tenant: Tenant) -> None:
        commit_jobs(tenant, 3)
        run(settings, "jobs")
        tenant.commit("jobs", 4, "2026-01-02T00:00:00Z")
        (result,) = run(settings, "jobs")
        assert (result.missed_by_token, result.missed_by_watermark) == (0, 0)


def test_a_token_that_is_no_longer_taken_falls_back_to_the_watermark(
    settings: Settings, tenant: Tenant
) -> None:
    commit_jobs(tenant, 5)
    run(settings, "jobs")
    tenant.token_epoch = 2
    tenant.commit("jobs", 6, "2026-01-01T00:00:30Z")
    (result,) = run(settings, "jobs")
    assert result.error is None
    assert payloads(settings, "jobs").keys() == {"1", "2", "3", "4", "5", "6"}


class TestCompleteListings:
    def names(self, count: int) -> list[dict]:
        return [
            {"id": number, "name": f"C{number}", "modifiedOn": "2026-01-01T00:00:00Z"}
            for number in range(count)
        ]

    def test_an_absent_row_is_flagged_and_comes_back_when_it_returns(
        self, settings: Settings, tenant: Tenant
    ) -> None:
        tenant.lists["campaigns"] = self.names(10)
        run(settings, "campaigns")
        gone = tenant.lists["campaigns"].pop(3)
        run(settings, "campaigns")
        assert "3" not in payloads(settings, "campaigns")
        ((removed, payload),) = query(
            settings, "select removed_at, payload from raw_servicetitan.campaigns where native_id = '3'"
        )
        assert removed is not None and '"C3"' in payload
        tenant.lists["campaigns"].append(gone)
        run(settings, "campaigns")
        assert "3" in payloads(settings, "campaigns")

    def test_a_listing_that_shrinks_too_much_removes_nothing(
        self, settings: Settings, tenant: Tenant
    ) -> None:
        tenant.lists["campaigns"] = self.names(10)
        run(settings, "campaigns")
        tenant.lists["campaigns"] = self.names(5)
        (result,) = run(settings, "campaigns")
        assert "50% fewer" in result.warning and "shrink_share" in result.warning
        assert len(payloads(settings, "campaigns")) == 10

    def test_a_raised_tolerance_accepts_it(
        self, tmp_path, settings: Settings, tenant: Tenant, tenant_url
    ) -> None:
        tenant.lists["campaigns"] = self.names(10)
        run(settings, "campaigns")
        tenant.lists["campaigns"] = self.names(5)
        (result,) = run(settings_for(tmp_path, {"north": tenant_url}, shrink_share=0.6), "campaigns")
        assert result.warning is None
        assert len(payloads(settings, "campaigns")) == 5

    def test_an_absence_in_a_delayed_feed_counts_only_after_the_delay(
        self, settings: Settings, tenant: Tenant
    ) -> None:
        for native_id in range(1, 11):
            tenant.commit("customers/contacts", native_id, f"2026-01-01T00:00:{native_id:02}Z")
        run(settings, "customer_contacts")
        tenant.delete("customers/contacts", 5)
        run(settings, "customer_contacts", full=True)
        assert "5" in payloads(settings, "customer_contacts")


class TestFailures:
    def test_one_object_without_permission_does_not_stop_the_others(
        self, settings: Settings, tenant: Tenant
    ) -> None:
        commit_jobs(tenant, 2)
        tenant.instead["leads"] = deque([forbidden])
        results = {result.object: result for result in run(settings, "jobs", "leads")}
        assert isinstance(results["leads"].error, CredentialsRejected)
        assert results["jobs"].error is None
        assert len(payloads(settings, "jobs")) == 2

    def test_what_a_failing_pull_had_read_is_not_loaded(self, settings: Settings, tenant: Tenant) -> None:
        commit_jobs(tenant, 6)
        tenant.instead["jobs"] = deque([None, None, *[html_502] * QUICK.attempts])
        (result,) = run(settings, "jobs")
        assert isinstance(result.error, VendorUnavailable)
        assert payloads(settings, "jobs") == {}
        run(settings, "jobs")
        assert len(payloads(settings, "jobs")) == 6

    def test_a_refused_first_request_stops_the_account_quickly(
        self, settings: Settings, tenant: Tenant
    ) -> None:
        tenant.instead["tenant/990011"] = deque()
        for feed in ("customers", "leads", "jobs", "locations", "bookings"):
            tenant.instead[feed] = deque([unauthorized] * QUICK.attempts)
        results = run(
            settings, "customers", "leads", "jobs", "locations", "bookings", "calls", "invoices", "payments"
        )
        assert all(isinstance(result.error, CredentialsRejected) for result in results[:1])
        assert not any("invoices" in request or "payments" in request for request in tenant.requests)

    def test_a_page_of_another_shape_is_an_error_not_an_empty_page(
        self, settings: Settings, tenant: Tenant
    ) -> None:
        async def other_shape(request):
            from starlette.responses import JSONResponse

            return JSONResponse({"message": "hello"})

        tenant.instead["campaigns"] = deque([other_shape])
        (result,) = run(settings, "campaigns")
        assert isinstance(result.error, UnexpectedAnswer)

    def test_a_refused_full_pull_is_not_taken_for_an_old_token(
        self, settings: Settings, tenant: Tenant
    ) -> None:
        tenant.instead["jobs"] = deque([refused])
        (result,) = run(settings, "jobs")
        assert "400" in str(result.error)

    def test_an_unknown_object_or_account_is_refused_before_anything_is_pulled(
        self, settings: Settings
    ) -> None:
        with pytest.raises(ConfigError, match="no chosen account has an object named jbos"):
            run(settings, "jbos")
        with pytest.raises(ConfigError, match="no account 'south'"):
            run(settings, "jobs", accounts=["south"])


def test_rows_without_a_usable_key_are_quarantined(settings: Settings, tenant: Tenant) -> None:
    commit_jobs(tenant, 2)
    tenant.feeds["jobs"] += [{"modifiedOn": "2026-01-01T00:00:00Z", "total": 5}, {"id": {"x": 1}, "total": 6}]
    run(settings, "jobs")
    assert payloads(settings, "jobs").keys() == {"1", "2"}
    rejects = query(
        settings,
        "select object, min(position) as place, reason, payload from raw_servicetitan._rejects "
        "group by all order by place",
    )
    assert [(name, position) for name, position, _, _ in rejects] == [("jobs", 2), ("jobs", 3)]
    assert "`id`" in rejects[0][2] and rejects[1][3] == '{"id":{"x":1},"total":6}'


def test_drift_shows_in_the_field_profile(settings: Settings, tenant: Tenant) -> None:
    commit_jobs(tenant, 1)
    run(settings, "jobs")
    tenant.commit("jobs", 2, "2026-01-02T00:00:00Z", total="20.00", brandNew={"inner": True})
    run(settings, "jobs")
    found = query(settings, "select field, json_type from raw_servicetitan._fields where object = 'jobs'")
    assert {
        ("total", "number"),
        ("total", "string"),
        ("brandNew", "object"),
        ("brandNew.inner", "boolean"),
    } <= set(found)


def test_two_accounts_of_one_vendor_stay_apart(tmp_path) -> None:
    north, south = Tenant(), Tenant()
    commit_jobs(north, 5)
    commit_jobs(south, 3, day="2026-02-01")
    with served(north.app) as north_url, served(south.app) as south_url:
        settings = settings_for(tmp_path, {"north": north_url, "south": south_url})
        results = run(settings, "jobs")
    assert {result.account_id: result.rows for result in results if result.error is None}.keys() == {
        "north",
        "south",
    }
    counts = query(settings, "select account_id, count(*) from raw_servicetitan.jobs group by 1 order by 1")
    assert counts == [("north", 5), ("south", 3)]


def test_progress_tells_pages_and_the_end(settings: Settings, tenant: Tenant) -> None:
    commit_jobs(tenant, 3)
    told = []
    pull_accounts(settings, objects=["jobs"], progress=told.append, patience=QUICK)
    assert [event.rows for event in told if not event.is_done][:2] == [2, 3]
    assert told[-1].is_done and told[-1].error is None


def test_the_vendors_login_page_is_not_landed(settings: Settings, tenant: Tenant) -> None:
    tenant.instead["jobs"] = deque([html_200] * QUICK.attempts)
    (result,) = run(settings, "jobs")
    assert isinstance(result.error, VendorUnavailable)
    assert Landing(settings.home.landing).manifests("servicetitan") == []


def test_replay_rebuilds_the_same_tables(settings: Settings, tenant: Tenant) -> None:
    commit_jobs(tenant, 5)
    tenant.lists["campaigns"] = [{"id": 1, "name": "Spring", "modifiedOn": "2026-01-01T00:00:00Z"}]
    run(settings, "jobs", "campaigns")
    tenant.commit("jobs", 2, "2026-01-03T00:00:00Z", total=7)
    run(settings, "jobs", "campaigns")
    before = everything(settings, "jobs", "campaigns")
    replay(settings)
    assert everything(settings, "jobs", "campaigns") == before
