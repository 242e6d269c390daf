"""A tensor of an ONNX model: its type and shape, where its elements lie, and whether there are as many as it says.

Source: `TensorProto` of `onnx.proto`, and `ExternalData.md`. Elements are raw bytes, or one of five typed lists, or in
another file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import prod

from attest.errors import DocumentError
from attest.formats.facts import TensorInfo
from attest.formats.header_text import Problems, neighbour
from attest.formats.protobuf import Field, Wire, block, fixed32, fixed64, signed, varint

MAX_RANK = 64
# Names as safetensors spells them, and bits of one element. Strings have no size of their own.
_TYPES: dict[int, tuple[str, int]] = {
    1: ("F32", 32), 2: ("U8", 8), 3: ("I8", 8), 4: ("U16", 16), 5: ("I16", 16), 6: ("I32", 32), 7: ("I64", 64),
    8: ("STRING", 0), 9: ("BOOL", 8), 10: ("F16", 16), 11: ("F64", 64), 12: ("U32", 32), 13: ("U64", 64),
    14: ("C64", 64), 15: ("C128", 128), 16: ("BF16", 16), 17: ("F8_E4M3", 8), 18: ("F8_E4M3FNUZ", 8),
    19: ("F8_E5M2", 8), 20: ("F8_E5M2FNUZ", 8), 21: ("U4", 4), 22: ("I4", 4), 23: ("F4", 4), 24: ("F8_E8M0", 8),
    25: ("U2", 2), 26: ("I2", 2), 27: ("F6_E2M3", 6), 28: ("F6_E3M2", 6),
}  # fmt: skip
_MAX_ELEMENTS = 1 << 63
_DIMS, _PACKED_DIMS, _DATA_TYPE, _FLOATS, _INT32S, _STRINGS, _INT64S = (
    varint(1), block(1), varint(2), block(4), block(5), block(6), block(7)
)  # fmt: skip
_NAME, _RAW, _DOUBLES, _UINT64S, _EXTERNAL, _LOCATION = (
    block(8), block(9), block(10), block(11), block(13), varint(14)
)  # fmt: skip
_IS_EXTERNAL = 1
_EXTERNAL_KEYS = frozenset({"length", "location"})
# Packed lists: bytes of one entry, or 0 for numbers of one to ten bytes.
_LISTS = {_FLOATS: 4, _DOUBLES: 8, _INT32S: 0, _INT64S: 0, _UINT64S: 0}
_UNPACKED = {fixed32(4): _FLOATS, fixed64(10): _DOUBLES, varint(5): _INT32S, varint(7): _INT64S, varint(11): _UINT64S}
_MAX_NUMBER = 10


@dataclass(slots=True)
class Tensor:
    """What a TensorProto says. `sound` is False when what it says contradicts itself; `raw` is where raw bytes lie."""

    name: str = ""
    kind: int = 0
    shape: list[int] = field(default_factory=list)
    raw: tuple[int, int] | None = None
    entries: dict[int, tuple[int, int]] = field(default_factory=dict)
    external: dict[str, str] = field(default_factory=dict)
    is_external: bool = False
    sound: bool = True

    @property
    def dtype(self) -> str:
        """The element type as safetensors spells it; empty when ONNX does not know it."""
        return _TYPES.get(self.kind, ("", 0))[0]

    @property
    def elements(self) -> int:
        """How many elements the shape asks for."""
        return prod(self.shape)


def read_tensor(wire: Wire, begin: int, end: int) -> Tensor:
    """A TensorProto in [begin, end); raises DocumentError when it is no message. Elements are counted, not read."""
    tensor = Tensor()
    for tag, first, last in wire.fields(begin, end):
        if tag == _DIMS:
            tensor.shape.append(signed(first))
        elif tag == _PACKED_DIMS:
            tensor.shape += map(signed, wire.numbers(first, last, MAX_RANK))
        elif tag == _DATA_TYPE:
            tensor.kind = first
        elif tag == _NAME:
            tensor.name = wire.text(first, last)
        elif tag == _RAW:
            tensor.raw = (first, last)
        elif tag == _EXTERNAL:
            key, start, stop = wire.entry(first, last)
            tensor.external |= {key: wire.text(start, stop)} if key in _EXTERNAL_KEYS else {}
        elif tag == _LOCATION:
            tensor.is_external = first == _IS_EXTERNAL
        else:
            _count(tensor, (tag, first, last))
        if len(tensor.shape) > MAX_RANK:
            raise DocumentError(f"a tensor at {begin} has more than {MAX_RANK} dimensions")
    return tensor


def _count(tensor: Tensor, found: Field) -> None:
    """Add the entries of a typed list: at least and at most how many there are, since numbers differ in length."""
    tag, begin, end = found
    if tag in _LISTS:
        width = _LISTS[tag]
        length = end - begin
        least, most = (length // width, length // width) if width else (-(-length // _MAX_NUMBER), length)
    elif tag in _UNPACKED or tag == _STRINGS:
        tag, least, most = _UNPACKED.get(tag, tag), 1, 1
    else:
        return
    before = tensor.entries.get(tag, (0, 0))
    tensor.entries[tag] = (before[0] + least, before[1] + most)


def check(tensor: Tensor, problems: Problems, locations: dict[str, None]) -> None:
    """Compare type, shape and data; what is wrong goes to `problems`, other files that hold data to `locations`."""
    fault = _fault(tensor)
    if tensor.is_external:
        fault = _refer(tensor, problems, locations) or fault
    if fault:
        tensor.sound = False
        problems.add(f"tensor {tensor.name[:80]!r} {fault}")


def _fault(tensor: Tensor) -> str:
    shape = tensor.shape
    if not tensor.dtype:
        return f"has the element type {tensor.kind}, which ONNX does not know"
    if len(shape) > MAX_RANK or min(shape, default=0) < 0 or tensor.elements >= _MAX_ELEMENTS:
        return "has a shape that no tensor can have"
    bits = _TYPES[tensor.kind][1]
    size = -(-tensor.elements * bits // 8)
    if tensor.is_external:
        claimed = tensor.external.get("length", "")
        return "" if claimed in {"", str(size)} else f"needs {size} bytes and claims {claimed} in another file"
    if tensor.raw is not None:
        length = tensor.raw[1] - tensor.raw[0]
        return "" if bits and length == size else f"needs {size} bytes and has {length}"
    least, most = next(iter(tensor.entries.values()), (0, 0))
    wanted = _entries(tensor.elements, bits, next(iter(tensor.entries), 0))
    return "" if least <= wanted <= most else f"needs {wanted} values and does not have them"


def _entries(elements: int, bits: int, tag: int) -> int:
    """How many entries of a typed list hold so many elements: complex numbers take two, small integers share one."""
    if tag == _FLOATS:
        return elements * max(1, bits // 32)
    if tag == _DOUBLES:
        return elements * max(1, bits // 64)
    return -(-elements * bits // 8) if tag == _INT32S and bits in {2, 4} else elements


def _refer(tensor: Tensor, problems: Problems, locations: dict[str, None]) -> str:
    location, inside = neighbour(tensor.external.get("location", ""))
    if not location:
        return "has its data in another file and does not say in which"
    locations[location] = None
    if not inside:
        problems.add(f"data is to be read from {location!r}, which is not inside the model's folder")
    return ""


def parameters(tensors: Iterable[Tensor]) -> tuple[tuple[str, int], ...]:
    """Elements by type; nothing at all when one of the tensors contradicts itself, since a part is no sum."""
    counts: Counter[str] = Counter()
    for tensor in tensors:
        if not tensor.sound:
            return ()
        counts[tensor.dtype] += tensor.elements
    return tuple(sorted(counts.items()))


def tensor_infos(tensors: Iterable[Tensor]) -> tuple[TensorInfo, ...]:
    """Named tensors whose raw bytes lie in the file."""
    return tuple(
        TensorInfo(tensor.name, tensor.dtype, tuple(tensor.shape), *tensor.raw)
        for tensor in tensors
        if tensor.raw is not None and tensor.sound and tensor.name and not tensor.is_external
    )
