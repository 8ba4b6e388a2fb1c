"""What is asked of each list: fields, page sizes, filters. One unknown field refuses a query whole.

A page of n rows asks in advance for n times the points of one row, nested lists for their own size on top of
that, and 10,000 is all that ever fits. The sizes here stay below half of it (`tests/sources/test_jobber.py`
holds this), because the bucket is shared with nobody but never quite full while we read.

Left out on purpose: `balance` of a client (it changes without moving `updatedAt`), `sourceAttribution` (its
type is not established), `jobCosting` (needs a plan), `totalCount` inside loops (throttled sooner).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ingestion.sources.jobber.answers import PART

LARGEST_PAGE = 100
_PAGE_INFO = "pageInfo { hasNextPage endCursor }"
_CUSTOM_FIELDS = (
    "customFields { ... on CustomFieldText { label valueText } "
    "... on CustomFieldDropdown { label valueDropdown } }"
)


@dataclass(frozen=True)
class Nested:
    """A list inside a row. `first` is enough for nearly all rows; the others are asked for again, alone."""

    name: str
    fields: str
    first: int

    def text(self, first: int, after: str | None = None, part: int = 1) -> str:
        name = self.name if part == 1 else f"{self.name}{PART}{part}: {self.name}"
        start = "" if after is None else f', after: "{after}"'
        return f"{name}(first: {first}{start}) {{ nodes {{ {self.fields} }} {_PAGE_INFO} }}"


@dataclass(frozen=True)
class Question:
    """One root list.

    Attributes:
        root: Name of the list.
        single: Name of the field that reads one record by id, for lists with nested ones.
        fields: What is read of a row, one selection each, beginning with the name of the field.
        filter_type: The type of the list's filter.
        page_size: Rows of a page.
        order: The list's `sort`, where it needs one.
        has_updates: The filter knows `updatedAt`.
        open_statuses: Rows with these change by themselves, with the calendar, and move no `updatedAt`.
    """

    root: str
    fields: tuple[str, ...]
    page_size: int = LARGEST_PAGE
    single: str | None = None
    nested: tuple[Nested, ...] = ()
    filter_type: str | None = None
    order: str | None = None
    has_updates: bool = False
    open_statuses: tuple[str, ...] = ()

    def page(self, left_out: Collection[str] = (), *, with_total: bool = False) -> str:
        """The query of one page; variables `first`, `after` and, where there is one, `filter`."""
        variables, arguments = "$first: Int!, $after: String", "first: $first, after: $after"
        if self.filter_type:
            variables += f", $filter: {self.filter_type}"
            arguments += ", filter: $filter"
        if self.order:
            arguments += f", sort: {self.order}"
        total = " totalCount" if with_total else ""
        nested = [each.text(each.first) for each in self.nested if each.name not in left_out]
        row = " ".join((*self._fields(left_out), *nested))
        return (
            f"query ({variables}) {{ {self.root}({arguments}) {{ nodes {{ {row} }} {_PAGE_INFO}{total} }} }}"
        )

    def whole(self, left_out: Collection[str], parts: Sequence[Sequence[str]]) -> str:
        """The query of one record (`$id`), its nested lists complete.

        Args:
            left_out: Fields not to ask for.
            parts: For each nested list the cursors at which its second, third, … hundred begin.
        """
        nested = []
        for each, cursors in zip(self.nested, parts, strict=True):
            if each.name not in left_out:
                nested.append(each.text(LARGEST_PAGE))
                nested += [
                    each.text(LARGEST_PAGE, after, number) for number, after in enumerate(cursors, start=2)
                ]
        row = " ".join((*self._fields(left_out), *nested))
        return f"query ($id: EncodedId!) {{ {self.single}(id: $id) {{ {row} }} }}"

    def count(self) -> str:
        return f"query {{ {self.root}(first: 1) {{ totalCount }} }}"

    def _fields(self, left_out: Collection[str]) -> list[str]:
        return [text for text in self.fields if text.split()[0] not in left_out]


_TIMES = ("jobberWebUri", "createdAt", "updatedAt")

CLIENTS = Question(
    "clients",
    (
        *("id", "name", "firstName", "lastName", "companyName", "isCompany", "isLead", "isArchived"),
        "leadSource",
        "emails { id address description primary }",
        "phones { id number normalizedPhoneNumber description primary }",
        _CUSTOM_FIELDS,
        *_TIMES,
    ),
    filter_type="ClientFilterAttributes",
    has_updates=True,
)
# Only who changed, to look at their properties.
CLIENT_IDS = Question("clients", ("id", "updatedAt"), filter_type="ClientFilterAttributes", has_updates=True)
PROPERTIES = Question(
    "properties",
    (
        "id",
        "client { id }",
        "address { street1 street2 city province postalCode country }",
        "jobberWebUri",
    ),
    filter_type="PropertiesFilterAttributes",
)
REQUESTS = Question(
    "requests",
    (
        *("id", "title", "source", "requestStatus", "companyName", "contactName", "email", "phone"),
        *("client { id }", "property { id }", "assessment { startAt endAt isComplete }"),
        *_TIMES,
    ),
    filter_type="RequestFilterAttributes",
    has_updates=True,
    open_statuses=("upcoming", "today", "overdue"),
)
QUOTES = Question(
    "quotes",
    (
        *("id", "quoteNumber", "quoteStatus", "title", "sentAt"),
        *("client { id }", "property { id }", "request { id }"),
        "lastTransitioned { approvedAt convertedAt }",
        "amounts { subtotal discountAmount taxAmount total depositAmount }",
        *_TIMES,
    ),
    page_size=40,
    single="quote",
    nested=(Nested("lineItems", "id name quantity unitPrice totalPrice optional", first=10),),
    filter_type="QuoteFilterAttributes",
    has_updates=True,
)
JOBS = Question(
    "jobs",
    (
        *("id", "jobNumber", "title", "jobStatus", "jobType", "total", "startAt", "endAt", "completedAt"),
        *("client { id }", "property { id }", "quote { id }", "request { id }"),
        _CUSTOM_FIELDS,
        *_TIMES,
    ),
    page_size=40,
    single="job",
    nested=(
        Nested(
            "visits",
            "id visitStatus startAt endAt allDay isComplete completedAt createdAt "
            # Who leads the visit is enough; a crew beyond five is not completed.
            "assignedUsers(first: 5) { nodes { id } }",
            first=5,
        ),
    ),
    filter_type="JobFilterAttributes",
    order="[{key: UPDATED_AT, direction: DESCENDING}]",
    open_statuses=(
        *("unscheduled", "upcoming", "today", "late", "active"),
        *("expiring_within_30_days", "action_required", "requires_invoicing"),
    ),
)
INVOICES = Question(
    "invoices",
    (
        *("id", "invoiceNumber", "invoiceStatus", "subject", "issuedDate", "dueDate", "receivedDate"),
        "client { id }",
        "amounts { subtotal discountAmount taxAmount total depositAmount paymentsTotal tipsTotal"
        " invoiceBalance }",
        *_TIMES,
    ),
    page_size=40,
    single="invoice",
    nested=(
        Nested("jobs", "id", first=5),
        # An invoice shows its closed jobs here, and no longer under jobs.
        Nested("archivedJobs", "id", first=5),
        Nested("lineItems", "id name category quantity unitPrice totalPrice", first=10),
    ),
    filter_type="InvoiceFilterAttributes",
    has_updates=True,
    open_statuses=("draft", "awaiting_payment", "past_due"),
)
PAYMENT_RECORDS = Question(
    "paymentRecords",
    (
        *("__typename", "id", "amount", "adjustmentType", "paymentType", "entryDate", "details"),
        *("client { id }", "invoice { id }", "quote { id }"),
        "... on CheckPaymentRecord { checkNumber }",
        "... on JobberPaymentsCreditCardPaymentRecord { transactionStatus tipAmount feeAmount }",
        "... on JobberPaymentsACHPaymentRecord { transactionStatus tipAmount feeAmount }",
        "... on JobberPaymentsRefundPaymentRecord"
        " { transactionStatus tipAmount feeAmount refundedPaymentRecord { id } }",
    ),
    filter_type="PaymentRecordFilterAttributes",
)
USERS = Question(
    "users",
    ("id", "name { first last full }", "email { raw }", "status", "isAccountAdmin", "isAccountOwner"),
)
CUSTOM_FIELD_CONFIGURATIONS = Question(
    "customFieldConfigurations",
    (
        "__typename",
        "... on CustomFieldConfigurationInterface { id name appliesTo valueType }",
        "... on CustomFieldConfigurationDropdown { dropdownOptions }",
    ),
)
ACCOUNT = "query { account { id name createdAt } }"
