"""Graphs of TensorFlow as messages: nodes, functions, and what of them decides whether a graph reaches outside.

Source: `graph.proto`, `node_def.proto`, `attr_value.proto`, `function.proto`, `op_def.proto` and `tensor.proto` of
TensorFlow 2; the numbers below are field numbers of the messages there. A scalar field that comes again counts with its
last value, as for every reader of these messages; functions and constants are all kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from attest.errors import DocumentError
from attest.formats.protobuf import Wire, block, varint
from attest.scanning.part import Part

MAX_NODES = 2_000_000
MAX_FUNCTIONS = 200_000
# GraphDef, FunctionDefLibrary, FunctionDef, OpDef
_NODE, _LIBRARY = block(1), block(2)
_FUNCTION = block(1)
_SIGNATURE, _BODY_NODE = block(1), block(3)
_OP_NAME, _OP_INPUT, _ARG_NAME = block(1), block(2), block(1)
# NodeDef
_NAME, _OPERATOR, _INPUT, _ATTRIBUTE = block(1), block(2), block(3), block(5)
_KEY, _VALUE = block(1), block(2)
# AttrValue, ListValue, NameAttrList, TensorProto
_LIST, _TEXT, _TENSOR, _CALLED = block(1), block(2), block(8), block(10)
_LIST_TEXT, _LIST_CALLED = block(2), block(9)
_CALLED_NAME, _CALLED_ATTRIBUTE = block(1), block(2)
_DTYPE, _CONTENT, _TEXT_VALUE = varint(1), block(4), block(8)
_STRING = 7
# The tags of fields that hold a function, in both ways to write a number of one byte.
_MARKS = (b"\x52", b"\xd2", b"\x4a", b"\xca")
_SMALL = 512
_LARGE = 64 << 10
_MAX_NAME = 4096
_MAX_TEXTS = 1000


class Call(NamedTuple):
    """A node that names a function: where it stands, its operator, the attribute, and the function."""

    graph: Graph
    begin: int
    end: int
    operator: str
    attribute: str
    function: str


class Place(NamedTuple):
    """An operator that inputs or attributes decide about: the graph, the operator and the node's bytes."""

    graph: Graph
    operator: str
    begin: int
    end: int


@dataclass(slots=True, eq=False)
class Graph:
    """A graph or a function's body: the bytes it lies in, and for functions the name and the names of arguments."""

    begin: int
    end: int
    function: str = ""
    arguments: list[str] = field(default_factory=list)
    nodes: dict[str, tuple[int, int]] | None = None


@dataclass(slots=True)
class Node:
    """One node: its name and operator, its inputs, and its attributes as ranges of bytes."""

    name: str = ""
    operator: str = ""
    inputs: list[str] = field(default_factory=list)
    attributes: dict[str, tuple[int, int]] = field(default_factory=dict)


class Walk:
    """Gathers the operators of the graphs of one file."""

    def __init__(self, part: Part, wire: Wire, conditional: frozenset[str]) -> None:
        self.part = part
        self.wire = wire
        self.conditional = conditional
        self.operators: dict[str, int] = {}
        self.functions: dict[str, list[Graph]] = {}
        self.calls: list[Call] = []
        self.places: list[Place] = []
        self.roots: list[Graph] = []
        self.count = 0
        self.opaque = 0

    def graph(self, begin: int, end: int) -> None:
        """Go over a GraphDef."""
        root = Graph(begin, end)
        self.roots.append(root)
        for tag, first, last in self.wire.fields(begin, end):
            if tag == _NODE:
                self._node(root, first, last)
            elif tag == _LIBRARY:
                self.library(first, last)

    def library(self, begin: int, end: int) -> None:
        """Go over the functions of a graph."""
        for tag, first, last in self.wire.fields(begin, end):
            if tag == _FUNCTION:
                self._function(first, last)

    def _function(self, begin: int, end: int) -> None:
        graph = Graph(begin, end)
        for tag, first, last in self.wire.fields(begin, end):
            if tag == _SIGNATURE:
                self._signature(graph, first, last)
        self.functions.setdefault(graph.function, []).append(graph)
        if len(self.functions) > MAX_FUNCTIONS:
            raise DocumentError(f"the graph has more than {MAX_FUNCTIONS} functions")
        for tag, first, last in self.wire.fields(begin, end):
            if tag == _BODY_NODE:
                self._node(graph, first, last)

    def _signature(self, graph: Graph, begin: int, end: int) -> None:
        for tag, first, last in self.wire.fields(begin, end):
            if tag == _OP_NAME:
                graph.function = self.name(first, last)
            elif tag == _OP_INPUT:
                names = [self.name(*span) for inner, *span in self.wire.fields(first, last) if inner == _ARG_NAME]
                graph.arguments.append(names[-1] if names else "")

    def name(self, begin: int, end: int) -> str:
        """A name; raises DocumentError when it is too long."""
        if end - begin > _MAX_NAME:
            raise DocumentError(f"a name of {end - begin} bytes at {begin} is longer than {_MAX_NAME}")
        return self.wire.raw(begin, end).decode("utf-8", "replace")

    def _node(self, graph: Graph, begin: int, end: int) -> None:
        self.count += 1
        if self.count > MAX_NODES:
            raise DocumentError(f"the graph has more than {MAX_NODES} nodes")
        if not self.count % 1024:
            self.part.budget.check_time()
        operator = ""
        functions: list[tuple[int, int]] = []
        for tag, first, last in self.wire.fields(begin, end):
            self.opaque += last - first if last - first > _LARGE else 0
            if tag == _OPERATOR:
                operator = self.name(first, last)
            elif tag == _ATTRIBUTE and (last - first > _SMALL or _marked(self.wire.raw(first, last))):
                functions.append((first, last))
        self.operators.setdefault(operator, begin)
        if operator in self.conditional:
            self.places.append(Place(graph, operator, begin, end))
        for first, last in functions:
            key, start, stop = self._entry(first, last)
            for called in self._called(start, stop):
                self.calls.append(Call(graph, begin, end, operator, key, called))

    def _entry(self, begin: int, end: int) -> tuple[str, int, int]:
        """One entry of a map: the key, and where the value lies."""
        key, start, stop = "", begin, begin
        for tag, first, last in self.wire.fields(begin, end):
            if tag == _KEY:
                key = self.name(first, last)
            elif tag == _VALUE:
                start, stop = first, last
        return key, start, stop

    def _called(self, begin: int, end: int) -> Iterator[str]:
        """The functions that an attribute names, those in the attributes of functions among them."""
        pending = [(begin, end, 0)]
        while pending:
            first, last, depth = pending.pop()
            if depth > 16:
                raise DocumentError("functions are named within functions too deeply")
            for tag, start, stop in self.wire.fields(first, last):
                if tag == _LIST:
                    spans = [tuple(span) for inner, *span in self.wire.fields(start, stop) if inner == _LIST_CALLED]
                elif tag == _CALLED:
                    spans = [(start, stop)]
                else:
                    continue
                for span in spans:
                    for inner, *where in self.wire.fields(*span):
                        if inner == _CALLED_NAME:
                            yield self.name(*where)
                        elif inner == _CALLED_ATTRIBUTE:
                            _, *value = self._entry(*where)
                            pending.append((value[0], value[1], depth + 1))

    # What is looked up later.

    def node(self, begin: int, end: int) -> Node:
        """One node with inputs and attributes."""
        found = Node()
        for tag, first, last in self.wire.fields(begin, end):
            if tag == _NAME:
                found.name = self.name(first, last)
            elif tag == _OPERATOR:
                found.operator = self.name(first, last)
            elif tag == _INPUT:
                found.inputs.append(self.name(first, last))
            elif tag == _ATTRIBUTE:
                key, start, stop = self._entry(first, last)
                found.attributes[key] = (start, stop)
        return found

    def _spans(self, graph: Graph) -> Iterator[tuple[int, int]]:
        wanted = _BODY_NODE if graph.function else _NODE
        return ((begin, end) for tag, begin, end in self.wire.fields(graph.begin, graph.end) if tag == wanted)

    def nodes(self, graph: Graph) -> Iterator[Node]:
        """The nodes of a graph, one after the other."""
        return (self.node(begin, end) for begin, end in self._spans(graph))

    def find(self, graph: Graph, name: str) -> Node | None:
        """The node of a graph with a name."""
        if graph.nodes is None:
            graph.nodes = {}
            for begin, end in self._spans(graph):
                names = [self.name(*span) for inner, *span in self.wire.fields(begin, end) if inner == _NAME]
                graph.nodes.setdefault(names[-1] if names else "", (begin, end))
        place = graph.nodes.get(name)
        return self.node(*place) if place is not None else None

    def text(self, node: Node, key: str) -> bytes | None:
        """An attribute that is a text; None when it is absent."""
        begin, end = node.attributes.get(key, (0, 0))
        found = None
        for tag, first, last in self.wire.fields(begin, end):
            if tag == _TEXT:
                found = self.wire.raw(first, last)
        return found

    def texts_of(self, node: Node) -> list[bytes] | None:
        """The texts of a constant; an empty list when it holds no texts, None when they cannot be told."""
        found: list[bytes] = []
        begin, end = node.attributes.get("value", (0, 0))
        for tag, first, last in self.wire.fields(begin, end):
            if tag != _TENSOR:
                continue
            kind = 0
            for inner, start, stop in self.wire.fields(first, last):
                if inner == _DTYPE:
                    kind = start
                elif inner == _TEXT_VALUE:
                    found.append(self.wire.raw(start, stop))
                if len(found) > _MAX_TEXTS:
                    return None
            if kind != _STRING:
                found = []
        return found


def _marked(data: bytes) -> bool:
    """Whether an attribute could name a function."""
    return any(mark in data for mark in _MARKS)
