"""Lists, single reads, batches, merges, limits and refusals of the simulated HubSpot portal."""

from __future__ import annotations

import pytest

from sandbox.servers.hubspot import PROPERTIES
from sandbox.servers.hubspot.properties import DEFAULTS
from sandbox.world import model
from tests.sandbox.in_process import PortalClient
from tests.sandbox.small_world import DAY, NOW, small_world

CONTACTS = "/crm/v3/objects/contacts"


@pytest.fixture
def world() -> model.World:
    return small_world()


@pytest.fixture
def portal(world: model.World) -> PortalClient:
    return PortalClient(world)


def properties(portal: PortalClient, object_type: str, record_id: str) -> dict[str, str | None]:
    names = ",".join(PROPERTIES[object_type])
    return portal.json(f"/crm/v3/objects/{object_type}/{record_id}", properties=names)["properties"]


# -- tokens, scopes, limits ---------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["", "Bearer other", "Token pat-na1-test"])
def test_a_wrong_token_is_invalid_authentication(portal: PortalClient, header: str) -> None:
    answer = portal.ask("GET", CONTACTS, headers={"Authorization": header})
    assert (answer.status_code, answer.json()["category"]) == (401, "INVALID_AUTHENTICATION")
    assert answer.json()["correlationId"]


def test_a_missing_scope_is_named(world: model.World) -> None:
    portal = PortalClient(world, missing_scopes="crm.objects.deals.read")
    answer = portal.get("/crm/v3/objects/deals")
    assert (answer.status_code, answer.json()["category"]) == (403, "MISSING_SCOPES")
    assert answer.json()["errors"][0]["context"] == {"requiredGranularScopes": ["crm.objects.deals.read"]}
    assert portal.get(CONTACTS).status_code == 200


def test_ordinary_replies_tell_the_limits_and_searches_do_not(portal: PortalClient) -> None:
    headers = portal.get(CONTACTS).headers
    assert headers["x-hubspot-ratelimit-max"] == "100000"
    assert headers["x-hubspot-ratelimit-interval-milliseconds"] == "10000"
    assert "x-hubspot-ratelimit-daily-remaining" in headers
    assert not [name for name in portal.search("contacts").headers if name.startswith("x-hubspot")]


@pytest.mark.parametrize(("option", "policy"), [("ten_secondly", "TEN_SECONDLY_ROLLING"), ("daily", "DAILY")])
def test_too_many_requests(world: model.World, option: str, policy: str) -> None:
    portal = PortalClient(world, **{option: "2"})
    assert [portal.get(CONTACTS).status_code for _ in range(2)] == [200, 200]
    answer = portal.get(CONTACTS)
    assert (answer.status_code, answer.json()["policyName"]) == (429, policy)
    assert answer.json()["errorType"] == "RATE_LIMIT" and "category" not in answer.json()
    assert "retry-after" not in answer.headers


def test_searches_have_their_own_limit_by_the_second(world: model.World) -> None:
    portal = PortalClient(world, search_per_second="2")
    answers = [portal.search("contacts") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].json()["policyName"] == "SECONDLY"
    assert portal.get(CONTACTS).status_code == 200


def test_an_injected_429_may_say_when_to_come_back(portal: PortalClient) -> None:
    assert portal.server.throttled(3).headers["retry-after"] == "3"


def test_a_busy_portal_interrupts(world: model.World) -> None:
    portal = PortalClient(world, interruptions="423/2 477/3 524/5")
    answers = [portal.get(CONTACTS) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 423, 477, 423, 524]
    assert answers[2].headers["retry-after"] == "1"
    assert answers[4].headers["content-type"].startswith("text/html")


def test_long_addresses_are_refused(portal: PortalClient) -> None:
    assert portal.get(CONTACTS, properties="x" * 15_000).status_code == 414


# -- lists --------------------------------------------------------------------------------------------------


def test_pages_follow_ids_and_their_links_lead_on(portal: PortalClient) -> None:
    page = portal.json(f"{CONTACTS}?limit=4")
    assert [row["id"] for row in page["results"]] == ["501", "502", "503", "504"]
    following = page["paging"]["next"]
    assert following["after"] == "505" and following["link"].startswith(
        "http://sandbox/crm/v3/objects/contacts?"
    )
    assert portal.json(following["link"])["results"][0]["id"] == "505"
    assert "paging" not in portal.json(f"{CONTACTS}?limit=100")


@pytest.mark.parametrize(
    "query", ["limit=101", "limit=0", "limit=x", "limit=51&propertiesWithHistory=email", "after=x"]
)
def test_limits_of_a_list(portal: PortalClient, query: str) -> None:
    answer = portal.get(f"{CONTACTS}?{query}")
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


def test_an_empty_page_may_have_a_next_one(world: model.World) -> None:
    portal = PortalClient(world, empty_page_every="2")
    pages = list(portal.pages("contacts", limit=3))
    assert any(not page["results"] and "paging" in page for page in pages)
    ids = [row["id"] for page in pages for row in page["results"]]
    assert ids == [str(500 + number) for number in range(1, 11)]


def test_both_path_families_answer_alike(portal: PortalClient) -> None:
    for noun, path in (("objects", "deals"), ("properties", "deals"), ("pipelines", "deals"), ("owners", "")):
        old = portal.json(f"/crm/v3/{noun}/{path}".rstrip("/"))
        for version in ("2026-03", "2026-09"):
            assert portal.json(f"/crm/{noun}/{version}/{path}".rstrip("/")).get("results") == old["results"]


@pytest.mark.parametrize("name", ["0-3", "deal", "deals"])
def test_types_have_names_and_ids(portal: PortalClient, name: str) -> None:
    assert len(portal.json(f"/crm/v3/objects/{name}?limit=100")["results"]) == 10


def test_an_unknown_type_is_refused(portal: PortalClient) -> None:
    assert portal.get("/crm/v3/objects/unicorns").status_code == 400


@pytest.mark.parametrize("object_type", ["contacts", "deals", "calls"])
def test_without_names_only_the_defaults_come(portal: PortalClient, object_type: str) -> None:
    row = portal.records(object_type)[0]
    assert sorted(row["properties"]) == sorted(DEFAULTS[object_type])
    assert not [name for name in row["properties"] if "source" in name or "utm" in name]


def test_unknown_names_are_left_out_and_empty_ones_are_null(portal: PortalClient) -> None:
    row = portal.json(f"{CONTACTS}?limit=1&properties=mobilephone,utm_sauce")["results"][0]
    assert row["properties"]["mobilephone"] is None and "utm_sauce" not in row["properties"]


@pytest.mark.parametrize("object_type", ["contacts", "deals", "calls"])
def test_all_values_are_text_or_null(portal: PortalClient, object_type: str) -> None:
    for row in portal.records(object_type, properties=",".join(PROPERTIES[object_type])):
        assert set(map(type, row["properties"].values())) <= {str, type(None)}
        assert sorted(row["properties"]) == sorted(PROPERTIES[object_type])


@pytest.mark.parametrize("object_type", ["contacts", "deals", "calls"])
def test_expected_rows_are_what_the_list_gives(portal: PortalClient, object_type: str) -> None:
    rows = portal.records(object_type, properties=",".join(PROPERTIES[object_type]))
    assert dict(portal.server.expected(object_type)) == {row["id"]: row for row in rows}


def test_associations_come_when_asked(portal: PortalClient) -> None:
    deal = portal.json("/crm/v3/objects/deals?limit=1&associations=contacts,calls")["results"][0]
    assert deal["associations"]["contacts"]["results"] == [{"id": "501", "type": "deal_to_contact"}]
    assert deal["associations"]["calls"]["results"] == [{"id": "701", "type": "deal_to_call"}]
    assert "associations" not in portal.json("/crm/v3/objects/deals?limit=1")["results"][0]


def test_history_holds_the_present_value(portal: PortalClient) -> None:
    row = portal.json(f"{CONTACTS}?limit=50&propertiesWithHistory=email")["results"][0]
    assert row["propertiesWithHistory"]["email"][0]["value"] == "pat1@example.com"


# -- archived and merged ------------------------------------------------------------------------------------


def test_archived_contacts_are_listed_apart(world: model.World, portal: PortalClient) -> None:
    world.contacts[1].archived_at = NOW - DAY
    assert "501" not in [row["id"] for row in portal.records("contacts")]
    archived = portal.records("contacts", archived="true")
    assert [(row["id"], row["archived"]) for row in archived] == [("501", True)]
    assert archived[0]["archivedAt"].startswith("2026-10-31T12:00:00")
    assert portal.get(f"{CONTACTS}/501").status_code == 404
    assert portal.get(f"{CONTACTS}/501?archived=true").status_code == 200
    assert portal.search("contacts").json()["total"] == 9
    assert dict(portal.server.expected("contacts"))["501"]["archived"] is True


def test_a_merge_makes_a_new_record_and_aliases_of_the_old_ones(
    world: model.World, portal: PortalClient
) -> None:
    world.contacts[2].merged_at, world.contacts[2].merged_into_id = NOW - DAY, 1
    ids = [row["id"] for row in portal.records("contacts")]
    new = portal.server.native_id("contacts", 1)
    assert new not in ("501", "502") and ids == [*[str(500 + n) for n in range(3, 11)], new]
    for old in ("501", "502"):
        survivor = portal.json(f"{CONTACTS}/{old}")
        assert survivor["id"] == new
    merged = properties(portal, "contacts", new)
    assert merged["hs_merged_object_ids"] == "501;502"
    assert (merged["email"], merged["hs_additional_emails"]) == ("pat1@example.com", "pat2@example.com")
    assert merged["lastmodifieddate"].startswith("2026-10-31T12:00:00")
    assert merged["createdate"].startswith("2026-10-03T12:00:00")
    assert portal.server.native_id("contacts", 2) == new
    assert [row["id"] for row in portal.records("contacts", archived="true")] == []


def test_deals_of_merged_contacts_belong_to_the_survivor(world: model.World, portal: PortalClient) -> None:
    world.contacts[2].merged_at, world.contacts[2].merged_into_id = NOW - DAY, 1
    new = int(portal.server.native_id("contacts", 1))
    body = portal.post(
        "/crm/v4/associations/contacts/deals/batch/read", {"inputs": [{"id": str(new)}]}
    ).json()
    assert [link["toObjectId"] for link in body["results"][0]["to"]] == [901, 902]


# -- batches ------------------------------------------------------------------------------------------------


def test_a_batch_names_what_is_missing(portal: PortalClient) -> None:
    answer = portal.post(
        f"{CONTACTS}/batch/read", {"properties": ["email"], "inputs": [{"id": "501"}, {"id": "9"}]}
    )
    body = answer.json()
    assert answer.status_code == 207 and [row["id"] for row in body["results"]] == ["501"]
    assert (body["numErrors"], body["errors"][0]["context"]) == (1, {"ids": ["9"]})
    assert body["errors"][0]["category"] == "OBJECT_NOT_FOUND"


def test_a_whole_batch_is_complete_and_in_its_own_order(portal: PortalClient) -> None:
    inputs = [{"id": str(500 + number)} for number in range(1, 11)]
    answer = portal.post(f"{CONTACTS}/batch/read", {"inputs": inputs})
    assert answer.status_code == 200 and answer.json()["status"] == "COMPLETE"
    ids = [row["id"] for row in answer.json()["results"]]
    assert ids != [one["id"] for one in inputs] and sorted(ids) == sorted(one["id"] for one in inputs)


def test_limits_of_a_batch(portal: PortalClient) -> None:
    many = [{"id": str(number)} for number in range(101)]
    assert portal.post(f"{CONTACTS}/batch/read", {"inputs": many}).status_code == 400
    doubled = portal.post(f"{CONTACTS}/batch/read", {"inputs": [{"id": "501"}, {"id": "501"}]})
    assert (doubled.status_code, doubled.json()["context"]) == (400, {"ids": ["501"]})


def test_only_unique_properties_identify(portal: PortalClient) -> None:
    asked = {"idProperty": "email", "inputs": [{"id": "PAT3@example.com"}]}
    assert portal.post(f"{CONTACTS}/batch/read", asked).json()["results"][0]["id"] == "503"
    assert portal.post(f"{CONTACTS}/batch/read", asked | {"idProperty": "city"}).status_code == 400
    job = properties(portal, "deals", "904")["ext_job_id"]
    assert portal.json(f"/crm/v3/objects/deals/{job}?idProperty=ext_job_id")["id"] == "904"


# -- associations -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("base", ["/crm/v4/associations", "/crm/associations/2026-03"])
def test_no_association_is_an_error_of_a_207(portal: PortalClient, base: str) -> None:
    answer = portal.post(f"{base}/deals/contacts/batch/read", {"inputs": [{"id": "901"}, {"id": "7"}]})
    body = answer.json()
    assert answer.status_code == 207 and body["numErrors"] == 1
    assert body["errors"][0]["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND"
    assert body["errors"][0]["context"]["fromObjectId"] == ["7"]
    kind = {"category": "HUBSPOT_DEFINED", "typeId": 3, "label": None}
    assert body["results"] == [
        {"from": {"id": "901"}, "to": [{"toObjectId": 501, "associationTypes": [kind]}]}
    ]


def test_long_associations_are_paged_per_record(world: model.World) -> None:
    for number in range(1, 6):
        world.leads[number].crm_contact_id = 1
    portal = PortalClient(world, association_page="2")
    found: list[int] = []
    asked = {"id": "501"}
    while asked:
        body = portal.post("/crm/v4/associations/contacts/deals/batch/read", {"inputs": [asked]}).json()
        found += [link["toObjectId"] for link in body["results"][0]["to"]]
        following = body["results"][0].get("paging")
        asked = {"id": "501", "after": following["next"]["after"]} if following else {}
    assert found == [901, 902, 903, 904, 905]
    one = portal.json("/crm/v4/objects/contacts/501/associations/deals?limit=500")["results"]
    assert [link["toObjectId"] for link in one] == found


def test_a_thousand_inputs_at_most(portal: PortalClient) -> None:
    inputs = [{"id": str(number)} for number in range(1001)]
    assert (
        portal.post("/crm/v4/associations/deals/contacts/batch/read", {"inputs": inputs}).status_code == 400
    )


def test_expected_links(portal: PortalClient) -> None:
    links = dict(portal.server.expected("deal_contacts"))
    assert len(links) == 10 and links["901|501"]["contact_id"] == "501"
    assert len(dict(portal.server.expected("call_contacts"))) == 10


# -- what deals and contacts hold ---------------------------------------------------------------------------


def test_a_deal_goes_through_its_stages(world: model.World) -> None:
    lead, job = world.leads[1], world.jobs[1]
    lead.created_at, lead.contacted_at, lead.booked_at = NOW - DAY, NOW + 3600, NOW + 7200
    job.booked_at, job.completed_at = NOW + 7200, NOW + DAY
    portal = PortalClient(world)
    seen = []
    for hours in (0, 1, 1, 24):
        portal.clock.advance(hours)
        deal = properties(portal, "deals", "901")
        seen.append((deal["dealstage"], deal["amount"], bool(deal["ext_job_id"])))
    assert seen == [
        ("new", None, False),
        ("contacted", None, False),
        ("booked", None, True),
        ("closedwon", "200.00", True),
    ]
    assert deal["closedate"] == "2026-11-02T12:00:00.000Z"
    assert deal["hs_v2_date_entered_booked"] == "2026-11-01T14:00:00.000Z"


def test_a_deal_names_the_job_as_the_dispatch_platform_does(portal: PortalClient) -> None:
    from tests.sandbox.in_process import Company

    assert properties(portal, "deals", "901")["ext_job_id"] == Company(portal.world).id("jobs", 1)


def test_a_failed_hand_over_is_booked_without_a_job(world: model.World, portal: PortalClient) -> None:
    world.leads[1].crm_booked_without_job = True
    deal = properties(portal, "deals", "901")
    assert (deal["dealstage"], deal["ext_job_id"], deal["amount"]) == ("booked", None, None)


def test_a_canceled_job_loses_the_deal(world: model.World, portal: PortalClient) -> None:
    world.jobs[1].completed_at, world.jobs[1].canceled_at = None, NOW - DAY
    assert properties(portal, "deals", "901")["dealstage"] == "closedlost"


def test_marketing_fields_tell_the_source(portal: PortalClient) -> None:
    contact, deal = properties(portal, "contacts", "501"), properties(portal, "deals", "901")
    assert (contact["hs_analytics_source"], contact["hs_analytics_source_data_1"]) == (
        "PAID_SEARCH",
        "drains",
    )
    assert contact["gclid"] == contact["hs_google_click_id"] == deal["gclid"] == "EAIaIQ-1_AbC"
    assert properties(portal, "contacts", "502")["hs_google_click_id"] is None
    assert (deal["lead_channel"], deal["lead_kind"], deal["brand"]) == ("Google Ads", "form", "bluebird")


def test_clicks_of_other_ad_platforms_have_properties_too(world: model.World, portal: PortalClient) -> None:
    lead = world.leads[1]
    lead.gclid, lead.fbclid, lead.msclkid, lead.utm_source = None, "IwAR-1", "0f-1", None
    contact, deal = properties(portal, "contacts", "501"), properties(portal, "deals", "901")
    assert contact["fbclid"] == contact["hs_facebook_click_id"] == deal["fbclid"] == "IwAR-1"
    assert contact["msclkid"] == deal["msclkid"] == "0f-1"
    assert (contact["gclid"], contact["hs_analytics_source"]) == (None, "PAID_SEARCH")


def test_without_a_source_every_marketing_field_is_null(world: model.World, portal: PortalClient) -> None:
    world.leads[1].campaign_id, world.leads[1].evidence = None, "none"
    marketing = (
        "lead_channel",
        "utm_source",
        "utm_medium",
        "utm_campaign",
        "gclid",
        "fbclid",
        "msclkid",
        "landing_url",
        "referrer_url",
    )
    deal, contact = properties(portal, "deals", "901"), properties(portal, "contacts", "501")
    assert not any(deal[name] for name in marketing)
    telling = [name for name in contact if "source" in name or "analytics" in name or name in marketing]
    telling.remove("hs_object_source")
    assert not any(contact[name] for name in (*telling, "hs_google_click_id", "hs_facebook_click_id"))


def test_leads_kept_elsewhere_have_no_deal(world: model.World, portal: PortalClient) -> None:
    world.leads[1].in_crm = False
    assert "901" not in [row["id"] for row in portal.records("deals")]


def test_calls_are_the_inbound_ones(world: model.World, portal: PortalClient) -> None:
    world.calls[1].direction = "outbound"
    world.calls[2].outcome = "abandoned"
    calls = {row["id"]: row for row in portal.records("calls", properties=",".join(PROPERTIES["calls"]))}
    assert len(calls) == 9 and calls["702"]["properties"]["hs_call_status"] == "NO_ANSWER"
    call = calls["703"]["properties"]
    assert (call["hs_call_duration"], call["hs_call_to_number"]) == ("180000", "+12025550101")


def test_reference_data(portal: PortalClient) -> None:
    stages = portal.json("/crm/v3/pipelines/deals")["results"][0]["stages"]
    won = next(stage for stage in stages if stage["id"] == "closedwon")
    assert won["metadata"] == {"isClosed": "true", "probability": "1.0"}
    assert len(portal.json("/crm/v3/owners")["results"]) == 3
    assert len(portal.json("/crm/v3/owners?archived=true")["results"]) == 1
    names = [one["name"] for one in portal.json("/crm/v3/properties/contacts")["results"]]
    assert names == list(PROPERTIES["contacts"]) == list(dict(portal.server.expected("contact_properties")))
    unique = portal.json("/crm/v3/properties/deals/ext_job_id")
    assert (unique["hasUniqueValue"], unique["hubspotDefined"]) == (True, False)
    assert portal.get("/crm/v3/properties/deals/nope").status_code == 404
