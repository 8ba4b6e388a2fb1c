"""What Workiz answers: an envelope around rows, or, for some calls, the bare rows."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec


class Envelope(msgspec.Struct):
    """`{"flag": true, "data": [...], "has_more": false, "found": 18, "code": 200}`.

    Whether `found` counts the page or the whole list is not established, so nothing reads it.
    """

    data: list[msgspec.Raw]
    flag: bool = True
    has_more: bool | int | None = None
    msg: Any = None


_ENVELOPE = msgspec.json.Decoder(Envelope)
_BARE = msgspec.json.Decoder(list[msgspec.Raw])


def envelope(body: bytes) -> Envelope:
    """The answer, a bare list in an envelope that says nothing about more.

    Raises:
        msgspec.ValidationError: the vendor refuses with status 200 (`{"flag": false, "msg": …}`).
    """
    if body.lstrip().startswith(b"["):
        return Envelope(_BARE.decode(body))
    answer = _ENVELOPE.decode(body)
    if not answer.flag:
        raise msgspec.ValidationError(f"the vendor says: {answer.msg or 'flag is false'}")
    return answer


def rows_of(body: bytes) -> Sequence[msgspec.Raw]:
    return envelope(body).data


class _Priced(msgspec.Struct):
    UUID: str | None = None
    JobTotalPrice: int | float | str | None = None
    JobAmountDue: int | float | str | None = None


_PRICED = msgspec.json.Decoder(_Priced)


def balances_of(body: bytes) -> Sequence[msgspec.Raw]:
    """Of each job what it costs and what is due, written one way, so that equal balances are equal rows."""
    return [_balance(_PRICED.decode(row)) for row in envelope(body).data]


def _balance(job: _Priced) -> msgspec.Raw:
    row = {
        "UUID": job.UUID,
        "JobTotalPrice": _amount(job.JobTotalPrice),
        "JobAmountDue": _amount(job.JobAmountDue),
    }
    return msgspec.Raw(msgspec.json.encode(row))


def _amount(value: float | str | None) -> str:
    return format(Decimal(str(value or 0)).normalize(), "f")
