"""Decompressors of the standard library, run in steps, with what they give counted.

A decompressor that meets a fault throws away what it had ready. Readers that read in smaller steps saw that, so it is
fetched again byte by byte.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from attest.errors import DocumentError
from attest.formats.source import Source
from attest.scanning.budget import BudgetError
from attest.scanning.part import Part

STEP = 256 << 10
"""Bytes that go in or come out at a time."""
_FIRST_STEP, _SMALL_STEP = 16 << 10, 512
_FREE = 64 << 20
"""Bytes that may come out of one member whatever went in."""
_MAX_MEMORY = 128 << 20
_FAULTS = (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError)
_WINDOWS = {"deflate": -zlib.MAX_WBITS, "zlib": zlib.MAX_WBITS, "gzip": zlib.MAX_WBITS + 16}

Filters = Sequence[Mapping[str, Any]]
"""A chain of raw LZMA filters, as `lzma` takes it."""


class Meter:
    """Counts the bytes that come out of one member or stream of `packed` bytes."""

    __slots__ = ("_name", "_packed", "_part", "out")

    def __init__(self, part: Part, packed: int, name: str = "") -> None:
        self._part, self._packed, self._name = part, packed, name
        self.out = 0

    def spend(self, count: int) -> None:
        """Count a piece.

        Raises BudgetError when the limits of the file are reached and DocumentError when this member alone unpacks to
        too many times its size; both are reported as a bomb before.
        """
        self.out += count
        budget = self._part.budget
        try:
            budget.spend_unpacked(count)
        except BudgetError:
            if budget.unpacked < 0:
                self._report("the archive unpacks to more than is allowed for a file of its size")
            raise
        ratio = budget.limits.ratio
        if self.out > _FREE and self.out > ratio * max(1, self._packed):
            self._report(f"it unpacks to more than {ratio} times its size")
            raise DocumentError(f"more than {ratio} times its packed size comes out of it")

    def _report(self, message: str) -> None:
        self._part.report("archive.bomb", message, value=self._name)


class _Engine:
    """The decompressors of the standard library behind one face."""

    def __init__(self, kind: str, filters: Filters = ()) -> None:
        self._zlib = None
        if kind in _WINDOWS:
            self._zlib = zlib.decompressobj(_WINDOWS[kind])
        elif kind == "bzip2":
            self._other: bz2.BZ2Decompressor | lzma.LZMADecompressor = bz2.BZ2Decompressor()
        elif kind == "raw-lzma":
            self._other = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)
        else:
            form = lzma.FORMAT_XZ if kind == "xz" else lzma.FORMAT_ALONE
            self._other = lzma.LZMADecompressor(form, memlimit=_MAX_MEMORY)

    @property
    def done(self) -> bool:
        """Whether the stream came to its end."""
        return self._zlib.eof if self._zlib is not None else self._other.eof

    @property
    def rest(self) -> int:
        """How many bytes were given that stand behind the end of the stream."""
        return len(self._zlib.unused_data if self._zlib is not None else self._other.unused_data)

    def feed(self, block: bytes, most: Callable[[], int]) -> Iterator[bytes]:
        """Pieces of the unpacked bytes of one block; `most` says before each how long it may be."""
        if self._zlib is not None:
            limit, length = 0, 0
            # A full piece may have left some of its bytes behind, though all of the block was taken.
            while not self._zlib.eof and (block or length == limit):
                limit = most()
                piece = self._zlib.decompress(block, limit)
                block, length = self._zlib.unconsumed_tail, len(piece)
                yield piece
            return
        yield self._other.decompress(block, most())
        while not self._other.needs_input and not self._other.eof:
            yield self._other.decompress(b"", most())


class Stream:
    """One compressed stream in a source; after `pieces`, `position` is where it ends and `fault` why it broke off.

    `kind` is one of deflate (RFC 1951), zlib, gzip, bzip2, xz, lzma, and raw-lzma with its `filters`.
    """

    def __init__(self, source: Source, kind: str, begin: int, end: int, filters: Filters = ()) -> None:
        self._source, self._kind, self._filters = source, kind, filters
        self._begin, self._end = begin, end
        self.position = begin
        self.fault = ""

    def pieces(self) -> Iterator[bytes]:
        """The unpacked bytes up to the end of the stream or to the first fault."""
        out = 0
        try:
            for piece in self._run():
                out += len(piece)
                yield piece
        except _FAULTS as error:
            self.fault = str(error)
            yield self._again(out)

    def _run(self) -> Iterator[bytes]:
        engine = _Engine(self._kind, self._filters)
        position = self._begin
        step = _FIRST_STEP
        while not engine.done:
            block = self._source.up_to(position, min(step, self._end - position))
            if not block:
                self.fault = "its compressed bytes break off"
                break
            position, step = position + len(block), STEP
            for piece in engine.feed(block, _full_step):
                if piece:
                    yield piece
        self.position = position - engine.rest

    def _again(self, known: int) -> bytes:
        """What comes behind the first `known` bytes and before the fault; at most one step of it was thrown away."""
        engine = _Engine(self._kind, self._filters)
        position, out, found = self._begin, 0, bytearray()

        def most() -> int:
            return 1 if out >= known else min(STEP, known - out)

        try:
            while position < self._end and not engine.done:
                step = 1 if known - out < STEP else _SMALL_STEP
                block = self._source.up_to(position, min(step, self._end - position))
                position += len(block)
                for piece in engine.feed(block, most):
                    found += piece if out >= known else b""
                    out += len(piece)
        except _FAULTS:
            pass
        return bytes(found)


def _full_step() -> int:
    return STEP
