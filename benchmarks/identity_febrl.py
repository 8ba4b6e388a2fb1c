"""FEBRL 1-4 as customers of one account.

The file has no phone: the social security number, the one identifier that is meant to be unique, stands in
its place (area code 615, its seven digits). Dates of birth have no place on a customer record here, so the
warehouse does not see them; the rivals are measured without and with them.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.identity_conformed import Account, LabelledRecords

ACCOUNT = Account("dispatch_one", "dispatch-a", "cedar-ridge")
AT = datetime(2026, 1, 10)


def febrl_records(source: Path) -> LabelledRecords:
    """One of the four sets, from the Parquet file that `rivals/sources.py` wrote."""
    records = LabelledRecords()
    records.operator["accounts"] = [
        {"account_id": ACCOUNT.account_id, "platform": ACCOUNT.platform, "brand_key": ACCOUNT.brand_key}
    ]
    for row in pq.read_table(source).to_pylist():
        name = {"first_name": row["given_name"], "last_name": row["surname"]}
        name["full_name"] = " ".join(filter(None, name.values())) or None
        street = " ".join(filter(None, (row["street_number"], row["address_1"]))) or None
        place = {
            "street": street,
            "unit": row["address_2"],
            "city": row["suburb"],
            "state": row["state"],
            "postal_code": row["postcode"],
        }
        phone = f"615{row['soc_sec_id']}" if row["soc_sec_id"] else None
        key = records.add_customer(ACCOUNT, row["rec_id"], AT, name, phones=(phone,), places=(place,))
        records.truth.append({"record_key": key, "household": row["entity"], "person": row["entity"]})
    return records


def birth_dates(source: Path) -> dict[str, str | None]:
    """Date of birth by record key, for the rivals."""
    table = pq.read_table(source, columns=["rec_id", "date_of_birth"])
    return {ACCOUNT.key("customer", row["rec_id"]): row["date_of_birth"] for row in table.to_pylist()}
