"""How the same fact looks after different people typed it."""

from __future__ import annotations

from random import Random

from sandbox.world.model import Property
from sandbox.world.names import DIRECTION_WORDS, NICKNAMES, SUFFIX_WORDS
from sandbox.world.noise import Noise

PLACEHOLDER_PHONES = ("5555555555", "555-555-5555", "0000000000", "(555) 555-5555")
PLACEHOLDER_EMAILS = ("none@none.com", "noemail@noemail.com", "na@na.com", "none@none.com")


def phone_as_typed(rng: Random, e164: str) -> str:
    area, exchange, line = e164[2:5], e164[5:8], e164[8:]
    form = rng.random()
    if form < 0.40:
        return f"({area}) {exchange}-{line}"
    if form < 0.65:
        return f"{area}-{exchange}-{line}"
    if form < 0.85:
        return f"{area}{exchange}{line}"
    if form < 0.92:
        return f"+1 {area} {exchange} {line}"
    if form < 0.97:
        return f"{area}.{exchange}.{line}"
    return f"1-{area}-{exchange}-{line}"


def email_as_typed(rng: Random, email: str) -> str:
    form = rng.random()
    if form < 0.90:
        return email
    return email.upper() if form < 0.93 else email.capitalize()


def first_as_typed(rng: Random, noise: Noise, first: str) -> str:
    if first in NICKNAMES and rng.random() < noise.nickname:
        return NICKNAMES[first]
    return misspelt(rng, first) if rng.random() < noise.name_typo / 2 else first


def last_as_typed(rng: Random, noise: Noise, last: str) -> str:
    if rng.random() < noise.name_typo:
        return misspelt(rng, last)
    return last.upper() if rng.random() < 0.02 else last


def misspelt(rng: Random, word: str) -> str:
    """Two letters swapped, one dropped or one doubled; the first letter stays, as it mostly does."""
    if len(word) < 4:
        return word
    at = rng.randrange(1, len(word) - 1)
    how = rng.random()
    if how < 0.4:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + word[at + 1 :] if how < 0.7 else word[:at] + word[at] + word[at:]


def street_as_typed(rng: Random, noise: Noise, place: Property) -> tuple[str, str | None]:
    """(street, unit) as somebody wrote them."""
    street, unit = place.street, place.unit
    if rng.random() < noise.address_variant:
        street = _respelt_street(rng, street)
        unit = _respelt_unit(rng, unit)
    if rng.random() < noise.address_typo:
        words = street.split(" ")
        longest = max(range(1, len(words)), key=lambda at: len(words[at]))
        words[longest] = misspelt(rng, words[longest])
        street = " ".join(words)
    return street, unit


def _respelt_street(rng: Random, street: str) -> str:
    words = street.split(" ")
    if words[-1] in SUFFIX_WORDS and rng.random() < 0.7:
        words[-1] = SUFFIX_WORDS[words[-1]] if rng.random() < 0.7 else words[-1] + "."
    if words[1] in DIRECTION_WORDS and rng.random() < 0.5:
        words[1] = DIRECTION_WORDS[words[1]]
    text = " ".join(words)
    case = rng.random()
    if case < 0.1:
        return text.upper()
    return text.lower() if case < 0.2 else text


def _respelt_unit(rng: Random, unit: str | None) -> str | None:
    if unit is None:
        return None
    number = unit.removeprefix("Apt ")
    return rng.choice((f"#{number}", f"Unit {number}", f"apt {number}", f"Apt. {number}"))
