"""FlatBuffers: values, defaults, and every offset or length that leads out of the buffer."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats import flatbuffer
from attest.formats.flatbuffer import FlatBuffer, Table
from attest.formats.source import Source
from tests.unit.formats.flat_builder import flat, i8, i32, u8, u16, u64, vector
from tests.unit.formats.wire_builder import Watched

GOOD = flat(
    {0: i32(-7), 1: "näme", 2: {0: u64(2**63)}, 3: [{0: u8(1)}, {0: u8(2)}, {}], 4: vector("i", 3, -1), 6: b"\0\xff"},
    b"TEST",
)


def root(data: bytes) -> Table:
    return FlatBuffer.of_bytes(data).root()


def test_reads_numbers_texts_tables_and_vectors() -> None:
    table = root(GOOD)
    assert FlatBuffer.of_bytes(GOOD).identifier() == b"TEST"
    assert table.integer(0, 4, signed=True) == -7
    assert table.integer(0, 4) == 2**32 - 7
    assert table.text(1) == "näme"
    child = table.child(2)
    assert child is not None
    assert child.integer(0, 8) == 2**63
    assert [item.integer(0, 1) for item in table.tables(3)] == [1, 2, 0]
    assert table.integers(4, 4, 2, signed=True) == (3, -1)
    assert table.raw(6, 2) == b"\0\xff"


def test_an_absent_field_has_its_default() -> None:
    table = root(GOOD)
    for slot in (5, 7, 99):
        assert table.integer(slot, 4) == 0
        assert table.integer(slot, 4, default=128) == 128
        assert table.flag(slot) is False
        assert table.child(slot) is None
        assert table.vector(slot, 4).items == 0
        assert table.integers(slot, 4, 0) == ()
        assert list(table.tables(slot)) == []
        assert table.raw(slot, 9) is None
        assert table.text(slot) == ""


def test_texts_that_are_long_or_do_not_print_are_left_out() -> None:
    table = root(flat({0: "x" * 40, 1: b"\xff", 2: "a\x1bb", 3: "a\n b"}))
    assert table.text(0, 40) == "x" * 40
    assert table.text(0, 39) == ""
    assert table.text(0, 5) == ""
    assert table.raw(0, 39) is None
    assert (table.text(1), table.text(2), table.text(3)) == ("", "", "a b")


def test_more_numbers_than_asked_for_are_refused() -> None:
    with pytest.raises(DocumentError, match="a vector of 2 numbers is longer than 1"):
        root(GOOD).integers(4, 4, 1)


def test_a_buffer_within_a_file_stays_within_its_place() -> None:
    source = Source.of_bytes("file", b"before" + GOOD + b"behind")
    buffer = FlatBuffer.of_source(source, 6, 6 + len(GOOD))
    assert buffer.root().text(1) == "näme"
    with pytest.raises(DocumentError, match="leave their place"):
        buffer.bytes_at(5, 1)
    with pytest.raises(DocumentError, match="leave their place"):
        buffer.bytes_at(6 + len(GOOD), 1)
    with pytest.raises(DocumentError, match="are not there: the file has"):
        FlatBuffer.of_source(source, 0, len(GOOD) + 13)


def patched(data: bytes, place: int, form: str, value: int) -> bytes:
    changed = bytearray(data)
    struct.pack_into(form, changed, place, value)
    return bytes(changed)


SIMPLE = flat({0: "text"})
TABLE = struct.unpack_from("<I", SIMPLE, 0)[0]
VTABLE = TABLE - struct.unpack_from("<i", SIMPLE, TABLE)[0]
FIELD = TABLE + 4
FAULTS = {
    "the root is behind the end": (patched(SIMPLE, 0, "<I", len(SIMPLE)), "leads out of its place"),
    "the root is far behind the end": (patched(SIMPLE, 0, "<I", 2**32 - 1), "leads out of its place"),
    "the root is the reference itself": (patched(SIMPLE, 0, "<I", 0), "leads out of its place"),
    "the vtable lies before the buffer": (patched(SIMPLE, TABLE, "<i", TABLE + 1), "leave their place"),
    "the vtable lies behind the buffer": (patched(SIMPLE, TABLE, "<i", -(2**31)), "leave their place"),
    "the vtable is shorter than its own head": (patched(SIMPLE, VTABLE, "<H", 2), "no possible size"),
    "the vtable has half a field": (patched(SIMPLE, VTABLE, "<H", 5), "no possible size"),
    "the vtable leaves the buffer": (patched(SIMPLE, VTABLE, "<H", 65534), "leaves its place"),
    "the table is shorter than its own head": (patched(SIMPLE, VTABLE + 2, "<H", 3), "no possible size"),
    "the table leaves the buffer": (patched(SIMPLE, VTABLE + 2, "<H", 65535), "leaves its place"),
    "a field lies outside of the table": (patched(SIMPLE, VTABLE + 4, "<H", 8), "outside of its table"),
    "a field lies on the table's head": (patched(SIMPLE, VTABLE + 4, "<H", 3), "outside of its table"),
    "a field ends outside of the table": (patched(SIMPLE, VTABLE + 4, "<H", 6), "leaves the table"),
    "the text is behind the end": (patched(SIMPLE, FIELD, "<I", len(SIMPLE)), "leads out of its place"),
    "the text is longer than the buffer": (
        patched(SIMPLE, FIELD + struct.unpack_from("<I", SIMPLE, FIELD)[0], "<I", 2**32 - 1),
        "leaves its place",
    ),
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_refuses(fault: str) -> None:
    data, message = FAULTS[fault]
    with pytest.raises(DocumentError, match=message):
        root(data).raw(0, 100)


def test_the_base_of_the_faults_is_sound() -> None:
    assert root(SIMPLE).raw(0, 100) == b"text"


def test_one_table_under_many_names_is_counted_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flatbuffer, "MAX_TABLES", 1000)
    data = bytearray(flat({0: [{}] * 1001}))
    table = root(bytes(data))
    with pytest.raises(DocumentError, match="more than 1000 tables"):
        list(table.tables(0))


def test_of_a_large_file_only_pages_are_read() -> None:
    body = flat({0: vector("B", *bytes(64)), 1: "behind"})
    watched = Watched(body, 3 << 30)
    assert FlatBuffer.of_source(watched.source()).root().text(1) == "behind"
    assert watched.reads == [(0, 4096)]


def test_values_across_pages_and_longer_than_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flatbuffer, "_PAGE", 8)
    monkeypatch.setattr(flatbuffer, "_SMALL", 0)
    monkeypatch.setattr(flatbuffer, "_MAX_PAGES", 2)
    table = FlatBuffer.of_source(Source.of_bytes("file", b"1234567" + GOOD), 7).root()
    assert table.text(1) == "näme"
    assert [item.integer(0, 1) for item in table.tables(3)] == [1, 2, 0]
    long = FlatBuffer.of_source(Source.of_bytes("file", flat({0: bytes(range(200)), 3: i8(-1), 2: u16(7)})))
    assert long.root().raw(0, 200) == bytes(range(200))
    assert (long.root().integer(3, 1, signed=True), long.root().integer(2, 2)) == (-1, 7)


def walk(table: Table, depth: int) -> None:
    for slot in range(8):
        table.integer(slot, 1)
        table.text(slot)
        for item in zip(range(4), table.tables(slot), strict=False):
            if depth:
                walk(item[1], depth - 1)


@settings(deadline=None, max_examples=150)
@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255), st.integers(0, len(GOOD)))
def test_changed_and_cut_buffers(place: int, byte: int, end: int) -> None:
    data = bytearray(GOOD)
    data[place] = byte
    for part in (bytes(data), bytes(data[:end])):
        try:
            walk(root(part), 2)
        except DocumentError:
            continue
