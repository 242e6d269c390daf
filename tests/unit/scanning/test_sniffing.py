"""Which readers take which bytes: the content adds candidates, the name adds candidates, nothing takes one away."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import attest
from attest.formats.source import Source
from attest.scanning.sniffing import Glimpse, candidates
from tests.corpus import assembler as a
from tests.corpus.zips import plain_zip
from tests.unit.scanning.scans import rules, scan_bytes

PICKLE = a.dumps({"a": 1})
EVIL = a.pickle(a.command())
ZIP = plain_zip({"a.txt": b"hello"})
SAFETENSORS = (2).to_bytes(8, "little") + b"{}"


def readers(name: str, data: bytes) -> tuple[str, ...]:
    return candidates(Glimpse.of(Source.of_bytes(name, data), name))


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("x.pkl", PICKLE, ("pickle",)),
        ("x", PICKLE, ("pickle",)),
        ("x.txt", PICKLE, ("pickle",)),
        ("x.bin", ZIP, ("zip",)),
        ("x.png", ZIP, ("zip",)),
        ("x.bin", b"\x7fELF" + ZIP, ("executable", "zip")),
        ("x.json", b'{"a": 1}', ("json",)),
        ("x", b'{"a": 1}', ("json",)),
        ("x.pth", b"import os\n", ("site-hook",)),
        ("x.pkl.gz", gzip.compress(PICKLE, mtime=0), ("compressed",)),
        ("x.safetensors", SAFETENSORS, ("safetensors",)),
        ("x.safetensors", b"nonsense, but longer", ("safetensors",)),
        ("x.onnx", b"\0\0", ("onnx",)),
        ("x.py", b"import os\n", ("python",)),
        ("x.txt", b"#!/bin/sh\n", ("script",)),
        ("x.md", b"# hello\n", ()),
        ("x.bin", b"\xff\xfe\xfd", ()),
        ("x.ipynb", b'{"cells": []}', ("notebook",)),
        ("chat_template.txt", b"{{ x }}", ("template",)),
        ("x.svg", b"<svg/>", ("markup",)),
        ("x.txt", b"<html>", ("markup",)),
    ],
)
def test_readers(name: str, data: bytes, expected: tuple[str, ...]) -> None:
    found = readers(name, data)
    assert [reader for reader in found if reader in expected] == list(expected)
    assert expected or not found


def test_a_zip_behind_other_content_is_seen() -> None:
    for prefix in (b"\x89PNG\r\n\x1a\n" + bytes(100), b"GGUF\x03\0\0\0" + bytes(60), b"plain text\n"):
        assert "zip" in readers("x.bin", prefix + ZIP)


def test_two_containers_in_one_file_block() -> None:
    tar_then_zip = bytearray(512)
    tar_then_zip[0:1], tar_then_zip[257:262] = b"a", b"ustar"
    found = scan_bytes("x.tar", bytes(tar_then_zip) + ZIP)
    assert "file.polyglot" in rules(found)
    assert found.outcome == "BLOCK"


def test_a_pickle_by_another_name_is_said() -> None:
    found = scan_bytes("notes.txt", EVIL)
    assert {"file.type-mismatch", "pickle.name-not-allowed"} <= set(rules(found))


def test_unknown_content_does_not_pass() -> None:
    assert scan_bytes("x.bin", b"\xff\xfe\xfd" * 50).outcome == "INCONCLUSIVE"
    assert scan_bytes("x.whatever", b"\xff\xfe\xfd" * 50).outcome == "INCONCLUSIVE"
    assert scan_bytes("README.md", b"# text\n").outcome == "PASS"
    assert scan_bytes("empty.bin", b"").outcome == "PASS"


def test_an_import_behind_a_long_text_is_seen() -> None:
    """Nothing near the start tells that it is a pickle that does anything."""
    data = a.binunicode("x" * 20_000) + a.POP + a.command() + a.STOP
    assert "pickle.name-not-allowed" in rules(scan_bytes("x.dat", data))


@settings(max_examples=200, deadline=None)
@given(
    st.binary(min_size=1, max_size=600),
    st.sampled_from(["x.bin", "x.json", "x", "x.pb", "x.tar", "x.h5", "x.onnx", "x.txt"]),
)
def test_no_bytes_end_sniffing(data: bytes, name: str) -> None:
    assert len(set(readers(name, data))) == len(readers(name, data))


@pytest.mark.parametrize("length", [0x80, 0x88, 0x95, 0x98, 0x128, 0x4728, 0x5828, 0x7D88])
def test_a_header_whose_length_looks_like_opcodes_is_no_pickle(length: int) -> None:
    """The length comes first, and its bytes are opcodes by chance."""
    header = b'{"linear":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
    data = length.to_bytes(8, "little") + header.ljust(length) + bytes(8)
    found = scan_bytes("m.safetensors", data)
    assert (found.outcome, found.formats) == ("PASS", ("safetensors",))


def test_a_pickle_in_another_format_is_seen() -> None:
    """Numbers of a GGUF header as a float of a pickle, which goes on with an import."""
    evil = b"GGUF\x03\0\0\0" + b"\0" + a.POP + a.command() + a.STOP
    assert "pickle" in readers("m.gguf", evil)


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("clip.mp4", b"\0\0\0\x18ftypmp42" + bytes(40), "video"),
        ("font.ttf", b"\0\1\0\0\0\x0f" + bytes(40), "font"),
        (".DS_Store", b"\0\0\0\1Bud1" + bytes(40), "folder-view"),
        ("x/events.out.tfevents.1.host", b"\x18" + bytes(7) + b"\xa1\xb2\xc3\xd4\t" + bytes(8) + b"\x1a\rbrain.Event:2",
         "tensorboard-events"),
    ],
)  # fmt: skip
def test_what_lies_beside_models(name: str, data: bytes, kind: str) -> None:
    found = scan_bytes(name, data)
    assert (found.outcome, found.formats) == ("PASS", (kind,))
    # The mark alone is no excuse where a loader reads the file, and neither is the name.
    assert scan_bytes("weights.bin", data).outcome != "PASS"
    assert scan_bytes(name, b"\xff\xfe" * 40).outcome != "PASS"


def test_weights_of_openvino_are_explained_by_their_graph(tmp_path: Path) -> None:
    (tmp_path / "m.xml").write_bytes(b'<?xml version="1.0"?>\n<net name="m" version="11"><layers/></net>')
    assert attest.scan(tmp_path).scan.outcome == "INCONCLUSIVE"  # its weights are missing
    (tmp_path / "m.bin").write_bytes(b"\xff\xfe\xfd" * 99)
    assert attest.scan(tmp_path).scan.outcome == "PASS"
    (tmp_path / "other.bin").write_bytes(b"\xff\xfe\xfd" * 99)
    assert attest.scan(tmp_path).scan.outcome == "INCONCLUSIVE"
    (tmp_path / "m.bin").write_bytes(EVIL)
    assert attest.scan(tmp_path).scan.outcome == "BLOCK"


SKOPS = b'{"protocol": 2, "\\u005f_loader__": "TypeNode", "__class__": "system", "__module__": "os"}'


def test_skops_is_told_by_what_its_schema_says() -> None:
    assert "skops.loader" in rules(scan_bytes("data.zip", plain_zip({"schema.json": SKOPS})))
    assert scan_bytes("data.zip", plain_zip({"schema.json": b"{broken"})).outcome == "BLOCK"
    assert (
        scan_bytes("data.zip", plain_zip({"schema.json": b'{"type": "object"}', "a.csv": b"a,b\n"})).outcome == "PASS"
    )
