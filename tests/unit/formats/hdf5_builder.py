"""Builds HDF5 files message by message, also such as no library would write."""

from __future__ import annotations

import struct

UNDEFINED = (1 << 64) - 1
FLOAT32 = b"\x11\x20\x1f\0" + struct.pack("<I", 4) + b"\0\0\x20\0\x17\x08\0\x17\x7f\0\0\0"
INT64 = b"\x10\x08\0\0" + struct.pack("<I", 8) + struct.pack("<HH", 0, 64)
VARIABLE_TEXT = b"\x19\x01\x01\0" + struct.pack("<I", 16) + b"\x13\0\0\0" + struct.pack("<I", 1)


def fixed_text(size: int) -> bytes:
    return b"\x13\0\0\0" + struct.pack("<I", size)


def space(*shape: int) -> bytes:
    """A dataspace message, version 1."""
    return bytes([1, len(shape), 0]) + bytes(5) + struct.pack(f"<{len(shape)}Q", *shape)


def attribute(name: str, kind: bytes, shape: bytes, value: bytes) -> tuple[int, bytes]:
    """An attribute message, version 3."""
    raw = name.encode() + b"\0"
    head = struct.pack("<BBHHHB", 3, 0, len(raw), len(kind), len(shape), 1)
    return 0x0C, head + raw + kind + shape + value


def text_attribute(name: str, value: str) -> tuple[int, bytes]:
    """An attribute with one text of fixed length."""
    raw = value.encode()
    return attribute(name, fixed_text(len(raw)), space(), raw)


def link(name: str, address: int) -> tuple[int, bytes]:
    """A link to an object."""
    raw = name.encode()
    return 0x06, struct.pack("<BBB", 1, 0, len(raw)) + raw + struct.pack("<Q", address)


def external_link(name: str, file: str) -> tuple[int, bytes]:
    """A link to an object of another file."""
    raw, value = name.encode(), b"\0" + file.encode() + b"\0/x\0"
    return 0x06, struct.pack("<BBBB", 1, 8, 64, len(raw)) + raw + struct.pack("<H", len(value)) + value


def dataset(kind: bytes, shape: bytes, address: int = UNDEFINED, size: int = 0) -> list[tuple[int, bytes]]:
    """The messages of a dataset in one piece."""
    return [(0x01, shape), (0x03, kind), (0x08, struct.pack("<BBQQ", 3, 1, address, size))]


def header(messages: list[tuple[int, bytes]], flags: int = 0) -> bytes:
    """An object header, version 1."""
    body = b""
    for kind, data in messages:
        padded = data + bytes(-len(data) % 8)
        body += struct.pack("<HHB3x", kind, len(padded), flags) + padded
    return struct.pack("<BxHII4x", 1, len(messages), 1, len(body)) + body


class File:
    """A file that grows at its end; the root group comes last, so that everything can be linked to."""

    def __init__(self) -> None:
        self.data = bytearray(48)

    def add(self, block: bytes) -> int:
        """Put bytes at the end; where they begin."""
        self.data += bytes(-len(self.data) % 8)
        at = len(self.data)
        self.data += block
        return at

    def object(self, *messages: tuple[int, bytes], flags: int = 0) -> int:
        """Put an object at the end."""
        return self.add(header(list(messages), flags))

    def numbers(self, kind: bytes, shape: tuple[int, ...], width: int = 4) -> int:
        """Put a dataset with zeros at the end."""
        size = width
        for count in shape:
            size *= count
        return self.object(*dataset(kind, space(*shape), self.add(bytes(size)), size))

    def finish(self, *messages: tuple[int, bytes]) -> bytes:
        """The file with a root group of these messages; superblock version 2."""
        root = self.object(*messages)
        self.data[:48] = b"\x89HDF\r\n\x1a\n" + struct.pack(
            "<BBBB4QI", 2, 8, 8, 0, 0, UNDEFINED, len(self.data), root, 0
        )
        return bytes(self.data)
