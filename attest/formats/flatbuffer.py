"""FlatBuffers, read table by table and only where somebody looks; every offset and length is checked first.

Source: FlatBuffers `internals.md` (binary format). Numbers are little-endian. A table begins with a signed 32-bit
distance back to its vtable: its own size, the size of the table, then a 16-bit place within the table for each field,
0 where the field is absent. Strings, vectors and tables are referred to by unsigned 32-bit distances forward, so that
nothing can refer to itself; that two places refer to one table is allowed, so tables are counted.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

from attest.errors import DocumentError
from attest.formats.header_text import MAX_TEXT, plain
from attest.formats.source import Source

MAX_TABLES = 500_000
_PAGE = 4096
_MAX_PAGES = 4096
_SMALL = 1 << 20
_VTABLES = 4096
# No table read here has more; further ones are of newer schemas, or bait.
_FIELDS = 64
_PAIR = struct.Struct("<HH")
_HEAD = 4


class Span(NamedTuple):
    """A vector's items: [begin, end) in bytes, and how many they are."""

    begin: int
    end: int
    items: int


_NOTHING = Span(0, 0, 0)


class FlatBuffer:
    """One buffer: the bytes [begin, end) of a source or of a byte string."""

    __slots__ = ("_read", "_tables_left", "_vtables", "begin", "end")

    def __init__(self, read: Callable[[int, int], bytes], begin: int, end: int) -> None:
        self._read = read
        self.begin, self.end = begin, end
        self._tables_left = MAX_TABLES
        self._vtables: dict[int, tuple[int, tuple[int, ...]]] = {}

    @classmethod
    def of_bytes(cls, data: bytes) -> FlatBuffer:
        """A buffer in memory."""
        return cls(lambda offset, length: data[offset : offset + length], 0, len(data))

    @classmethod
    def of_source(cls, source: Source, begin: int = 0, end: int | None = None) -> FlatBuffer:
        """A buffer within a file, read in pages; a small one is read at once."""
        last = source.size if end is None else end
        if not 0 <= begin <= last <= source.size:
            raise DocumentError(f"the bytes from {begin} to {last} are not there: the file has {source.size} bytes")
        return cls(_Pages(source, begin, last).read, begin, last)

    def bytes_at(self, position: int, length: int) -> bytes:
        """`length` bytes of the buffer; raises DocumentError when they leave it."""
        if position < self.begin or length < 0 or position + length > self.end:
            raise DocumentError(f"{length} bytes at {position} leave their place, which ends at {self.end}")
        return self._read(position, length)

    def integer(self, position: int, width: int, *, signed: bool = False) -> int:
        """The number of `width` bytes at a position."""
        return int.from_bytes(self.bytes_at(position, width), "little", signed=signed)

    def identifier(self) -> bytes:
        """The four bytes that may name the schema, behind the distance to the root table."""
        return self.bytes_at(self.begin + _HEAD, 4)

    def root(self) -> Table:
        """The table that the buffer begins with."""
        return self.table(self.target(self.begin))

    def target(self, position: int) -> int:
        """The place that the distance at `position` refers to."""
        distance = self.integer(position, 4)
        if distance < _HEAD or position + distance + _HEAD > self.end:
            raise DocumentError(f"the reference at {position} leads out of its place, which ends at {self.end}")
        return position + distance

    def table(self, position: int) -> Table:
        """The table at a position; raises DocumentError when it or its vtable leaves the buffer."""
        self._tables_left -= 1
        if self._tables_left < 0:
            raise DocumentError(f"it holds more than {MAX_TABLES} tables")
        place = position - self.integer(position, 4, signed=True)
        found = self._vtables.get(place)
        if found is None:
            found = self._vtable(place)
            if len(self._vtables) < _VTABLES:
                self._vtables[place] = found
        size, fields = found
        if position + size > self.end:
            raise DocumentError(f"the table at {position} leaves its place, which ends at {self.end}")
        return Table(self, position, size, fields)

    def _vtable(self, place: int) -> tuple[int, tuple[int, ...]]:
        length, size = _PAIR.unpack(self.bytes_at(place, _PAIR.size))
        if length < _PAIR.size or length % 2 or size < _HEAD:
            raise DocumentError(f"the vtable at {place} has no possible size")
        if place + length > self.end:
            raise DocumentError(f"the vtable at {place} leaves its place, which ends at {self.end}")
        known = min(length // 2 - 2, _FIELDS)
        fields = struct.unpack(f"<{known}H", self.bytes_at(place + _PAIR.size, 2 * known))
        if any(field and not _HEAD <= field < size for field in fields):
            raise DocumentError(f"the vtable at {place} names a field outside of its table")
        return size, fields

    def vector(self, position: int, width: int) -> Span:
        """The vector at a position, its items `width` bytes each; raises DocumentError when it leaves the buffer."""
        count = self.integer(position, 4)
        begin = position + 4
        if count * width > self.end - begin:
            raise DocumentError(f"the vector at {position} leaves its place, which ends at {self.end}")
        return Span(begin, begin + count * width, count)


class Table:
    """One table. Fields go by their number in the schema, in which a union counts twice; an absent field has its
    default: 0, or nothing."""

    __slots__ = ("_fields", "_size", "buffer", "position")

    def __init__(self, buffer: FlatBuffer, position: int, size: int, fields: tuple[int, ...]) -> None:
        self.buffer, self.position = buffer, position
        self._size, self._fields = size, fields

    def _place(self, slot: int, width: int) -> int:
        field = self._fields[slot] if slot < len(self._fields) else 0
        if not field:
            return 0
        if field + width > self._size:
            raise DocumentError(f"field {slot} of the table at {self.position} leaves the table")
        return self.position + field

    def integer(self, slot: int, width: int, *, signed: bool = False, default: int = 0) -> int:
        """A number of `width` bytes."""
        place = self._place(slot, width)
        return self.buffer.integer(place, width, signed=signed) if place else default

    def flag(self, slot: int) -> bool:
        """A truth value."""
        return self.integer(slot, 1) != 0

    def child(self, slot: int) -> Table | None:
        """A table that this one refers to."""
        place = self._place(slot, 4)
        return self.buffer.table(self.buffer.target(place)) if place else None

    def vector(self, slot: int, width: int) -> Span:
        """A vector of items of `width` bytes."""
        place = self._place(slot, 4)
        return self.buffer.vector(self.buffer.target(place), width) if place else _NOTHING

    def integers(self, slot: int, width: int, limit: int, *, signed: bool = False) -> tuple[int, ...]:
        """A vector of numbers; raises DocumentError when it holds more than `limit`."""
        span = self.vector(slot, width)
        if span.items > limit:
            raise DocumentError(f"a vector of {span.items} numbers is longer than {limit}")
        data = self.buffer.bytes_at(span.begin, span.end - span.begin) if span.items else b""
        return tuple(
            int.from_bytes(data[at : at + width], "little", signed=signed) for at in range(0, len(data), width)
        )

    def tables(self, slot: int) -> Iterator[Table]:
        """A vector of tables, one after the other."""
        span = self.vector(slot, 4)
        return (self.buffer.table(self.buffer.target(place)) for place in range(span.begin, span.end, 4))

    def raw(self, slot: int, limit: int) -> bytes | None:
        """The bytes of a string or a vector of bytes; None when it is absent or longer than `limit`."""
        span = self.vector(slot, 1)
        if not span.begin or span.items > limit:
            return None
        return self.buffer.bytes_at(span.begin, span.items)

    def text(self, slot: int, limit: int = MAX_TEXT) -> str:
        """A string of at most `limit` characters on one line; empty when it is absent or no such text."""
        return plain(self.raw(slot, 4 * limit) or b"", limit)


class _Pages:
    """The bytes [begin, end) of a source by pages, the ones read last kept."""

    def __init__(self, source: Source, begin: int, end: int) -> None:
        self._source, self._begin, self._end = source, begin, end
        self._page = _PAGE if end - begin > _SMALL else max(end - begin, 1)
        self._kept: dict[int, bytes] = {}

    def read(self, offset: int, length: int) -> bytes:
        number, at = divmod(offset - self._begin, self._page)
        if at + length <= self._page:
            return self._get(number)[at : at + length]
        if length > self._page:
            return self._source.read(offset, length)
        both = self._get(number) + self._get(number + 1)
        return both[at : at + length]

    def _get(self, number: int) -> bytes:
        page = self._kept.get(number)
        if page is None:
            begin = self._begin + number * self._page
            page = self._source.read(begin, min(self._page, self._end - begin))
            if len(self._kept) >= _MAX_PAGES:
                del self._kept[next(iter(self._kept))]
            self._kept[number] = page
        return page
