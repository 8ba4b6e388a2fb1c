"""Phone numbers as typed, each distinct value parsed once and remembered."""

import phonenumbers
import pyarrow as pa

REGION = "US"
# Ten digits, or eleven with a leading 1: nearly all numbers, whatever their punctuation, and a regular
# expression reads them far faster than the library. What has letters, an extension or a foreign prefix is
# left to the library.
PLAIN_NUMBER = "([+]?1)?[2-9][0-9]{9}"


def e164(text: str) -> str | None:
    """The number in E.164, or None when it is no complete number.

    `is_possible` and not `is_valid`: the numbers reserved for fiction (555-01xx) are possible but not in
    service, and a number of a newly opened area code must not be lost. Seven digits without an area code
    are refused: they can only be dialled locally, so they say nothing about who it is.
    """
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    national = str(number.national_number)
    if number.country_code == 1 and national[0] in "01":
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def model(dbt, session):
    dbt.config(materialized="incremental", incremental_strategy="append")
    typed_values = dbt.ref("int_phone_values__typed")  # noqa: F841 - DuckDB finds it by its name
    known = f"select contact_value from {dbt.this}" if dbt.is_incremental else "select '' where false"
    rows = session.sql(f"""
        select
            contact_value,
            case when regexp_full_match(contact_value, '[0-9() .+/-]+')
                and regexp_full_match(regexp_replace(contact_value, '[^0-9+]', '', 'g'), '{PLAIN_NUMBER}')
                then '+1' || right(regexp_replace(contact_value, '[^0-9]', '', 'g'), 10) end
        from typed_values
        where trim(contact_value) <> '' and contact_value not in ({known})
    """).fetchall()
    return pa.table(
        {
            "contact_value": pa.array([text for text, _ in rows], pa.string()),
            "phone": pa.array([phone or e164(text) for text, phone in rows], pa.string()),
        }
    )
