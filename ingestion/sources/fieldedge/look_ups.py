"""Records that are asked for by id, because FieldEdge lists none: which ids are known, and which are due.

Ids come from the exports, from the list of posted leads, and from what earlier pulls asked for. Asking costs
a request each, so a record is read when its id is new, when the exports say something new of it (or stop
naming it), and every `refresh_days`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, cast

import msgspec

from ingestion.http import UnexpectedAnswer
from ingestion.pull import heads
from ingestion.records import head_reader
from ingestion.sources.fieldedge.documents import Record
from ingestion.sources.fieldedge.drop import Drop, Known
from ingestion.sources.fieldedge.exports import dropped
from ingestion.spec import Page, PullContext, PullFunction, RowReader, utc_now

if TYPE_CHECKING:
    from ingestion.sources.fieldedge.connection import Options, TenantClient

_DIGITS = 8


@dataclass(frozen=True)
class Question:
    """One record to ask for.

    Attributes:
        subject: What the answer is remembered by.
        said: What is known of it, in short; when that changes, it is asked for again.
        search: Instead of an id, what to search customers by.
        is_open: Ask with every pull.
    """

    subject: str
    said: str
    search: Mapping[str, str] | None = None
    is_open: bool = False


Questions = Callable[[Drop, "Options"], Iterable[Question]]


def record_at(id_name: str) -> RowReader:
    """A reader of the answer about one record, `{"data": {…}}`, and of a search, `{"customers": [{…}]}`.

    The envelope is documented for leads and for search, ASSUMED for the rest: any other is an error.
    """
    decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode

    def rows(body: bytes) -> Sequence[msgspec.Raw]:
        members = decode(body)
        if "customers" in members:
            return msgspec.json.decode(members["customers"], type=list[msgspec.Raw])  # type: ignore[no-any-return]
        if "data" in members:
            return [members["data"]]
        if id_name in members:
            return [msgspec.Raw(body)]
        raise msgspec.DecodeError(f"neither data nor {id_name} in it, but {', '.join(members) or 'nothing'}")

    return rows


def looked_up(record: str, questions: Questions) -> PullFunction:
    """Ask for every record that is due, one request each."""

    def pull(context: PullContext) -> Iterator[Page]:
        options: Options = context.options
        remembered: dict[str, list[str]] = dict(context.state.get("asked", {}))
        today = context.started_at.date()
        for question in _due(questions(dropped(context), options), remembered, today, options.refresh_days):
            yield _answer(context, record, question)
            remembered[question.subject] = [question.said, today.isoformat()]
            context.save(asked=remembered)
        context.save(asked=remembered)

    return pull


def _due(
    questions: Iterable[Question], remembered: Mapping[str, list[str]], today: date, refresh_days: int
) -> Iterator[Question]:
    stale_since = (today - timedelta(days=refresh_days)).isoformat()
    named: set[str] = set()
    for question in questions:
        named.add(question.subject)
        said, asked_on = remembered.get(question.subject, ("", ""))
        if question.is_open or said != question.said or asked_on <= stale_since:
            yield question
    for subject, (said, asked_on) in list(remembered.items()):
        # An id that only earlier pulls knew; a search was for somebody whom the exports name by id now.
        if subject not in named and ":" not in subject and asked_on <= stale_since:
            yield Question(subject, said)


def _answer(context: PullContext, record: str, question: Question) -> Page:
    """204 means that there is no such record: then a page of our own says so in its place.

    Raises:
        UnexpectedAnswer: the answer is about another record, or about none that can be recognised.
    """
    client = cast("TenantClient", context.client)
    if question.search:
        page = client.get(client.path_of("customer_search"), question.search, expect="text")
        return page if page.body else Page(page.request, b'{"customers":[]}', page.fetched_at)
    id_name = context.object.key[0]
    page = client.get(client.path_of(record, question.subject), expect="text")
    if not page.body:
        gone = {"data": {id_name: question.subject, "notFound": True}}
        return Page(page.request, msgspec.json.encode(gone), page.fetched_at)
    read_head = head_reader(context.object.key, None)
    named = [native_id for native_id, _ in heads(context.object.rows(page.body), read_head)]
    if named != [question.subject]:
        raise UnexpectedAnswer(
            f"account {context.account.account_id!r} (fieldedge): asked for {record} {question.subject}, the "
            f"answer is about {', '.join(named) or 'none that has an id'}. Its path or shape is assumed: "
            "see options.paths and docs/how-to/connect-fieldedge.md."
        )
    return page


def known_leads(drop: Drop, options: Options) -> Iterator[Question]:
    newest = drop.newest_at or utc_now()
    young_since = (newest - timedelta(days=options.lead_days)).replace(tzinfo=None)
    for lead_id, known in drop.known("lead_log").items():
        is_young = datetime.fromisoformat(known.record["created_at"]) >= young_since
        yield Question(lead_id, _said(known), is_open=is_young)


def known_work_orders(drop: Drop, options: Options) -> Iterator[Question]:
    work_orders, invoices = drop.known("work_orders"), _invoices_by_work_order(drop)
    for native_id in sorted(work_orders.keys() | invoices.keys()):
        yield Question(native_id, _said(work_orders.get(native_id), *invoices.get(native_id, ())))


def known_invoices(drop: Drop, options: Options) -> Iterator[Question]:
    """An invoice has its work order's id, so any work order may have one, exported or not."""
    return known_work_orders(drop, options)


def known_customers(drop: Drop, options: Options) -> Iterator[Question]:
    customers = drop.known("customers")
    named = {
        known.record["customer_id"]
        for kind in ("locations", "work_orders", "invoices", "payments")
        for known in drop.known(kind).values()
    }
    for native_id in sorted((customers.keys() | named) - {None}):
        yield Question(native_id, _said(customers.get(native_id)))
    yield from _searches(known.record for known in drop.known("work_orders").values())


def _searches(work_orders: Iterable[Record]) -> Iterator[Question]:
    """For work orders whose report names no customer: search by phone, or by e-mail where there is none."""
    seen: set[str] = set()
    for record in work_orders:
        if record["customer_id"] is not None:
            continue
        phone, email = e164(record["customer_phone"]), record["customer_email"]
        search = {"phone": phone} if phone else {"email": email} if email else None
        if search:
            subject = ":".join(*search.items())
            if subject not in seen:
                seen.add(subject)
                yield Question(subject, "", search=search)


def e164(phone: str | None) -> str | None:
    """A number of the North American plan as search wants it; None for what cannot be one."""
    digits = "".join(character for character in phone or "" if character.isdigit())
    if len(digits) == 11 and digits.startswith("1"):
        digits = digits[1:]
    return f"+1{digits}" if len(digits) == 10 else None


def _invoices_by_work_order(drop: Drop) -> dict[str, list[Known]]:
    found: dict[str, list[Known]] = {}
    for known in drop.known("invoices").values():
        if known.record["work_order_id"]:
            found.setdefault(known.record["work_order_id"], []).append(known)
    return found


def _said(*records: Known | None) -> str:
    """A digest of what the exports say of something, and of whether the newest ones still say it."""
    digest = hashlib.sha256()
    for known in records:
        if known is not None:
            digest.update(msgspec.json.encode([known.record, known.is_current]))
    return digest.hexdigest()[:_DIGITS]
