"""TensorFlow Lite: graph, ports and constants of a model; the constants' bytes are not read.

Source: `schema.fbs` of LiteRT, version 3d; slots are field numbers of the tables there. Behind version 3c, a model of
more than 2 GiB keeps its constants behind the FlatBuffer, and from 3d on they may lie in other files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod

from attest.errors import DocumentError
from attest.formats.facts import Claims, Facts, PortInfo, TensorInfo
from attest.formats.flatbuffer import FlatBuffer, Span, Table
from attest.formats.header_text import Problems, listing, neighbour, plain, tally
from attest.formats.source import Source
from attest.formats.tflite_metadata import CONVERSION, MODEL, RUNTIME, conversion, model_claims, runtime_version
from attest.formats.tflite_schema import CUSTOM, TYPES, TensorType, operator_name

IDENTIFIER = b"TFL3"
VERSION = 3
MAX_PORTS = 512
MAX_ENTRIES = 1024
MAX_SIGNATURES = 64
MAX_NAME = 512
MAX_TENSORS = 1 << 16
_MAX_RANK = 16
_SMALLEST = 8
# Model
_VERSION, _CODES, _SUBGRAPHS, _DESCRIPTION, _BUFFERS, _METADATA, _SIGNATURES, _GROUPS = 0, 1, 2, 3, 4, 6, 7, 8
# SubGraph
_TENSORS, _INPUTS, _OUTPUTS, _OPERATORS = 0, 1, 2, 3
# Tensor
_SHAPE, _TYPE, _BUFFER, _NAME, _QUANTIZATION, _VARIABLE, _SPARSITY, _SIGNATURE, _HAS_RANK, _EXTERNAL = (
    0, 1, 2, 3, 4, 5, 6, 7, 8, 10,
)  # fmt: skip


def read(source: Source) -> Facts:
    """What a TensorFlow Lite model says; `tensors` are its constants whose bytes lie in this file.

    Raises DocumentError when it is no FlatBuffer of the schema's version 3, or leaves its own bounds.
    """
    if source.size < _SMALLEST or source.read(4, 4) != IDENTIFIER:
        raise DocumentError(f"it does not begin as a TensorFlow Lite model does: no {IDENTIFIER.decode()} at byte 4")
    model = _Model(source, FlatBuffer.of_source(source))
    model.walk()
    return model.facts()


@dataclass(slots=True)
class _Constants:
    """Tensors with bytes of their own, each buffer once."""

    tensors: list[TensorInfo] = field(default_factory=list)
    elements: Counter[str] = field(default_factory=Counter)
    buffers: set[int] = field(default_factory=set)
    quantized: int = 0
    sparse: int = 0
    external: int = 0
    odd: int = 0
    unknown: int = 0


class _Model:
    """Gathers what the tables of one model say."""

    def __init__(self, source: Source, buffer: FlatBuffer) -> None:
        self.source = source
        self.buffer = buffer
        self.root = buffer.root()
        self.problems = Problems()
        self.constants = _Constants()
        self.codes: list[str] = []
        self.operators: Counter[str] = Counter()
        self.custom: set[str] = set()
        self.metadata: list[str] = []
        self.found: dict[str, str] = {}
        self.claims = Claims()
        self.subgraphs = 0
        self.inputs: tuple[PortInfo, ...] = ()
        self.outputs: tuple[PortInfo, ...] = ()
        version = self.root.integer(_VERSION, 4)
        if version != VERSION:
            raise DocumentError(f"it is of version {version} of its schema; only version {VERSION} can be read")

    def walk(self) -> None:
        """Go over the model once."""
        for code in _few(self.root, _CODES, MAX_ENTRIES):
            self._code(code)
        for subgraph in self.root.tables(_SUBGRAPHS):
            self._subgraph(subgraph)
        if not self.subgraphs:
            raise DocumentError("it holds no graph, so it is no TensorFlow Lite model")
        for entry in _few(self.root, _METADATA, MAX_ENTRIES):
            self._entry(entry)

    def _code(self, table: Table) -> None:
        # The older field is a byte; the larger of both counts, as in TensorFlow Lite's own GetBuiltinCode.
        code = max(table.integer(0, 1, signed=True), table.integer(3, 4, signed=True))
        name = operator_name(code)
        if code == CUSTOM:
            name = table.text(1) or name
            self.custom.add(name)
        self.codes.append(name)

    def _subgraph(self, subgraph: Table) -> None:
        for tensor in subgraph.tables(_TENSORS):
            self._tensor(tensor)
        for operator in subgraph.tables(_OPERATORS):
            index = operator.integer(0, 4)
            if index >= len(self.codes):
                raise DocumentError(f"an operator is of kind {index}, of which the model has only {len(self.codes)}")
            self.operators[self.codes[index]] += 1
        if not self.subgraphs:
            self.inputs, self.outputs = self._ports(subgraph, _INPUTS), self._ports(subgraph, _OUTPUTS)
        self.subgraphs += 1

    def _tensor(self, tensor: Table) -> None:
        constants = self.constants
        quantization = tensor.child(_QUANTIZATION)
        if quantization is not None and (quantization.vector(2, 4).items or quantization.integer(4, 1)):
            constants.quantized += 1
        constants.external += bool(tensor.integer(_EXTERNAL, 4))
        index = tensor.integer(_BUFFER, 4)
        if not index or index in constants.buffers:
            return
        span = self._buffer(index)
        if not span.items:
            return
        if len(constants.tensors) >= MAX_TENSORS:
            raise DocumentError(f"it has more than {MAX_TENSORS} constants")
        constants.buffers.add(index)
        kind = _type(tensor)
        shape = tensor.integers(_SHAPE, 4, _MAX_RANK, signed=True)
        name = plain(tensor.raw(_NAME, 4 * MAX_NAME) or b"", MAX_NAME)
        constants.tensors.append(TensorInfo(name, kind.dtype, shape, span.begin, span.end))
        self._count(tensor, kind, shape, span)

    def _count(self, tensor: Table, kind: TensorType, shape: tuple[int, ...], span: Span) -> None:
        """Count the elements of a constant; what does not fit its bytes makes the sum unknown."""
        constants = self.constants
        if tensor.child(_SPARSITY) is not None:
            constants.sparse += 1
        elif kind.bits < 0:
            constants.unknown += 1
        elif kind.bits and (min(shape, default=0) < 0 or (prod(shape) * kind.bits + 7) // 8 != span.items):
            constants.odd += 1
        elif kind.bits:
            constants.elements[kind.dtype] += prod(shape)

    def _buffer(self, index: int) -> Span:
        """Where a buffer's bytes lie; without any, its span is empty. Raises DocumentError when they are not there."""
        places = self.root.vector(_BUFFERS, 4)
        if index >= places.items:
            raise DocumentError(f"buffer {index} is not there: the model has {places.items} buffers")
        table = self.buffer.table(self.buffer.target(places.begin + 4 * index))
        offset, size = table.integer(1, 8), table.integer(2, 8)
        if offset > 1:
            if offset + size > self.source.size:
                raise DocumentError(
                    f"buffer {index} ends at {offset + size}, behind the file's {self.source.size} bytes"
                )
            return Span(offset, offset + size, size)
        return table.vector(0, 1)

    def _ports(self, subgraph: Table, slot: int) -> tuple[PortInfo, ...]:
        tensors = subgraph.vector(_TENSORS, 4)
        indices = subgraph.integers(slot, 4, MAX_PORTS, signed=True)
        if any(not 0 <= index < tensors.items for index in indices):
            raise DocumentError(f"an input or output is none of the {tensors.items} tensors of its graph")
        found = (self.buffer.table(self.buffer.target(tensors.begin + 4 * index)) for index in indices)
        return tuple(PortInfo(plain(tensor.raw(_NAME, 4 * MAX_NAME) or b""), _port_format(tensor)) for tensor in found)

    def _entry(self, entry: Table) -> None:
        name = entry.text(0)
        self.metadata.append(name)
        if name not in {RUNTIME, CONVERSION, MODEL}:
            return
        begin, end, _ = self._buffer(entry.integer(1, 4))
        try:
            if name == RUNTIME:
                self.found["min-runtime-version"] = runtime_version(self.source, begin, end)
            elif name == CONVERSION:
                self.found |= conversion(self.source, begin, end)
            else:
                self.claims = model_claims(self.source, begin, end)
        except DocumentError as error:
            self.problems.add(f"its metadata {name} cannot be read: {error.message}")

    def _signatures(self) -> str:
        return listing(sorted(self._signature(table) for table in _few(self.root, _SIGNATURES, MAX_SIGNATURES)))

    def _signature(self, signature: Table) -> str:
        ports = [
            ", ".join(sorted(text for entry in _few(signature, slot, MAX_PORTS) if (text := entry.text(0))))
            for slot in (0, 1)
        ]
        return f"{signature.text(2)}({ports[0]}) -> ({ports[1]})"

    def _others(self) -> tuple[str, ...]:
        """The files that hold constants of this model."""
        names = [group.text(0) for group in _few(self.root, _GROUPS, MAX_ENTRIES)]
        paths = [neighbour(name) for name in names if name]
        for path, inside in paths:
            if not inside:
                self.problems.add(f"its constants lie in {path}, which is outside of its own folder")
        return tuple(sorted({path for path, inside in paths if inside}))

    def facts(self) -> Facts:
        """What was gathered."""
        constants = self.constants
        if constants.odd:
            self.problems.add(f"{constants.odd} of its constants do not fill their buffers, so none are counted")
        if constants.unknown:
            self.problems.add(f"{constants.unknown} of its constants are of an unknown type, so none are counted")
        others = self._others()
        known = not (constants.odd or constants.unknown or constants.sparse or constants.external)
        version = self.found.get("tensorflow-version", "")
        return Facts(
            format="tflite",
            title=f"TensorFlow Lite, schema {VERSION}",
            framework="tensorflow" if version else "",
            framework_version=version,
            parameters=tuple(sorted(constants.elements.items())) if known else (),
            tensor_count=len(constants.tensors),
            tensors=tuple(constants.tensors),
            inputs=self.inputs,
            outputs=self.outputs,
            properties=self._properties(),
            claims=self.claims,
            refers_to=others,
            problems=self.problems.texts(),
        )

    def _properties(self) -> tuple[tuple[str, str], ...]:
        constants = self.constants
        texts = self.found | {
            "schema-version": str(VERSION),
            "description": self.root.text(_DESCRIPTION),
            "subgraphs": str(self.subgraphs),
            "operators": tally(self.operators),
            "custom-operators": listing(sorted(self.custom)),
            "metadata": listing(sorted({name for name in self.metadata if name})),
            "signatures": self._signatures(),
            "quantized-tensors": str(constants.quantized or ""),
            "sparse-tensors": str(constants.sparse or ""),
            "external-tensors": str(constants.external or ""),
        }
        return tuple(sorted((f"tflite:{name}", text) for name, text in texts.items() if text))


def _few(table: Table, slot: int, limit: int) -> Iterator[Table]:
    """Tables of a vector; raises DocumentError when there are more than anybody needs."""
    if (items := table.vector(slot, 4).items) > limit:
        raise DocumentError(f"a list of {items} entries is longer than {limit}")
    return table.tables(slot)


def _type(tensor: Table) -> TensorType:
    code = tensor.integer(_TYPE, 1, signed=True)
    return TYPES[code] if 0 <= code < len(TYPES) else TensorType(f"type{code}", f"TYPE_{code}", -1)


def _port_format(tensor: Table) -> str:
    """Element type and shape. Without dimensions and without `has_rank`, nobody knows whether it is a scalar."""
    shape = tensor.integers(_SIGNATURE, 4, _MAX_RANK, signed=True) or tensor.integers(_SHAPE, 4, _MAX_RANK, signed=True)
    kind = _type(tensor).name
    if not shape and not tensor.flag(_HAS_RANK):
        return kind
    return f"{kind}[{','.join(str(size) if size >= 0 else '?' for size in shape)}]"
