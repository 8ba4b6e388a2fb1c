"""SOQL, describe, cursors, bulk jobs, tokens and limits of the simulated Salesforce org."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from sandbox.faults import Faults
from sandbox.servers.base import SandboxAccount
from sandbox.servers.salesforce import build
from sandbox.servers.salesforce.identifiers import full, same
from sandbox.servers.salesforce.soql import parse
from sandbox.world import model
from tests.sandbox.in_process import VendorClient
from tests.sandbox.small_world import small_world

DATA = "/services/data/v67.0"
KEY = {"client_id": "3MVG9-key", "client_secret": "secret"}


class OrgClient(VendorClient):
    """An org, with a token on every request."""

    def __init__(self, world: model.World, **options: str) -> None:
        account = SandboxAccount(
            "sf-org", "salesforce", tuple(world.brands), "http://sandbox", credentials=KEY, options=options
        )
        super().__init__(world, account, "")
        self.renew()

    def renew(self) -> dict[str, Any]:
        answer = self.token({"grant_type": "client_credentials", **KEY}).json()
        self.headers = {"Authorization": f"Bearer {answer['access_token']}"}
        return answer

    def token(self, form: dict[str, str], **more: Any) -> Any:
        return self.ask("POST", "/services/oauth2/token", headers={}, data=form, **more)

    def query(self, soql: str, path: str = "queryAll") -> Any:
        return self.get(f"{DATA}/{path}", q=soql)

    def records(self, soql: str, path: str = "queryAll") -> list[dict[str, Any]]:
        """All records of a query, page by page."""
        answer = self.query(soql, path)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found = page["records"]
        while not page["done"]:
            page = self.json(page["nextRecordsUrl"])
            found += page["records"]
        return found

    def refused(self, soql: str) -> tuple[int, str]:
        answer = self.query(soql)
        return answer.status_code, answer.json()[0]["errorCode"]

    def job(self, soql: str, operation: str = "queryAll") -> Any:
        return self.post(f"{DATA}/jobs/query", {"operation": operation, "query": soql, "contentType": "CSV"})


@pytest.fixture
def world() -> model.World:
    return small_world()


@pytest.fixture
def org(world: model.World) -> OrgClient:
    return OrgClient(world)


# -- tokens and limits --------------------------------------------------------------------------------------


def test_a_token_reply_says_where_and_not_how_long(org: OrgClient) -> None:
    answer = org.renew()
    assert answer["instance_url"] == "http://sandbox" and answer["token_type"] == "Bearer"
    assert "expires_in" not in answer


def test_key_and_secret_may_come_by_basic(org: OrgClient) -> None:
    by_basic = org.token({"grant_type": "client_credentials"}, auth=(KEY["client_id"], KEY["client_secret"]))
    assert by_basic.status_code == 200


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials", **KEY, "client_id": "other"}, "invalid_client_id"),
        ({"grant_type": "client_credentials", **KEY, "client_secret": "other"}, "invalid_client"),
    ],
)
def test_the_token_endpoint_refuses_with_an_object(org: OrgClient, form: dict[str, str], error: str) -> None:
    answer = org.token(form)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_everything_else_refuses_with_an_array(org: OrgClient) -> None:
    answer = org.ask("GET", f"{DATA}/limits", headers={"Authorization": "Bearer other"})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (401, "INVALID_SESSION_ID")


def test_the_versions_need_no_token(org: OrgClient) -> None:
    assert org.ask("GET", "/services/data/", headers={}).json()[-1]["version"] == "67.0"
    assert org.get("/services/data/v99.0/limits").status_code == 404


def test_an_expired_token_fault_ends_every_session(world: model.World) -> None:
    org, faults = OrgClient(world), Faults()
    org.server = build(world, org.account, org.clock, faults)
    org.renew()
    faults.expire_tokens("sf-org")
    assert org.get(f"{DATA}/limits").status_code == 401


def test_replies_tell_the_days_usage_until_it_is_used_up(world: model.World) -> None:
    org = OrgClient(world, daily_requests="2")
    assert org.get(f"{DATA}/limits").headers["sforce-limit-info"] == "api-usage=1/2"
    assert org.json(f"{DATA}/limits")["DailyApiRequests"] == {"Max": 2, "Remaining": 0}
    answer = org.get(f"{DATA}/limits")
    assert answer.status_code == 403 and "retry-after" not in answer.headers
    assert answer.json() == [
        {"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}
    ]


def test_two_limits_share_one_code(org: OrgClient) -> None:
    answer = org.server.throttled(3)
    assert answer.status_code == 403 and b"REQUEST_LIMIT_EXCEEDED" in answer.body
    assert b"ConcurrentPerOrg" in answer.body and "retry-after" not in answer.headers


# -- SOQL ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("soql", "refusal"),
    [
        ("", (400, "MALFORMED_QUERY")),
        ("SELECT Id", (400, "MALFORMED_QUERY")),
        ("SELECT Id FROM Lead WHERE", (400, "MALFORMED_QUERY")),
        ("SELECT Id FROM Lead WHERE Id = '1' AND Id = '2' OR Id = '3'", (400, "MALFORMED_QUERY")),
        ("SELECT Id FROM Lead GROUP BY Id", (400, "MALFORMED_QUERY")),
        ("SELECT FIELDS(ALL) FROM Lead", (400, "MALFORMED_QUERY")),
        ("SELECT Id FROM Lead LIMIT many", (400, "MALFORMED_QUERY")),
        ("SELECT Id FROM Lead; DROP", (400, "MALFORMED_QUERY")),
        ("SELECT Id FROM Unicorn", (400, "INVALID_TYPE")),
        ("SELECT Id, Horn__c FROM Lead", (400, "INVALID_FIELD")),
        ("SELECT Id, ID FROM Lead", (400, "INVALID_FIELD")),
        ("SELECT Id FROM Lead WHERE SystemModstamp > '2026-01-01T00:00:00Z'", (400, "INVALID_FIELD")),
        ("SELECT Id FROM Lead WHERE IsDeleted = 'false'", (400, "INVALID_FIELD")),
        ("SELECT Id FROM Lead WHERE Address = '1'", (400, "INVALID_FIELD")),
        ("SELECT Id FROM Lead ORDER BY Description", (400, "INVALID_FIELD")),
    ],
)
def test_what_the_vendor_refuses(org: OrgClient, soql: str, refusal: tuple[int, str]) -> None:
    assert org.refused(soql) == refusal


def test_a_query_that_is_too_long_is_refused(org: OrgClient) -> None:
    assert org.get(f"{DATA}/query", q="SELECT Id FROM Lead WHERE Email = '" + "x" * 20_000).status_code == 414
    with pytest.raises(Exception, match="longer than 100000"):
        parse(f"SELECT Id FROM Lead WHERE Email = '{'x' * 100_000}'")


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ("", 10),
        ("WHERE Email = 'PAT3@example.com'", 1),
        ("WHERE Email IN ('pat1@example.com', 'pat2@example.com')", 2),
        ("WHERE Email NOT IN ('pat1@example.com', 'pat2@example.com')", 8),
        ("WHERE NOT Email = 'pat1@example.com'", 9),
        ("WHERE (Email = 'pat1@example.com' OR Email = 'pat2@example.com') AND IsConverted = true", 2),
        ("WHERE Email = null", 0),
        ("WHERE Email != null", 10),
        ("WHERE LastName = 'O\\'Brien'", 0),
        ("WHERE CreatedDate > 2026-10-07T12:00:00Z", 5),
        ("WHERE CreatedDate > 2026-10-07T07:00:00-05:00", 5),
        ("WHERE ConvertedDate = 2026-10-03", 1),
    ],
)
def test_conditions(org: OrgClient, condition: str, count: int) -> None:
    answer = org.query(f"SELECT COUNT() FROM Lead {condition}").json()
    assert answer == {"totalSize": count, "done": True, "records": []}


def test_numbers_are_compared_as_numbers(org: OrgClient) -> None:
    assert len(org.records("SELECT Id FROM Opportunity WHERE Amount >= 200")) == 10
    assert org.records("SELECT Id FROM Opportunity WHERE Amount > 200.5") == []


def test_order_and_limit(org: OrgClient) -> None:
    rows = org.records("select lastname from lead order by createddate desc, Id limit 3")
    assert [row["LastName"] for row in rows] == ["Doe10", "Doe9", "Doe8"]


def test_ids_are_found_with_and_without_their_suffix(org: OrgClient) -> None:
    whole = org.records("SELECT Id FROM Lead LIMIT 1")[0]["Id"]
    assert len(whole) == 18 and full(whole[:15]) == whole and same(whole, whole[:15])
    assert len(org.records(f"SELECT Id FROM Lead WHERE Id = '{whole[:15]}'")) == 1


def test_the_suffix_is_that_of_the_vendors_own_example() -> None:
    assert full("00QAA000001abcd") == "00QAA000001abcd2AA"


def test_values_as_a_reply_writes_them(org: OrgClient) -> None:
    (row,) = org.records(
        "SELECT Id, Amount, IsWon, CreatedDate, CloseDate, Type FROM Opportunity ORDER BY Id LIMIT 1"
    )
    assert row["attributes"]["type"] == "Opportunity" and row["attributes"]["url"].endswith(row["Id"])
    assert (row["Amount"], row["IsWon"], row["Type"]) == (200.0, True, None)
    assert row["CreatedDate"].endswith(".000+0000") and len(row["CloseDate"]) == 10


def test_a_compound_field_is_an_object(org: OrgClient) -> None:
    (row,) = org.records("SELECT Address FROM Lead LIMIT 1")
    assert row["Address"]["city"] == "Albany"


# -- pages --------------------------------------------------------------------------------------------------


def test_pages_follow_each_other_by_path(world: model.World) -> None:
    org = OrgClient(world, page_rows="4")
    page = org.query("SELECT Id FROM Lead").json()
    assert (page["totalSize"], page["done"], len(page["records"])) == (10, False, 4)
    assert page["nextRecordsUrl"].startswith(f"{DATA}/query/0r8") and page["nextRecordsUrl"].endswith("-4")
    assert len({row["Id"] for row in org.records("SELECT Id FROM Lead")}) == 10


def test_wide_rows_come_in_smaller_pages_and_a_hint_in_smaller_still(org: OrgClient) -> None:
    names = [field["name"] for field in org.json(f"{DATA}/sobjects/Lead/describe")["fields"]]
    server: Any = org.server
    wide, narrow = parse(f"SELECT {', '.join(names)} FROM Lead"), parse("SELECT Id FROM Lead")
    request: Any = type("Request", (), {"headers": {}})
    assert (server._rows_in_page(request, wide), server._rows_in_page(request, narrow)) == (200, 2_000)
    request.headers = {"Sforce-Query-Options": "batchSize=300"}
    assert server._rows_in_page(request, narrow) == 300


def test_a_cursor_that_is_none(org: OrgClient) -> None:
    answer = org.get(f"{DATA}/query/0r8Hp0000000000AAA-2000")
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")


@pytest.mark.parametrize(("dies", "status"), [("no", 200), ("yes", 400)])
def test_whether_a_cursor_outlives_its_token_is_not_established(
    world: model.World, dies: str, status: int
) -> None:
    org = OrgClient(world, page_rows="4", cursors_die_with_token=dies)
    page = org.query("SELECT Id FROM Lead").json()
    org.renew()
    assert org.get(page["nextRecordsUrl"]).status_code == status


# -- describe -----------------------------------------------------------------------------------------------


def test_a_field_without_permission_does_not_exist(world: model.World) -> None:
    org = OrgClient(world, hidden_fields="Lead.Phone Campaign")
    names = {field["name"] for field in org.json(f"{DATA}/sobjects/Lead/describe")["fields"]}
    assert "Phone" not in names and "MobilePhone" in names
    assert org.refused("SELECT Phone FROM Lead") == (400, "INVALID_FIELD")
    assert org.get(f"{DATA}/sobjects/Campaign/describe").status_code == 404
    assert org.refused("SELECT Id FROM Campaign") == (400, "INVALID_TYPE")


def test_describe_tells_what_a_field_is(org: OrgClient) -> None:
    fields = {field["name"]: field for field in org.json(f"{DATA}/sobjects/Lead/describe")["fields"]}
    assert fields["Address"]["type"] == "address" and not fields["Address"]["filterable"]
    assert fields["GCLID__c"]["custom"] and not fields["Email"]["custom"]
    assert fields["Status"]["picklistValues"][0]["value"] == "Open - Not Contacted"


# -- bulk ---------------------------------------------------------------------------------------------------


def test_a_job_from_order_to_deletion(world: model.World) -> None:
    org = OrgClient(world, bulk_page_rows="4")
    job = org.job("SELECT Id, Email, Description, Amount__c FROM Lead").json()
    assert job[0]["errorCode"] == "INVALID_FIELD"
    job = org.job("SELECT Id, MobilePhone, Description, IsDeleted FROM Lead").json()
    path = f"{DATA}/jobs/query/{job['id']}"
    assert job["state"] == "UploadComplete"
    early = org.get(f"{path}/results")
    assert early.status_code == 400
    assert [org.json(path)["state"] for _ in range(2)] == ["InProgress", "JobComplete"]
    assert org.json(path)["numberRecordsProcessed"] == 10
    rows, locator = [], ""
    while locator != "null":
        answer = org.get(f"{path}/results", maxRecords=9, **({"locator": locator} if locator else {}))
        page = list(csv.DictReader(io.StringIO(answer.text)))
        assert int(answer.headers["sforce-numberofrecords"]) == len(page)
        rows += page
        locator = answer.headers["sforce-locator"]
    assert len(rows) == 10 and rows[0]["MobilePhone"] == "" and rows[0]["IsDeleted"] == "false"
    assert "\n" in rows[0]["Description"]
    assert org.ask("DELETE", path).status_code == 204
    assert org.get(path).status_code == 404


def test_a_locator_may_be_read_again_and_a_wrong_one_is_refused(world: model.World) -> None:
    org = OrgClient(world, bulk_page_rows="4")
    path = f"{DATA}/jobs/query/{org.job('SELECT Id FROM Lead').json()['id']}"
    org.json(path), org.json(path)
    locator = org.get(f"{path}/results").headers["sforce-locator"]
    first, second = (org.get(f"{path}/results", locator=locator) for _ in range(2))
    assert first.text == second.text
    assert org.get(f"{path}/results", locator="elsewhere").status_code == 400


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT COUNT() FROM Lead", "FEATURENOTENABLED"),
        ("SELECT Id, Address FROM Lead", "FEATURENOTENABLED"),
        ("SELECT Id FROM OpportunityStage", "INVALIDENTITY"),
        ("SELECT Id FROM", "MALFORMED_QUERY"),
    ],
)
def test_what_a_job_cannot_do(org: OrgClient, soql: str, code: str) -> None:
    answer = org.job(soql)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)


def test_jobs_fail_are_aborted_and_purged(world: model.World) -> None:
    org = OrgClient(world, failing_jobs="1")
    failed, aborted = (f"{DATA}/jobs/query/{org.job('SELECT Id FROM Lead').json()['id']}" for _ in range(2))
    org.json(failed)
    assert org.json(failed)["state"] == "Failed" and org.json(failed)["errorMessage"]
    assert org.ask("PATCH", aborted, json={"state": "Aborted"}).json()["state"] == "Aborted"
    org.clock.advance(7 * 24)
    assert org.get(aborted).status_code == 404
