"""Compressed text: unpacked for whoever counts its rows, within bounds, whatever the blocks are."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.formats import expanding
from attest.formats.delimited import DelimitedObserver
from attest.formats.expanding import ExpandingObserver
from attest.formats.facts import Facts
from attest.formats.json_lines import JsonObserver
from attest.formats.observers import Refused

TEXT = b"id,text\n" + b"".join(b'%d,"a ""b""\n"\n' % index for index in range(5000))
PACK: dict[str, Callable[[bytes], bytes]] = {
    ".gz": lambda data: gzip.compress(data, mtime=0),
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}


def unread(offset: int, length: int) -> bytes:
    raise AssertionError("every byte has come by")


def observe(data: bytes, extension: str, cuts: Sequence[int] = (), text: expanding.Text | None = None) -> object:
    """What the observer finds when the bytes are cut at these places."""
    observer = ExpandingObserver(extension, len(data), text or DelimitedObserver(","))
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    for begin, end in pairwise(places):
        observer.update(memoryview(data)[begin:end])
    return observer.finish(unread)


def rows(found: object) -> int | None:
    assert isinstance(found, Facts), found
    assert found.table is not None
    return found.table.rows


@pytest.mark.parametrize(("extension", "name"), [(".gz", "gzip"), (".bz2", "bzip2"), (".xz", "xz")])
def test_rows_of_compressed_text(extension: str, name: str) -> None:
    data = PACK[extension](TEXT)
    found = observe(data, extension)
    assert rows(found) == 5000
    assert isinstance(found, Facts)
    assert dict(found.properties)["csv:compression"] == name
    assert found.properties == tuple(sorted(found.properties))
    assert found.problems == ()
    assert observe(data, extension, range(0, len(data), 97)) == found


@pytest.mark.parametrize("extension", sorted(PACK))
def test_members_that_follow_one_another_are_one_text(extension: str) -> None:
    pack = PACK[extension]
    data = pack(TEXT[:1000]) + pack(b"") + pack(TEXT[1000:]) + bytes(8)
    assert rows(observe(data, extension)) == 5000
    assert rows(observe(data, extension, range(len(data)))) == 5000


def test_the_property_is_named_after_the_format() -> None:
    found = observe(gzip.compress(b'{"a":1}\n' * 3), ".gz", text=JsonObserver(lines=True))
    assert isinstance(found, Facts)
    assert found.properties == (("jsonl:compression", "gzip"),)
    found = observe(gzip.compress(b"a\tb\n1\t2\n"), ".gz", text=DelimitedObserver("\t"))
    assert isinstance(found, Facts)
    assert (found.format, dict(found.properties)["csv:compression"]) == ("tsv", "gzip")


def test_a_compressed_document_is_no_table() -> None:
    assert observe(gzip.compress(b'{"a": 1}'), ".gz", text=JsonObserver(lines=False)) is None


@pytest.mark.parametrize("extension", sorted(PACK))
def test_damaged_data_is_refused(extension: str) -> None:
    name = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz"}[extension]
    data = PACK[extension](TEXT)
    half = len(data) // 2
    damaged = data[:half] + bytes(byte ^ 0xFF for byte in data[half : half + 4]) + data[half + 4 :]
    for bad in (damaged, b"plain,text\n" * 5, data + b"more of something else"):
        assert observe(bad, extension) == Refused(f"it cannot be unpacked as {name}")
        assert observe(bad, extension, range(0, len(bad), 13)) == Refused(f"it cannot be unpacked as {name}")


@pytest.mark.parametrize("extension", sorted(PACK))
def test_data_that_is_cut_off_is_refused(extension: str) -> None:
    data = PACK[extension](b"id,text\n1,a\n")
    for end in range(len(data)):
        found = observe(data[:end], extension)
        assert isinstance(found, Refused)
        assert found.reason.endswith("data is cut off")


def test_what_expands_beyond_the_bound_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expanding, "FREE_OUT", 1 << 20)
    monkeypatch.setattr(expanding, "MAX_RATIO", 2)
    data = gzip.compress(b"id,text\n" + b"1,a\n" * (1 << 20))
    found = observe(data, ".gz")
    assert isinstance(found, Facts)
    assert rows(found) is None
    assert found.problems == ("it expands to more than is looked at, so its rows are not counted",)
    assert found.table is not None
    assert found.table.columns == (("id", "integer"), ("text", "string"))
    assert observe(data, ".gz", range(0, len(data), 50)) == found


def test_a_bomb_is_unpacked_no_further_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expanding, "FREE_OUT", 1 << 20)
    given_out = []

    class Counting:
        def update(self, block: memoryview) -> None:
            given_out.append(len(block))

        def give_up(self, reason: str) -> None:
            given_out.append(0)

        def finish(self, read_at: object) -> None:
            return None

    for extension, pack in PACK.items():
        given_out.clear()
        assert observe(pack(bytes(8 << 20)), extension, text=Counting()) is None
        assert given_out[-1] == 0
        assert sum(given_out) <= 250 * len(pack(bytes(8 << 20))) + (1 << 20)
        assert max(given_out) <= 256 * 1024


def test_many_members_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expanding, "MAX_MEMBERS", 10)
    assert rows(observe(gzip.compress(b"id,text\n1,a\n") + gzip.compress(b"") * 9, ".gz")) == 1
    assert observe(gzip.compress(b"") * 11, ".gz") == Refused("it cannot be unpacked as gzip")


def test_xz_that_asks_for_much_memory_is_refused() -> None:
    data = lzma.compress(b"id,text\n1,a\n")
    # Section 3.1 of the format: a block's header of twelve bytes, in it the dictionary's size, at its end a CRC-32.
    header = bytearray(data[12:24])
    assert header[2:5] == b"\x21\x01\x16"
    assert zlib.crc32(header[:8]) == int.from_bytes(header[8:], "little")
    for size, expected in ((0x16, True), (0x22, False)):
        header[4] = size
        header[8:] = zlib.crc32(header[:8]).to_bytes(4, "little")
        found = observe(data[:12] + header + data[24:], ".xz")
        assert isinstance(found, Facts) == expected
        assert expected or found == Refused("it cannot be unpacked as xz")


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=60), st.sampled_from(sorted(PACK)), st.lists(st.integers(0, 80), max_size=3), st.booleans())
def test_any_bytes(data: bytes, extension: str, cuts: list[int], real: bool) -> None:
    packed = PACK[extension](b"a,b\n1,2\n")[: len(data)] + data if real else data
    found = observe(packed, extension, cuts)
    assert isinstance(found, Refused | Facts)
    assert found == observe(packed, extension)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.binary(max_size=300), max_size=4), st.lists(st.integers(0, 400), max_size=4))
def test_what_comes_out_is_what_went_in(parts: list[bytes], cuts: list[int]) -> None:
    out = bytearray()

    class Keeping:
        def update(self, block: memoryview) -> None:
            out.extend(block)

        def give_up(self, reason: str) -> None:
            raise AssertionError(reason)

        def finish(self, read_at: object) -> None:
            return None

    for extension, pack in PACK.items():
        out.clear()
        observe(b"".join(map(pack, parts)), extension, cuts, Keeping())
        assert bytes(out) == b"".join(parts)
    assert zlib.crc32(out) == zlib.crc32(b"".join(parts))
