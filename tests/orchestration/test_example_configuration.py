"""The example that an operator copies is accepted as it stands, and names every secret that it needs."""

from __future__ import annotations

from ingestion.config import read_operator, secret_variable
from ingestion.run import source_of
from orchestration.project import ROOT

EXAMPLE = ROOT / "config" / "operator.example.yml"


def test_the_example_is_valid_down_to_the_options_of_each_account() -> None:
    for account in read_operator(EXAMPLE).accounts:
        source_of(account).options(account)


def test_every_secret_has_its_line_in_the_example_environment() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    needed = {
        secret_variable(account.account_id, credential.key) + "="
        for account in read_operator(EXAMPLE).accounts
        for credential in source_of(account).credentials
    }
    assert needed <= set(lines)
