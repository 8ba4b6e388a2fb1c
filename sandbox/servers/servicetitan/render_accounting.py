"""Invoices, payments and memberships as `accounting/v2` and `memberships/v2` show them."""

from __future__ import annotations

from typing import Any

from sandbox.servers.servicetitan import books, ids, wire
from sandbox.servers.servicetitan.render_crm import address, clerk
from sandbox.servers.servicetitan.tenant import Bill, Tenant, customer_name
from sandbox.world.model import Customer, Invoice, InvoiceLine, Membership, Payment

Payload = dict[str, Any]

PAYMENT_TYPES = {
    "credit_card": (9, "Visa"),
    "check": (2, "Check"),
    "ach": (6, "ACH"),
    "cash": (1, "Cash"),
    "consumer_financing": (14, "GreenSky"),
}
_LINE_TYPES = {
    "service": "Service",
    "material": "Material",
    "equipment": "Equipment",
    "discount": "PriceModifier",
}
_INCOME = {"id": 40, "name": "Service income", "number": "4000", "type": "Income", "detailType": "Income"}
_UNDEPOSITED = {
    "id": 12,
    "name": "Undeposited funds",
    "number": "1499",
    "type": "Other Current Asset",
    "detailType": None,
}
_ROYALTY = {"status": "Pending", "date": None, "sentOn": None, "memo": None}


def bill_milestones(tenant: Tenant, bill: Bill) -> list[int | None]:
    if bill.invoice is None:
        return [bill.created_at, bill.job.edited_at if bill.job is not None else None]
    touched = tenant.touched("invoices", bill.invoice.id)
    return [bill.created_at, *books.invoice_milestones(tenant, bill.invoice), *touched]


def is_bill_active(tenant: Tenant, bill: Bill, at: int) -> bool:
    return bill.invoice is None or books.is_invoice_active(bill.invoice, at)


def reference_number(bill: Bill) -> str:
    """An invoice takes its job's number; an adjustment adds a suffix."""
    if bill.job is None:
        return bill.invoice.number if bill.invoice is not None else ""
    number = str(ids.native("jobs", bill.job.id))
    return number if bill.invoice is None or bill.invoice.kind == "job" else f"{number}-A"


def _named(kind: str, world_id: int, name: str) -> Payload:
    return {"id": ids.native(kind, world_id), "name": name}


def _party(customer: Customer) -> Payload:
    return _named("customers", customer.id, customer_name(customer))


# What an injected gap names instead of a customer.
_NOBODY = _named("customers", 1_000_000_000, "Unknown customer")


def _batch(second: int, at: int) -> Payload | None:
    posted = books.posted_at(second)
    if posted > at:
        return None
    number = posted // wire.DAY
    return {"id": number, "number": str(number), "name": f"Batch {wire.written(posted * wire.TICKS)[:10]}"}


def _unit(tenant: Tenant, unit_id: int) -> Payload:
    return _named("business_units", unit_id, tenant.business_units[unit_id].name)


def _place(tenant: Tenant, customer: Customer, property_id: int) -> Payload:
    full = address(tenant, customer, property_id)
    return {part: full[part] for part in ("street", "unit", "city", "state", "zip", "country")}


def _paid_on(tenant: Tenant, invoice: Invoice, at: int, zone: str) -> str | None:
    applied = [
        payment for payment, _ in tenant.applications.get(invoice.id, ()) if books.is_applied(payment, at)
    ]
    if not applied or not books.is_final(invoice, at) or books.balance(tenant, invoice, at) > 0:
        return None
    return wire.calendar_date(wire.local_day(max(payment.paid_at for payment in applied), zone))


def _line_total(invoice: Invoice, place: int, at: int) -> int:
    """Cents of a line. A defect sits on the last one, so that the header keeps the true total."""
    line = invoice.lines[place]
    is_off = books.has_happened(invoice.defect_at, at) and place == len(invoice.lines) - 1
    return line.total_cents - (invoice.lines_off_by_cents if is_off else 0)


def _item(
    bill: Bill, invoice: Invoice, place: int, line: InvoiceLine, unit: Payload | None, at: int
) -> Payload:
    written = wire.stamp(bill.native, invoice.finalized_at)
    quantity = line.quantity_hundredths / 100
    technician = bill.job.technician_id if bill.job is not None else None
    technician_id = ids.native("technicians", technician) if technician is not None else None
    return {
        "id": ids.native("invoice_lines", line.id),
        "description": line.name,
        "quantity": wire.long_decimal(quantity),
        "cost": wire.long_decimal(line.cost_cents / 100 / (quantity or 1)),
        "totalCost": wire.money(line.cost_cents),
        "budgetCodeId": None,
        "inventoryLocationId": None,
        "inventoryLocation": None,
        "price": wire.money(line.unit_price_cents),
        "type": _LINE_TYPES.get(line.kind, "Unspecified"),
        "skuName": line.name[:3].upper() + f"-{len(line.name)}",
        "skuId": ids.native("skus", 100 + len(line.name)),
        "total": wire.money(_line_total(invoice, place, at)),
        "inventory": False,
        "taxable": invoice.tax_cents != 0,
        "isChargeable": True,
        "generalLedgerAccount": _INCOME,
        "costOfSaleAccount": None,
        "assetAccount": None,
        "membershipTypeId": 0,
        "itemGroup": None,
        "displayName": line.name,
        "soldHours": None,
        "createdOn": written,
        "modifiedOn": written,
        "serviceDate": None,
        "order": place + 1,
        "businessUnit": unit,
        "createdById": technician_id,
        "displayInAmount": True,
        "importId": None,
        "exportId": None,
        "inventoryStatus": None,
        "addOn": False,
        "memberPrice": "0.00",
        "technicianId": technician_id,
        "installedEquipmentId": None,
        "estimateItemId": None,
    }


def _configuration(bill: Bill) -> str:
    if bill.job is not None:
        return "JobInvoice"
    is_membership = bill.invoice is not None and bill.invoice.kind == "membership"
    return "MembershipInvoice" if is_membership else "CounterSales"


def _amounts(final: Invoice | None) -> Payload:
    """Header money: nothing before the invoice is final."""
    lines = final.lines if final is not None else ()
    return {
        "subTotal": wire.money(final.subtotal_cents if final is not None else 0),
        "salesTax": wire.money(final.tax_cents if final is not None else 0),
        "total": wire.money(final.total_cents if final is not None else 0),
        "discountTotal": wire.money(-sum(line.total_cents for line in lines if line.kind == "discount")),
    }


def _addresses(tenant: Tenant, bill: Bill) -> Payload:
    """Where the work was; the customer's first property where no job says."""
    customer, job = bill.customer, bill.job
    property_id = job.property_id if job is not None else next(iter(customer.property_ids), None)
    if property_id is None:
        return dict.fromkeys(("customerAddress", "location", "locationAddress"))
    place = _place(tenant, customer, property_id)
    location_id = tenant.location_ids[customer.id, property_id]
    location = {"id": location_id, "name": customer_name(customer)}
    return {"customerAddress": place, "location": location, "locationAddress": place}


def _posting(final: Invoice | None, at: int) -> Payload:
    """Batch and status of the nightly posting to the books."""
    batch = _batch(final.finalized_at, at) if final is not None else None
    return {
        "syncStatus": "Posted" if batch else "Pending",
        "reviewStatus": "Reviewed" if batch else "NeedsReview",
        "batch": batch,
    }


def _links(source: Invoice | None) -> Payload:
    adjusts = source.adjusts_id if source is not None else None
    membership_id = source.membership_id if source is not None else None
    return {
        "adjustmentToId": ids.native("invoices", adjusts) if adjusts is not None else None,
        "membershipId": ids.native("memberships", membership_id) if membership_id is not None else None,
    }


def _items(bill: Bill, final: Invoice | None, unit: Payload | None, at: int) -> list[Payload] | None:
    if final is None:
        return None
    return [_item(bill, final, place, line, unit, at) for place, line in enumerate(final.lines)]


def invoice(tenant: Tenant, record: Bill, native: int, at: int) -> Payload:
    """An invoice from its job's booking on: zero and without lines until it is final."""
    source, job = record.invoice, record.job
    zone = tenant.brands[record.customer.brand_key].timezone
    final = source if source is not None and books.is_final(source, at) else None
    unit = _unit(tenant, job.business_unit_id) if job is not None else None
    day = wire.calendar_date(final.invoiced_on if final else wire.local_day(record.created_at, zone))
    return {
        "id": native,
        **_posting(final, at),
        "budgetCodeId": None,
        "referenceNumber": reference_number(record),
        "invoiceDate": day,
        "dueDate": day,
        **_amounts(final),
        "balance": wire.money(books.balance(tenant, source, at) if source is not None else 0),
        "salesTaxCode": None,
        "taxZoneId": None,
        "invoiceType": None,
        "customer": _party(record.customer),
        **_addresses(tenant, record),
        "businessUnit": unit,
        "termName": "Due Upon Receipt",
        "createdBy": "office",
        "depositedOn": None,
        "createdOn": wire.stamp(native, record.created_at),
        "modifiedOn": wire.stamp(native, at),
        **_links(source),
        "job": _job(tenant, record),
        "projectId": None,
        "royalty": _ROYALTY,
        "employeeInfo": None,
        "commissionEligibilityDate": None,
        "sentStatus": "Sent" if source is not None and books.has_happened(source.sent_at, at) else "NotSent",
        "assignedTo": None,
        "summary": job.summary if job is not None else None,
        "items": _items(record, final, unit, at),
        "customFields": None,
        "active": is_bill_active(tenant, record, at),
        "importId": None,
        "exportId": None,
        "materialSkuId": None,
        "paidOn": _paid_on(tenant, source, at, zone) if source is not None else None,
        "invoiceConfiguration": _configuration(record),
    }


def _job(tenant: Tenant, bill: Bill) -> Payload | None:
    if bill.job is None:
        return None
    native = ids.native("jobs", bill.job.id)
    return {"id": native, "number": str(native), "type": tenant.job_types[bill.job.job_type_id].name}


def payment_milestones(tenant: Tenant, payment: Payment) -> list[int | None]:
    return [*books.payment_milestones(payment), *tenant.touched("payments", payment.id)]


def is_payment_active(tenant: Tenant, payment: Payment, at: int) -> bool:
    return books.is_payment_active(payment, at)


def _applications(tenant: Tenant, payment: Payment, day: str) -> list[Payload]:
    return [
        {
            "appliedAmount": wire.money(cents),
            "appliedBy": "office",
            "appliedId": ids.native("payment_applications", payment.id * 16 + place),
            "appliedOn": day,
            "appliedTo": tenant.bill_of_invoice[invoice_id].native,
            "appliedToReferenceNumber": reference_number(tenant.bill_of_invoice[invoice_id]),
        }
        for place, (invoice_id, cents) in enumerate(payment.applied)
    ]


def _payment_unit(tenant: Tenant, payment: Payment) -> Payload | None:
    for invoice_id, _ in payment.applied:
        job = tenant.bill_of_invoice[invoice_id].job
        if job is not None:
            return _unit(tenant, job.business_unit_id)
    return None


def payment(tenant: Tenant, record: Payment, native: int, at: int) -> Payload:
    """A payment; a refund is one with a negative total that names what it refunds."""
    lost = books.has_happened(record.customer_lost_at, at)
    party = _NOBODY if lost else _party(tenant.customers[record.customer_id])
    day = wire.calendar_date(wire.local_day(record.paid_at, tenant.brands[record.brand_key].timezone))
    orphaned = books.has_happened(record.orphaned_at, at)
    applied = [] if orphaned else _applications(tenant, record, day)
    used = 0 if orphaned else sum(cents for _, cents in record.applied)
    type_id, type_name = PAYMENT_TYPES.get(record.method, (3, "Other"))
    refunds = record.refund_of_id
    return {
        "id": native,
        "active": is_payment_active(tenant, record, at),
        "appliedTo": applied,
        "authCode": f"A{native % 10_000:04}Q" if record.method == "credit_card" else None,
        "batch": _batch(record.paid_at, at),
        "businessUnit": _payment_unit(tenant, record),
        "checkNumber": str(1000 + native % 9000) if record.method == "check" else None,
        "createdBy": "office",
        "createdOn": wire.stamp(native, record.paid_at),
        "customer": party,
        "customFields": None,
        "date": day,
        "deposit": None,
        "generalLedgerAccount": _UNDEPOSITED,
        "memo": None,
        "modifiedOn": wire.stamp(native, at),
        "referenceNumber": None,
        "refundedPaymentId": ids.native("payments", refunds) if refunds is not None else None,
        "syncStatus": "Posted" if books.posted_at(record.paid_at) <= at else "Pending",
        "total": wire.money(record.amount_cents),
        "type": type_name,
        "typeId": str(type_id),  # text here, a number everywhere else
        "unappliedAmount": wire.money(record.amount_cents - used),
    }


def membership_milestones(tenant: Tenant, record: Membership) -> list[int | None]:
    return [record.from_at, record.to_at, record.canceled_at]


def membership(tenant: Tenant, record: Membership, native: int, at: int) -> Payload:
    canceled, expired = books.has_happened(record.canceled_at, at), record.to_at <= at
    frequency = _frequency(record.billing)
    sale = tenant.sale_of_membership.get(record.id)
    unit = tenant.business_unit_for(tenant.customers[record.customer_id].brand_key, "")
    plan = (record.name, record.billing, record.price_cents)
    return {
        "id": native,
        "createdOn": wire.stamp(native, record.from_at),
        "createdById": clerk(native),
        "modifiedOn": wire.stamp(native, at),
        "followUpOn": wire.whole(record.to_at - 30 * wire.DAY),
        "cancellationDate": wire.stamp_once(native, record.canceled_at, at),
        "from": wire.whole(record.from_at // wire.DAY * wire.DAY),
        "nextScheduledBillDate": None,
        "to": wire.whole(record.to_at // wire.DAY * wire.DAY),
        "billingFrequency": frequency,
        "renewalBillingFrequency": frequency,
        "status": "Canceled" if canceled else "Expired" if expired else "Active",
        "followUpStatus": "NotAttempted",
        "active": True,
        "initialDeferredRevenue": wire.amount(record.price_cents),
        "duration": 12,
        "renewalDuration": 12,
        "businessUnitId": ids.native("business_units", unit.id),
        "customerId": ids.native("customers", record.customer_id),
        "membershipTypeId": tenant.membership_types[plan],
        "activatedById": clerk(native),
        "activatedFromId": ids.native("invoice_lines", sale.lines[0].id) if sale and sale.lines else None,
        "billingTemplateId": None,
        "cancellationBalanceInvoiceId": None,
        "cancellationInvoiceId": None,
        "followUpCustomStatusId": None,
        "locationId": tenant.location_ids.get((record.customer_id, record.property_id)),
        "paymentMethodId": None,
        "paymentTypeId": None,
        "recurringLocationId": None,
        "renewalMembershipTaskId": None,
        "renewedById": None,
        "soldById": None,
        "customerPo": None,
        "importId": None,
        "memo": None,
        "customFields": [],
    }


def _frequency(billing: str) -> str:
    return "Monthly" if billing == "monthly" else "Annual"


Plan = tuple[str, str, int]


def membership_type(tenant: Tenant, record: Plan, native: int, at: int) -> Payload:
    name, billing, price = record
    written = wire.stamp(native, tenant.world.starts_at)
    entry = {"duration": 12, "billingFrequency": _frequency(billing)}
    prices = dict.fromkeys(("salePrice", "billingPrice", "renewalPrice"), wire.amount(price))
    return {
        "id": native,
        "createdOn": written,
        "createdById": None,
        "modifiedOn": wire.stamp(native, at),
        "importId": None,
        "billingTemplateId": None,
        "discount": 0.0,
        "durationBilling": [{**entry, **prices}],
        "discounts": None,
        "recurringServices": None,
        "tagTypeIds": None,
        "name": name,
        "displayName": name,
        "active": True,
        "discountMode": "Basic",
        "locationTarget": "SingleLocation",
        "revenueRecognitionMode": "PointOfSale",
        "autoCalculateInvoiceTemplates": False,
        "useMembershipPricingTable": False,
        "showMembershipSavings": True,
    }
