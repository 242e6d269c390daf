"""Files as records that are made when they are looked at."""

from __future__ import annotations

import hashlib

import pytest

from attest.bom.file_table import FileTable
from attest.domain.bom import Fact, FileRecord, Value
from attest.domain.manifest import FileEntry

ENTRIES = tuple(
    FileEntry(name, hashlib.sha256(name.encode()).digest(), len(name), hashlib.sha512(name.encode()).digest())
    for name in ("a.csv", "b.jpg", "c")
)
FORMATS = ("csv", "image", "unknown")
ABOUT = {"b.jpg": (Fact(name="x", value=Value(text="y", origin="observed", source="b.jpg")),)}
TABLE = FileTable(ENTRIES, FORMATS, ABOUT)
RECORDS = tuple(
    FileRecord(
        name=entry.name,
        sha256=entry.sha256.hex(),
        sha512=entry.sha512.hex(),
        size=entry.size,
        format=kind,
        about=ABOUT.get(entry.name, ()),
    )
    for entry, kind in zip(ENTRIES, FORMATS, strict=True)
)


def test_it_is_a_sequence_of_records() -> None:
    assert len(TABLE) == 3
    assert tuple(TABLE) == RECORDS
    assert TABLE[1] == RECORDS[1]
    assert TABLE[-1] == RECORDS[-1]
    assert tuple(reversed(TABLE)) == RECORDS[::-1]
    assert RECORDS[1] in TABLE
    assert TABLE.index(RECORDS[2]) == 2


def test_slices_are_tables() -> None:
    assert isinstance(TABLE[1:], FileTable)
    assert tuple(TABLE[1:]) == RECORDS[1:]
    assert tuple(TABLE[::-1]) == RECORDS[::-1]
    assert len(TABLE[5:]) == 0


@pytest.mark.parametrize("index", [3, -4])
def test_beyond_its_end_there_is_nothing(index: int) -> None:
    with pytest.raises(IndexError):
        TABLE[index]


def test_equal_when_the_records_are() -> None:
    assert TABLE == RECORDS
    assert list(RECORDS) == TABLE
    assert FileTable(ENTRIES, FORMATS, ABOUT) == TABLE
    assert hash(FileTable(ENTRIES, FORMATS, ABOUT)) == hash(TABLE)
    assert FileTable(ENTRIES, FORMATS) != TABLE
    assert FileTable(ENTRIES, ("csv", "image", "zip"), ABOUT) != TABLE
    assert TABLE[:2] != TABLE
    assert TABLE != 7


def test_facts_may_be_made_when_asked_for() -> None:
    asked: list[str] = []

    def about(name: str) -> tuple[Fact, ...]:
        asked.append(name)
        return ABOUT.get(name, ())

    table = FileTable(ENTRIES, FORMATS, about)
    assert asked == []
    assert table[1] == RECORDS[1]
    assert asked == ["b.jpg"]


def test_one_format_for_each_file() -> None:
    with pytest.raises(ValueError, match="2 formats for 3 files"):
        FileTable(ENTRIES, FORMATS[:2])


def test_its_text_is_short() -> None:
    assert repr(TABLE) == "FileTable(3 files)"
