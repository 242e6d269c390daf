"""Builds protobuf messages field by field, also such as no library would write."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable

from attest.errors import DocumentError
from attest.formats.facts import Facts
from attest.formats.source import Source

FieldValue = int | float | bytes | str
Reader = Callable[[Source], Facts]


def number(value: int) -> bytes:
    """A base-128 number; negative ones as int64."""
    value &= (1 << 64) - 1
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def field(index: int, value: FieldValue) -> bytes:
    """One field: a number, a float of 32 bits, or text, bytes and messages with their length."""
    if isinstance(value, int):
        return number(index << 3) + number(value)
    if isinstance(value, float):
        return number(index << 3 | 5) + struct.pack("<f", value)
    data = value.encode() if isinstance(value, str) else value
    return number(index << 3 | 2) + number(len(data)) + data


def message(*fields: tuple[int, FieldValue]) -> bytes:
    """A message of these fields in this order."""
    return b"".join(field(index, value) for index, value in fields)


def packed(values: Iterable[int]) -> bytes:
    """Numbers of a packed field."""
    return b"".join(map(number, values))


class Watched:
    """Bytes behind a source that remembers what was read of them."""

    def __init__(self, data: bytes, size: int = 0) -> None:
        self.data = data
        self.size = size or len(data)
        self.reads: list[tuple[int, int]] = []

    def source(self) -> Source:
        """A source over the bytes, with zeros up to the size."""
        return Source("watched", self.size, self._read)

    def _read(self, offset: int, length: int) -> bytes:
        self.reads.append((offset, length))
        return self.data[offset : offset + length].ljust(length, b"\0")

    @property
    def total(self) -> int:
        """How many bytes were read."""
        return sum(length for _, length in self.reads)


def of(reader: Reader, data: bytes) -> Facts:
    """What a reader finds in these bytes."""
    return reader(Source.of_bytes("file", data))


def survives(reader: Reader, data: bytes) -> Facts | None:
    """The facts, or None when they were refused; everything else is a failure. Facts must be fit to be shown."""
    try:
        facts = of(reader, data)
    except DocumentError:
        return None
    shown = [
        *facts.problems, *facts.refers_to, facts.title, facts.framework_version, facts.architecture,
        *(text for pair in (*facts.properties, *facts.hyperparameters, *facts.tokenizer_settings) for text in pair),
        *(text for port in (*facts.inputs, *facts.outputs) for text in port),
        *(tensor.name for tensor in facts.tensors),
        facts.claims.name, facts.claims.description, facts.claims.license, *facts.claims.authors, *facts.claims.tags,
    ]  # fmt: skip
    assert all(text.isprintable() and len(text) <= 5000 for text in shown)
    assert all(0 <= tensor.begin <= tensor.end <= len(data) for tensor in facts.tensors)
    return facts
