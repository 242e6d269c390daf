"""Protocol buffers, GGUF, safetensors and NumPy files written byte by byte."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def varint(value: int) -> bytes:
    """A base-128 number of up to 64 bits."""
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field: int, value: int) -> bytes:
    """A field of wire type 0."""
    return varint(field << 3) + varint(value)


def chunk(field: int, data: bytes | str, length: int | None = None) -> bytes:
    """A field of wire type 2, with any length."""
    raw = data.encode() if isinstance(data, str) else data
    return varint(field << 3 | 2) + varint(len(raw) if length is None else length) + raw


# ONNX -----------------------------------------------------------------------------------------------------------------


def onnx_tensor(name: str = "w", shape: Sequence[int] = (2, 2), raw: bytes | None = None) -> bytes:
    """A TensorProto of float32 with its data inside."""
    count = 1
    for size in shape:
        count *= size
    dims = b"".join(number(1, size) for size in shape)
    return dims + number(2, 1) + chunk(8, name) + chunk(9, bytes(4 * count) if raw is None else raw)


def onnx_external(location: str, *, name: str = "w", offset: str = "0", length: str = "16", more: bytes = b"") -> bytes:
    """A TensorProto whose data lies in another file."""
    entries = b"".join(
        chunk(13, chunk(1, key) + chunk(2, value))
        for key, value in (("location", location), ("offset", offset), ("length", length))
    )
    return number(1, 2) + number(1, 2) + number(2, 1) + chunk(8, name) + entries + number(14, 1) + more


def onnx_node(op: str = "MatMul", domain: str = "", attributes: Iterable[bytes] = ()) -> bytes:
    """A NodeProto."""
    body = chunk(1, "x") + chunk(1, "w") + chunk(2, "y") + chunk(3, "node") + chunk(4, op)
    return body + b"".join(chunk(5, item) for item in attributes) + (chunk(7, domain) if domain else b"")


def onnx_attribute(name: str, field: int, value: bytes, kind: int) -> bytes:
    """An AttributeProto: field 5 with type 4 is a tensor, field 6 with type 5 a graph."""
    return chunk(1, name) + chunk(field, value) + number(20, kind)


def onnx_value(name: str) -> bytes:
    """A ValueInfoProto of float32 and shape 1 × 2."""
    shape = chunk(1, number(1, 1)) + chunk(1, number(1, 2))
    return chunk(1, name) + chunk(2, chunk(1, number(1, 1) + chunk(2, shape)))


def onnx_graph(
    nodes: Iterable[bytes] = (onnx_node(),), tensors: Iterable[bytes] = (onnx_tensor(),), more: bytes = b""
) -> bytes:
    """A GraphProto."""
    body = b"".join(chunk(1, node) for node in nodes) + chunk(2, "graph")
    body += b"".join(chunk(5, tensor) for tensor in tensors)
    return body + chunk(11, onnx_value("x")) + chunk(12, onnx_value("y")) + more


def onnx_model(graph: bytes | None = None, more: bytes = b"", domains: Iterable[str] = ("",)) -> bytes:
    """A ModelProto."""
    imports = b"".join(chunk(8, (chunk(1, domain) if domain else b"") + number(2, 17)) for domain in domains)
    return number(1, 9) + chunk(2, "corpus") + chunk(7, onnx_graph() if graph is None else graph) + imports + more


# TensorFlow -----------------------------------------------------------------------------------------------------------


def tf_node(name: str, op: str, attributes: Mapping[str, bytes] | None = None, more: bytes = b"") -> bytes:
    """A NodeDef."""
    attrs = b"".join(chunk(5, chunk(1, key) + chunk(2, value)) for key, value in (attributes or {}).items())
    return chunk(1, name) + chunk(2, op) + attrs + more


def tf_function(name: str, nodes: Iterable[bytes]) -> bytes:
    """A FunctionDef."""
    return chunk(1, chunk(1, name)) + b"".join(chunk(3, node) for node in nodes)


def tf_graph(nodes: Iterable[bytes], functions: Iterable[bytes] = ()) -> bytes:
    """A GraphDef."""
    library = b"".join(chunk(1, function) for function in functions)
    body = b"".join(chunk(1, node) for node in nodes)
    return body + (chunk(2, library) if library else b"") + chunk(4, number(1, 1882))


def tf_saved_model(graph: bytes, more: bytes = b"", meta: bytes = b"") -> bytes:
    """A SavedModel of one meta graph."""
    info = chunk(1, chunk(4, "serve") + chunk(5, "2.21.0"))
    return number(1, 1) + chunk(2, info + chunk(2, graph) + meta) + more


PLAIN_NODES = (
    tf_node("x", "Placeholder"),
    tf_node("w", "Const"),
    tf_node("y", "MatMul", more=chunk(3, "x") + chunk(3, "w")),
    tf_node("z", "Relu", more=chunk(3, "y")),
)


# GGUF -----------------------------------------------------------------------------------------------------------------

GGUF_TYPES = {"u8": 0, "u32": 4, "i32": 5, "f32": 6, "bool": 7, "str": 8, "array": 9, "u64": 10, "f64": 12}
_FORMATS = {"u8": "B", "u32": "I", "i32": "i", "f32": "f", "bool": "?", "u64": "Q", "f64": "d"}


def gguf_text(text: str | bytes, length: int | None = None) -> bytes:
    """A text with any length."""
    raw = text.encode() if isinstance(text, str) else text
    return struct.pack("<Q", len(raw) if length is None else length) + raw


def gguf_value(kind: str, value: Any, order: str = "<") -> bytes:
    """The bytes of a value, without its type. Arrays are pairs of a type and a list."""
    if kind == "str":
        raw = value.encode() if isinstance(value, str) else value
        return struct.pack(order + "Q", len(raw)) + bytes(raw)
    if kind == "array":
        item, items = value
        head = struct.pack(order + "IQ", GGUF_TYPES[item], len(items))
        return head + b"".join(gguf_value(item, entry, order) for entry in items)
    return struct.pack(order + _FORMATS[kind], value)


def gguf_pair(key: str, kind: str, value: Any, order: str = "<") -> bytes:
    """A key with its value."""
    raw = key.encode()
    head = struct.pack(order + "Q", len(raw)) + raw + struct.pack(order + "I", GGUF_TYPES[kind])
    return head + gguf_value(kind, value, order)


def gguf_tensor(name: str, shape: Sequence[int], offset: int, kind: int = 0, order: str = "<") -> bytes:
    """An entry of the table of tensors; type 0 is float32."""
    raw = name.encode()
    dims = struct.pack(f"{order}I{len(shape)}Q", len(shape), *shape)
    return struct.pack(order + "Q", len(raw)) + raw + dims + struct.pack(order + "IQ", kind, offset)


GGUF_PAIRS = (
    gguf_pair("general.architecture", "str", "llama"),
    gguf_pair("general.name", "str", "corpus"),
    gguf_pair("llama.block_count", "u32", 1),
    gguf_pair("tokenizer.ggml.tokens", "array", ("str", ["a", "b"])),
)


def gguf(
    pairs: Iterable[bytes] = GGUF_PAIRS,
    tensors: Iterable[bytes] | None = None,
    *,
    version: int = 3,
    pair_count: int | None = None,
    tensor_count: int | None = None,
    data: bytes = bytes(32),
    order: str = "<",
    magic: bytes = b"GGUF",
) -> bytes:
    """A GGUF file, by default of one tensor of eight numbers."""
    shown, table = list(pairs), [gguf_tensor("w", (8,), 0, order=order)] if tensors is None else list(tensors)
    counts = (
        len(table) if tensor_count is None else tensor_count, len(shown) if pair_count is None else pair_count
    )  # fmt: skip
    head = magic + struct.pack(order + "IQQ", version, *counts) + b"".join(shown) + b"".join(table)
    return head + bytes(-len(head) % 32) + data


# safetensors and NumPy ------------------------------------------------------------------------------------------------


def safetensors(header: Any, data: bytes = b"", length: int | None = None) -> bytes:
    """A safetensors file; a header that is bytes stays as it is."""
    raw = header if isinstance(header, bytes) else json.dumps(header, separators=(",", ":")).encode()
    if not isinstance(header, bytes):
        raw += b" " * (-len(raw) % 8)
    return struct.pack("<Q", len(raw) if length is None else length) + raw + data


def st_entry(dtype: str, shape: Sequence[int], begin: int, end: int) -> dict[str, Any]:
    """An entry of a safetensors header."""
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end]}


def npy(header: str, data: bytes = b"", version: tuple[int, int] = (1, 0), length: int | None = None) -> bytes:
    """A .npy file with any header."""
    raw = header.encode("latin1" if version[0] < 3 else "utf-8")
    width = 2 if version[0] == 1 else 4
    raw += b" " * (-(len(raw) + 9 + width) % 64) + b"\n"
    shown = len(raw) if length is None else length
    return b"\x93NUMPY" + bytes(version) + shown.to_bytes(width, "little") + raw + data


def npy_of(descr: str, shape: tuple[int, ...], data: bytes, *, fortran: bool = False) -> bytes:
    """A .npy file with an honest header."""
    return npy(f"{{'descr': {descr!r}, 'fortran_order': {fortran}, 'shape': {shape!r}, }}", data)
