"""Rows out of pages: bytes kept, keys and times read, archives read back as written."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.landing import Manifest, ObjectArchive, read_pages
from ingestion.records import Unusable, head_reader, moments
from ingestion.sources import discover
from ingestion.spec import ObjectSpec, Page, SourceSpec, rows_at

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)


def nothing(context):
    return iter(())


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("2026-01-02T16:28:55.8446003Z", datetime(2026, 1, 2, 16, 28, 55, 844600)),
        ("2025-12-31T00:00:00Z", datetime(2025, 12, 31)),
        ("2026-01-02T18:28:55+02:00", datetime(2026, 1, 2, 16, 28, 55)),
        ("2026-01-02", datetime(2026, 1, 2)),
        ("1767225600123", datetime(2026, 1, 1, 0, 0, 0, 123000)),
        ("yesterday", None),
        (None, None),
    ],
)
def test_vendor_timestamps_become_utc(stamp: str | None, expected: datetime | None) -> None:
    assert moments([stamp]).to_pylist() == [expected]
    # Beside a stamp of another style the slow path is taken; it must agree with the fast one.
    assert moments([stamp, "1767225600123"]).to_pylist()[0] == expected


@pytest.mark.parametrize(
    ("key", "row", "native_id"),
    [
        (("id",), b'{"id":7}', "7"),
        (("id",), b'{"id":"cus_1"}', "cus_1"),
        (("deal", "contact"), b'{"deal":1,"contact":"c"}', "1|c"),
        (("from.id", "to"), b'{"from":{"id":5},"to":6}', "5|6"),
    ],
)
def test_keys_are_joined_parts(key: tuple[str, ...], row: bytes, native_id: str) -> None:
    assert head_reader(key, None)(msgspec.Raw(row))[0] == native_id


@pytest.mark.parametrize("row", [b"{}", b'{"id":null}', b'{"id":{"x":1}}', b'{"id":true}', b'{"id":[1]}'])
@pytest.mark.parametrize("nested", [False, True])
def test_a_row_without_a_scalar_key_is_unusable(row: bytes, nested: bool) -> None:
    body, key = (b'{"in":' + row + b"}", "in.id") if nested else (row, "id")
    with pytest.raises(Unusable):
        head_reader((key,), None)(msgspec.Raw(body))


def test_a_page_without_its_rows_is_not_an_empty_page() -> None:
    with pytest.raises(msgspec.ValidationError):
        rows_at("data")(b'{"message":"hello"}')


@given(bodies=st.lists(st.binary(max_size=300), max_size=6))
def test_an_archive_gives_back_every_byte(bodies: list[bytes], tmp_path_factory) -> None:
    archive = ObjectArchive(tmp_path_factory.mktemp("archive") / "jobs")
    pages = [Page(f"/path?page={number}", body, AT) for number, body in enumerate(bodies)]
    with archive.owned():
        writer = archive.writer("p1")
        for page in pages:
            writer.add(page)
        writer.commit(manifest("p1"))
    assert list(archive.pages(manifest("p1"))) == pages


def test_a_damaged_archive_is_named(tmp_path) -> None:
    archive = ObjectArchive(tmp_path / "jobs")
    with archive.owned():
        writer = archive.writer("p1")
        writer.add(Page("/path", b"{}", AT))
        writer.commit(manifest("p1"))
    path = tmp_path / "jobs" / "p1.pages.zst"
    path.write_bytes(path.read_bytes()[:-6])
    with pytest.raises((ValueError, OSError)):
        list(read_pages(path))


def manifest(pull_id: str) -> Manifest:
    return Manifest(
        pull_id=pull_id,
        platform="servicetitan",
        account_id="north",
        object="jobs",
        mode="full",
        started_at=AT,
        finished_at=AT,
        pages=1,
        rows=1,
        listing_rows=1,
        complete=True,
        state_after={},
    )


def test_every_source_is_found_once_and_sorted() -> None:
    assert list(discover()) == sorted(discover())
    assert "servicetitan" in discover()


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"name": "Jobs"}, "snake_case"),
        ({"name": "_jobs"}, "snake_case"),
        ({"key": ()}, "needs a key"),
        ({"checkpoint_pages": 5}, "checkpoint"),
    ],
)
def test_a_wrong_object_is_refused_when_it_is_declared(choices: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ObjectSpec(**({"name": "jobs", "description": "a job", "pull": nothing} | choices))


def test_two_objects_of_one_name_are_refused() -> None:
    jobs = ObjectSpec("jobs", "a job", nothing)
    with pytest.raises(ValueError, match="given twice"):
        SourceSpec("x", "dispatch", "X", (jobs, jobs), open_client=lambda connection: None)
