"""What one brand's world comes to through one dispatch platform and one CRM, named by the world's own ids.

So that two platforms can be compared although each has ids, statuses and tables of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.pipeline.line import Line

BRAND = "bluebird"
ENTRY_TYPES = ("booked", "sold", "completed", "invoiced", "collected")
MODELS = (
    "first", "last", "last_non_direct", "linear", "position", "time_decay", "w_shaped", "markov", "shapley"
)  # fmt: skip

# (entry type, world job) -> {(day, amount)}: what the ledger holds, signed
Ledger = dict[tuple[str, int], frozenset[tuple[Any, Decimal]]]


@dataclass(frozen=True)
class Outcome:
    """One brand through one platform.

    Attributes:
        households: The customers of each household, as the ids of their world records.
        leads: (day, channel, booked or not) -> how many; a lead has no id that two systems share.
        amounts: (entry type, world job) -> the ledger's sum.
        days: (entry type, world job) -> the days on which the ledger moves.
        credit: (model, channel) -> completed and collected amounts.
    """

    households: frozenset[frozenset[int]]
    leads: dict[tuple[Any, str, str], int]
    amounts: dict[tuple[str, int], Decimal]
    days: dict[tuple[str, int], frozenset[Any]]
    credit: dict[tuple[str, str], tuple[Decimal, Decimal]]


def outcome(line: Line) -> Outcome:
    """Read the marts of a home that was built from a sandbox."""
    brand = line.sandbox.world.brands[BRAND]
    server = line.sandbox.servers[brand.account_id]
    world = line.sandbox.world
    customers = _named(
        server, "customers", (each.id for each in world.customers.values() if each.brand_key == BRAND)
    )
    jobs = _named(server, "jobs", (each.id for each in world.jobs.values() if each.brand_key == BRAND))
    ledger = line.rows(
        """
        select ledger.entry_type, jobs.native_id, ledger.event_on, sum(ledger.amount)
        from core.fct_revenue_ledger as ledger
        join core.fct_jobs as jobs on jobs.job_key = ledger.job_key
        where jobs.account_id = ?
        group by all having sum(ledger.amount) <> 0
        """,
        [brand.account_id],
    )
    amounts: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    days: dict[tuple[str, int], set[Any]] = defaultdict(set)
    for entry_type, native_id, day, amount in ledger:
        amounts[entry_type, jobs[native_id]] += amount
        days[entry_type, jobs[native_id]].add(day)
    return Outcome(
        households=_households(line, brand.account_id, customers),
        leads=_leads(line),
        amounts=dict(amounts),
        days={key: frozenset(found) for key, found in days.items()},
        credit=_credit(line),
    )


def _named(server: Any, entity: str, world_ids: Iterable[int]) -> dict[str, int]:
    return {server.native_id(entity, world_id): world_id for world_id in world_ids}


def _households(line: Line, account_id: str, customers: dict[str, int]) -> frozenset[frozenset[int]]:
    members: dict[str, set[int]] = defaultdict(set)
    rows = line.rows(
        "select household_key, native_id from core.bridge_household_members "
        "where account_id = ? and entity = 'customer' and valid_to is null",
        [account_id],
    )
    for household_key, native_id in rows:
        # A platform may keep a record that is none of the world's customers, such as a merged copy.
        if native_id in customers:
            members[household_key].add(customers[native_id])
    return frozenset(frozenset(found) for found in members.values())


def _leads(line: Line) -> dict[tuple[Any, str, str], int]:
    rows = line.rows(
        "select lead_on, channel, case when is_booked then 'booked' else 'not booked' end, count(*) "
        "from core.fct_leads where brand_key = ? group by all",
        [BRAND],
    )
    return {(day, channel, outcome): number for day, channel, outcome, number in rows}


def _credit(line: Line) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    rows = line.rows(
        "select model, channel, sum(completed_amount), sum(collected_amount) "
        "from marketing.rpt_channel_performance where view_basis = 'period' and brand_key = ? group by 1, 2 "
        "having sum(completed_amount) <> 0 or sum(collected_amount) <> 0",
        [BRAND],
    )
    return {(model, channel): (completed, collected) for model, channel, completed, collected in rows}


@dataclass(frozen=True)
class Difference:
    """How far one platform is from another in one measure.

    Attributes:
        compared: How many things either of them has.
        differing: How many of them are not equal.
        samples: A few of those, for people.
    """

    measure: str
    compared: int
    differing: int
    samples: tuple[str, ...] = ()


def differences(one: Outcome, other: Outcome) -> list[Difference]:
    """One difference per measure, also where there is none."""
    found = [
        _differing("households", dict.fromkeys(one.households, 1), dict.fromkeys(other.households, 1)),
        _differing("leads", one.leads, other.leads),
    ]
    for entry_type in ENTRY_TYPES:
        for name, left, right in (("amount", one.amounts, other.amounts), ("days", one.days, other.days)):
            found.append(_differing(f"{entry_type} {name}", _of(entry_type, left), _of(entry_type, right)))
    for model in MODELS:
        found.append(_differing(f"credit, {model} touch", _of(model, one.credit), _of(model, other.credit)))
    return found


def _of(first: str, values: dict[Any, Any]) -> dict[Any, Any]:
    return {key[1]: value for key, value in values.items() if key[0] == first}


def _differing(measure: str, one: dict[Any, Any], other: dict[Any, Any]) -> Difference:
    keys = one.keys() | other.keys()
    wrong = sorted((key for key in keys if one.get(key) != other.get(key)), key=str)
    samples = tuple(f"{_shown(key)}: {_shown(one.get(key))} / {_shown(other.get(key))}" for key in wrong[:3])
    return Difference(measure, len(keys), len(wrong), samples)


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(sorted(value, key=str)) if isinstance(value, frozenset) else str(value)
