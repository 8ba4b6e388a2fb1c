"""Gaps between dispatch and the books: documents that one side lacks, or has with another amount."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from sandbox.gaps.scene import Places, Scene, Spot, Worth
from sandbox.world.model import Invoice, Payment

_MORE_THAN_A_TAX_ROUNDING = 100


class BookGaps:
    """Where the books can go wrong; nowhere if the operator exports none."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._world = scene.world
        self.places: dict[str, Places] = {
            "invoice_missing_in_books": lambda: self._invoices(self._lose),
            "invoice_differs_from_books": lambda: self._invoices(self._change),
            "payment_missing_in_books": lambda: self._payments(self._lose_payment),
            "payment_differs_from_books": lambda: self._payments(self._change_payment),
            "book_entry_unknown_to_dispatch": self._numbers,
            "deposit_differs_from_payments": lambda: self._deposits(3, self._short),
            "deposit_missing_in_books": lambda: self._deposits(5, self._lose_deposit),
            "document_twice_in_books": lambda: self._entries("-2", self._enter_again),
            "document_dated_differently_in_books": lambda: self._entries("", self._misdate),
        }

    def _invoices(self, error: Callable[[Invoice], Callable[[Random], Worth]]) -> Iterator[Spot]:
        for invoice in self._world.invoices.values():
            booked = self._scene.is_ripe(invoice.finalized_at) and invoice.total_cents > 0
            if self._scene.account_of_kind("accounting") and booked and self._scene.is_whole(invoice):
                account = self._scene.account(invoice.brand_key)
                yield Spot(account, "invoice", "invoices", invoice.id, error(invoice))

    def _lose(self, invoice: Invoice) -> Callable[[Random], Worth]:
        def apply(_: Random) -> Worth:
            self._world.book_errors["invoice", invoice.id] = None
            return lambda: invoice.total_cents

        return apply

    def _change(self, invoice: Invoice) -> Callable[[Random], Worth]:
        def apply(rng: Random) -> Worth:
            off = self._amount(rng)
            self._world.book_errors["invoice", invoice.id] = off
            return lambda: abs(off)

        return apply

    def _payments(self, error: Callable[[Payment], Callable[[Random], Worth]]) -> Iterator[Spot]:
        refunded = self._scene.refunded()
        for payment in self._world.payments.values():
            stands = payment.amount_cents > 0 and payment.voided_at is None and payment.id not in refunded
            ripe = self._scene.is_ripe(payment.paid_at) and self._scene.is_fresh("payment", payment.id)
            deposit = ("deposit", f"{payment.brand_key}|{self._deposit(payment)}")
            fresh = deposit not in self._world.book_errors and self._is_whole(payment)
            if self._scene.account_of_kind("accounting") and stands and ripe and fresh:
                account = self._scene.account(payment.brand_key)
                yield Spot(account, "payment", "payments", payment.id, error(payment))

    def _is_whole(self, payment: Payment) -> bool:
        return all(
            self._scene.is_whole(self._world.invoices[invoice_id]) for invoice_id, _ in payment.applied
        )

    def _lose_payment(self, payment: Payment) -> Callable[[Random], Worth]:
        """Nor is it in its deposit: the bank never saw it."""

        def apply(_: Random) -> Worth:
            self._world.book_errors["payment", payment.id] = None
            return lambda: payment.amount_cents

        return apply

    def _change_payment(self, payment: Payment) -> Callable[[Random], Worth]:
        def apply(rng: Random) -> Worth:
            off = abs(self._amount(rng))
            self._world.book_errors["payment", payment.id] = off
            return lambda: off

        return apply

    def _numbers(self) -> Iterator[Spot]:
        """Somebody writes an invoice by hand in the books, and dispatch never hears of it."""
        books = self._scene.account_of_kind("accounting")
        brands = list(self._world.brands) if books is not None else []
        for number in range(1, 30):
            for brand_key in brands:
                key = f"{brand_key}|invoice|MANUAL-{number}"
                if ("entry", key) not in self._scene.spoilt:
                    yield Spot(books or "", "entry", None, key, self._invent(brand_key, f"MANUAL-{number}"))

    def _invent(self, brand_key: str, number: str) -> Callable[[Random], Worth]:
        def apply(rng: Random) -> Worth:
            cents = rng.randrange(5_000, 90_000)
            text = _text(cents)
            row = {
                "brand": brand_key,
                "kind": "invoice",
                "number": number,
                "reference": "",
                "status": "posted",
            }
            day = datetime.fromtimestamp(self._scene.clock.now() - 10 * 86_400, ZoneInfo("UTC")).date()
            amounts = {"subtotal": text, "tax": "0.00", "total": text, "fee": ""}
            self._world.book_inventions.append(
                row | amounts | {"date": day.isoformat(), "deposit": "", "currency": "USD"}
            )
            return lambda: cents

        return apply

    def _entries(self, suffix: str, error: Callable[[Invoice], Callable[[Random], Worth]]) -> Iterator[Spot]:
        """The books' own entry of an invoice, known by its number there; the invoice is spoilt with it."""
        books = self._scene.account_of_kind("accounting")
        for invoice in self._world.invoices.values():
            booked = self._scene.is_ripe(invoice.finalized_at) and invoice.total_cents > 0
            key = f"{invoice.brand_key}|invoice|{invoice.number}{suffix}"
            if books is not None and booked and self._scene.is_whole(invoice):
                yield Spot(books, "entry", None, key, error(invoice))

    def _enter_again(self, invoice: Invoice) -> Callable[[Random], Worth]:
        """The export ran twice, and the books gave the second one a number of its own."""

        def apply(_: Random) -> Worth:
            server = self._scene.servers[self._scene.account(invoice.brand_key)]
            self._scene.spoil("invoice", invoice.id)
            self._world.book_inventions.append(
                {
                    "brand": invoice.brand_key,
                    "kind": "invoice",
                    "number": f"{invoice.number}-2",
                    "reference": server.native_id("invoices", invoice.id),
                    "status": "posted",
                    "date": invoice.invoiced_on,
                    "subtotal": _text(invoice.subtotal_cents),
                    "tax": _text(invoice.tax_cents),
                    "total": _text(invoice.total_cents),
                    "fee": "",
                    "deposit": "",
                    "currency": "USD",
                }
            )
            return lambda: invoice.total_cents

        return apply

    def _misdate(self, invoice: Invoice) -> Callable[[Random], Worth]:
        def apply(rng: Random) -> Worth:
            self._scene.spoil("invoice", invoice.id)
            self._world.book_days_off[invoice.id] = -rng.randrange(5, 40)
            return lambda: invoice.total_cents

        return apply

    def _deposits(
        self, days_ago: int, error: Callable[[str, str], Callable[[Random], Worth]]
    ) -> Iterator[Spot]:
        """What the bank credits of a day; only of days of which no payment is a gap of its own."""
        books = self._scene.account_of_kind("accounting")
        spoilt: set[tuple[str, str]] = set()
        days: dict[tuple[str, str], int] = {}
        for payment in self._world.payments.values():
            place = (payment.brand_key, self._deposit(payment))
            if not self._scene.is_fresh("payment", payment.id):
                spoilt.add(place)
            ripe = self._scene.is_ripe(payment.paid_at + days_ago * 86_400)
            if ripe and payment.amount_cents > 2_000 and payment.voided_at is None:
                days[place] = payment.paid_at
        for brand_key, number in days:
            if books is not None and (brand_key, number) not in spoilt:
                key = f"{brand_key}|deposit|{number}"
                if ("entry", key) not in self._scene.spoilt:
                    yield Spot(books, "entry", None, key, error(brand_key, number))

    def _short(self, brand_key: str, number: str) -> Callable[[Random], Worth]:
        def apply(rng: Random) -> Worth:
            off = abs(self._amount(rng)) // 2
            self._world.book_errors["deposit", f"{brand_key}|{number}"] = -off
            return lambda: off

        return apply

    def _lose_deposit(self, brand_key: str, number: str) -> Callable[[Random], Worth]:
        """At risk is everything that the books say was in it."""

        def apply(_: Random) -> Worth:
            self._world.book_errors["deposit", f"{brand_key}|{number}"] = None
            return lambda: sum(
                payment.amount_cents
                for payment in self._world.payments.values()
                if payment.brand_key == brand_key
                and payment.amount_cents > 0
                and self._deposit(payment) == number
                if not self._scene.has_come(payment.voided_at)
            )

        return apply

    def _deposit(self, payment: Payment) -> str:
        zone = ZoneInfo(self._world.brands[payment.brand_key].timezone)
        return f"D-{datetime.fromtimestamp(payment.paid_at, zone).date().isoformat()}"

    @staticmethod
    def _amount(rng: Random) -> int:
        off = rng.randrange(_MORE_THAN_A_TAX_ROUNDING, 3_000)
        return -off if rng.random() < 0.5 else off


def _text(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
