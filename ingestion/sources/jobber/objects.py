"""Every Jobber object that is read, as data.

Visits are inside their jobs, line items inside quotes and invoices. Not read: `visits` as a list of their own
(it has no filter for changes, and a visit that was taken off the calendar would stay), job costing, time
sheets, expenses, products and services, payouts, tasks, notes, tags. Calls, campaigns, job types, memberships
and service areas have no endpoint; job types and lead sources are custom drop-downs where an office keeps
them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ingestion.sources.jobber.answers import rows_of
from ingestion.sources.jobber.connection import JobberClient
from ingestion.sources.jobber.listings import (
    Changes,
    changed,
    complete,
    complete_or,
    entered_lately,
    newest_client,
    of_changed_clients,
)
from ingestion.sources.jobber.questions import (
    ACCOUNT,
    CLIENTS,
    CUSTOM_FIELD_CONFIGURATIONS,
    INVOICES,
    JOBS,
    PAYMENT_RECORDS,
    PROPERTIES,
    QUOTES,
    REQUESTS,
    USERS,
    Question,
)
from ingestion.spec import ObjectSpec, Page, PullContext, PullFunction


def _account() -> PullFunction:
    def pull(context: PullContext) -> Iterator[Page]:
        assert isinstance(context.client, JobberClient)
        yield context.client.ask(ACCOUNT, {}).page

    return pull


def _changing(name: str, question: Question, description: str, permission: str) -> ObjectSpec:
    """A list whose rows show when they changed."""
    changes: Changes = changed
    return ObjectSpec(
        name=name,
        description=description,
        pull=complete_or(question, changes),
        modified="updatedAt",
        created="createdAt",
        rows=rows_of(question.root, question.single),
        incremental=True,
        full_every=timedelta(days=7),
        is_complete_listing=True,
        permission=permission,
    )


def _reference(name: str, question: Question, description: str, permission: str) -> ObjectSpec:
    return ObjectSpec(
        name=name,
        description=description,
        pull=complete(question),
        rows=rows_of(question.root),
        is_complete_listing=True,
        permission=permission,
    )


OBJECTS = (
    ObjectSpec(
        name="account",
        description="the account that the app is connected to",
        pull=_account(),
        rows=rows_of("", "account"),
        permission="none: every connected app may ask whose account it is",
        lists_everything=True,
    ),
    _changing(
        "clients",
        CLIENTS,
        "a client, leads included, with phones, e-mail addresses and custom fields",
        "Clients: Read",
    ),
    ObjectSpec(
        name="properties",
        description="an address of a client; it shows no times",
        pull=complete_or(PROPERTIES, of_changed_clients, begins_at=newest_client),
        rows=rows_of(PROPERTIES.root),
        incremental=True,
        full_every=timedelta(days=1),
        is_complete_listing=True,
        permission="Clients: Read",
    ),
    _changing("requests", REQUESTS, "a request for work: what was asked, and by whom", "Requests: Read"),
    _changing("quotes", QUOTES, "a quote with its lines and what the client decided", "Quotes: Read"),
    _changing("jobs", JOBS, "a job with its visits and custom fields", "Jobs: Read"),
    _changing("invoices", INVOICES, "an invoice with its lines and its jobs", "Invoices: Read"),
    ObjectSpec(
        name="payment_records",
        description="money in or back, and what else changes a client's balance",
        pull=complete_or(PAYMENT_RECORDS, entered_lately),
        rows=rows_of(PAYMENT_RECORDS.root),
        incremental=True,
        full_every=timedelta(days=1),
        is_complete_listing=True,
        permission="Invoices: Read",
    ),
    _reference("users", USERS, "a user of the account, deactivated ones included", "Users: Read"),
    _reference(
        "custom_field_configurations",
        CUSTOM_FIELD_CONFIGURATIONS,
        "a custom field that the office made, with the entries of a drop-down",
        "Custom Field Configurations: Read",
    ),
)
