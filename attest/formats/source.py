"""Random access to the bytes of one file within a budget, for readers that know where to look.

A reader never gets a path. It asks for ranges; ranges beyond the end are refused before anything is allocated, and
what all reads together may take is bounded, so that a hostile header cannot make a reader go over the whole file.
"""

from __future__ import annotations

from collections.abc import Callable

from attest.errors import DocumentError

ReadAt = Callable[[int, int], bytes]
"""Offset, length → bytes; fewer than asked for only at the end of the file."""

MAX_BYTES = 128 << 20
MAX_READS = 200_000
BLOCK = 64 * 1024
_MAX_VARINT = 10


class Source:
    """One file: its `name` inside the artifact, its `size` in bytes, and its bytes by range."""

    __slots__ = ("_bytes_left", "_read_at", "_reads_left", "name", "size")

    def __init__(
        self, name: str, size: int, read_at: ReadAt, *, max_bytes: int = MAX_BYTES, max_reads: int = MAX_READS
    ) -> None:
        self.name = name
        self.size = size
        self._read_at = read_at
        self._bytes_left = max_bytes
        self._reads_left = max_reads

    @classmethod
    def of_bytes(cls, name: str, data: bytes) -> Source:
        """A source over bytes in memory."""
        return cls(name, len(data), lambda offset, length: data[offset : offset + length])

    def read(self, offset: int, length: int) -> bytes:
        """Exactly `length` bytes from `offset`.

        Raises DocumentError when they lie beyond the end of the file or past the budget.
        """
        if offset < 0 or length < 0 or offset + length > self.size:
            raise DocumentError(f"{length} bytes at {offset} are not there: the file has {self.size} bytes")
        return self._take(offset, length)

    def up_to(self, offset: int, length: int) -> bytes:
        """At most `length` bytes from `offset`, fewer at the end of the file."""
        return self._take(offset, max(0, min(length, self.size - offset)))

    def _take(self, offset: int, length: int) -> bytes:
        if length == 0:
            return b""
        self._bytes_left -= length
        self._reads_left -= 1
        if self._bytes_left < 0 or self._reads_left < 0:
            raise DocumentError("describing it would take more reading than is allowed")
        data = self._read_at(offset, length)
        if len(data) != length:
            raise DocumentError(f"{length} bytes at {offset} could not be read")
        return data


class Cursor:
    """Reads forward through a range of a source in blocks; every method raises DocumentError past `end`."""

    __slots__ = ("_block", "_buffer", "_start", "end", "position", "source")

    def __init__(self, source: Source, offset: int = 0, end: int | None = None, *, block: int = BLOCK) -> None:
        self.source = source
        self.position = offset
        self.end = source.size if end is None else min(end, source.size)
        self._block = block
        self._buffer = b""
        self._start = offset

    @property
    def left(self) -> int:
        """Bytes between here and the end."""
        return self.end - self.position

    def take(self, length: int) -> bytes:
        """The next `length` bytes."""
        position = self.position
        if length < 0 or position + length > self.end:
            raise DocumentError(f"{length} bytes at {position} leave their place, which ends at {self.end}")
        at = position - self._start
        if at < 0 or at + length > len(self._buffer):
            self._buffer = self.source.up_to(position, max(length, min(self._block, self.end - position)))
            self._start, at = position, 0
        self.position = position + length
        return self._buffer[at : at + length]

    def skip(self, length: int) -> None:
        """Go on `length` bytes without reading them."""
        if length < 0 or self.position + length > self.end:
            raise DocumentError(f"{length} bytes at {self.position} leave their place, which ends at {self.end}")
        self.position += length

    def integer(self, size: int, *, signed: bool = False, big: bool = False) -> int:
        """The next integer of `size` bytes."""
        return int.from_bytes(self.take(size), "big" if big else "little", signed=signed)

    def varint(self) -> int:
        """The next base-128 number of at most 64 bits (protobuf, thrift)."""
        value = 0
        for index in range(_MAX_VARINT):
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << 7 * index
            if byte < 0x80:
                return value & 0xFFFF_FFFF_FFFF_FFFF
        raise DocumentError(f"the number at {self.position} does not end")
