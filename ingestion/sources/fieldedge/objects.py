"""Every FieldEdge object that is read, as data: what the drop folder holds, and what is asked for by id.

Not read: items, item categories, warehouses and employees, which have list operations of unknown shape and
say nothing of marketing; timesheets. Nothing gives quotes, agreements, calls or tags.
"""

from __future__ import annotations

from ingestion.sources.fieldedge.assumptions import KINDS
from ingestion.sources.fieldedge.exports import contents, exported, records_of, refusals
from ingestion.sources.fieldedge.look_ups import (
    Questions,
    known_customers,
    known_invoices,
    known_leads,
    known_work_orders,
    looked_up,
    record_at,
)
from ingestion.spec import ObjectSpec, rows_at

# A first pull of a large tenant asks for tens of thousands of records: an interrupted one goes on from here.
_CHECKPOINT_PAGES = 500


def _export(name: str, kind: str, description: str, permission: str) -> ObjectSpec:
    return ObjectSpec(
        name=name,
        description=description,
        pull=exported(kind),
        key=(KINDS[kind].key,),
        rows=records_of,
        incremental=True,
        permission=permission,
        lists_everything=True,
    )


def _look_up(
    name: str, record: str, id_name: str, questions: Questions, description: str, permission: str
) -> ObjectSpec:
    return ObjectSpec(
        name=name,
        description=description,
        pull=looked_up(record, questions),
        key=(id_name,),
        rows=record_at(id_name),
        incremental=True,
        checkpoint_pages=_CHECKPOINT_PAGES,
        permission=permission,
        unswept="records can be asked for by id only; one that nothing names is unknown",
    )


_ACCOUNTING = "none in FieldEdge: exported by somebody who sees the accounting side"
_REPORTS = "a user who may open Reports and export them"

OBJECTS = (
    _export("exported_customers", "customers", "a customer of an exported customer list", _REPORTS),
    _export("exported_locations", "locations", "a service address of an exported location list", _REPORTS),
    _export("exported_work_orders", "work_orders", "a work order of an exported report", _REPORTS),
    _export("exported_invoices", "invoices", "an invoice of an export, with its lines", _ACCOUNTING),
    _export("exported_payments", "payments", "a payment of an export, with the invoices it pays", _REPORTS),
    _export("posted_leads", "lead_log", "a lead that was posted to FieldEdge, by our own list", ""),
    ObjectSpec(
        name="export_rejects",
        description="a line of a dropped file that is not used, with the reason",
        pull=refusals,
        key=("file", "line"),
        rows=rows_at("rejects"),
        is_complete_listing=True,
        may_empty=True,
    ),
    ObjectSpec(
        name="export_files",
        description="a dropped file: what kind it is, how much of it is used",
        pull=contents,
        key=("sha256",),
        rows=rows_at("files"),
        is_complete_listing=True,
        may_empty=True,
    ),
    _look_up(
        "leads", "lead", "leadId", known_leads, "a lead by id", "the app's access to Leads of the Open API"
    ),
    _look_up(
        "customers",
        "customer",
        "id",
        known_customers,
        "a customer by id, or found by phone or e-mail",
        "the app's access to Customers of the Open API",
    ),
    _look_up(
        "work_orders",
        "work_order",
        "id",
        known_work_orders,
        "a work order by id",
        "the app's access to WorkOrders of the Open API",
    ),
    _look_up(
        "invoices",
        "invoice",
        "id",
        known_invoices,
        "an invoice by id, which is its work order's",
        "the app's access to Invoices of the Open API",
    ),
)
