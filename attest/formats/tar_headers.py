"""The headers of a tar archive: members one after the other, their bodies skipped.

Source: POSIX.1-2017 `pax`, ustar and pax interchange formats; GNU tar's manual for long names (types L and K), numbers
beyond octal (base 256) and sparse files (type S).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from zlib import adler32

from attest.errors import DocumentError
from attest.formats.source import Source

BLOCK = 512
MAX_EXTENDED = 1 << 20
MAX_ALL_EXTENDED = 64 << 20
MAX_EXTENSIONS = 8
MAX_RECORDS = 1000
FILE_TYPES = frozenset({0, 0x30, 0x37})
_PAX, _PAX_GLOBAL, _LONG_NAME, _LONG_LINK, _SPARSE = b"xgLKS"
_NAME, _SIZE, _SUM, _TYPE, _MAGIC, _PREFIX = (
    slice(0, 100), slice(124, 136), slice(148, 156), 156, slice(257, 263), slice(345, 500),
)  # fmt: skip
_USTAR = b"ustar\0"
_RECORD = re.compile(rb"([1-9][0-9]{0,6}) ")
_EMPTY = bytes(BLOCK)


class Member(NamedTuple):
    """One entry: its name as bytes, its type's byte, and where its body lies."""

    name: bytes
    type: int
    offset: int
    size: int


class TarHeaders:
    """Iterates over the members of a source; `end` is the place behind the last header that was read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._globals: dict[bytes, bytes] = {}
        self._extended_left = MAX_ALL_EXTENDED
        self.end = 0

    def __iter__(self) -> Iterator[Member]:
        """Every member up to the end of the archive.

        Raises DocumentError when a header's checksum is wrong or a body leaves the file.
        """
        extended: dict[bytes, bytes] = dict(self._globals)
        count = 0
        while (header := self._header()) is not None:
            kind, offset = header[_TYPE], self.end
            size = _number(extended.get(b"size"), header[_SIZE])
            length = size if kind in FILE_TYPES or kind not in b"123456" else 0
            if offset + length > self._source.size:
                raise DocumentError(f"the member at {offset - BLOCK} leaves the file: it may be cut off")
            self.end = offset + length + -length % BLOCK
            if kind in {_PAX, _PAX_GLOBAL, _LONG_NAME, _LONG_LINK}:
                count += 1
                if count > MAX_EXTENSIONS:
                    raise DocumentError(f"more than {MAX_EXTENSIONS} extended headers stand before one member")
                self._extend(kind, self._body(offset, length), extended)
                continue
            if kind == _SPARSE:
                raise DocumentError("it holds a sparse file of the old GNU format, which is not looked at")
            yield Member(extended.get(b"path") or _name(header), kind, offset, length)
            extended, count = dict(self._globals), 0

    def _header(self) -> bytes | None:
        """The next header; None at the end of the archive, which two empty blocks or the file's end tell."""
        if self.end >= self._source.size:
            return None
        if self.end + BLOCK > self._source.size:
            raise DocumentError(f"the header at {self.end} is cut off")
        header = self._source.read(self.end, BLOCK)
        if header == _EMPTY:
            return None
        if not _sum_fits(header):
            raise DocumentError(f"the header at {self.end} has a wrong checksum: it is no tar archive, or damaged")
        self.end += BLOCK
        return header

    def _body(self, offset: int, length: int) -> bytes:
        if length > MAX_EXTENDED:
            raise DocumentError(f"an extended header of {length} bytes is longer than {MAX_EXTENDED}")
        self._extended_left -= length
        if self._extended_left < 0:
            raise DocumentError(f"its extended headers are longer than {MAX_ALL_EXTENDED} bytes in all")
        return self._source.read(offset, length)

    def _extend(self, kind: int, body: bytes, extended: dict[bytes, bytes]) -> None:
        if kind == _LONG_NAME:
            extended[b"path"] = body.rstrip(b"\0")
        elif kind in {_PAX, _PAX_GLOBAL}:
            found = _records(body)
            extended |= found
            if kind == _PAX_GLOBAL:
                self._globals |= found


def _name(header: bytes) -> bytes:
    name = header[_NAME].partition(b"\0")[0]
    prefix = header[_PREFIX].partition(b"\0")[0] if header[_MAGIC] == _USTAR else b""
    return prefix + b"/" + name if prefix else name


def _sum_fits(header: bytes) -> bool:
    """Whether the checksum is that of the header, its own field taken as spaces."""
    # Adler-32 holds the sum of bytes plus one modulo 65521, which no 256 bytes reach: many times faster than sum().
    blank = b"%b        %b" % (header[: _SUM.start], header[_SUM.stop :])
    total = (adler32(blank[:256]) & 0xFFFF) + (adler32(blank[256:]) & 0xFFFF) - 2
    told = _octal(header[_SUM])
    if told == total:
        return True
    # Some old writers summed signed bytes.
    return told == total - 256 * sum(byte >= 0x80 for byte in blank)


def _octal(field: bytes) -> int:
    digits = field.partition(b"\0")[0].strip(b" ")
    if not digits:
        return 0
    # int() takes more than digits, such as underscores.
    return int(digits, 8) if digits.isdigit() and not digits.strip(b"01234567") else -1


def _number(told: bytes | None, field: bytes) -> int:
    """The size of a body, from an extended header or else from the field."""
    if told is not None:
        size = int(told) if told.isdigit() and len(told) < 20 else -1
    elif field[0] & 0x80:
        size = int.from_bytes(bytes([field[0] & 0x7F]) + field[1:], "big") if field[0] == 0x80 else -1
    else:
        size = _octal(field)
    if size < 0:
        raise DocumentError("a header holds a size that is no number")
    return size


def _records(body: bytes) -> dict[bytes, bytes]:
    """Keyword and value of each record of a pax header: `length keyword=value` and a line feed."""
    found: dict[bytes, bytes] = {}
    position = count = 0
    while position < len(body):
        begin = _RECORD.match(body, position)
        end = position + int(begin[1]) if begin else 0
        if begin is None or not begin.end() < end <= len(body) or body[end - 1] != 0x0A:
            if not body[position:].strip(b"\0"):
                break
            raise DocumentError("an extended header is malformed")
        count += 1
        if count > MAX_RECORDS:
            raise DocumentError(f"an extended header has more than {MAX_RECORDS} records")
        keyword, equals, value = body[begin.end() : end - 1].partition(b"=")
        if not equals:
            raise DocumentError("an extended header is malformed")
        # Only these two change what is said here.
        if keyword in {b"path", b"size"}:
            found[keyword] = value
        position = end
    return found
