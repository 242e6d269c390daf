"""The objects of an HDF5 file, walked strictly: groups, datasets, types, and the attributes of each.

Source: HDF5 File Format Specification 3.0, section IV. No element of a dataset is read. What takes data from another
file is reported; a part of an object that has no reader here raises DocumentError, and the walk goes on elsewhere.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from attest.errors import DocumentError
from attest.formats import hdf5_messages as messages
from attest.formats.hdf5_messages import Bytes, Datatype
from attest.scanning.keras import hdf5_dense as dense
from attest.scanning.keras.hdf5_heaps import SYMBOLIC, Space, symbols

MAX_OBJECTS = 200_000
MAX_HEADER = 64 << 20
MAX_MESSAGES = 50_000
MAX_PATH = 1024
# Further messages of headers (IV.A.2).
_BOGUS, _DRIVER, _LAST = 0x09, 0x14, 0x18
_HARD, _SOFT, _EXTERNAL = 0, 1, 64
_VIRTUAL = 3
_LAYOUTS = {1: frozenset({0, 1, 2}), 2: frozenset({0, 1, 2}), 3: frozenset({0, 1, 2}),
            4: frozenset({0, 1, 2, 3}), 5: frozenset({0, 1, 2, 3})}  # fmt: skip
# Filters of the library itself, and registered ones of common writers: LZO, bzip2, LZF, Blosc, LZ4, bitshuffle,
# Zstandard, Blosc2, and those for scientific data (FCIDECOMP, SZ, ZFP, JPEG-LS …).
FILTERS = frozenset({
    1, 2, 3, 4, 5, 6, 305, 307, 32000, 32001, 32004, 32008, 32013, 32015, 32017, 32018, 32019, 32022, 32026,
})  # fmt: skip
_LONG_FILTER = 256
_NUMBERED_FROM = 32


class Message(NamedTuple):
    """One message of an object header."""

    kind: int
    flags: int
    data: bytes

    @property
    def shared(self) -> bool:
        """Whether the message only says where its content is."""
        return bool(self.flags & 2)


class Value(NamedTuple):
    """An attribute: the path of its object, its name, type and number of elements, and its bytes."""

    path: str
    name: str
    kind: Datatype
    elements: int
    data: bytes


class Objects:
    """Walks the objects of one file; `attribute` is called with each attribute."""

    def __init__(self, space: Space, attribute: Callable[[Value], None]) -> None:
        self.space = space
        self.part = space.part
        self._attribute = attribute
        self._visited: set[int] = set()

    def walk(self, root: int) -> None:
        """Visit every object once. Raises DocumentError when the root cannot be read, or when there are too many."""
        pending = deque([("", root)])
        while pending:
            path, address = pending.popleft()
            if address in self._visited:
                continue
            self._visited.add(address)
            self.part.budget.check_time()
            if len(self._visited) > MAX_OBJECTS:
                raise DocumentError(f"the HDF5 file has more than {MAX_OBJECTS} objects")
            try:
                pending.extend(self._object(path, address))
            except DocumentError as error:
                self.malformed(error.message, path)

    def malformed(self, message: str, path: str) -> None:
        """Report what could not be read."""
        self.part.report("file.malformed", message, value=path or "/")

    def _object(self, path: str, address: int) -> Iterator[tuple[str, int]]:
        """Look at one object, and give those that it links to."""
        for message in self.header(address):
            try:
                yield from self._message(path, message)
            except DocumentError as error:
                self.malformed(error.message, path)

    def _message(self, path: str, message: Message) -> Iterator[tuple[str, int]]:
        kind, data = message.kind, message.data
        if kind in {messages.EXTERNAL, _DRIVER}:
            self.part.report("hdf5.external", "data of the file lies in other files", value=path or "/")
        elif kind == messages.LAYOUT:
            self._layout(path, message)
        elif kind == messages.FILTERS:
            self._filters(path, message)
        elif kind == messages.ATTRIBUTE:
            self._read_attribute(path, message)
        elif kind == messages.ATTRIBUTE_INFO:
            self._dense_attributes(path, data)
        elif kind == messages.LINK:
            yield from self._link(path, data)
        elif kind == messages.LINK_INFO:
            yield from self._dense_links(path, data)
        elif kind == messages.SYMBOLS:
            yield from self._symbols(path, data)
        elif kind == _BOGUS or kind > _LAST:
            raise DocumentError(f"an object of the HDF5 file has a part of kind {kind}, which is not known")

    # Object headers (IV.A.1).

    def header(self, address: int) -> Iterator[Message]:
        """The messages of an object header."""
        head = self.part.source.up_to(self.space.base + address, 64)
        self.part.interpreted(min(len(head), 16))
        flags = -1
        if head.startswith(b"OHDR"):
            if len(head) < _NUMBERED_FROM or head[4] != 2:
                raise DocumentError("an object header of the HDF5 file is cut off or of a version that is not known")
            flags = head[5]
            at = 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
            width = 1 << (flags & 3)
            blocks = deque([(address + at + width, int.from_bytes(head[at : at + width], "little"))])
        elif head[:1] == b"\x01" and len(head) >= 16:
            blocks = deque([(address + 16, int.from_bytes(head[8:12], "little"))])
        else:
            raise DocumentError(f"there is no HDF5 object at {self.space.base + address}")
        total = count = 0
        while blocks:
            begin, size = blocks.popleft()
            total += size
            if total > MAX_HEADER:
                raise DocumentError("an object of the HDF5 file has a header that is too long")
            for message in self._block(self.space.read(begin, size), flags):
                count += 1
                if message.kind == messages.CONTINUATION:
                    blocks.append(self._continuation(message.data, flags))
                yield message
            if count > MAX_MESSAGES or len(blocks) > MAX_MESSAGES:
                raise DocumentError("an object of the HDF5 file has a header of too many parts")

    def _continuation(self, data: bytes, flags: int) -> tuple[int, int]:
        """Where a header goes on; in the newer form between a signature and a checksum."""
        reader = Bytes(data, self.space.sizes)
        begin, size = reader.offset(), reader.length()
        if begin is None or (flags >= 0 and (size < 8 or self.space.read(begin, 4) != b"OCHK")):
            raise DocumentError("an object header of the HDF5 file goes on where nothing is")
        return (begin + 4, size - 8) if flags >= 0 else (begin, size)

    def _block(self, data: bytes, flags: int) -> Iterator[Message]:
        """The messages in one block; `flags` is -1 for the older form."""
        width = 8 if flags < 0 else 4 + (2 if flags & 4 else 0)
        reader = Bytes(data, self.space.sizes)
        while len(data) - reader.at >= width:
            if flags < 0:
                kind, size, bits = reader.number(2), reader.number(2), reader.number(1)
                reader.take(3)
            else:
                kind, size, bits = reader.number(1), reader.number(2), reader.number(1)
                reader.take(width - 4)
            if size > len(data) - reader.at:
                raise DocumentError("a part of an HDF5 object header leaves its block")
            yield Message(kind, bits, reader.take(size))

    # Datasets.

    def _layout(self, path: str, message: Message) -> None:
        """How a dataset is kept (IV.A.2.i)."""
        data = message.data
        version = data[0] if len(data) > 2 and not message.shared else 0
        kind = data[2] if version in {1, 2} else data[1] if version else -1
        if kind not in _LAYOUTS.get(version, frozenset()):
            raise DocumentError("a dataset of the HDF5 file is kept in a way that is not known")
        if kind == _VIRTUAL:
            self.part.report("hdf5.external", "a dataset is put together from other files", value=path)

    def _filters(self, path: str, message: Message) -> None:
        """Which filters the data of a dataset go through (IV.A.2.l)."""
        reader = Bytes(self._content(message), self.space.sizes)
        version, count = reader.take(2)
        if version not in {1, 2}:
            raise DocumentError("the filters of a dataset are written in a way that is not known")
        reader.take(6 if version == 1 else 0)
        for _ in range(count):
            number = reader.number(2)
            length = reader.number(2) if version == 1 or number >= _LONG_FILTER else 0
            reader.take(2)
            values = reader.number(2)
            reader.take(length + (-length % 8 if version == 1 else 0))
            reader.take(4 * values + (4 if version == 1 and values % 2 else 0))
            if number not in FILTERS:
                self.part.report(
                    "archive.unsupported", f"a dataset needs filter {number}, a library that is not known", value=path
                )

    def _content(self, message: Message) -> bytes:
        """The bytes of a message, wherever they are kept."""
        return self._elsewhere(message.data, message.kind) if message.shared else message.data

    def _elsewhere(self, data: bytes, kind: int) -> bytes:
        """A message that stands in the header of another object (IV.A.2, shared messages)."""
        reader = Bytes(data, self.space.sizes)
        version, place = reader.take(2)
        if version not in {1, 2, 3} or (version == 3 and place != 2):
            raise DocumentError("a part of an HDF5 object is kept in a table of shared parts, which is not read")
        reader.take(6 if version == 1 else 0)
        address = reader.offset()
        if address is not None:
            for message in self.header(address):
                if message.kind == kind and not message.shared:
                    return message.data
        raise DocumentError("a part of an HDF5 object is kept where nothing is")

    # Attributes.

    def _read_attribute(self, path: str, message: Message) -> None:
        if message.shared:
            raise DocumentError("an attribute of the HDF5 file is kept in a table of shared parts, which is not read")
        self._attribute(self.value(path, message.data))

    def value(self, path: str, data: bytes) -> Value:
        """An attribute (IV.A.2.m)."""
        reader = Bytes(data, self.space.sizes)
        version, flags = reader.take(2)
        lengths = reader.number(2), reader.number(2), reader.number(2)
        if version not in {1, 2, 3} or (version == 1 and flags) or flags > 3:
            raise DocumentError("an attribute of the HDF5 file is of a version that is not known")
        reader.take(1 if version == 3 else 0)
        name, kind, space = (_padded(reader, length, version) for length in lengths)
        if flags & 1:
            kind = self._elsewhere(kind, messages.DATATYPE)
        if flags & 2:
            space = self._elsewhere(space, messages.DATASPACE)
        shape = messages.dataspace(space, self.space.sizes)
        count = 0 if shape is None else 1
        for size in shape or ():
            count *= size
        text = name.split(b"\0", 1)[0].decode("utf-8", "replace")
        return Value(path, text, messages.datatype(kind), count, data[reader.at :])

    def _dense_attributes(self, path: str, data: bytes) -> None:
        """Attributes in a heap (IV.A.2.v)."""
        found = self._heap(data, 2, frozenset({dense.ATTRIBUTES_BY_NAME}))
        for heap, record in found:
            if record[8] & 2:
                raise DocumentError("an attribute of the HDF5 file is kept in a table of shared parts")
            self._attribute(self.value(path, heap.object(record[:8])))

    def _heap(self, data: bytes, order: int, kinds: frozenset[int]) -> Iterator[tuple[dense.FractalHeap, bytes]]:
        """The records over a heap; `order` is how many bytes the largest creation order takes."""
        reader = Bytes(data, self.space.sizes)
        version, flags = reader.take(2)
        if version != 0:
            raise DocumentError("an object of the HDF5 file keeps its parts in a way that is not known")
        reader.take(order if flags & 1 else 0)
        address, tree = reader.offset(), reader.offset()
        if address is None:
            return
        if tree is None:
            raise DocumentError("a heap of the HDF5 file has no names")
        heap = dense.FractalHeap(self.space, address)
        for record in dense.records(self.space, tree, kinds):
            yield heap, record

    # Links.

    def _dense_links(self, path: str, data: bytes) -> Iterator[tuple[str, int]]:
        """Links in a heap (IV.A.2.c)."""
        for heap, record in self._heap(data, 8, frozenset({dense.LINKS_BY_NAME})):
            yield from self._link(path, heap.object(record[4:11]))

    def _link(self, path: str, data: bytes) -> Iterator[tuple[str, int]]:
        """A link of a new group (IV.A.2.g)."""
        reader = Bytes(data, self.space.sizes)
        version, flags = reader.take(2)
        if version != 1 or flags & 0xE0:
            raise DocumentError("a link of the HDF5 file is of a version that is not known")
        kind = reader.number(1) if flags & 8 else _HARD
        reader.take((8 if flags & 4 else 0) + (1 if flags & 16 else 0))
        name = reader.take(reader.number(1 << (flags & 3))).decode("utf-8", "replace")
        if kind == _HARD:
            address = reader.offset()
            if address is not None:
                yield _below(path, name), address
        elif kind != _SOFT:
            target = reader.take(reader.number(2)) if kind == _EXTERNAL else b""
            value = target.strip(b"\0").split(b"\0")[0].decode("utf-8", "replace") or f"kind {kind}"
            self.part.report("hdf5.external", f"the link {name[:80]!r} leads to another file", value=value)

    def _symbols(self, path: str, data: bytes) -> Iterator[tuple[str, int]]:
        """The entries of an old group."""
        reader = Bytes(data, self.space.sizes)
        tree, heap = reader.offset(), reader.offset()
        if tree is None or heap is None:
            return
        for entry in symbols(self.space, tree, heap):
            if entry.kind > SYMBOLIC:
                raise DocumentError("a group of the HDF5 file has an entry of a kind that is not known")
            if entry.kind != SYMBOLIC and entry.address is not None:
                yield _below(path, entry.name), entry.address


def _padded(reader: Bytes, length: int, version: int) -> bytes:
    """A part of an attribute; in the first version it is filled up to eight bytes."""
    data = reader.take(length)
    reader.take(-length % 8 if version == 1 else 0)
    return data


def _below(path: str, name: str) -> str:
    return f"{path}/{name}"[-MAX_PATH:]
