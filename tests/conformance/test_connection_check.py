"""Whether an account can be read, as the sandbox's vendors answer: all of it, or what is missing."""

from __future__ import annotations

import pytest

from ingestion.config import load_settings
from ingestion.connection_check import check_connection
from ingestion.http import CredentialsRejected
from ingestion.sources import discover
from tests.conformance.conftest import HASTY, Operator, platforms


@pytest.mark.parametrize("platform", platforms())
def test_every_object_of_a_healthy_account_can_be_read(platform: str, operator: Operator) -> None:
    for account_id in operator.accounts(platform):
        checks = check_connection(operator.settings, account_id, HASTY)
        assert [check.object for check in checks] == [spec.name for spec in discover()[platform].objects]
        assert [check for check in checks if not check.is_readable] == []


@pytest.mark.parametrize("platform", platforms())
def test_nothing_is_kept(platform: str, operator: Operator) -> None:
    for account_id in operator.accounts(platform):
        check_connection(operator.settings, account_id, HASTY)
    assert not list(operator.settings.home.landing.rglob("*.json"))


def test_a_missing_permission_is_named_and_the_rest_is_still_tried(operator: Operator) -> None:
    account_id, spec = next(
        (account.account_id, spec)
        for account in operator.settings.operator.accounts
        for spec in discover()[account.platform].objects
        if spec.permission
    )
    operator.control("POST", "faults", account=account_id, kind="forbid", path=f"/{spec.name}", times=None)
    checks = {check.object: check for check in check_connection(operator.settings, account_id, HASTY)}
    assert checks[spec.name].lacks_permission
    assert checks[spec.name].permission == spec.permission
    assert any(check.is_readable for check in checks.values())


def test_credentials_that_the_vendor_does_not_know_end_it_at_once(operator: Operator, monkeypatch) -> None:
    account = next(each for each in operator.sandbox.accounts if each.credentials)
    for key in account.credentials:
        variable = f"FOURWIRE_SECRET_{account.account_id}_{key}".upper().replace("-", "_")
        monkeypatch.setenv(variable, "wrong")
    settings = load_settings(home=operator.settings.home.root, config=operator.settings.config_path)
    with pytest.raises(CredentialsRejected):
        check_connection(settings, account.account_id, HASTY)
