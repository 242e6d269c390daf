"""Single messages of HDF5 object headers, decoded from their bytes.

Source: HDF5 File Format Specification 3.0, section IV.A.2 (data object header messages). Numbers are little-endian;
offsets and lengths have the sizes that the superblock gives.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from attest.errors import DocumentError

DATASPACE, LINK_INFO, DATATYPE, LINK, EXTERNAL, LAYOUT, FILTERS, ATTRIBUTE, CONTINUATION, SYMBOLS, ATTRIBUTE_INFO = (
    0x01, 0x02, 0x03, 0x06, 0x07, 0x08, 0x0B, 0x0C, 0x10, 0x11, 0x15
)  # fmt: skip
MAX_RANK = 32
_MAX_ELEMENTS = 1 << 62
_CLASSES = ("integer", "float", "time", "string", "bits", "opaque", "compound", "reference", "enum", "vlen", "array")
_FIXED, _FLOAT, _STRING, _VLEN = 0, 1, 3, 9
_FLOATS = {(2, 10, 5): "float16", (4, 23, 8): "float32", (8, 52, 11): "float64", (2, 7, 8): "bfloat16"}


class Sizes(NamedTuple):
    """How many bytes an offset and a length take."""

    offset: int
    length: int


class Bytes:
    """A position in the bytes of a message; every method raises DocumentError past the end."""

    __slots__ = ("at", "data", "sizes")

    def __init__(self, data: bytes, sizes: Sizes, at: int = 0) -> None:
        self.data, self.sizes, self.at = data, sizes, at

    def take(self, length: int) -> bytes:
        """The next bytes."""
        end = self.at + length
        if length < 0 or end > len(self.data):
            raise DocumentError("a part of the HDF5 header is cut off")
        taken = self.data[self.at : end]
        self.at = end
        return taken

    def number(self, size: int) -> int:
        """The next number of so many bytes."""
        return int.from_bytes(self.take(size), "little")

    def offset(self) -> int | None:
        """The next offset; None when it says that there is nothing."""
        value = self.number(self.sizes.offset)
        return None if value == (1 << 8 * self.sizes.offset) - 1 else value

    def length(self) -> int:
        """The next length."""
        return self.number(self.sizes.length)


def heap_objects(reader: Bytes) -> dict[int, bytes]:
    """The objects of a global heap collection by their numbers; `reader` stands behind its head (III.E)."""
    found: dict[int, bytes] = {}
    while len(reader.data) - reader.at >= 8 + reader.sizes.length:
        index = reader.number(2)
        reader.take(6)
        length = reader.length()
        if index == 0:
            break
        found[index] = reader.take(length)
        reader.take(min(-length % 8, len(reader.data) - reader.at))
    return found


class Datatype(NamedTuple):
    """An element: its name, its size in bytes, whether it is a plain number, and for texts how they are kept."""

    name: str
    size: int
    number: bool = False
    text: str = ""


class Attribute(NamedTuple):
    """An attribute: its name, type and shape, and the bytes that its value is or refers with."""

    name: str
    kind: Datatype
    shape: tuple[int, ...] | None
    data: bytes


class Layout(NamedTuple):
    """How a dataset is kept: `contiguous`, `compact`, `chunked` or `virtual`; address and size when contiguous."""

    kind: str
    address: int | None = None
    size: int = 0


class LinkTo(NamedTuple):
    """A link: to an object's header (`address`), to another file (`file`), or to a path."""

    name: str
    address: int | None = None
    file: str = ""


def dataspace(data: bytes, sizes: Sizes) -> tuple[int, ...] | None:
    """The shape; empty for one element, None for no element at all (IV.A.2.b)."""
    reader = Bytes(data, sizes)
    version, rank, flags, kind = reader.take(4)
    if version not in {1, 2} or rank > MAX_RANK:
        raise DocumentError("a shape in the HDF5 header is in a version that is not known, or has too many dimensions")
    if version == 1:
        reader.take(4)
    elif kind == 2:
        return None
    shape = tuple(reader.length() for _ in range(rank))
    if flags & 1:
        reader.take(rank * sizes.length)
    if prod(shape) >= _MAX_ELEMENTS:
        raise DocumentError("a shape in the HDF5 header has more elements than a file can hold")
    return shape


def datatype(data: bytes) -> Datatype:
    """The type of an element (IV.A.2.d). Types that are no plain numbers and no texts have the name of their class."""
    reader = Bytes(data, Sizes(8, 8))
    first = reader.number(1)
    bits, size = reader.number(3), reader.number(4)
    kind, version = first & 0x0F, first >> 4
    if kind >= len(_CLASSES) or not 1 <= version <= 5:
        return Datatype("unknown", size)
    if kind == _FIXED:
        place, precision = reader.number(2), reader.number(2)
        plain = size in {1, 2, 4, 8} and place == 0 and precision == 8 * size
        return Datatype(f"{'int' if bits & 8 else 'uint'}{8 * size}" if plain else "integer", size, plain)
    if kind == _FLOAT:
        reader.take(5)
        exponent, _, mantissa = reader.take(3)
        name = _FLOATS.get((size, mantissa, exponent), "")
        return Datatype(name or "float", size, bool(name))
    if kind == _STRING:
        return Datatype("string", size, text="fixed")
    if kind == _VLEN:
        return Datatype("string" if bits & 0x0F == 1 else "vlen", size, text="variable" if bits & 0x0F == 1 else "")
    return Datatype(_CLASSES[kind], size)


def attribute(data: bytes, sizes: Sizes) -> Attribute:
    """An attribute (IV.A.2.m). Shared types are refused."""
    reader = Bytes(data, sizes)
    version, flags = reader.take(2)
    name_size, type_size, space_size = reader.number(2), reader.number(2), reader.number(2)
    if version not in {1, 2, 3} or (version > 1 and flags):
        raise DocumentError("an attribute in the HDF5 header has a version or a shared type that is not read")
    if version == 3:
        reader.take(1)
    step = 8 if version == 1 else 1
    parts: list[bytes] = []
    for size in (name_size, type_size, space_size):
        parts.append(reader.take(size))
        reader.take(-size % step)
    name = parts[0].split(b"\0", 1)[0].decode("utf-8", "replace")
    return Attribute(name, datatype(parts[1]), dataspace(parts[2], sizes), data[reader.at :])


def layout(data: bytes, sizes: Sizes) -> Layout:
    """How a dataset is kept (IV.A.2.i)."""
    reader = Bytes(data, sizes)
    version = reader.number(1)
    if version in {1, 2}:
        _, kind = reader.take(2)
        reader.take(5)
        # The size is not here: the caller compares shape and type with what the file holds.
        return Layout("contiguous", reader.offset(), -1) if kind == 1 else Layout("compact" if kind == 0 else "chunked")
    if version not in {3, 4, 5}:
        return Layout("unknown")
    kind = reader.number(1)
    if kind == 1:
        return Layout("contiguous", reader.offset(), reader.length())
    return Layout({0: "compact", 2: "chunked", 3: "virtual"}.get(kind, "unknown"))


def link(data: bytes, sizes: Sizes) -> LinkTo:
    """A link (IV.A.2.g)."""
    reader = Bytes(data, sizes)
    version, flags = reader.take(2)
    if version != 1:
        raise DocumentError("a link in the HDF5 header has a version that is not known")
    kind = reader.number(1) if flags & 8 else 0
    reader.take((8 if flags & 4 else 0) + (1 if flags & 16 else 0))
    name = reader.take(reader.number(1 << (flags & 3))).decode("utf-8", "replace")
    if kind == 0:
        return LinkTo(name, reader.offset())
    value = reader.take(reader.number(2))
    return LinkTo(name, file=value[1:].split(b"\0", 1)[0].decode("utf-8", "replace") if kind == 64 else "")
