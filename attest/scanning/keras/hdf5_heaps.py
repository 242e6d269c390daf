"""Where HDF5 keeps names and texts: local heaps, trees of old groups, and global heaps.

Source: HDF5 File Format Specification 3.0, sections III.A to III.E. Whatever a header says of sizes and counts is
compared with the file before it is read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from attest.errors import DocumentError
from attest.formats.hdf5_messages import Bytes, Sizes, heap_objects
from attest.scanning.part import Part

MAX_HEAP = 32 << 20
MAX_NAME = 4096
MAX_DEPTH = 32
SYMBOLIC = 2
_GROUP_TREE = 0
_LEAF = -1


class Space(NamedTuple):
    """The addresses of one file: the part, the offset of its superblock, and the sizes of its numbers."""

    part: Part
    base: int
    sizes: Sizes

    def read(self, address: int, length: int) -> bytes:
        """Bytes at an address; they count as structure. Raises DocumentError when they are not there."""
        data = self.part.source.read(self.base + address, length)
        self.part.interpreted(length)
        return data

    def bytes(self, address: int, length: int) -> Bytes:
        """The same, to be read from their beginning."""
        return Bytes(self.read(address, length), self.sizes)


class Symbol(NamedTuple):
    """An entry of an old group: its name, the address of its object, and the kind of its scratch space."""

    name: str
    address: int | None
    kind: int


def local_heap(space: Space, address: int) -> bytes:
    """The names of an old group (III.D)."""
    head = space.bytes(address, 8 + 2 * space.sizes.length + space.sizes.offset)
    if head.take(4) != b"HEAP":
        raise DocumentError("a group of the HDF5 file has no names")
    head.take(4)
    size, _, data = head.length(), head.length(), head.offset()
    if data is None or size > MAX_HEAP:
        raise DocumentError("a group of the HDF5 file has more names than are read")
    return space.read(data, size)


def symbols(space: Space, tree: int, heap: int) -> Iterator[Symbol]:
    """The entries of an old group (III.A.1, III.B)."""
    names = local_heap(space, heap)
    # The level of a node, unknown for the first one; leaves are one below level 0.
    pending: deque[tuple[int, int | None]] = deque([(tree, None)])
    seen: set[int] = set()
    wide = 2 * space.sizes.offset + 24
    while pending:
        address, level = pending.popleft()
        if address in seen:
            raise DocumentError("the tree of a group of the HDF5 file goes round in circles")
        seen.add(address)
        head = space.read(address, 8)
        count = int.from_bytes(head[6:8], "little")
        if head.startswith(b"TREE") and level in {None, head[5]} and head[5] <= MAX_DEPTH:
            pending.extend((child, head[5] - 1) for child in _children(space, address, head, count))
        elif head.startswith(b"SNOD") and level == _LEAF:
            data = space.read(address + 8, count * wide)
            for index in range(count):
                yield _symbol(Bytes(data, space.sizes, index * wide), names)
        else:
            raise DocumentError("the tree of a group of the HDF5 file leads nowhere")


def _children(space: Space, address: int, head: bytes, count: int) -> Iterator[int]:
    if head[4] != _GROUP_TREE:
        raise DocumentError("the tree of a group of the HDF5 file is one of another kind")
    width = space.sizes.length + space.sizes.offset
    reader = space.bytes(address + 8 + 2 * space.sizes.offset, count * width)
    for _ in range(count):
        reader.length()
        child = reader.offset()
        if child is not None:
            yield child


def _symbol(reader: Bytes, names: bytes) -> Symbol:
    at, address, kind = reader.number(reader.sizes.offset), reader.offset(), reader.number(4)
    end = names.find(b"\0", at, at + MAX_NAME + 1)
    if end < 0:
        raise DocumentError(f"a name in a group of the HDF5 file does not end within {MAX_NAME} bytes")
    return Symbol(names[at:end].decode("utf-8", "replace"), address, kind)


class GlobalHeaps:
    """The collections of one file that keep values of variable length (III.E)."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._collections: dict[int, dict[int, bytes]] = {}
        self._left = 4 * MAX_HEAP

    def value(self, reference: bytes) -> bytes:
        """What a reference leads to: a length, the address of a collection and a number in it."""
        reader = Bytes(reference, self._space.sizes)
        length, address, index = reader.number(4), reader.offset(), reader.number(4)
        if length == 0 or address is None:
            return b""
        data = self._collection(address).get(index)
        if data is None or length > len(data):
            raise DocumentError("a text of the HDF5 file is not where it should be")
        return data[:length]

    def _collection(self, address: int) -> dict[int, bytes]:
        found = self._collections.get(address)
        if found is not None:
            return found
        head = self._space.bytes(address, 8 + self._space.sizes.length)
        if head.take(4) != b"GCOL":
            raise DocumentError("a text of the HDF5 file is not where it should be")
        head.take(4)
        size = head.length()
        self._left -= size
        if self._left < 0:
            raise DocumentError("the HDF5 file has more texts than are read")
        reader = self._space.bytes(address, size)
        reader.take(head.at)
        found = self._collections[address] = heap_objects(reader)
        return found
