"""Unpacked bytes that are read again at any place: in memory while they are few, then in an unnamed temporary file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import BinaryIO

from attest.formats.source import Source

IN_MEMORY = 8 << 20
UNLIMITED = 1 << 62


class Spool:
    """Takes pieces in order and gives ranges of what it has. The file goes away with the last reference to it."""

    __slots__ = ("_file", "_memory", "size")

    def __init__(self) -> None:
        self._memory = bytearray()
        self._file: BinaryIO | None = None
        self.size = 0

    def write(self, piece: bytes) -> None:
        """Append a piece."""
        self.size += len(piece)
        if self._file is None and self.size > IN_MEMORY:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 (closed when the spool goes)
            self._file.write(self._memory)
            self._memory = bytearray()
        if self._file is None:
            self._memory += piece
        else:
            self._file.seek(0, 2)
            self._file.write(piece)

    def read_at(self, offset: int, length: int) -> bytes:
        """At most `length` bytes from `offset`, fewer at the end of what was written."""
        if self._file is None:
            return bytes(memoryview(self._memory)[offset : offset + length])
        self._file.seek(offset)
        return self._file.read(length)

    def source(self, name: str) -> Source:
        """What was written up to now, as a source that has no limit of its own on reading."""
        return Source(name, self.size, self.read_at, max_bytes=UNLIMITED, max_reads=UNLIMITED)

    def __del__(self) -> None:
        if self._file is not None:
            with suppress(OSError):
                self._file.close()


class Growing:
    """A stream that is unpacked only as far as somebody reads it."""

    __slots__ = ("_more", "_pieces", "_spool")

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._spool = Spool()
        self._more = True

    def read_at(self, offset: int, length: int) -> bytes:
        """At most `length` bytes from `offset`, fewer where the stream ends. Raises what the unpacking raises."""
        while self._more and self._spool.size < offset + length:
            piece = next(self._pieces, None)
            self._more = piece is not None
            self._spool.write(piece or b"")
        return self._spool.read_at(offset, length)

    def source(self, name: str, size: int) -> Source:
        """The stream as a source of the size that its archive tells; reading past its real end raises DocumentError."""
        return Source(name, size, self.read_at, max_bytes=UNLIMITED, max_reads=UNLIMITED)


def spooled(name: str, pieces: Iterator[bytes], spend: Callable[[int], None] = lambda _count: None) -> Source:
    """All pieces as a source; `spend` is told the length of each before it is kept."""
    spool = Spool()
    for piece in pieces:
        spend(len(piece))
        spool.write(piece)
    return spool.source(name)
