"""A compressed stream unpacked in memory, up to a limit: what joblib writes around a pickle.

Sources: RFC 1950 (zlib), RFC 1952 (gzip), the formats of bzip2, xz and LZMA as Python's standard library reads them.
Streams that follow each other are one, as their readers take them.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from attest.errors import DocumentError
from attest.formats.source import Source

MAX_UNPACKED = 64 << 20
_BLOCK = 256 * 1024
_MAX_MEMORY = 128 << 20
_MAX_STREAMS = 1000
# Marks of streams, from joblib's `_COMPRESSORS`; the second byte of zlib gives level and checksum.
_MARKS = (
    (b"\x1f\x8b", "gzip"),
    (b"BZ", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x5d\x00", "lzma"),
    (b"\x78\x01", "zlib"),
    (b"\x78\x5e", "zlib"),
    (b"\x78\x9c", "zlib"),
    (b"\x78\xda", "zlib"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"ZF", "zfile"),
)


class Unpacked(NamedTuple):
    """The bytes of a stream, and why they may not be all of them (`fault`, empty when they are)."""

    data: bytes
    fault: str


def compression(first: bytes) -> str:
    """The way in which a file with these first bytes is compressed; empty when it is none that is known."""
    return next((kind for mark, kind in _MARKS if first.startswith(mark)), "")


def unpack(source: Source, kind: str, limit: int = MAX_UNPACKED) -> Unpacked:
    """Unpack a whole file, at most `limit` bytes of it.

    Raises DocumentError when nothing can be unpacked: a kind that has no reader here, or a broken start.
    """
    out = bytearray()
    fault = ""
    try:
        for piece in _pieces(source, kind, limit + 1):
            out += piece
            if len(out) > limit:
                fault = f"it unpacks to more than {limit} bytes"
                break
    except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError) as error:
        fault = f"it cannot be unpacked: {error}"
    except DocumentError as error:
        fault = error.message
    if fault and not out:
        raise DocumentError(fault)
    del out[limit:]
    return Unpacked(bytes(out), fault)


class _Engine:
    """The three decompressors of the standard library behind one face."""

    def __init__(self, kind: str) -> None:
        self._zlib = None
        if kind in {"zlib", "gzip"}:
            self._zlib = zlib.decompressobj(zlib.MAX_WBITS + (16 if kind == "gzip" else 0))
        elif kind == "bzip2":
            self._other: bz2.BZ2Decompressor | lzma.LZMADecompressor = bz2.BZ2Decompressor()
        elif kind in {"xz", "lzma"}:
            form = lzma.FORMAT_XZ if kind == "xz" else lzma.FORMAT_ALONE
            self._other = lzma.LZMADecompressor(form, memlimit=_MAX_MEMORY)
        else:
            raise DocumentError(f"it is compressed as {kind}, which is not opened")

    @property
    def done(self) -> bool:
        """Whether the stream came to its end."""
        return self._zlib.eof if self._zlib is not None else self._other.eof

    @property
    def rest(self) -> bytes:
        """What was given and stands behind the end of the stream."""
        return self._zlib.unused_data if self._zlib is not None else self._other.unused_data

    def feed(self, block: bytes, most: int) -> Iterator[bytes]:
        """Pieces of the unpacked bytes of one block, none of them longer than `most`."""
        if self._zlib is not None:
            while block and not self._zlib.eof:
                yield self._zlib.decompress(block, most)
                block = self._zlib.unconsumed_tail
            return
        yield self._other.decompress(block, most)
        while not self._other.needs_input and not self._other.eof:
            yield self._other.decompress(b"", most)


def _pieces(source: Source, kind: str, limit: int) -> Iterator[bytes]:
    most = min(limit, _BLOCK)
    engine = _Engine(kind)
    position = streams = 0
    while position < source.size:
        block = source.up_to(position, _BLOCK)
        position += len(block)
        while block:
            yield from engine.feed(block, most)
            block = engine.rest if engine.done else b""
            if block:
                engine = _Engine(kind)
                streams += 1
            if streams > _MAX_STREAMS:
                raise DocumentError("it has more streams than are looked at")
    if not engine.done:
        raise DocumentError("its compressed bytes break off")
