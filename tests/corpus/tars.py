"""Tar archives written byte by byte, truthfully or not."""

from __future__ import annotations

from collections.abc import Iterable


def tar_member(
    name: str,
    data: bytes = b"",
    *,
    kind: bytes = b"0",
    link: str = "",
    size: bytes | None = None,
    checksum: int | None = None,
    raw_name: bytes | None = None,
    mode: int = 0o644,
) -> bytes:
    """A header of ustar, the data, and its padding."""
    raw = name.encode() if raw_name is None else raw_name
    shown = b"%011o\0" % len(data) if size is None else size
    head = (
        raw.ljust(100, b"\0") + b"%07o\0" % mode + b"%07o\0" % 0 + b"%07o\0" % 0 + shown + b"%011o\0" % 0 + b" " * 8
        + kind + link.encode().ljust(100, b"\0") + b"ustar\x0000" + bytes(32) + bytes(32) + b"%07o\0" % 0 * 2
    )  # fmt: skip
    head = head.ljust(512, b"\0")
    total = sum(head) if checksum is None else checksum
    return head[:148] + b"%06o\0 " % total + head[156:] + data + bytes(-len(data) % 512)


def tar_file(members: Iterable[bytes]) -> bytes:
    """Members and the end mark, filled to a record."""
    body = b"".join(members) + bytes(1024)
    return body + bytes(-len(body) % 10240)
