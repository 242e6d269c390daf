"""HDF5 files written byte by byte: superblock 0, object headers 1, groups by symbol table or by link messages."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_NOWHERE = b"\xff" * 8
_FLOAT32 = bytes((0x11, 0x20, 0x1F, 0)) + struct.pack("<IHHBBBBI", 4, 0, 32, 23, 8, 0, 23, 127)


@dataclass(frozen=True, slots=True)
class Dataset:
    """Numbers of float32; with `external`, they lie in the file of that name."""

    shape: tuple[int, ...] = (2,)
    data: bytes = bytes(8)
    external: str = ""


@dataclass(frozen=True, slots=True)
class External:
    """A link into another file."""

    file: str
    target: str = "/w"


@dataclass(frozen=True, slots=True)
class Soft:
    """A link inside the file."""

    target: str


@dataclass(frozen=True, slots=True)
class Group:
    """A group; with links that are no hard ones it is written with link messages."""

    children: Mapping[str, Group | Dataset | External | Soft] = field(default_factory=dict)
    attributes: Mapping[str, str | bytes] = field(default_factory=dict)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 8)


def _attribute(name: str, value: str | bytes) -> bytes:
    """An attribute message of version 1 with a text of fixed length in a scalar."""
    raw = (value.encode() if isinstance(value, str) else value) or b"\0"
    shown = name.encode() + b"\0"
    kind = bytes((0x13, 0, 0, 0)) + struct.pack("<I", len(raw))
    head = struct.pack("<BBHHH", 1, 0, len(shown), len(kind), 8)
    return head + _padded(shown) + _padded(kind) + b"\1" + bytes(7) + raw


class _Writer:
    """Bytes with addresses."""

    def __init__(self) -> None:
        self.out = bytearray(96)

    def put(self, data: bytes) -> int:
        """Append, aligned, and return the address."""
        self.out += bytes(-len(self.out) % 8)
        address = len(self.out)
        self.out += data
        return address

    def header(self, messages: Sequence[tuple[int, bytes]]) -> int:
        """An object header of version 1."""
        body = b""
        for kind, data in messages:
            padded = _padded(data)
            body += struct.pack("<HHB3x", kind, len(padded), 0) + padded
        return self.put(struct.pack("<BBHII4x", 1, 0, len(messages), 1, len(body)) + body)

    def heap(self, names: Sequence[str]) -> tuple[int, list[int]]:
        """A local heap of names: its address, and where each name begins."""
        data, offsets = bytearray(8), []
        for name in names:
            offsets.append(len(data))
            data += _padded(name.encode() + b"\0")
        address = self.put(bytes(data))
        return self.put(b"HEAP" + bytes(4) + struct.pack("<QQQ", len(data), 1, address)), offsets

    def dataset(self, dataset: Dataset) -> int:
        """A dataset with contiguous or external data."""
        space = struct.pack("<BBB5x", 1, len(dataset.shape), 0) + b"".join(
            struct.pack("<Q", n) for n in dataset.shape
        )  # fmt: skip
        messages = [(1, space), (3, _FLOAT32), (5, b"\2\2\2\0")]
        place = _NOWHERE
        if dataset.external:
            heap, offsets = self.heap([dataset.external])
            slot = struct.pack("<QQQ", offsets[0], 0, len(dataset.data))
            messages.append((7, struct.pack("<B3xHHQ", 1, 1, 1, heap) + slot))
        else:
            place = struct.pack("<Q", self.put(dataset.data))
        messages.append((8, b"\3\1" + place + struct.pack("<Q", len(dataset.data))))
        return self.header(messages)

    def by_links(self, group: Group) -> list[tuple[int, bytes]]:
        """Messages of a group whose links stand in its header."""
        messages = [(2, b"\0\0" + _NOWHERE * 2), (10, b"\0\0")]
        for name, child in group.children.items():
            raw = name.encode()
            if isinstance(child, External):
                info = b"\0" + child.file.encode() + b"\0" + child.target.encode() + b"\0"
                link = b"\1\x08\x40" + bytes([len(raw)]) + raw + struct.pack("<H", len(info)) + info
            elif isinstance(child, Soft):
                target = child.target.encode()
                link = b"\1\x08\1" + bytes([len(raw)]) + raw + struct.pack("<H", len(target)) + target
            else:
                link = b"\1\0" + bytes([len(raw)]) + raw + struct.pack("<Q", self.node(child))
            messages.append((6, link))
        return messages

    def by_table(self, group: Group) -> list[tuple[int, bytes]]:
        """The message of a group with a symbol table of at most eight entries."""
        names = sorted(group.children)
        nodes = [self.node(child) for name in names if not isinstance(child := group.children[name], External | Soft)]
        heap, offsets = self.heap(names)
        entries = b"".join(
            struct.pack("<QQII16x", offset, node, 0, 0) for offset, node in zip(offsets, nodes, strict=True)
        )
        table = self.put((b"SNOD\1\0" + struct.pack("<H", len(names)) + entries).ljust(328, b"\0"))
        keys = struct.pack("<QQQ", 0, table, offsets[-1] if offsets else 0)
        tree = b"TREE\0\0" + struct.pack("<H", 1 if names else 0) + _NOWHERE * 2 + (keys if names else b"")
        return [(0x11, struct.pack("<QQ", self.put(tree.ljust(544, b"\0")), heap))]

    def node(self, item: Group | Dataset) -> int:
        """Any object."""
        if isinstance(item, Dataset):
            return self.dataset(item)
        linked = any(isinstance(child, External | Soft) for child in item.children.values())
        messages = self.by_links(item) if linked else self.by_table(item)
        return self.header([*messages, *((12, _attribute(*pair)) for pair in item.attributes.items())])


def hdf5(root: Group) -> bytes:
    """A whole file."""
    writer = _Writer()
    address = writer.node(root)
    writer.put(b"")
    head = b"\x89HDF\r\n\x1a\n" + bytes((0, 0, 0, 0, 0, 8, 8, 0)) + struct.pack("<HHI", 4, 16, 0)
    head += struct.pack("<Q", 0) + _NOWHERE + struct.pack("<Q", len(writer.out)) + _NOWHERE
    head += struct.pack("<QQII16x", 0, address, 0, 0)
    writer.out[:96] = head
    return bytes(writer.out)
