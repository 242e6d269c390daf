"""Could these bytes be a protobuf message of a known type? Field numbers and wire types only; nothing is decoded."""

from __future__ import annotations

from collections.abc import Mapping

_MAX_FIELDS = 256
_MAX_VARINT = 10
_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5

# Top-level fields with their wire types.
ONNX_MODEL: Mapping[int, int] = {1: 0, 2: 2, 3: 2, 4: 2, 5: 0, 6: 2, 7: 2, 8: 2, 14: 2, 20: 2, 25: 2, 26: 2}
SENTENCEPIECE_MODEL: Mapping[int, int] = {1: 2, 2: 2, 3: 2, 4: 2, 5: 2}
# SavedModel (1 version, 2 meta graphs), GraphDef (1 nodes, 2 library, 3 version, 4 versions) and the messages
# beside.
TENSORFLOW_GRAPHS: tuple[Mapping[int, int], ...] = (
    {1: 0, 2: 2},
    {1: 2, 2: 2, 3: 0, 4: 2},
    dict.fromkeys(range(1, 9), 0) | {6: 2},
)


def fits(data: bytes, size: int, fields: Mapping[int, int]) -> bool:
    """Whether the leading bytes `data` of a file of `size` bytes are fields of this message, as far as known."""
    position = count = 0
    while position < len(data) and count < _MAX_FIELDS:
        tag, position = varint(data, position)
        if position < 0:
            return len(data) < size and count > 0
        if fields.get(tag >> 3, -1) != tag & 7:
            return False
        position = _skip(data, position, size, tag & 7)
        if position < 0:
            return False
        count += 1
    return count > 0


def _skip(data: bytes, position: int, size: int, wire: int) -> int:
    """The position after one value; -1 when it leaves the file, at least `len(data)` when it leaves what is known."""
    cut_off = len(data) if len(data) < size else size + 1
    if wire == _LENGTH:
        length, position = varint(data, position)
        end = position + length if position >= 0 else cut_off
    elif wire == _VARINT:
        _, end = varint(data, position)
        end = end if end >= 0 else cut_off
    else:
        end = position + {_FIXED64: 8, _FIXED32: 4}.get(wire, size + 1)
    return end if end <= size else -1


def varint(data: bytes, position: int) -> tuple[int, int]:
    """A base-128 number and the position after it; -1 when the number does not end in ten bytes or in `data`."""
    value = 0
    for index, byte in enumerate(data[position : position + _MAX_VARINT]):
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return value, position + index + 1
    return 0, -1
