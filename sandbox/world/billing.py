"""The till: invoices, their lines, and how they are paid, partly paid, refunded, adjusted or voided."""

from __future__ import annotations

from random import Random

from sandbox.world.brands import TERRITORIES
from sandbox.world.calendars import DAY, HOUR, MINUTE, Calendar
from sandbox.world.model import Invoice, InvoiceLine, Job, Membership, Payment, World
from sandbox.world.noise import Noise
from sandbox.world.pace import USUAL, Pace, delay

_MATERIALS = {
    "hvac": ("Capacitor", "Contactor", "Filter 16x25", "Blower motor", "Thermostat"),
    "plumbing": ("Ball valve", "PVC fittings", "Supply line", "Wax ring", "Mixing valve"),
    "electrical": ("GFCI outlet", "20A breaker", "Copper wire", "Dimmer switch", "Junction box"),
    "roofing": ("Shingle bundle", "Flashing", "Underlayment", "Gutter section", "Ridge vent"),
}
_EQUIPMENT = {
    "hvac": "16 SEER2 system",
    "plumbing": "50 gal water heater",
    "electrical": "200A panel",
    "roofing": "Architectural roof system",
}
_LABOR = {
    "hvac": "HVAC labor",
    "plumbing": "Plumbing labor",
    "electrical": "Electrical labor",
    "roofing": "Roofing labor",
}


class Till:
    """Writes invoices and payments so that lines plus tax equal totals and payments never exceed them."""

    def __init__(
        self, world: World, noise: Noise, calendars: dict[str, Calendar], pace: Pace = USUAL
    ) -> None:
        self._world = world
        self._pace = pace
        self._noise = noise
        self._calendars = calendars
        self._lines = 0

    def bill_job(self, rng: Random, job: Job, *, install: bool, commercial: bool) -> None:
        """Invoice a job that completes, and settle the invoice."""
        if job.completed_at is None:
            return
        deposit = install and job.total_cents > 0 and rng.random() < self._noise.deposit
        created_at = job.booked_at if deposit else job.completed_at - rng.randrange(0, 25) * MINUTE
        finalized_at = created_at if deposit else job.completed_at + rng.randrange(1, 90) * MINUTE
        if rng.random() < 0.1 and not deposit:
            finalized_at += rng.randrange(8, 30) * HOUR
        if not deposit and self._pace.invoice != USUAL.invoice:
            created_at = job.completed_at + delay(self._pace.invoice, job.id)
            finalized_at = created_at + 5 * MINUTE
        lines = self._job_lines(rng, job, install=install)
        invoice = self._invoice(job.brand_key, job.customer_id, lines, created_at, finalized_at, job=job)
        if not deposit and invoice.total_cents and rng.random() < self._noise.invoice_voided:
            invoice.voided_at = finalized_at + rng.randrange(1, 6) * HOUR
            invoice = self._invoice(
                job.brand_key,
                job.customer_id,
                self._copied(lines),
                invoice.voided_at,
                invoice.voided_at,
                job=job,
            )
        paid_first = invoice.finalized_at
        if deposit:
            share = rng.choice((30, 40, 50))
            first = self._pay(
                rng, invoice, invoice.total_cents * share // 100, invoice.created_at + 5 * MINUTE
            )
            paid_first = max(job.completed_at, paid_first)
            self._settle(rng, invoice, invoice.total_cents - first, paid_first, commercial=commercial)
        else:
            self._settle(rng, invoice, invoice.total_cents, paid_first, commercial=commercial)
        self._after_sale(rng, invoice)

    def bill_membership(self, rng: Random, membership: Membership, sold_at: int) -> None:
        line = InvoiceLine(
            self._line_id(), membership.name, "service", 100, membership.price_cents, membership.price_cents
        )
        invoice = self._invoice(
            membership.brand_key, membership.customer_id, (line,), sold_at, sold_at, membership=membership
        )
        self._pay(rng, invoice, invoice.total_cents, sold_at + 2 * MINUTE)

    def _invoice(
        self,
        brand_key: str,
        customer_id: int,
        lines: tuple[InvoiceLine, ...],
        created_at: int,
        finalized_at: int,
        *,
        job: Job | None = None,
        membership: Membership | None = None,
        adjusts: Invoice | None = None,
    ) -> Invoice:
        subtotal = sum(line.total_cents for line in lines)
        taxable = sum(line.total_cents for line in lines if line.kind in ("material", "equipment"))
        tax = round(taxable * TERRITORIES[brand_key].tax_basis_points / 10_000)
        invoice_id = len(self._world.invoices) + 1
        invoice = Invoice(
            id=invoice_id,
            brand_key=brand_key,
            kind="adjustment" if adjusts else "membership" if membership else "job",
            job_id=job.id if job else adjusts.job_id if adjusts else None,
            customer_id=customer_id,
            number=f"{10_000 + invoice_id}",
            created_at=created_at,
            invoiced_on=self._calendars[brand_key].day(finalized_at).isoformat(),
            lines=lines,
            subtotal_cents=subtotal,
            tax_cents=tax,
            total_cents=subtotal + tax,
            finalized_at=finalized_at,
            sent_at=finalized_at + 3 * MINUTE if subtotal else None,
            adjusts_id=adjusts.id if adjusts else None,
            membership_id=membership.id if membership else None,
        )
        self._world.invoices[invoice_id] = invoice
        return invoice

    def _job_lines(self, rng: Random, job: Job, *, install: bool) -> tuple[InvoiceLine, ...]:
        """Lines that add up to the job's total, with a discount line now and then."""
        if job.total_cents == 0:
            return self._free_lines(job)
        discount = round(job.total_cents * 0.08) if rng.random() < self._noise.discount else 0
        gross = job.total_cents + discount
        goods_share = rng.uniform(0.45, 0.65) if install else rng.uniform(0.1, 0.4)
        quantity = 1 if install else rng.randrange(1, 5)
        price = int(gross * goods_share / quantity)
        name = _EQUIPMENT[job.trade] if install else rng.choice(_MATERIALS[job.trade])
        goods = self._line(name, "equipment" if install else "material", price, quantity)
        goods.cost_cents = round(goods.total_cents * 0.55)
        labor = self._line(_LABOR[job.trade], "service", gross - goods.total_cents)
        lines = [labor, goods]
        if discount:
            lines.append(self._line("Seasonal discount", "discount", -discount))
        return tuple(lines)

    def _free_lines(self, job: Job) -> tuple[InvoiceLine, ...]:
        if job.membership_id is None:
            return (self._line("No-charge visit", "service", 0),)
        return (
            self._line("Membership tune-up", "service", 12_900),
            self._line("Membership benefit", "discount", -12_900),
        )

    def _line(self, name: str, kind: str, price: int, quantity: int = 1) -> InvoiceLine:
        return InvoiceLine(self._line_id(), name, kind, quantity * 100, price, price * quantity)

    def _copied(self, lines: tuple[InvoiceLine, ...]) -> tuple[InvoiceLine, ...]:
        return tuple(
            InvoiceLine(
                self._line_id(),
                line.name,
                line.kind,
                line.quantity_hundredths,
                line.unit_price_cents,
                line.total_cents,
                line.cost_cents,
            )
            for line in lines
        )

    def _line_id(self) -> int:
        self._lines += 1
        return self._lines

    def _settle(self, rng: Random, invoice: Invoice, due: int, since: int, *, commercial: bool) -> None:
        if due <= 0:
            return
        wait = rng.randrange(5, 45) * DAY if commercial else self._patience(rng)
        lot, noise = rng.random(), self._noise
        if lot < noise.unpaid:
            return
        if lot < noise.unpaid + noise.partly_paid:
            self._pay(rng, invoice, due * rng.randrange(20, 80) // 100, since + wait)
        elif lot < noise.unpaid + noise.partly_paid + noise.split_payment:
            first = self._pay(rng, invoice, due // 2, since + wait)
            self._pay(rng, invoice, due - first, since + wait + rng.randrange(5, 35) * DAY)
        else:
            self._pay(rng, invoice, due, since + wait)

    @staticmethod
    def _patience(rng: Random) -> int:
        return rng.randrange(2, 40) * MINUTE if rng.random() < 0.8 else rng.randrange(1, 25) * DAY

    def _pay(self, rng: Random, invoice: Invoice, amount: int, paid_at: int) -> int:
        """Take one payment, if it still falls inside the world; a voided one is keyed in again later."""
        if amount <= 0 or paid_at > self._world.ends_at:
            return 0
        method = self._method(rng, amount)
        if rng.random() < self._noise.payment_voided and paid_at + 2 * HOUR <= self._world.ends_at:
            mistaken = self._payment(invoice, amount, paid_at, method)
            mistaken.voided_at = paid_at + HOUR
            paid_at += HOUR + MINUTE
        self._payment(invoice, amount, paid_at, method)
        return amount

    @staticmethod
    def _method(rng: Random, amount: int) -> str:
        if amount > 300_000 and rng.random() < 0.4:
            return "consumer_financing"
        return rng.choices(("credit_card", "check", "ach", "cash"), weights=(68, 18, 9, 5))[0]

    def _payment(
        self, invoice: Invoice, amount: int, paid_at: int, method: str, refund_of_id: int | None = None
    ) -> Payment:
        payment = Payment(
            id=len(self._world.payments) + 1,
            brand_key=invoice.brand_key,
            customer_id=invoice.customer_id,
            paid_at=paid_at,
            amount_cents=amount,
            method=method,
            applied=((invoice.id, amount),),
            refund_of_id=refund_of_id,
        )
        self._world.payments[payment.id] = payment
        return payment

    def _after_sale(self, rng: Random, invoice: Invoice) -> None:
        """Now and then money goes back: as a plain refund, or as an adjustment invoice that is paid out."""
        lot = rng.random()
        if lot >= self._noise.refund + self._noise.adjustment:
            return
        last = self._world.payments.get(len(self._world.payments))
        paid_here = last is not None and last.voided_at is None and last.applied[0][0] == invoice.id
        if last is None or not paid_here or last.amount_cents < 2_000:
            return
        refunded_at = last.paid_at + rng.randrange(2, 40) * DAY
        amount = last.amount_cents * rng.choice((10, 20, 50, 100)) // 100
        if refunded_at > self._world.ends_at:
            return
        target = invoice
        # Only platforms with credit invoices can say why the money went back.
        credits_invoices = "credit_invoices" in self._world.brands[invoice.brand_key].dispatch_keeps
        if lot < self._noise.adjustment and credits_invoices:
            credit = (self._line("Goodwill credit", "service", -amount),)
            target = self._invoice(
                invoice.brand_key,
                invoice.customer_id,
                credit,
                refunded_at - HOUR,
                refunded_at - HOUR,
                adjusts=invoice,
            )
        self._payment(target, -amount, refunded_at, last.method, refund_of_id=last.id)
