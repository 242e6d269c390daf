"""ONNX: every node, attribute and tensor of a model, wherever it may be nested.

Source: `onnx.proto` of ONNX 1.23 (`ModelProto`, `GraphProto`, `NodeProto`, `AttributeProto`, `FunctionProto`,
`TrainingInfoProto`, `TensorProto`); numbers below are field numbers there. Fields that occur more than once are
all read, since a reader merges them or takes the last.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from attest.errors import DocumentError
from attest.formats.header_text import Problems
from attest.formats.onnx_tensor import check, read_tensor
from attest.formats.protobuf import Wire, block, fixed32, runs_of, varint
from attest.scanning.graphs.onnx_external import External, check_external, refer
from attest.scanning.part import Part

MAX_DEPTH = 128
MAX_OPERATORS = 20_000
_GRAPH, _METADATA, _TRAINING, _FUNCTION = block(7), block(14), block(20), block(25)
_NODE, _INITIALISER, _SPARSE_INITIALISER = block(1), block(5), block(15)
_OP_TYPE, _ATTRIBUTE, _OP_DOMAIN = block(4), block(5), block(7)
_ATTRIBUTE_NAME, _INTEGER, _TEXT = block(1), varint(3), block(4)
_TENSORS, _GRAPHS, _SPARSES = {block(5), block(10)}, {block(6), block(11)}, {block(22), block(23)}
_FUNCTION_NAME, _FUNCTION_NODE, _FUNCTION_DOMAIN, _FUNCTION_ATTRIBUTE = block(1), block(7), block(10), block(11)
_TRAINING_GRAPHS, _SPARSE_TENSORS = {block(1), block(2)}, {block(1), block(2)}
_RAW, _EXTERNAL, _LOCATION = block(9), block(13), varint(14)
_KEY, _VALUE = block(1), block(2)
_IS_EXTERNAL = 1
_LONG = 256
_MAX_TEXT = 1 << 16
# Attributes of trees hold hundreds of thousands of unpacked numbers: floats in field 7, integers in field 8.
_NUMBERS = runs_of(fixed32(7), varint(8))
_DOMAINS = frozenset({
    "", "ai.onnx", "ai.onnx.ml", "ai.onnx.preview", "ai.onnx.preview.training", "ai.onnx.training", "com.microsoft",
    "com.microsoft.nchwc", "com.ms.internal.nhwc", "com.microsoft.experimental",
})  # fmt: skip
# Operators that import Python modules by name: of ONNX Runtime's training and of its language interoperation.
_PYTHON = frozenset({"pyop", "pythonop", "pythonopgrad", "pycustomop", "pyfunc", "pyfuncstateless"})
_CONTEXT, _CONTEXT_FILE, _EMBEDDED = "EPContext", "ep_cache_context", "embed_mode"
# Ultralytics evaluates these entries of the metadata.
_EVALUATED = frozenset({"args", "end2end", "imgsz", "kpt_names", "kpt_shape", "names"})
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*+'|\"(?:[^\"\\]|\\.)*+\"", re.DOTALL)
_CALL = re.compile(r"[\w\])][ \t]{0,8}\(|__|\blambda\b|\bfor\b")


class _Operator(NamedTuple):
    domain: str
    name: str


def scan(part: Part) -> None:
    """Report operators and external data of a model. Raises DocumentError when it is no protobuf or has no graph."""
    model = _Model(part)
    try:
        model.walk()
    finally:
        model.conclude()


class _Model:
    """Goes over the messages of a model with a list of what is still to be visited."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.wire = Wire(part.source)
        self.graphs = 0
        self.operators: dict[_Operator, int] = {}
        self.functions: set[_Operator] = set()
        self.opaque = 0
        self.waiting: list[tuple[int, int, int]] = []

    def walk(self) -> None:
        """Visit the model's fields, and then every graph that was met."""
        for tag, begin, end in self.wire.fields(0, self.part.size):
            if tag == _GRAPH:
                self.graphs += 1
                self.waiting.append((begin, end, 0))
            elif tag == _FUNCTION:
                self._function(begin, end)
            elif tag == _TRAINING:
                self.waiting += [
                    (first, last, 1) for kind, first, last in self.wire.fields(begin, end) if kind in _TRAINING_GRAPHS
                ]
            elif tag == _METADATA:
                self._metadata(begin, end)
        while self.waiting:
            self._graph(*self.waiting.pop())
        if not self.graphs:
            raise DocumentError("it holds no graph, so it is no ONNX model")

    def conclude(self) -> None:
        """Report on operators, once all functions that the model defines are known, and count the bytes."""
        part = self.part
        for operator, offset in self.operators.items():
            if operator in self.functions:
                continue
            shown = f"{operator.domain}:{operator.name}"
            if operator.name.lower() in _PYTHON:
                part.report(
                    "onnx.python-operator", "an operator runs Python that the file names", offset=offset, value=shown
                )
            elif operator.domain not in _DOMAINS:
                part.report(
                    "onnx.custom-domain", "an operator comes from an unknown domain", offset=offset, value=shown
                )
        part.opaque(self.opaque)
        part.interpreted(part.size - self.opaque)

    def _metadata(self, begin: int, end: int) -> None:
        keys, values = self._entry(begin, end)
        for key in keys:
            for value in values:
                if key in _EVALUATED and _CALL.search(_QUOTED.sub("''", value)):
                    self.part.report(
                        "onnx.python-operator", f"the metadata {key}, which a loader evaluates, is no plain literal",
                        offset=begin, value=value,
                    )  # fmt: skip

    def _entry(self, begin: int, end: int) -> tuple[list[str], list[str]]:
        """Keys and values of a StringStringEntryProto: one of each, unless it was made to be read in two ways."""
        keys: list[str] = []
        values: list[str] = []
        for tag, first, last in self.wire.fields(begin, end):
            if tag in {_KEY, _VALUE}:
                (keys if tag == _KEY else values).append(self._text(first, last))
        return keys, values

    def _text(self, begin: int, end: int) -> str:
        return self.wire.raw(begin, min(end, begin + _MAX_TEXT)).decode("utf-8", "surrogateescape")

    def _function(self, begin: int, end: int) -> None:
        name = domain = ""
        for tag, first, last in self.wire.fields(begin, end):
            if tag == _FUNCTION_NAME:
                name = self._text(first, last)
            elif tag == _FUNCTION_DOMAIN:
                domain = self._text(first, last)
            elif tag == _FUNCTION_NODE:
                self._node(first, last, 1)
            elif tag == _FUNCTION_ATTRIBUTE:
                self._attribute(first, last, 1)
        self.functions.add(_Operator(domain, name))

    def _graph(self, begin: int, end: int, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise DocumentError(f"graphs are nested deeper than {MAX_DEPTH} levels")
        self.part.budget.check_time()
        for tag, first, last in self.wire.fields(begin, end):
            if tag == _NODE:
                self._node(first, last, depth)
            elif tag == _INITIALISER:
                self._tensor(first, last)
            elif tag == _SPARSE_INITIALISER:
                self._sparse(first, last)

    def _node(self, begin: int, end: int, depth: int) -> None:
        name = domain = ""
        attributes: dict[str, tuple[int, str]] = {}
        for tag, first, last in self.wire.fields(begin, end):
            if tag == _OP_TYPE:
                name = self._text(first, last)
            elif tag == _OP_DOMAIN:
                domain = self._text(first, last)
            elif tag == _ATTRIBUTE:
                key, value = self._attribute(first, last, depth)
                if key in {_CONTEXT_FILE, _EMBEDDED}:
                    attributes[key] = value
        if len(self.operators) >= MAX_OPERATORS:
            raise DocumentError(f"it uses more than {MAX_OPERATORS} kinds of operators")
        self.operators.setdefault(_Operator(domain, name), begin)
        if name == _CONTEXT:
            self._context(attributes, begin)

    def _attribute(self, begin: int, end: int, depth: int) -> tuple[str, tuple[int, str]]:
        """Name, number and text of an attribute; its tensors are looked at and its graphs noted."""
        name, number, text = "", -1, ""
        for tag, first, last in self.wire.fields(begin, end, skip=_NUMBERS if end - begin > _LONG else None):
            if tag == _ATTRIBUTE_NAME:
                name = self._text(first, last)
            elif tag == _INTEGER:
                number = first
            elif tag == _TEXT:
                text = self._text(first, last) if last - first < _MAX_TEXT else ""
            elif tag in _TENSORS:
                self._tensor(first, last)
            elif tag in _GRAPHS:
                self.waiting.append((first, last, depth + 1))
            elif tag in _SPARSES:
                self._sparse(first, last)
        return name, (number, text)

    def _context(self, attributes: dict[str, tuple[int, str]], offset: int) -> None:
        """A compiled part of the model, in the file or, with mode 0, in another one that the provider opens."""
        self.part.report(
            "onnx.custom-domain", "a compiled part is for one kind of device", offset=offset, value=_CONTEXT
        )
        if attributes.get(_EMBEDDED, (1, ""))[0] == 0:
            refer(self.part, attributes.get(_CONTEXT_FILE, (0, ""))[1], offset)

    def _sparse(self, begin: int, end: int) -> None:
        for tag, first, last in self.wire.fields(begin, end):
            if tag in _SPARSE_TENSORS:
                self._tensor(first, last)

    def _tensor(self, begin: int, end: int) -> None:
        external = External()
        for tag, first, last in self.wire.fields(begin, end):
            if tag == _RAW:
                self.opaque += last - first
            elif tag == _EXTERNAL:
                keys, values = self._entry(first, last)
                external.add(keys, values)
            elif tag == _LOCATION:
                external.used = external.used or first == _IS_EXTERNAL
        if external.used or external.entries:
            check_external(self.part, external, begin)
        else:
            self._elements(begin, end)

    def _elements(self, begin: int, end: int) -> None:
        """A tensor has as many elements as its shape asks for: runtimes reserve memory by the shape."""
        problems = Problems()
        check(read_tensor(self.wire, begin, end), problems, {})
        for message in problems.texts():
            self.part.report("file.malformed", message, offset=begin)
