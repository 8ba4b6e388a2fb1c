"""Everything about FieldEdge that no document establishes, in one place.

The columns of report and accounting exports: FieldEdge publishes no header of any report that is read here,
and customers arrange their reports themselves. Each field has the column that is ASSUMED for it;
`accounts[].options.columns` says otherwise for one account. A file that lacks a required column is not read
and the run says which.

The paths and shapes of what is read by id: the Open API's navigation names the operations, but of their
paths only those of leads, customer search and invoices are public, and of their bodies only leads and
customer search. `accounts[].options.paths` says otherwise for one account; an answer that does not name the
record that was asked for ends the pull.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Form = Literal["text", "moment", "day", "amount", "number", "flag"]

# Where requests go: the documents show the development host and two prefixes (`/v1` and none).
API_URL = "https://api.fieldedge.com"
TOKEN_URL = "https://fieldedge.withgobo.com/oauth/token"
PATHS = {
    "lead": "/v1/leads/{id}",  # documented
    "customer_search": "/v1/customers/search",  # documented
    "customer": "/v1/customers/{id}",
    "work_order": "/v1/workorders/{id}",
    "invoice": "/v1/invoices/{id}",  # documented
}


@dataclass(frozen=True)
class Field:
    """One field of an export: the column it is read from, and how its text is written.

    Attributes:
        required: A file without the column is not read.
        filled: A line with nothing in it is refused; such a column is required too.
    """

    name: str
    column: str
    form: Form = "text"
    required: bool = False
    filled: bool = False

    @property
    def is_needed(self) -> bool:
        return self.required or self.filled


@dataclass(frozen=True)
class Kind:
    """One kind of export file.

    Attributes:
        key: The field that names a record; records of overlapping files with one key are the same record.
        fields: What a record says of itself.
        parts: Fields that may differ between lines of one record, as the lines of an invoice do: each line
            of the file is one part, gathered under `parts_name`.
    """

    name: str
    title: str
    key: str
    fields: tuple[Field, ...]
    parts: tuple[Field, ...] = ()
    parts_name: str = ""

    @property
    def every_field(self) -> tuple[Field, ...]:
        return (*self.fields, *self.parts)


CUSTOMERS = Kind(
    "customers",
    "customer list",
    "customer_id",
    (
        Field("customer_id", "Customer ID", filled=True),
        Field("display_name", "Customer Name", required=True),
        Field("first_name", "First Name"),
        Field("last_name", "Last Name"),
        Field("company_name", "Company"),
        Field("customer_type", "Customer Type"),
        Field("phone", "Phone"),
        Field("mobile_phone", "Mobile Phone"),
        Field("other_phone", "Other Phone"),
        Field("email", "Email"),
        Field("lead_source", "Lead Source"),
        Field("is_active", "Active", "flag"),
        Field("created_at", "Created Date", "moment"),
    ),
)
LOCATIONS = Kind(
    "locations",
    "service location list",
    "location_id",
    (
        Field("location_id", "Location ID", filled=True),
        Field("customer_id", "Customer ID", filled=True),
        Field("street", "Address 1", required=True),
        Field("unit", "Address 2"),
        Field("city", "City"),
        Field("state", "State"),
        Field("postal_code", "Zip", required=True),
        Field("is_active", "Active", "flag"),
    ),
)
WORK_ORDERS = Kind(
    "work_orders",
    "work order report",
    "work_order_id",
    (
        Field("work_order_id", "Work Order ID", filled=True),
        Field("work_order_number", "Work Order #"),
        Field("status", "Status", filled=True),
        Field("customer_id", "Customer ID"),
        # Whom to search for where a report names no customer id.
        Field("customer_phone", "Customer Phone"),
        Field("customer_email", "Customer Email"),
        Field("location_id", "Location ID"),
        Field("task", "Task"),
        Field("business_unit", "Business Unit"),
        Field("lead_source", "Lead Source"),
        Field("technician", "Technician"),
        Field("description", "Description"),
        Field("created_at", "Created Date", "moment", filled=True),
        Field("scheduled_start", "Scheduled Start", "moment"),
        Field("scheduled_end", "Scheduled End", "moment"),
        Field("started_at", "Started Date", "moment"),
        Field("completed_at", "Completed Date", "moment", required=True),
        Field("canceled_at", "Canceled Date", "moment"),
        Field("subtotal", "Subtotal", "amount"),
        Field("total", "Total", "amount"),
    ),
)
INVOICES = Kind(
    "invoices",
    "invoice export from the accounting side, a line of the file for each line of an invoice",
    "invoice_id",
    (
        Field("invoice_id", "Invoice ID", filled=True),
        Field("invoice_number", "Invoice #"),
        Field("work_order_id", "Work Order ID", required=True),
        Field("customer_id", "Customer ID"),
        Field("status", "Invoice Status", filled=True),
        Field("created_at", "Invoice Created", "moment"),
        Field("invoice_date", "Invoice Date", "day", filled=True),
        Field("due_date", "Due Date", "day"),
        Field("paid_date", "Paid Date", "day"),
        Field("subtotal", "Invoice Subtotal", "amount"),
        Field("tax", "Sales Tax", "amount"),
        Field("total", "Invoice Total", "amount", filled=True),
        Field("balance", "Balance Due", "amount"),
    ),
    (
        Field("item", "Item"),
        Field("item_type", "Item Type"),
        Field("quantity", "Qty", "number"),
        Field("unit_price", "Rate", "amount"),
        Field("unit_cost", "Unit Cost", "amount"),
        Field("amount", "Amount", "amount"),
    ),
    "lines",
)
PAYMENTS = Kind(
    "payments",
    "payments report, a line of the file for each invoice that a payment pays",
    "payment_id",
    (
        Field("payment_id", "Payment ID", filled=True),
        Field("customer_id", "Customer ID"),
        Field("paid_at", "Payment Date", "moment", filled=True),
        # Entry type and payment method are columns of the report by FieldEdge's own help pages.
        Field("entry_type", "Entry Type"),
        Field("method", "Payment Method"),
        Field("status", "Payment Status", filled=True),
        Field("amount", "Payment Amount", "amount", filled=True),
    ),
    (
        Field("invoice_id", "Applied To Invoice ID"),
        Field("applied_amount", "Applied Amount", "amount"),
    ),
    "applications",
)
# Not an export: FieldEdge lists no leads, so whatever posts them must write down the ids that it is given.
LEAD_LOG = Kind(
    "lead_log",
    "list of the leads that were posted to FieldEdge",
    "lead_id",
    (
        Field("lead_id", "Lead ID", filled=True),
        Field("tracking_id", "Tracking ID", required=True),
        Field("created_at", "Created Date", "moment", filled=True),
    ),
)
KINDS = {kind.name: kind for kind in (CUSTOMERS, LOCATIONS, WORK_ORDERS, INVOICES, PAYMENTS, LEAD_LOG)}
