"""Export feeds: delay, late commits, tokens, page habits; a reader by token loses nothing."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.servers.servicetitan import wire
from sandbox.servers.servicetitan.catalog import RESOURCES
from sandbox.servers.servicetitan.history import LAG, LATEST_COMMIT, commit_lag
from sandbox.servers.servicetitan.server import plain
from sandbox.world.model import Call, Gap, World
from tests.sandbox.servicetitan import TenantClient, built_world

EXPORTED = [resource for resource in RESOURCES if resource.export is not None]


@pytest.fixture(scope="module")
def world() -> World:
    return built_world()


def feed(resource) -> str:
    """`/crm/v2/tenant/{tenant}/export/customers` as the client writes it."""
    module, _, rest = resource.export.lstrip("/").partition("/v2/tenant/{tenant}/")
    return f"{module}/{rest}"


def modified(row: dict) -> int:
    return wire.read_moment(row["modifiedOn"])


@pytest.mark.parametrize("resource", EXPORTED, ids=lambda resource: resource.name)
def test_a_pull_by_token_holds_exactly_what_is_expected(world: World, resource) -> None:
    tenant = TenantClient(world, export_page_size="7")
    pulled = tenant.export(feed(resource), active="Any")
    expected = {int(native): plain(row) for native, row in tenant.server.expected(resource.name)}
    assert pulled == expected
    assert expected, "an object without rows tests nothing"


@settings(max_examples=15, deadline=None)
@given(
    steps=st.lists(st.sampled_from((0, 0.1, 0.3, 1, 9, 50)), max_size=8), page_size=st.integers(1, 60),
    recent=st.lists(st.booleans(), min_size=9, max_size=9),
)  # fmt: skip
def test_a_reader_by_token_loses_nothing_while_the_clock_moves(
    steps: list[float], page_size: int, recent: list[bool]
) -> None:
    """Rows change between any two pages, and the reader switches between delayed and immediate."""
    tenant = TenantClient(_SHARED, export_page_size=str(page_size))
    held: dict[int, dict] = {}
    token: dict[str, str] = {}
    for hours, is_recent in zip([*steps, 0], recent, strict=False):
        page = tenant.page("accounting/export/invoices", includeRecentChanges=str(is_recent).lower(), **token)
        held |= {row["id"]: row for row in page["data"]}
        token = {"from": page["continueFrom"]}
        tenant.clock.advance(hours)
    held |= tenant.export("accounting/export/invoices", **token)
    expected = {int(native): plain(row) for native, row in tenant.server.expected("invoices")}
    older = {native for native in expected if modified(held[native]) < modified(expected[native])}
    assert not older and held.keys() >= expected.keys()


_SHARED = built_world(households=40, months=3)


def test_a_change_appears_after_fifteen_minutes(world: World) -> None:
    tenant = TenantClient(world)
    now = tenant.clock.now()
    changes = [
        (row.native, second)
        for row in _rows(tenant, "calls")
        for second in row.seconds[:1]
        if second > now and commit_lag(second) == 0
    ]
    native, second = min(changes, key=lambda change: change[1])
    tenant.clock.advance((second + 5 - now) / 3600)
    assert native not in tenant.export("telecom/export/calls")
    assert native in tenant.export("telecom/export/calls", includeRecentChanges="true")
    tenant.clock.advance(LAG / 3600)
    assert native in tenant.export("telecom/export/calls")


def _rows(tenant: TenantClient, name: str):
    list(tenant.server.expected(name))
    return tenant.server._rows[name]


def test_a_late_commit_comes_by_token_and_is_lost_by_a_bare_watermark() -> None:
    """Two calls five minutes apart; the first one's transaction ends after the second one is out."""
    world = built_world(households=40, months=1)
    tenant = TenantClient(world)
    path = "telecom/export/calls"
    (late, at), (punctual, _) = _add_late_and_punctual_call(world, tenant)
    reads = {"token": tenant.pages(path)}
    reads["watermark"] = reads["overlap"] = reads["token"]
    for instant in (at + 22 * wire.MINUTE, at + LATEST_COMMIT + 1):
        tenant.clock.advance((instant - tenant.clock.now()) / 3600)
        for reader, pages in reads.items():
            mark = max(modified(row) for page in pages for row in page["data"])
            start = {
                "token": pages[-1]["continueFrom"],
                "watermark": wire.written(mark),
                "overlap": wire.written(mark - 3600 * wire.TICKS),
            }[reader]
            reads[reader] = [*pages, *tenant.pages(path, **{"from": start})]
    seen = {reader: {row["id"] for page in pages for row in page["data"]} for reader, pages in reads.items()}
    assert all(punctual in ids for ids in seen.values())
    assert {reader: late in ids for reader, ids in seen.items()} == {
        "token": True,
        "overlap": True,
        "watermark": False,
    }


def _add_late_and_punctual_call(world: World, tenant: TenantClient) -> list[tuple[int, int]]:
    """(id, second) of both."""
    made = []
    second = tenant.clock.now() + 3600
    number = max(world.calls) + 1
    for is_late in (True, False):
        native = tenant.native("calls", number)
        while not _suits(commit_lag(second), is_late):
            second += 1
        world.calls[number] = Call(
            number, "cedar-ridge", "inbound", "+16305550177", "+16305550100", second, 0, None, None, None
        )
        made.append((native, second))
        number, second = number + 1, second + 5 * wire.MINUTE
    return made


def _suits(lag: int, is_late: bool) -> bool:
    return lag > 30 * wire.MINUTE if is_late else lag == 0


def test_commit_lag_stays_within_forty_minutes() -> None:
    lags = [commit_lag(1_790_000_000 + number * 977) for number in range(20_000)]
    late = [lag for lag in lags if lag]
    assert all(LAG <= lag < LATEST_COMMIT for lag in late)
    assert 0.07 < len(late) / len(lags) < 0.1


@pytest.mark.parametrize("recent", ["true", "false"])
def test_a_payment_and_the_balance_it_changes_are_seen_together(recent: str) -> None:
    """At whatever moment one looks, however late things commit."""
    tenant = TenantClient(built_world(households=400, months=2))
    seen = {"includeRecentChanges": recent}
    for _ in range(60):
        tenant.clock.advance(0.27)
        owed: Counter[int] = Counter()
        for row in tenant.export("accounting/export/invoices", **seen).values():
            if row["active"]:  # a voided one keeps its total and owes nothing
                owed[row["id"]] += _cents(row["total"]) - _cents(row["balance"])
        for payment in tenant.export("accounting/export/payments", **seen).values():
            for part in payment["appliedTo"] if payment["active"] else ():
                owed[part["appliedTo"]] -= _cents(part["appliedAmount"])
        assert not +owed and not -owed


def _cents(text: str) -> int:
    return int(text.replace(".", ""))


def test_recent_changes_repeat_the_tail(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.servers.servicetitan.history.commit_lag", lambda second: 0)
    tenant = TenantClient(world)
    now = tenant.clock.now()
    second = min(call.started_at for call in world.calls.values() if call.started_at > now)
    tenant.clock.advance((second + 60 - now) / 3600)
    first = tenant.pages("telecom/export/calls", includeRecentChanges="true")
    again = tenant.pages(
        "telecom/export/calls", includeRecentChanges="true", **{"from": first[-1]["continueFrom"]}
    )
    tail = {row["id"] for page in again for row in page["data"]}
    assert tail
    assert all(modified(row) > (tenant.clock.now() - LATEST_COMMIT) * wire.TICKS for row in again[0]["data"])
    delayed = tenant.pages("telecom/export/calls")
    quiet = tenant.page("telecom/export/calls", **{"from": delayed[-1]["continueFrom"]})
    assert quiet["data"] == []


def test_the_last_token_gives_no_rows_and_a_token(world: World) -> None:
    tenant = TenantClient(world)
    last = tenant.pages("jpm/export/jobs")[-1]
    again = tenant.page("jpm/export/jobs", **{"from": last["continueFrom"]})
    assert (again["data"], again["hasMore"], bool(again["continueFrom"])) == ([], False, True)


def test_a_token_is_opaque_and_bound_to_feed_and_tenant(world: World) -> None:
    tenant = TenantClient(world)
    token = tenant.page("jpm/export/jobs")["continueFrom"]
    assert "jobs" not in token
    for path, foreign in (
        ("crm/export/customers", token),
        ("jpm/export/jobs", token[:-4] + "AAA="),
        ("jpm/export/jobs", "tomorrow"),
    ):
        answer = tenant.get(path, **{"from": foreign})
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["from"])
    tenant.server._tokens = type(tenant.server._tokens)("987654321")
    assert tenant.get("jpm/export/jobs", **{"from": token}).status_code == 400


def test_from_a_date_is_inclusive_and_by_modification(world: World) -> None:
    tenant = TenantClient(world, export_page_size="20")
    every = tenant.export("jpm/export/jobs")
    edge = sorted(map(modified, every.values()))[len(every) // 2]
    pulled = tenant.export("jpm/export/jobs", **{"from": wire.written(edge)})
    assert pulled == {native: row for native, row in every.items() if modified(row) >= edge}
    day = wire.written(edge)[:10]
    pulled = tenant.export("jpm/export/jobs", **{"from": day})
    assert pulled == {native: row for native, row in every.items() if row["modifiedOn"] >= day}


def test_pages_are_usually_sorted_and_sometimes_sparse(world: World) -> None:
    tenant = TenantClient(world, export_page_size="4")
    pages = tenant.pages("telecom/export/calls")
    sizes = [len(page["data"]) for page in pages[:-1]]
    assert all(page["hasMore"] for page in pages[:-1])
    assert sizes.count(4) > len(sizes) / 2
    assert any(size < 4 for size in sizes)
    in_order = [sorted(map(modified, page["data"])) == list(map(modified, page["data"])) for page in pages]
    assert sum(in_order) > len(pages) / 2
    assert not all(in_order)


def test_empty_pages_with_more_to_come_occur(world: World) -> None:
    tenant = TenantClient(world, export_page_size="1")
    pages = tenant.pages("crm/export/customers/contacts")
    assert any(not page["data"] and page["hasMore"] for page in pages)


def test_assignments_hide_inactive_rows_unless_asked(world: World) -> None:
    path = "dispatch/export/appointment-assignments"
    tenant = TenantClient(world)
    gone = next(iter(tenant.export(path).values()))
    job = next(
        job for job in world.jobs.values() if str(gone["jobId"]) == tenant.server.native_id("jobs", job.id)
    )
    canceled = built_world()
    canceled.jobs[job.id].canceled_at = (job.completed_at or job.scheduled_start) + 60
    tenant = TenantClient(canceled)
    assert gone["id"] not in tenant.export(path)
    assert tenant.export(path, active="Any")[gone["id"]]["active"] is False


def test_an_edit_by_control_shows_at_once_and_reaches_a_stored_token() -> None:
    edited = built_world(households=40, months=3)
    tenant = TenantClient(edited)
    token = tenant.pages("jpm/export/jobs")[-1]["continueFrom"]
    natives = []
    for job in [job for job in edited.jobs.values() if job.brand_key == "cedar-ridge" and job.completed_at][
        :2
    ]:
        job.campaign_id = None
        native = tenant.server.native_id("jobs", job.id)
        now = tenant.clock.now()
        edited.gaps.append(
            Gap(1, "job_without_source", "servicetitan", "st-cedar", "jobs", native, now, job.total_cents)
        )
        natives.append(int(native))
        rows = tenant.export("jpm/export/jobs", **{"from": token})
        assert rows[int(native)]["campaignId"] == 0
        assert int(native) in tenant.export("jpm/export/jobs", **{"from": rows[int(native)]["modifiedOn"]})
        token = tenant.pages("jpm/export/jobs", **{"from": token})[-1]["continueFrom"]
    listed = {row["id"]: row for row in tenant.listed("jpm/jobs", pageSize=5000)}
    assert all(listed[native]["campaignId"] == 0 for native in natives)
