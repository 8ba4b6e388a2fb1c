"""Street addresses as typed, each distinct value parsed once and remembered.

Suffixes, directionals and unit designators become one spelling (USPS Publication 28), so that "12 N. Oak
St. Apt 4" and "12 North Oak Street #4" are the same place.
"""

import re
from typing import NamedTuple

import pyarrow as pa
import usaddress

ZIP = re.compile(r"\d{5}")
ZIP_WITHOUT_ZERO = re.compile(r"\d{4}")
WORD = re.compile(r"[a-z0-9]+(?:[/-][a-z0-9]+)*|#")
HOUSE_NUMBER = re.compile(r"\d+(?:-\d+)?[a-z]?")
PO_BOX = re.compile(r"^\s*p\.?\s*o\.?\s*box\s+(\w+)", re.IGNORECASE)


class Words(NamedTuple):
    """Written form to standard form, by kind of word."""

    suffixes: dict[str, str]
    directionals: dict[str, str]
    units: frozenset[str]


class Address(NamedTuple):
    """One place. `street` has its directionals and suffix in standard form; `unit` is the bare identifier."""

    house_number: str | None
    street: str | None
    unit: str | None
    postal_code: str | None


def parse_address(street: str, unit: str | None, postal_code: str | None, words: Words) -> Address:
    """Read one typed address; what cannot be read gives an address without a house number."""
    tokens = WORD.findall(street.lower().replace(".", "").replace("'", ""))
    box = PO_BOX.match(street)
    parts = (
        (box[1].lower(), "po box", None)
        if box
        else (plain_street(tokens, words) or tagged_street(street, words))
    )
    number, name, unit_in_street = parts
    return Address(number, name, clean_unit(unit, words) or unit_in_street, clean_zip(postal_code))


def plain_street(tokens: list[str], words: Words) -> tuple[str, str, str | None] | None:
    """Number, words, suffix, with a designated unit behind, read by position; None for any other order."""
    if len(tokens) < 3 or not HOUSE_NUMBER.fullmatch(tokens[0]):
        return None
    at = next((i for i in range(2, len(tokens)) if tokens[i] in words.units), len(tokens))
    name, unit = tokens[1:at], "".join(token for token in tokens[at:] if token not in words.units)
    has_suffix = name[-1] in words.suffixes or (
        name[-1] in words.directionals and len(name) > 2 and name[-2] in words.suffixes
    )
    if len(name) < 2 or not has_suffix:
        return None
    return tokens[0], standard_street(name, words), unit or None


def tagged_street(street: str, words: Words) -> tuple[str | None, str | None, str | None]:
    """The same by a trained tagger, for what is not in the plain order."""
    try:
        tags, _ = usaddress.tag(street)
    except usaddress.RepeatedLabelError:
        return None, None, None
    number = (tags.get("AddressNumber") or "").lower().strip(" .,")
    street_tags = [value for label, value in tags.items() if label.startswith("StreetName")]
    name = WORD.findall(" ".join(street_tags).lower().replace(".", "").replace("'", ""))
    if not number or not name:
        return None, None, None
    return number, standard_street(name, words), clean_unit(tags.get("OccupancyIdentifier"), words)


def standard_street(name: list[str], words: Words) -> str:
    """Directionals at either end and the suffix in standard form; the name between them is left alone."""
    first, last = 0, len(name)
    before, after, suffix = [], [], []
    if last - first > 1 and name[first] in words.directionals and name[first + 1] not in words.suffixes:
        before, first = [words.directionals[name[first]]], first + 1
    if last - first > 1 and name[last - 1] in words.directionals:
        after, last = [words.directionals[name[last - 1]]], last - 1
    if last - first > 1 and name[last - 1] in words.suffixes:
        suffix, last = [words.suffixes[name[last - 1]]], last - 1
    return " ".join(before + name[first:last] + suffix + after)


def clean_unit(unit: str | None, words: Words) -> str | None:
    tokens = [
        token for token in WORD.findall((unit or "").lower().replace(".", "")) if token not in words.units
    ]
    return "".join(tokens).lstrip("0") or None


def clean_zip(postal_code: str | None) -> str | None:
    """Five digits; a spreadsheet on the way takes the leading zero of an eastern ZIP for a number's."""
    text = (postal_code or "").strip()
    if ZIP_WITHOUT_ZERO.fullmatch(text):
        return f"0{text}"
    zip_code = ZIP.match(text)
    return zip_code[0] if zip_code else None


def read_words(rows: list[tuple[str, str, str]]) -> Words:
    """Rows of the seed `address_words`."""
    by_kind = {"suffix": {}, "directional": {}, "unit": {}}
    for kind, written, standard in rows:
        by_kind[kind][written] = standard
    return Words(by_kind["suffix"], by_kind["directional"], frozenset(by_kind["unit"]))


def model(dbt, session):
    dbt.config(materialized="incremental", incremental_strategy="append")
    words = read_words(dbt.ref("address_words").project("word_kind, written, standard").fetchall())
    typed_addresses = dbt.ref("int_addresses__typed")  # noqa: F841 - DuckDB finds it by its name
    known = (
        f"select address_text_key from {dbt.this}"
        if dbt.is_incremental
        else "select '' as address_text_key where false"
    )
    rows = session.sql(f"""
        select address_text_key, any_value(street), any_value(unit), any_value(postal_code)
        from typed_addresses
        where address_text_key not in ({known})
        group by address_text_key
    """).fetchall()
    addresses = [parse_address(street, unit, postal_code, words) for _, street, unit, postal_code in rows]
    return pa.table(
        {"address_text_key": pa.array([row[0] for row in rows], pa.string())}
        | {field: pa.array([getattr(a, field) for a in addresses], pa.string()) for field in Address._fields}
    )
