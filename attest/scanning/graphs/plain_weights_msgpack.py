"""Flax checkpoints in MessagePack: maps of names, numbers, and arrays as extensions.

Source: MessagePack specification; `flax/serialization.py` (extension 1 is an array, 2 a complex number, 3 a scalar; an
array is a packed tuple of shape, type and bytes).
"""

from __future__ import annotations

from attest.errors import DocumentError
from attest.formats.source import Cursor
from attest.scanning.part import Part

MAX_VALUES = 5_000_000
MAX_DEPTH = 1000
_ARRAY, _COMPLEX, _SCALAR = 1, 2, 3
_MAX_SMALL = 1 << 16
_DTYPES = frozenset({
    "bool", "bfloat16", "complex128", "complex64", "float16", "float32", "float64", "int16", "int32", "int4", "int64",
    "int8", "uint16", "uint32", "uint4", "uint64", "uint8", "float8_e4m3fn", "float8_e4m3b11fnuz", "float8_e4m3fnuz",
    "float8_e5m2", "float8_e5m2fnuz",
})  # fmt: skip
_FIXED = {0xC0: 0, 0xC2: 0, 0xC3: 0, 0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xD0: 1, 0xD1: 2, 0xD2: 4,
          0xD3: 8}  # fmt: skip
# First byte → width of the length that follows.
_BLOBS = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}
_LISTS = {0xDC: 2, 0xDD: 4}
_MAPS = {0xDE: 2, 0xDF: 4}
_EXTENSIONS = {0xC7: 1, 0xC8: 2, 0xC9: 4}
_FIXED_EXTENSIONS = {0xD4: 1, 0xD5: 2, 0xD6: 4, 0xD7: 8, 0xD8: 16}


def check_flax(part: Part) -> int:
    """Walk every value; gives the bytes that belong to no array. Raises DocumentError when they do not add up."""
    cursor = Cursor(part.source, block=1 << 12)
    opaque = count = 0
    left = [1]
    while left:
        if left[-1] == 0:
            left.pop()
            continue
        left[-1] -= 1
        count += 1
        if count > MAX_VALUES or len(left) > MAX_DEPTH:
            raise DocumentError(f"it has more than {MAX_VALUES} values, or nests them deeper than {MAX_DEPTH} levels")
        if not count % 65536:
            part.budget.check_time()
        items, array = _value(cursor)
        opaque += array
        if items > cursor.left:
            raise DocumentError(f"{items} values at {cursor.position} leave the file")
        if items:
            left.append(items)
    if cursor.left:
        raise DocumentError(f"{cursor.left} bytes stand behind the last value")
    return part.size - opaque


def _value(cursor: Cursor) -> tuple[int, int]:
    """Read one value without what is in it: how many values follow that belong to it, and bytes of an array."""
    mark = cursor.take(1)[0]
    if mark < 0x80 or mark >= 0xE0:
        return 0, 0
    if mark < 0x90:
        return 2 * (mark & 0x0F), 0
    if mark < 0xA0:
        return mark & 0x0F, 0
    if mark < 0xC0:
        cursor.skip(mark & 0x1F)
        return 0, 0
    return _long(cursor, mark)


def _long(cursor: Cursor, mark: int) -> tuple[int, int]:
    if mark in _FIXED:
        cursor.skip(_FIXED[mark])
    elif mark in _BLOBS:
        length = cursor.integer(_BLOBS[mark], big=True)
        cursor.skip(length)
        return 0, length if mark < 0xC7 else 0
    elif mark in _LISTS:
        return cursor.integer(_LISTS[mark], big=True), 0
    elif mark in _MAPS:
        return 2 * cursor.integer(_MAPS[mark], big=True), 0
    elif mark in _EXTENSIONS:
        return 0, _extension(cursor, cursor.integer(_EXTENSIONS[mark], big=True))
    elif mark in _FIXED_EXTENSIONS:
        return 0, _extension(cursor, _FIXED_EXTENSIONS[mark])
    else:
        raise DocumentError(f"the byte {mark:#x} before {cursor.position} begins no value")
    return 0, 0


def _extension(cursor: Cursor, length: int) -> int:
    """An array, scalar or complex number; gives the bytes of an array."""
    kind, end = cursor.integer(1), cursor.position + length
    if kind == _COMPLEX and length <= _MAX_SMALL:
        cursor.skip(length)
        return 0
    if kind not in {_ARRAY, _SCALAR}:
        raise DocumentError(f"the extension before {cursor.position} is of kind {kind}, which Flax does not have")
    if cursor.take(1) != b"\x93":
        raise DocumentError(f"the array before {cursor.position} is no tuple of three")
    items, _ = _value(cursor)
    for _ in range(min(items, 64)):
        _value(cursor)
    mark = cursor.take(1)[0]
    size = mark & 0x1F if 0xA0 <= mark < 0xC0 else cursor.integer(1) if mark == 0xD9 else 0
    dtype = cursor.take(size).decode("ascii", "replace")
    if dtype not in _DTYPES:
        raise DocumentError(f"the array before {cursor.position} has the element type {dtype[:40]!r}")
    _, data = _value(cursor)
    if cursor.position != end:
        raise DocumentError(f"the array before {cursor.position} does not end where it should")
    return data
