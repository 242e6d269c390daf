"""Protobuf messages put together by field numbers."""

from __future__ import annotations


def varint(number: int) -> bytes:
    """A base-128 number."""
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def field(number: int, value: int | str | bytes) -> bytes:
    """One field: a number, a text, or bytes (which may be a message)."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def message(*fields: tuple[int, int | str | bytes]) -> bytes:
    """A message of these fields."""
    return b"".join(field(number, value) for number, value in fields)
