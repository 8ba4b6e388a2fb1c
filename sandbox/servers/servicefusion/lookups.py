"""The company's own lists, to which other records refer by name."""

from __future__ import annotations

from typing import Any, NamedTuple


class Status(NamedTuple):
    """One entry of the job status list; `category` is the group that the vendor itself reports."""

    id: int
    code: str
    name: str
    category: str
    is_custom: str = "0"


# Codes, names and categories of one live company where they are known; its canceled jobs are OPEN. The codes
# of Invoiced, Paid and of the custom one are ASSUMED: integrators report the names only.
STATUSES = (
    Status(1018301541, "01_UNS", "Unscheduled", "OPEN"),
    Status(1018301542, "02_SCH", "Scheduled", "OPEN"),
    Status(1018301544, "04_DEL", "Delayed", "OPEN_ACTIVE"),
    Status(1018301545, "05_OTW", "On The Way", "OPEN_ACTIVE"),
    Status(1018301547, "07_STA", "Started", "OPEN_ACTIVE"),
    Status(1018301548, "08_PAU", "Paused", "OPEN_ACTIVE"),
    Status(1018301550, "10_CMP", "Job Fully Completed", "OPEN_ACTIVE"),
    Status(1018301551, "11_CXL", "Cancelled", "OPEN"),
    Status(1018301552, "12_CLS", "Job Closed", "CLOSED"),
    Status(1018301553, "13_BLL", "To be invoiced", "CLOSED"),
    Status(1018301554, "14_INV", "Invoiced", "CLOSED"),
    Status(1018301555, "15_PAI", "Paid", "CLOSED"),
    Status(1018301561, "C_WAIT", "Waiting on Parts", "OPEN_ACTIVE", "1"),
)
STATUS_BY_CODE = {status.code: status for status in STATUSES}

# World method -> the payment type's name.
PAYMENT_TYPES = {
    "credit_card": "Credit Card",
    "check": "Check",
    "ach": "ACH",
    "cash": "Cash",
    "consumer_financing": "Financing",
}
_PAYMENT_CODES = {"credit_card": "CC", "check": "CHECK", "ach": "ACH", "cash": "CASH"}


def job_status(status: Status) -> dict[str, Any]:
    """`is_custom` is text here and a boolean on payment types."""
    return status._asdict()


def payment_type(number: int, method: str) -> dict[str, Any]:
    code = _PAYMENT_CODES.get(method, "FIN")
    return {
        "id": number,
        "code": code,
        "short_name": PAYMENT_TYPES[method],
        "type": code,
        "is_custom": False,
    }


def payment_types() -> dict[str, dict[str, Any]]:
    rows = (payment_type(number, method) for number, method in enumerate(PAYMENT_TYPES, start=1))
    return {str(row["id"]): row for row in rows}
