"""Compressed streams: gzip, zlib, bzip2, xz, LZMA and LZ4, and joblib's old `ZF` files, unpacked step by step.

Sources: RFC 1950 (zlib), RFC 1952 (gzip), the xz and `.lzma` file formats, the LZ4 frame format 1.6.4, joblib's
`numpy_pickle_compat` for `ZF`. Streams that follow each other are one, as readers take them; whatever else stands
behind a stream is reported. There is no reader for Zstandard here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attest.errors import DocumentError
from attest.formats.source import Source
from attest.scanning.archives.gzip_header import check_header
from attest.scanning.archives.lz4 import lz4_pieces
from attest.scanning.archives.spool import spooled
from attest.scanning.archives.unpacking import STEP, Meter, Stream
from attest.scanning.part import Part

KINDS = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"\x02\x21\x4c\x18", "lz4-legacy"),
    (b"ZF0x", "zfile"),
    (b"LZIP", "lzip"),
    (b"\x1f\x9d", "compress"),
    (b"\x5d\x00\x00", "lzma"),
    (b"\x78\x01", "zlib"),
    (b"\x78\x5e", "zlib"),
    (b"\x78\x9c", "zlib"),
    (b"\x78\xda", "zlib"),
)
"""First bytes → kind."""
READABLE = frozenset({"gzip", "zlib", "bzip2", "xz", "lzma", "lz4", "zfile"})
_SUFFIXES = {
    "gzip": (".gz", ".gzip", ".tgz"), "bzip2": (".bz2", ".tbz2", ".tbz"), "xz": (".xz", ".txz"),
    "lzma": (".lzma",), "lz4": (".lz4",), "zlib": (".z", ".zlib"), "zfile": (".z",),
}  # fmt: skip
_TARS = frozenset({".tgz", ".tbz2", ".tbz", ".txz"})
_MAX_STREAMS = 10_000
_MAX_EMPTY = 64
_WRONG_SUM = ("incorrect data check", "incorrect length check")
_HEX = re.compile(rb"0x([0-9a-f]{1,17})L? *")
_ZFILE_LENGTH = 19
_ZFILE_DATA = len("ZF") + _ZFILE_LENGTH


def scan(part: Part) -> None:
    """Unpack the stream and scan what comes out of it."""
    kind = kind_of(part.source.up_to(0, 8))
    part.format(kind or "compressed")
    if kind not in READABLE:
        _unsupported(part, kind)
        return
    source = unpacked(part, kind)
    part.inside(source.name, source)


def kind_of(first: bytes) -> str:
    """The kind of compression that first bytes announce; empty for none."""
    return next((kind for mark, kind in KINDS if first.startswith(mark)), "")


def unpacked(part: Part, kind: str) -> Source:
    """All that comes out of a part; up to the first fault, which is reported.

    Raises DocumentError when nothing comes out, or when the kind has no reader here; BudgetError when it is too much.
    """
    meter = Meter(part, part.size)
    if kind not in READABLE:
        _unsupported(part, kind)
        raise DocumentError("what is compressed in it was not looked at")
    if kind == "lz4":
        pieces = lz4_pieces(part)
    elif kind == "zfile":
        pieces = _zfile(part)
    else:
        pieces = _Streams(part, kind).pieces()
    source = spooled(inner_name(part.name, kind), _until_fault(part, pieces), meter.spend)
    if not source.size and part.size > _MAX_EMPTY:
        raise DocumentError("nothing can be unpacked from it")
    return source


def _unsupported(part: Part, kind: str) -> None:
    part.report("archive.unsupported", f"compression of the kind {kind or 'that is not known'} is not opened here")


def inner_name(name: str, kind: str) -> str:
    """The name of what is compressed: without the folders, and without the suffix of the compression."""
    base = name.rpartition("/")[2]
    for suffix in _SUFFIXES.get(kind, ()):
        if base.lower().endswith(suffix) and len(base) > len(suffix):
            return base[: -len(suffix)] + (".tar" if suffix in _TARS else "")
    return base


def _until_fault(part: Part, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Pieces up to the first fault, which is reported: readers act on what comes before it."""
    try:
        yield from pieces
    except DocumentError as error:
        part.report("file.malformed", error.message)


class _Streams:
    """One stream after the other, to the end of the part."""

    def __init__(self, part: Part, kind: str, begin: int = 0) -> None:
        self._part = part
        self._kind = kind
        self._position = begin

    def pieces(self) -> Iterator[bytes]:
        """All that comes out."""
        source = self._part.source
        for _ in range(_MAX_STREAMS):
            if self._kind == "gzip":
                check_header(self._part, self._position)
            stream = Stream(source, self._kind, self._position, source.size)
            yield from stream.pieces()
            if stream.fault:
                self._broken(stream.fault)
                return
            self._position = stream.position
            if not self._goes_on():
                return
        raise DocumentError(f"it has more than {_MAX_STREAMS} streams")

    def _broken(self, fault: str) -> None:
        rule = "archive.crc" if fault.endswith(_WRONG_SUM) else "file.malformed"
        self._part.report(rule, f"the compressed stream cannot be unpacked to its end: {fault}", offset=self._position)

    def _goes_on(self) -> bool:
        """Whether another stream follows; anything else but the padding of xz is reported."""
        begin = self._position
        if begin == self._part.size:
            return False
        if self._kind == "xz":
            self._skip_padding()
        first = self._part.source.up_to(self._position, 8)
        if first and kind_of(first) == self._kind and self._kind not in {"zlib", "lzma"}:
            return True
        if first or (self._position - begin) % 4:
            self._part.report(
                "archive.inconsistent",
                f"{self._part.size - begin} bytes stand behind the compressed stream",
                offset=begin,
            )
        # Some readers go on here and some do not.
        return bool(first) and kind_of(first) == self._kind

    def _skip_padding(self) -> None:
        source = self._part.source
        while block := source.up_to(self._position, STEP):
            zeros = len(block) - len(block.lstrip(b"\0"))
            self._position += zeros
            if zeros < len(block):
                return


def _zfile(part: Part) -> Iterator[bytes]:
    """`ZF`, the length in hexadecimal padded with spaces, and one zlib stream."""
    head = part.source.up_to(0, _ZFILE_DATA)[len("ZF") :]
    # Python 2 ended the number with L, and some versions padded with one space more.
    digits = _HEX.fullmatch(head)
    start = _ZFILE_DATA + (part.source.up_to(_ZFILE_DATA, 1) == b" ")
    total = 0
    for piece in _Streams(part, "zlib", start).pieces():
        total += len(piece)
        yield piece
    if digits is None or total != int(digits[1], 16):
        part.report("archive.inconsistent", "the length in front of the stream is not that of what comes out of it")
