"""Compressed text as it streams by: unpacked within bounds, and handed on to whoever counts its rows.

Sources: RFC 1952 (gzip: members may follow one another), bzip2, the .xz format 1.1; all through the standard library.
What expands beyond the bounds is given up: then its columns are described, and its rows are not counted.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from attest.formats.facts import Facts
from attest.formats.observers import Refused
from attest.formats.source import ReadAt

MAX_OUT = 1 << 30
FREE_OUT = 64 << 20
MAX_RATIO = 250
MAX_MEMBERS = 100_000
_STEP = 256 * 1024
_PIECE = 64 * 1024
_MEMORY = 128 << 20


class Text(Protocol):
    """What takes in the unpacked text."""

    def update(self, block: memoryview) -> None:
        """The next bytes."""

    def give_up(self, reason: str) -> None:
        """There will be no more, because of this."""

    def finish(self, read_at: ReadAt) -> Facts | Refused | None:
        """What was found."""


class _Member(Protocol):
    """One compressed member, as the decompressors of `bz2` and `lzma` are."""

    @property
    def eof(self) -> bool:
        """Whether the member has ended."""

    @property
    def needs_input(self) -> bool:
        """Whether there is nothing to unpack before more comes."""

    @property
    def unused_data(self) -> bytes:
        """What follows the member."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """At most `max_length` bytes."""


class _Gzip:
    """A member of a gzip file."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inflate.eof

    @property
    def needs_input(self) -> bool:
        return not self._inflate.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inflate.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._inflate.decompress(self._inflate.unconsumed_tail + data, max_length)


def _xz() -> _Member:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY)


_CODECS: dict[str, tuple[str, Callable[[], _Member]]] = {
    ".gz": ("gzip", _Gzip),
    ".bz2": ("bzip2", bz2.BZ2Decompressor),
    ".xz": ("xz", _xz),
}


class ExpandingObserver:
    """Unpacks a file of `size` bytes, of the kind that its extension (`.gz`, `.bz2`, `.xz`) names, for `text`.

    Damaged data is refused, so that the answer does not depend on how much of it was unpacked before.
    """

    streaming = True

    def __init__(self, extension: str, size: int, text: Text) -> None:
        self._name, self._open = _CODECS[extension]
        self._text = text
        self._left = min(MAX_OUT, max(FREE_OUT, MAX_RATIO * size))
        self._member: _Member | None = None
        self._members = 0
        self._stopped = False
        self._damaged = ""

    def update(self, block: memoryview) -> None:
        """Unpack what these bytes hold."""
        # What follows a member is copied, so short pieces keep many short members cheap.
        for begin in range(0, len(block), _PIECE):
            if self._stopped:
                return
            try:
                self._feed(bytes(block[begin : begin + _PIECE]))
            except (OSError, EOFError, MemoryError, ValueError, lzma.LZMAError, zlib.error):
                self._refuse(f"it cannot be unpacked as {self._name}")

    def _feed(self, data: bytes) -> None:
        while not self._stopped:
            member = self._member
            if member is None:
                # Zeros between members are padding.
                data = data.lstrip(b"\0")
                if not data:
                    return
                member = self._member = self._next()
            out = member.decompress(data, _STEP)
            self._give(out)
            data = b""
            if member.eof:
                data, self._member = member.unused_data, None
            elif len(out) < _STEP and member.needs_input:
                return

    def _next(self) -> _Member:
        self._members += 1
        if self._members > MAX_MEMBERS:
            raise ValueError("too many members")
        return self._open()

    def _give(self, out: bytes) -> None:
        self._left -= len(out)
        if self._left < 0:
            self._stopped = True
            self._text.give_up("it expands to more than is looked at, so its rows are not counted")
        elif out:
            self._text.update(memoryview(out))

    def _refuse(self, reason: str) -> None:
        self._stopped, self._damaged = True, reason

    def finish(self, read_at: ReadAt) -> Facts | Refused | None:
        """What was found in the text."""
        if not self._stopped and (self._member is not None or not self._members):
            self._refuse(f"its {self._name} data is cut off")
        found = self._text.finish(read_at)
        if self._damaged:
            return Refused(self._damaged)
        if not isinstance(found, Facts):
            return found
        prefix = "csv" if found.format == "tsv" else found.format
        return replace(found, properties=tuple(sorted((*found.properties, (f"{prefix}:compression", self._name)))))
