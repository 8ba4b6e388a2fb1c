"""Accounting exports: what is accepted, what is refused and why, and that a new export replaces the old."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.sources.accounting_csv.documents import BrokenExport, Export, read_export
from tests.sources.operator_world import OperatorWorld, operator_world

HEADER = "brand,kind,number,reference,date,subtotal,tax,total,fee,deposit,status"


def export(*lines: str, header: str = HEADER) -> Export:
    return read_export("books.csv", "\n".join([header, *lines]).encode())


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",invoice,7,,2026-02-01,,,5,,,", "brand"),
        ("north,invoice,,,2026-02-01,,,5,,,", "number"),
        ("north,journal,7,,2026-02-01,,,5,,,", "kind"),
        ("north,invoice,7,,2/1/26,,,5,,,", "YYYY-MM-DD"),
        ("north,invoice,7,,2026-02-30,,,5,,,", "YYYY-MM-DD"),
        ("north,invoice,7,,2026-02-01,,,,,,", "total"),
        ('north,invoice,7,,2026-02-01,,,"1,23",,,', "total"),
        ("north,invoice,7,,2026-02-01,4,0.50,5,,,", "not subtotal plus tax"),
        ("north,payment,7,,2026-02-01,,,-5,,,", "wrong sign"),
        ("north,refund,7,,2026-02-01,,,5,,,", "wrong sign"),
        ("north,credit_memo,7,,2026-02-01,,,5,,,", "wrong sign"),
        ("north,deposit,7,,2026-02-01,,,5,-1,,", "fee"),
        ("north,invoice,7,,2026-02-01,,,5,,D-1,", "in no deposit"),
        ("north,invoice,7,,2026-02-01,,,5,,,draft", "status"),
        ("north,invoice,7,,2026-02-01,,,5,,", "10 cells"),
    ],
)
def test_a_bad_line_is_set_aside_with_its_reason(line: str, reason: str) -> None:
    read = export("north,invoice,1,,2026-03-01,,,7,,,", line)
    (rejected,) = read.reject_payloads()
    assert (rejected["line"], len(list(read.payloads()))) == (3, 1)
    assert reason in rejected["reason"]


def test_amounts_are_read_as_accountants_write_them() -> None:
    (payload,) = export(
        'north,credit_memo,7,i-1,2026-02-01,"($1,200.00)",(96.00),"($1,296.00)",,,'
    ).payloads()
    amounts = {name: Decimal(payload["normalised"][name]) for name in ("subtotal", "tax", "total")}
    assert amounts == {"subtotal": Decimal(-1200), "tax": Decimal(-96), "total": Decimal(-1296)}
    assert payload["normalised"]["status"] == "posted" and payload["entry_key"] == "north|credit_memo|7"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html><body>Sign in</body></html>", "no column brand"),
        (b"", "no column brand"),
        (HEADER.encode() + b"\nnorth,invoice,\xff,,2026-02-01,,,5,,,", "line 2: not UTF-8"),
    ],
)
def test_a_file_that_is_no_export_is_refused_as_a_whole(body: bytes, said: str) -> None:
    with pytest.raises(BrokenExport, match=said):
        read_export("books.csv", body)


def test_one_document_twice_refuses_the_file() -> None:
    line = "North,invoice,1,,2026-03-01,,,7,,,"
    with pytest.raises(BrokenExport, match=r"line 3.*same document as line 2"):
        export(line, line.lower())
    assert len(list(export(line, line.replace("invoice", "payment")).payloads())) == 2


@pytest.fixture
def books(tmp_path: Path) -> Iterator[OperatorWorld]:
    with operator_world("accounting_csv", tmp_path, households=60) as running:
        yield running


def test_the_export_is_read_whole_and_a_correction_replaces_the_line(books: OperatorWorld) -> None:
    books.ingest()
    held, expected = books.live_rows("books", "entries"), books.expected("books", "entries")
    assert held.keys() == expected.keys() and held
    for key, row in expected.items():
        assert {name: held[key].get(name) for name in row} == row
    first = next(iter(books.world.invoices.values()))
    books.world.book_errors["invoice", first.id] = None
    corrected = next(key for key, row in expected.items() if row["kind"] == "payment")
    books.world.book_errors["payment", int(expected[corrected]["number"].removeprefix("P-"))] = 100
    books.ingest()
    again = books.live_rows("books", "entries")
    assert len(again) in (len(held), len(held) - 1)
    off = Decimal(again[corrected]["total"]) - Decimal(held[corrected]["total"])
    assert off == 1
    assert books.live_rows("books", "entry_rejects") == {}
