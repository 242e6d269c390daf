"""Builds structs of Thrift's compact protocol from plain values, also such as no library would write."""

from __future__ import annotations

from typing import NamedTuple

from tests.unit.formats.wire_builder import number


class Raw(NamedTuple):
    """A value as it is: its kind, and its bytes."""

    kind: int
    data: bytes


def zigzag(value: int) -> bytes:
    """A signed number."""
    return number(value << 1 ^ value >> 63)


def struct(fields: dict[int, object]) -> bytes:
    """A struct of these fields in this order; the number of a field may be anything."""
    data, last = b"", 0
    for index, value in fields.items():
        kind, body = _value(value, in_list=False)
        step = index - last
        data += bytes([step << 4 | kind]) if 0 < step < 16 else bytes([kind]) + zigzag(index)
        data += body
        last = index
    return data + b"\0"


def _value(value: object, *, in_list: bool) -> tuple[int, bytes]:
    if isinstance(value, Raw):
        return value
    if isinstance(value, bool):
        return (1 if value or in_list else 2), bytes([1 if value else 2]) if in_list else b""
    if isinstance(value, int):
        return 6, zigzag(value)
    if isinstance(value, str | bytes):
        raw = value.encode() if isinstance(value, str) else value
        return 8, number(len(raw)) + raw
    if isinstance(value, dict):
        return 12, struct(value)
    assert isinstance(value, list)
    items = [_value(item, in_list=True) for item in value]
    kind, length = items[0][0] if items else 12, len(items)
    head = bytes([length << 4 | kind]) if length < 15 else bytes([0xF0 | kind]) + number(length)
    return 9, head + b"".join(body for _, body in items)
