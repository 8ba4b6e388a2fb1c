"""Service Fusion against its simulation: what a pull brings equals what the vendor has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from ingestion.config import Account, ConfigError
from ingestion.http import VendorUnavailable
from ingestion.pull import PullResult
from ingestion.run import ingest
from ingestion.sources.servicefusion import SPEC, connection, listings
from tests.sources.operator_world import QUICK, OperatorWorld, operator_world

ACCOUNT = "servicefusion-bluebird"
OBJECTS = tuple(spec.name for spec in SPEC.objects)


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small pages, so that seams between pages occur in a small world."""
    monkeypatch.setattr(listings, "PAGE_SIZE", 20)
    monkeypatch.setattr(listings, "SMALL_PAGE_SIZE", 10)


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[OperatorWorld]:
    with company(tmp_path) as running:
        yield running


def company(home: Path, **options: str) -> Any:
    options = {"requests_per_minute": "60000", "hang_seconds": "0.1"} | options
    asked = {"requests_per_minute": 60_000}
    return operator_world("servicefusion", home, households=60, options=options, account_options=asked)


def assert_equal_to_the_vendor(operator: OperatorWorld) -> None:
    for account_id in operator.servers:
        for name in OBJECTS:
            assert operator.live_rows(account_id, name) == operator.expected(account_id, name), name


def questions(operator: OperatorWorld, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, list[str]]]:
    """From now on, what is asked of the lists: the parameters and the path of each request."""
    asked: list[dict[str, list[str]]] = []
    send = httpx.Client.send

    def noted(self: httpx.Client, request: httpx.Request, **more: Any) -> httpx.Response:
        parts = urlsplit(str(request.url))
        asked.append(parse_qs(parts.query) | {"path": [parts.path]})
        return send(self, request, **more)

    monkeypatch.setattr(httpx.Client, "send", noted)
    return asked


def pulled(results: list[PullResult], name: str) -> list[PullResult]:
    return [result for result in results if result.object == name]


# -- whole and in steps -------------------------------------------------------------------------------------


def test_a_first_pull_brings_everything(operator: OperatorWorld) -> None:
    operator.ingest()
    assert_equal_to_the_vendor(operator)
    assert operator.query("select count(*) from raw_servicefusion.jobs")[0][0] > 10


def test_a_later_pull_brings_every_change_even_those_that_move_no_time(operator: OperatorWorld) -> None:
    operator.ingest()
    for hours in (6, 72, 240):
        operator.clock.advance(hours)
        operator.ingest()
        assert_equal_to_the_vendor(operator)


def test_jobs_are_never_asked_for_without_an_order(
    operator: OperatorWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = questions(operator, monkeypatch)
    operator.ingest()
    monkeypatch.setattr(listings, "BEARABLE_ROWS", 0)
    operator.clock.advance(24)
    operator.ingest()
    jobs = [question for question in asked if question["path"][0].endswith("/jobs")]
    assert len(jobs) >= 4 and all(question["sort"] == ["id"] for question in jobs)
    assert not any("per_page" in question for question in asked)


def test_moments_are_asked_for_with_an_offset_in_digits(
    operator: OperatorWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `Z` the simulated vendor answers 422, as the real one does."""
    monkeypatch.setattr(listings, "BEARABLE_ROWS", 0)
    operator.ingest("jobs")
    asked = questions(operator, monkeypatch)
    operator.ingest("jobs")
    changed = [
        question["filters[updated_date][gte]"][0]
        for question in asked
        if "filters[updated_date][gte]" in question
    ]
    assert changed and all(moment.endswith("+00:00") for moment in changed)


def test_a_long_list_is_read_by_its_changes_and_repaired_by_a_full_pull(
    operator: OperatorWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listings, "BEARABLE_ROWS", 0)
    operator.ingest()
    operator.clock.advance(48)
    results = operator.ingest("jobs", "customers", "estimates", "invoices")
    assert {result.mode for result in results} == {"incremental"}
    for account_id in operator.servers:
        held, expected = operator.live_rows(account_id, "jobs"), operator.expected(account_id, "jobs")
        stale = [key for key, job in expected.items() if held[key] != job]
        assert not [key for key in stale if held[key]["updated_at"] != expected[key]["updated_at"]]
    operator.ingest(full=True)
    assert_equal_to_the_vendor(operator)


# -- names --------------------------------------------------------------------------------------------------


def test_a_renamed_status_has_all_jobs_read_again(
    operator: OperatorWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new name stands on every job at once and moves the time of none."""
    monkeypatch.setattr(listings, "BEARABLE_ROWS", 0)
    operator.ingest()
    assert {result.mode for result in pulled(operator.ingest("jobs"), "jobs")} == {"incremental"}
    for server in operator.servers.values():
        server.status_names["15_PAI"] = "Paid in full"  # type: ignore[attr-defined]
    assert {result.mode for result in pulled(operator.ingest("jobs"), "jobs")} == {"full"}
    assert operator.live_rows(ACCOUNT, "jobs") == operator.expected(ACCOUNT, "jobs")
    assert {result.mode for result in pulled(operator.ingest("jobs"), "jobs")} == {"incremental"}


# -- lists that misbehave -----------------------------------------------------------------------------------


@pytest.mark.parametrize("invoice_sort", ["refused", "accepted"])
def test_new_invoices_come_whether_or_not_their_list_can_be_sorted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, invoice_sort: str
) -> None:
    monkeypatch.setattr(listings, "BEARABLE_ROWS", 0)
    with company(tmp_path, invoice_sort=invoice_sort) as operator:
        operator.ingest("invoices")
        operator.clock.advance(24 * 5)
        results = operator.ingest("invoices")
        assert {result.mode for result in results} == {"incremental"}
        missing = (
            operator.expected(ACCOUNT, "invoices").keys() - operator.live_rows(ACCOUNT, "invoices").keys()
        )
        assert not missing


def test_pages_that_are_too_long_for_the_vendor_are_read_in_shorter_ones(tmp_path: Path) -> None:
    with company(tmp_path, heavy_rows="12") as operator:
        operator.ingest("jobs")
        assert operator.live_rows(ACCOUNT, "jobs") == operator.expected(ACCOUNT, "jobs")


def test_a_vendor_that_fails_on_short_pages_too_is_unavailable(tmp_path: Path) -> None:
    with company(tmp_path, heavy_rows="5") as operator:
        results = ingest(operator.settings, objects=("jobs",), patience=QUICK)
        assert results and all(isinstance(result.error, VendorUnavailable) for result in results)


def test_a_list_that_shrinks_while_it_is_read_is_read_again(
    operator: OperatorWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deletion moves the following rows up across a page seam; they must not count as removed."""
    monkeypatch.setattr(listings, "PAGE_SIZE", 5)
    monkeypatch.setattr(listings, "SMALL_PAGE_SIZE", 5)
    operator.ingest("customers")
    server: Any = operator.servers[ACCOUNT]
    gone = server.books.customers[min(server.books.customers)]
    original, pages = server._page, []

    def page(listing: Any, query: Any, shown: Any, *rest: Any) -> Any:
        answer = original(listing, query, shown, *rest)
        pages.append(query.page)
        if len(pages) == 1:
            gone.deleted_at = operator.clock.now()
            server._books = None
        return answer

    server._page = page
    operator.ingest("customers")
    assert pages.count(1) == 2
    operator.ingest("customers")
    assert operator.live_rows(ACCOUNT, "customers") == operator.expected(ACCOUNT, "customers")


def test_the_last_page_that_comes_again_is_not_taken_for_the_next(
    operator: OperatorWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last page's only row is deleted before it is asked for: the page before comes once more."""
    operator.ingest("customers")
    server: Any = operator.servers[ACCOUNT]
    keys = sorted(server.books.customers)
    monkeypatch.setattr(listings, "PAGE_SIZE", len(keys) - 1)
    monkeypatch.setattr(listings, "SMALL_PAGE_SIZE", len(keys) - 1)
    gone = server.books.customers[keys[-1]]
    original, pages = server._page, []

    def page(listing: Any, query: Any, shown: Any, total: int, *rest: Any) -> Any:
        answer = original(listing, query, shown, total, *rest)
        pages.append(total)
        if len(pages) == 1:
            gone.deleted_at = operator.clock.now()
            server._books = None
        return answer

    server._page = page
    operator.ingest("customers")
    assert operator.live_rows(ACCOUNT, "customers") == operator.expected(ACCOUNT, "customers")


def test_pages_of_another_size_than_asked_for_are_noticed(
    operator: OperatorWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The vendor cuts the size at its maximum without a word; rows would be skipped."""
    monkeypatch.setattr(listings, "PAGE_SIZE", 60)
    results = ingest(operator.settings, objects=("techs",), patience=QUICK)
    assert results and all("pages of 50 rows where 60 were" in str(result.error) for result in results)


# -- connection ---------------------------------------------------------------------------------------------


def test_requests_stay_below_what_is_granted() -> None:
    limit = connection.rate_limit(60)
    assert (limit.per_second, limit.burst) == (0.8, 5)
    assert limit.burst + 60 * limit.per_second < 60


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [(429, "17", 17.0), (429, "", None), (429, "soon", None), (500, "17", None)],
)
def test_throttling_tells_the_seconds_left(status: int, header: str, seconds: float | None) -> None:
    answer = httpx.Response(status, headers={"X-Rate-Limit-Reset": header} if header else {})
    assert connection.seconds_until_reset(answer) == seconds


@pytest.mark.parametrize(
    "options", [{"naive_tz": "Eastern"}, {"requests_per_minute": 0}, {"tenant": "1"}], ids=str
)
def test_a_wrong_option_is_refused(options: dict[str, Any]) -> None:
    account = Account(
        account_id="fusion", platform="servicefusion", timezone="America/Chicago", options=options
    )
    with pytest.raises(ConfigError, match=next(iter(options))):
        SPEC.options(account)


def test_wrong_credentials_stop_the_account(operator: OperatorWorld) -> None:
    operator.settings._secrets[ACCOUNT]["client_secret"] = "wrong-1"
    results = ingest(operator.settings, objects=("techs",), patience=QUICK)
    (error,) = [str(result.error) for result in results if result.account_id == ACCOUNT]
    assert "client_secret" in error and "wrong-1" not in error


def test_no_token_reaches_the_archive(operator: OperatorWorld) -> None:
    operator.ingest("jobs", "techs")
    tokens = [token for server in operator.servers.values() for token in server._office._grants]  # type: ignore[attr-defined]
    assert tokens
    for path in operator.settings.home.landing.rglob("*.json"):
        text = path.read_text(encoding="utf-8")
        assert not any(token in text for token in tokens)
