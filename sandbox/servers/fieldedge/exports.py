"""What somebody exports and drops into a folder: lists and reports as CSV, as of the moment of the export.

Every column is ASSUMED but the payments report's Entry Type and Payment Method. Amounts are dollars with `$`
and commas, times US-style in the account's own zone without saying so.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sandbox.servers.fieldedge.books import Books
from sandbox.world.model import Invoice, InvoiceLine, Job

Row = dict[str, str]  # column -> text
ITEM_TYPES = {"service": "Service", "material": "Part", "equipment": "Equipment", "discount": "Discount"}


def dollars(cents: int) -> str:
    text = f"${abs(cents) // 100:,}.{abs(cents) % 100:02d}"
    return f"-{text}" if cents < 0 else text


class Clerk:
    """Writes the cells of one tenant's exports."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._zone = ZoneInfo(books.brand.timezone)

    def moment(self, instant: int | None) -> str:
        """A local time once it has come; empty before."""
        return self.planned(instant) if self._books.come(instant) else ""

    def planned(self, instant: int | None) -> str:
        if instant is None:
            return ""
        local = datetime.fromtimestamp(instant, UTC).astimezone(self._zone)
        hour = local.hour % 12 or 12
        return f"{local.month}/{local.day}/{local.year} {hour}:{local:%M:%S %p}"

    def day_of(self, instant: int | None) -> str:
        return self.planned(instant).partition(" ")[0] if self._books.come(instant) else ""

    # -- one export each ------------------------------------------------------------------------------------

    def customers(self) -> Iterator[Row]:
        books = self._books
        for native_id, customer in books.customers.items():
            person = " ".join(filter(None, (customer.first, customer.last)))
            phones = [*books.phones(customer), "", "", ""]
            yield {
                "Customer ID": native_id,
                "Customer Name": customer.company or person,
                "First Name": customer.first or "",
                "Last Name": customer.last or "",
                "Company": customer.company or "",
                "Customer Type": customer.kind.title(),
                "Phone": phones[0],
                "Mobile Phone": phones[1],
                "Other Phone": phones[2],
                "Email": customer.emails[0] if customer.emails else "",
                "Lead Source": customer.source_name or "",
                "Active": "Yes" if books.is_active(customer) else "No",
                "Created Date": self.moment(customer.created_at),
            }

    def locations(self) -> Iterator[Row]:
        books = self._books
        for native_id, customer in books.customers.items():
            for property_id in customer.property_ids:
                place = books.world.properties[property_id]
                street, unit = customer.address_text.get(place.id, (place.street, place.unit))
                yield {
                    "Location ID": books.id_of("locations", customer.id, place.id),
                    "Customer ID": native_id,
                    "Address 1": street,
                    "Address 2": unit or "",
                    "City": place.city,
                    "State": place.state,
                    "Zip": place.zip,
                    "Active": "Yes" if books.is_active(customer) else "No",
                }

    def work_orders(self) -> Iterator[Row]:
        for native_id, job in self._books.jobs.items():
            yield self._work_order(native_id, job)

    def _work_order(self, native_id: str, job: Job) -> Row:
        books = self._books
        customer = books.surviving(job.customer_id)
        start, end = books.schedule(job)
        subtotal, total = books.amounts(job)
        technician = books.world.technicians.get(job.technician_id or 0)
        return {
            "Work Order ID": native_id,
            "Work Order #": work_order_number(job),
            "Status": books.work_order_status(job),
            "Customer ID": books.id_of("customers", customer.id),
            "Location ID": books.id_of("locations", customer.id, job.property_id),
            "Task": books.world.job_types[job.job_type_id].name,
            "Business Unit": books.world.business_units[job.business_unit_id].name,
            "Lead Source": books.campaign_name(job.campaign_id, job.booked_at) or "",
            "Technician": f"{technician.first} {technician.last}" if technician else "",
            "Description": (job.summary or "") if books.come(job.completed_at) else "",
            "Created Date": self.moment(job.booked_at),
            "Scheduled Start": self.planned(start),
            "Scheduled End": self.planned(end),
            "Started Date": self.moment(job.started_at),
            "Completed Date": self.moment(job.completed_at) if not books.come(job.canceled_at) else "",
            "Canceled Date": self.moment(job.canceled_at),
            "Subtotal": dollars(subtotal),
            "Total": dollars(total),
        }

    def invoices(self) -> Iterator[Row]:
        """A line for each line of an invoice; one without lines yet has one line without an item."""
        for native_id, invoice in self._books.invoices.items():
            head = self._invoice(native_id, invoice)
            lines = invoice.lines if self._books.is_final(invoice) else ()
            for position, line in enumerate(lines):
                yield head | self._invoice_line(invoice, line, is_first=position == 0)
            if not lines:
                yield head | dict.fromkeys(("Item", "Item Type", "Qty", "Rate", "Unit Cost", "Amount"), "")

    def _invoice(self, native_id: str, invoice: Invoice) -> Row:
        books = self._books
        final = books.is_final(invoice)
        day = date.fromisoformat(invoice.invoiced_on)
        number = invoice.number
        if invoice.job_id is not None and native_id == books.id_of("jobs", invoice.job_id):
            number = work_order_number(books.world.jobs[invoice.job_id])
        return {
            "Invoice ID": native_id,
            "Invoice #": number,
            "Work Order ID": books.id_of("jobs", invoice.job_id) if invoice.job_id is not None else "",
            "Customer ID": books.id_of("customers", books.surviving(invoice.customer_id).id),
            "Invoice Status": books.invoice_status(invoice),
            "Invoice Created": self.moment(invoice.created_at),
            "Invoice Date": f"{day.month}/{day.day}/{day.year}",
            "Due Date": self.day_of(invoice.finalized_at),
            "Paid Date": self.day_of(books.invoice_paid_at(invoice)),
            "Invoice Subtotal": dollars(invoice.subtotal_cents if final else 0),
            "Sales Tax": dollars(invoice.tax_cents if final else 0),
            "Invoice Total": dollars(books.invoice_total(invoice)),
            "Balance Due": dollars(books.invoice_due(invoice)),
        }

    def _invoice_line(self, invoice: Invoice, line: InvoiceLine, *, is_first: bool) -> Row:
        off = invoice.lines_off_by_cents if is_first and self._books.come(invoice.defect_at) else 0
        return {
            "Item": line.name,
            "Item Type": ITEM_TYPES[line.kind],
            "Qty": f"{line.quantity_hundredths // 100}.{line.quantity_hundredths % 100:02d}",
            "Rate": dollars(line.unit_price_cents),
            "Unit Cost": dollars(line.cost_cents),
            "Amount": dollars(line.total_cents - off),
        }

    def payments(self) -> Iterator[Row]:
        books = self._books
        for native_id, payment in books.payments.items():
            head = {
                "Payment ID": native_id,
                "Customer ID": books.id_of("customers", books.surviving(payment.customer_id).id),
                "Payment Date": self.moment(payment.paid_at),
                "Entry Type": "Clearent Auto" if payment.method == "credit_card" else "Manual",
                "Payment Method": payment.method.replace("_", " ").title(),
                "Payment Status": "Posted" if books.counts(payment) else "Void",
                "Payment Amount": dollars(payment.amount_cents),
            }
            applications = list(books.applications(payment))
            for invoice_id, cents in applications:
                target = books.invoice_id(books.world.invoices[invoice_id])
                yield head | {"Applied To Invoice ID": target, "Applied Amount": dollars(cents)}
            if not applications:
                yield head | {"Applied To Invoice ID": "", "Applied Amount": ""}

    def lead_log(self) -> Iterator[Row]:
        """Not an export: whatever posts leads keeps this list."""
        for native_id, lead in self._books.leads.items():
            yield {
                "Lead ID": native_id,
                "Tracking ID": f"lead-{lead.id}",
                "Created Date": self.moment(lead.created_at),
            }


def work_order_number(job: Job) -> str:
    return str(10_000 + job.id)


# File name without its date -> its rows.
EXPORTS: dict[str, Callable[[Clerk], Iterator[Row]]] = {
    "customers": Clerk.customers,
    "locations": Clerk.locations,
    "work-orders": Clerk.work_orders,
    "invoices": Clerk.invoices,
    "payments": Clerk.payments,
    "lead-log": Clerk.lead_log,
}


def csv_text(rows: Iterator[Row]) -> str | None:
    """One file; None when there is nothing to write: the reports' export is empty then."""
    first = next(rows, None)
    if first is None:
        return None
    text = io.StringIO()
    writer = csv.DictWriter(text, list(first), lineterminator="\r\n")
    writer.writeheader()
    writer.writerow(first)
    writer.writerows(rows)
    return text.getvalue()
