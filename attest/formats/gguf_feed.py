"""The bytes of a GGUF header, read forward in blocks of 1 MiB.

Source: ggml `docs/gguf.md`, "File structure". A vocabulary is an array of texts without an index, so it is walked.
"""

from __future__ import annotations

import struct

from attest.errors import DocumentError
from attest.formats.gguf_types import SCALARS
from attest.formats.source import Source

BLOCK = 1 << 20


class HeaderFeed:
    """A position in the header; every method raises DocumentError at the end of the file.

    `order` is `<` or `>`; `wide` says that lengths have 64 bits, as from version 2 on.
    """

    __slots__ = ("_at", "_base", "_data", "_length", "_order", "_source")

    def __init__(self, source: Source, position: int, order: str, *, wide: bool = True) -> None:
        self._source = source
        self._order = order
        self._length = struct.Struct(order + ("Q" if wide else "I"))
        self._data = b""
        self._base = position
        self._at = 0

    @property
    def position(self) -> int:
        """Where it stands in the file."""
        return self._base + self._at

    def _filled(self, length: int) -> None:
        """Called for every block that was read, with its length."""

    def _need(self, length: int) -> int:
        """Where in the buffer the next `length` bytes begin; they are taken."""
        at = self._at
        if at + length > len(self._data):
            position = self.position
            if position + length > self._source.size:
                raise DocumentError(f"the header is cut off: {length} bytes at {position} are not there")
            self._data = self._source.up_to(position, max(length, BLOCK))
            self._filled(len(self._data))
            self._base, at = position, 0
        self._at = at + length
        return at

    def _skip(self, length: int) -> None:
        self._at += length
        if self.position > self._source.size:
            raise DocumentError(f"the header is cut off: it goes on to {self.position}, past the end of the file")

    def _skip_strings(self, count: int) -> None:
        """The loop that decides how long a language model takes: no call for each of 262,144 tokens."""
        unpack, width = self._length.unpack_from, self._length.size
        data, at = self._data, self._at
        last = len(data) - width
        for _ in range(count):
            if at > last:
                self._at = at
                self._skip(0)
                at = self._need(width)
                data, last = self._data, len(self._data) - width
            at += width + unpack(data, at)[0]
        self._at = at
        self._skip(0)

    def _check_count(self, count: int) -> None:
        """An array of texts has no more of them than the rest of the file has room for their lengths."""
        if count > (self._source.size - self.position) // self._length.size:
            raise DocumentError(f"an array before {self.position} claims {count} texts, more than the file could hold")


def scalar_layout(kind: int) -> str:
    """How a number of this type is packed. Raises DocumentError for a type that is not known."""
    layout = SCALARS.get(kind)
    if layout is None:
        raise DocumentError(f"a value of the metadata has the unknown type {kind}")
    return layout
