"""Types of the inputs and outputs of an ONNX graph → text such as `float32[batch,3,224,224]`.

Source: `ValueInfoProto`, `TypeProto` and `TensorShapeProto` of `onnx.proto`. A tensor without a shape has any number of
dimensions and is only its element type; `float32[]` is a single number.
"""

from __future__ import annotations

import re

from attest.errors import DocumentError
from attest.formats.facts import PortInfo
from attest.formats.protobuf import Wire, block, signed, varint

MAX_DIMENSIONS = 64
_MAX_DEPTH = 8
_NAMES = {
    1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 8: "string", 9: "bool",
    10: "float16", 11: "float64", 12: "uint32", 13: "uint64", 14: "complex64", 15: "complex128", 16: "bfloat16",
    17: "float8e4m3fn", 18: "float8e4m3fnuz", 19: "float8e5m2", 20: "float8e5m2fnuz", 21: "uint4", 22: "int4",
    23: "float4e2m1", 24: "float8e8m0", 25: "uint2", 26: "int2", 27: "float6e2m3", 28: "float6e3m2",
}  # fmt: skip
_UNKNOWN = "?"
_NAME, _TYPE = block(1), block(2)
_TENSOR, _SEQUENCE, _MAP, _OPAQUE, _SPARSE, _OPTIONAL = block(1), block(4), block(5), block(7), block(8), block(9)
_ELEMENT, _INNER, _SHAPE, _KEY, _VALUE = varint(1), block(1), block(2), varint(1), block(2)
_DIMENSION, _SIZE, _SYMBOL = block(1), varint(1), block(2)
_WRAPPERS = {_SEQUENCE: "sequence", _OPTIONAL: "optional"}
_SHOWN = re.compile(r"[\w .:/*+()-]{1,64}")


def read_port(wire: Wire, begin: int, end: int) -> PortInfo | None:
    """A ValueInfoProto in [begin, end); None when its name cannot be shown.

    Raises DocumentError when it is no message or its type is nested too deeply.
    """
    name, form = "", _UNKNOWN
    for tag, first, last in wire.fields(begin, end):
        if tag == _NAME:
            name = wire.text(first, last)
        elif tag == _TYPE:
            form = _form(wire, first, last, 0)
    return PortInfo(name, form) if name else None


def _form(wire: Wire, begin: int, end: int, depth: int) -> str:
    """A TypeProto; of several alternatives the last one holds."""
    if depth > _MAX_DEPTH:
        raise DocumentError(f"the type of an input or output is nested deeper than {_MAX_DEPTH} levels")
    form = _UNKNOWN
    for tag, first, last in wire.fields(begin, end):
        if tag == _TENSOR:
            form = _tensor(wire, first, last)
        elif tag == _SPARSE:
            form = f"sparse({_tensor(wire, first, last)})"
        elif tag in _WRAPPERS:
            form = f"{_WRAPPERS[tag]}({_inner(wire, first, last, depth)})"
        elif tag == _MAP:
            form = _map(wire, first, last, depth)
        elif tag == _OPAQUE:
            form = _opaque(wire, first, last)
    return form


def _inner(wire: Wire, begin: int, end: int, depth: int) -> str:
    form = _UNKNOWN
    for tag, first, last in wire.fields(begin, end):
        if tag == _INNER:
            form = _form(wire, first, last, depth + 1)
    return form


def _map(wire: Wire, begin: int, end: int, depth: int) -> str:
    key = value = _UNKNOWN
    for tag, first, last in wire.fields(begin, end):
        if tag == _KEY:
            key = _NAMES.get(first, _UNKNOWN)
        elif tag == _VALUE:
            value = _form(wire, first, last, depth + 1)
    return f"map({key},{value})"


def _opaque(wire: Wire, begin: int, end: int) -> str:
    domain = name = ""
    for tag, first, last in wire.fields(begin, end):
        if tag == block(1):
            domain = _symbol(wire, first, last)
        elif tag == block(2):
            name = _symbol(wire, first, last)
    return f"opaque({f'{domain}.{name}' if domain else name or _UNKNOWN})"


def _tensor(wire: Wire, begin: int, end: int) -> str:
    element, shape = _UNKNOWN, ""
    for tag, first, last in wire.fields(begin, end):
        if tag == _ELEMENT:
            element = _NAMES.get(first, _UNKNOWN)
        elif tag == _SHAPE:
            shape = _shape(wire, first, last)
    return element + shape


def _shape(wire: Wire, begin: int, end: int) -> str:
    sizes: list[str] = []
    for tag, first, last in wire.fields(begin, end):
        if tag == _DIMENSION:
            if len(sizes) >= MAX_DIMENSIONS:
                raise DocumentError(f"an input or output has more than {MAX_DIMENSIONS} dimensions")
            sizes.append(_dimension(wire, first, last))
    return f"[{','.join(sizes)}]"


def _dimension(wire: Wire, begin: int, end: int) -> str:
    size = _UNKNOWN
    for tag, first, last in wire.fields(begin, end):
        if tag == _SIZE:
            size = str(signed(first)) if signed(first) >= 0 else _UNKNOWN
        elif tag == _SYMBOL:
            size = _symbol(wire, first, last)
    return size


def _symbol(wire: Wire, begin: int, end: int) -> str:
    """A name that cannot be mistaken for something else beside commas and brackets."""
    text = wire.text(begin, end)
    return text if _SHOWN.fullmatch(text) else _UNKNOWN
