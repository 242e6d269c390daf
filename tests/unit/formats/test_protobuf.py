"""The wire format itself: what is a field, what is refused, and how little is read."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats.protobuf import MAX_FIELDS, Wire, block, fixed32, fixed64, runs_of, signed, varint
from attest.formats.source import Source
from tests.unit.formats.wire_builder import Watched, field, message, number, packed


def wire(data: bytes) -> Wire:
    return Wire(Source.of_bytes("file", data))


def all_of(data: bytes) -> list[tuple[int, int, int]]:
    return list(wire(data).fields(0, len(data)))


def test_every_wire_type_is_read_and_lengths_become_places() -> None:
    data = message((1, 300), (2, "text"), (3, 1.0)) + number(4 << 3 | 1) + struct.pack("<d", 0.5)
    assert all_of(data) == [
        (varint(1), 300, 0),
        (block(2), 5, 9),
        (fixed32(3), 0x3F800000, 0),
        (fixed64(4), 0x3FE0000000000000, 0),
    ]
    assert data[5:9] == b"text"


def test_an_empty_message_has_no_fields() -> None:
    assert all_of(b"") == []


def test_numbers_have_64_bits_and_may_be_negative() -> None:
    ((_, value, _),) = all_of(field(1, -3))
    assert value == (1 << 64) - 3
    assert (signed(value), signed(5), signed(1 << 63)) == (-3, 5, -(1 << 63))


def test_a_number_may_be_written_longer_than_it_needs() -> None:
    assert all_of(b"\x88\x80\x00\x85\x80\x80\x00") == [(varint(1), 5, 0)]


REFUSED = {
    "length past the end": (field(2, b"abcd")[:-1], "leaves its message"),
    "number cut off": (b"\x08\x80", "leaves its message"),
    "tag cut off": (b"\x88", "leaves its message"),
    "float cut off": (field(3, 1.0)[:-1], "leaves its message"),
    "huge length": (b"\x12" + number((1 << 63) - 1), "leaves its message"),
    "number of eleven bytes": (b"\x08" + b"\xff" * 10 + b"\x01", "does not end"),
    "tag of eleven bytes": (b"\xff" * 10 + b"\x01", "does not end"),
    "group": (b"\x0b\x0c", "wire type 3"),
    "end of a group": (b"\x0c", "wire type 4"),
    "wire type 6": (b"\x0e", "wire type 6"),
    "field number 0": (b"\x00\x01", "no field can have"),
    "field number with 30 bits": (number(1 << 32) + b"\x01", "no field can have"),
}


@pytest.mark.parametrize(("data", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_message_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        all_of(data)


def test_a_nested_message_must_not_leave_its_place_even_where_the_file_goes_on() -> None:
    data = field(1, field(2, b"abcd")[:-2]) + b"zzzz"
    reader = wire(data)
    _, begin, end = next(reader.fields(0, len(data)))
    with pytest.raises(DocumentError, match="leaves its message"):
        list(reader.fields(begin, end))


def test_the_number_of_fields_is_bounded_over_the_whole_file(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_FIELDS >= 1_000_000
    monkeypatch.setattr("attest.formats.protobuf.MAX_FIELDS", 5)
    data = field(1, 1) * 3
    reader = wire(data)
    assert len(list(reader.fields(0, len(data)))) == 3
    with pytest.raises(DocumentError, match="more than 5 fields"):
        list(reader.fields(0, len(data)))


def test_a_large_value_is_stepped_over_and_reading_stays_small_after_a_jump() -> None:
    head = field(1, 7) + b"\x12" + number(1 << 30)
    watched = Watched(head, len(head) + (1 << 30))
    reader = Wire(watched.source())
    assert list(reader.fields(0, watched.size)) == [(varint(1), 7, 0), (block(2), len(head), watched.size)]
    assert watched.reads == [(0, 4096)]


def test_blocks_grow_while_reading_goes_straight_on() -> None:
    data = field(1, 1) * 100_000
    watched = Watched(data)
    assert len(list(Wire(watched.source()).fields(0, len(data)))) == 100_000
    assert len(watched.reads) < 10
    assert max(length for _, length in watched.reads) <= 256 * 1024
    assert watched.total < len(data) * 1.01


def test_callers_go_into_messages_while_the_outer_one_goes_on() -> None:
    inner = message((1, 1), (2, b"x" * 9000), (1, 2))
    data = b"".join(field(3, inner) for _ in range(50)) + field(4, 9)
    reader = wire(data)

    def numbers() -> Iterator[int]:
        for tag, begin, end in reader.fields(0, len(data)):
            if tag == block(3):
                yield from (value for inner, value, _ in reader.fields(begin, end) if inner == varint(1))
            else:
                yield begin

    assert list(numbers()) == [1, 2] * 50 + [9]


def test_values_are_read_whole_wherever_they_lie() -> None:
    parts = [bytes([index]) * (index * 700) for index in range(1, 20)]
    data = b"".join(field(1, part) for part in parts)
    reader = wire(data)
    assert [reader.raw(begin, end) for _, begin, end in reader.fields(0, len(data))] == parts


def test_a_value_longer_than_any_block_is_read_and_one_beyond_the_limit_is_refused() -> None:
    data = field(1, b"a" * 900_000)
    _, begin, end = next(wire(data).fields(0, len(data)))
    assert wire(data).raw(begin, end) == b"a" * 900_000
    with pytest.raises(DocumentError, match="longer than 1048576"):
        wire(data).raw(0, (1 << 20) + 1)
    with pytest.raises(DocumentError, match="are not there"):
        wire(b"abc").raw(0, 4)


def test_text_is_one_printable_line_of_bounded_length() -> None:
    def text(raw: bytes, limit: int = 512) -> str:
        return wire(raw).text(0, len(raw), limit)

    assert text(b" two\n words ") == "two words"
    assert text("é".encode()) == "é"
    assert text(b"\xff") == text(b"a\x1b[31m") == text("a\u202eb".encode()) == text(b"a" * 513) == ""
    assert text(b"a" * 512) == "a" * 512
    assert text(b"abc", 2) == ""


def test_packed_numbers_are_bounded() -> None:
    data = packed([1, 300, 0])
    assert wire(data).numbers(0, len(data), 3) == [1, 300, 0]
    with pytest.raises(DocumentError, match="longer than 2"):
        wire(data).numbers(0, len(data), 2)
    with pytest.raises(DocumentError, match="longer than 64"):
        wire(b"\1" * 5000).numbers(0, 5000, 64)
    with pytest.raises(DocumentError, match="does not end"):
        wire(b"\x80").numbers(0, 1, 3)


def test_an_entry_of_a_map_is_a_key_and_a_place() -> None:
    data = message((2, "value"), (1, "key"), (3, 1))
    key, begin, end = wire(data).entry(0, len(data))
    assert (key, data[begin:end]) == ("key", b"value")
    key, begin, end = wire(field(1, "alone")).entry(0, 7)
    assert (key, begin) == ("alone", end)


def test_runs_of_unpacked_numbers_are_stepped_over() -> None:
    skip = runs_of(fixed32(7), varint(8))
    run = field(7, 1.5) * 5000 + field(8, 3) * 5000 + field(8, -1) * 5000
    data = field(1, "name") + run + field(9, "end")
    assert [tag for tag, _, _ in wire(data).fields(0, len(data), skip=skip)] == [block(1), block(9)]
    assert len(all_of(data)) == 15_002


def test_a_run_ends_with_its_message_and_a_cut_one_is_refused() -> None:
    skip = runs_of(varint(8))
    data = field(8, 1) * 3 + b"\x40\x80"
    with pytest.raises(DocumentError, match="leaves its message"):
        list(wire(data + b"\x01").fields(0, len(data), skip=skip))
    assert list(wire(data + b"\x01").fields(0, len(data) + 1, skip=skip)) == []


def test_a_run_does_not_go_on_behind_its_message_wherever_that_lies() -> None:
    skip = runs_of(varint(8))
    data = b"".join(field(index, b"x" * 5000) for index in (1, 2)) + field(3, field(8, 1) * 9) + field(8, 1) * 9
    reader = wire(data)
    found = []
    for tag, begin, end in reader.fields(0, len(data)):
        found.append(tag)
        if tag == block(3):
            assert list(reader.fields(begin, end, skip=skip)) == []
    assert found == [block(1), block(2), block(3)] + [varint(8)] * 9


def test_only_short_tags_of_numbers_make_runs() -> None:
    for tag in (block(1), varint(16), fixed64(1)):
        with pytest.raises(ValueError, match="only numbers and floats"):
            runs_of(tag)


VALUES = st.integers(0, (1 << 64) - 1) | st.binary(max_size=40) | st.floats(width=32, allow_nan=False)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.integers(1, (1 << 29) - 1), VALUES), max_size=20))
def test_what_was_written_is_read(fields: list[tuple[int, int | bytes | float]]) -> None:
    data = message(*fields)
    reader = wire(data)
    for (index, value), (tag, begin, end) in zip(fields, reader.fields(0, len(data)), strict=True):
        assert tag >> 3 == index
        if isinstance(value, bytes):
            assert reader.raw(begin, end) == value
        elif isinstance(value, float):
            assert begin.to_bytes(4, "little") == struct.pack("<f", value)
        else:
            assert begin == value


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=80), st.booleans())
def test_any_bytes_give_fields_or_a_refusal(data: bytes, runs: bool) -> None:
    end = 0
    with contextlib.suppress(DocumentError):
        for tag, begin, last in wire(data).fields(0, len(data), skip=runs_of(varint(1), fixed32(2)) if runs else None):
            assert tag >= 8
            if tag & 7 == 2:
                assert end <= begin <= last <= len(data)
                end = last
