"""Wrong credentials and unreachable vendors: one message, the right status, nothing half-loaded."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import duckdb
import pytest
import yaml

from ingestion.http import Patience
from orchestration.cli import main
from sandbox.server import Sandbox
from tests.orchestration.test_commands import fourwire, says

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def operator() -> Iterator[Sandbox]:
    with Sandbox.start(households=40, months=3) as sandbox:
        yield sandbox


def loaded_rows(home: Path) -> int:
    """How many raw rows of vendors a home holds."""
    warehouse = home / "warehouse.duckdb"
    if not warehouse.exists():
        return 0
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = connection.execute(
            "select table_schema, table_name from information_schema.columns where column_name = 'native_id'"
        ).fetchall()
        return sum(
            connection.execute(f'select count(*) from {schema}."{table}"').fetchone()[0]
            for schema, table in tables
        )


def test_wrong_credentials_are_the_operators_to_fix(operator: Sandbox, home: Path) -> None:
    account = operator.accounts[0]
    variables = {
        f"FOURWIRE_SECRET_{account.account_id}_{key}".upper().replace("-", "_"): "wrong"
        for key in account.credentials
    }
    result = fourwire("ingest", account.account_id, FOURWIRE_CONFIG=str(operator.config_path), **variables)
    assert result.returncode == 2, result.stderr
    assert account.account_id in says(result)
    assert "wrong" not in result.stdout
    assert loaded_rows(home) == 0


def test_an_unreachable_vendor_is_named(
    operator: Sandbox, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    document = yaml.safe_load(operator.config_path.read_text(encoding="utf-8"))
    account = next(each for each in document["accounts"] if each.get("base_url"))
    # Port 9 is the discard service: nothing listens there.
    account |= {"base_url": "http://127.0.0.1:9", "token_url": "http://127.0.0.1:9/token"}
    config = operator.config_path.with_name("unreachable.yml")
    config.write_text(yaml.safe_dump(document), encoding="utf-8")
    monkeypatch.setenv("FOURWIRE_CONFIG", str(config))
    monkeypatch.setattr("sys.argv", ["fourwire", "ingest", account["account_id"]])
    # In this process, so that the test need not wait as long as the vendor is given.
    monkeypatch.setattr("ingestion.run.Patience", partial(Patience, attempts=2, backoff=0.01))
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 3
    assert account["account_id"] in capsys.readouterr().err
    assert loaded_rows(home) == 0
