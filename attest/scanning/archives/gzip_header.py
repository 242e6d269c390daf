"""The header of a gzip stream (RFC 1952, section 2.3)."""

from __future__ import annotations

import struct
import zlib

from attest.errors import DocumentError
from attest.formats.source import Cursor
from attest.scanning.archives.names import name_fault
from attest.scanning.part import Part

_FORM = struct.Struct("<2s2BIBB")
_DEFLATE = 8
_HEADER_CHECK, _EXTRA, _NAME, _COMMENT, _RESERVED = 0x02, 0x04, 0x08, 0x10, 0xE0
_MAX_TEXT = 4096


def check_header(part: Part, offset: int) -> None:
    """Report what is odd about a header.

    The name in it is where some tools unpack to, so it has to be one that stays in its folder. Raises DocumentError
    when the header breaks off.
    """
    cursor = Cursor(part.source, offset, block=_MAX_TEXT)
    _, method, flags, _, _, _ = _FORM.unpack(cursor.take(_FORM.size))
    if method != _DEFLATE or flags & _RESERVED:
        part.report("archive.inconsistent", "the header of a gzip stream is of no known kind", offset=offset)
        return
    if flags & _EXTRA:
        cursor.skip(cursor.integer(2))
    if flags & _NAME:
        name = _text(cursor).decode("latin-1")
        # Only the last part of a name is taken by readers that take it.
        fault = name_fault(name)
        if fault is not None and name:
            part.report(fault.rule, fault.message, offset=offset, value=name)
    if flags & _COMMENT:
        _text(cursor)
    if flags & _HEADER_CHECK:
        length = cursor.position - offset
        if zlib.crc32(part.source.read(offset, length)) & 0xFFFF != cursor.integer(2):
            part.report("archive.crc", "the checksum of a gzip header is wrong", offset=offset)


def _text(cursor: Cursor) -> bytes:
    """Bytes up to the next NUL, which is left out."""
    start = cursor.position
    found = cursor.source.up_to(start, min(_MAX_TEXT, cursor.left))
    text, end, _ = found.partition(b"\0")
    if not end:
        raise DocumentError(f"a text in the gzip header at {start} does not end within {_MAX_TEXT} bytes")
    cursor.skip(len(text) + 1)
    return text
