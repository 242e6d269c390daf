"""Where HDF5 keeps links and attributes when there are many: fractal heaps, and version 2 B-trees over them.

Source: HDF5 File Format Specification 3.0, sections III.A.2 (version 2 B-trees) and III.G (fractal heaps).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from attest.errors import DocumentError
from attest.formats.hdf5_messages import Bytes
from attest.scanning.keras.hdf5_heaps import MAX_DEPTH, Space

LINKS_BY_NAME, LINKS_BY_ORDER, ATTRIBUTES_BY_NAME, ATTRIBUTES_BY_ORDER, HUGE = 5, 6, 8, 9, 1
MAX_RECORDS = 500_000
_NODE_FRAME = 10  # signature, version, kind and checksum
_MANAGED, _HUGE, _TINY = 0, 1, 2
_MAX_OBJECT = 16 << 20


class _Tree(NamedTuple):
    kind: int
    node: int
    record: int
    depth: int
    root: int | None
    records: int


def records(space: Space, address: int, kinds: frozenset[int]) -> Iterator[bytes]:
    """The records of a version 2 B-tree of one of these kinds."""
    tree = _tree(space, address)
    if tree.kind not in kinds or not 0 < tree.record <= tree.node or tree.depth > MAX_DEPTH:
        raise DocumentError("a tree of the HDF5 file is one of another kind")
    widths = _widths(tree, space.sizes.offset)
    pending: deque[tuple[int | None, int, int]] = deque([(tree.root, tree.records, tree.depth)])
    seen: set[int] = set()
    total = 0
    if tree.root is None:
        return
    while pending:
        place, count, depth = pending.popleft()
        total += count
        if place is None or place in seen or total > MAX_RECORDS:
            raise DocumentError("a tree of the HDF5 file goes round in circles, leads nowhere or is too large")
        seen.add(place)
        reader = space.bytes(place, tree.node)
        if reader.take(4) != (b"BTIN" if depth else b"BTLF") or reader.take(2)[1] != tree.kind:
            raise DocumentError("a tree of the HDF5 file leads nowhere")
        for _ in range(count):
            yield reader.take(tree.record)
        for _ in range(count + 1 if depth else 0):
            child, below = reader.offset(), reader.number(widths[0])
            reader.take(widths[depth - 1] if depth > 1 else 0)
            pending.append((child, below, depth - 1))


def _tree(space: Space, address: int) -> _Tree:
    reader = space.bytes(address, 22 + space.sizes.offset + space.sizes.length)
    if reader.take(4) != b"BTHD" or reader.take(1) != b"\0":
        raise DocumentError("there is no tree where the HDF5 file says")
    kind, node, record, depth = reader.number(1), reader.number(4), reader.number(2), reader.number(2)
    reader.take(2)
    return _Tree(kind, node, record, depth, reader.offset(), reader.number(2))


def _widths(tree: _Tree, offset: int) -> list[int]:
    """How many bytes the numbers of records take: first of one node, then of all below a node of depth 1, 2 …"""
    most = below = max(0, tree.node - _NODE_FRAME) // tree.record
    widths = [_bytes_for(most)]
    inner = 0
    for _ in range(tree.depth):
        pointer = offset + widths[0] + inner
        most = max(0, (tree.node - _NODE_FRAME - pointer) // (tree.record + pointer))
        below = (most + 1) * below + most
        inner = _bytes_for(below)
        widths.append(inner)
    return widths


def _bytes_for(limit: int) -> int:
    return (max(limit, 1).bit_length() - 1) // 8 + 1


class FractalHeap:
    """One heap, from which objects are had by the identifiers that a tree holds."""

    def __init__(self, space: Space, address: int) -> None:
        self._space = space
        sizes = space.sizes
        reader = space.bytes(address, 26 + 12 * sizes.length + 3 * sizes.offset)
        if reader.take(4) != b"FRHP" or reader.take(1) != b"\0":
            raise DocumentError("there is no heap where the HDF5 file says")
        reader.take(2)
        if reader.number(2):
            raise DocumentError("a heap of the HDF5 file is packed, which is not read")
        reader.take(1)
        largest = reader.number(4)
        reader.length()
        self._huge_tree = reader.offset()
        reader.length()
        reader.offset()
        reader.take(8 * sizes.length)
        self._width = reader.number(2)
        self._start, direct = reader.length(), reader.length()
        bits = reader.number(2)
        reader.number(2)
        self._root, self._rows = reader.offset(), reader.number(2)
        if not _power(self._start) or not _power(direct) or not _power(self._width) or bits > 64:
            raise DocumentError("a heap of the HDF5 file has sizes that no heap has")
        self._offset_size = (bits + 7) // 8
        self._length_size = min((direct.bit_length() - 1 + 7) // 8, _bytes_for(largest))
        self._direct_rows = direct.bit_length() - self._start.bit_length() + 2
        self._huge: dict[int, tuple[int, int]] | None = None

    def object(self, identifier: bytes) -> bytes:
        """The object with an identifier. Raises DocumentError."""
        kind = identifier[0] >> 4 & 3
        if identifier[0] >> 6 or kind > _TINY:
            raise DocumentError("a heap of the HDF5 file has an object of a kind that is not known")
        reader = Bytes(identifier, self._space.sizes, 1)
        if kind == _TINY:
            return reader.take((identifier[0] & 0x0F) + 1)
        if kind == _HUGE:
            address, length = self._huge_object(reader.number(len(identifier) - 1))
        else:
            offset, length = reader.number(self._offset_size), reader.number(self._length_size)
            address = self._managed(offset, length)
        if length > _MAX_OBJECT:
            raise DocumentError("a heap of the HDF5 file has an object that is too long")
        return self._space.read(address, length)

    def _huge_object(self, number: int) -> tuple[int, int]:
        if self._huge is None:
            self._huge = {}
            if self._huge_tree is not None:
                for record in records(self._space, self._huge_tree, frozenset({HUGE})):
                    reader = Bytes(record, self._space.sizes)
                    place, length, key = reader.offset(), reader.length(), reader.length()
                    if place is not None:
                        self._huge[key] = (place, length)
        if number not in self._huge:
            raise DocumentError("a heap of the HDF5 file lacks an object")
        return self._huge[number]

    def _managed(self, offset: int, length: int) -> int:
        """Where an offset of the heap lies: through its doubling table down to a direct block (III.G)."""
        place, rows = self._root, self._rows
        if rows == 0:
            return self._in_block(place, offset, length, self._start)
        for _ in range(MAX_DEPTH):
            row = (offset // (self._start * self._width)).bit_length()
            size = self._start << max(row - 1, 0)
            begin = self._start * self._width << row - 1 if row else 0
            column, within = divmod(offset - begin, size)
            if row >= rows or place is None:
                break
            place = self._entry(place, row * self._width + column, rows)
            if row < self._direct_rows:
                return self._in_block(place, within, length, size)
            offset = within
            rows = size.bit_length() - (self._start * self._width).bit_length() + 1
        raise DocumentError("a heap of the HDF5 file leads nowhere")

    def _in_block(self, place: int | None, offset: int, length: int, size: int) -> int:
        if place is None or offset + length > size or self._space.read(place, 4) != b"FHDB":
            raise DocumentError("a heap of the HDF5 file leads nowhere")
        return place + offset

    def _entry(self, place: int, index: int, rows: int) -> int | None:
        """A child of an indirect block."""
        if self._space.read(place, 4) != b"FHIB" or index >= rows * self._width:
            raise DocumentError("a heap of the HDF5 file leads nowhere")
        width = self._space.sizes.offset
        head = 5 + width + self._offset_size
        return self._space.bytes(place + head + index * width, width).offset()


def _power(value: int) -> bool:
    return value > 0 and not value & (value - 1)
