"""Native ids: int64, nine digits or more, out of what looks like one sequence for every kind of row."""

from __future__ import annotations

_FIRST = 100_000_000
_STRIDE = 64

# One slot per kind of row within a stride, so that no two kinds ever share an id. Append only: an insertion
# would renumber every row of a sandbox that somebody has pulled from.
_KINDS = (
    "customers",
    "customer_contacts",
    "locations",
    "location_contacts",
    "leads",
    "bookings",
    "booking_contacts",
    "calls",
    "call_reasons",
    "jobs",
    "job_types",
    "job_cancel_reasons",
    "job_canceled_logs",
    "appointments",
    "appointment_assignments",
    "estimates",
    "estimate_items",
    "invoices",
    "job_invoices",  # the empty invoice of a job that never got a filled one
    "invoice_lines",
    "payments",
    "payment_applications",
    "memberships",
    "membership_types",
    "campaigns",
    "campaign_categories",
    "campaign_costs",
    "business_units",
    "technicians",
    "employees",
    "zones",
    "skus",
    "booking_providers",
    "payment_types",
    "tax_zones",
)
_SLOTS = {kind: slot for slot, kind in enumerate(_KINDS)}


def native(kind: str, world_id: int) -> int:
    """The vendor's id of a world record; the same for the same world record, whatever was asked before."""
    return _FIRST + world_id * _STRIDE + _SLOTS[kind]


def origin(native_id: int) -> tuple[str, int]:
    """Which kind of row, and which world record, an id belongs to; the inverse of `native`."""
    world_id, slot = divmod(native_id - _FIRST, _STRIDE)
    return _KINDS[slot], world_id
