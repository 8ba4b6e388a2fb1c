"""Gaps in the money: invoices and payments that do not fit their job, each other or themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

from sandbox.gaps.scene import Places, Scene, Spot, Worth
from sandbox.world.model import Invoice, Job, Payment


class MoneyGaps:
    """Where money can go wrong."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._world = scene.world
        self.places: dict[str, Places] = {
            "completed_job_without_invoice": self._unbilled_jobs,
            "invoice_of_canceled_job": self._canceled_jobs,
            "payment_without_invoice": self._orphaned_payments,
            "invoice_total_differs_from_lines": self._wrong_totals,
            "invoice_balance_differs_from_payments": self._wrong_balances,
            "invoice_overpaid": self._charged_once,
            "refunds_exceed_payment": self._refundable,
            "record_points_nowhere": self._payments_of_customers,
        }

    # -- jobs and their invoices ----------------------------------------------------------------------------

    def _unbilled_jobs(self) -> Iterator[Spot]:
        for job, invoice, payments in self._billed_jobs():
            if self._scene.are_settled(payments):
                account = self._scene.account(job.brand_key)
                yield Spot(account, "job", "jobs", job.id, self._unbill(job, invoice, payments))

    def _billed_jobs(self) -> Iterator[tuple[Job, Invoice, list[Payment]]]:
        """Jobs done for money, with their only invoice and what was paid on it."""
        invoices_of, payments_of = self._scene.invoices_of_job(), self._scene.payments_of_invoice()
        for job in self._world.jobs.values():
            invoices = invoices_of.get(job.id, [])
            done = self._scene.is_ripe(job.completed_at) and job.total_cents > 0
            stands = job.canceled_at is None and self._scene.is_fresh("job", job.id)
            if done and stands and len(invoices) == 1 and self._scene.is_whole(invoices[0]):
                yield job, invoices[0], payments_of.get(invoices[0].id, [])

    def _unbill(self, job: Job, invoice: Invoice, payments: list[Payment]) -> Callable[[Random], Worth]:
        """The invoice disappears; its payments are voided, or they would be gaps of their own."""

        def apply(_: Random) -> Worth:
            now = self._scene.clock.now()
            invoice.suppressed_at = now
            for payment in payments:
                payment.voided_at = payment.voided_at or now
            self._scene.spoil("invoice", invoice.id)
            self._scene.spoil("payment", *(payment.id for payment in payments))
            return lambda: job.total_cents

        return apply

    def _canceled_jobs(self) -> Iterator[Spot]:
        """Somebody cancels the job and leaves its invoice standing, where the platform lets it stand."""
        for job, invoice, payments in self._billed_jobs():
            stands = self._scene.keeps(job.brand_key, "payments")
            alone = stands and job.recall_of_id is None and job.from_estimate_option_id is None
            if alone and self._scene.are_settled(payments):
                account = self._scene.account(job.brand_key)
                yield Spot(account, "invoice", "invoices", invoice.id, self._cancel(job, invoice))

    def _cancel(self, job: Job, invoice: Invoice) -> Callable[[Random], Worth]:
        def apply(_: Random) -> Worth:
            job.canceled_at = job.edited_at = self._scene.clock.now()
            job.canceled_by = "customer"
            self._scene.spoil("job", job.id)
            return lambda: invoice.total_cents

        return apply

    def _wrong_totals(self) -> Iterator[Spot]:
        return self._wrong_invoices("lines_off_by_cents", signed=True)

    def _wrong_balances(self) -> Iterator[Spot]:
        return self._wrong_invoices("balance_off_by_cents", signed=False)

    def _wrong_invoices(self, attribute: str, *, signed: bool) -> Iterator[Spot]:
        for invoice in self._world.invoices.values():
            plain = invoice.kind == "job" and invoice.total_cents >= 10_000
            if plain and self._scene.is_ripe(invoice.finalized_at) and self._scene.is_whole(invoice):
                account = self._scene.account(invoice.brand_key)
                apply = self._miscount(invoice, attribute, signed)
                yield Spot(account, "invoice", "invoices", invoice.id, apply)

    def _miscount(self, invoice: Invoice, attribute: str, signed: bool) -> Callable[[Random], Worth]:
        def apply(rng: Random) -> Worth:
            off = rng.randrange(100, 5_000)
            setattr(invoice, attribute, -off if signed and rng.random() < 0.5 else off)
            invoice.defect_at = self._scene.clock.now()
            return lambda: off

        return apply

    # -- payments -------------------------------------------------------------------------------------------

    def _plain_payments(self) -> Iterator[tuple[Payment, list[Invoice]]]:
        """Payments that stand, were never given back, and are alone with whole invoices."""
        payments_of, refunded = self._scene.payments_of_invoice(), self._scene.refunded()
        for payment in self._world.payments.values():
            live = payment.amount_cents > 0 and payment.voided_at is None and payment.id not in refunded
            fresh = self._scene.is_ripe(payment.paid_at) and self._scene.is_fresh("payment", payment.id)
            invoices = [self._world.invoices[invoice_id] for invoice_id, _ in payment.applied]
            whole = bool(invoices) and all(map(self._scene.is_whole, invoices))
            others = (other for invoice in invoices for other in payments_of[invoice.id])
            if live and fresh and whole and all(other.orphaned_at is None for other in others):
                yield payment, invoices

    def _orphaned_payments(self) -> Iterator[Spot]:
        for payment, invoices in self._plain_payments():
            # Where payments live inside their invoice, none can lose it.
            if self._scene.keeps(payment.brand_key, "payments"):
                account = self._scene.account(payment.brand_key)
                yield Spot(account, "payment", "payments", payment.id, self._orphan(payment, invoices))

    def _orphan(self, payment: Payment, invoices: list[Invoice]) -> Callable[[Random], Worth]:
        def apply(_: Random) -> Worth:
            payment.orphaned_at = self._scene.clock.now()
            self._scene.spoil("invoice", *(invoice.id for invoice in invoices))
            return lambda: payment.amount_cents

        return apply

    def _charged_once(self) -> Iterator[Spot]:
        """Invoices that one payment settled: charging it once more overpays them."""
        for payment, invoices in self._plain_payments():
            (invoice, *others) = invoices
            if not others and payment.amount_cents == invoice.total_cents:
                account = self._scene.account(invoice.brand_key)
                yield Spot(account, "invoice", "invoices", invoice.id, self._charge_again(payment))

    def _charge_again(self, payment: Payment) -> Callable[[Random], Worth]:
        def apply(_: Random) -> Worth:
            self._add_payment(payment, amount_cents=payment.amount_cents)
            self._scene.spoil("payment", payment.id)
            return lambda: payment.amount_cents

        return apply

    def _refundable(self) -> Iterator[Spot]:
        for payment, _ in self._plain_payments():
            if self._scene.keeps(payment.brand_key, "payments"):
                account = self._scene.account(payment.brand_key)
                yield Spot(account, "payment", "payments", payment.id, self._refund_twice(payment))

    def _refund_twice(self, payment: Payment) -> Callable[[Random], Worth]:
        """All of it, and then a part of it once more."""

        def apply(rng: Random) -> Worth:
            again = payment.amount_cents * rng.choice((20, 50, 100)) // 100
            for amount in (payment.amount_cents, again):
                self._add_payment(payment, amount_cents=-amount, refund_of_id=payment.id)
            self._scene.spoil("invoice", *(invoice_id for invoice_id, _ in payment.applied))
            return lambda: again

        return apply

    def _add_payment(self, model: Payment, *, amount_cents: int, refund_of_id: int | None = None) -> None:
        added = replace(
            model,
            id=len(self._world.payments) + 1,
            paid_at=self._scene.clock.now(),
            amount_cents=amount_cents,
            applied=((model.applied[0][0], amount_cents),),
            refund_of_id=refund_of_id,
        )
        self._world.payments[added.id] = added
        self._scene.spoil("payment", added.id)

    def _payments_of_customers(self) -> Iterator[Spot]:
        for payment, _ in self._plain_payments():
            if self._scene.keeps(payment.brand_key, "payments"):
                account = self._scene.account(payment.brand_key)
                yield Spot(account, "payment", "payments", payment.id, self._lose_customer(payment))

    def _lose_customer(self, payment: Payment) -> Callable[[Random], Worth]:
        def apply(_: Random) -> Worth:
            payment.customer_lost_at = self._scene.clock.now()
            self._scene.spoil("invoice", *(invoice_id for invoice_id, _ in payment.applied))
            return lambda: payment.amount_cents

        return apply
