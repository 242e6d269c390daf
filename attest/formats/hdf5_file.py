"""The objects of an HDF5 file: groups, datasets and their attributes. No element of a dataset is read.

Source: HDF5 File Format Specification 3.0: superblock (II.A), groups (III.A to III.E), object headers (IV.A). Groups
and attributes that a file keeps in fractal heaps are not followed, and that is said. What a file says about counts,
addresses and lengths is compared with the file before anything is read; every node is visited once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from attest.errors import DocumentError
from attest.formats import hdf5_messages as messages
from attest.formats.hdf5_messages import Attribute, Bytes, Datatype, Layout, LinkTo, Sizes, heap_objects
from attest.formats.header_text import Problems
from attest.formats.source import Source

SIGNATURE = b"\x89HDF\r\n\x1a\n"
MAX_OBJECTS = 50_000
MAX_LINKS = 200_000
MAX_MESSAGES = 10_000
MAX_HEADER = 8 << 20
MAX_HEAP = 16 << 20
MAX_TEXT = 16 << 20
MAX_ALL_TEXTS = 64 << 20
MAX_PATH = 1024
_OFFSETS = (0, 512, 1024, 2048)
_SIZES = {2, 4, 8}
_MAX_BTREE_DEPTH = 16


class Dataset(NamedTuple):
    """A dataset: its type, its shape (None when it holds nothing), how it is kept, and where when in one piece."""

    kind: Datatype
    shape: tuple[int, ...] | None
    layout: Layout
    begin: int
    filtered: bool


class Node(NamedTuple):
    """An object by its path: attributes, and the dataset if it is one."""

    path: str
    attributes: dict[str, Attribute]
    dataset: Dataset | None


class _Message(NamedTuple):
    kind: int
    shared: bool
    data: bytes


class Hdf5:
    """An HDF5 file; `problems` collects what is wrong, `not_read` what has no reader here, `elsewhere` linked files."""

    def __init__(self, source: Source) -> None:
        self.problems = Problems()
        self.elsewhere: set[str] = set()
        self.not_read: set[str] = set()
        self._source = source
        self._visited: set[int] = set()
        self._links_left = MAX_LINKS
        self._heaps: dict[int, dict[int, bytes]] = {}
        self._heaps_left = MAX_HEAP
        self._texts_left = MAX_ALL_TEXTS
        self.version, self._sizes, self._base, self._root = self._superblock()

    def _superblock(self) -> tuple[int, Sizes, int, int]:
        """Version, sizes of numbers, base address and the header of the root group."""
        start = next((at for at in _OFFSETS if self._source.up_to(at, 8) == SIGNATURE), None)
        if start is None:
            raise DocumentError("it has no HDF5 signature")
        head = self._source.up_to(start, 128)
        version = head[8] if len(head) > 8 else 255
        if version > 3:
            raise DocumentError(f"version {version} of the HDF5 superblock is not known")
        at = 13 if version < 2 else 9
        sizes = Sizes(*head[at : at + 2]) if len(head) > at + 2 else Sizes(0, 0)
        if not set(sizes) <= _SIZES:
            raise DocumentError("the HDF5 superblock gives sizes of numbers that are not known")
        reader = Bytes(head, sizes, {0: 24, 1: 28}.get(version, 12))
        base = reader.offset()
        if version < 2:
            reader.take(4 * sizes.offset)
        else:
            reader.take(2 * sizes.offset)
        root = reader.offset()
        if base is None or root is None:
            raise DocumentError("the HDF5 superblock names no root group")
        return version, sizes, base, root

    def nodes(self) -> Iterator[Node]:
        """Every object once, groups before what they hold; raises DocumentError when there are too many."""
        pending = deque([("", self._root)])
        paths = {""}
        while pending:
            path, address = pending.popleft()
            if address in self._visited:
                continue
            self._visited.add(address)
            if len(self._visited) > MAX_OBJECTS:
                raise DocumentError(f"the HDF5 file has more than {MAX_OBJECTS} objects")
            found = self._header(address)
            yield self._node(path, found)
            for link in self._links(found):
                name = f"{path}/{link.name}" if path else link.name
                if link.file:
                    self.elsewhere.add(link.file)
                elif link.address is not None and (name in paths or len(name) > MAX_PATH):
                    self.problems.add("an object of the HDF5 file has the path of another one, or one that is too long")
                elif link.address is not None:
                    paths.add(name)
                    pending.append((name, link.address))

    def text(self, attribute: Attribute, limit: int = MAX_TEXT) -> str:
        """The value of an attribute that is one text; empty when it is none, is too long, or is not UTF-8."""
        values = self.texts(attribute, limit) if attribute.shape in {(), (1,)} else []
        return values[0] if values else ""

    def texts(self, attribute: Attribute, limit: int = MAX_TEXT) -> list[str]:
        """The texts of an attribute; an empty list when they cannot be had."""
        kind, shape = attribute.kind, attribute.shape
        count = 1
        for size in shape or ():
            count *= size
        if shape is None or kind.text not in {"fixed", "variable"} or count * max(kind.size, 1) > len(attribute.data):
            return []
        raw = [attribute.data[index * kind.size : (index + 1) * kind.size] for index in range(count)]
        if kind.text == "variable":
            raw = [self._heap_object(item, limit) for item in raw]
        try:
            return [item.split(b"\0", 1)[0].decode("utf-8") for item in raw]
        except UnicodeDecodeError:
            return []

    def _read(self, address: int, length: int) -> bytes:
        return self._source.read(self._base + address, length)

    def _header(self, address: int) -> list[_Message]:
        """The messages of an object header (IV.A.1)."""
        head = self._source.up_to(self._base + address, 64)
        found: list[_Message] = []
        if head.startswith(b"OHDR"):
            flags, at = self._second_header(head)
            width = 1 << (flags & 3)
            size = int.from_bytes(head[at : at + width], "little")
            blocks = deque([(address + at + width, size)])
        elif head[:1] == b"\x01" and len(head) >= 16:
            flags = -1
            blocks = deque([(address + 16, int.from_bytes(head[8:12], "little"))])
        else:
            raise DocumentError(f"there is no HDF5 object at {self._base + address}")
        total = 0
        while blocks:
            begin, size = blocks.popleft()
            total += size
            if total > MAX_HEADER:
                raise DocumentError(f"the HDF5 object at {self._base + address} has a header that is too long")
            for message in self._messages(self._read(begin, size), flags):
                if message.kind == messages.CONTINUATION:
                    blocks.append(self._continuation(message.data, flags))
                found.append(message)
            if len(found) > MAX_MESSAGES:
                raise DocumentError(f"the HDF5 object at {self._base + address} has too many header messages")
        return found

    def _second_header(self, head: bytes) -> tuple[int, int]:
        if len(head) < 32 or head[4] != 2:
            raise DocumentError("an object header of the HDF5 file is cut off or of a version that is not known")
        flags = head[5]
        return flags, 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)

    def _continuation(self, data: bytes, flags: int) -> tuple[int, int]:
        """Where the messages of a continuation lie; in the newer form between a signature and a checksum."""
        reader = Bytes(data, self._sizes)
        begin, size = reader.offset(), reader.length()
        if begin is None or (flags >= 0 and (size < 8 or self._read(begin, 4) != b"OCHK")):
            raise DocumentError("an object header of the HDF5 file goes on where nothing is")
        return (begin + 4, size - 8) if flags >= 0 else (begin, size)

    def _messages(self, data: bytes, flags: int) -> Iterator[_Message]:
        """The messages in one block; `flags` is -1 for the older form."""
        width = 8 if flags < 0 else 4 + (2 if flags & 4 else 0)
        reader = Bytes(data, self._sizes)
        while len(data) - reader.at >= width:
            if flags < 0:
                kind, size, bits = reader.number(2), reader.number(2), reader.number(1)
                reader.take(3)
            else:
                kind, size, bits = reader.number(1), reader.number(2), reader.number(1)
                reader.take(width - 4)
            if size > len(data) - reader.at:
                raise DocumentError("a message of an HDF5 object header leaves its block")
            yield _Message(kind, bool(bits & 2), reader.take(size))

    def _node(self, path: str, found: list[_Message]) -> Node:
        attributes: dict[str, Attribute] = {}
        for message in found:
            if message.kind == messages.ATTRIBUTE and not message.shared:
                try:
                    value = messages.attribute(message.data, self._sizes)
                except DocumentError as error:
                    self.problems.add(error.message)
                    continue
                if value.name in attributes:
                    self.problems.add(f"an object of the HDF5 file has the attribute {value.name[:80]!r} twice")
                attributes.setdefault(value.name, value)
            elif message.kind == messages.ATTRIBUTE_INFO and self._dense(message.data, attributes=True):
                self.not_read.add("attributes in a fractal heap")
        return Node(path, attributes, self._dataset(found))

    def _dense(self, data: bytes, *, attributes: bool) -> bool:
        """Whether links or attributes are kept in a fractal heap (IV.A.2.c and IV.A.2.v)."""
        reader = Bytes(data, self._sizes)
        _, flags = reader.take(2)
        reader.take((2 if attributes else 8) if flags & 1 else 0)
        return reader.offset() is not None

    def _dataset(self, found: list[_Message]) -> Dataset | None:
        by_kind = {message.kind: message for message in reversed(found)}
        kept, space, kind = (by_kind.get(n) for n in (messages.LAYOUT, messages.DATASPACE, messages.DATATYPE))
        if kept is None or space is None or kind is None:
            return None
        layout = messages.layout(kept.data, self._sizes)
        external = messages.EXTERNAL in by_kind
        if external or layout.kind == "virtual":
            self.not_read.add("datasets in other files")
        shape = None if space.shared else messages.dataspace(space.data, self._sizes)
        begin = -1
        if layout.kind == "contiguous" and layout.address is not None and not external:
            begin = self._base + layout.address
        # A committed type is an object of its own, which is not looked up.
        element = Datatype("shared", 0) if kind.shared else messages.datatype(kind.data)
        return Dataset(element, shape, layout, begin, messages.FILTERS in by_kind)

    def _links(self, found: list[_Message]) -> Iterator[LinkTo]:
        for message in found:
            if message.kind == messages.LINK:
                yield messages.link(message.data, self._sizes)
            elif message.kind == messages.LINK_INFO and self._dense(message.data, attributes=False):
                self.not_read.add("groups in a fractal heap")
            elif message.kind == messages.SYMBOLS:
                reader = Bytes(message.data, self._sizes)
                tree, heap = reader.offset(), reader.offset()
                if tree is not None and heap is not None:
                    yield from self._symbols(tree, self._names(heap))

    def _names(self, address: int) -> bytes:
        """The texts of a local heap (III.D)."""
        head = Bytes(self._read(address, 8 + 2 * self._sizes.length + self._sizes.offset), self._sizes)
        if head.take(4) != b"HEAP":
            raise DocumentError("a group of the HDF5 file has no names")
        head.take(4)
        size, _, data = head.length(), head.length(), head.offset()
        if data is None or size > MAX_HEAP:
            raise DocumentError("a group of the HDF5 file has more names than are looked at")
        return self._read(data, size)

    def _symbols(self, address: int, names: bytes) -> Iterator[LinkTo]:
        """The links of a group, from the leaves of its tree (III.A.1, III.B)."""
        pending = deque([(address, 0)])
        seen: set[int] = set()
        wide = 2 * self._sizes.offset + 24
        while pending:
            address, depth = pending.popleft()
            if address in seen or depth > _MAX_BTREE_DEPTH:
                raise DocumentError("the tree of a group of the HDF5 file goes round in circles or too deep")
            seen.add(address)
            head = self._read(address, 8)
            if head.startswith(b"TREE"):
                pending.extend((child, depth + 1) for child in self._children(address, head))
            elif head.startswith(b"SNOD"):
                count = int.from_bytes(head[6:8], "little")
                self._count_links(count)
                data = self._read(address + 8, count * wide)
                for index in range(count):
                    yield from self._symbol(Bytes(data, self._sizes, index * wide), names)
            else:
                raise DocumentError("the tree of a group of the HDF5 file leads nowhere")

    def _count_links(self, count: int) -> None:
        self._links_left -= count
        if self._links_left < 0:
            raise DocumentError(f"the HDF5 file has more than {MAX_LINKS} links")

    def _children(self, address: int, head: bytes) -> list[int]:
        count = int.from_bytes(head[6:8], "little")
        self._count_links(count)
        if head[4] != 0:
            raise DocumentError("the tree of a group of the HDF5 file is one of another kind")
        width = self._sizes.length + self._sizes.offset
        reader = Bytes(self._read(address + 8 + 2 * self._sizes.offset, count * width), self._sizes)
        children: list[int] = []
        for _ in range(count):
            reader.length()
            child = reader.offset()
            children += [child] if child is not None else []
        return children

    def _symbol(self, reader: Bytes, names: bytes) -> Iterator[LinkTo]:
        name_at = reader.number(self._sizes.offset)
        address = reader.offset()
        end = names.find(b"\0", name_at, name_at + MAX_PATH + 1)
        if end < 0:
            raise DocumentError(f"a name in a group of the HDF5 file does not end within {MAX_PATH} bytes")
        # Kind 2 is a link to a path.
        if reader.number(4) != 2:
            yield LinkTo(names[name_at:end].decode("utf-8", "replace"), address)

    def _heap_object(self, reference: bytes, limit: int) -> bytes:
        """What a variable-length value refers to (III.E): length, address of a collection, and number in it."""
        reader = Bytes(reference, self._sizes)
        length, address, index = reader.number(4), reader.offset(), reader.number(4)
        if address is None or length == 0:
            return b""
        data = self._collection(address).get(index, b"")
        if length > min(len(data), limit):
            raise DocumentError("a text of the HDF5 file is not where it should be, or is too long")
        self._texts_left -= length
        if self._texts_left < 0:
            raise DocumentError("the HDF5 file has more texts than are looked at")
        return data[:length]

    def _collection(self, address: int) -> dict[int, bytes]:
        if address in self._heaps:
            return self._heaps[address]
        head = Bytes(self._read(address, 8 + self._sizes.length), self._sizes)
        if head.take(4) != b"GCOL":
            raise DocumentError("a text of the HDF5 file is not where it should be")
        head.take(4)
        size = head.length()
        self._heaps_left -= size
        if self._heaps_left < 0:
            raise DocumentError("the HDF5 file has more texts than are looked at")
        found = self._heaps[address] = heap_objects(Bytes(self._read(address, size), self._sizes, head.at))
        return found
