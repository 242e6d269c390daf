"""Where a file name in a graph comes from: from the caller, from an asset of the model, or from the graph itself.

A SavedModel saves and restores its variables through a name that the loader gives; tables are filled from assets that
the loader finds. Such a name comes through a placeholder or an argument, maybe joined with fixed endings. Whatever else
gives the name is the model's own choice of a file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from attest.scanning.graphs.tf_graph import Call, Graph, Node, Walk

CALLS = frozenset({"PartitionedCall", "StatefulPartitionedCall"})
# Operators that hand a name on, whole or as a part of a longer one.
_PASSING = frozenset({
    "Identity", "IdentityN", "StringJoin", "ShardedFilename", "Select", "SelectV2", "PlaceholderWithDefault", "Pack",
    "Reshape", "ExpandDims", "Squeeze", "StaticRegexFullMatch", "RegexFullMatch", "StopGradient", "NoOp",
})  # fmt: skip
# What may be done with a variable that holds an asset's name.
_READING = frozenset({"ReadVariableOp", "VarIsInitializedOp"})
_OUTSIDE = frozenset({"Placeholder", "PlaceholderV2", "_Arg"})
# What savers of TensorFlow add to a prefix, and the name that stands in for it (`training/saver.py`,
# `checkpoint/functional_saver.py`).
_FIXED = re.compile(rb"(?:model|\.part|part|_temp(?:_[0-9a-f]{32})?/part|\.tempstate\d*|)")
_MAX_STEPS = 20_000
Step = tuple[Graph, str]


class Bound(NamedTuple):
    """What the object graph binds to the last arguments of functions: names of constants, by function; an empty name
    for what is no constant."""

    inputs: Mapping[str, tuple[str, ...]]


class Tracer:
    """Follows names backwards through the graphs of one file."""

    def __init__(self, walk: Walk, assets: frozenset[str], bound: Bound) -> None:
        self._walk = walk
        self._assets = assets
        self._bound = bound
        self._callers: dict[str, list[Call]] = {}
        for call in walk.calls:
            self._callers.setdefault(call.function, []).append(call)

    def fault(self, graph: Graph, name: str, *, assets: bool) -> str:
        """What is wrong with the origin of an input, as the value to be shown; empty when nothing is.

        `assets` says that constants must be assets of the model; otherwise they must be what a saver adds.
        """
        pending: list[Step] = [(graph, name)]
        seen: set[Step] = set()
        while pending:
            step = pending.pop()
            if step in seen or step[1].startswith("^"):
                continue
            seen.add(step)
            if len(seen) > _MAX_STEPS:
                return "a name whose origin is too far away"
            found = self._step(*step, assets=assets)
            if isinstance(found, str):
                return found
            pending += found
        return ""

    def _step(self, graph: Graph, name: str, *, assets: bool) -> str | list[Step]:
        """Go one step back: the next steps, or what is wrong."""
        self._walk.part.budget.check_time()
        base = name.split(":", 1)[0]
        if base in graph.arguments:
            return self._argument(graph, graph.arguments.index(base))
        node = self._walk.find(graph, base)
        if node is None:
            return f"a name from {base[:80]}, which is not there"
        if node.operator == "Const":
            return self._constant(node, root=not graph.function, assets=assets)
        if node.operator in _OUTSIDE:
            return []
        if node.operator == "ReadVariableOp" and node.inputs:
            return self._variable(graph, node.inputs[0].split(":", 1)[0])
        if node.operator in _PASSING:
            return [(graph, source) for source in node.inputs]
        return f"a name computed by {node.operator[:80]}"

    def _variable(self, graph: Graph, name: str) -> str | list[Step]:
        """A variable of the outermost graph that is set there and nowhere else: what it is set to."""
        handle = self._walk.find(graph, name)
        if graph.function or handle is None or handle.operator != "VarHandleOp":
            return "a name from a variable"
        found: list[Step] = []
        for node in self._walk.nodes(graph):
            if not any(source.split(":", 1)[0] == name for source in node.inputs):
                continue
            if node.operator == "AssignVariableOp" and len(node.inputs) > 1:
                found.append((graph, node.inputs[1]))
            elif node.operator not in _READING:
                return "a name from a variable"
        return found

    def _constant(self, node: Node, *, root: bool, assets: bool) -> str | list[Step]:
        texts = self._walk.texts_of(node)
        if texts is None:
            return "many names"
        if assets and root and node.name in self._assets:
            return []
        allowed = (lambda text: text == b"") if assets else _FIXED.fullmatch
        return next((text.decode("utf-8", "replace") for text in texts if not allowed(text)), "") or []

    def _argument(self, graph: Graph, index: int) -> str | list[Step]:
        """An argument of a function: what its callers give, and what is bound to it."""
        found: list[Step] = []
        for call in self._callers.get(graph.function, ()):
            node = self._walk.node(call.begin, call.end)
            inputs = [source for source in node.inputs if not source.startswith("^")]
            if call.operator not in CALLS or call.attribute != "f" or index >= len(inputs):
                return f"a name from a call by {call.operator[:80]}"
            found.append((call.graph, inputs[index]))
        bound = self._bound.inputs.get(graph.function, ())
        place = index - (len(graph.arguments) - len(bound))
        if place >= 0 and bound[place]:
            found += [(root, bound[place]) for root in self._walk.roots]
        return found
