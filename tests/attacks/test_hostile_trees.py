"""Whole trees of hostile files, and names that would steer a terminal."""

from __future__ import annotations

import struct
import time
from pathlib import Path

from tests.attacks import hostile_files as build
from tests.attacks.hostile_runs import described, said, unread

BROKEN = {
    ".gguf": b"GGUF" + struct.pack("<IQQ", 3, 1 << 63, 1),
    ".onnx": b"\x08\x08\x3a\x7f",
    ".pt": b"PK\x03\x04" + bytes(30),
    ".h5": b"\x89HDF\r\n\x1a\n" + bytes(40),
    ".npy": b"\x93NUMPY\1\0\xff\xff",
    ".safetensors": build.safetensors(b"{a}"),
    ".tflite": build.tflite(16, *[0xFFFF_FFFF] * 4),
    ".mlmodel": b"\x08\x01\xff",
    ".pkl": b"\x80\x04(((",
    ".ubj": b"{i\1a[",
}


def test_twenty_thousand_hostile_files_take_as_long_as_ten_times_two_thousand(tmp_path: Path) -> None:
    seconds = []
    for count in (2_000, 20_000):
        extensions = list(BROKEN)
        files = {
            f"{at % 100}/{at}{extensions[at % len(BROKEN)]}": BROKEN[extensions[at % len(BROKEN)]]
            for at in range(count)
        }
        begin = time.monotonic()
        lines = list(said(described("model", tmp_path / str(count), files)))
        seconds.append(time.monotonic() - begin)
        assert sum(line.startswith("attest:unreadable:") for line in lines) == count
        assert any(line.startswith(unread("0/0.gguf", "the header claims")) for line in lines)
    assert seconds[1] < 20 * seconds[0]


def test_the_second_of_two_files_is_described_when_the_first_is_hostile(tmp_path: Path) -> None:
    good = build.gguf(build.pair(b"general.architecture", 8, build.string(b"llama")))
    lines = list(said(described("model", tmp_path, {"a.gguf": BROKEN[".gguf"], "b.gguf": good})))
    assert "attest:file:title=GGUF 3" in lines
    assert any(line.startswith(unread("a.gguf", "")) for line in lines)


def test_names_with_control_characters_are_kept_and_escaped(tmp_path: Path) -> None:
    names = ["a\x9b31m.txt", "b\x1b[31m.txt", "c\x7f.txt", "d\u202etxt.exe"]
    document = described("model", tmp_path, dict.fromkeys(names, b"1"))
    assert {item["name"] for item in document["metadata"]["component"]["components"]} == set(names)
    assert b"\x1b" not in (tmp_path / "bom.json").read_bytes()
