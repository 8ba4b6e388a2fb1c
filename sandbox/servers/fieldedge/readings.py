"""What a perfect reader makes of the exports: each record once, as the newest export that has it says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.servers.fieldedge.exports import Row

_MONEY = frozenset(
    {
        "Subtotal", "Total", "Invoice Subtotal", "Sales Tax", "Invoice Total", "Balance Due", "Rate",
        "Unit Cost", "Amount", "Payment Amount", "Applied Amount",
    }
)  # fmt: skip
_MOMENTS = frozenset(
    {
        "Created Date", "Invoice Created", "Payment Date", "Started Date", "Completed Date", "Canceled Date",
        "Scheduled Start", "Scheduled End",
    }
)  # fmt: skip
_DAYS = frozenset({"Invoice Date", "Due Date", "Paid Date"})


@dataclass(frozen=True)
class Reading:
    """How one export is read: field -> column, for records and for the parts of which each is a line."""

    export: str
    columns: dict[str, str]
    parts: dict[str, str] | None = None
    parts_name: str = ""

    def records(self, rows: Iterable[Row]) -> Iterator[tuple[str, dict[str, Any]]]:
        """(key, record); the key is the first column."""
        key_column = next(iter(self.columns.values()))
        by_key: dict[str, list[Row]] = {}
        for row in rows:
            by_key.setdefault(row[key_column], []).append(row)
        for key, same in by_key.items():
            yield key, self._record(same)

    def _record(self, same: list[Row]) -> dict[str, Any]:
        record = values(same[0], self.columns)
        if self.parts is None:
            return record | {"as_written": same[0]}
        parts = [values(row, self.parts) for row in same]
        filled = [part for part in parts if any(part.values())]
        return record | {self.parts_name: filled, "as_written": same}


READINGS = {
    "exported_customers": Reading(
        "customers",
        {
            "customer_id": "Customer ID",
            "display_name": "Customer Name",
            "first_name": "First Name",
            "last_name": "Last Name",
            "company_name": "Company",
            "customer_type": "Customer Type",
            "phone": "Phone",
            "mobile_phone": "Mobile Phone",
            "other_phone": "Other Phone",
            "email": "Email",
            "lead_source": "Lead Source",
            "is_active": "Active",
            "created_at": "Created Date",
        },
    ),
    "exported_locations": Reading(
        "locations",
        {
            "location_id": "Location ID",
            "customer_id": "Customer ID",
            "street": "Address 1",
            "unit": "Address 2",
            "city": "City",
            "state": "State",
            "postal_code": "Zip",
            "is_active": "Active",
        },
    ),
    "exported_work_orders": Reading(
        "work-orders",
        {
            "work_order_id": "Work Order ID",
            "work_order_number": "Work Order #",
            "status": "Status",
            "customer_id": "Customer ID",
            "customer_phone": "Customer Phone",
            "customer_email": "Customer Email",
            "location_id": "Location ID",
            "task": "Task",
            "business_unit": "Business Unit",
            "lead_source": "Lead Source",
            "technician": "Technician",
            "description": "Description",
            "created_at": "Created Date",
            "scheduled_start": "Scheduled Start",
            "scheduled_end": "Scheduled End",
            "started_at": "Started Date",
            "completed_at": "Completed Date",
            "canceled_at": "Canceled Date",
            "subtotal": "Subtotal",
            "total": "Total",
        },
    ),
    "exported_invoices": Reading(
        "invoices",
        {
            "invoice_id": "Invoice ID",
            "invoice_number": "Invoice #",
            "work_order_id": "Work Order ID",
            "customer_id": "Customer ID",
            "status": "Invoice Status",
            "created_at": "Invoice Created",
            "invoice_date": "Invoice Date",
            "due_date": "Due Date",
            "paid_date": "Paid Date",
            "subtotal": "Invoice Subtotal",
            "tax": "Sales Tax",
            "total": "Invoice Total",
            "balance": "Balance Due",
        },
        {
            "item": "Item",
            "item_type": "Item Type",
            "quantity": "Qty",
            "unit_price": "Rate",
            "unit_cost": "Unit Cost",
            "amount": "Amount",
        },
        "lines",
    ),
    "exported_payments": Reading(
        "payments",
        {
            "payment_id": "Payment ID",
            "customer_id": "Customer ID",
            "paid_at": "Payment Date",
            "entry_type": "Entry Type",
            "method": "Payment Method",
            "status": "Payment Status",
            "amount": "Payment Amount",
        },
        {"invoice_id": "Applied To Invoice ID", "applied_amount": "Applied Amount"},
        "applications",
    ),
    "posted_leads": Reading(
        "lead-log", {"lead_id": "Lead ID", "tracking_id": "Tracking ID", "created_at": "Created Date"}
    ),
}


def values(row: Row, columns: dict[str, str]) -> dict[str, str | None]:
    return {field: value(column, row.get(column, "")) for field, column in columns.items()}


def value(column: str, text: str) -> str | None:
    """Amounts undressed, local times in ISO 8601, yes and no as true and false."""
    if not text:
        return None
    if column in _MONEY:
        return text.replace("$", "").replace(",", "")
    if column in _MOMENTS:
        return datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p").isoformat()
    if column in _DAYS:
        return datetime.strptime(text, "%m/%d/%Y").date().isoformat()
    return {"Yes": "true", "No": "false"}.get(text, text) if column == "Active" else text
