"""Tar archives, read strictly: what two readers could read differently is reported, and the walk goes on behind it.

Sources: POSIX.1-2017 `pax`, ustar and pax interchange formats; GNU tar's manual for long names (types L and K), numbers
beyond octal (base 256) and sparse files (type S).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from attest.errors import DocumentError
from attest.formats.source import Cursor
from attest.scanning.archives.names import name_fault, repeated
from attest.scanning.archives.tar_header import (
    BLOCK,
    EMPTY,
    EXTENSIONS,
    FOLDER,
    LINKS,
    LONG_LINK,
    LONG_NAME,
    PAX,
    PAX_GLOBAL,
    REGULAR,
    SPARSE,
    TarHeader,
    parse_header,
    pax_records,
)
from attest.scanning.part import Part

_MAX_EXTENDED = 1 << 20
_READ_AHEAD = 8192
_SEARCH_BLOCK = 1 << 20
_MAX_TRIED = 100_000
_MAX_OCTAL_SIZE = 8**11
_FITS = 100
_SPECIAL_BITS = 0o6000
_MAX_NUMBER = 18


class TarMember(NamedTuple):
    """A member with content: its name, and where its body lies in the archive."""

    name: str
    offset: int
    size: int


def scan(part: Part) -> None:
    """Report what is odd about the archive, and scan each of its members."""
    for member in read_members(part):
        part.inside(member.name, part.window(member.name, member.offset, member.size))


def read_members(part: Part) -> tuple[TarMember, ...]:
    """All members with content, in the order of the archive; reports on the part what is odd about it.

    Raises DocumentError when the first header is none, and BudgetError when there are too many members.
    """
    return _Walk(part).run()


class _Extended:
    """What extended headers say about the next member."""

    __slots__ = ("kinds", "long_name", "records")

    def __init__(self) -> None:
        self.kinds: list[int] = []
        self.long_name: bytes | None = None
        self.records: dict[bytes, bytes] = {}


class _Walk:
    """Goes from header to header."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._cursor = Cursor(part.source, 0, block=_READ_AHEAD)
        self._members: list[TarMember] = []
        self._folders: list[str] = []
        self._extended = _Extended()

    def run(self) -> tuple[TarMember, ...]:
        """Walk the whole archive."""
        for at, header in self._headers():
            for fault in header.faults:
                self._odd(fault, at)
            if header.size < 0:
                continue
            if header.type in EXTENSIONS:
                self._extend(header, at)
            else:
                self._take(header, at)
        if self._extended.kinds:
            self._odd("an extended header stands before no member", self._cursor.position)
        for name, twice in repeated([member.name for member in self._members], self._folders):
            self._part.report(twice.rule, twice.message, value=name)
        return tuple(self._members)

    def _odd(self, message: str, at: int, rule: str = "archive.inconsistent", name: str = "") -> None:
        self._part.report(rule, message, offset=at, value=name)

    def _headers(self) -> Iterator[tuple[int, TarHeader]]:
        """Every header with its place, also those behind the end of the archive or behind damage."""
        cursor = self._cursor
        while cursor.left >= BLOCK:
            at = cursor.position
            block = cursor.take(BLOCK)
            header = parse_header(block) if block != EMPTY else None
            if header is None:
                if block != EMPTY and at == 0:
                    raise DocumentError("the first header has a wrong checksum: it is no tar archive, or damaged")
                header = self._find(at, damaged=block != EMPTY)
                if header is None:
                    return
                at = cursor.position - BLOCK
            self._part.interpreted(BLOCK)
            yield at, header
        if cursor.left:
            self._odd("the archive ends within a block", cursor.position)

    def _find(self, begin: int, *, damaged: bool) -> TarHeader | None:
        """Behind the end of the archive there are zeros only. Anything else is odd, and may be another archive."""
        if damaged:
            self._odd("what should be a header has a wrong checksum", begin)
        source, tried = self._part.source, 0
        position = begin + BLOCK
        while position < source.size and tried < _MAX_TRIED:
            data = source.up_to(position, _SEARCH_BLOCK)
            self._part.interpreted(len(data))
            for at in range(0, len(data), BLOCK) if data.strip(b"\0") else ():
                block = data[at : at + BLOCK]
                if not block.strip(b"\0"):
                    continue
                self._trailing(position + at, damaged=damaged)
                tried += 1
                header = parse_header(block) if len(block) == BLOCK else None
                if header is not None:
                    self._cursor.position = position + at + BLOCK
                    return header
            position += len(data)
        return None

    def _trailing(self, at: int, *, damaged: bool) -> None:
        if not damaged:
            self._odd("something stands behind the end of the archive", at)

    def _body(self, size: int, at: int) -> int:
        """Step over a body and its padding; gives where it begins."""
        cursor = self._cursor
        offset = cursor.position
        if size > cursor.left:
            self._odd("a member leaves the archive: it may be cut off", at)
            size = cursor.left
        cursor.skip(min(size + -size % BLOCK, cursor.left))
        return offset

    def _extend(self, header: TarHeader, at: int) -> None:
        """Take in an extended header."""
        extended = self._extended
        if header.size > min(_MAX_EXTENDED, self._cursor.left):
            self._odd(f"an extended header has more than {_MAX_EXTENDED} bytes, or leaves the archive", at)
            self._body(header.size, at)
            return
        body = self._part.source.read(self._body(header.size, at), header.size)
        self._part.interpreted(header.size)
        if header.type == PAX_GLOBAL:
            self._globals(body, at)
            return
        # Readers differ in which of two extended headers wins, and in what a size in one does to another.
        if header.type in extended.kinds or (extended.kinds and PAX in {header.type, *extended.kinds}):
            self._odd("several extended headers stand before one member", at)
        extended.kinds.append(header.type)
        if header.type == PAX:
            extended.records |= self._records(body, at)
        elif header.type == LONG_NAME:
            extended.long_name = self._long(body, at)
        elif header.type == LONG_LINK:
            self._long(body, at)

    def _records(self, body: bytes, at: int) -> dict[bytes, bytes]:
        try:
            return pax_records(body)
        except DocumentError as error:
            self._odd(error.message, at)
            return {}

    def _globals(self, body: bytes, at: int) -> None:
        found = self._records(body, at)
        if found.keys() & {b"path", b"size", b"linkpath"} or any(key.startswith(b"GNU.sparse") for key in found):
            self._odd("a header for all members names one of them, or its size", at)

    def _long(self, body: bytes, at: int) -> bytes:
        name, _, rest = body.partition(b"\0")
        if rest.strip(b"\0"):
            self._odd("a long name goes on behind its end", at)
        return name

    def _take(self, header: TarHeader, at: int) -> None:
        """Take in a member: its name, its size and its kind."""
        extended, self._extended = self._extended, _Extended()
        size = self._size(header, extended, at)
        if header.type == SPARSE:
            self._skip_sparse_map(at)
        name = _text(self._name(header, extended, at))
        self._part.budget.spend_member(name)
        is_folder = header.type == FOLDER or (header.type in REGULAR and name.endswith("/") and not size)
        self._check(header, name, size, at, is_folder=is_folder)
        if header.type == SPARSE or any(key.startswith(b"GNU.sparse") for key in extended.records):
            self._odd("a member is a sparse file, which is not put together here", at, "archive.unsupported", name)
        if is_folder and not size:
            self._folders.append(name)
            return
        body = size if header.type not in LINKS else 0
        offset = self._body(body, at)
        if header.type not in LINKS:
            self._members.append(TarMember(name, offset, min(size, self._part.size - offset)))

    def _size(self, header: TarHeader, extended: _Extended, at: int) -> int:
        told = extended.records.get(b"size")
        if told is None:
            return header.size
        if not told.isdigit() or len(told) > _MAX_NUMBER:
            self._odd("an extended header holds a size that is no number", at)
            return header.size
        size = int(told)
        if size != header.size and size < _MAX_OCTAL_SIZE:
            self._odd("the size of a member differs between its two headers", at)
        return size

    def _name(self, header: TarHeader, extended: _Extended, at: int) -> bytes:
        """The name from an extended header or else from the header; where the short one has room, both agree."""
        name = extended.records.get(b"path", extended.long_name)
        if name is None:
            return header.name
        if extended.long_name is not None:
            agree = name == extended.long_name and name.startswith(header.name)
        else:
            short = len(name) <= _FITS and name.isascii()
            agree = not short or name.rstrip(b"/") == header.name.rstrip(b"/")
        if not agree:
            self._odd("the name of a member differs between its two headers", at, name=_text(header.name))
        fault = name_fault(_text(header.name))
        if fault is not None:
            self._odd(fault.message, at, fault.rule, _text(header.name))
        return name

    def _check(self, header: TarHeader, name: str, size: int, at: int, *, is_folder: bool) -> None:
        fault = name_fault(name)
        if fault is not None:
            self._odd(fault.message, at, fault.rule, name)
        if header.type in LINKS:
            self._odd("a member is a link or a device", at, "archive.link", name)
        elif header.type not in REGULAR and header.type not in {FOLDER, SPARSE}:
            self._odd(f"a member is of the unknown type {header.type:#04x}", at, name=name)
        if size and (is_folder or header.type in LINKS):
            self._odd("a member that has no content is told to have some", at, name=name)
        elif size and name.endswith("/"):
            self._odd("a member is a folder by its name and a file by its type", at, name=name)
        if header.mode > 0 and header.mode & _SPECIAL_BITS and not is_folder:
            self._odd("a member would run with the rights of its owner", at, "archive.link", name)

    def _skip_sparse_map(self, at: int) -> None:
        """Blocks of the map of a sparse file stand between its header and its body (GNU tar, `sparse_header`)."""
        more = self._part.source.read(at, BLOCK)[482]
        while more and self._cursor.left >= BLOCK:
            more = self._cursor.take(BLOCK)[504]
            self._part.interpreted(BLOCK)


def _text(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("latin-1")
