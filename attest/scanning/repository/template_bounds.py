"""What rendering a template may cost: sizes that it asks for by itself, whatever the conversation.

Data counts as one unit, so that a finding rests on the template's own numbers: ranges, repetitions, powers, widths,
texts that double in a loop, macros that call each other again and again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from attest.scanning.repository.template_calls import MAX_ROUNDS, Cost, calling
from attest.scanning.repository.template_flow import Flow
from attest.scanning.repository.template_tree import Binding, Node, Tree

MAX_TEXT = 10_000_000
MAX_NESTED_LOOPS = 8
_MAX_TRACKED = 64
_PASSES = 4
_WIDTHS = frozenset({"batch", "center", "filesizeformat", "indent", "slice", "truncate", "wordwrap", "tojson"})
_ENDLESS = float(1 << 100)


def costs(tree: Tree, flow: Flow) -> tuple[Cost, ...]:
    """What a template asks for beyond reason."""
    sizes = _Sizes(tree, flow)
    return (*sizes.run(), *_nesting(tree), *_doubling(tree, flow), *calling(tree, sizes.rounds))


class Amount(NamedTuple):
    """Upper bounds: the characters of a text or the elements of a list with all that is in them, and the largest number
    that it is or holds.
    """

    length: float = 1.0
    number: float = 1.0


_UNIT = Amount()


def _most(amounts: Iterable[Amount]) -> Amount:
    found = list(amounts) or [_UNIT]
    return Amount(max(amount.length for amount in found), max(amount.number for amount in found))


class _Sizes:
    """Amounts in the order of the text."""

    def __init__(self, tree: Tree, flow: Flow) -> None:
        self.tree, self.flow = tree, flow
        self.amounts = [_UNIT] * len(tree.nodes)
        self.known: dict[tuple[str, str], Amount] = {}
        self.passed: dict[tuple[str, str], Amount] = {}
        self.rounds = [1.0] * len(tree.loops)
        self.found: list[Cost] = []
        self._after: dict[int, list[Binding]] = {}
        for binding in tree.bindings:
            self._after.setdefault(binding.source.index, []).append(binding)
        self._loops = {loop.source.index: index for index, loop in enumerate(tree.loops) if index}

    def run(self) -> list[Cost]:
        """What is found when everything is looked at, with the arguments of macros in their parameters."""
        for _ in range(_PASSES if self.flow.passed else 1):
            self.found.clear()
            self.known = dict(self.passed)
            self._pass()
            for binding in self.flow.passed:
                key = (binding.name, "")
                self.passed[key] = _most([self.passed.get(key, _UNIT), self.amounts[binding.source.index]])
        return self.found

    def _pass(self) -> None:
        """All nodes, each with what is bound to it."""
        for node in self.tree.nodes:
            length, number = self._amount(node)
            amount = Amount(min(length, _ENDLESS), min(number, _ENDLESS))
            self.amounts[node.index] = amount
            if node.index in self._loops:
                self._loop(node, self._loops[node.index])
            for binding in self._after.get(node.index, ()):
                self._bind(binding, amount)

    def _loop(self, source: Node, index: int) -> None:
        total = self.rounds[self.tree.loops[index].around] * max(self.amounts[source.index].length, 1.0)
        self.rounds[index] = min(total, _ENDLESS)
        if total > MAX_ROUNDS:
            self.found.append(("the template loops without reason", "for", source.offset))

    def _bind(self, binding: Binding, amount: Amount) -> None:
        key = (binding.name, binding.attribute)
        if binding.attribute:
            # What a namespace holds lives on from one round to the next.
            amount = Amount(min(amount.length * self.rounds[binding.loop], _ENDLESS), amount.number)
            if amount.length > MAX_TEXT:
                self.found.append(("the template makes a text without reason", binding.attribute, binding.offset))
        self.known[key] = _most([self.known.get(key, _UNIT), amount])

    def _amount(self, node: Node) -> Amount:
        kind = node.kind
        if kind == "const":
            return Amount(len(node.text)) if node.number is None else Amount(1.0, min(abs(node.number), _ENDLESS))
        if kind == "name":
            return self.known.get((node.text, ""), _UNIT)
        parts = [self.amounts[part.index] for part in node.parts]
        if kind == "attribute":
            base = node.parts[0]
            found = self.known.get((base.text, node.text)) if base.kind == "name" else None
            return found or parts[0]
        if kind == "binary":
            return self._operated(node, *parts)
        if kind in {"list", "dict"}:
            return Amount(sum(part.length for part in parts) + len(parts), _most(parts).number)
        if kind in {"logic", "choice"}:
            return _most(parts)
        if kind in {"filter", "call"}:
            return self._applied(node, parts)
        return parts[0] if parts else _UNIT

    def _operated(self, node: Node, left: Amount, right: Amount) -> Amount:
        operator, is_number = node.text, self.flow.values[node.index].number
        if operator == "**":
            return self._power(node, left.number, right.number)
        if operator not in {"+", "~", "*"}:
            return Amount(1.0, max(left.number, right.number) if operator == "%" else left.number)
        if operator == "*":
            length, number = max(left.length * right.number, right.length * left.number), left.number * right.number
        else:
            length, number = left.length + right.length, left.number + right.number
        return Amount(1.0, number) if is_number else self._limited(length, number, operator, node.offset)

    def _power(self, node: Node, left: float, right: float) -> Amount:
        constant = all(part.kind == "const" for part in node.parts)
        if not constant or right > 64 or left > 1024:
            self.found.append(("the template raises to a power without reason", "**", node.offset))
            return Amount(1.0, _ENDLESS)
        return Amount(1.0, float(max(left, 1.0) ** right))

    def _limited(self, length: float, number: float, name: str, offset: int) -> Amount:
        if length > MAX_TEXT:
            self.found.append(("the template makes a text without reason", name, offset))
        return Amount(length, number)

    def _applied(self, node: Node, parts: list[Amount]) -> Amount:
        callee, most = node.parts[0], _most(parts[1:])
        name = node.text if node.kind == "filter" else callee.text
        if node.kind == "call" and callee.kind == "name":
            return self._called(node, parts) if name == "range" else _most(parts)
        length = parts[0].length
        if name in {"length", "count"}:
            return Amount(1.0, length)
        if name == "replace" and len(parts) >= 3:
            length *= max(1.0, parts[2].length / max(1.0, parts[1].length))
        elif name == "join":
            length *= 1.0 + most.length
        elif name in _WIDTHS or name == "map":
            length *= max(1.0, most.number)
        else:
            length = max(length, most.length)
        return self._limited(length, _most(parts).number, name, node.offset)

    def _called(self, node: Node, parts: list[Amount]) -> Amount:
        size = _most(parts[1:3]).number
        if size > MAX_ROUNDS:
            self.found.append(("the template asks for a huge range", "range", node.offset))
        return Amount(size, size)


def _nesting(tree: Tree) -> Iterator[Cost]:
    """Loops in loops, each of which multiplies the work."""
    depth = [0] * len(tree.loops)
    for index, loop in enumerate(tree.loops[1:], 1):
        depth[index] = depth[loop.around] + 1
        if depth[index] == MAX_NESTED_LOOPS + 1:
            yield f"loops are nested more than {MAX_NESTED_LOOPS} deep", "for", loop.source.offset


def _doubling(tree: Tree, flow: Flow) -> Iterator[Cost]:
    """Attributes of namespaces that come more than once into their own next value, in a loop."""
    names: dict[str, Counter[str]] = {}
    copies: list[Counter[str]] = []
    after: dict[int, list[Binding]] = {}
    for binding in tree.bindings:
        after.setdefault(binding.source.index, []).append(binding)
    graph: dict[str, Counter[str]] = {}
    places: dict[str, int] = {}
    for node in tree.nodes:
        held = _copies(node, copies, names)
        copies.append(held)
        for binding in after.get(node.index, ()):
            if not binding.attribute:
                names[binding.name] = held
            elif binding.loop and not flow.values[node.index].number:
                key = f"{binding.name}.{binding.attribute}"
                graph[key] = graph.get(key, Counter()) | held
                places.setdefault(key, binding.offset)
    for key, held in graph.items():
        if sum(count for other, count in held.items() if other == key or _leads(graph, other, key)) > 1:
            yield "a text doubles in a loop", key, places[key]


def _copies(node: Node, copies: list[Counter[str]], names: Mapping[str, Counter[str]]) -> Counter[str]:
    """How often each attribute of a namespace is contained in a value."""
    parts = node.parts
    if node.kind == "attribute" and parts[0].kind == "name":
        return Counter({f"{parts[0].text}.{node.text}": 1})
    if node.kind == "name":
        return names.get(node.text, Counter())
    if node.kind == "binary" and node.text in {"+", "~", "*"}:
        both = copies[parts[0].index] + copies[parts[1].index]
        return _first(both + both if node.text == "*" else both)
    if node.kind in {"list", "dict"} or (node.kind in {"filter", "call"} and len(parts) > 1):
        return _first(sum((copies[part.index] for part in parts), Counter()))
    if node.kind == "choice":
        return copies[parts[0].index] | copies[parts[-1].index]
    return copies[parts[0].index] if parts and node.kind in {"filter", "logic", "item", "slice", "call"} else Counter()


def _first(counts: Counter[str]) -> Counter[str]:
    """Not more of them than can be followed in reasonable time; the first ones count."""
    return counts if len(counts) <= _MAX_TRACKED else Counter(dict(list(counts.items())[:_MAX_TRACKED]))


def _leads(graph: Mapping[str, Counter[str]], begin: str, end: str) -> bool:
    """Whether one attribute comes into another, over any number of steps."""
    waiting, seen = [begin], {begin}
    while waiting:
        for key in graph.get(waiting.pop(), ()):
            if key == end:
                return True
            if key not in seen and len(seen) < _MAX_TRACKED:
                seen.add(key)
                waiting.append(key)
    return False
