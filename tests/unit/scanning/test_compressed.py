"""Compressed streams: all of what comes out is scanned, and what stands beside the stream is reported."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.scanning.archives import unpacking
from attest.scanning.archives.compressed import inner_name, kind_of, scan, unpacked
from attest.scanning.archives.lz4 import lz4_pieces, unpack_block
from attest.scanning.budget import Limits
from attest.scanning.part import Part
from tests.unit.scanning.archive_parts import look

MIB = 1 << 20
TEXT = b"text and more text, " * 500
MIXED = random.Random(1).randbytes(700_000) + TEXT  # noqa: S311 (not a secret)


def zfile(data: bytes) -> bytes:
    return b"ZF" + hex(len(data)).encode().ljust(19) + zlib.compress(data)


def lz4(data: bytes, *, independent: bool = True) -> bytes:
    """A frame of stored blocks."""
    flags = 0x40 | (0x20 if independent else 0)
    blocks = [data[at : at + 65536] for at in range(0, len(data), 65536)]
    body = b"".join(struct.pack("<I", len(block) | 0x8000_0000) + block for block in blocks)
    return b"\x04\x22\x4d\x18" + bytes([flags, 0x40, 0]) + body + bytes(4)


PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "zlib": zlib.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
    "zfile": zfile,
    "lz4": lz4,
}


@pytest.mark.parametrize("kind", PACK)
@pytest.mark.parametrize("data", [TEXT, MIXED, b"x"], ids=["text", "mixed", "short"])
def test_a_stream_is_unpacked_whole(kind: str, data: bytes) -> None:
    packed = PACK[kind](data)
    assert kind_of(packed) == kind
    seen = look(packed, scan, name="model.pkl")
    assert (seen.rules, seen.inside) == ([], {"model.pkl": data})


@pytest.mark.parametrize("level", range(1, 10))
def test_zlib_of_every_level_is_known(level: int) -> None:
    assert kind_of(zlib.compress(TEXT, level)) == "zlib"


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "xz", "lz4"])
def test_streams_that_follow_each_other_are_one(kind: str) -> None:
    packed = PACK[kind](TEXT) + PACK[kind](b"more")
    seen = look(packed, scan)
    assert (seen.rules, seen.inside) == ([], {"archive.bin": TEXT + b"more"})


@pytest.mark.parametrize("kind", ["zlib", "lzma"])
def test_where_readers_differ_on_a_second_stream_it_is_reported_and_read(kind: str) -> None:
    seen = look(PACK[kind](TEXT) + PACK[kind](b"more"), scan)
    assert (seen.rules, seen.inside) == (["archive.inconsistent"], {"archive.bin": TEXT + b"more"})


@pytest.mark.parametrize("kind", PACK)
@pytest.mark.parametrize("tail", [b"garbage", bytes(8), b"\x80\4N.", b"PK\3\4"])
def test_what_stands_behind_a_stream_is_reported(kind: str, tail: bytes) -> None:
    seen = look(PACK[kind](TEXT) + tail, scan)
    if kind == "xz" and tail == bytes(8):
        assert seen.rules == []  # padding, as its format allows
    else:
        assert seen.rules == ["archive.inconsistent"]
    assert seen.inside == {"archive.bin": TEXT}


@pytest.mark.parametrize("kind", ["gzip", "zlib", "lzma", "zfile", "lz4"])
@pytest.mark.parametrize("cut", [1, 5, 9])
def test_what_comes_before_a_stream_breaks_off_is_scanned(kind: str, cut: int) -> None:
    seen = look(PACK[kind](MIXED)[:-cut], scan)
    assert seen.outcome != "PASS"
    assert seen.inside["archive.bin"][:600_000] == MIXED[:600_000]


@pytest.mark.parametrize("kind", ["gzip", "zlib"])
def test_a_wrong_checksum_is_refused_and_everything_before_it_scanned(kind: str) -> None:
    packed = bytearray(PACK[kind](TEXT))
    packed[-6 if kind == "gzip" else -1] ^= 1
    seen = look(bytes(packed), scan)
    assert (seen.rules, seen.inside) == (["archive.crc"], {"archive.bin": TEXT})


def test_a_fault_in_the_middle_leaves_what_was_before() -> None:
    packed = bytearray(zlib.compress(MIXED))
    packed[300_000:300_100] = b"\xff" * 100
    seen = look(bytes(packed), scan)
    assert seen.outcome != "PASS"
    assert seen.inside["archive.bin"][:290_000] == MIXED[:290_000]


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "xz", "lzma", "zlib"])
def test_far_too_much_is_a_bomb(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "_FREE", MIB)
    packed = PACK[kind](bytes(3 * MIB))
    for limits in (Limits(ratio=200), Limits(unpacked=2 * MIB)):
        seen = look(packed, scan, limits=limits)
        assert "archive.bomb" in seen.rules
        assert seen.outcome == "BLOCK"


@pytest.mark.parametrize(
    "data", [b"\x28\xb5\x2f\xfd" + bytes(20), b"LZIP" + bytes(20), b"\x02\x21\x4c\x18" + bytes(20)]
)
def test_kinds_without_a_reader_are_not_passed(data: bytes) -> None:
    seen = look(data, scan)
    assert "archive.unsupported" in seen.rules
    assert seen.outcome == "INCONCLUSIVE"


def test_nothing_that_can_be_unpacked_is_malformed() -> None:
    assert look(b"\x1f\x8b\x08\0" + bytes(6) + b"\xff" * 100, scan).rules == ["file.malformed"]


def header(flags: int, *fields: bytes) -> bytes:
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = engine.compress(TEXT) + engine.flush()
    head = b"\x1f\x8b\x08" + bytes([flags]) + bytes(6) + b"".join(fields)
    return head + body + struct.pack("<2I", zlib.crc32(TEXT), len(TEXT))


@pytest.mark.parametrize(
    ("data", "rules"),
    [
        (header(0x08, b"model.pkl\0"), []),
        (header(0x1C, b"\3\0abc", b"model.pkl\0", b"comment\0"), []),
        (header(0x08, b"../../x\0"), ["archive.path-traversal"]),
        (header(0x08, b"/etc/x\0"), ["archive.path-traversal"]),
        (header(0x08, b"a\x1b[2J\0"), ["archive.inconsistent"]),
        (header(0x02, b"\0\0"), ["archive.crc", "file.malformed"]),
    ],
)
def test_the_header_of_gzip_is_looked_at(data: bytes, rules: list[str]) -> None:
    seen = look(data, scan)
    assert seen.rules == rules
    assert seen.inside.get("archive.bin", TEXT) == TEXT


def test_a_zfile_with_another_length_is_refused() -> None:
    data = zfile(TEXT)
    assert look(data.replace(hex(len(TEXT)).encode(), hex(len(TEXT) + 1).encode(), 1), scan).rules == [
        "archive.inconsistent"
    ]


@pytest.mark.parametrize(
    "options", [[], ["-9"], ["-B4"], ["-B4", "-BD"], ["--content-size"], ["-BX"], ["--no-frame-crc"]]
)
@pytest.mark.parametrize("data", [TEXT, MIXED, b"", b"ab" * 200_000], ids=["text", "mixed", "empty", "repeated"])
def test_frames_of_the_lz4_program_are_unpacked(options: str, data: bytes) -> None:
    program = shutil.which("lz4")
    if program is None:
        pytest.skip("there is no lz4 program")
    packed = subprocess.run(
        [program, "-c", *options], input=data, stdout=subprocess.PIPE, check=True, timeout=30
    ).stdout
    seen = look(packed, scan)
    assert (seen.rules, seen.inside) == ([], {"archive.bin": data[: 1 << 20]})


@pytest.mark.parametrize(
    "data",
    [
        lz4(TEXT)[:-4] + struct.pack("<I", 0x7FFF_FFFF) + bytes(8),
        b"\x04\x22\x4d\x18" + bytes([0x61, 0x40, 0]) + bytes(8),
        b"\x04\x22\x4d\x18" + bytes([0x20, 0x40, 0]) + bytes(8),
        b"\x04\x22\x4d\x18" + bytes([0x60, 0x10, 0]) + bytes(8),
        b"\x50\x2a\x4d\x18" + struct.pack("<I", 4) + b"text" + lz4(TEXT),
    ],
)
def test_odd_frames_of_lz4_are_not_passed(data: bytes) -> None:
    def read(part: Part) -> None:
        for _ in lz4_pieces(part):
            pass

    seen = look(data, read)
    assert seen.outcome != "PASS"


@pytest.mark.parametrize(
    "block",
    [
        b"\x10a\5\0",
        b"\x10a\0\0",
        b"\x20a",
        b"\xf0\xff",
        b"\x1fa\1\0\xff",
        b"\x1fa\1\0" + b"\xff" * 300 + b"\0",
        b"",
    ],
)
def test_broken_blocks_of_lz4_are_refused(block: bytes) -> None:
    with pytest.raises(DocumentError):
        unpack_block(block, b"", 65536)


def test_names_lose_the_suffix_of_the_compression() -> None:
    assert inner_name("folder/model.tar.gz", "gzip") == "model.tar"
    assert inner_name("model.tgz", "gzip") == "model.tar"
    assert inner_name("model.pkl.XZ", "xz") == "model.pkl"
    assert inner_name("model.pkl", "zlib") == "model.pkl"
    assert inner_name(".gz", "gzip") == ".gz"


def test_unpacked_is_a_source_for_others() -> None:
    found: list[bytes] = []
    look(gzip.compress(TEXT), lambda part: found.append(unpacked(part, "gzip").read(0, 4)))
    assert found == [TEXT[:4]]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(PACK)), st.binary(max_size=400), st.integers(0, 100), st.binary(max_size=4))
def test_no_bytes_make_it_fail(kind: str, data: bytes, at: int, change: bytes) -> None:
    packed = PACK[kind](data)
    for stream in (packed, packed[:at] + change + packed[at + len(change) :], packed[:2] + data, packed + change):
        seen = look(stream, scan)
        assert "scan.internal-error" not in seen.rules
    assert look(packed, scan).inside == {"archive.bin": data}
