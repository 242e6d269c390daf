"""Where texts that a template builds can get to: through assignments, loops, macros, namespaces and containers.

The order of statements does not count: a name stands for everything that is bound to it anywhere. What goes where it
cannot be followed (into a list by a method, into a namespace under a second name) poisons every container.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from attest.scanning.repository import template_names as names
from attest.scanning.repository.template_tree import Binding, Node, Tree
from attest.scanning.repository.template_values import (
    DATA,
    NUMBER,
    NUMBERS,
    TEXT,
    TEXTS,
    Value,
    collection,
    cut,
    element,
    join,
    operated,
)  # fmt: skip

_MAX_ROUNDS = 25
_MAX_PASSED = 20_000


class Flow:
    """The values of all expressions of a tree: `values[node.index]`; `passed` is what calls bind to parameters."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.macros = {macro.name for macro in tree.macros if macro.name}
        self.bindings: dict[tuple[str, str], list[Binding]] = defaultdict(list)
        self.passed = list(islice(self._arguments(), _MAX_PASSED + 1))
        # So many arguments are followed together, not one by one.
        self.poisoned = len(self.passed) > _MAX_PASSED
        for binding in [*tree.bindings, *self.passed]:
            self.bindings[binding.name, binding.attribute].append(binding)
        self._attributes: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for key in self.bindings:
            if key[1]:
                self._attributes[key[0]].append(key)
        self._namespaces = self._followed()
        self._made = self._initial()
        self._around = DATA
        self._inside: dict[str, Value] = {}
        # Numbers are believed until something else is bound; built texts only when they are seen.
        self._known: dict[tuple[str, str], Value] = {
            key: Value(number=True, numbers=True) for key in self.bindings
        }  # fmt: skip
        self.values: list[Value] = [DATA] * len(tree.nodes)
        self._settle()

    def macros_only(self, node: Node) -> bool:
        """Whether a value can only be a macro of the template, or a list of such, however often it is added to."""
        waiting, seen = [node], set[int]()
        while waiting:
            node = waiting.pop()
            if node.index in seen:
                continue
            seen.add(node.index)
            if node.kind == "item":
                waiting.append(node.parts[0])
            elif node.kind == "list" or (node.kind == "binary" and node.text == "+"):
                waiting += node.parts
            elif node.kind != "name":
                return False
            elif (node.text, "") in self.bindings:
                waiting += [binding.source for binding in self.bindings[node.text, ""]]
            elif node.text not in self.macros:
                return False
        return True

    def _arguments(self) -> Iterator[Binding]:
        """What calls bind: the parameters of macros and of call blocks, and the targets of recursive loops."""
        parameters: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for macro in self.tree.macros:
            parameters[macro.name].append(macro.parameters)
        everything = [item for items in parameters.values() for item in items]
        for node in self.tree.nodes:
            if node.kind != "call":
                continue
            callee = node.parts[0]
            if callee.kind == "name" and callee.text == "loop":
                targets = [name for loop in self.tree.loops if loop.recursive for name in loop.target]
                yield from (_bound(name, part, True) for name in targets for part in node.parts[1:])
            elif callee.kind == "name" and not node.starred:
                wanted = parameters["" if callee.text == "caller" else callee.text]
                yield from (binding for item in wanted for binding in _matched(item, node))
            elif callee.kind != "attribute":
                flat = [name for item in everything for name in item]
                yield from (_bound(n, part, element) for n in flat for part in node.parts[1:] for element in _BOTH)

    def _followed(self) -> frozenset[str]:
        """Namespaces that are known by one name only, so that their attributes can be followed one by one."""
        bases = {node.parts[0].index for node in self.tree.nodes if node.kind == "attribute"}
        shared = {node.text for node in self.tree.nodes if node.kind == "name" and node.index not in bases}
        return frozenset(
            name
            for (name, attribute), bindings in self.bindings.items()
            if not attribute and name not in shared and all(map(_makes_namespace, bindings))
        )

    def _initial(self) -> dict[tuple[str, str], list[int]]:
        """The attributes that followed namespaces begin with, by the places of their values."""
        made: dict[tuple[str, str], list[int]] = defaultdict(list)
        for name in self._namespaces:
            for binding in self.bindings[name, ""]:
                for keyword, part in binding.source.named:
                    made[name, keyword].append(part.index)
        return made

    def _round(self) -> None:
        self._around = join(self.values[loop.source.index] for loop in self.tree.loops[1:])._replace(built=False)
        self._inside = {name: collection(self._known[key] for key in keys) for name, keys in self._attributes.items()}
        for node in self.tree.nodes:
            self.values[node.index] = self._value(node)

    def _settle(self) -> None:
        for _ in range(_MAX_ROUNDS):
            around = self._around
            self._round()
            known = {key: join(map(self._bound_value, bindings)) for key, bindings in self.bindings.items()}
            poisoned = self.poisoned or self._poisons()
            if known == self._known and poisoned == self.poisoned and around == self._around:
                return
            self._known, self.poisoned = known, poisoned
        # Too long a chain of names to follow: everything may be anything.
        self.poisoned = True
        self._known = dict.fromkeys(self.bindings, TEXTS)
        self._round()

    def _poisons(self) -> bool:
        """Whether a built text goes where it cannot be followed."""
        for name, keys in self._attributes.items():
            bindings = (item for key in keys for item in self.bindings[key])
            if name not in self._namespaces and any(self._bound_value(item).tainted for item in bindings):
                return True
        return any(
            node.kind == "call"
            and node.parts[0].kind == "attribute"
            and node.parts[0].text in names.CHANGING_METHODS
            and any(self.values[part.index].tainted for part in node.parts[1:])
            for node in self.tree.nodes
        )

    def _bound_value(self, binding: Binding) -> Value:
        value = self.values[binding.source.index]
        return element(value, self.poisoned) if binding.element else value

    # Values by kind of node.

    def _value(self, node: Node) -> Value:
        kind = node.kind
        if kind == "const":
            return NUMBER if node.number is not None else Value(names.reaches_inside(node.text), False, node.text != "")
        if kind == "name":
            return self._name(node)
        parts = [self.values[part.index] for part in node.parts]
        if kind in {"attribute", "item"}:
            return self._member(node, parts)
        if kind == "slice":
            return parts[0]._replace(built=True, number=False)
        if kind == "call":
            return self._call(node, parts)
        if kind == "filter":
            return self._filter(node, parts)
        return _simple(node, parts)

    def _name(self, node: Node) -> Value:
        name = node.text
        if name in {"varargs", "kwargs"}:
            return TEXTS
        if name == "loop":
            return self._around
        value = self._known.get((name, ""), DATA)
        if names.TOKENS.fullmatch(name) and not node.local:
            value = join([value, TEXTS])
        if name not in self._attributes:
            return value
        inside = self._inside[name]
        return value._replace(inner=value.inner or inside.inner, fixed=value.fixed or inside.fixed)

    def _member(self, node: Node, parts: list[Value]) -> Value:
        base = node.parts[0]
        if node.kind == "attribute" and base.kind == "name":
            if base.text == "loop" and node.text in names.LOOP_NUMBERS:
                return NUMBER
            if base.text in self._namespaces:
                return self._namespace(base.text, node.text)
        return element(parts[0], self.poisoned)

    def _namespace(self, name: str, attribute: str) -> Value:
        made = [self.values[index] for index in self._made.get((name, attribute), ())]
        bound = [self._known[name, attribute]] if (name, attribute) in self.bindings else []
        return join([*made, *bound])

    def _call(self, node: Node, parts: list[Value]) -> Value:
        callee = node.parts[0]
        if callee.kind == "name":
            if callee.text == "range":
                return NUMBERS
            return collection(parts[1:]) if callee.text in {"dict", "namespace"} else TEXTS
        if callee.kind != "attribute":
            return TEXT
        method = callee.text
        if method in names.NUMBER_METHODS:
            return NUMBER
        if method in names.TEXT_METHODS:
            return TEXTS
        owner = self.values[callee.parts[0].index]
        if method in names.CUTTING_METHODS:
            return cut(owner)
        if method in {"items", "keys", "values", "copy"}:
            return owner._replace(built=False, number=False, numbers=False)
        return join([element(owner, self.poisoned), *parts[1:]])

    def _filter(self, node: Node, parts: list[Value]) -> Value:
        name, subject = node.text, parts[0]
        if name in names.NUMBER_FILTERS:
            return NUMBER
        if name in {"default", "d"}:
            return join(parts[:2])
        if name in {"first", "last", "max", "min", "random"}:
            return element(subject, self.poisoned)
        if name == "sum" and len(parts) == 1:
            return NUMBER
        if name == "trim":
            return cut(subject)
        if name == "map":
            return TEXTS if node.positional else subject._replace(built=False, number=False, numbers=False)
        if name in names.OTHER_FILTERS and name != "sum":
            return collection([element(subject, self.poisoned), *parts[1:]])
        return TEXTS


_BOTH = (False, True)


def _simple(node: Node, parts: list[Value]) -> Value:
    kind = node.kind
    if kind == "binary":
        return operated(node.text, *parts)
    if kind == "logic":
        return join(parts)
    if kind == "choice":
        return join([parts[0], *parts[2:]])
    if kind in {"list", "dict"}:
        return collection(parts)
    return NUMBER if kind in {"test", "unary"} else TEXT


def _bound(name: str, source: Node, element: bool) -> Binding:
    return Binding(name, "", source, element, source.offset, source.loop)


def _matched(parameters: tuple[str, ...], node: Node) -> Iterator[Binding]:
    """The parameters of a macro with the arguments of a call."""
    for name, part in zip(parameters, node.positional, strict=False):
        yield _bound(name, part, False)
    for keyword, part in node.named:
        yield _bound(keyword, part, False)


def _makes_namespace(binding: Binding) -> bool:
    source = binding.source
    return (
        not binding.element
        and source.kind == "call"
        and source.parts[0].kind == "name"
        and source.parts[0].text == "namespace"
        and len(source.keywords) == len(source.parts) - 1
    )
