"""pseudopeople's households as an operator meets them: calls, forms, bookings and the records these leave.

Names and addresses, with their errors, and who lives with whom come from the simulation. What it does not
have is added here, independently of how the warehouse resolves: phones and e-mails of each adult, lines and
mailboxes that a family or a property manager shares, units left out, calls without a name, households that
move and others that move in behind them. The shares below describe the trade, and no rule reads them.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.identity_conformed import Account, LabelledRecords, Row

DISPATCH = (
    Account("dispatch_one", "dispatch-a", "cedar-ridge"),
    Account("dispatch_two", "dispatch-b", "bluebird"),
)
CRM = Account("crm", "crm", None)
OFFICE_PHONE = "+16155550199"
MAIL_HOSTS = ("gmail.com", "yahoo.com", "outlook.com", "icloud.com", "comcast.net")
STARTS_AT = datetime(2023, 1, 1)
DAYS = 1095

SHARE = {
    "is_customer": 0.93,
    "landline": 0.15,
    "no_email": 0.25,
    "family_email": 0.12,
    "managed": 0.03,
    "moves": 0.08,
    "second_adult_asks": 0.35,
    "by_call": 0.6,
    "nameless_call": 0.25,
    "street_on_form": 0.55,
    "unit_left_out": 0.2,
    "wrong_digit": 0.01,
    "booked": 0.6,
    "record_found_again": 0.8,
    "other_account": 0.12,
    "call_names_customer": 0.6,
    "crm_learns_job": 0.7,
}
MANAGED_HOMES = 25


@dataclass
class Adult:
    """One simulant; `seen` are the names and addresses that forms and agents typed."""

    id: str
    seen: list[Row] = field(default_factory=list)
    phone: str = ""
    email: str | None = None


@dataclass
class Family:
    """One simulated household; `homes` are addresses as typed, with the day from which each holds."""

    id: str
    adults: list[Adult]
    landline: str | None = None
    manager_phone: str | None = None
    homes: list[tuple[int, list[Row]]] = field(default_factory=list)
    customers: dict[str, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))


class Operator:
    """Writes down what happens; every draw comes from one generator, so a seed gives one data set."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.records = LabelledRecords()
        self.records.operator["accounts"] = [
            {
                "account_id": a.account_id,
                "platform": a.platform,
                "brand_key": a.brand_key,
                "timezone": "America/Chicago",
            }
            for a in (*DISPATCH, CRM)
        ]
        self.records.operator["brand_phones"] = [{"brand_key": "cedar-ridge", "phone": OFFICE_PHONE}]
        self.count = 0

    def happens(self, share: str) -> bool:
        return self.random.random() < SHARE[share]

    def number(self) -> str:
        self.count += 1
        return str(self.count)

    def phone(self) -> str:
        area, exchange = self.random.choice((615, 629, 931)), self.random.randint(200, 999)
        return f"{area}{exchange}{self.random.randint(0, 9999):04}"

    def settle(self, families: list[Family]) -> None:
        """Give everybody phones and mailboxes, and move some households into homes that others left."""
        manager_phone = ""
        managed = 0
        for family in families:
            if self.happens("landline"):
                family.landline = self.phone()
            if self.happens("managed"):
                if managed % MANAGED_HOMES == 0:
                    manager_phone = self.phone()
                managed += 1
                family.manager_phone = manager_phone
            shared = self.email(family.adults[0]) if self.happens("family_email") else None
            for adult in family.adults:
                adult.phone = self.phone()
                adult.email = shared or (None if self.happens("no_email") else self.email(adult))
            family.homes = [(0, [row for adult in family.adults for row in adult.seen])]
        movers = [family for family in families if self.happens("moves")]
        for family, next_family in zip(movers[::2], movers[1::2], strict=False):
            day = self.random.randint(DAYS // 4, 3 * DAYS // 4)
            left = family.homes[0][1]
            family.homes.append((day, next_family.homes[0][1]))
            next_family.homes.append((day, left))

    def email(self, adult: Adult) -> str:
        first, last = (
            str(adult.seen[0][part] or "x").lower().replace(" ", "") for part in ("first_name", "last_name")
        )
        local = self.random.choice(
            (f"{first}.{last}", f"{first[0]}{last}", f"{first}{last[0]}", f"{last}{first}")
        )
        return f"{local}{self.random.randint(1, 999)}@{self.random.choice(MAIL_HOSTS)}"

    def requests(self, family: Family) -> None:
        """One to six requests over the years, the first adult's or another's."""
        days = sorted(
            self.random.randint(0, DAYS) for _ in range(1 + min(5, int(self.random.expovariate(0.8))))
        )
        for day in days:
            others = family.adults[1:]
            adult = (
                self.random.choice(others)
                if others and self.happens("second_adult_asks")
                else family.adults[0]
            )
            self.request(family, adult, day)

    def request(self, family: Family, adult: Adult, day: int) -> None:
        at = STARTS_AT + timedelta(days=day, seconds=self.random.randint(8 * 3600, 20 * 3600))
        account = DISPATCH[1] if self.happens("other_account") else DISPATCH[0]
        phone = family.landline if family.landline and self.random.random() < 0.3 else adult.phone
        if self.happens("wrong_digit"):
            phone = phone[:-1] + str(self.random.randint(0, 9))
        by_call = self.happens("by_call")
        customer = self.booked(account, family, adult, phone, day, at) if self.happens("booked") else None
        job = None
        if customer:
            job = account.row("job", self.number(), at + timedelta(minutes=10))
            done = at + timedelta(days=self.random.randint(0, 20))
            job |= {
                "customer_key": customer,
                "job_status": "completed",
                "booked_at": at,
                "completed_at": done,
            }
            self.records.add("jobs", job)
        call_key = self.call(account, phone, at, customer) if by_call else None
        self.lead(family, adult, phone, day, at, call_key, job["native_id"] if job else None, account)

    def booked(
        self, account: Account, family: Family, adult: Adult, phone: str, day: int, at: datetime
    ) -> str:
        """The customer record that the job is booked on: found again, or typed anew."""
        home, typed = max((day_from, rows) for day_from, rows in family.homes if day_from <= day)
        known = family.customers[account.account_id]
        if known and self.happens("record_found_again"):
            key, lived_since = self.random.choice(known)
            if lived_since != home:
                known.append((key, home))
                self.add_location(account, key, self.place(typed), at)
            return key
        phones = [phone] + ([family.manager_phone] if family.manager_phone else [])
        key = self.records.add_customer(
            account, self.number(), at, self.name(adult), phones, (adult.email,), (self.place(typed),)
        )
        known.append((key, home))
        self.label(key, family, adult)
        return key

    def add_location(self, account: Account, customer_key: str, place: Row, at: datetime) -> None:
        location = account.row("location", self.number(), at)
        self.records.add("locations", location | {"customer_key": customer_key, "is_active": True} | place)

    def call(self, account: Account, phone: str, at: datetime, customer: str | None) -> str:
        call = account.row("call", self.number(), at)
        named = customer if customer and self.happens("call_names_customer") else None
        call |= {"direction": "inbound", "from_phone": phone, "to_phone": OFFICE_PHONE, "started_at": at}
        self.records.add("calls", call | {"customer_key": named})
        return call["call_key"]

    def lead(
        self,
        family: Family,
        adult: Adult,
        phone: str,
        day: int,
        at: datetime,
        call_key: str | None,
        job_id: str | None,
        account: Account,
    ) -> None:
        lead = CRM.row("lead", self.number(), at)
        lead |= {"lead_kind": "call" if call_key else "form", "lead_status": "open", "occurred_at": at}
        lead |= {"brand_key": account.brand_key, "phone": phone, "call_key": call_key}
        if not (call_key and self.happens("nameless_call")):
            lead |= self.name(adult)
            if not call_key:
                lead["email"] = adult.email
                if self.happens("street_on_form"):
                    _, typed = max((since, rows) for since, rows in family.homes if since <= day)
                    lead |= self.place(typed)
        lead["job_native_id"] = job_id if job_id and self.happens("crm_learns_job") else None
        self.records.add("leads", lead)
        self.label(lead["lead_key"], family, adult)

    def name(self, adult: Adult) -> Row:
        seen = self.random.choice(adult.seen)
        parts = {"first_name": seen["first_name"], "last_name": seen["last_name"]}
        return parts | {"full_name": " ".join(filter(None, parts.values())) or None}

    def place(self, typed: list[Row]) -> Row:
        seen = self.random.choice(typed)
        unit = None if self.happens("unit_left_out") else seen["unit_number"]
        street = " ".join(filter(None, (seen["street_number"], seen["street_name"]))) or None
        return {"street": street, "unit": unit, "city": "Anytown", "state": "WA", "postal_code": "00000"}

    def label(self, key: str, family: Family, adult: Adult) -> None:
        self.records.truth.append({"record_key": key, "household": family.id, "person": adult.id})


def population_records(source: Path, seed: int) -> LabelledRecords:
    """The operator's records of the people in the Parquet file that `rivals/sources.py` wrote."""
    adults: dict[str, dict[str, Adult]] = defaultdict(dict)
    for row in pq.read_table(source).to_pylist():
        adult = adults[row["household_id"]].setdefault(row["simulant_id"], Adult(row["simulant_id"]))
        adult.seen.append(row)
    operator = Operator(seed)
    families = [Family(key, list(members.values())) for key, members in sorted(adults.items())]
    operator.settle(families)
    for family in families:
        if operator.happens("is_customer"):
            operator.requests(family)
    return operator.records
