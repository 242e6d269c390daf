"""7z archives: members packed with what the standard library unpacks are scanned, others are reported.

Source: `DOC/7zFormat.txt` and `DOC/Methods.txt` of the LZMA SDK.
"""

from __future__ import annotations

import lzma
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from attest.errors import DocumentError
from attest.formats.source import Source
from attest.scanning.archives.names import name_fault, repeated
from attest.scanning.archives.sevenzip_header import (
    ENCODED_HEADER,
    END,
    FILES,
    HEADER,
    MAIN_STREAMS,
    Coder,
    File,
    Folder,
    Reader,
    Streams,
    read_files,
    read_streams,
)
from attest.scanning.archives.spool import UNLIMITED, spooled
from attest.scanning.archives.unpacking import STEP, Filters, Meter, Stream
from attest.scanning.part import Part

_MARK = b"7z\xbc\xaf\x27\x1c"
_FORM = struct.Struct("<6s2BIQQI")
_MAX_HEADER = 32 << 20
_MAX_ENCODED = 4
_MAX_DICTIONARY = 128 << 20
_COPY, _AES = b"\0", b"\x06\xf1\x07\x01"
_LZMA, _LZMA2, _DELTA = b"\x03\x01\x01", b"\x21", b"\x03"
_PLAIN = {b"\x04\x01\x08": "deflate", b"\x04\x02\x02": "bzip2"}
_BRANCHES = {
    b"\x03\x03\x01\x03": lzma.FILTER_X86, b"\x04": lzma.FILTER_X86, b"\x03\x03\x02\x05": lzma.FILTER_POWERPC,
    b"\x03\x03\x04\x01": lzma.FILTER_IA64, b"\x03\x03\x05\x01": lzma.FILTER_ARM, b"\x07": lzma.FILTER_ARM,
    b"\x03\x03\x07\x01": lzma.FILTER_ARMTHUMB, b"\x08": lzma.FILTER_ARMTHUMB, b"\x03\x03\x08\x05": lzma.FILTER_SPARC,
}  # fmt: skip
_UNIX = 0x8000
_PLAIN_KINDS = frozenset({0, 0o10, 0o04})
_REPARSE_POINT = 0x400


def scan_sevenzip(part: Part) -> None:
    """List the archive and scan its members.

    Raises DocumentError when it cannot be listed; members packed in another way are `archive.unsupported`.
    """
    data, own = _header(part)
    part.interpreted(len(data))
    reader = Reader(data, part)
    streams = Streams(0, [], [])
    files: list[File] = []
    if data:
        reader.expect(HEADER)
    while reader.left:
        kind = reader.number()
        if kind == MAIN_STREAMS:
            streams = read_streams(reader)
        elif kind == FILES:
            files = read_files(reader)
        elif kind == END:
            break
        else:
            raise DocumentError(f"the header has the unknown part {kind}")
    if reader.left:
        part.report("archive.inconsistent", f"{reader.left} bytes stand behind the end of the header")
    for file in files:
        part.budget.spend_member(file.name)
        _check(part, file)
    for name, fault in repeated([file.name for file in files if not file.directory], []):
        part.report(fault.rule, fault.message, value=name)
    if streams.offset or sum(streams.packed) != own.begin - own.packed - _FORM.size:
        part.report("archive.inconsistent", "parts of the archive belong to no member")
    _scan_members(part, streams, [file.name for file in files if file.content])


class _Own(NamedTuple):
    """Where the header begins, and the bytes in front of it that are packed parts of it."""

    begin: int
    packed: int


def _header(part: Part) -> tuple[bytes, _Own]:
    """The header, unpacked when it is packed itself; empty for an archive without files."""
    mark, _, _, crc, offset, size, header_crc = _FORM.unpack(part.source.read(0, _FORM.size))
    if mark != _MARK or zlib.crc32(part.source.read(12, 20)) != crc:
        raise DocumentError("the signature header has a wrong checksum")
    begin = _FORM.size + offset
    if begin + size != part.size:
        part.report("archive.inconsistent", "the archive does not end where its header ends", offset=begin + size)
    if size > _MAX_HEADER:
        raise DocumentError(f"the header has {size} bytes")
    data = part.source.read(begin, size)
    if zlib.crc32(data) != header_crc:
        raise DocumentError("the header has a wrong checksum")
    own = 0
    for _ in range(_MAX_ENCODED):
        if data[:1] != bytes([ENCODED_HEADER]):
            return data, _Own(begin, own)
        reader = Reader(data[1:], part)
        streams = read_streams(reader)
        if reader.left or len(streams.folders) != 1 or len(streams.packed) != 1:
            raise DocumentError("the packed header is not one stream")
        folder = streams.folders[0]
        if folder.size > _MAX_HEADER:
            raise DocumentError(f"the header has {folder.size} bytes")
        source = _open(part, folder, _FORM.size + streams.offset, streams.packed[0], "header")
        own += streams.packed[0]
        data = source.read(0, source.size)
        if folder.crc is not None and zlib.crc32(data) != folder.crc:
            raise DocumentError("the header has a wrong checksum")
    raise DocumentError("the header is packed several times over")


def _check(part: Part, file: File) -> None:
    fault = name_fault(file.name)
    if fault is not None:
        part.report(fault.rule, fault.message, value=file.name)
    kind = file.attributes >> 28 if file.attributes & _UNIX else 0
    if kind not in _PLAIN_KINDS or file.attributes & _REPARSE_POINT:
        part.report("archive.link", "a member is a link or a device", value=file.name)


def _scan_members(part: Part, streams: Streams, names: list[str]) -> None:
    if sum(len(folder.parts) for folder in streams.folders) != len(names):
        raise DocumentError("there are not as many streams as files with content")
    if len(streams.packed) != len(streams.folders):
        raise DocumentError("there are not as many packed streams as there are ways of packing")
    position, waiting = _FORM.size + streams.offset, iter(names)
    for folder, packed in zip(streams.folders, streams.packed, strict=True):
        mine = [next(waiting) for _ in folder.parts]
        try:
            source = _open(part, folder, position, packed, mine[0] if mine else "")
        except DocumentError as error:
            part.report("archive.unsupported", error.message, value=mine[0] if mine else "")
        else:
            _scan_folder(part, folder, source, mine)
        position += packed


def _scan_folder(part: Part, folder: Folder, source: Source, names: list[str]) -> None:
    offset = 0
    for name, size, crc in zip(names, folder.parts, folder.crcs, strict=True):
        inner = _window(source, name, offset, min(size, max(0, source.size - offset)))
        _check_crc(part, inner, crc)
        part.inside(name, inner)
        offset += size


def _window(source: Source, name: str, offset: int, size: int) -> Source:
    return Source(
        name, size, lambda at, count: source.read(offset + at, count), max_bytes=UNLIMITED, max_reads=UNLIMITED
    )


def _check_crc(part: Part, source: Source, told: int | None) -> None:
    crc = 0
    for position in range(0, source.size, STEP):
        crc = zlib.crc32(source.up_to(position, STEP), crc)
        part.budget.check_time()
    if told is not None and crc != told:
        part.report("archive.crc", "the checksum of a member is wrong", value=source.name)


def _open(part: Part, folder: Folder, begin: int, packed: int, name: str) -> Source:
    """What comes out of a folder. Raises DocumentError for ways of packing that have no reader here."""
    if any(coder.method == _AES for coder in folder.coders):
        part.report("archive.encrypted", "a member is encrypted", value=name)
        raise DocumentError("an encrypted stream was not looked at")
    window = part.window(name, begin, packed)
    if [coder.method for coder in folder.coders] == [_COPY]:
        if packed != folder.size:
            part.report("archive.inconsistent", "a stored stream has two sizes", offset=begin, value=name)
        return window
    kind, filters = _way(folder)
    stream = Stream(window, kind, 0, packed, filters)
    meter = Meter(part, packed, name)
    source = spooled(name, _first(stream.pieces(), folder.size), meter.spend)
    if source.size < folder.size and kind == "raw-lzma" and len(filters) > 1 and not stream.fault.startswith("Corrupt"):
        # Without an end of its stream, a filter keeps back its last bytes.
        raise DocumentError("a stream is packed in a way that is not unpacked to its end here")
    if source.size != folder.size:
        message = f"a stream unpacks to {source.size} bytes, and the header tells of {folder.size}: {stream.fault}"
        part.report("archive.inconsistent", message, offset=begin, value=name)
    return source


def _first(pieces: Iterator[bytes], left: int) -> Iterator[bytes]:
    """The pieces up to a length: raw LZMA does not tell where it ends."""
    for piece in pieces:
        yield piece[:left]
        left -= len(piece)
        if left <= 0:
            return


def _way(folder: Folder) -> tuple[str, Filters]:
    """The decompressor for the coders of a folder."""
    if len(folder.coders) == 1 and folder.coders[0].method in _PLAIN:
        return _PLAIN[folder.coders[0].method], ()
    # Filters are told in the order of packing.
    return "raw-lzma", [_filter(coder, folder.sizes) for coder in reversed(folder.coders)]


def _filter(coder: Coder, sizes: list[int]) -> dict[str, int]:
    method, properties = coder
    if method == _LZMA and len(properties) == 5 and properties[0] < 225:
        rest, lc = divmod(properties[0], 9)
        pb, lp = divmod(rest, 5)
        size = _dictionary(int.from_bytes(properties[1:], "little"), sizes)
        return {"id": lzma.FILTER_LZMA1, "dict_size": size, "lc": lc, "lp": lp, "pb": pb}
    if method == _LZMA2 and len(properties) == 1 and properties[0] <= 40:
        code = properties[0]
        size = (2 | code & 1) << code // 2 + 11 if code < 40 else (1 << 32) - 1
        return {"id": lzma.FILTER_LZMA2, "dict_size": _dictionary(size, sizes)}
    if method == _DELTA and len(properties) == 1:
        return {"id": lzma.FILTER_DELTA, "dist": properties[0] + 1}
    if method in _BRANCHES and not properties:
        return {"id": _BRANCHES[method]}
    raise DocumentError(f"a stream is packed with the method {method.hex()}, which is not opened here")


def _dictionary(told: int, sizes: list[int]) -> int:
    """The size of the dictionary: no more than what comes out can use."""
    size = max(4096, min(told, *sizes))
    if size > _MAX_DICTIONARY:
        raise DocumentError(f"unpacking a stream takes a dictionary of {size} bytes")
    return size
