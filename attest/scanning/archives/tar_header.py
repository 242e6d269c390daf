"""One header of a tar archive, and the records of an extended one.

Sources: POSIX.1-2017 `pax`, ustar and pax interchange formats; GNU tar's manual, "Basic Tar Format". Readers differ in
fields that a writer left odd, so anything odd is a fault.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from zlib import adler32

from attest.errors import DocumentError

BLOCK = 512
EMPTY = bytes(BLOCK)
REGULAR = frozenset(b"0\x007")
FOLDER, HARD_LINK, LINK = b"512"
LINKS = frozenset(b"12346")
PAX, PAX_GLOBAL, LONG_NAME, LONG_LINK, SPARSE = b"xgLKS"
EXTENSIONS = frozenset(b"xgLK")
MAX_RECORDS = 10_000
_NAME, _MODE, _SIZE, _SUM, _TYPE, _MAGIC, _PREFIX, _REST = (
    slice(0, 100), slice(100, 108), slice(124, 136), slice(148, 156), 156, slice(257, 265), slice(345, 500),
    slice(500, 512),
)  # fmt: skip
_OTHER_NUMBERS = (slice(100, 108), slice(108, 116), slice(116, 124), slice(136, 148), slice(329, 337), slice(337, 345))
_USTAR = b"ustar\x0000"
_MAGICS = frozenset({_USTAR, b"ustar  \0", bytes(8)})
_RECORD = re.compile(rb"([1-9][0-9]{0,6}) ")
_OCTAL = re.compile(rb" *([0-7]*)[ \0]*")


class TarHeader(NamedTuple):
    """A header: the name in it, its type's byte, the size of the body, the mode, and what is odd about it."""

    name: bytes
    type: int
    size: int
    mode: int
    faults: tuple[str, ...]


def parse_header(block: bytes) -> TarHeader | None:
    """The header in a block; None when its checksum is wrong. A size or mode that is no number is -1."""
    if not _sum_fits(block):
        return None
    faults = []
    magic = block[_MAGIC]
    name = block[_NAME].partition(b"\0")[0]
    prefix = block[_PREFIX].partition(b"\0")[0]
    if magic not in _MAGICS:
        faults.append("a header is of no known kind of tar")
    elif magic != _USTAR and block[_PREFIX].strip(b"\0") and block[_TYPE] != SPARSE:
        faults.append("a header of a kind without a prefix has bytes where other readers take one")
    if block[_REST].strip(b"\0") and block[_TYPE] != SPARSE:
        faults.append("a header has bytes behind its last field")
    size, mode = _number(block[_SIZE]), _number(block[_MODE])
    if size < 0:
        faults.append("a header holds a size that is no plain number")
    # Some readers end the archive at a number they cannot read, whatever it stands for.
    if any(_number(block[field]) < 0 and block[field][:1] != b"\xff" for field in _OTHER_NUMBERS):
        faults.append("a header holds an owner, a time or a device that is no plain number")
    return TarHeader(prefix + b"/" + name if prefix else name, block[_TYPE], size, mode, tuple(faults))


def _sum_fits(block: bytes) -> bool:
    """Whether the checksum is that of the header, its own field taken as spaces."""
    # Adler-32 holds the sum of bytes plus one modulo 65521, which no 256 bytes reach: many times faster than sum().
    blank = b"%b        %b" % (block[: _SUM.start], block[_SUM.stop :])
    total = (adler32(blank[:256]) & 0xFFFF) + (adler32(blank[256:]) & 0xFFFF) - 2
    told = _number(block[_SUM])
    # Some old writers summed signed bytes.
    return told == total or (told >= 0 and told == total - 256 * sum(byte >= 0x80 for byte in blank))


def _number(field: bytes) -> int:
    """Octal digits, or base 256 when the first bit is set; -1 for anything else."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = _OCTAL.fullmatch(field)
    return int(digits[1] or b"0", 8) if digits else -1


def pax_records(body: bytes) -> dict[bytes, bytes]:
    """Keyword and value of each record of a pax header: `length keyword=value` and a line feed.

    Raises DocumentError when a record breaks this form, when a keyword is there twice, and for over 10,000 records.
    """
    found: dict[bytes, bytes] = {}
    position = 0
    while position < len(body):
        begin = _RECORD.match(body, position)
        end = position + int(begin[1]) if begin else 0
        if begin is None or not begin.end() < end <= len(body) or body[end - 1] != 0x0A:
            raise DocumentError("the records of an extended header are malformed")
        keyword, equals, value = body[begin.end() : end - 1].partition(b"=")
        if not equals or not keyword or keyword in found:
            raise DocumentError("an extended header has a keyword twice, or a record without one")
        if len(found) >= MAX_RECORDS:
            raise DocumentError(f"an extended header has more than {MAX_RECORDS} records")
        found[keyword] = value
        position = end
    return found
