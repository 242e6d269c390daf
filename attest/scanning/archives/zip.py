"""Zip archives, read strictly: what two readers could read differently is reported, and then read in each way.

Source: PKWARE APPNOTE 6.3.10. Stored members are read in place, deflated ones are unpacked in steps.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from attest.errors import DocumentError
from attest.formats.source import Source
from attest.scanning.archives.names import name_fault, repeated
from attest.scanning.archives.spool import Growing, spooled
from attest.scanning.archives.unpacking import STEP, Meter, Stream
from attest.scanning.archives.zip_local import (
    DEFLATED,
    DESCRIBED,
    STORED,
    Headers,
    ZipMember,
    check_tiling,
    disagreement,
    hidden,
    local_view,
    member_of,
)  # fmt: skip
from attest.scanning.archives.zip_records import UTF8, Doubts, Entry, entries, find_places
from attest.scanning.part import Part

__all__ = ["Zip", "ZipMember", "open_member", "open_zip"]

_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
_EFFORT = 0x0006  # how hard the compressor tried
_KNOWN_FLAGS = _EFFORT | DESCRIBED | UTF8 | _ENCRYPTED
_AES_METHOD = 99
_CHECKED = 64 << 20
# Kinds of file in a Unix mode: none told, regular, folder.
_PLAIN_KINDS = frozenset({0, 0o10, 0o04})
_FOLDER_KIND, _LINK_KIND = 0o04, 0o12
_SPECIAL_BITS = 0o6000
_DOS_FOLDER = 0x10
_NOTHING_DEFLATED = 2


@dataclass(frozen=True, slots=True)
class Zip:
    """An archive's members, those first that the directory lists, and whether the strict reader refused nothing.

    `by_name` has the last member of each name. When `sound` is False there may be several of one name, and members that
    only some readers see; all of them are in `members`.
    """

    members: tuple[ZipMember, ...]
    by_name: Mapping[str, ZipMember]
    sound: bool


def open_zip(part: Part, *, embedded: bool = False) -> Zip:
    """List an archive's members, and report on the part whatever two readers could read differently.

    `embedded` says that the archive is known to follow something else in the file. Raises DocumentError when nothing
    can be listed, BudgetError when there are too many members.
    """
    doubts = Doubts(part)
    members: list[ZipMember] = []
    try:
        places = find_places(part, doubts, embedded=embedded)
    except DocumentError as error:
        doubts.add(error.message)
        places = []
    gaps: list[tuple[int, int]] = [(0, part.size)] if doubts.found else []
    for index, place in enumerate(places):
        listed = list(entries(part, place, doubts if index == 0 else Doubts(part)))
        headers = Headers(part, place.offset)
        found = _members(headers, listed, doubts)
        if index == 0:
            _check_names(listed, doubts)
            start = min((member.header for member in found), default=0) if embedded else 0
            gaps += check_tiling(headers, sorted(found, key=_order), start, doubts)
        members += found
    members += hidden(part, gaps)
    if not members and not places:
        raise DocumentError("no reader finds a member in the archive")
    unique = tuple(dict.fromkeys(members))
    return Zip(unique, {member.name: member for member in unique}, not doubts.found)


def _order(member: ZipMember) -> tuple[int, int]:
    return member.header, member.data


def _members(headers: Headers, listed: Iterable[Entry], doubts: Doubts) -> list[ZipMember]:
    """The members of a directory, and after them what their own headers say otherwise."""
    found: dict[int, ZipMember] = {}
    others: list[ZipMember] = []
    indexed = list(enumerate(listed))
    # In the order of the file, so that what one read brings serves the next member as well.
    for index, entry in sorted(indexed, key=lambda item: item[1].header):
        _check_entry(entry, doubts)
        try:
            header = headers.at(entry.header)
        except DocumentError as error:
            doubts.add(error.message, offset=entry.at, value=entry.name)
            continue
        for message in header.extra.faults:
            doubts.add(message, offset=entry.header, value=entry.name)
        member = found[index] = member_of(entry, header)
        if member.data + member.packed > headers.end:
            doubts.add("a member leaves its place", offset=member.data, value=member.name)
            found[index] = replace(member, packed=max(0, headers.end - member.data))
        difference = disagreement(entry, header)
        if difference:
            doubts.add(difference, offset=entry.header, value=entry.name)
            others.append(local_view(entry, header, headers.end))
    return [found[index] for index in sorted(found)] + others


def _check_names(listed: list[Entry], doubts: Doubts) -> None:
    for entry in listed:
        fault = name_fault(entry.name)
        if fault is not None:
            doubts.add(fault.message, rule=fault.rule, offset=entry.at, value=entry.name)
        if entry.flags & UTF8 and not _is_utf8(entry.raw):
            doubts.add("the name of a member is not UTF-8 text", offset=entry.at, value=entry.name)
    files = [entry.name for entry in listed if not entry.name.endswith("/")]
    folders = [entry.name for entry in listed if entry.name.endswith("/")]
    for name, fault in repeated(files, folders):
        doubts.add(fault.message, rule=fault.rule, value=name)


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _check_entry(entry: Entry, doubts: Doubts) -> None:
    for rule, message in (*_flag_faults(entry), *_kind_faults(entry)):
        doubts.add(message, rule=rule, offset=entry.at, value=entry.name)


def _flag_faults(entry: Entry) -> Iterator[tuple[str, str]]:
    """Flags, method and sizes of one member: rules and messages."""
    encrypted = entry.flags & _ENCRYPTED or entry.method == _AES_METHOD or entry.extra.encrypted
    if encrypted:
        yield "archive.encrypted", "a member is encrypted"
    elif entry.method not in {STORED, DEFLATED}:
        yield _unsupported(entry.method)
    if entry.flags & ~_KNOWN_FLAGS:
        yield "archive.inconsistent", f"a member has the flags {entry.flags:#06x}"
    if entry.method == STORED and entry.size != entry.packed and not encrypted:
        yield "archive.inconsistent", "a member is stored, and yet its two sizes differ"


def _unsupported(method: int) -> tuple[str, str]:
    return "archive.unsupported", f"a member is packed with method {method}, which is not opened here"


def _kind_faults(entry: Entry) -> Iterator[tuple[str, str]]:
    """The kind of one member, by its name and by its attributes: rules and messages."""
    mode, is_folder = entry.attributes >> 16, entry.name.endswith("/")
    if is_folder and (entry.size or entry.crc or entry.packed > _NOTHING_DEFLATED):
        yield "archive.inconsistent", "a folder has content"
    # Some writers give folders a mode of all ones; one without content is no link whatever its mode says.
    if mode >> 12 not in _PLAIN_KINDS and (not is_folder or mode >> 12 == _LINK_KIND):
        yield "archive.link", "a member is a link or a special file"
    elif mode & _SPECIAL_BITS and not is_folder:
        yield "archive.link", "a member would run with the rights of its owner"
    if not is_folder and (mode >> 12 == _FOLDER_KIND or entry.attributes & _DOS_FOLDER):
        yield "archive.inconsistent", "a member is a folder by its attributes and a file by its name"


def open_member(part: Part, archive: Zip, member: ZipMember, *, verify: bool = True) -> Source:
    """The content of a member.

    `verify` checks size and checksum now; without it a stored member is not read at all, and a deflated one only as far
    as somebody reads it, which is meant for tensors. A wrong checksum is reported, and the content is given all the
    same. Raises DocumentError for an encrypted member and for an unknown method, and BudgetError.
    """
    del archive
    if member.flags & _ENCRYPTED or member.method == _AES_METHOD:
        part.report("archive.encrypted", "a member is encrypted", value=member.name)
        raise DocumentError(f"member {member.name[:80]!r} is encrypted")
    if member.method == STORED:
        source = part.window(member.name, member.data, member.packed)
        if verify and member.packed <= _CHECKED:
            _check_crc(part, member, source)
        return source
    if member.method != DEFLATED:
        rule, message = _unsupported(member.method)
        part.report(rule, message, value=member.name)
        raise DocumentError(f"member {member.name[:80]!r} is packed with method {member.method}")
    if not verify:
        return Growing(_inflated(part, member)).source(member.name, member.size)
    return spooled(member.name, _inflated(part, member))


def _check_crc(part: Part, member: ZipMember, source: Source) -> None:
    crc = 0
    for position in range(0, source.size, STEP):
        crc = zlib.crc32(source.up_to(position, STEP), crc)
        part.budget.check_time()
    _compare(part, member, source.size, crc)


def _compare(part: Part, member: ZipMember, size: int, crc: int) -> None:
    if size != member.size:
        part.report(
            "archive.inconsistent",
            f"a member holds {size} bytes, and the archive tells of {member.size}",
            offset=member.header,
            value=member.name,
        )
    if crc != member.crc:
        part.report("archive.crc", "the checksum of a member is wrong", offset=member.header, value=member.name)


def _inflated(part: Part, member: ZipMember) -> Iterator[bytes]:
    """The unpacked bytes of a deflated member, up to their end or to the first fault."""
    end = member.data + member.packed
    stream = Stream(part.source, "deflate", member.data, end)
    meter, crc = Meter(part, member.packed, member.name), 0
    for piece in stream.pieces():
        meter.spend(len(piece))
        crc = zlib.crc32(piece, crc)
        yield piece
    fault = f"a member cannot be unpacked: {stream.fault}" if stream.fault else ""
    if not fault and stream.position < end:
        fault = f"{end - stream.position} bytes stand behind the packed bytes of a member"
    if fault:
        part.report("archive.inconsistent", fault, offset=member.data, value=member.name)
    _compare(part, member, meter.out, crc)
