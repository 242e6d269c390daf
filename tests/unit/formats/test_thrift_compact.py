"""Thrift's compact protocol: values, what is skipped, and everything that ends too early or goes too deep."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats.thrift_compact import BINARY, I64, LIST, MAX_DEPTH, STRUCT, TRUE, Compact, Record
from tests.unit.formats.thrift_builder import Raw, struct
from tests.unit.formats.wire_builder import number

EVERY_KIND = struct(
    {
        1: True,
        2: False,
        3: Raw(3, b"\x80"),
        4: Raw(4, b"\x03"),
        5: -(2**63),
        6: Raw(7, bytes(8)),
        7: "text",
        8: [1, 2, 3],
        9: Raw(10, b"\x28\x01a\x01b"),
        10: Raw(11, b"\x02\x8c\x01a\x00\x01b\x00"),
        11: {1: 5, 2: {1: "in"}},
        12: Raw(13, bytes(16)),
        40: 7,
        39: 8,
        13: [{1: 1}] * 20,
        14: [True, False],
        15: Raw(11, b"\0"),
        16: [],
        17: Raw(11, b"\x01\x11\x01\x02"),
    }
)


def test_a_record_holds_numbers_texts_and_structs() -> None:
    assert Compact(EVERY_KIND).record() == {
        1: 1, 2: 0, 3: -128, 4: -2, 5: -(2**63), 7: b"text", 11: {1: 5, 2: {1: b"in"}}, 40: 7, 39: 8,
    }  # fmt: skip


def test_every_kind_is_skipped_whole() -> None:
    reader = Compact(EVERY_KIND + b"rest")
    reader.skip(STRUCT)
    assert reader.position == len(EVERY_KIND)


def test_lists_are_read_item_by_item() -> None:
    reader = Compact(struct({1: [5, -5], 2: [{1: 3}] * 15}))
    fields = reader.fields()
    assert next(fields) == (1, LIST)
    assert [reader.number(I64) for _ in range(reader.items(LIST, I64))] == [5, -5]
    assert next(fields) == (2, LIST)
    assert [reader.record() for _ in range(reader.items(LIST, STRUCT))] == [{1: 3}] * 15
    assert list(fields) == []


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda reader: reader.number(BINARY), "a number is of kind 8"),
        (lambda reader: reader.binary(I64), "a text is of kind 6"),
        (lambda reader: reader.items(STRUCT, STRUCT), "a list is of kind 12"),
        (lambda reader: reader.items(LIST, I64), "items of kind 12 instead of 6"),
        (lambda reader: reader.record(LIST), "a struct is of kind 9"),
        (lambda reader: reader.skip(14), "no kind 14"),
        (lambda reader: reader.skip(0), "no kind 0"),
    ],
)
def test_values_of_other_kinds_are_refused(read: object, message: str) -> None:
    assert callable(read)
    with pytest.raises(DocumentError, match=message):
        read(Compact(b"\x1c\0\0"))


def test_an_empty_list_may_be_of_any_kind() -> None:
    assert Compact(b"\x00").items(LIST, STRUCT) == 0


FAULTS: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "ends within a value"),
    "no stop": (b"\x15\x02", "ends within a value"),
    "a text longer than the rest": (b"\x18\x05text\0", "ends within a value"),
    "a text of 2^64 bytes": (b"\x18" + number(2**64 - 1) + b"text\0", "ends within a value"),
    "a list longer than the rest": (b"\x19\xf6" + number(10_000) + b"\0", "longer than its place"),
    "a list of doubles longer than the rest": (b"\x19\x27" + bytes(15), "ends within a value"),
    "a map longer than the rest": (b"\x1b" + number(10_000) + b"\x88\0", "longer than its place"),
    "a number that does not end": (b"\x15" + b"\x80" * 10 + b"\0\0", "does not end"),
    "a field number that does not end": (b"\x05" + b"\x80" * 10 + b"\0\0", "does not end"),
    "a half double": (b"\x17" + bytes(7), "ends within a value"),
    "half a UUID": (b"\x1d" + bytes(15), "ends within a value"),
    "structs too deep": (b"\x1c" * 40 + bytes(41), "nested deeper than 32"),
    "lists too deep": (b"\x19" + b"\x19" * 40 + b"\x10" + bytes(2), "nested deeper than 32"),
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_refuses(fault: str) -> None:
    data, message = FAULTS[fault]
    with pytest.raises(DocumentError, match=message):
        Compact(data).skip(STRUCT)
    with pytest.raises(DocumentError, match=message):
        Compact(data).record()


def test_nesting_up_to_the_limit() -> None:
    depth = MAX_DEPTH
    data = b"\x1c" * depth + bytes(depth + 1)
    found: Record | int | bytes = Compact(data).record()
    for _ in range(depth):
        assert isinstance(found, dict)
        found = found[1]
    assert found == {}
    Compact(data).skip(STRUCT)


def test_every_cut_is_refused() -> None:
    for end in range(len(EVERY_KIND)):
        with pytest.raises(DocumentError):
            Compact(EVERY_KIND[:end]).skip(STRUCT)
        with pytest.raises(DocumentError):
            Compact(EVERY_KIND[:end]).record()


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=60), st.integers(0, 15))
def test_any_bytes(data: bytes, kind: int) -> None:
    with contextlib.suppress(DocumentError):
        Compact(data).skip(kind)
    with contextlib.suppress(DocumentError):
        Compact(data).record()
    with contextlib.suppress(DocumentError):
        reader = Compact(data)
        for _, inner in reader.fields():
            reader.number(inner if inner else TRUE)
