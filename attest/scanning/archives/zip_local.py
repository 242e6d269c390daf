"""The headers in front of zip members: whether they say what the directory says, and what only they show.

Source: PKWARE APPNOTE 6.3.10, sections 4.3.7 and 4.3.9. Some readers go by the directory, some go from one header to
the next; an archive is sound when both see the same. So headers, members and descriptors have to tile the file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from attest.errors import DocumentError
from attest.formats.source import Cursor
from attest.scanning.archives.zip_extra import Extra, wide
from attest.scanning.archives.zip_records import Doubts, Entry, decoded
from attest.scanning.part import Part

LOCAL, DESCRIPTOR = b"PK\x03\x04", b"PK\x07\x08"
STORED, DEFLATED = 0, 8
DESCRIBED = 0x0008
ALL_ONES = (1 << 32) - 1
_FORM = struct.Struct("<4s5H3I2H")
_DESCRIPTORS = {form.size: form for form in (struct.Struct("<3I"), struct.Struct("<I2Q"))}
_MAX_DESCRIPTOR = 24
_BLOCK = 4096
_SEARCH_BLOCK = 1 << 20
_MAX_SEARCH = 256 << 20
_MAX_HIDDEN = 1000


@dataclass(frozen=True, slots=True)
class ZipMember:
    """One member: sizes in bytes unpacked and packed, where its own header begins, and where its packed bytes do."""

    name: str
    method: int
    flags: int
    crc: int
    size: int
    packed: int
    header: int
    data: int
    directory: bool = False


class Header(NamedTuple):
    """A member's own header; `data` is where its packed bytes begin, `told` the sizes unpacked and packed."""

    raw: bytes
    flags: int
    method: int
    crc: int
    told: tuple[int, ...]
    extra: Extra
    data: int


class Headers:
    """Reads members' own headers by small ranges; `end` is where members have to end."""

    def __init__(self, part: Part, end: int) -> None:
        self._part = part
        self._cursor = Cursor(part.source, 0, end, block=_BLOCK)
        self.end = self._cursor.end

    def at(self, offset: int) -> Header:
        """The header at an offset. Raises DocumentError when there is none."""
        cursor = self._cursor
        cursor.position = offset
        mark, _, flags, method, _, _, crc, packed, size, names, extras = _FORM.unpack(cursor.take(_FORM.size))
        if mark != LOCAL:
            raise DocumentError(f"there is no header of a member at {offset}")
        raw, extra = cursor.take(names), cursor.take(extras)
        self._part.interpreted(cursor.position - offset)
        return Header(raw, flags, method, crc, (size, packed), Extra.of(extra), cursor.position)

    def take(self, offset: int, length: int) -> bytes:
        """Bytes between members."""
        self._cursor.position = offset
        return self._cursor.take(length)


def member_of(entry: Entry, header: Header) -> ZipMember:
    """The member as the directory has it."""
    return ZipMember(
        entry.name, entry.method, entry.flags, entry.crc, entry.size, entry.packed, entry.header, header.data,
        entry.name.endswith("/") and entry.size == 0,
    )  # fmt: skip


def disagreement(entry: Entry, header: Header) -> str:
    """In what a member's own header and the directory differ; empty when both say the same."""
    if entry.raw != header.raw or not header.extra.names(header.raw, entry.name):
        return "a member has another name in its own header than in the directory"
    if not entry.extra.names(entry.raw, entry.name):
        return "a member has a second name in an extra field"
    if entry.flags != header.flags:
        return (
            f"the flags of a member are {header.flags:#06x} in its own header and {entry.flags:#06x} in the directory"
        )
    if entry.method != header.method:
        return f"a member is packed with method {header.method} by its own header and {entry.method} by the directory"
    return _size_disagreement(entry, header)


def _size_disagreement(entry: Entry, header: Header) -> str:
    if entry.flags & DESCRIBED:
        return _described(entry, header)
    sizes = wide(header.told, header.extra)
    if sizes.faults:
        return sizes.faults[0]
    if sizes.numbers != (entry.size, entry.packed):
        return "the sizes of a member differ between its own header and the directory"
    return "" if header.crc == entry.crc else "a member has another checksum in its own header than in the directory"


def _described(entry: Entry, header: Header) -> str:
    """What is left to the descriptor is zero; Info-ZIP tells the size it expects, torch the 64-bit values of all that
    is large.
    """
    data = header.extra.wide or b""
    values = {int.from_bytes(data[at : at + 8], "little") for at in range(0, len(data), 8)}
    size, packed = (None if told == ALL_ONES and data else told for told in header.told)
    if header.crc not in {0, entry.crc} or size not in {None, 0, entry.size} or packed not in {None, 0, entry.packed}:
        return "the sizes of a member differ between its own header and the directory"
    if len(data) % 8 or not values <= {0, entry.size, entry.packed, entry.header}:
        return "the 64-bit sizes in a member's own header are not those of the directory"
    return ""


def check_tiling(headers: Headers, members: list[ZipMember], start: int, doubts: Doubts) -> list[tuple[int, int]]:
    """Report what does not tile the range from `start` to the directory; gives the gaps as begin and end.

    Members are in the order of their headers.
    """
    gaps: list[tuple[int, int]] = []
    position, before = start, None
    for member in members:
        if member.header < position:
            doubts.add("a member overlaps another one", offset=member.header, value=member.name)
        else:
            _check_gap(headers, before, position, member.header, doubts, gaps)
        if member.data + member.packed >= position:
            position, before = member.data + member.packed, member
    _check_gap(headers, before, position, headers.end, doubts, gaps)
    return gaps


def _check_gap(
    headers: Headers, before: ZipMember | None, begin: int, end: int, doubts: Doubts, gaps: list[tuple[int, int]]
) -> None:
    described = before is not None and before.flags & DESCRIBED
    if begin >= end and not described:
        return
    if before is not None and described and end - begin <= _MAX_DESCRIPTOR:
        if _fits(headers.take(begin, max(0, end - begin)), before):
            return
        doubts.add("the descriptor behind a member is not that of the directory", offset=begin, value=before.name)
        return
    doubts.add(f"{end - begin} bytes belong to no member of the directory", offset=begin)
    gaps.append((begin, end))


def _fits(descriptor: bytes, member: ZipMember) -> bool:
    expected = (member.crc, member.packed, member.size)
    for rest in (descriptor.removeprefix(DESCRIPTOR), descriptor):
        form = _DESCRIPTORS.get(len(rest))
        if form is not None and form.unpack(rest) == expected:
            return True
    return False


def hidden(part: Part, gaps: list[tuple[int, int]]) -> Iterator[ZipMember]:
    """Members that a reader finds which goes from one header to the next, in ranges that the directory leaves out."""
    count, left = 0, _MAX_SEARCH
    for begin, end in gaps:
        headers = Headers(part, end)
        position = begin
        while count < _MAX_HIDDEN and left > 0:
            found = _search(part, LOCAL, position, min(end, position + left))
            left -= (found if found >= 0 else end) - position
            if found < 0:
                break
            position = found + 1
            try:
                member = _walked(part, headers, found, end)
            except DocumentError:
                continue
            count += 1
            part.budget.spend_member(member.name)
            yield member
            position = max(position, member.data + (member.packed if not member.flags & DESCRIBED else 0))


def _walked(part: Part, headers: Headers, offset: int, end: int) -> ZipMember:
    """A member as its own header alone has it."""
    header = headers.at(offset)
    size, packed = wide(header.told, header.extra).numbers
    if packed == 0 and header.flags & DESCRIBED:
        packed = end - header.data
        if header.method == STORED:
            marks = (_search(part, mark, header.data, end) for mark in (DESCRIPTOR, LOCAL))
            packed = min((at for at in marks if at >= 0), default=end) - header.data
    packed = min(packed, end - header.data)
    name = decoded(header.raw, header.flags)
    return ZipMember(
        name,
        header.method,
        header.flags,
        header.crc,
        size,
        packed,
        offset,
        header.data,
        name.endswith("/") and not size,
    )


def local_view(entry: Entry, header: Header, end: int) -> ZipMember:
    """A member whose two descriptions differ, as its own header has it."""
    size, packed = wide(header.told, header.extra).numbers
    crc = header.crc
    if header.flags & DESCRIBED and not packed:
        crc, size, packed = entry.crc, entry.size, entry.packed
    packed = max(0, min(packed, end - header.data))
    name = decoded(header.raw, header.flags)
    return ZipMember(name, header.method, header.flags, crc, size, packed, entry.header, header.data)


def _search(part: Part, mark: bytes, begin: int, end: int) -> int:
    """Where a mark of four bytes is next; -1 when it is not there."""
    position = begin
    while position < end:
        block = part.source.up_to(position, min(_SEARCH_BLOCK, end - position))
        part.budget.check_time()
        at = block.find(mark)
        if at >= 0:
            return position + at
        if position + len(block) >= end or not block:
            break
        position += len(block) - (len(mark) - 1)
    return -1
