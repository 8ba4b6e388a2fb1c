"""FieldEdge against its simulation: ids out of dropped files, and what is asked for by them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.config import ConfigError, Settings, load_settings
from ingestion.http import CredentialsRejected, UnexpectedAnswer, VendorRefused
from ingestion.pull import PullResult
from ingestion.run import load_landed, pull_accounts
from ingestion.sources.fieldedge import SPEC
from ingestion.sources.fieldedge.look_ups import e164, record_at
from sandbox.layout import Layout
from sandbox.server import Sandbox
from tests.sources.operator_world import QUICK

ACCOUNT = "fieldedge-bluebird"
LOOK_UPS = ("leads", "customers", "work_orders", "invoices")


@dataclass
class Operator:
    """A sandbox with FieldEdge in it, and a home that reads one tenant."""

    sandbox: Sandbox
    settings: Settings

    def ingest(self, *objects: str, full: bool = False) -> dict[str, PullResult]:
        results = pull_accounts(
            self.settings, accounts=[ACCOUNT], objects=objects or None, full=full, patience=QUICK
        )
        load_landed(self.settings, ["fieldedge"])
        return {result.object: result for result in results}

    def with_options(self, **options: Any) -> None:
        """Change the account as an operator would, in the configuration."""
        operator = self.settings.operator
        accounts = tuple(
            account.model_copy(update={"options": account.options | options})
            if account.account_id == ACCOUNT
            else account
            for account in operator.accounts
        )
        self.settings.operator = operator.model_copy(update={"accounts": accounts})

    def drop(self, folder: Path, **texts: str) -> None:
        """Read files of a folder instead of the sandbox's exports."""
        for name, text in texts.items():
            (folder / f"{name.replace('_', '-')}-2026-11-01.csv").write_text(text, encoding="utf-8")
        self.with_options(url=None, path=str(folder / "*.csv"))

    def asked(self, path: str = "/v1/") -> list[str]:
        return [
            entry["path"] for entry in self.sandbox.requests.of(ACCOUNT) if entry["path"].startswith(path)
        ]

    def rows(self, table: str) -> dict[str, Any]:
        with duckdb.connect(str(self.settings.home.warehouse)) as connection:
            found = connection.execute(
                f"select native_id, payload from raw_fieldedge.{table} where account_id = ?", [ACCOUNT]
            ).fetchall()
        return {native_id: json.loads(payload) for native_id, payload in found}


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    layout = Layout.including("fieldedge")
    with Sandbox.start(households=80, seed=7, months=6, layout=layout) as sandbox:
        yield Operator(sandbox, load_settings(home=tmp_path / "home", config=sandbox.config_path))


def test_every_id_in_the_files_is_asked_for_once(operator: Operator) -> None:
    results = operator.ingest()
    assert not [result.error for result in results.values() if result.error]
    work_orders = operator.rows("exported_work_orders")
    assert operator.rows("work_orders").keys() == operator.rows("invoices").keys() == work_orders.keys()
    assert operator.rows("customers").keys() == operator.rows("exported_customers").keys()
    assert operator.rows("leads").keys() == operator.rows("posted_leads").keys()
    asked = operator.asked()
    assert len(asked) == len(set(asked)) and len(work_orders) > 5


def test_a_second_pull_asks_for_young_leads_only(operator: Operator) -> None:
    operator.ingest()
    before = len(operator.asked())
    results = operator.ingest()
    again = operator.asked()[before:]
    assert again and all(path.startswith("/v1/leads/") for path in again)
    assert {results[name].pages for name in LOOK_UPS[1:]} == {0}


def test_what_the_files_say_anew_is_asked_for_again(operator: Operator) -> None:
    operator.ingest()
    said = operator.rows("exported_work_orders")
    before = len(operator.asked())
    operator.sandbox.clock.advance(24 * 12)
    operator.ingest()
    changed = {key for key, row in operator.rows("exported_work_orders").items() if said.get(key) != row}
    again = {path.removeprefix("/v1/workorders/") for path in operator.asked()[before:]}
    assert changed and changed <= again


def test_a_record_is_read_again_after_a_while_whatever_the_files_say(
    operator: Operator,
) -> None:
    operator.ingest("work_orders")
    before = len(operator.asked())
    operator.with_options(refresh_days=1)
    state = next((operator.settings.home.landing / "fieldedge" / ACCOUNT / "work_orders").glob("*.json"))
    manifest = json.loads(state.read_text())
    asked = manifest["state_after"]["asked"]
    manifest["state_after"]["asked"] = {key: [said, "2026-01-01"] for key, (said, _) in asked.items()}
    state.write_text(json.dumps(manifest))
    operator.ingest("work_orders")
    assert len(operator.asked()) == 2 * before


def test_an_invoice_that_vanished_is_noticed_when_the_newest_export_lacks_it(operator: Operator) -> None:
    operator.ingest()
    invoice = next(
        invoice
        for invoice in operator.sandbox.world.invoices.values()
        if invoice.brand_key == "bluebird" and invoice.created_at <= operator.sandbox.clock.now()
    )
    native_id = operator.sandbox.servers[ACCOUNT].native_id("invoices", invoice.id)
    assert "lineItems" in operator.rows("invoices")[native_id]
    operator.sandbox.clock.advance(1)
    invoice.suppressed_at = operator.sandbox.clock.now()
    operator.ingest()
    assert operator.rows("invoices")[native_id] == {"id": native_id, "notFound": True}
    assert native_id in operator.rows("exported_invoices")


def test_a_work_order_without_a_customer_is_searched_for_by_phone_then_by_email(
    operator: Operator, tmp_path: Path
) -> None:
    world, server = operator.sandbox.world, operator.sandbox.servers[ACCOUNT]
    by_phone = next(
        one
        for one in world.customers.values()
        if one.brand_key == "bluebird" and one.phones and one.created_at <= operator.sandbox.clock.now()
    )
    header = "Work Order ID,Status,Customer Phone,Customer Email,Created Date,Completed Date"
    operator.drop(
        tmp_path,
        work_orders="\n".join(
            [
                header,
                f"w1,Scheduled,{by_phone.phones[0]},,10/1/2026 9:00 AM,",
                "w2,Scheduled,,nobody@example.com,10/1/2026 9:00 AM,",
                "w3,Scheduled,,,10/1/2026 9:00 AM,",
            ]
        ),
    )
    results = operator.ingest("customers")
    assert not results["customers"].error and results["customers"].pages == 2
    assert server.native_id("customers", by_phone.id) in operator.rows("customers")
    assert operator.ingest("customers")["customers"].pages == 0


def test_the_token_goes_to_the_api_and_not_to_the_folder(operator: Operator) -> None:
    seen: list[tuple[str, bool]] = []
    server = operator.sandbox.servers[ACCOUNT]
    answer = server.app

    async def watching(scope, receive, send) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        seen.append((path, any(name == b"authorization" for name, _ in scope["headers"])))
        await answer(scope, receive, send)

    server.app = watching
    operator.ingest("posted_leads", "leads")
    assert {carried for path, carried in seen if path.startswith("/exports")} == {False}
    assert {carried for path, carried in seen if path.startswith("/v1")} == {True}
    landed = b"".join(path.read_bytes() for path in operator.settings.home.landing.rglob("*.json"))
    assert b"Bearer" not in landed and b"eyJ" not in landed


def test_another_tenant_s_id_is_refused_with_the_account_s_name(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOURWIRE_SECRET_FIELDEDGE_BLUEBIRD_TARGET_ID", "another")
    results = operator.ingest()
    assert isinstance(results["leads"].error, CredentialsRejected) and ACCOUNT in str(results["leads"].error)
    # What needs no token is read all the same.
    assert results["exported_payments"].error is None and operator.rows("exported_payments")


def test_an_assumed_path_that_is_wrong_fails_and_can_be_corrected(operator: Operator) -> None:
    operator.with_options(paths={"work_order": "/v1/work-orders/{id}"})
    results = operator.ingest("work_orders", "invoices")
    assert isinstance(results["work_orders"].error, VendorRefused)
    assert results["invoices"].error is None
    operator.with_options(paths={})
    assert operator.ingest("work_orders")["work_orders"].rows > 0


def test_an_answer_about_another_record_ends_the_pull(operator: Operator) -> None:
    lead_id = next(iter(operator.sandbox.servers[ACCOUNT].expected("leads")))[0]
    operator.with_options(paths={"lead": f"/v1/leads/{lead_id}?asked={{id}}"})
    error = operator.ingest("leads")["leads"].error
    assert isinstance(error, UnexpectedAnswer) and "the answer is about" in str(error)


def test_an_answer_of_another_shape_is_no_empty_one() -> None:
    rows = record_at("id")
    for body in (b'{"data":{"id":"1"}}', b'{"id":"1"}', b'{"customers":[{"id":"1"}]}'):
        assert [bytes(row) for row in rows(body)] == [b'{"id":"1"}']
    with pytest.raises(Exception, match="neither data nor id"):
        rows(b'{"workOrder":{"id":"1"}}')


def test_a_pull_that_was_interrupted_goes_on_where_it_was(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(vars(SPEC.object("work_orders")), "checkpoint_pages", 3)
    last = max(native_id for native_id, _ in operator.sandbox.servers[ACCOUNT].expected("work_orders"))
    operator.sandbox.faults.post({"kind": "error_500", "account": ACCOUNT, "path": last, "times": None})
    assert operator.ingest("work_orders")["work_orders"].error
    operator.sandbox.faults.clear()
    before = len(operator.asked())
    assert operator.ingest("work_orders")["work_orders"].error is None
    again = len(operator.asked()) - before
    assert 1 <= again <= 6 < len(operator.rows("work_orders"))


@pytest.mark.parametrize(
    ("phone", "written"),
    [
        ("(512) 555-0142", "+15125550142"),
        ("1-512-555-0142", "+15125550142"),
        ("+15125550142", "+15125550142"),
        ("555-0142", None),
        (None, None),
    ],
)
def test_numbers_as_search_wants_them(phone: str | None, written: str | None) -> None:
    assert e164(phone) == written


def test_an_account_without_a_folder_is_refused_before_anything_starts(operator: Operator) -> None:
    operator.with_options(url=None)
    with pytest.raises(ConfigError, match="either path or url"):
        operator.ingest()
