"""The operator's books, as the bookkeeper exports them: one CSV over HTTP, whole each time.

Columns are those of the project's own contract `accounting_export_v1`. Dispatch hands invoices and payments
over in a nightly batch, so the books have a document one day after dispatch; what was paid on one day is
deposited two days later, less the card processor's fee.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from importlib import import_module
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sandbox.accounts import accounts_of
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.servers.base import Access, SandboxAccount, VendorServer
from sandbox.world.calendars import DAY
from sandbox.world.model import Brand, Invoice, Payment, World

COLUMNS = (
    "brand", "kind", "number", "reference", "date", "subtotal", "tax", "total", "fee", "deposit", "status",
    "currency",
)  # fmt: skip
FILE_PATH = "/accounting_export_v1.csv"
ACCESS = Access(kind="accounting", paths={"url": FILE_PATH})
CARD_FEE_PERMILLE = 29

Row = dict[str, str]


class Books:
    """Serves the export as of the clock."""

    platform = "accounting_csv"
    kind = "accounting"

    def __init__(self, world: World, clock: Clock, faults: Faults) -> None:
        self._world = world
        self._clock = clock
        self._faults = faults
        self._dispatch: dict[str, VendorServer] = {}
        self.app = Starlette(routes=[Route(FILE_PATH, self._download)])

    def native_id(self, entity: str, world_id: int) -> str:
        """Documents are known by brand, kind and number here, not by an id of the world's."""
        raise KeyError(f"the books have no {entity}")

    def expected(self, object_name: str) -> Iterator[tuple[str, Row]]:
        """The file's rows as text by column; normalising them is the reader's business."""
        if object_name == "entries":
            yield from ((f"{row['brand']}|{row['kind']}|{row['number']}", row) for row in self.rows())

    def throttled(self, retry_after: int | None) -> Response:
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return PlainTextResponse("Too Many Requests", 429, headers)

    def rows(self) -> Iterator[Row]:
        now = self._clock.now() - self._world.days_behind * DAY
        for invoice in self._world.invoices.values():
            gone = invoice.suppressed_at is not None and invoice.suppressed_at <= self._clock.now()
            if invoice.finalized_at + DAY <= now and invoice.total_cents and not gone:
                yield from self._kept("invoice", invoice.id, self._invoice(invoice))
        deposits: dict[tuple[str, str], list[Payment]] = defaultdict(list)
        for payment in self._world.payments.values():
            if payment.paid_at + DAY <= now:
                yield from self._kept("payment", payment.id, self._payment(payment))
            if payment.amount_cents > 0 and not self._is_past(payment.voided_at):
                deposits[payment.brand_key, self._day(payment)].append(payment)
        for (brand_key, day), payments in deposits.items():
            # A day is deposited as a whole: half of it would be a deposit that differs from its payments.
            if date.fromisoformat(day) + timedelta(days=3) > self._local_date(brand_key, now):
                continue
            yield from self._kept("deposit", deposit_number(day), self._deposit(brand_key, day, payments))
        yield from self._world.book_inventions

    def _kept(self, kind: str, record: int | str, row: Row) -> Iterator[Row]:
        """The row as the books have it: an injected gap loses it or writes another amount."""
        key = (kind, record if isinstance(record, int) else f"{row['brand']}|{record}")
        if key not in self._world.book_errors:
            yield row
            return
        off = self._world.book_errors[key]
        if off is not None:
            total = money(_cents(row["total"]) + off)
            # Whoever changed the amount changed it before tax.
            yield row | {"total": total, "subtotal": row["subtotal"] and money(_cents(row["subtotal"]) + off)}

    def _invoice(self, invoice: Invoice) -> Row:
        return self._row(
            invoice.brand_key,
            "credit_memo" if invoice.total_cents < 0 else "invoice",
            invoice.number,
            self._booked_on(invoice),
            invoice.total_cents,
            reference=self._native_id(invoice.brand_key, "invoices", invoice.id),
            subtotal=money(invoice.subtotal_cents),
            tax=money(invoice.tax_cents),
            status="voided" if self._is_past(invoice.voided_at) else "posted",
        )

    def _booked_on(self, invoice: Invoice) -> str:
        days_off = self._world.book_days_off.get(invoice.id, 0)
        return (date.fromisoformat(invoice.invoiced_on) + timedelta(days=days_off)).isoformat()

    def _payment(self, payment: Payment) -> Row:
        voided = self._is_past(payment.voided_at)
        deposited = payment.amount_cents > 0 and not voided
        return self._row(
            payment.brand_key,
            "payment" if payment.amount_cents > 0 else "refund",
            f"P-{payment.id}",
            self._day(payment),
            payment.amount_cents,
            reference=self._native_id(payment.brand_key, "payments", payment.id),
            deposit=deposit_number(self._day(payment)) if deposited else "",
            status="voided" if voided else "posted",
        )

    def _deposit(self, brand_key: str, day: str, payments: list[Payment]) -> Row:
        """What the books have of the day's payments, right or wrong, less the fees."""
        errors = self._world.book_errors
        amounts = [(payment, errors.get(("payment", payment.id), 0)) for payment in payments]
        known = [(payment, payment.amount_cents + off) for payment, off in amounts if off is not None]
        fee = sum(
            payment.amount_cents * CARD_FEE_PERMILLE // 1000
            for payment, _ in known
            if payment.method == "credit_card"
        )
        total = sum(cents for _, cents in known) - fee
        deposited_on = date.fromisoformat(day) + timedelta(days=2)
        number = deposit_number(day)
        return self._row(brand_key, "deposit", number, deposited_on.isoformat(), total, fee=money(fee))

    @staticmethod
    def _row(brand_key: str, kind: str, number: str, day: str, cents: int, **more: str) -> Row:
        blank = dict.fromkeys(COLUMNS, "") | {"currency": "USD", "status": "posted"}
        known = {"brand": brand_key, "kind": kind, "number": number, "date": day, "total": money(cents)}
        return blank | known | more

    def _day(self, payment: Payment) -> str:
        return self._local_date(payment.brand_key, payment.paid_at).isoformat()

    def _local_date(self, brand_key: str, instant: int) -> date:
        brand: Brand = self._world.brands[brand_key]
        return datetime.fromtimestamp(instant, ZoneInfo(brand.timezone)).date()

    def _is_past(self, instant: int | None) -> bool:
        return instant is not None and instant <= self._clock.now()

    def _native_id(self, brand_key: str, entity: str, world_id: int) -> str:
        """What dispatch calls the document: whoever hands it over writes that down."""
        brand = self._world.brands[brand_key]
        if brand.account_id not in self._dispatch:
            account = next(one for one in accounts_of(self._world, "") if one.account_id == brand.account_id)
            package = import_module(f"sandbox.servers.{brand.platform}")
            self._dispatch[brand.account_id] = package.build(self._world, account, self._clock, self._faults)
        return self._dispatch[brand.account_id].native_id(entity, world_id)

    async def _download(self, request: Request) -> Response:
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows())
        return Response(text.getvalue(), media_type="text/csv; charset=utf-8")


def build(world: World, account: SandboxAccount, clock: Clock, faults: Faults) -> Books:
    """One export for all brands; it asks for no credentials."""
    return Books(world, clock, faults)


def deposit_number(day: str) -> str:
    """Of what was paid on one day."""
    return f"D-{day}"


def money(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _cents(text: str) -> int:
    return round(float(text) * 100)


__all__ = ["ACCESS", "COLUMNS", "FILE_PATH", "Books", "build"]
