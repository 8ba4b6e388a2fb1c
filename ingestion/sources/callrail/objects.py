"""Every CallRail object that is read, as data.

Not read: recordings and transcripts (they are what people said), tags and users by themselves (calls carry
them), outbound dialling, integrations.
"""

from __future__ import annotations

from datetime import timedelta

from ingestion.sources.callrail.listings import Listing
from ingestion.spec import ObjectSpec, rows_at

_PERMISSION = "an API key of a user who has access to every company of the account"
_WHOLE_AT_LEAST_EVERY = timedelta(days=7)
_CHECKPOINT_PAGES = 20

# The default answer has neither the tracker nor anything of the visit.
CALL_FIELDS = (
    "call_type", "campaign", "company_id", "company_name", "company_time_zone", "created_at", "device_type",
    "fbclid", "first_call", "gclid", "good_lead_call_id", "keywords", "landing_page_url", "lead_status",
    "medium", "milestones", "msclkid", "note", "person_id", "prior_calls", "referring_url", "source",
    "source_name", "tags", "timeline_url", "total_calls", "tracker_id", "utm_campaign", "utm_medium",
    "utm_source", "value",
)  # fmt: skip
FORM_FIELDS = (
    "company_name", "form_name", "lead_status", "milestones", "note", "tags", "timeline_url",
    "utm_campaign", "utm_medium", "utm_source", "value",
)  # fmt: skip
TRACKER_FIELDS = ("campaign_name",)

CALLS = Listing(
    "/calls.json",
    moment="start_time",
    params={"fields": ",".join(CALL_FIELDS)},
    needed=frozenset({"id", "start_time", "company_id", "lead_status", "milestones", "tags", "tracker_id"}),
    is_relative=True,
)
FORM_SUBMISSIONS = Listing(
    "/form_submissions.json",
    moment="submitted_at",
    params={"fields": ",".join(FORM_FIELDS)},
    needed=frozenset({"id", "submitted_at", "company_id", "lead_status"}),
)
# ASSUMED: the date range of conversations applies to the last message, as their order does.
TEXT_MESSAGES = Listing("/text-messages.json", moment="last_message_at")
COMPANIES = Listing("/companies.json")
TRACKERS = Listing(
    "/trackers.json", params={"fields": ",".join(TRACKER_FIELDS)}, needed=frozenset({"tracking_numbers"})
)

OBJECTS = (
    ObjectSpec(
        name="companies",
        description="a company of the account: a brand or location with its time zone",
        pull=COMPANIES.pull(),
        rows=rows_at("companies"),
        is_complete_listing=True,
        permission=_PERMISSION,
    ),
    ObjectSpec(
        name="trackers",
        description="a tracking number, or a pool of them, with what it stands for and until when",
        pull=TRACKERS.pull(),
        rows=rows_at("trackers"),
        is_complete_listing=True,
        permission=_PERMISSION,
    ),
    ObjectSpec(
        name="calls",
        description="a call to or from a tracking number, with the visits that led to it",
        pull=CALLS.pull(),
        rows=rows_at("calls"),
        incremental=True,
        full_every=_WHOLE_AT_LEAST_EVERY,
        is_complete_listing=True,
        checkpoint_pages=_CHECKPOINT_PAGES,
        permission=_PERMISSION,
    ),
    ObjectSpec(
        name="form_submissions",
        description="a form that was sent on a tracked website",
        pull=FORM_SUBMISSIONS.pull(),
        rows=rows_at("form_submissions"),
        incremental=True,
        full_every=_WHOLE_AT_LEAST_EVERY,
        is_complete_listing=True,
        checkpoint_pages=_CHECKPOINT_PAGES,
        permission=_PERMISSION,
    ),
    ObjectSpec(
        name="text_messages",
        description="a conversation by text message with a tracking number",
        pull=TEXT_MESSAGES.pull(),
        rows=rows_at("conversations"),
        incremental=True,
        full_every=_WHOLE_AT_LEAST_EVERY,
        is_complete_listing=True,
        checkpoint_pages=_CHECKPOINT_PAGES,
        permission=_PERMISSION,
    ),
)
