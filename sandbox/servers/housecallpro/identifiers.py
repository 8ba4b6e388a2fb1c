"""Native ids: a prefix by entity and 32 lowercase hex digits, derived from account and world id."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from uuid import UUID

# The estimate is `csr_` and its option `est_`, which misleads everybody once.
PREFIXES = {
    "customers": "cus_",
    "locations": "adr_",
    "jobs": "job_",
    "appointments": "appt_",
    "technicians": "pro_",
    "estimates": "csr_",
    "estimate_options": "est_",
    "leads": "lea_",
    "invoices": "invoice_",
    "invoice_lines": "invitm_",
    "invoice_taxes": "invtax_",
    "discounts": "invdsc_",
    "payments": "invpay_",
    # ASSUMED: no capture shows the prefix of a refund.
    "refunds": "invref_",
    "notes": "nte_",
}


@lru_cache(maxsize=200_000)
def native_id(account_id: str, entity: str, *parts: int | str) -> str:
    """The id of one record; entities without a known prefix (company, zones, job types) have plain UUIDs."""
    digest = blake2b(
        "|".join((account_id, entity, *map(str, parts))).encode(), digest_size=16, usedforsecurity=False
    ).hexdigest()
    prefix = PREFIXES.get(entity)
    return f"{prefix}{digest}" if prefix else str(UUID(digest))
