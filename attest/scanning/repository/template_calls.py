"""Macros that call macros: how many calls that makes in all, and whether recursion gets any further in the data."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from attest.scanning.repository.template_tree import Node, Tree

MAX_ROUNDS = 1_000_000
_MAX_EDGES = 5_000

Cost: TypeAlias = tuple[str, str, int]
"""A message, the name concerned, and the place in characters."""


def calling(tree: Tree, rounds: Sequence[float]) -> Iterator[Cost]:
    """What the calls of a template's macros cost; `rounds` says how often each loop goes round at least."""
    parameters = {name for macro in tree.macros for name in macro.parameters}
    targets = {name for loop in tree.loops for name in loop.target}
    bound = targets | {item.name for item in tree.bindings if not item.attribute} - parameters
    yield from _recursive_loops(tree, bound, parameters)
    called = {macro.name: index for index, macro in enumerate(tree.macros, 1) if macro.name}
    edges: dict[int, Counter[int]] = defaultdict(Counter)
    calls: list[tuple[int, int, Node]] = []
    for node in tree.nodes:
        callee = node.parts[0] if node.kind == "call" else None
        if callee is not None and callee.kind == "name" and callee.text in called:
            target = called[callee.text]
            edges[node.macro][target] += int(max(1.0, min(rounds[node.loop], MAX_ROUNDS + 1)))
            calls.append((node.macro, target, node))
    if sum(map(len, edges.values())) > _MAX_EDGES:
        yield "the macros call each other without reason", "macro", calls[0][2].offset
        return
    reached = {index: _reached(edges, index) for index in called.values()}
    for caller, target, node in calls:
        if caller in reached[target] and not any(_gets_further(part, bound, parameters) for part in node.parts[1:]):
            yield "a macro calls itself without getting any further", node.parts[0].text, node.offset
    if _total(edges, reached) > MAX_ROUNDS:
        yield "the macros call each other without reason", "macro", calls[0][2].offset


def _reached(edges: Mapping[int, Counter[int]], begin: int) -> frozenset[int]:
    waiting, seen = [begin], {begin}
    while waiting:
        for target in edges.get(waiting.pop(), ()):
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return frozenset(seen)


def _recursive_loops(tree: Tree, bound: set[str], parameters: set[str]) -> Iterator[Cost]:
    for node in tree.nodes:
        callee = node.parts[0] if node.kind == "call" else node
        again = callee is not node and callee.kind == "name" and callee.text == "loop"
        if again and not any(_gets_further(part, bound, parameters) for part in node.parts[1:]):
            yield "a loop calls itself without getting any further", "loop", node.offset


def _gets_further(node: Node, bound: set[str], parameters: set[str]) -> bool:
    """Whether an argument is a part of what the caller got, or was taken out of it before."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if node.kind == "name" and node.text in bound:
            return True
        if node.kind in {"attribute", "item", "filter"} and _root(node) in parameters:
            return True
        waiting += node.parts
    return False


def _root(node: Node) -> str:
    while node.parts:
        node = node.parts[0]
    return node.text if node.kind == "name" else ""


def _total(edges: Mapping[int, Counter[int]], reached: Mapping[int, frozenset[int]]) -> int:
    """Calls of macros in all, without those of recursion."""
    totals: dict[int, int] = {}
    for _ in range(len(reached) + 1):
        before = dict(totals)
        for caller in (0, *reached):
            inner = (
                count * totals.get(target, 1)
                for target, count in edges.get(caller, Counter()).items()
                if caller not in reached[target]
            )
            totals[caller] = 1 + sum(inner)
        if totals == before or totals[0] > MAX_ROUNDS:
            break
    return totals.get(0, 0)
