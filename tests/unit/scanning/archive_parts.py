"""Parts over bytes for tests of archive readers, and zip archives and tar headers put together field by field."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from attest.formats.source import Source
from attest.scanning.allowlist import allowed
from attest.scanning.budget import Budget, Limits
from attest.scanning.part import Found, Part


@dataclass
class Seen:
    """What a scanner of archives reported and handed over."""

    part: Part
    members: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def inside(self) -> dict[str, bytes]:
        """What was handed over by name, the last of each."""
        return dict(self.members)

    @property
    def rules(self) -> list[str]:
        """The ids of all findings, sorted, each once."""
        return sorted({finding.rule for finding in self.part.found.findings})

    @property
    def messages(self) -> str:
        """All messages."""
        return "\n".join(finding.message for finding in self.part.found.findings)

    @property
    def outcome(self) -> str:
        """The outcome."""
        return self.part.found.outcome


def look(
    data: bytes, scanner: Callable[[Part], None], *, name: str = "archive.bin", limits: Limits | None = None
) -> Seen:
    """Run a scanner; what it hands over is kept by name, and scanned no further."""

    def keep(part: Part) -> None:
        seen.members.append((part.name, part.source.up_to(0, 1 << 20)))

    limits = limits or Limits()
    source = Source(name, len(data), lambda at, count: data[at : at + count], max_bytes=1 << 62, max_reads=1 << 62)
    part = Part(
        source=source,
        file=name,
        budget=Budget(limits, len(data)),
        found=Found(limits.findings),
        allowed=allowed(),
        scan=keep,
    )
    seen = Seen(part)
    part.attempt(scanner)
    return seen


@dataclass
class Item:
    """A member of a zip, and what its own header says otherwise."""

    name: bytes
    data: bytes = b""
    method: int = 0
    flags: int = 0
    crc: int | None = None
    size: int | None = None
    attributes: int = 0
    extra: bytes = b""
    comment: bytes = b""
    local_name: bytes | None = None
    local_method: int | None = None
    local_flags: int | None = None
    local_crc: int | None = None
    local_sizes: tuple[int, int] | None = None
    local_extra: bytes = b""
    descriptor: bytes | None = None
    packed: bytes | None = None
    listed: bool = True
    present: bool = True
    before: bytes = b""
    header: int | None = None


def deflate(data: bytes) -> bytes:
    """Raw deflate."""
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return engine.compress(data) + engine.flush()


def _or(value: int | None, other: int) -> int:
    return other if value is None else value


def zip_of(
    *items: Item, prefix: bytes = b"", comment: bytes = b"", tail: bytes = b"", before_end: bytes = b""
) -> bytes:
    """A zip archive with these members, in this order."""
    out, directory = bytearray(prefix), bytearray()
    for item in items:
        packed = item.packed if item.packed is not None else (deflate(item.data) if item.method == 8 else item.data)
        crc, size = _or(item.crc, zlib.crc32(item.data)), _or(item.size, len(item.data))
        described = bool(item.flags & 8)
        name = item.name if item.local_name is None else item.local_name
        sizes = item.local_sizes or ((0, 0) if described else (size, len(packed)))
        out += item.before
        header = _or(item.header, len(out))
        if item.present:
            out += struct.pack(
                "<4s5H3I2H", b"PK\3\4", 20, _or(item.local_flags, item.flags), _or(item.local_method, item.method), 0,
                0x21, _or(item.local_crc, 0 if described else crc), sizes[1], sizes[0], len(name),
                len(item.local_extra),
            )  # fmt: skip
            out += name + item.local_extra + packed
            if item.descriptor is not None:
                out += item.descriptor
            elif described:
                out += struct.pack("<4s3I", b"PK\7\x08", crc, len(packed), size)
        if item.listed:
            directory += struct.pack(
                "<4s6H3I5H2I", b"PK\1\2", 0x031E, 20, item.flags, item.method, 0, 0x21, crc, len(packed), size,
                len(item.name), len(item.extra), len(item.comment), 0, 0, item.attributes, header,
            )  # fmt: skip
            directory += item.name + item.extra + item.comment
    count = sum(item.listed for item in items)
    start = len(out)
    out += directory + before_end
    out += end_record(count, len(directory), start, comment)
    return bytes(out) + tail


def end_record(count: int, size: int, offset: int, comment: bytes = b"") -> bytes:
    """An end record."""
    return struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, size, offset, len(comment)) + comment


def tar_header(name: bytes, size: int = 0, kind: bytes = b"0", **fields: bytes) -> bytes:
    """A ustar header with its checksum; fields by name replace whole ones."""
    block = bytearray(512)
    values = {
        "name": (0, name), "mode": (100, b"0000644\0"), "uid": (108, b"0000000\0"), "gid": (116, b"0000000\0"),
        "told": (124, b"%011o\0" % size), "mtime": (136, b"00000000000\0"), "kind": (156, kind), "link": (157, b""),
        "magic": (257, b"ustar\x0000"), "prefix": (345, b""), "rest": (500, b""),
    }  # fmt: skip
    for key, (at, usual) in values.items():
        value = fields.get(key, usual)
        block[at : at + len(value)] = value
    block[148:156] = b" " * 8
    block[148:156] = fields.get("sum", b"%06o\0 " % sum(block))
    return bytes(block)


def tar_member(name: bytes, data: bytes = b"", kind: bytes = b"0", **fields: bytes) -> bytes:
    """A header with its body, padded."""
    return tar_header(name, len(data), kind, **fields) + data + bytes(-len(data) % 512)


def pax(kind: bytes = b"x", **records: bytes) -> bytes:
    """An extended header; two underscores stand for a dot."""
    body = b""
    for key, value in records.items():
        record = b" " + key.replace("__", ".").encode() + b"=" + value + b"\n"
        length = len(record) + len(str(len(record)))
        length = len(record) + len(str(length))
        body += str(length).encode() + record
    return tar_member(b"PaxHeaders/x", body, kind)


def tar_of(*pieces: bytes, end: bytes = bytes(1024)) -> bytes:
    """A tar archive."""
    return b"".join(pieces) + end


def names(sequence: Sequence[object]) -> list[str]:
    """The names of members."""
    return [str(getattr(item, "name")) for item in sequence]  # noqa: B009 (any kind of member)
