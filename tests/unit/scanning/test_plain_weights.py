"""Layouts of plain data: recognised by structure, walked to the last byte, and refused when they do not add up."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest.scanning.graphs.plain_weights import recognise, scan
from tests.unit.scanning.messages import field, message
from tests.unit.scanning.parts import Scanned, run

MODELS = Path(__file__).parents[3] / ".cache/models"
INDEXES = Path(__file__).parents[2] / "data/scanning/faiss"
BLOB = MODELS / "basic-pitch/nmp.mlpackage/Data/com.apple.CoreML/weights/weight.bin"
FASTTEXT = MODELS / "langdetect/lid.176.ftz"


def check(data: bytes, name: str = "folder/model.bin") -> Scanned:
    return run(scan, data, name)


def floats(count: int) -> bytes:
    return struct.pack(f"<{count}f", *range(count))


def word2vec(words: int = 3, end: bytes = b"\n") -> bytes:
    return b"%d 4\n" % words + b"".join(b"word%d " % i + floats(4) + end for i in range(words))


def mil_blob(*sizes: int) -> bytes:
    out = struct.pack("<2I56x", len(sizes), 2)
    for size in sizes:
        out += struct.pack("<2I2Q40x", 0xDEADBEEF, 1, size, len(out) + 64) + bytes(size)
        out += bytes(-len(out) % 64)
    return out


def named(text: bytes) -> bytes:
    return struct.pack("<H", len(text) + 1) + text + b"\0"


def ctranslate2() -> bytes:
    variable = named(b"encoder/w") + bytes([2]) + struct.pack("<2I", 2, 3) + bytes([0]) + struct.pack("<I", 24)
    head = struct.pack("<I", 6) + named(b"TransformerSpec") + struct.pack("<2I", 7, 1)
    return head + variable + floats(6) + struct.pack("<I", 1) + named(b"alias") + named(b"encoder/w")


def darknet() -> bytes:
    return struct.pack("<3iq", 0, 2, 5, 100) + floats(9)


def legacy(magic: bytes, version: int, *, aligned: bool) -> bytes:
    out = magic + (struct.pack("<I", version) if version else b"") + struct.pack("<7i", 2, 8, 8, 1, 1, 1, 1)
    for token in (b"a", b"bc"):
        out += struct.pack("<I", len(token)) + token + (bytes(4) if version else b"")
    out += struct.pack("<3I", 1, 1, 0) + struct.pack("<I", 8) + b"w"
    return out + (bytes(-len(out) % 32) if aligned else b"") + floats(8)


def whisper() -> bytes:
    out = b"lmgg" + struct.pack("<11i", 2, 8, 8, 1, 1, 8, 8, 1, 1, 80, 1) + struct.pack("<2I", 80, 2) + floats(160)
    out += struct.pack("<I", 2) + b"".join(struct.pack("<I", 2) + b"ab" for _ in range(2))
    return out + struct.pack("<3I", 2, 4, 1) + struct.pack("<2I", 2, 4) + b"conv" + bytes(16)


def array(dtype: bytes = b"float32", data: bytes = bytes(8)) -> bytes:
    body = b"\x93\x91\x02" + bytes([0xA0 | len(dtype)]) + dtype + b"\xc4" + bytes([len(data)]) + data
    return b"\xc7" + bytes([len(body), 1]) + body


def flax(leaf: bytes) -> bytes:
    return b"\x82\xa6params\x81\xa6kernel" + leaf + b"\xa4step\xcd\x01\x00"


def sentencepiece() -> bytes:
    pieces = b"".join(
        field(1, message((1, text)) + b"\x15" + struct.pack("<f", -1.0) + message((3, 1)))
        for text in ("<unk>", "a", "b")
    )
    return pieces + field(2, message((3, 1))) + field(3, message((1, "nmt_nfkc")))


def catboost(tail: bytes = b"") -> bytes:
    text = b"FlabuffersModel_v1"
    vtable = struct.pack("<3H", 6, 8, 4)
    core = struct.pack("<I", 10) + vtable + struct.pack("<iI", 6, 4) + struct.pack("<I", len(text)) + text + b"\0"
    return b"CBM1" + struct.pack("<I", len(core)) + core + tail


GOOD = {
    "word2vec": (word2vec(), "v.bin", "word2vec"),
    "word2vec of another writer": (word2vec(end=b""), "v.bin", "word2vec"),
    "weights beside Core ML": (mil_blob(10, 64, 3), "weight.bin", "mil-blob"),
    "CTranslate2": (ctranslate2(), "model.bin", "ctranslate2"),
    "darknet": (darknet(), "yolo.weights", "darknet"),
    "ggml": (legacy(b"lmgg", 0, aligned=False), "m.bin", "ggml"),
    "ggmf": (legacy(b"fmgg", 1, aligned=False), "m.bin", "ggml"),
    "ggjt": (legacy(b"tjgg", 3, aligned=True), "m.bin", "ggml"),
    "whisper.cpp": (whisper(), "ggml-tiny.bin", "ggml"),
    "Flax": (flax(array()), "flax_model.msgpack", "flax-msgpack"),
    "SentencePiece": (sentencepiece(), "spiece.model", "sentencepiece"),
    "CatBoost": (catboost(), "model.cbm", "catboost"),
}
BAD = {
    "word2vec, cut off": (word2vec()[:-3], "v.bin"),
    "word2vec, longer": (word2vec() + b"evil", "v.bin"),
    "weights beside Core ML, longer": (mil_blob(10) + bytes(64), "weight.bin"),
    "weights beside Core ML, offset": (mil_blob(10)[:80] + b"\xff" + mil_blob(10)[81:], "weight.bin"),
    "CTranslate2, longer": (ctranslate2() + b"x", "model.bin"),
    "CTranslate2, cut off": (ctranslate2()[:-30], "model.bin"),
    "ggml, longer": (legacy(b"lmgg", 0, aligned=False) + b"x", "m.bin"),
    "ggjt, version": (legacy(b"tjgg", 9, aligned=True), "m.bin"),
    "ggml, head only": (b"lmgg" + bytes(40), "m.bin"),
    "Flax, objects": (flax(array(b"object")), "m.msgpack"),
    "Flax, extension": (flax(array()).replace(b"\x01\x93", b"\x09\x93"), "m.msgpack"),
    "Flax, longer": (flax(array()) + b"\x80", "m.msgpack"),
    "Flax, count": (b"\xdf\xff\xff\xff\xff", "m.msgpack"),
    "Flax, unused byte": (flax(b"\xc1"), "m.msgpack"),
    "Flax, deep": (b"\x81\xa0" * 1200, "m.msgpack"),
    "SentencePiece without a trainer": (sentencepiece()[:42], "spiece.model"),
    "CatBoost, longer": (catboost(b"evil"), "model.cbm"),
    "CatBoost, text": (catboost().replace(b"Flab", b"Evil"), "model.cbm"),
    "FAISS, unknown kind": (b"IxMp" + b"Evil" + bytes(40), "x.index"),
    "Parquet, cut off": (b"PAR1" + bytes(40), "x.parquet"),
    "Arrow, cut off": (b"ARROW1\0\0" + bytes(40), "x.arrow"),
    "XGBoost, cut off": (b"binf" + bytes(40), "x.model"),
    "nothing that is known": (b"raw data, no layout", "x.bin"),
    "nothing": (b"", "x.bin"),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_writers_write_passes(name: str) -> None:
    data, base, layout = GOOD[name]
    assert recognise(data[:4096], len(data), base) == layout
    scanned = check(data, "folder/" + base)
    assert scanned.outcome == "PASS", scanned.found.findings
    assert scanned.found.formats == [layout]
    assert scanned.found.interpreted + scanned.found.opaque == len(data)


@pytest.mark.parametrize("name", BAD)
def test_what_does_not_add_up_is_malformed(name: str) -> None:
    data, base = BAD[name]
    assert check(data, base).rules == ["file.malformed"]


@pytest.mark.parametrize("path", [BLOB, FASTTEXT, *sorted(INDEXES.iterdir())], ids=lambda path: path.name)
def test_real_files_pass(path: Path) -> None:
    data = path.read_bytes()
    assert recognise(data[:4096], len(data), path.name)
    assert check(data, path.name).outcome == "PASS"


def test_every_cut_of_an_index_is_malformed() -> None:
    data = (INDEXES / "ivf.index").read_bytes()
    assert {tuple(check(data[:end]).rules) for end in range(1, len(data), 7)} == {("file.malformed",)}
    assert check(data + b"x").rules == ["file.malformed"]


def test_lists_of_an_index_in_another_file_block() -> None:
    data = (INDEXES / "ivf.index").read_bytes().replace(b"ilar", b"ilod")
    assert check(data).outcome == "BLOCK"


@pytest.mark.parametrize(
    "first", [b'{"a": 1}', b"3 4\nnot numbers", b"\x80\x04.", b"PK\x03\x04", b"\x08\x07\x12\x00", b"tree\n"]
)
def test_other_content_is_not_recognised(first: bytes) -> None:
    assert recognise(first, len(first), "model.bin") == ""


@given(st.binary(max_size=300), st.sampled_from(["a.bin", "a.msgpack", "a.weights", "a.model"]))
def test_recognising_never_raises(data: bytes, name: str) -> None:
    assert isinstance(recognise(data, len(data), name), str)


@given(st.sampled_from(sorted(GOOD)), st.integers(0, 200), st.binary(max_size=10), st.integers(0, 10))
def test_no_bytes_make_it_raise(name: str, at: int, junk: bytes, removed: int) -> None:
    data, base, _ = GOOD[name]
    assert "scan.internal-error" not in check(data[:at] + junk + data[at + removed :], base).rules


@given(st.sampled_from(sorted(INDEXES.iterdir())), st.integers(0, 400), st.binary(max_size=10))
def test_no_index_makes_it_raise(path: Path, at: int, junk: bytes) -> None:
    data = path.read_bytes()
    assert "scan.internal-error" not in check(data[:at] + junk + data[at + len(junk) :]).rules
