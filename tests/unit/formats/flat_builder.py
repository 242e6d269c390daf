"""Builds FlatBuffers from plain values, also such as no library would write.

A table is a dict from field number to value: `u8`, `i32` and their like for numbers, a text or bytes, a table, a list
of tables, or `vector` for numbers and structs. Everything is written in the order in which it is referred to; what
stands in one list twice is written once.
"""

from __future__ import annotations

import struct
from typing import NamedTuple


class Scalar(NamedTuple):
    """A number with its format in the words of `struct`."""

    format: str
    value: int


class Items(NamedTuple):
    """A vector of numbers or structs: how many, and their bytes."""

    length: int
    data: bytes


Flat = dict[int, "Scalar | Items | str | bytes | Flat | list[Flat]"]


def u8(value: int) -> Scalar:
    return Scalar("<B", value)


def i8(value: int) -> Scalar:
    return Scalar("<b", value)


def u16(value: int) -> Scalar:
    return Scalar("<H", value)


def i32(value: int) -> Scalar:
    return Scalar("<i", value)


def u32(value: int) -> Scalar:
    return Scalar("<I", value)


def i64(value: int) -> Scalar:
    return Scalar("<q", value)


def u64(value: int) -> Scalar:
    return Scalar("<Q", value)


def vector(form: str, *values: int) -> Items:
    """Numbers, all of one format."""
    return Items(len(values), b"".join(struct.pack(f"<{form}", value) for value in values))


def flat(root: Flat, identifier: bytes = b"") -> bytes:
    """A whole buffer with this root table."""
    builder = _Builder(bytearray(4) + identifier)
    builder.refer(0, root)
    builder.write()
    return bytes(builder.data)


class _Builder:
    def __init__(self, data: bytearray) -> None:
        self.data = data
        self.waiting: list[tuple[int, Items | str | bytes | Flat | list[Flat]]] = []

    def refer(self, place: int, value: Items | str | bytes | Flat | list[Flat]) -> None:
        self.waiting.append((place, value))

    def write(self) -> None:
        while self.waiting:
            place, value = self.waiting.pop(0)
            self._align(8)
            places = [place, *(other for other, same in self.waiting if same is value)]
            self.waiting = [(other, found) for other, found in self.waiting if found is not value]
            position = self._table(value) if isinstance(value, dict) else self._vector(value)
            for other in places:
                struct.pack_into("<I", self.data, other, position - other)

    def _align(self, size: int) -> None:
        self.data += bytes(-len(self.data) % size)

    def _vector(self, value: Items | str | bytes | list[Flat]) -> int:
        position = len(self.data)
        if isinstance(value, list):
            self.data += struct.pack("<I", len(value)) + bytes(4 * len(value))
            for index, table in enumerate(value):
                self.refer(position + 4 + 4 * index, table)
        elif isinstance(value, Items):
            self.data += struct.pack("<I", value.length) + value.data
        else:
            raw = value.encode() if isinstance(value, str) else value
            self.data += struct.pack("<I", len(raw)) + raw + b"\0"
        return position

    def _table(self, fields: Flat) -> int:
        slots = max(fields, default=-1) + 1
        places, size = [0] * slots, 4
        for slot, value in fields.items():
            width = struct.calcsize(value.format) if isinstance(value, Scalar) else 4
            size += -size % width
            places[slot] = size
            size += width
        vtable = len(self.data)
        self.data += struct.pack(f"<HH{slots}H", 4 + 2 * slots, size, *places)
        self._align(8)
        position = len(self.data)
        self.data += struct.pack("<i", position - vtable) + bytes(size - 4)
        for slot, value in fields.items():
            if isinstance(value, Scalar):
                struct.pack_into(value.format, self.data, position + places[slot], value.value)
            else:
                self.refer(position + places[slot], value)
        return position
