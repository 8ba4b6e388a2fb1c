"""Asset checks by factory: one per raw table, per rung of the control-total ladder, per reconciliation rule.

Figures, tolerance and sample keys go into the check's metadata: whoever sees it red can act from there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import dagster as dg

from ingestion.config import load_settings
from ingestion.sources import discover
from ingestion.spec import SourceSpec
from orchestration.drift import Drift, find_drift
from orchestration.ledger import (
    ControlTotal,
    GapSample,
    RuleFinding,
    VendorTotal,
    find_control_totals,
    find_open_gaps,
    find_vendor_totals,
)
from orchestration.platforms import in_use
from orchestration.project import Model, ReconciliationRule, control_total_rungs, models, reconciliation_rules
from orchestration.transform import WAREHOUSE_POOL
from orchestration.warehouse import reading

LEDGER_MODEL = "fct_reconciliation_gaps"
LADDER_MODEL = "rpt_control_totals"
VENDOR_TOTAL_CHECK = "holds_what_the_vendor_counted"
FIELDS_CHECK = "fields_are_as_before"


def reconciliation_checks() -> tuple[dg.AssetChecksDefinition, ...]:
    """All checks that orchestration adds to dbt's own tests."""
    known = {model.name: model for model in models()}
    return (
        *(_vendor_total_checks(discover()[platform]) for platform in in_use()),
        _ladder_checks(known, control_total_rungs()),
        _gap_checks(known, reconciliation_rules()),
    )


def _vendor_total_checks(spec: SourceSpec) -> dg.AssetChecksDefinition:
    """Per raw table: the lowest rung, that it holds what the vendor itself counted; and what drifted."""
    platform = spec.platform
    specs = [
        check
        for each in spec.objects
        for check in (
            dg.AssetCheckSpec(
                name=VENDOR_TOTAL_CHECK,
                asset=[platform, each.name],
                blocking=True,
                description="The newest pull is complete, and holds at least as many rows as the vendor "
                "counted.",
            ),
            dg.AssetCheckSpec(
                name=FIELDS_CHECK,
                asset=[platform, each.name],
                description="The vendor sends the fields that it sent before, as the same types.",
            ),
        )
    ]

    @dg.multi_asset_check(name=f"vendor_totals_{platform}", specs=specs, pool=WAREHOUSE_POOL)
    def check_vendor_totals() -> Iterator[dg.AssetCheckResult]:
        with reading(load_settings().home.warehouse) as connection:
            drifts = find_drift(connection, platform, [each.name for each in spec.objects])
            for each in spec.objects:
                asset_key = dg.AssetKey([platform, each.name])
                totals = find_vendor_totals(connection, platform, each.name)
                yield _vendor_total_result(totals, asset_key)
                yield _fields_result(drifts[each.name], asset_key)

    return check_vendor_totals


def _fields_result(drifts: Sequence[Drift], asset_key: dg.AssetKey) -> dg.AssetCheckResult:
    """Not blocking: raw rows keep every byte, and a value that staging cannot do without stops the build."""
    troubling = [drift for drift in drifts if not drift.is_harmless]
    new = len(drifts) - len(troubling)
    return dg.AssetCheckResult(
        check_name=FIELDS_CHECK,
        asset_key=asset_key,
        passed=not troubling,
        severity=dg.AssetCheckSeverity.WARN,
        description=(
            f"Fields gone or of another type: {len(troubling)}. See what staging reads of them."
            if troubling
            else f"New fields: {new}."
            if new
            else "As before."
        ),
        metadata={"new_fields": new, **({"fields": _drift_table(drifts)} if drifts else {})},
    )


def _drift_table(drifts: Sequence[Drift]) -> dg.TableMetadataValue:
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {
                    "account": drift.account_id,
                    "field": drift.field,
                    "difference": drift.kind,
                    "detail": drift.detail,
                    "since": f"{drift.since:%Y-%m-%d %H:%M} UTC",
                }
            )
            for drift in drifts
        ]
    )


def _vendor_total_result(totals: Sequence[VendorTotal], asset_key: dg.AssetKey) -> dg.AssetCheckResult:
    broken = [total for total in totals if not total.holds]
    counted = sum(total.vendor_rows is not None for total in totals)
    return dg.AssetCheckResult(
        check_name=VENDOR_TOTAL_CHECK,
        asset_key=asset_key,
        passed=not broken,
        description=(
            f"{len(broken)} of {len(totals)} accounts are short."
            if broken
            else f"{len(totals)} accounts pulled in full; the vendor gave a total for {counted}."
        ),
        metadata={
            "accounts": len(totals),
            "totals_given": counted,
            "rows_held": sum(total.rows for total in totals),
            **({"short": _short_table(broken)} if broken else {}),
        },
    )


def _short_table(broken: Sequence[VendorTotal]) -> dg.TableMetadataValue:
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {
                    "account": total.account_id,
                    "pull_id": total.pull_id,
                    "vendor_rows": total.vendor_rows or 0,
                    "rows": total.rows,
                    "error": total.error or ("" if total.is_complete else "the pull did not finish"),
                }
            )
            for total in broken
        ]
    )


def _key(known: dict[str, Model], name: str) -> dg.AssetKey:
    model = known[name]
    return dg.AssetKey([model.schema, model.name])


def _gap_checks(known: dict[str, Model], rules: Sequence[ReconciliationRule]) -> dg.AssetChecksDefinition:
    """One check per rule. Not blocking: a gap is the operator's to close, its dollars go into the report."""
    ledger = _key(known, LEDGER_MODEL)
    specs = [
        dg.AssetCheckSpec(
            name=rule.check_id,
            asset=_key(known, rule.subject_model),
            description=f"{rule.title}. Wire {rule.wire}. If it fails: {rule.remedy}",
            additional_deps=[ledger],
            metadata={"wire": rule.wire, "tolerance": rule.tolerance_key or "none"},
        )
        for rule in rules
    ]
    by_id = {rule.check_id: spec.asset_key for rule, spec in zip(rules, specs, strict=True)}

    @dg.multi_asset_check(name="reconciliation_gaps", specs=specs, pool=WAREHOUSE_POOL)
    def check_gaps() -> Iterator[dg.AssetCheckResult]:
        with reading(load_settings().home.warehouse) as connection:
            findings = find_open_gaps(connection, rules)
        for finding in findings:
            yield _gap_result(finding, by_id[finding.rule.check_id])

    return check_gaps


def _gap_result(finding: RuleFinding, asset_key: dg.AssetKey) -> dg.AssetCheckResult:
    rule = finding.rule
    metadata: dict[str, dg.MetadataValue | int | float | str] = {
        "open_gaps": finding.open_gaps,
        "dollars_at_risk": dg.MetadataValue.text(f"{finding.dollars_at_risk:,.2f}"),
        "tolerance": finding.tolerance or "none",
        "wire": rule.wire,
    }
    if not finding.holds:
        metadata["remedy"] = rule.remedy
        metadata["first_seen_at"] = (
            f"{finding.first_seen_at:%Y-%m-%d %H:%M} UTC" if finding.first_seen_at else ""
        )
        metadata["taken_on"] = finding.handled_gaps
        metadata["samples"] = _sample_table(finding.samples)
        metadata["records"] = dg.MetadataValue.md(_record_links(finding))
    return dg.AssetCheckResult(
        check_name=rule.check_id,
        asset_key=asset_key,
        passed=finding.holds,
        severity=dg.AssetCheckSeverity.ERROR if finding.is_error else dg.AssetCheckSeverity.WARN,
        description=(
            f"{rule.title}: holds."
            if finding.holds
            else f"{finding.open_gaps} open, {finding.dollars_at_risk:,.2f} at risk. {rule.remedy}"
        ),
        metadata=metadata,
    )


def _record_links(finding: RuleFinding) -> str:
    """The rows to click on, in the vendors' pages, and where all of them are."""
    links = [
        f"- [{sample.account_id} {sample.native_id}]({sample.native_url})"
        for sample in finding.samples
        if sample.native_url
    ]
    return "\n".join([*links, f"- all of them: `fourwire gaps list --rule {finding.rule.check_id}`"])


def _sample_table(samples: Sequence[GapSample]) -> dg.TableMetadataValue:
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {
                    "account": sample.account_id,
                    "native_id": sample.native_id,
                    "expected": sample.expected or "",
                    "actual": sample.actual or "",
                    "dollars_at_risk": f"{sample.dollars_at_risk:,.2f}",
                    "link": sample.native_url or "",
                }
            )
            for sample in samples
        ]
    )


def rung_check(rung: str) -> str:
    """The check's name: `3 conformed = facts` becomes `control_totals_3_conformed_equals_facts`."""
    words = re.findall(r"[a-z0-9]+", rung.lower().replace("=", " equals "))
    return "_".join(["control_totals", *words])


def _ladder_checks(known: dict[str, Model], rungs: Sequence[str]) -> dg.AssetChecksDefinition:
    """One blocking check per rung: what does not add up is not published."""
    asset_key = _key(known, LADDER_MODEL)
    specs = [
        dg.AssetCheckSpec(
            name=rung_check(rung),
            asset=asset_key,
            blocking=True,
            description=f"Rows and dollars are equal on both sides of: {rung}.",
        )
        for rung in rungs
    ]

    @dg.multi_asset_check(name="control_totals", specs=specs, pool=WAREHOUSE_POOL)
    def check_control_totals() -> Iterator[dg.AssetCheckResult]:
        with reading(load_settings().home.warehouse) as connection:
            lines = find_control_totals(connection)
        for rung in rungs:
            yield _rung_result(rung, [line for line in lines if line.rung == rung], asset_key)

    return check_control_totals


def _rung_result(rung: str, lines: Sequence[ControlTotal], asset_key: dg.AssetKey) -> dg.AssetCheckResult:
    broken = [line for line in lines if not line.holds]
    return dg.AssetCheckResult(
        check_name=rung_check(rung),
        asset_key=asset_key,
        # No line at all means that the rung compared nothing: that is no proof of anything.
        passed=bool(lines) and not broken,
        description=f"{len(broken)} of {len(lines)} comparisons differ."
        if lines
        else "Nothing was compared.",
        metadata={
            "comparisons": len(lines),
            "differing": len(broken),
            "rows_compared": sum(line.left_rows or 0 for line in lines),
            **({"differences": _difference_table(broken)} if broken else {}),
        },
    )


def _difference_table(broken: Sequence[ControlTotal]) -> dg.TableMetadataValue:
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {
                    "platform": line.platform or "",
                    "account": line.account_id or "",
                    "entity": line.entity,
                    "left_rows": line.left_rows or 0,
                    "right_rows": line.right_rows or 0,
                    "rows_difference": line.rows_difference,
                    "left_amount": f"{line.left_amount or 0:,.2f}",
                    "right_amount": f"{line.right_amount or 0:,.2f}",
                    "amount_difference": f"{line.amount_difference:,.2f}",
                }
            )
            for line in broken
        ]
    )
