"""Clusters of records: households from all edges, persons from the edges that say "the same human".

Three steps, on integer record numbers: a steward's `different` and `same`, then bridges, then components.
The order of records and edges does not matter: ties go to the record number, which follows the key.
"""

# ruff: noqa: F841 - DuckDB finds relations by the names of local variables

from collections import defaultdict
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

# A bridge is held when both its sides have at least this many records; a smaller side is an ordinary new
# record.
SMALLEST_SIDE = 3
# What a vendor states about its own records is never taken for a bridge.
STATED_WEIGHT = 0.97


class Edges(NamedTuple):
    """Parallel arrays, one entry per edge. `evidence` is equal where kind and value are."""

    left: np.ndarray
    right: np.ndarray
    weight: np.ndarray
    is_person: np.ndarray
    evidence: np.ndarray

    def where(self, mask: np.ndarray) -> "Edges":
        return Edges(*(column[mask] for column in self))


class Records(NamedTuple):
    """What can contradict: family or business names, and buildings, by record number."""

    count: int
    names: dict[int, set[str]]
    buildings: dict[int, set[str]]


def resolve(records: Records, edges: Edges, same: list[tuple[int, int]], different: list[tuple[int, int]]):
    """Household and person label per record, each label being the smallest record number of its cluster."""
    edges = with_decisions(records.count, edges, same, different)
    kept = edges.where(~bridges(records, edges))
    households = components(records.count, kept.left, kept.right)
    persons = kept.where(kept.is_person)
    return households, components(records.count, persons.left, persons.right)


def components(count: int, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Label of each of `count` nodes: the smallest node number it is connected with."""
    graph = coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(count, count))
    _, labels = connected_components(graph, directed=False)
    smallest = np.empty(labels.max(initial=-1) + 1, dtype=np.int64)
    # Of several nodes of one label the last one written stays: written backwards, the smallest.
    smallest[labels[::-1]] = np.arange(count - 1, -1, -1)
    return smallest[labels]


def with_decisions(
    count: int, edges: Edges, same: list[tuple[int, int]], different: list[tuple[int, int]]
) -> Edges:
    """Add an edge per `same`; drop the weakest edges until no `different` pair is connected.

    `different` wins over a `same` that contradicts it through others: gluing wrongly costs more than a split.
    """
    if same:
        pairs = np.array(same, dtype=np.int64)
        decided = Edges(
            pairs[:, 0],
            pairs[:, 1],
            np.full(len(pairs), 2.0),
            np.zeros(len(pairs), bool),
            -1 - np.arange(len(pairs)),
        )
        edges = Edges(*(np.concatenate(columns) for columns in zip(edges, decided, strict=True)))
    labels = components(count, edges.left, edges.right)
    contested = {labels[a] for a, b in different if labels[a] == labels[b]}
    if not contested:
        return edges
    inside = np.isin(labels[edges.left], list(contested))
    return edges.where(~inside | allowed(edges, inside, different))


def allowed(edges: Edges, inside: np.ndarray, different: list[tuple[int, int]]) -> np.ndarray:
    """Kruskal's order, strongest first, refusing each union that would join a forbidden pair."""
    cluster_of: dict[int, int] = {}
    members: dict[int, set[int]] = {}
    forbidden: dict[int, set[int]] = defaultdict(set)
    for a, b in different:
        forbidden[a].add(b)
        forbidden[b].add(a)
    candidates = np.flatnonzero(inside)
    order = np.lexsort((edges.right[candidates], edges.left[candidates], -edges.weight[candidates]))
    keep = np.zeros(len(inside), bool)
    for index in candidates[order]:
        a, b = int(edges.left[index]), int(edges.right[index])
        for node in (a, b):
            if node not in cluster_of:
                cluster_of[node], members[node] = node, {node}
        first, second = cluster_of[a], cluster_of[b]
        if first != second:
            if any(forbidden[node] & members[second] for node in members[first] if node in forbidden):
                continue
            small, large = sorted((first, second), key=lambda cluster: (len(members[cluster]), cluster))
            for node in members[small]:
                cluster_of[node] = large
            members[large] |= members.pop(small)
        keep[index] = True
    return keep


def bridges(records: Records, edges: Edges) -> np.ndarray:
    """Edges to hold: each rests on one value that alone joins two big sides with nothing else in common.

    The graph is drawn between records and values, not between records: a wrong number ties a record to ten
    others, which is no bridge between records, but it is one link between that record and that number.
    """
    held = np.zeros(len(edges.left), bool)
    labels = components(records.count, edges.left, edges.right)
    for edge_numbers in suspicious_components(records, edges, labels):
        held[held_in_component(records, edges, edge_numbers)] = True
    return held


def suspicious_components(records: Records, edges: Edges, labels: np.ndarray) -> list[np.ndarray]:
    """Edge numbers of each component that is big enough and bears more than one family or business name."""
    sizes = np.bincount(labels, minlength=records.count)
    is_big = sizes[labels[edges.left]] >= 2 * SMALLEST_SIDE
    numbers = np.flatnonzero(is_big)
    numbers = numbers[np.argsort(labels[edges.left[numbers]], kind="stable")]
    starts = np.flatnonzero(np.diff(labels[edges.left[numbers]], prepend=-1))
    parts = np.split(numbers, starts[1:]) if len(numbers) else []
    return [part for part in parts if len(joined(records.names, nodes_of(edges, part))) > 1]


def nodes_of(edges: Edges, numbers: np.ndarray) -> set[int]:
    return set(np.unique(np.concatenate((edges.left[numbers], edges.right[numbers]))).tolist())


def joined(attributes: dict[int, set[str]], nodes: set[int]) -> set[str]:
    return set().union(*(attributes[node] for node in nodes if node in attributes))


def held_in_component(records: Records, edges: Edges, numbers: np.ndarray) -> list[int]:
    """Cut the weakest contradicting bridge, then look again at what is left."""
    held: list[int] = []
    remaining = numbers
    while True:
        cut = weakest_contradiction(records, edges, remaining)
        if cut is None:
            return held
        held += cut
        remaining = np.setdiff1d(remaining, cut)


def weakest_contradiction(records: Records, edges: Edges, numbers: np.ndarray) -> list[int] | None:
    neighbours, carried = value_graph(edges, numbers)
    best = None
    for record, value, near, far in record_value_bridges(neighbours):
        weight = max(edges.weight[number] for number in carried[record, value])
        is_weaker = best is None or (weight, record, value) < best[0]
        if weight < STATED_WEIGHT and is_weaker and contradict(records, near, far):
            best = (weight, record, value), carried[record, value]
    return best[1] if best else None


def contradict(records: Records, near: set[int], far: set[int]) -> bool:
    """Both sides have names and places, and share neither."""
    for attribute in (records.names, records.buildings):
        one, other = joined(attribute, near), joined(attribute, far)
        if not one or not other or one & other:
            return False
    return True


def value_graph(edges: Edges, numbers: np.ndarray):
    """Records (>= 0) and shared values (< 0) as one graph, and the edges that each link in it stands for.

    A value that two pairs share without any edge between the pairs is two values: the names kept them apart.
    """
    links = list(
        zip(
            numbers.tolist(),
            edges.left[numbers].tolist(),
            edges.right[numbers].tolist(),
            edges.evidence[numbers].tolist(),
            strict=True,
        )
    )
    slots: dict[tuple[int, int], int] = {}
    # The components of the slots, each named after its smallest one. Not by `components`: a graph of ten
    # nodes is done before SciPy has built its matrix.
    smaller: list[int] = []

    def group_of(slot: int) -> int:
        while smaller[slot] != slot:
            smaller[slot] = slot = smaller[smaller[slot]]
        return slot

    for _, left, right, evidence in links:
        ends = []
        for end in ((left, evidence), (right, evidence)):
            if end not in slots:
                slots[end] = len(slots)
                smaller.append(len(smaller))
            ends.append(group_of(slots[end]))
        smaller[max(ends)] = min(ends)
    neighbours: dict[int, set[int]] = defaultdict(set)
    carried: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, left, right, evidence in links:
        value = -1 - group_of(slots[left, evidence])
        for end in (left, right):
            neighbours[end].add(value)
            neighbours[value].add(end)
            carried[end, value].append(number)
    return neighbours, carried


def record_value_bridges(neighbours: dict[int, set[int]]):
    """Each bridge between two big sides as (record, value, records on one side, records on the other)."""
    seen: set[int] = set()
    for root in sorted(neighbours):
        if root in seen:
            continue
        order, cuts = depth_first(neighbours, root)
        seen.update(order)
        record_counts = np.concatenate(([0], np.cumsum([node >= 0 for node in order])))
        for record, value, start, end in cuts:
            inside = record_counts[end] - record_counts[start]
            if min(inside, record_counts[-1] - inside) >= SMALLEST_SIDE:
                near, far = order[start:end], order[:start] + order[end:]
                yield record, value, {node for node in near if node >= 0}, {node for node in far if node >= 0}


def depth_first(
    neighbours: dict[int, set[int]], root: int
) -> tuple[list[int], list[tuple[int, int, int, int]]]:
    """Nodes in the order entered, and the bridges with the span of that order that lies behind each.

    Tarjan's low-link, without recursion: a component may be deeper than Python's stack.
    """
    entered, lowest, order = {root: 0}, {root: 0}, [root]
    cuts: list[tuple[int, int, int, int]] = []
    stack = [(root, None, iter(sorted(neighbours[root])))]
    while stack:
        node, parent, following = stack[-1]
        for other in following:
            if other == parent:
                continue
            if other in entered:
                lowest[node] = min(lowest[node], entered[other])
                continue
            entered[other] = lowest[other] = len(order)
            order.append(other)
            stack.append((other, node, iter(sorted(neighbours[other]))))
            break
        else:
            stack.pop()
            if parent is None:
                continue
            lowest[parent] = min(lowest[parent], lowest[node])
            if lowest[node] > entered[parent]:
                record, value = (node, parent) if node >= 0 else (parent, node)
                cuts.append((record, value, entered[node], len(order)))
    return order, cuts


def sets_by_record(rows: list[tuple[int, str]]) -> dict[int, set[str]]:
    sets: dict[int, set[str]] = defaultdict(set)
    for record, value in rows:
        sets[record].add(value)
    return sets


def model(dbt, session):
    dbt.config(materialized="table")
    nodes = dbt.ref("int_identities__records").project(
        "record_key, record_number, coalesce(business_name, surname) as name"
    )
    pairs = dbt.ref("int_identities__edges")
    decisions = dbt.ref("int_identities__decisions")
    locations = dbt.ref("int_locations__normalized")
    keys = session.sql("select record_key from nodes order by record_number").fetch_arrow_table().column(0)
    columns = session.sql("""
        select l.record_number as left_number, r.record_number as right_number, weight, is_person_link,
            cast(hash(evidence_kind || '|' || evidence_value) >> 1 as bigint) as evidence
        from pairs
        join nodes as l on l.record_key = left_key
        join nodes as r on r.record_key = right_key
        order by all
    """).fetchnumpy()
    names = session.sql("select record_number, name from nodes where name is not null").fetchall()
    buildings = session.sql("""
        select record_number, building_address
        from locations
        join nodes on record_key = owner_key
        where is_evidence
    """).fetchall()
    decided = session.sql("""
        select l.record_number, r.record_number, decision
        from decisions
        join nodes as l on l.record_key = left_key
        join nodes as r on r.record_key = right_key
        order by all
    """).fetchall()

    records = Records(len(keys), sets_by_record(names), sets_by_record(buildings))
    edges = Edges(*(np.asarray(column) for column in columns.values()))
    same = [(left, right) for left, right, decision in decided if decision == "same"]
    different = [(left, right) for left, right, decision in decided if decision == "different"]
    households, persons = resolve(records, edges, same, different)
    return pa.table(
        {
            "record_key": keys,
            "household_cluster": keys.take(pa.array(households)),
            "person_cluster": keys.take(pa.array(persons)),
        }
    )
