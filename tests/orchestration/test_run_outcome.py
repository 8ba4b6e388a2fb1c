"""What a command tells of a run: everything that a failing check says, in a form that JSON can hold."""

import json

import dagster as dg
import pytest

from orchestration.cli.console import print_json
from orchestration.pipeline import outcome_of


@dg.asset
def books() -> None: ...


@dg.asset_check(asset=books)
def books_agree() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=False,
        description="2 open, 12.30 at risk.",
        metadata={
            "open_gaps": 2,
            "samples": dg.MetadataValue.table(
                [
                    dg.TableRecord({"native_id": "J-1", "dollars_at_risk": "12.00"}),
                    dg.TableRecord({"native_id": "J-2", "dollars_at_risk": "0.30"}),
                ]
            ),
        },
    )


def test_the_samples_of_a_failing_check_are_printed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    result = dg.Definitions([books], asset_checks=[books_agree]).resolve_implicit_global_asset_job_def()
    print_json(outcome_of(result.execute_in_process(), seconds=1.0))
    (check,) = json.loads(capsys.readouterr().out)["failed_checks"]
    assert (check["asset"], check["name"], check["severity"]) == ("books", "books_agree", "ERROR")
    assert check["metadata"] == {
        "open_gaps": 2,
        "samples": [
            {"native_id": "J-1", "dollars_at_risk": "12.00"},
            {"native_id": "J-2", "dollars_at_risk": "0.30"},
        ],
    }
