"""What the simulated answering service tells, and when."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from sandbox.servers.base import SandboxAccount
from sandbox.servers.call_events import FILE_PATH, signature
from sandbox.world import build_world
from tests.sandbox.in_process import VendorClient


@pytest.fixture(scope="module")
def service() -> VendorClient:
    world = build_world(seed=7, households=160, months=4)
    return VendorClient(world, SandboxAccount("receptionist", "call_events", tuple(world.brands), ""), "")


def events(service: VendorClient) -> list[dict]:
    return [json.loads(line) for line in service.get(FILE_PATH).text.splitlines()]


def test_it_takes_a_part_of_the_calls_and_tells_each_in_revisions(service: VendorClient) -> None:
    told = events(service)
    counts = Counter(event["call_id"] for event in told)
    inbound = [call for call in service.world.calls.values() if call.direction == "inbound"]
    assert 0 < len(counts) < len(inbound) / 2
    assert set(counts.values()) <= {1, 2} and 2 in counts.values()
    assert len({event["event_id"] for event in told}) == len(told)


def test_nothing_of_the_future_is_told(service: VendorClient) -> None:
    before = {event["event_id"] for event in events(service)}
    service.clock.advance(24 * 45)
    after = {event["event_id"] for event in events(service)}
    assert before < after


def test_it_starts_a_little_later_and_seldom_knows_the_number_dialled(service: VendorClient) -> None:
    told = [event for event in events(service) if event["revision"] == 1]
    assert all(event["forwarded_from"] for event in told)
    knowing = sum(1 for event in told if event["tracking_number"])
    assert 0 < knowing < len(told) / 2


def test_a_booking_names_the_job_as_dispatch_does(service: VendorClient) -> None:
    booked = [e for e in events(service) if e.get("booking") and e["booking"]["status"] == "booked"]
    assert booked and all(event["booking"]["external_job_id"] for event in booked)
    assert all(event["lead_disposition"] == "booked" for event in booked)


def test_posts_would_be_signed(service: VendorClient) -> None:
    sent = signature("secret", 1_789_387_331, b"{}")
    assert sent.startswith("t=1789387331,v1=") and len(sent.split("v1=")[1]) == 64
