"""The end records and the directory of a zip archive, read strictly.

Source: PKWARE APPNOTE 6.3.10, sections 4.3.12 to 4.3.16, 4.4 and 4.5. Readers search for the end record from the end of
the file, and differ in what they take for one; so there has to be exactly one that fits.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from attest.errors import DocumentError
from attest.formats.source import Cursor
from attest.scanning.archives.zip_extra import Extra, wide
from attest.scanning.part import Part

END, END64, LOCATOR, ENTRY = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x01\x02"
END_FORM = struct.Struct("<4s4H2IH")
_END64_FORM = struct.Struct("<4sQ2H2I4Q")
_LOCATOR_FORM = struct.Struct("<4sIQI")
_ENTRY_FORM = struct.Struct("<4s6H3I5H2I")
_MAX16, _MAX32 = (1 << 16) - 1, (1 << 32) - 1
_MAX_COMMENT = 1024
_NEWEST = 63  # version 6.3 of the format
_MAX_ENDS = 8
UTF8 = 0x0800


@dataclass(slots=True)
class Doubts:
    """Reports what is wrong with an archive, and remembers that something is."""

    part: Part
    found: bool = False

    def add(self, message: str, *, rule: str = "archive.inconsistent", offset: int = -1, value: str = "") -> None:
        """Report a finding on the archive."""
        self.found = True
        self.part.report(rule, message, offset=offset, value=value)


class Place(NamedTuple):
    """A directory: where it begins and has to end, how many entries it has, and what offsets in it count from."""

    offset: int
    end: int
    entries: int
    base: int


class Entry(NamedTuple):
    """An entry of the directory; `header` is where the member's own header begins, `at` where the entry does."""

    raw: bytes
    name: str
    made_by: int
    flags: int
    method: int
    crc: int
    size: int
    packed: int
    header: int
    attributes: int
    extra: Extra
    at: int


def find_places(part: Part, doubts: Doubts, *, embedded: bool) -> list[Place]:
    """The directory that the end record leads to; when that is in doubt, others that some reader may find as well.

    Raises DocumentError when there is none.
    """
    source = part.source
    start = max(0, source.size - END_FORM.size - _MAX16)
    tail = source.up_to(start, source.size - start)
    at = tail.rfind(END)
    if at < 0:
        raise DocumentError("the archive has no end record: it is cut off, or no zip archive")
    places = []
    if len(tail) - at >= END_FORM.size:
        _check_end(tail, at, start, doubts)
        places = _places(part, tail, at, start, doubts, embedded=embedded)
    else:
        doubts.add("the end record is cut off", offset=start + at)
    if doubts.found:
        silent = Doubts(part)
        for _ in range(_MAX_ENDS):
            at = tail.rfind(END, 0, at + 3)
            if at < 0:
                break
            if len(tail) - at >= END_FORM.size:
                places += _places(part, tail, at, start, silent, embedded=embedded)
    return list(dict.fromkeys(places))


def _check_end(tail: bytes, at: int, start: int, doubts: Doubts) -> None:
    """Nothing stands behind the end record but its comment, which is a line of text."""
    comment = tail[at + END_FORM.size :]
    told = END_FORM.unpack_from(tail, at)[-1]
    if told != len(comment):
        doubts.add(
            f"{len(comment)} bytes stand behind the end record, which tells of a comment of {told}", offset=start + at
        )
    elif not _is_text(comment):
        doubts.add("the comment of the archive is not a line of text", offset=start + at + END_FORM.size)


def _is_text(comment: bytes) -> bool:
    try:
        return len(comment) <= _MAX_COMMENT and (not comment or comment.decode().isprintable())
    except UnicodeDecodeError:
        return False


def _places(part: Part, tail: bytes, at: int, start: int, doubts: Doubts, *, embedded: bool) -> list[Place]:
    """The directories that one end record may mean: usually one."""
    end = start + at
    disk, first_disk, here, count, size, offset = END_FORM.unpack_from(tail, at)[1:7]
    short = Place(offset, end, count, 0)
    places = []
    whole: tuple[int, ...] = (disk, first_disk, here, count, size, offset)
    if part.source.up_to(max(0, end - _LOCATOR_FORM.size), 4) == LOCATOR and end >= _LOCATOR_FORM.size:
        found = _zip64(part, end, whole, doubts)
        if found is not None:
            end, whole = found
    elif _MAX32 in {size, offset}:
        doubts.add("the end record refers to another one that is not there", offset=end)
    disk, first_disk, here, count, size, offset = whole
    if disk or first_disk or here != count:
        doubts.add("the archive says that it is one of several parts", offset=end)
    base = end - size - offset
    if base and not (embedded and base > 0):
        doubts.add(f"the directory does not end where its end record begins: {offset + size} and {end}", offset=end)
    if size <= end:
        # Some readers count from where the directory really is, some take offsets as they stand.
        places.append(Place(end - size, end, count, base))
    if base and offset < end:
        places.append(Place(offset, end, count, 0))
    if doubts.found and short.offset < short.end:
        places.append(short)
    return places


def _zip64(part: Part, end: int, short: tuple[int, ...], doubts: Doubts) -> tuple[int, tuple[int, ...]] | None:
    """Where the zip64 end record begins and what it says: disk, first disk, entries here, entries, size, offset."""
    place = end - _LOCATOR_FORM.size
    _, disk, offset, disks = _LOCATOR_FORM.unpack(part.source.read(place, _LOCATOR_FORM.size))
    expected = place - _END64_FORM.size
    if disk or disks > 1 or offset != expected:
        doubts.add("the locator of the zip64 end record does not lead to what stands before it", offset=place)
    if expected < 0:
        return None
    record = _END64_FORM.unpack(part.source.read(expected, _END64_FORM.size))
    if record[0] != END64 or record[1] + 12 != _END64_FORM.size:
        doubts.add("there is no plain zip64 end record where one is needed", offset=expected)
        return None
    full = (_MAX16, _MAX16, _MAX16, _MAX16, _MAX32, _MAX32)
    for old, most, new in zip(short, full, record[4:], strict=True):
        if old not in {most, new}:
            doubts.add("the two end records of the archive disagree", offset=expected)
            break
    return expected, record[4:]


def entries(part: Part, place: Place, doubts: Doubts) -> Iterator[Entry]:
    """The entries of a directory, up to its end or to the first thing that is none."""
    cursor = Cursor(part.source, place.offset, place.end)
    count = 0
    while cursor.left:
        at = cursor.position
        try:
            entry = _entry(cursor, place.base, doubts)
        except DocumentError as error:
            doubts.add(error.message, offset=at)
            break
        count += 1
        part.interpreted(cursor.position - at)
        part.budget.spend_member(entry.raw)
        yield entry
    if count & _MAX16 != place.entries & _MAX16 or (count != place.entries and place.entries > _MAX16):
        doubts.add(f"the directory has {count} entries, and its end record tells of {place.entries}")


def _entry(cursor: Cursor, base: int, doubts: Doubts) -> Entry:
    at = cursor.position
    record = _ENTRY_FORM.unpack(cursor.take(_ENTRY_FORM.size))
    mark, made_by, needed, flags, method, _, _, crc, packed, size, names, extras, comments, disk, _, mode, header = (
        record
    )
    if mark != ENTRY:
        raise DocumentError(f"what stands at {at} of the directory is no entry")
    raw, tail, comment = cursor.take(names), cursor.take(extras), cursor.take(comments)
    name = decoded(raw, flags)
    extra = Extra.of(tail)
    values = wide((size, packed, header), extra, disk)
    for message in (*extra.faults, *values.faults):
        doubts.add(message, offset=at, value=name)
    if not _is_text(comment):
        doubts.add("the comment of a member is not a line of text", offset=at, value=name)
    if needed & 0xFF > _NEWEST:
        doubts.add(f"a member needs a reader of version {needed}", offset=at, value=name)
    if disk not in {0, _MAX16}:
        doubts.add("a member is said to lie in another part of the archive", offset=at, value=name)
    size, packed, header = values.numbers
    return Entry(raw, name, made_by, flags, method, crc, size, packed, header + base, mode, extra, at)


def decoded(raw: bytes, flags: int) -> str:
    """A member's name as text: UTF-8 when its flag says so, else code page 437 (APPNOTE, appendix D)."""
    return raw.decode("utf-8", "backslashreplace") if flags & UTF8 else raw.decode("cp437")
