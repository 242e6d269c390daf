"""Reads forward through the header of a GGUF file; keeps numbers and the texts that are asked for, and nothing else.

Source: ggml `docs/gguf.md`, "File structure". A vocabulary is an array of texts without an index, so it is walked.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from attest.errors import DocumentError
from attest.formats.gguf_feed import BLOCK, HeaderFeed, scalar_layout
from attest.formats.gguf_types import ARRAY, BOOL, STRING
from attest.formats.source import Source

MAX_KEY = (1 << 16) - 1
MAX_DEPTH = 4
MAX_NESTED = 1 << 16
MAX_KEPT = 16 << 20
_OVERHEAD = 64
_WHOLE = frozenset("BbHhIiQq")


@dataclass(slots=True)
class Entry:
    """A value of the metadata: its type, the number that it is (-1: it is none), and its texts with their offsets.

    `is_text` is False as soon as something in it is no text; `too_long` says that a text was not kept.
    """

    kind: int
    number: int = -1
    texts: list[tuple[int, bytes]] = field(default_factory=list)
    is_text: bool = True
    too_long: bool = False


class Reader(HeaderFeed):
    """Reads in blocks of 1 MiB; every method raises DocumentError where the file ends.

    `order` is `<` or `>`; `wide` says that lengths have 64 bits; `spend` is told how many bytes each block has.
    `entries` are the values that were read so far.
    """

    __slots__ = ("_kept_left", "_nested_left", "_spend", "entries")

    def __init__(self, source: Source, position: int, order: str, *, wide: bool, spend: Callable[[int], None]) -> None:
        super().__init__(source, position, order, wide=wide)
        self.entries: dict[str, Entry] = {}
        self._spend = spend
        self._kept_left = MAX_KEPT
        self._nested_left = MAX_NESTED

    def _filled(self, length: int) -> None:
        self._spend(length)

    def uint32(self) -> int:
        """A number of 32 bits."""
        at = self._need(4)
        return int(struct.unpack_from(self._order + "I", self._data, at)[0])

    def uint64(self) -> int:
        """A number of 64 bits."""
        at = self._need(8)
        return int(struct.unpack_from(self._order + "Q", self._data, at)[0])

    def length(self) -> int:
        """A count or a length, as wide as the version writes them."""
        at = self._need(self._length.size)
        return int(self._length.unpack_from(self._data, at)[0])

    def text(self, limit: int) -> bytes:
        """A text of at most `limit` bytes."""
        length = self.length()
        if length > limit:
            raise DocumentError(f"a name before {self.position} has {length} bytes; the limit is {limit}")
        at = self._need(length)
        return self._data[at : at + length]

    def key(self) -> str:
        """A key of the metadata: printable ASCII."""
        name = self.text(MAX_KEY)
        if not name or not name.isascii() or not name.decode("ascii").isprintable():
            raise DocumentError(f"a key of the metadata is no plain ASCII text: {name[:80]!r}")
        return name.decode("ascii")

    def entry(self, name: str, limit: int) -> None:
        """Read the value of a key, and keep its texts when they have at most `limit` bytes."""
        entry = Entry(self.uint32())
        self.entries[name] = entry
        self._value(entry, entry.kind, limit)

    def _value(self, entry: Entry, kind: int, limit: int) -> None:
        if kind == STRING:
            self._string(entry, limit)
        elif kind == ARRAY:
            self._array(entry, limit)
        else:
            layout = scalar_layout(kind)
            at = self._need(struct.calcsize(self._order + layout))
            if kind == BOOL and self._data[at] > 1:
                raise DocumentError(f"a truth value before {self.position} is neither true nor false")
            entry.is_text = False
            if layout in _WHOLE:
                entry.number = int(struct.unpack_from(self._order + layout, self._data, at)[0])

    def _string(self, entry: Entry, limit: int) -> None:
        length, offset = self.length(), self.position
        if length > min(limit, self._kept_left):
            entry.too_long = entry.too_long or limit > 0
            self._skip(length)
            return
        at = self._need(length)
        if limit:
            self._kept_left -= length + _OVERHEAD
            entry.texts.append((offset, self._data[at : at + length]))

    def _array(self, entry: Entry, limit: int) -> None:
        """An array, with arrays in it: what is left to read is a list of types and counts, not a recursion."""
        waiting = [(ARRAY, 1)]
        while waiting:
            kind, count = waiting.pop()
            if kind == STRING:
                self._strings(entry, count, limit)
            elif kind != ARRAY:
                self._numbers(entry, kind, count)
            elif count:
                if len(waiting) >= MAX_DEPTH:
                    raise DocumentError(f"arrays of the metadata are nested deeper than {MAX_DEPTH} levels")
                self._nested_left -= 1
                if self._nested_left < 0:
                    raise DocumentError(f"the metadata has more than {MAX_NESTED} nested arrays")
                waiting += [(ARRAY, count - 1), (self.uint32(), self.length())]

    def _numbers(self, entry: Entry, kind: int, count: int) -> None:
        entry.is_text = False
        begin = self.position
        self._skip(count * struct.calcsize(self._order + scalar_layout(kind)))
        if kind == BOOL:
            for at in range(begin, begin + count, BLOCK):
                data = self._source.read(at, min(BLOCK, begin + count - at))
                self._spend(len(data))
                if data.strip(b"\0\1"):
                    raise DocumentError(f"a list of truth values at {begin} holds something else")

    def _strings(self, entry: Entry, count: int, limit: int) -> None:
        self._check_count(count)
        if not limit:
            self._skip_strings(count)
            return
        for _ in range(count):
            self._string(entry, limit)
