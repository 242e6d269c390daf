"""The entries of a zip archive, one after the other, within limits that are checked before anything is allocated.

Source: PKWARE's APPNOTE 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.14 to 4.3.16 (its end)
and 4.5.3 (Zip64). The central directory says what there is; it is read in blocks, so that an archive of very many
entries costs no memory. Stored and deflated entries are read; encrypted ones and other methods are refused.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from attest.errors import DocumentError

_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_MAX_COMMENT = 65_535
_SENTINEL = 0xFFFF_FFFF
_ZIP64 = 1
_ENCRYPTED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLimits:
    """Upper bounds: entries, bytes of one entry, bytes of all entries together, when they are unpacked."""

    entries: int = 500_000
    entry: int = 16 << 20
    total: int = 8 << 30


class Refused(NamedTuple):
    """An entry that cannot be read, and why."""

    reason: str


class _Entry(NamedTuple):
    name: str
    method: int
    encrypted: bool
    checksum: int
    packed: int
    size: int
    offset: int


def entries(stream: BinaryIO, limits: ArchiveLimits, ending: str) -> Iterator[tuple[str, bytes | Refused]]:
    """Name and content of every entry whose name has this ending, in the order of the central directory.

    Raises DocumentError when the archive itself is malformed or past a limit; entries before that were given.
    """
    length = stream.seek(0, 2)
    left = limits.total
    for number, entry in enumerate(_directory(stream, length), 1):
        if number > limits.entries:
            raise DocumentError(f"it holds more than {limits.entries} entries")
        if not entry.name.endswith(ending):
            continue
        if left < entry.size <= limits.entry:
            raise DocumentError(f"it unpacks to more than {limits.total} bytes")
        content = _content(stream, entry, length, limits.entry)
        left -= len(content) if isinstance(content, bytes) else 0
        yield entry.name, content


def _at(stream: BinaryIO, offset: int, size: int, length: int) -> bytes:
    if offset < 0 or offset + size > length:
        raise DocumentError("it ends before what it says is there")
    stream.seek(offset)
    data = stream.read(size)
    if len(data) != size:
        raise DocumentError("it could not be read whole")
    return data


def _directory(stream: BinaryIO, length: int) -> Iterator[_Entry]:
    """The entries of the central directory."""
    start, size, count = _place(stream, length)
    if start + size > length:
        raise DocumentError("its central directory lies beyond its end")
    position, end = start, start + size
    for _ in range(count):
        fixed = _CENTRAL.unpack(_at(stream, position, _CENTRAL.size, end))
        if fixed[0] != b"PK\x01\x02":
            raise DocumentError("its central directory is broken")
        lengths = fixed[10], fixed[11], fixed[12]
        rest = _at(stream, position + _CENTRAL.size, sum(lengths), end)
        position += _CENTRAL.size + sum(lengths)
        yield _entry(fixed, rest[: lengths[0]], rest[lengths[0] : lengths[0] + lengths[1]])


def _place(stream: BinaryIO, length: int) -> tuple[int, int, int]:
    """Where the central directory begins, its size, and how many entries it has."""
    tail = _at(stream, max(0, length - _MAX_COMMENT - _END.size), min(length, _MAX_COMMENT + _END.size), length)
    found = tail.rfind(b"PK\x05\x06")
    if found < 0 or len(tail) - found < _END.size:
        raise DocumentError("it is no zip archive")
    _, disk, start_disk, _, count, size, start, _ = _END.unpack_from(tail, found)
    if disk or start_disk:
        raise DocumentError("it is one part of several")
    position = length - len(tail) + found
    if _SENTINEL in (size, start) or count == 0xFFFF:
        locator = _at(stream, position - _LOCATOR.size, _LOCATOR.size, length)
        signature, _, offset, _ = _LOCATOR.unpack(locator)
        if signature == b"PK\x06\x07":
            whole = _END_64.unpack(_at(stream, offset, _END_64.size, length))
            if whole[0] != b"PK\x06\x06":
                raise DocumentError("its end is broken")
            return whole[9], whole[8], whole[7]
    return start, size, count


def _entry(fixed: tuple[int, ...], name: bytes, extra: bytes) -> _Entry:
    packed, size, offset = fixed[8], fixed[9], fixed[16]
    if _SENTINEL in (packed, size, offset):
        packed, size, offset = _large(packed, size, offset, extra)
    text = name.decode("utf-8", "replace")
    return _Entry(text, fixed[4], bool(fixed[3] & _ENCRYPTED), fixed[7], packed, size, offset)


def _large(packed: int, size: int, offset: int, extra: bytes) -> tuple[int, int, int]:
    """Numbers that did not fit, from the Zip64 field: only those that are there, in this order."""
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, position)
        field = extra[position + 4 : position + 4 + length]
        position += 4 + length
        if kind != _ZIP64:
            continue
        numbers = iter([number for (number,) in struct.iter_unpack("<Q", field[: len(field) // 8 * 8])])
        size = next(numbers, size) if size == _SENTINEL else size
        packed = next(numbers, packed) if packed == _SENTINEL else packed
        offset = next(numbers, offset) if offset == _SENTINEL else offset
    return packed, size, offset


def _content(stream: BinaryIO, entry: _Entry, length: int, limit: int) -> bytes | Refused:
    """The content of an entry, with its checksum verified."""
    if entry.encrypted or entry.method not in (0, 8):
        return Refused("it is encrypted, or packed in a way that is not read")
    if entry.size > limit or entry.packed > limit:
        return Refused(f"it is larger than {limit} bytes")
    try:
        header = _LOCAL.unpack(_at(stream, entry.offset, _LOCAL.size, length))
        if header[0] != b"PK\x03\x04":
            return Refused("it does not begin where the directory says")
        packed = _at(stream, entry.offset + _LOCAL.size + header[9] + header[10], entry.packed, length)
        data = packed if entry.method == 0 else _inflated(packed, entry.size)
    except DocumentError as error:
        return Refused(error.message)
    except zlib.error:
        return Refused("its data is damaged")
    if len(data) != entry.size or zlib.crc32(data) != entry.checksum:
        return Refused("its size or checksum is not the one that is stated")
    return data


def _inflated(packed: bytes, size: int) -> bytes:
    """Unpacked, and never more than one byte past the stated size."""
    return zlib.decompressobj(-15).decompress(packed, size + 1)
