"""7z, RAR and `ar`: what can be opened is, and nothing else passes."""

from __future__ import annotations

import base64
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.scanning.archives.others import scan_ar, scan_rar, scan_sevenzip
from attest.scanning.budget import Limits
from tests.unit.scanning.archive_parts import look

# Written by py7zr 1.1.4 from `m/a.pkl` ("text" thirty times) and `b` ("other"), with a packed header.
SAMPLES = {
    "x86 and lzma2": (
        "N3q8ryccAAQhYMpnhAAAAAAAAAAUAAAAAAAAAL6XeODgAHwAEF0AOhlLeB0mHkzD9ykjS2+FAADgAGwAZF0AAIEzB64Pz4CuDA/Ual595cbGuB"
        "MKSFV+NYuXbZTzRjQ9OPLbnj56Y3kFQP8EtKkm82uNr/u4E2YdDqiE4ycbkdZ8oALKhIKZhEBUsbmL0afYhSVMmPQx4Uu9JlTCffc/M+IAAAAX"
        "BhgBCWwABwsBAAEhIQEYDG0AAA=="
    ),
    "bzip2": (
        "N3q8ryccAARYXOQylgAAAAAAAAAUAAAAAAAAACytc8NCWmg5MUFZJlNZdYZcCgAAH4GAAkCUQCAAMMAESNEoAZEW3hWivi7kinChIOsMuBTgAG"
        "QAXl0AAIEzB64P0QDUPKCQoHJD1LHirMNkZhRokmbeDi/f/ny1lX9HkgQKleEaBjYpd95JpUt0dTz9BF4Gwk3nOMRdWxPWDrzvnRX3ZVkvNVt+"
        "cPlp8CFQ4b+2XAJD21QAAAAXBjABCWYABwsBAAEhIQEYDGUAAA=="
    ),
    "deflate": (
        "N3q8ryccAATnPgVWdAAAAAAAAAAUAAAAAAAAAI1bu6krSa0oKRkAnF+SkVoEAOAAZABeXQAAgTMHrg/Ox1yBCSquuVw4AwrdG4onIwT3C1pKm3"
        "3zNj0WMYT8NOpgJb7LEYdUW/vDHrSWmhzGDhiCN34OXRIiG1YPtFn4qTzM1La7otI/D+yktIHGQShmkxYUAAAAABcGDgEJZgAHCwEAASEhARgM"
        "ZQAA"
    ),
    "lzma": (
        "N3q8ryccAAR+VU+ufQAAAAAAAAAUAAAAAAAAABWLqCAAOhlLeB0mHkzD9ykjp0V4///WIgAA4ABoAF9dAACBMweuD89dLwwHyEOAg4Fb/6x2z3"
        "g/DuQpEJkGLQoiT0/dAMgqKojoBB4D2faVgE8bAkm1kKmpBMCv7zDJgQJylqMifPr8I55ZUO589JgbIshRkiXSON8ebC2qbQAAABcGFgEJZwAH"
        "CwEAASEhARgMaQAA"
    ),
}
# The same with a password.
AES = (
    "N3q8ryccAATReyNLgQAAAAAAAAAUAAAAAAAAAAZKqVwXIKZghKRjWE1Bzls1F71w5YrrdPFfd3QBaxWwZufBngEAXAEEBgABCSAKATAYQbQABwsB"
    "AAIkBvEHARJTD9ztKmWMzsNNWXcVZHSLPYohIQEYAQAMEQwACAoBe1yzNQAABQERBQBhAAAAFAoBABCgq4dDfN0BFQYBACCAgIEAAAAXBiABCWEA"
    "BwsBAAEhIQEYDF0AAA=="
)
CONTENT = {"m/a.pkl": b"text" * 30, "b": b"other"}


def sevenzip(
    *names: str, data: bytes = b"text", method: bytes = b"\0", crc: int | None = None, mode: int = 0, gap: bytes = b""
) -> bytes:
    """An archive with a plain header: files that share one stream, each of the same length."""
    text = b"".join(name.encode("utf-16-le") + b"\0\0" for name in names)
    count, size = len(names), len(data)
    each = size // count
    crcs = [zlib.crc32(data[at * each : (at + 1) * each]) if crc is None else crc for at in range(count)]
    streams = b"\6\0\1\x09" + bytes([size + len(gap)]) + b"\0"
    streams += b"\7\x0b\1\0\1" + bytes([len(method)]) + method + b"\x0c" + bytes([size]) + b"\0"
    streams += b"\x08\x0d" + bytes([count]) + b"\x09" + bytes([each] * (count - 1))
    streams += b"\x0a\1" + struct.pack(f"<{count}I", *crcs) + b"\0\0"
    files = b"\5" + bytes([count]) + b"\x11" + bytes([len(text) + 1]) + b"\0" + text
    if mode:
        files += b"\x15" + bytes([2 + 4 * count]) + b"\1\0" + struct.pack("<I", mode << 16 | 0x8000) * count
    return framed(data + gap, b"\1\4" + streams + files + b"\0\0")


def framed(body: bytes, header: bytes) -> bytes:
    start = struct.pack("<QQI", len(body), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\0\4" + zlib.crc32(start).to_bytes(4, "little") + start + body + header


@pytest.mark.parametrize("kind", SAMPLES)
def test_archives_of_a_real_writer_are_opened(kind: str) -> None:
    seen = look(base64.b64decode(SAMPLES[kind]), scan_sevenzip)
    assert (seen.rules, seen.inside) == ([], CONTENT)


def test_stored_files_in_one_stream_are_opened() -> None:
    seen = look(sevenzip("a", "b/c", data=b"textmore"), scan_sevenzip)
    assert (seen.rules, seen.inside) == ([], {"a": b"text", "b/c": b"more"})
    assert look(framed(b"", b""), scan_sevenzip).rules == []


def test_encryption_is_refused() -> None:
    seen = look(base64.b64decode(AES), scan_sevenzip)
    assert "archive.encrypted" in seen.rules
    assert seen.outcome == "BLOCK"


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (sevenzip("../x"), "archive.path-traversal"),
        (sevenzip("C:/x"), "archive.path-traversal"),
        (sevenzip("a", "a"), "archive.inconsistent"),
        (sevenzip("a", crc=1), "archive.crc"),
        (sevenzip("a", mode=0o120777), "archive.link"),
        (sevenzip("a", mode=0o020666), "archive.link"),
        (sevenzip("a") + b"\0", "archive.inconsistent"),
        (b"#!/bin/sh\n" + sevenzip("a"), "file.malformed"),
        (framed(b"hidden", b""), "archive.inconsistent"),
        (sevenzip("a", gap=b"hidden"), "archive.inconsistent"),
        (sevenzip("a", method=b"\x03\x04\x01"), "archive.unsupported"),
        (sevenzip("a", method=b"\x03\x03\x01\x1b"), "archive.unsupported"),
    ],
)
def test_what_is_odd_is_reported(data: bytes, rule: str) -> None:
    seen = look(data, scan_sevenzip)
    assert rule in seen.rules
    assert seen.outcome != "PASS"


def test_a_regular_mode_passes() -> None:
    assert look(sevenzip("a", mode=0o100644), scan_sevenzip).rules == []


def test_what_unpacks_to_too_much_is_a_bomb() -> None:
    seen = look(base64.b64decode(SAMPLES["lzma"]), scan_sevenzip, limits=Limits(unpacked=150))
    assert "archive.bomb" in seen.rules


def test_a_header_with_a_wrong_checksum_is_malformed() -> None:
    data = bytearray(sevenzip("a"))
    data[-1] ^= 1
    assert look(bytes(data), scan_sevenzip).rules == ["file.malformed"]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 120), st.binary(min_size=1, max_size=3), st.booleans())
def test_no_bytes_make_the_reader_of_7z_fail(data: bytes, at: int, change: bytes, whole: bool) -> None:
    sound = sevenzip("a", "b", data=b"textmore")
    header = sound[40:]
    bad = framed(b"textmore", data if whole else header[:at] + change + header[at + len(change) :])
    for archive in (bad, framed(b"textmore", b"\x17" + data), b"7z\xbc\xaf\x27\x1c" + data):
        assert "scan.internal-error" not in look(archive, scan_sevenzip).rules


@pytest.mark.parametrize(
    ("data", "rules"),
    [
        (b"Rar!\x1a\x07\x01\x00" + bytes(40), ["archive.unsupported"]),
        (b"Rar!\x1a\x07\x01\x00" + b"\0\0\0\0\x20\4" + bytes(40), ["archive.encrypted", "archive.unsupported"]),
        (b"Rar!\x1a\x07\x00" + b"\0\0\x73\x80\0" + bytes(40), ["archive.encrypted", "archive.unsupported"]),
        (b"Rar!\x1a\x07\x05" + bytes(40), ["file.malformed"]),
    ],
)
def test_rar_is_not_passed(data: bytes, rules: list[str]) -> None:
    assert look(data, scan_rar).rules == rules


def ar(*members: tuple[bytes, bytes]) -> bytes:
    out = b"!<arch>\n"
    for name, data in members:
        out += name.ljust(16) + b"0".ljust(12) + b"0".ljust(6) * 2 + b"644".ljust(8)
        out += str(len(data)).encode().ljust(10) + b"`\n" + data + b"\n" * (len(data) % 2)
    return out


def test_a_library_of_objects_is_a_program() -> None:
    seen = look(ar((b"/", b"index"), (b"a.o/", b"\x7fELF" + bytes(60))), scan_ar)
    assert seen.rules == ["file.executable"]


def test_other_members_of_ar_are_scanned() -> None:
    seen = look(ar((b"debian-binary", b"2.0\n"), (b"a.pkl/", b"N.x")), scan_ar)
    assert (seen.rules, seen.inside) == ([], {"debian-binary": b"2.0\n", "a.pkl": b"N.x"})
    assert look(ar((b"../x", b"text")), scan_ar).rules == ["archive.path-traversal"]


def test_broken_archives_of_ar_are_not_passed() -> None:
    assert look(ar(), scan_ar).rules == ["archive.unsupported"]
    assert look(ar((b"a", b"text"))[:-2], scan_ar).rules == ["file.malformed"]
    assert look(ar((b"a", b"text")) + b"x" * 60, scan_ar).rules == ["file.malformed"]
    assert look(ar((b"a", b"text"), (b"b", b"text")), scan_ar, limits=Limits(members=1)).rules == ["scan.budget"]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_make_the_others_fail(data: bytes) -> None:
    for scanner, mark in ((scan_ar, b"!<arch>\n"), (scan_rar, b"Rar!\x1a\x07")):
        for archive in (data, mark + data, ar((b"a", b"text")) + data):
            assert "scan.internal-error" not in look(archive, scanner).rules
