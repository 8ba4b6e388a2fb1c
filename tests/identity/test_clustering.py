"""The clustering step alone, against a union-find and on random graphs."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

MODELS = Path(__file__).resolve().parents[2] / "dbt_project/models/intermediate/identity"


def load_model(name: str) -> ModuleType:
    """A dbt Python model as a module; dbt itself never imports it, so it is on no path."""
    spec = importlib.util.spec_from_file_location(name, MODELS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


clustered = load_model("int_identities__clustered")
parsed_addresses = load_model("int_addresses__parsed")
parsed_phones = load_model("int_phone_values__parsed")

COUNT = 14
# The first example pays for imports, and other work shares the machine: no deadline per example.
settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")
numbers = st.integers(0, COUNT - 1)
pairs = st.lists(st.tuples(numbers, numbers).filter(lambda pair: pair[0] != pair[1]), max_size=30)
weights = st.sampled_from((0.5, 0.7, 0.9, 0.95))
weighted_pairs = st.lists(
    st.tuples(numbers, numbers, weights).filter(lambda edge: edge[0] != edge[1]), max_size=30
)


def union_find(count: int, edges: list[tuple[int, int]]) -> list[int]:
    parent = list(range(count))

    def root(node: int) -> int:
        while parent[node] != node:
            node = parent[node]
        return node

    for a, b in edges:
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    return [root(node) for node in range(count)]


def edges_of(rows: list[tuple[int, int, float]]):
    """Every edge has an evidence value of its own and links persons."""
    columns = list(zip(*rows, strict=True)) if rows else [(), (), ()]
    return clustered.Edges(
        np.array(columns[0], dtype=np.int64),
        np.array(columns[1], dtype=np.int64),
        np.array(columns[2], dtype=float),
        np.ones(len(rows), bool),
        np.arange(len(rows), dtype=np.int64),
    )


def nameless(count: int):
    return clustered.Records(count, {}, {})


@given(pairs)
def test_components_equal_a_union_find(graph: list[tuple[int, int]]) -> None:
    edges = edges_of([(a, b, 0.9) for a, b in graph])
    assert clustered.components(COUNT, edges.left, edges.right).tolist() == union_find(COUNT, graph)


@given(weighted_pairs, st.randoms())
def test_order_of_edges_is_irrelevant(rows, random) -> None:
    different = [(0, 1), (2, 3)]
    shuffled = random.sample(rows, len(rows))
    one, other = (
        clustered.resolve(nameless(COUNT), edges_of(order), [], different)[0].tolist()
        for order in (rows, shuffled)
    )
    assert one == other


@given(weighted_pairs, pairs, pairs)
def test_different_always_holds_and_same_holds_without_it(rows, same, different) -> None:
    households, _ = clustered.resolve(nameless(COUNT), edges_of(rows), same, different)
    assert all(households[a] != households[b] for a, b in different)
    households, _ = clustered.resolve(nameless(COUNT), edges_of(rows), same, [])
    assert all(households[a] == households[b] for a, b in same)


@given(weighted_pairs, pairs)
def test_a_person_never_spans_two_households(rows, different) -> None:
    households, persons = clustered.resolve(nameless(COUNT), edges_of(rows), [], different)
    assert all(households[record] == households[person] for record, person in enumerate(persons))


@given(weighted_pairs, st.integers(0, COUNT - 1))
def test_a_new_record_changes_no_unrelated_cluster(rows, neighbour: int) -> None:
    before, _ = clustered.resolve(nameless(COUNT + 1), edges_of(rows), [], [])
    after, _ = clustered.resolve(nameless(COUNT + 1), edges_of([*rows, (neighbour, COUNT, 0.9)]), [], [])
    unrelated = [record for record in range(COUNT) if before[record] != before[neighbour]]
    assert [before[record] for record in unrelated] == [after[record] for record in unrelated]


def family(start: int, size: int) -> list[tuple[int, int, float]]:
    """`size` records tied pairwise."""
    return [(a, b, 0.95) for a in range(start, start + size) for b in range(a + 1, start + size)]


def two_families(size: int, names=("moss", "reed"), places=("1 oak", "2 elm")):
    records = clustered.Records(
        2 * size,
        {number: {names[number // size]} for number in range(2 * size)},
        {number: {places[number // size]} for number in range(2 * size)},
    )
    return records, [*family(0, size), *family(size, size)]


@pytest.mark.parametrize(
    ("size", "names", "places", "bridges", "is_held"),
    [
        (3, ("moss", "reed"), ("1 oak", "2 elm"), 1, True),
        (2, ("moss", "reed"), ("1 oak", "2 elm"), 1, False),
        (3, ("moss", "moss"), ("1 oak", "2 elm"), 1, False),
        (3, ("moss", "reed"), ("1 oak", "1 oak"), 1, False),
        (3, ("moss", "reed"), ("1 oak", "2 elm"), 2, False),
    ],
    ids=["contradicting", "small sides", "one surname", "one address", "two links"],
)
def test_when_a_bridge_is_held(size, names, places, bridges, is_held) -> None:
    records, rows = two_families(size, names, places)
    rows += [(number, size + number, 0.8) for number in range(bridges)]
    households, _ = clustered.resolve(records, edges_of(rows), [], [])
    assert bool(households[0] != households[size]) == is_held


@st.composite
def families_in_a_tree(draw: st.DrawFn) -> tuple[list[int], list[tuple[int, int, float]]]:
    """Sizes of families that contradict each other, and single weak edges that join them into one tree."""
    sizes = draw(st.lists(st.integers(3, 5), min_size=2, max_size=6))
    starts = [sum(sizes[:number]) for number in range(len(sizes))]
    bridges = []
    for number in range(1, len(sizes)):
        other = draw(st.integers(0, number - 1))
        ends = [starts[each] + draw(st.integers(0, sizes[each] - 1)) for each in (other, number)]
        bridges.append((*ends, draw(st.sampled_from((0.5, 0.7, 0.9)))))
    return sizes, bridges


@given(families_in_a_tree())
@settings(max_examples=60)
def test_single_links_never_glue_families_however_many_there_are(world) -> None:
    """Transitive glue-ups are bounded: a chain of wrong numbers joins no two families."""
    sizes, bridges = world
    family_of = [number for number, size in enumerate(sizes) for _ in range(size)]
    records = clustered.Records(
        len(family_of),
        {record: {f"name {number}"} for record, number in enumerate(family_of)},
        {record: {f"{number} elm"} for record, number in enumerate(family_of)},
    )
    inside = [edge for number, size in enumerate(sizes) for edge in family(family_of.index(number), size)]
    households, _ = clustered.resolve(records, edges_of([*inside, *bridges]), [], [])
    assert [households[record] for record in range(len(family_of))] == [
        family_of.index(number) for number in family_of
    ]


def test_what_a_vendor_states_is_no_bridge() -> None:
    records, rows = two_families(3)
    households, _ = clustered.resolve(records, edges_of([*rows, (0, 3, 0.99)]), [], [])
    assert households[0] == households[3]


@given(weighted_pairs)
@settings(max_examples=50)
def test_low_link_bridges_equal_removal_and_recount(rows) -> None:
    """The bridges of the record-value graph are the links whose removal leaves more components."""
    if not rows:
        return
    neighbours, _ = clustered.value_graph(edges_of(rows), np.arange(len(rows)))
    found = set()
    for root in neighbours:
        _, cuts = clustered.depth_first(neighbours, root)
        found |= {(record, value) for record, value, _, _ in cuts}

    def component_count(without: tuple[int, int] | None) -> int:
        index = {node: number for number, node in enumerate(neighbours)}
        links = [(n, v) for n in neighbours if n >= 0 for v in neighbours[n] if (n, v) != without]
        return len(set(union_find(len(index), [(index[a], index[b]) for a, b in links])))

    whole = component_count(None)
    links = {(n, v) for n in neighbours if n >= 0 for v in neighbours[n]}
    assert found == {link for link in links if component_count(link) > whole}


WORDS = parsed_addresses.Words(
    {"street": "street", "st": "street", "avenue": "avenue", "ave": "avenue", "lane": "lane"},
    {"n": "north", "north": "north", "sw": "southwest"},
    frozenset({"apt", "unit", "#", "ste"}),
)


@pytest.mark.parametrize(
    ("street", "unit", "postal_code", "expected"),
    [
        ("12 N. Oak St.", None, "37201-1234", ("12", "north oak street", None, "37201")),
        ("12 North Oak Street Apt 4B", None, "37201", ("12", "north oak street", "4b", "37201")),
        ("12 north oak st #4B", None, "37201", ("12", "north oak street", "4b", "37201")),
        ("12 North Oak St", "Unit 04", "37201", ("12", "north oak street", "4", "37201")),
        ("9 North Ave", None, "37201", ("9", "north avenue", None, "37201")),
        ("P.O. Box 77", None, "37201", ("77", "po box", None, "37201")),
        ("Corner of Oak and Elm", None, "37201", (None, None, None, "37201")),
        ("100 Broadway", None, None, ("100", "broadway", None, None)),
    ],
)
def test_addresses(street, unit, postal_code, expected) -> None:
    assert tuple(parsed_addresses.parse_address(street, unit, postal_code, WORDS)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("615-555-0142 x12", "+16155550142"),
        ("+44 20 7946 0018", "+442079460018"),
        ("555-0142", None),
        ("0000000000", None),
        ("call me", None),
    ],
)
def test_phones_left_to_the_library(text: str, expected: str | None) -> None:
    assert parsed_phones.e164(text) == expected
