"""The wires' health as people meet it: with its gaps, its sources, on a page and in the terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ingestion.config import Settings, load_settings
from ingestion.landing import Landing, Manifest
from ingestion.sources import discover
from orchestration.alerts import look
from orchestration.cli import app
from orchestration.health import wire_health
from orchestration.report.health import verdict, write_health_page
from tests.orchestration.operators import gap, publish_ledger

RULE = "completed_job_without_invoice"
NOW = datetime(2026, 10, 7, 12, tzinfo=UTC)


def health(wire: str, number: int, state: str, errors: int = 0) -> tuple[object, ...]:
    since = "2026-10-05 06:00:00" if state != "live" else None
    return (wire, "What flows", number, state, since, 2, errors, 0, errors, 0, "120.50" if errors else "0",
            since, "2026-10-06 06:00:00")  # fmt: skip


@pytest.fixture
def settings(home: Path) -> Settings:
    """Two wires: one broken by a gap, one live that the configured account feeds."""
    publish_ledger(
        home,
        [gap(RULE, "J-1", "120.50", expected="an <b>invoice</b>")],
        [health("1 lead in", 1, "live"), health("3 outcome back", 3, "broken", errors=1)],
        [("1 lead in", "spend", 40), ("3 outcome back", "elsewhere", 7)],
    )
    return load_settings()


def landed(settings: Settings, finished_at: datetime, without: str | None = None) -> None:
    """Complete pulls of every object of the configured account, `without` one."""
    (account,) = settings.operator.accounts
    for each in discover()[account.platform].objects:
        if each.name == without:
            continue
        archive = Landing(settings.home.landing).archive(account.platform, account.account_id, each.name)
        pull_id = f"{finished_at:%Y%m%dT%H%M%S}-{each.name}"
        archive.folder.mkdir(parents=True, exist_ok=True)
        archive.writer(pull_id).commit(
            Manifest(
                pull_id=pull_id,
                platform=account.platform,
                account_id=account.account_id,
                object=each.name,
                mode="full",
                started_at=finished_at,
                finished_at=finished_at,
                pages=0,
                rows=0,
                listing_rows=0,
                complete=True,
                state_after={},
            )
        )


def states(settings: Settings) -> dict[str, str]:
    return {wire.wire: wire.state for wire in wire_health(settings, NOW)}


def test_a_wire_is_shown_with_the_gaps_that_say_so(settings: Settings) -> None:
    landed(settings, NOW)
    live, broken = wire_health(settings, NOW)
    assert (live.state, live.gaps) == ("live", ())
    (rule,) = broken.gaps
    assert (rule.check_id, rule.open_gaps, str(rule.dollars_at_risk)) == (RULE, 1, "120.50")
    assert broken.since_at == datetime(2026, 10, 5, 6)


def test_a_stale_source_breaks_the_wires_that_it_feeds(settings: Settings) -> None:
    landed(settings, NOW - timedelta(hours=25))
    assert states(settings) == {"1 lead in": "live", "3 outcome back": "broken"}
    (stale,) = (wire for wire in wire_health(settings, NOW + timedelta(hours=2)) if wire.wire == "1 lead in")
    assert stale.state == "broken"
    assert [source.account_id for source in stale.stale_sources] == ["spend"]
    assert stale.since_at == (NOW - timedelta(hours=25)).replace(tzinfo=None)


def test_a_stale_source_is_told_and_one_that_is_being_connected_is_not(settings: Settings) -> None:
    assert [each.kind for each in look(settings, now=NOW).matters] == ["gap"]
    landed(settings, NOW - timedelta(hours=30))
    (matter,) = [each for each in look(settings, now=NOW).matters if each.kind == "source"]
    assert matter.what.startswith("spend: ")
    assert "fourwire check-connection spend" in matter.remedy


def test_a_source_that_was_never_read_is_being_connected(settings: Settings) -> None:
    assert states(settings)["1 lead in"] == "live"


def test_an_object_that_was_never_read_hides_no_other(settings: Settings) -> None:
    (account,) = settings.operator.accounts
    first, *_ = discover()[account.platform].objects
    landed(settings, NOW - timedelta(hours=30), without=first.name)
    (source,) = wire_health(settings, NOW)[0].stale_sources
    assert source.read_at == NOW - timedelta(hours=30)


def test_an_account_that_is_configured_no_longer_is_not_stale(settings: Settings) -> None:
    landed(settings, NOW)
    (source,) = wire_health(settings, NOW)[1].sources
    assert (source.account_id, source.is_stale, source.read_at) == ("elsewhere", False, None)


def test_the_page_says_state_since_gaps_and_sources(settings: Settings) -> None:
    landed(settings, NOW - timedelta(hours=30))
    page = write_health_page(settings, NOW)
    text = " ".join(page.read_text(encoding="utf-8").split())
    assert page.name == "health.html"
    for part in (
        "2 broken; 0 of 2 wires are live.",
        "$120.50 are at risk",
        "since 5 Oct 2026, 06:00",
        f"fourwire gaps list --rule {RULE}",
        "Invoice it.",
        '<span class="state broken">stale</span>',
    ):
        assert part in text, part
    assert "http" not in text.replace("http-equiv", "")  # nothing is fetched from anywhere


def test_all_live_is_one_sentence(settings: Settings) -> None:
    landed(settings, NOW)
    assert verdict(wire_health(settings, NOW)[:1]) == "All wires are live."


def test_status_names_each_wire(settings: Settings) -> None:
    landed(settings, datetime.now(UTC))
    wires = json.loads(CliRunner().invoke(app, ["status", "--json"]).output)["wires"]
    assert [(wire["wire"], wire["state"]) for wire in wires] == [
        ("1 lead in", "live"),
        ("3 outcome back", "broken"),
    ]
