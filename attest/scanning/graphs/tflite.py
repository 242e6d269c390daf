"""TensorFlow Lite: every table that an interpreter follows is checked against the file, and operators against lists.

Source: `schema.fbs` of LiteRT, version 3d; slots are field numbers of the tables there. Operators with code 32 are
supplied by the application; those that begin with `Flex` are TensorFlow's own. Model metadata may follow as a zip
archive, which is scanned as what it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from attest.errors import DocumentError
from attest.formats.flatbuffer import FlatBuffer, Table
from attest.formats.tflite_schema import CUSTOM, OPERATORS, operator_name
from attest.scanning.graphs.tf_operators import REACHES, operators
from attest.scanning.part import Part

IDENTIFIER = b"TFL3"
VERSION = 3
MAX_ENTRIES = 4096
MAX_GRAPHS = 16_384
MAX_NAME = 1024
_MAX_INDICES = 1 << 16
_SMALLEST = 8
# Model
_VERSION, _CODES, _SUBGRAPHS, _BUFFERS, _METADATA_BUFFERS, _METADATA, _GROUPS = 0, 1, 2, 4, 5, 6, 8
# SubGraph, Operator, Tensor, Buffer
_TENSORS, _INPUTS, _OUTPUTS, _OPERATORS = 0, 1, 2, 3
_CODE, _OPERATOR_INPUTS, _OPERATOR_OUTPUTS, _OPTIONS, _OPTIONS_AT, _OPTIONS_SIZE = 0, 1, 2, 5, 9, 10
_BUFFER = 2
_DATA, _OFFSET, _SIZE = 0, 1, 2
_FLEX = "Flex"
_CALL = "STABLEHLO_CUSTOM_CALL"
_OPTIONAL = -1


def scan(part: Part) -> None:
    """Scan one model. Raises DocumentError when a table or an index leaves its place."""
    if part.size < _SMALLEST or part.source.read(4, 4) != IDENTIFIER:
        raise DocumentError("it does not begin as a TensorFlow Lite model does")
    _Model(part).walk()


class _Model:
    """One model on its way through the checks."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.buffer = FlatBuffer.of_source(part.source)
        self.root = self.buffer.root()
        self.buffers = 0
        self.codes = 0

    def walk(self) -> None:
        """Go over the model once. Raises DocumentError."""
        version = self.root.integer(_VERSION, 4)
        if version != VERSION:
            raise DocumentError(f"it is of version {version} of its schema; only version {VERSION} can be read")
        for code in _few(self.root, _CODES, MAX_ENTRIES):
            self._code(code)
            self.codes += 1
        opaque = self._buffers()
        graphs = 0
        for graph in _few(self.root, _SUBGRAPHS, MAX_GRAPHS):
            self._graph(graph)
            graphs += 1
        if not graphs:
            raise DocumentError("it holds no graph, so it is no TensorFlow Lite model")
        for entry in _few(self.root, _METADATA, MAX_ENTRIES):
            self._index(entry.integer(1, 4), self.buffers, "buffer")
        for index in self.root.integers(_METADATA_BUFFERS, 4, MAX_ENTRIES, signed=True):
            self._index(index, self.buffers, "buffer")
        self._others()
        opaque = min(opaque, self.part.size)
        self.part.interpreted(self.part.size - opaque)
        self.part.opaque(opaque)

    def _code(self, table: Table) -> None:
        """A kind of operator. The older field is a byte; the larger of both counts, as for TensorFlow Lite itself."""
        code = max(table.integer(0, 1, signed=True), table.integer(3, 4, signed=True))
        name = operator_name(code)
        if code == CUSTOM:
            self._custom(self._text(table, 1))
        elif name == _CALL:
            self._custom(name)
        elif not 0 <= code < len(OPERATORS):
            self.part.report("tf.unknown-operator", "the model has an operator that is on no list", value=name)

    def _custom(self, name: str) -> None:
        """An operator that the application supplies, or TensorFlow's own."""
        own = name.removeprefix(_FLEX)
        lists = operators()
        if own == name:
            self.part.report("tflite.custom-operator", "an operator is supplied by the application", value=name)
        elif own in lists.outside:
            self.part.report("tf.operator", f"the model {REACHES[lists.outside[own]]}", value=name)
        elif own not in lists.pure:
            self.part.report("tf.unknown-operator", "the model has an operator that is on no list", value=name)

    def _text(self, table: Table, slot: int) -> str:
        """A string, whole. Raises DocumentError when it is longer than any name."""
        if table.vector(slot, 1).items > MAX_NAME:
            raise DocumentError("a name in the model is too long")
        return (table.raw(slot, MAX_NAME) or b"").decode("utf-8", "replace")

    def _buffers(self) -> int:
        """Check where the constants lie; gives their bytes together."""
        total = 0
        for table in self.root.tables(_BUFFERS):
            self.buffers += 1
            offset, size = table.integer(_OFFSET, 8), table.integer(_SIZE, 8)
            if offset > 1:
                self._range(offset, size)
                total += size
            else:
                total += table.vector(_DATA, 1).items
        return total

    def _graph(self, graph: Table) -> None:
        self.part.budget.check_time()
        tensors = 0
        for tensor in graph.tables(_TENSORS):
            tensors += 1
            index = tensor.integer(_BUFFER, 4)
            if index:
                self._index(index, self.buffers, "buffer")
        for slot in (_INPUTS, _OUTPUTS):
            self._indices(graph, slot, tensors)
        for operator in graph.tables(_OPERATORS):
            self._index(operator.integer(_CODE, 4), self.codes, "kind of operator")
            for slot in (_OPERATOR_INPUTS, _OPERATOR_OUTPUTS):
                self._indices(operator, slot, tensors)
            operator.vector(_OPTIONS, 1)
            self._range(operator.integer(_OPTIONS_AT, 8), operator.integer(_OPTIONS_SIZE, 8))

    def _indices(self, table: Table, slot: int, tensors: int) -> None:
        for index in table.integers(slot, 4, _MAX_INDICES, signed=True):
            if index != _OPTIONAL:
                self._index(index, tensors, "tensor")

    def _index(self, index: int, count: int, what: str) -> None:
        if not 0 <= index < count:
            raise DocumentError(f"the model asks for {what} {index}, and has {count}")

    def _range(self, offset: int, size: int) -> None:
        if offset + size > self.part.size:
            raise DocumentError(f"{size} bytes at {offset} are not there: the file has {self.part.size} bytes")

    def _others(self) -> None:
        """Files that hold constants of this model: they lie beside it."""
        folder = self.part.file.rpartition("/")[0]
        for group in _few(self.root, _GROUPS, MAX_ENTRIES):
            name = self._text(group, 0)
            if not name or name.startswith("/") or "\\" in name or ".." in name.split("/") or ":" in name:
                self.part.report("archive.path-traversal", "constants of the model lie outside its folder", value=name)
            elif not self.part.members:
                self.part.refers_to("/".join(filter(None, (folder, name))))


def _few(table: Table, slot: int, limit: int) -> Iterator[Table]:
    """Tables of a vector; raises DocumentError when there are more than any model has."""
    items = table.vector(slot, 4).items
    if items > limit:
        raise DocumentError(f"a list of {items} entries is longer than {limit}")
    return table.tables(slot)
