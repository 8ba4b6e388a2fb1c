"""Record ids: 15 characters in which case matters, with three more that make them safe where it does not."""

from __future__ import annotations

PREFIXES = {
    "Account": "001", "Contact": "003", "User": "005", "Opportunity": "006", "OpportunityHistory": "008",
    "OpportunityContactRole": "00K", "Lead": "00Q", "Task": "00T", "CampaignMember": "00v", "Campaign": "701",
    "LeadStatus": "01J", "OpportunityStage": "01I", "job": "750", "cursor": "0r8",
}  # fmt: skip
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SUFFIXES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SHORT = 15


def identifier(kind: str, number: int) -> str:
    """The 18-character id of the `number`-th record of a kind; the same for the same world record."""
    return full(f"{PREFIXES[kind]}Hp{_base62(number):0>10}")


def full(short: str) -> str:
    """A 15-character id with its suffix: one character for each five, whose bits say which are upper case."""
    return short + "".join(
        _SUFFIXES[
            sum(1 << bit for bit, character in enumerate(short[start : start + 5]) if character.isupper())
        ]
        for start in range(0, _SHORT, 5)
    )


def same(left: str, right: str) -> bool:
    """Whether two ids mean one record; either may lack its suffix."""
    return left[:_SHORT] == right[:_SHORT]


def _base62(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, len(_DIGITS))
        digits = _DIGITS[rest] + digits
    return digits or "0"
