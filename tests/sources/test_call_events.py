"""Call events: what is accepted, what is set aside and why, and that repeating changes nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest

from ingestion.config import Account, Brand, ConfigError, Home, OperatorConfig, Settings
from ingestion.http import UnexpectedAnswer
from ingestion.run import ingest
from ingestion.sources.call_events.documents import Document, read_document
from ingestion.sources.call_events.objects import event_rows, file_rows
from ingestion.tables import BrokenTable
from ingestion.uploads import Upload
from tests.sources.operator_world import QUICK, OperatorWorld, operator_world

EVENT: dict[str, Any] = {
    "schema_version": "1.0",
    "event_id": "e-1",
    "event_type": "call.completed",
    "revision": 1,
    "tenant_id": "cedar-ridge",
    "provider": "retell",
    "call_id": "call_0001",
    "from": "+15125550142",
    "to": "+15125550171",
    "direction": "inbound",
    "started_at": "2026-09-14T01:42:10Z",
    "ended_at": "2026-09-14T01:45:19Z",
    "duration_seconds": 187,
    "lead_disposition": "booked",
    "booking": {"status": "booked", "external_job_id": "558211"},
}
HEADER = (
    "schema_version,event_id,event_type,tenant_id,provider,call_id,direction,started_at,to,answered,"
    "duration_seconds,caller.name,booking.status,queue"
)
ROW = "1.0,e-1,call.completed,t,p,c,inbound,2026-09-14T01:42:10Z,+15125550171,true,12,Jane Doe,booked,7"


def line(**changes: Any) -> str:
    return json.dumps({**EVENT, **changes})


def document(text: str, name: str = "calls.ndjson") -> Document:
    return read_document(name, text.encode())


def reasons(text: str) -> list[str]:
    return [reject["reason"] for reject in document(text).summary()["rejects"]]


def test_a_good_line_is_kept_as_it_was_written() -> None:
    text = line(a_new_field={"x": [1]})
    (event,) = document(text + "\n").events()
    assert bytes(event).decode() == text


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"event_id": ""}, "event_id"),
        ({"event_type": "call.finished"}, "event_type"),
        ({"direction": "sideways"}, "direction"),
        ({"started_at": "2026-09-14T01:42:10"}, "started_at: .*timezone"),
        ({"started_at": "yesterday"}, "started_at"),
        ({"ended_at": "2026-09-14T01:00:00Z"}, "ended_at: is before"),
        ({"duration_seconds": -1}, "duration_seconds"),
        ({"duration_seconds": "187"}, "duration_seconds"),
        ({"revision": 0}, "revision"),
        ({"answered": "yes"}, "answered"),
        ({"lead_disposition": "maybe"}, "lead_disposition"),
        ({"booking": {"status": "boked"}}, "booking.status"),
        ({"schema_version": "2.0"}, "schema_version: '2.0'"),
        ({"to": None}, "to: .*dialled"),
    ],
)
def test_a_bad_line_is_set_aside_with_the_field(changes: dict[str, Any], reason: str) -> None:
    (said,) = reasons(line(**changes))
    assert re.match(reason, said), said


def test_what_is_no_json_is_set_aside_with_its_line_and_the_rest_counts() -> None:
    read = document(f"{line()}\n\n{{cut off\n{line(event_id='e-2')}\n")
    assert len(list(read.events())) == 2
    (reject,) = read.summary()["rejects"]
    assert (read.name, reject["line"], reject["text"]) == ("calls.ndjson", 3, "{cut off")


def test_one_event_id_means_one_event() -> None:
    text = "\n".join([line(), line(), line(revision=2)])
    read = document(text)
    assert len(list(read.events())) == 2
    assert [reject["line"] for reject in read.summary()["rejects"]] == [3]


def test_a_table_says_the_same_with_dots_for_nesting() -> None:
    (event,) = document(f"{HEADER}\n{ROW}\n", "calls.csv").events()
    read = json.loads(bytes(event))
    assert read["answered"] is True and read["duration_seconds"] == 12
    assert read["caller"]["name"] == "Jane Doe" and read["booking"]["status"] == "booked"
    assert read["queue"] == "7"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (ROW.replace("true", "maybe"), "answered"),
        (ROW.replace("booked", "boked"), "booking.status"),
        (ROW + ",8", "15 cells where the header has 14"),
        (ROW.replace("inbound", ""), "direction"),
    ],
)
def test_a_bad_row_of_a_table_is_set_aside(bad: str, reason: str) -> None:
    good = ROW.replace("e-1", "e-2")
    read = document(f"{HEADER}\n{bad}\n{good}\n", "calls.csv")
    assert len(list(read.events())) == 1
    (reject,) = read.summary()["rejects"]
    assert reject["line"] == 2 and reason in reject["reason"]


def test_a_table_without_the_needed_columns_is_refused_whole() -> None:
    with pytest.raises(BrokenTable, match=r"calls.csv, line 1: no column .*call_id"):
        document("event_id,started_at\nx,y\n", "calls.csv")


def test_archived_pages_are_read_again_the_same() -> None:
    body = msgspec.json.encode(Upload("calls.ndjson", f"{line()}\n{{bad\n"))
    assert len(event_rows(body)) == 1 and b'"line":2' in bytes(file_rows(body)[0])


def settings(tmp_path: Path) -> Settings:
    operator = OperatorConfig(
        name="Test operator",
        brands=(Brand(key="cedar-ridge", name="Cedar Ridge", timezone="America/Chicago"),),
        accounts=(
            Account(
                account_id="receptionist",
                platform="call_events",
                timezone="America/Chicago",
                options={"path": str(tmp_path / "calls" / "*.*")},
            ),
        ),
    )
    return Settings(Home(tmp_path / "home"), operator, tmp_path / "operator.yml", {})


def query(where: Settings, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(where.home.warehouse), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def held(where: Settings, table: str) -> list[tuple[Any, ...]]:
    return query(where, f"select native_id from raw_call_events.{table} where removed_at is null order by 1")


def rejected(where: Settings) -> list[tuple[Any, ...]]:
    lines = "unnest(cast(payload -> '$.rejects[*].line' as varchar[]))"
    return query(where, f"select native_id, {lines} from raw_call_events.event_files")


def test_a_corrected_file_heals_and_a_moved_one_takes_nothing_back(tmp_path: Path) -> None:
    where, folder = settings(tmp_path), tmp_path / "calls"
    folder.mkdir()
    (folder / "monday.ndjson").write_text(f"{line()}\n{line(event_id='e-2', direction='?')}\n")
    assert not [result.error for result in ingest(where, patience=QUICK) if result.error]
    assert held(where, "events") == [("e-1",)]
    assert rejected(where) == [("monday.ndjson", "2")]
    (folder / "monday.ndjson").write_text(f"{line()}\n{line(event_id='e-2')}\n")
    ingest(where, patience=QUICK)
    assert held(where, "events") == [("e-1",), ("e-2",)] and rejected(where) == []
    (folder / "monday.ndjson").unlink()
    (folder / "tuesday.csv").write_text(f"{HEADER}\n{ROW.replace('e-1', 'e-3')}\n")
    ingest(where, patience=QUICK)
    assert held(where, "events") == [("e-1",), ("e-2",), ("e-3",)]


def test_nothing_to_read_is_an_error(tmp_path: Path) -> None:
    results = ingest(settings(tmp_path), objects=["events"], patience=QUICK)
    assert isinstance(results[0].error, ConfigError) and "no file matches" in str(results[0].error)


def test_a_file_in_another_encoding_is_refused_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "calls"
    folder.mkdir()
    (folder / "odd.ndjson").write_bytes(b'{"x": "\xe9"}\n')
    results = ingest(settings(tmp_path), objects=["events"], patience=QUICK)
    assert isinstance(results[0].error, UnexpectedAnswer) and "odd.ndjson" in str(results[0].error)


def test_the_service_file_is_read_and_repeating_changes_nothing(tmp_path: Path) -> None:
    with operator_world("call_events", tmp_path, households=60) as service:
        for hours in (0, 30, 400):
            service.clock.advance(hours)
            service.ingest()
            for name in ("events", "event_files"):
                assert service.live_rows("receptionist", name) == service.expected("receptionist", name)
        assert _revisions(service) == {1, 2}


def _revisions(service: OperatorWorld) -> set[int]:
    rows = service.query(
        "select distinct cast(payload ->> '$.revision' as integer) from raw_call_events.events"
    )
    return {revision for (revision,) in rows}
