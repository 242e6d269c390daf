"""Graphs of an ONNX model, with what is nested in them: nodes, sub-graphs in attributes, functions, training.

Source: `GraphProto`, `NodeProto`, `AttributeProto`, `FunctionProto` and `TrainingInfoProto` of `onnx.proto`.
"""

from __future__ import annotations

from collections import Counter

from attest.errors import DocumentError
from attest.formats.facts import PortInfo
from attest.formats.header_text import Problems, plain
from attest.formats.onnx_tensor import Tensor, check, read_tensor
from attest.formats.onnx_type import read_port
from attest.formats.protobuf import MAX_DEPTH, Wire, block, fixed32, runs_of, varint

MAX_TENSORS = 200_000
MAX_LISTED = 50_000
MAX_OPERATORS = 10_000
_NODE, _GRAPH_NAME, _INITIALISER, _INPUT, _OUTPUT, _SPARSE = (
    block(1),
    block(2),
    block(5),
    block(11),
    block(12),
    block(15),
)
_OP_TYPE, _ATTRIBUTE, _OP_DOMAIN = block(4), block(5), block(7)
_TENSOR, _GRAPH, _TENSORS, _GRAPHS, _SPARSE_TENSOR, _SPARSE_TENSORS = (
    block(5), block(6), block(10), block(11), block(22), block(23)
)  # fmt: skip
_FUNCTION_NAME, _FUNCTION_NODE, _FUNCTION_DOMAIN, _FUNCTION_ATTRIBUTE = block(1), block(7), block(10), block(11)
_INITIALISATION, _ALGORITHM = block(1), block(2)
_SPARSE_VALUES, _SPARSE_INDICES = block(1), block(2)
_CONSTANT = "Constant"
_OWN_DOMAIN = "ai.onnx"
# Attributes of trees hold hundreds of thousands of unpacked numbers: floats in field 7, integers in field 8.
_LONG = 256
_NUMBERS = runs_of(fixed32(7), varint(8))


class Graphs:
    """What the graphs of one model hold, added up over all of them."""

    def __init__(self, wire: Wire, problems: Problems) -> None:
        self.name = ""
        self.inputs: list[PortInfo] = []
        self.outputs: list[PortInfo] = []
        self.main_initialisers: list[Tensor] = []
        self.operators: Counter[str] = Counter()
        self.functions: set[str] = set()
        self.locations: dict[str, None] = {}
        self._nested_initialisers: list[Tensor] = []
        self._constants: list[Tensor] = []
        self._labels: dict[tuple[bytes, bytes], str] = {}
        self._tensors_left = MAX_TENSORS
        self._wire = wire
        self._problems = problems

    def weights(self) -> list[Tensor]:
        """All initialisers; the tensors of Constant nodes when there is no initialiser anywhere."""
        return self.main_initialisers + self._nested_initialisers or self._constants

    def main(self, begin: int, end: int) -> None:
        """The model's own graph."""
        for tag, first, last in self._wire.fields(begin, end):
            if tag == _INPUT:
                self._port(self.inputs, first, last)
            elif tag == _OUTPUT:
                self._port(self.outputs, first, last)
            elif tag == _GRAPH_NAME:
                self.name = self._wire.text(first, last)
            else:
                self._part(tag, first, last, 0, _Sink(self.main_initialisers, self._constants))

    def function(self, begin: int, end: int) -> None:
        """An operator that the model defines itself; what it is made of is counted once, as it stands here."""
        name = domain = b""
        for tag, first, last in self._wire.fields(begin, end):
            if tag == _FUNCTION_NAME:
                name = self._wire.raw(first, last)
            elif tag == _FUNCTION_DOMAIN:
                domain = self._wire.raw(first, last)
            elif tag == _FUNCTION_NODE:
                self._node(first, last, 0, _Sink())
            elif tag == _FUNCTION_ATTRIBUTE:
                self._attribute(first, last, 0, _Sink())
        self.functions.add(self._label(name, domain))

    def training(self, begin: int, end: int) -> None:
        """Graphs for training: their nodes count, their tensors are no weights of the model."""
        for tag, first, last in self._wire.fields(begin, end):
            if tag in {_INITIALISATION, _ALGORITHM}:
                self._graph(first, last, 1, _Sink())

    def _graph(self, begin: int, end: int, depth: int, sink: _Sink) -> None:
        if depth > MAX_DEPTH:
            raise DocumentError(f"graphs are nested deeper than {MAX_DEPTH} levels")
        for tag, first, last in self._wire.fields(begin, end):
            self._part(tag, first, last, depth, sink)

    def _part(self, tag: int, begin: int, end: int, depth: int, sink: _Sink) -> None:
        if tag == _NODE:
            self._node(begin, end, depth, sink)
        elif tag == _INITIALISER:
            sink.initialisers.append(self._tensor(begin, end))
        elif tag == _SPARSE:
            sink.initialisers += self._sparse(begin, end)

    def _node(self, begin: int, end: int, depth: int, sink: _Sink) -> None:
        name = domain = b""
        tensors: list[Tensor] = []
        for tag, first, last in self._wire.fields(begin, end):
            if tag == _OP_TYPE:
                name = self._wire.raw(first, last)
            elif tag == _OP_DOMAIN:
                domain = self._wire.raw(first, last)
            elif tag == _ATTRIBUTE:
                tensors += self._attribute(first, last, depth, sink)
        label = self._label(name, domain)
        self.operators[label] += 1
        if label == _CONSTANT:
            sink.constants += tensors

    def _attribute(self, begin: int, end: int, depth: int, sink: _Sink) -> list[Tensor]:
        """The tensors of an attribute; its graphs are gone into."""
        tensors: list[Tensor] = []
        for tag, first, last in self._wire.fields(begin, end, skip=_NUMBERS if end - begin > _LONG else None):
            if tag in {_TENSOR, _TENSORS}:
                tensors.append(self._tensor(first, last))
            elif tag in {_GRAPH, _GRAPHS}:
                self._graph(first, last, depth + 1, sink.nested(self._nested_initialisers))
            elif tag in {_SPARSE_TENSOR, _SPARSE_TENSORS}:
                tensors += self._sparse(first, last)
        return tensors

    def _sparse(self, begin: int, end: int) -> list[Tensor]:
        """The values of a sparse tensor; its indices are looked at and are no parameters."""
        values: list[Tensor] = []
        for tag, first, last in self._wire.fields(begin, end):
            if tag == _SPARSE_VALUES:
                values.append(self._tensor(first, last))
            elif tag == _SPARSE_INDICES:
                self._tensor(first, last)
        return values

    def _tensor(self, begin: int, end: int) -> Tensor:
        self._tensors_left -= 1
        if self._tensors_left < 0:
            raise DocumentError(f"it has more than {MAX_TENSORS} tensors")
        tensor = read_tensor(self._wire, begin, end)
        check(tensor, self._problems, self.locations)
        return tensor

    def _port(self, ports: list[PortInfo], begin: int, end: int) -> None:
        if len(ports) >= MAX_LISTED:
            raise DocumentError(f"the graph has more than {MAX_LISTED} inputs or outputs")
        if port := read_port(self._wire, begin, end):
            ports.append(port)
        else:
            self._problems.add("an input or output of the graph has no name that can be shown")

    def _label(self, name: bytes, domain: bytes) -> str:
        """`Add`, or `com.example:Blend` outside ONNX's own domain."""
        label = self._labels.get((name, domain))
        if label is None:
            if len(self._labels) >= MAX_OPERATORS:
                raise DocumentError(f"it uses more than {MAX_OPERATORS} kinds of operators")
            room = plain(domain)
            label = plain(name) or "?"
            label = f"{room or '?'}:{label}" if domain and room != _OWN_DOMAIN else label
            self._labels[name, domain] = label
        return label


class _Sink:
    """Where tensors of a part of the model go; by default nowhere."""

    def __init__(self, initialisers: list[Tensor] | None = None, constants: list[Tensor] | None = None) -> None:
        self.counts = initialisers is not None
        self.initialisers = [] if initialisers is None else initialisers
        self.constants = [] if constants is None else constants

    def nested(self, initialisers: list[Tensor]) -> _Sink:
        """The sink for a sub-graph."""
        return _Sink(initialisers, self.constants) if self.counts else self


def operator_domain(label: str) -> str:
    """The domain of an operator's label."""
    return label.rpartition(":")[0]
