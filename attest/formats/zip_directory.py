"""A zip archive's directory, compared with what the archive itself holds; single members are read within a limit.

Source: PKWARE APPNOTE 6.3.10, sections 4.3 and 4.4. Readers of zip archives differ in where they look: some go by the
directory at the end, some by the headers in front of each member. Wherever the two part ways, that is a problem, and
an archive whose directory cannot be found without doubt is refused.
"""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass
from typing import NamedTuple

from attest.errors import DocumentError
from attest.formats.header_text import Problems
from attest.formats.source import Source

MAX_MEMBERS = 80_000
MAX_DIRECTORY = 32 << 20
MAX_NAME = 4096
STORED, DEFLATED = 0, 8
_END, _END64, _LOCATOR = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_ENTRY, _LOCAL, _DESCRIPTOR = b"PK\x01\x02", b"PK\x03\x04", b"PK\x07\x08"
_END_FORM = struct.Struct("<4s4H2IH")
_END64_FORM = struct.Struct("<4sQ2H2I4Q")
_LOCATOR_FORM = struct.Struct("<4sIQI")
_ENTRY_FORM = struct.Struct("<4s6H3I5H2I")
_LOCAL_FORM = struct.Struct("<4s5H3I2H")
_DESCRIPTORS = {form.size: form for form in (struct.Struct("<3I"), struct.Struct("<I2Q"))}
_MAX_COMMENT = (1 << 16) - 1
_MAX16, _MAX32 = (1 << 16) - 1, (1 << 32) - 1
_ENCRYPTED, _DESCRIBED, _UTF8 = 0x0001 | 0x0040 | 0x2000, 0x0008, 0x0800
_KNOWN_FLAGS = _DESCRIBED | _UTF8 | 0x0006  # bits 1 and 2 tell how hard the compressor tried
_ZIP64_EXTRA, _UNICODE_PATH = 0x0001, 0x7075
_MAX_DESCRIPTOR = 24
_FIRST_BLOCK, _BLOCK = 16 * 1024, 256 * 1024
_ODD_NAME = re.compile(r"[\x00-\x1f\x7f\\]|^/|^[A-Za-z]:|(?:^|/)\.\.(?:/|$)")


class Member(NamedTuple):
    """One member: sizes in bytes unpacked and packed, where its own header begins, and where its packed bytes do."""

    name: str
    method: int
    flags: int
    crc: int
    size: int
    packed: int
    header: int
    data: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """The members in the order of the directory, a name twice where it is there twice, and what is wrong."""

    source: Source
    members: tuple[Member, ...]
    problems: tuple[str, ...] = ()


class _Directory(NamedTuple):
    """Where the directory lies, how many members it lists, and where the records behind it begin."""

    offset: int
    size: int
    members: int


def read_archive(source: Source) -> Archive:
    """The directory of an archive and a look at every member's own header.

    Raises DocumentError when there is no directory, when it leaves its place, or when it has more than 80,000 members
    or 32 MiB. Everything else that two readers could read differently is a problem.
    """
    problems = Problems()
    place = _find_directory(source, problems)
    entries = _entries(source, place, problems)
    members = [_located(source, entry, place.offset, problems) for entry in entries]
    _check_tiling(source, members, place.offset, problems)
    seen: set[str] = set()
    for member in members:
        if member.name in seen:
            problems.add(f"two members have the name {member.name[:80]!r}")
        seen.add(member.name)
    return Archive(source=source, members=tuple(members), problems=problems.texts())


def read_member(source: Source, member: Member, limit: int) -> bytes:
    """The unpacked bytes of one member.

    Raises DocumentError when they are more than `limit`, when the member is encrypted or packed in another way than
    stored or deflated, and when length or checksum are not those of the directory.
    """
    what = f"member {member.name[:80]!r}"
    if member.size > limit:
        raise DocumentError(f"{what} has {member.size} bytes; the limit is {limit}")
    if member.flags & _ENCRYPTED:
        raise DocumentError(f"{what} is encrypted")
    if member.method == STORED:
        if member.size != member.packed:
            raise DocumentError(f"{what} is stored, and yet its two sizes differ")
        data = source.read(member.data, member.size)
    elif member.method == DEFLATED:
        data, whole = _inflate(source, member, what, member.size + 1)
        if len(data) != member.size or not whole:
            raise DocumentError(f"{what} does not unpack to the {member.size} bytes that the directory gives")
    else:
        raise DocumentError(f"{what} is packed with method {member.method}, which is not supported")
    if zlib.crc32(data) != member.crc:
        raise DocumentError(f"{what} does not have the checksum that the directory gives")
    return data


def open_member(source: Source, member: Member, limit: int) -> tuple[Source, int]:
    """A member as a source of its own, and where its bytes begin in the archive; -1 when they are packed.

    What is stored is read in place, without looking at its checksum. What is packed is unpacked: whole as `read_member`
    does it when it has at most `limit` bytes, else the first `limit` bytes of it, and reading others raises
    DocumentError.
    """
    if member.method == STORED and member.size == member.packed and not member.flags & _ENCRYPTED:
        inside = Source(member.name, member.size, lambda offset, length: source.read(member.data + offset, length))
        return inside, member.data
    if member.size <= limit or member.method != DEFLATED or member.flags & _ENCRYPTED:
        return Source.of_bytes(member.name, read_member(source, member, limit)), -1
    data, _ = _inflate(source, member, f"member {member.name[:80]!r}", limit)
    return Source(member.name, member.size, lambda offset, length: data[offset : offset + length]), -1


def _inflate(source: Source, member: Member, what: str, most: int) -> tuple[bytes, bool]:
    """At most `most` unpacked bytes, and whether they end exactly where the member's bytes do."""
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    out: list[bytes] = []
    length, position, end = 0, member.data, member.data + member.packed
    size = _FIRST_BLOCK
    try:
        while position < end and length < most and not engine.eof:
            block = source.read(position, min(size, end - position))
            position += len(block)
            size = _BLOCK
            while block and length < most and not engine.eof:
                piece = engine.decompress(block, most - length)
                block = engine.unconsumed_tail
                length += len(piece)
                out.append(piece)
    except zlib.error as error:
        raise DocumentError(f"{what} cannot be unpacked: {error}") from error
    return b"".join(out), engine.eof and position == end and not engine.unused_data


def _find_directory(source: Source, problems: Problems) -> _Directory:
    tail_start = max(0, source.size - _END_FORM.size - _MAX_COMMENT)
    tail = source.up_to(tail_start, source.size - tail_start)
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_FORM.size:
        raise DocumentError("the archive has no end record: it is cut off, or no zip archive")
    record = _END_FORM.unpack_from(tail, at)
    _, disk, first_disk, here, count, size, offset, comment = record
    if len(tail) - at - _END_FORM.size != comment:
        problems.add("what stands behind the archive's end record is not its comment")
    end = tail_start + at
    if _MAX16 in {here, count} or _MAX32 in {size, offset} or _has_locator(tail, at):
        end, (disk, first_disk, here, count, size, offset) = _zip64_end(source, end, record)
    if disk or first_disk or here != count:
        raise DocumentError("the archive is one of several parts")
    if offset + size != end:
        raise DocumentError(f"the directory does not end where its end record begins: {offset + size} and {end}")
    if count > MAX_MEMBERS or size > MAX_DIRECTORY or count * _ENTRY_FORM.size > size:
        raise DocumentError(
            f"the directory claims {count} members in {size} bytes; the limits are {MAX_MEMBERS} and {MAX_DIRECTORY}"
        )
    return _Directory(offset, size, count)


def _has_locator(tail: bytes, at: int) -> bool:
    return at >= _LOCATOR_FORM.size and tail.startswith(_LOCATOR, at - _LOCATOR_FORM.size)


def _zip64_end(source: Source, end: int, short: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
    """Where the zip64 end record begins, and disk, first disk, members here, members, size and offset from it."""
    place = end - _LOCATOR_FORM.size
    if place < 0:
        raise DocumentError("the end record refers to another one that is not there")
    mark, _, offset, disks = _LOCATOR_FORM.unpack(source.read(place, _LOCATOR_FORM.size))
    if mark != _LOCATOR:
        # A member count of exactly 65,535 is no sign of zip64.
        return end, short[1:7]
    if offset + _END64_FORM.size > place or disks > 1:
        raise DocumentError("the locator of the zip64 end record leads nowhere")
    record = _END64_FORM.unpack(source.read(offset, _END64_FORM.size))
    if record[0] != _END64 or offset + record[1] + 12 != place:
        raise DocumentError("there is no zip64 end record where its locator leads")
    for (old, full), new in zip(
        zip(short[3:7], (_MAX16, _MAX16, _MAX32, _MAX32), strict=True), record[6:], strict=True
    ):
        if old not in {full, new}:
            raise DocumentError("the two end records of the archive disagree")
    return offset, record[4:]


def _entries(source: Source, place: _Directory, problems: Problems) -> list[Member]:
    data = source.read(place.offset, place.size)
    entries: list[Member] = []
    at = 0
    for _ in range(place.members):
        if not data.startswith(_ENTRY, at) or at + _ENTRY_FORM.size > len(data):
            raise DocumentError(f"entry {len(entries) + 1} of the directory is not there")
        entry, at = _entry(data, at, problems)
        entries.append(entry)
    if at != len(data):
        problems.add(f"{len(data) - at} bytes of the directory belong to no entry")
    return entries


def _entry(data: bytes, at: int, problems: Problems) -> tuple[Member, int]:
    """One entry, with `data` still unknown, and where the next one begins."""
    (_, made_by, _, flags, method, _, _, crc, packed, size, names, extras, comments, disk, _, mode, header) = (
        _ENTRY_FORM.unpack_from(data, at)
    )
    start = at + _ENTRY_FORM.size
    end = start + names + extras + comments
    if end > len(data) or names > MAX_NAME:
        raise DocumentError(f"the directory entry at {at} leaves the directory, or its name has over {MAX_NAME} bytes")
    name = _decoded(data[start : start + names], flags, problems)
    extra = _extra_fields(data[start + names : start + names + extras], name, problems)
    sizes = _wide([size, packed, header], extra.get(_ZIP64_EXTRA, b""), name)
    if disk not in {0, _MAX16}:
        raise DocumentError("the archive is one of several parts")
    if flags & ~_KNOWN_FLAGS:
        problems.add(f"member {name[:80]!r} is encrypted or uses a rare feature (flags {flags:#06x})")
    if method not in {STORED, DEFLATED}:
        problems.add(f"member {name[:80]!r} is packed with method {method}, which is not supported")
    # The high half of the attributes is the Unix mode when the maker says so; 0o10 and 0o04 are files and folders.
    if made_by >> 8 == 3 and mode >> 28 not in {0, 0o10, 0o04}:
        problems.add(f"member {name[:80]!r} is a link or a special file")
    return Member(name, method, flags, crc, sizes[0], sizes[1], sizes[2], 0), end


def _decoded(raw: bytes, flags: int, problems: Problems) -> str:
    try:
        name = raw.decode("utf-8" if flags & _UTF8 else "cp437")
    except UnicodeDecodeError:
        name = raw.decode("utf-8", "backslashreplace")
        problems.add(f"the name {name[:80]!r} of a member is not UTF-8 text")
    if not name or _ODD_NAME.search(name):
        problems.add(f"the name {name[:80]!r} of a member leads out of the archive or holds control characters")
    return name


def _extra_fields(data: bytes, name: str, problems: Problems) -> dict[int, bytes]:
    fields: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(data):
        kind, length = struct.unpack_from("<HH", data, at)
        if at + 4 + length > len(data):
            break
        if kind in fields:
            problems.add(f"member {name[:80]!r} has an extra field twice")
        fields[kind] = data[at + 4 : at + 4 + length]
        at += 4 + length
    if data[at:].strip(b"\0"):
        problems.add(f"member {name[:80]!r} has a broken extra field")
    if _UNICODE_PATH in fields:
        problems.add(f"member {name[:80]!r} has a second name in an extra field")
    return fields


def _wide(values: list[int], extra: bytes, name: str) -> list[int]:
    """Values of 32 bits with those of 64 bits put in where they are all ones (APPNOTE 4.5.3)."""
    at = 0
    for index, value in enumerate(values):
        if value == _MAX32 and extra:
            if at + 8 > len(extra):
                raise DocumentError(f"member {name[:80]!r} lacks its size in 64 bits")
            values[index] = int.from_bytes(extra[at : at + 8], "little")
            at += 8
    return values


def _located(source: Source, member: Member, end: int, problems: Problems) -> Member:
    """The member with the place of its bytes, once its own header was compared with the directory."""
    what = f"member {member.name[:80]!r}"
    if member.header + _LOCAL_FORM.size > end:
        raise DocumentError(f"{what} begins at {member.header}, past the members' end at {end}")
    room = min(MAX_NAME, end - member.header - _LOCAL_FORM.size)
    expected = member.name.encode("utf-8" if member.flags & _UTF8 else "cp437", "replace")
    head = source.read(member.header, _LOCAL_FORM.size + min(room, len(expected)))
    mark, _, flags, method, _, _, crc, packed, size, names, extras = _LOCAL_FORM.unpack_from(head)
    if mark != _LOCAL:
        raise DocumentError(f"{what} has no header at {member.header}")
    data = member.header + _LOCAL_FORM.size + names + extras
    if data + member.packed > end:
        raise DocumentError(f"{what} leaves its place: it ends at {data + member.packed}, the members at {end}")
    if head[_LOCAL_FORM.size :] != expected or names != len(expected):
        problems.add(f"{what} has another name in its own header")
    local = [size, packed]
    if _MAX32 in local:
        extra = _extra_fields(source.read(data - extras, extras), member.name, problems)
        local = _wide(local, extra.get(_ZIP64_EXTRA, b""), member.name)
    described = bool(flags & _DESCRIBED) and local == [0, 0] and crc == 0
    same = local == [member.size, member.packed] and crc == member.crc
    if flags != member.flags or method != member.method or not (described or same):
        problems.add(f"the header of {what} and the directory disagree")
    return member._replace(data=data)


def _check_tiling(source: Source, members: list[Member], end: int, problems: Problems) -> None:
    """Members follow each other from the first byte to the directory, with nothing but descriptors between them."""
    position, before = 0, None
    for member in sorted(members, key=lambda member: (member.header, member.data)):
        if member.header < position:
            problems.add(f"member {member.name[:80]!r} overlaps another one")
        elif member.header > position:
            _check_gap(source, before, position, member.header, problems)
        end_of_member = member.data + member.packed
        if end_of_member >= position:
            position, before = end_of_member, member
    if position < end:
        _check_gap(source, before, position, end, problems)


def _check_gap(source: Source, before: Member | None, begin: int, end: int, problems: Problems) -> None:
    if before is not None and before.flags & _DESCRIBED and end - begin <= _MAX_DESCRIPTOR:
        rest = source.read(begin, end - begin).removeprefix(_DESCRIPTOR)
        form = _DESCRIPTORS.get(len(rest))
        if form is not None and form.unpack(rest) == (before.crc, before.packed, before.size):
            return
    problems.add(f"{end - begin} bytes at {begin} belong to no member of the directory")
