"""The three encodings of R's serialization: XDR (big-endian), native binary, and text.

Source: R Internals, section 1.8 "Serialization Formats", and `src/main/serialize.c` of R 4.5.
"""

from __future__ import annotations

import struct
from abc import ABC, abstractmethod
from collections.abc import Callable

from attest.errors import DocumentError
from attest.formats.source import Cursor, Source

MAX_WORD = 128
_BLOCK = 1 << 18
_STEP = 1 << 17
_SPACES = b" \t\n\r\v\f"
_ESCAPED = {b"n": b"\n", b"t": b"\t", b"v": b"\v", b"b": b"\b", b"r": b"\r", b"f": b"\f", b"a": b"\a"}
_OCTAL = b"01234567"
_NA = -(1 << 31)
# The type of an item, and whether it has attributes, which no text has.
_KIND, _TEXT = 0xFF | 1 << 9, 9


class Reader(ABC):
    """Reads integers, texts and vectors forward; every method raises DocumentError at the end of the part.

    `spend` is told how many bytes were looked at, so that a limit or the time can end it.
    """

    def __init__(self, source: Source, offset: int, spend: Callable[[int], None]) -> None:
        self.cursor = Cursor(source, offset, block=_BLOCK)
        self.spend = spend

    @property
    def position(self) -> int:
        """Where it stands in the part."""
        return self.cursor.position

    @abstractmethod
    def integer(self) -> int:
        """A number of 32 bits with a sign."""

    @abstractmethod
    def text(self, length: int, keep: int) -> bytes:
        """A text of `length` bytes; empty when it is longer than `keep`."""

    @abstractmethod
    def strings(self, count: int) -> None:
        """Go over `count` items that are texts."""

    @abstractmethod
    def skip(self, count: int, width: int) -> None:
        """Go over `count` numbers of `width` bytes each."""


class BinaryReader(Reader):
    """XDR, or the native form of a machine of either byte order."""

    def __init__(self, source: Source, offset: int, spend: Callable[[int], None], *, big: bool) -> None:
        super().__init__(source, offset, spend)
        self._integer = struct.Struct(">i" if big else "<i")
        self._head = struct.Struct(">2i" if big else "<2i")

    def integer(self) -> int:
        """A number of 32 bits with a sign."""
        return int(self._integer.unpack(self.cursor.take(4))[0])

    def text(self, length: int, keep: int) -> bytes:
        """A text of `length` bytes; empty when it is longer than `keep`."""
        if length <= keep:
            return self.cursor.take(length)
        self.cursor.skip(length)
        return b""

    def strings(self, count: int) -> None:
        """Go over `count` items that are texts; a vector may have millions of them."""
        cursor, unpack = self.cursor, self._head.unpack_from
        data, at = b"", 0
        begin = cursor.position
        for _ in range(count):
            if at + 8 > len(data):
                begin, at = begin + at, 0
                if begin + 8 > cursor.end:
                    raise DocumentError(f"the texts at {begin} break off")
                data = cursor.source.up_to(begin, min(_BLOCK, cursor.end - begin))
                self.spend(len(data))
            flags, length = unpack(data, at)
            if flags & _KIND != _TEXT or length < -1:
                raise DocumentError(f"the item at {begin + at} is no text")
            at += 8 + max(length, 0)
        cursor.position = begin
        cursor.skip(at)

    def skip(self, count: int, width: int) -> None:
        """Go over `count` numbers of `width` bytes each."""
        self.cursor.skip(count * width)


class TextReader(Reader):
    """Words with white space between them; strings with escapes."""

    def _word(self) -> bytes:
        word = b""
        for _ in range(2 * MAX_WORD):
            byte = self.cursor.take(1) if self.cursor.left else b""
            if byte and byte not in _SPACES:
                word += byte
            elif word:
                return word
            elif not byte:
                break
        raise DocumentError(f"the text at {self.position} is no word of the format")

    def integer(self) -> int:
        """A number of 32 bits with a sign."""
        word = self._word()
        if word == b"NA":
            return _NA
        digits = word.removeprefix(b"-")
        if not digits.isdigit() or len(digits) > 10 or not -(1 << 31) <= int(word) < 1 << 31:
            raise DocumentError(f"the text before {self.position} is no number")
        return int(word)

    def text(self, length: int, keep: int) -> bytes:
        """A text of `length` bytes; empty when it is longer than `keep`."""
        if not length:
            return b""
        kept = bytearray()
        byte = self.cursor.take(1)
        if byte in _SPACES:
            byte = self.cursor.take(1)
        for index in range(length):
            if index:
                byte = self.cursor.take(1)
            if byte == b"\\":
                byte = self._escaped()
            if length <= keep:
                kept += byte
            if not index % _STEP:
                self.spend(min(_STEP, length))
        return bytes(kept)

    def _escaped(self) -> bytes:
        byte = self.cursor.take(1)
        if byte not in _OCTAL:
            return _ESCAPED.get(byte, byte)
        digits = byte
        while len(digits) < 3:
            byte = self.cursor.take(1)
            if byte not in _OCTAL:
                self.cursor.position -= 1
                break
            digits += byte
        return bytes([int(digits, 8) & 0xFF])

    def strings(self, count: int) -> None:
        """Go over `count` items that are texts."""
        for _ in range(count):
            flags, length = self.integer(), self.integer()
            if flags & _KIND != _TEXT or not -1 <= length <= self.cursor.left:
                raise DocumentError(f"the item before {self.position} is no text")
            self.text(max(length, 0), 0)

    def skip(self, count: int, width: int) -> None:
        """Go over `count` words; raw bytes are words too."""
        del width
        for index in range(count):
            self._word()
            if not index % _STEP:
                self.spend(min(_STEP, count))
