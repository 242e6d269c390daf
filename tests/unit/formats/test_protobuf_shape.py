"""Plausible protobuf messages: field numbers, wire types and lengths."""

from __future__ import annotations

import pytest

from attest.formats.protobuf_shape import fits, varint

FIELDS = {1: 0, 2: 2, 3: 5, 4: 1}


@pytest.mark.parametrize(
    ("data", "size", "plausible"),
    [
        (b"\x08\x01", 2, True),
        (b"\x08\x01\x12\x02ab\x1d1234\x2112345678", 20, True),
        (b"\x08\x01\x12\x02a", 100, True),  # the rest of the text lies beyond what is known
        (b"\x08\x01\x12", 100, True),
        (b"\x08\x01\x80", 100, True),
        (b"\x08", 100, True),
        (b"", 0, False),
        (b"\x80", 100, False),
        (b"\x08\x01\x80", 3, False),
        (b"\x08\x01\x12\x02a", 5, False),
        (b"\x08\x01\x1d12", 5, False),
        (b"\x10\x01", 2, False),  # field 2 with the wire type of a number
        (b"\x28\x01", 2, False),  # field 5 is not known
        (b"\x0b", 1, False),  # a group
        (b"\x08", 1, False),
        (b"\x08\x01\x12", 3, False),
        (b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11, False),
        (b"\xff" * 11, 11, False),
    ],
)
def test_fits(data: bytes, size: int, *, plausible: bool) -> None:
    assert fits(data, size, FIELDS) is plausible


def test_only_so_many_fields_are_looked_at() -> None:
    assert fits(b"\x08\x01" * 1000 + b"\x28\x01", 2002, FIELDS)


@pytest.mark.parametrize(
    ("data", "expected"),
    [(b"\x01", (1, 1)), (b"\xac\x02", (300, 2)), (b"\x80", (0, -1)), (b"", (0, -1)), (b"\x80" * 10 + b"\x01", (0, -1))],
)
def test_varint(data: bytes, expected: tuple[int, int]) -> None:
    assert varint(data, 0) == expected
