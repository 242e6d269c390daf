"""Bytes with a few of them changed."""

from __future__ import annotations


def mutated(data: bytes, changes: list[tuple[int, int]]) -> bytes:
    """The bytes with each of these places (counted round the end) set to its value."""
    found = bytearray(data)
    for at, value in changes:
        found[at % len(found)] = value
    return bytes(found)
