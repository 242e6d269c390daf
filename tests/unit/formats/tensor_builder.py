"""Small safetensors files, and what their tensors' digests are by another way."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable, Mapping

from attest.formats.facts import Facts
from attest.formats.observers import Observer

Tensors = Mapping[str, tuple[str, tuple[int, ...], bytes]]


def safetensors(tensors: Tensors, *, padding: int = 0, metadata: Mapping[str, str] | None = None) -> bytes:
    """A file with these tensors one after the other; `padding` spaces make the header longer."""
    header: dict[str, object] = {"__metadata__": dict(metadata)} if metadata else {}
    position = 0
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [position, position + len(data)]}
        position += len(data)
    text = json.dumps(header).encode() + b" " * padding
    return struct.pack("<Q", len(text)) + text + b"".join(data for _, _, data in tensors.values())


def digests(tensors: Tensors) -> dict[str, str]:
    """SHA-256 of each tensor's bytes."""
    return {name: hashlib.sha256(data).hexdigest() for name, (_, _, data) in tensors.items()}


def observed(observer: Observer, data: bytes, blocks: Callable[[int], int] = lambda _: 1 << 20) -> Facts:
    """What an observer finds when it is fed blocks as long as `blocks` says, given the position."""
    found = fed(observer, data, blocks)
    assert isinstance(found, Facts), found
    return found


def fed(observer: Observer, data: bytes, blocks: Callable[[int], int] = lambda _: 1 << 20) -> object:
    """The same for files that may be refused."""
    position = 0
    while position < len(data):
        buffer = bytearray(data[position : position + blocks(position)])
        with memoryview(buffer) as block:
            observer.update(block)
        position += len(buffer)
        buffer[:] = bytes(len(buffer))  # blocks are valid during the call alone
    return observer.finish(lambda offset, length: data[offset : offset + length])
