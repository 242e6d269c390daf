"""LZ4 frames, unpacked block by block.

Source: LZ4 frame format 1.6.4 and LZ4 block format, lz4.org. joblib writes them around pickles.
"""

from __future__ import annotations

from collections.abc import Iterator

from attest.errors import DocumentError
from attest.formats.source import Cursor
from attest.scanning.part import Part

_MAGIC = 0x184D2204
_SKIPPABLE, _SKIPPABLE_MASK = 0x184D2A50, 0xFFFFFFF0
_BLOCK_SIZES = {4: 64 << 10, 5: 256 << 10, 6: 1 << 20, 7: 4 << 20}
_WINDOW = 64 << 10
_UNPACKED = 0x8000_0000
_MIN_MATCH = 4
_LONG = 15


def lz4_pieces(part: Part) -> Iterator[bytes]:
    """The unpacked blocks of all frames.

    Raises DocumentError where a frame breaks the rules. Reports what stands behind the last frame.
    """
    cursor = Cursor(part.source)
    while cursor.left:
        at = cursor.position
        mark = cursor.integer(4) if cursor.left >= 4 else 0
        if mark & _SKIPPABLE_MASK == _SKIPPABLE:
            size = cursor.integer(4)
            part.report("archive.inconsistent", f"a frame of {size} bytes is for readers to skip", offset=at)
            cursor.skip(size)
        elif mark == _MAGIC:
            yield from _frame(part, cursor)
        else:
            part.report("archive.inconsistent", f"{part.size - at} bytes stand behind the last frame", offset=at)
            return


def _frame(part: Part, cursor: Cursor) -> Iterator[bytes]:
    flags, sizes = cursor.take(2)
    most = _BLOCK_SIZES.get(sizes >> 4 & 7, 0)
    if flags >> 6 != 1 or flags & 0x02 or sizes & 0x8F or not most:
        raise DocumentError("the header of an LZ4 frame is of no known kind")
    if flags & 0x01:
        raise DocumentError("an LZ4 frame needs a dictionary, which is not in the file")
    independent, block_sums, has_size, content_sum = flags & 0x20, flags & 0x10, flags & 0x08, flags & 0x04
    told = cursor.integer(8) if has_size else -1
    cursor.take(1)
    total, before = 0, b""
    while size := cursor.integer(4):
        part.budget.check_time()
        length = size & ~_UNPACKED
        if length > most:
            raise DocumentError("a block of an LZ4 frame is larger than its frame allows")
        data = cursor.take(length)
        piece = data if size & _UNPACKED else unpack_block(data, before, most)
        if block_sums:
            cursor.take(4)
        before = b"" if independent else (before + piece)[-_WINDOW:]
        total += len(piece)
        yield piece
    if content_sum:
        cursor.take(4)
    if told not in {-1, total}:
        part.report("archive.inconsistent", "the size in the header of an LZ4 frame is not that of what comes out")


def unpack_block(data: bytes, before: bytes, most: int) -> bytes:
    """One block, with the bytes before it that matches may reach into.

    Raises DocumentError when it breaks the rules or unpacks to more than `most` bytes.
    """
    out = bytearray(before)
    limit, position, end = len(before) + most, 0, len(data)
    while position < end:
        token = data[position]
        position += 1
        count, position = _length(data, position, token >> 4)
        if position + count > end or len(out) + count > limit:
            raise DocumentError("the literals of an LZ4 block leave their place")
        out += data[position : position + count]
        position += count
        if position == end:
            return bytes(memoryview(out)[len(before) :])
        offset = int.from_bytes(data[position : position + 2], "little")
        position += 2
        count, position = _length(data, position, token & 15)
        _copy(out, offset, count + _MIN_MATCH, limit)
    raise DocumentError("an LZ4 block breaks off")


def _copy(out: bytearray, offset: int, count: int, limit: int) -> None:
    start = len(out) - offset
    if not 0 < offset <= len(out) or len(out) + count > limit:
        raise DocumentError("a match of an LZ4 block leaves its place")
    if offset >= count:
        out += out[start : start + count]
    else:
        pattern = bytes(out[start:])
        out += (pattern * (count // offset + 1))[:count]


def _length(data: bytes, position: int, nibble: int) -> tuple[int, int]:
    """A length that goes on in further bytes while they are 255."""
    if nibble < _LONG:
        return nibble, position
    start = position
    while position < len(data) and data[position] == 0xFF:
        position += 1
    if position >= len(data):
        raise DocumentError("a length of an LZ4 block breaks off")
    return nibble + 0xFF * (position - start) + data[position], position + 1
