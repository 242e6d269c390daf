"""Zip archives written byte by byte, truthfully or not."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

DESCRIPTOR, UTF8, ENCRYPTED = 1 << 3, 1 << 11, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member, with what each of its two headers says; None stands for the truth."""

    name: str | bytes
    data: bytes = b""
    method: int = 0
    flags: int = 0
    crc: int | None = None
    size: int | None = None
    packed_size: int | None = None
    packed: bytes | None = None
    local_name: str | bytes | None = None
    local_method: int | None = None
    local_flags: int | None = None
    local_crc: int | None = None
    local_size: int | None = None
    local_packed_size: int | None = None
    extra: bytes = b""
    local_extra: bytes = b""
    comment: bytes = b""
    attributes: int = 0o644 << 16
    made_by: int = 0x0314
    in_directory: bool = True
    local: bool = True
    before: bytes = b""
    offset: int | None = None


def _raw(name: str | bytes) -> bytes:
    return name if isinstance(name, bytes) else name.encode()


def _pack(member: Member) -> bytes:
    """The stored bytes of a member."""
    if member.packed is not None:
        return member.packed
    if member.method != 8:
        return member.data
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(member.data) + packer.flush()


def _first(*choices: int | None) -> int:
    """The first that is not None."""
    return next(choice for choice in choices if choice is not None)


def _local(member: Member, packed: bytes) -> bytes:
    """The local header, the data, and the descriptor."""
    name = _raw(member.name if member.local_name is None else member.local_name)
    flags = _first(member.local_flags, member.flags)
    crc = _first(member.crc, zlib.crc32(member.data))
    size, packed_size = _first(member.size, len(member.data)), _first(member.packed_size, len(packed))
    descriptor = b""
    if flags & DESCRIPTOR:
        descriptor = struct.pack("<4sIII", b"PK\x07\x08", crc, packed_size, size)
        crc = size = packed_size = 0
    head = struct.pack(
        "<4sHHHHHIIIHH", b"PK\3\4", 20, flags, _first(member.local_method, member.method), 0, 0x21,
        _first(member.local_crc, crc), _first(member.local_packed_size, packed_size), _first(member.local_size, size),
        len(name), len(member.local_extra),
    )  # fmt: skip
    return head + name + member.local_extra + packed + descriptor


def _central(member: Member, packed: bytes, offset: int) -> bytes:
    """The entry of the central directory."""
    name = _raw(member.name)
    head = struct.pack(
        "<4sHHHHHHIIIHHHHHII", b"PK\1\2", member.made_by, 20, member.flags, member.method, 0, 0x21,
        _first(member.crc, zlib.crc32(member.data)), _first(member.packed_size, len(packed)),
        _first(member.size, len(member.data)), len(name), len(member.extra), len(member.comment), 0, 0,
        member.attributes, _first(member.offset, offset),
    )  # fmt: skip
    return head + name + member.extra + member.comment


def zip_file(
    members: Iterable[Member],
    *,
    prefix: bytes = b"",
    between: bytes = b"",
    suffix: bytes = b"",
    comment: bytes = b"",
    shift: int | None = None,
    count: int | None = None,
) -> bytes:
    """An archive. `shift` is what offsets take for granted before the first header; None counts the prefix."""
    body, directory, entries = bytearray(prefix), bytearray(), 0
    base = 0 if shift is None else shift - len(prefix)
    for member in members:
        body += member.before
        packed = _pack(member)
        offset = len(body) + base
        if member.local:
            body += _local(member, packed)
        if member.in_directory:
            directory += _central(member, packed, offset)
            entries += 1
    body += between
    end = struct.pack(
        "<4sHHHHIIH", b"PK\5\6", 0, 0, entries if count is None else count, entries if count is None else count,
        len(directory), len(body) + base, len(comment),
    )  # fmt: skip
    return bytes(body + directory + end + comment + suffix)


def plain_zip(files: dict[str, bytes], method: int = 0) -> bytes:
    """An honest archive."""
    return zip_file(Member(name=name, data=data, method=method) for name, data in files.items())
