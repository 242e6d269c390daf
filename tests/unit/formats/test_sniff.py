"""The format of a file, by content; a name alone never makes it harmless."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import tarfile
import zipfile

import pytest

from attest.domain.file_format import FORMATS
from attest.formats import prefix_wanted, sniff, sniff_all
from attest.formats.extensions import CODE, PICKLE, PROMISES


class Evil:
    """Pickles as a call of `os.system`; never loaded."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("true",)


def look(name: str, data: bytes) -> str:
    """Sniff as the product does: only the bytes that hashing would keep."""
    return sniff(name, data[: prefix_wanted(name, data, len(data))], len(data))


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "{}")
    return buffer.getvalue()


def tarred() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("sys_info"))
    return buffer.getvalue()


def tensors(header: bytes | None = None, data: bytes = bytes(16)) -> bytes:
    text = header or json.dumps({"w": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}}).encode()
    return struct.pack("<Q", len(text)) + text + data


def npy(descr: str, *, version: int = 1, tail: str = "'fortran_order': False, 'shape': (3,), }\n") -> bytes:
    header = f"{{'descr': {descr}, {tail}".encode("latin-1")
    width = "<H" if version == 1 else "<I"
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack(width, len(header)) + header + bytes(24)


SAFETENSORS = tensors()
GGUF = b"GGUF" + struct.pack("<IQQ", 3, 1, 1) + bytes(64)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)
HDF5 = b"\x89HDF\r\n\x1a\n" + bytes(64)
ELF = b"\x7fELF\x02\x01\x01" + bytes(64)
ONNX = b"\x08\x08\x12\x07pytorch\x1a\x032.1\x3a\x04\x0a\x02ab\x42\x02\x10\x11"
SPM = b"\n\x0e\n\x05<unk>\x15\0\0\0\0\x18\x02\n\x0c\n\x03<s>\x15\0\0\0\0\x18\x03"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 12\n"
PROTOCOL_0 = pickle.dumps(Evil(), 0)
PROTOCOL_1 = pickle.dumps({"a": [1, 2]}, 1)
PROTOCOL_4 = pickle.dumps(Evil(), 4)
POLYGLOT_GGUF = b"GGUF" + struct.pack("<I", 3) + b"\x00" + b"cos\nsystem\n(S'true'\ntR."
POLYGLOT_GIF = b"GIF89a" + b"\x00" * 3 + b"cos\nsystem\n(S'true'\ntR."

CASES = [
    # Content decides where the extension agrees.
    ("model.safetensors", SAFETENSORS, "safetensors"),
    ("model.gguf", GGUF, "gguf"),
    ("big-endian.gguf", b"GGUF" + struct.pack(">IQQ", 3, 1, 1), "gguf"),
    ("model.onnx", ONNX, "onnx"),
    ("model.tflite", b"\x1c\0\0\0TFL3" + bytes(32), "tflite"),
    ("a.npy", npy("'<f4'"), "numpy"),
    ("v2.npy", npy("'<f4'", version=2), "numpy"),
    ("record.npy", npy("[('x', '<f4'), ('n', '|S8', (2,))]"), "numpy"),
    ("matrix.npy", npy("'<i8'", tail="'fortran_order': True, 'shape': (3, 4), }   \n"), "numpy"),
    ("python2.npy", npy("'<i8'", tail="'fortran_order': False, 'shape': (3L,), }\n"), "numpy"),
    ("config.json", b' \n{"a": 1}', "json"),
    ("rows.jsonl", b'{"a": 1}\n{"a": 2}\n', "json"),
    ("list.json", b"[1]", "json"),
    ("conf.yaml", b"a: 1\n", "yaml"),
    ("README.md", "# Größe\n".encode(), "markdown"),
    ("vocab.txt", b"[PAD]\nthe\n", "text"),
    ("merges.txt", "#version: 0.2\nĠ t\n".encode(), "text"),
    ("LICENSE", b"Apache License\n", "text"),
    (".gitattributes", b"*.bin filter=lfs\n", "text"),
    ("data/train.csv", b"a,b\n1,2\n", "csv"),
    ("data/train.tsv", b"a\tb\n", "csv"),
    ("x.parquet", b"PAR1" + bytes(16), "parquet"),
    ("x.arrow", b"ARROW1\0\0" + bytes(16), "arrow"),
    ("stream.arrow", b"\xff\xff\xff\xff\x10\0\0\0" + bytes(16), "arrow"),
    ("x.png", PNG, "image"),
    ("x.jpg", b"\xff\xd8\xff\xe0" + bytes(16), "image"),
    ("x.gif", b"GIF89a" + bytes(16), "image"),
    ("x.webp", b"RIFF\x10\0\0\0WEBPVP8 " + bytes(16), "image"),
    ("x.wav", b"RIFF\x10\0\0\0WAVEfmt " + bytes(16), "audio"),
    ("x.mp3", b"\xff\xfb\x90\x64" + bytes(64), "audio"),
    ("x.flac", b"fLaC" + bytes(16), "audio"),
    ("x.pdf", b"%PDF-1.7\n", "pdf"),
    ("tokenizer.model", SPM, "sentencepiece"),
    ("tiktoken.model", b"IQ== 0\nIg== 1\n", "text"),
    ("empty.bin", b"", "empty"),
    ("empty.py", b"", "empty"),
    ("model.safetensors", POINTER, "lfs-pointer"),
    ("pytorch_model.bin", POINTER, "lfs-pointer"),
    ("model.h5", HDF5, "hdf5"),
    ("user-block.h5", bytes(512) + HDF5, "hdf5"),
    ("saved_model.pb", b"\x08\x01\x12\x04\x0a\x02ab", "saved-model"),
    ("analysis.ipynb", b'{"cells": []}', "notebook"),
    ("x.zip", zipped("a.txt"), "zip"),
    ("x.tar", tarred(), "archive"),
    ("x.tar.gz", b"\x1f\x8b\x08" + bytes(16), "archive"),
    ("x.7z", b"7z\xbc\xaf\x27\x1c" + bytes(16), "archive"),
    ("weights.npz", zipped("a.npy"), "zip"),
    ("model.keras", zipped("metadata.json"), "keras"),
    ("renamed.zip", zipped("metadata.json", "config.json", "model.weights.h5"), "keras"),
    # Pickles, wherever they are.
    ("model.pkl", PROTOCOL_0, "pickle"),
    ("model.pkl", PROTOCOL_1, "pickle"),
    ("model.joblib", PROTOCOL_4, "pickle"),
    ("pytorch_model.bin", PROTOCOL_0, "pickle"),
    ("model.npz", PROTOCOL_0, "pickle"),
    ("object.npy", npy("'|O'"), "pickle"),
    ("escaped.npy", npy(r"'\x4f'"), "pickle"),
    ("named.npy", npy("'object'"), "pickle"),
    ("nested.npy", npy("[('x', [('y', '|O')])]"), "pickle"),
    ("twice.npy", npy("'<f4'", tail="'descr': '|O', 'fortran_order': False, 'shape': (3,), }\n"), "pickle"),
    ("version.npy", npy("'<f4'", version=9), "pickle"),
    ("cut.npy", npy("'<f4'")[:20], "pickle"),
    ("huge.npy", npy("'<f4'", tail=f"'fortran_order': False, 'shape': (3,), }}{' ' * 20_000}\n"), "pickle"),
    ("renamed.dat", npy("'|O'"), "pickle"),
    ("notes.txt", PROTOCOL_0, "pickle"),
    ("list.txt", b"(lp0\nI1\na.", "pickle"),
    ("dict.txt", b"(dp0\nS'a'\nI1\ns.", "pickle"),
    ("config.json", PROTOCOL_4, "pickle"),
    ("model.safetensors", PROTOCOL_4, "pickle"),
    ("tokenizer.model", PROTOCOL_4, "pickle"),
    ("noextension", PROTOCOL_4, "pickle"),
    ("compressed.joblib", b"\x78\x9c" + bytes(16), "pickle"),
    ("compressed.pkl", b"\x1f\x8b\x08" + bytes(16), "pickle"),
    ("padded.pkl", b"X\xff\xff\0\0" + bytes(70_000), "pickle"),
    ("model.bin", POLYGLOT_GGUF, "pickle"),
    ("model.pt", POLYGLOT_GIF, "pickle"),
    ("pytorch_model.bin", zipped("archive/data.pkl"), "pytorch"),
    ("model.pt", zipped("anything"), "pytorch"),
    ("renamed.zip", zipped("archive/data.pkl", "archive/version"), "pytorch"),
    ("oldest.pt", tarred(), "pytorch"),
    # Programs.
    ("libx.so", ELF, "executable"),
    ("model.bin", ELF, "executable"),
    ("README.md", ELF, "executable"),
    ("x.txt", b"MZ\x90\0" + bytes(64), "executable"),
    ("x.class", b"\xca\xfe\xba\xbe\0\0\0\x34", "executable"),
    ("x.wasm", b"\0asm\x01\0\0\0", "executable"),
    ("x.txt", b"#!/bin/sh\nrm -rf x\n", "script"),
    ("run.sh", b"echo\n", "script"),
    ("x.js", PNG, "script"),
    ("Makefile", b"all:\n", "script"),
    ("modeling.py", b"import torch\n", "python"),
    ("image.py", b"GIF89a=1\nimport os\n", "python"),
    ("cached.pyc", b"\xa7\r\r\n" + bytes(16), "python"),
    ("site.pth", b"import os; print()\n", "python"),
    ("model.pth", zipped("archive/data.pkl"), "pytorch"),
    ("model.pth", PROTOCOL_0, "pickle"),
    # Name and content disagree, or nobody knows.
    ("model.safetensors", b"hello", "unknown"),
    ("model.safetensors", tensors(b'{"w":1}'), "unknown"),
    ("model.safetensors", SAFETENSORS + b"x", "unknown"),
    ("model.safetensors", GGUF, "unknown"),
    ("model.gguf", SAFETENSORS, "unknown"),
    ("model.gguf", b"GGUF" + struct.pack("<I", 99), "unknown"),
    ("model.gguf", b"hello", "unknown"),
    ("model.onnx", b"hello world, this is text", "unknown"),
    ("tokenizer.model", b"hello", "unknown"),
    ("config.json", b"hello", "unknown"),
    ("config.json", b"\xef\xbb\xbf{}", "unknown"),
    ("config.json", b'{"a": "\0"}', "unknown"),
    ("config.json", PNG, "unknown"),
    ("picture.png", b"{}", "unknown"),
    ("analysis.ipynb", b"hello", "unknown"),
    ("model.bin", b"hello world\n", "unknown"),
    ("model.bin", SAFETENSORS, "unknown"),
    ("model.bin", bytes(64), "unknown"),
    ("model.h5", b"hello", "unknown"),
    ("page.html", b"<html></html>", "unknown"),
    ("drawing.svg", b"<svg/>", "unknown"),
    ("template.jinja", b"{{ messages }}", "unknown"),
    ("x.odd", b"plain text", "unknown"),
    ("odd", b"plain text", "unknown"),
    ("x.txt", b"zero \0 byte", "unknown"),
    ("x.txt", b"latin-1 \xe9", "unknown"),
    ("code.yaml", b"a: !!python/object/apply:os.system [true]\n", "unknown"),
    ("tagged.yaml", b"a: !<tag:yaml.org,2002:python/name:os.system>\n", "unknown"),
    ("truncated.onnx", b"\x08\x08\x12\x7fpytorch", "unknown"),
    ("big-pointer.txt", POINTER + b"x" * 1024, "text"),
]


@pytest.mark.parametrize(("name", "data", "kind"), CASES, ids=[f"{n}-{k}-{i}" for i, (n, _, k) in enumerate(CASES)])
def test_format(name: str, data: bytes, kind: str) -> None:
    assert look(name, data) == kind


def test_the_cases_cover_every_format() -> None:
    assert {kind for _, _, kind in CASES} == set(FORMATS)


@pytest.mark.parametrize("extension", sorted(PICKLE))
@pytest.mark.parametrize("data", [PROTOCOL_0, PROTOCOL_1, PROTOCOL_4, POLYGLOT_GGUF, POLYGLOT_GIF])
def test_a_pickle_is_one_under_every_extension_that_is_unpickled(extension: str, data: bytes) -> None:
    assert look(f"x{extension}", data) == "pickle"


@pytest.mark.parametrize("extension", sorted(set(PROMISES) | {"", ".odd", ".html"}))
@pytest.mark.parametrize("data", [PROTOCOL_0, PROTOCOL_4])
def test_a_pickle_that_calls_is_harmless_nowhere(extension: str, data: bytes) -> None:
    kind = look(f"x{extension}", data)
    assert FORMATS[kind][1] in {"may-run-code", "unknown"}


@pytest.mark.parametrize("extension", sorted(PICKLE - {".npy"}))
@pytest.mark.parametrize("data", [SAFETENSORS, GGUF, PNG, b"{}", b"text\n", SPM, ONNX, b"PAR1" + bytes(9), b"%PDF-1"])
def test_nothing_is_harmless_where_loaders_unpickle(extension: str, data: bytes) -> None:
    kind = look(f"x{extension}", data)
    assert FORMATS[kind][1] != "data"


@pytest.mark.parametrize(("extension", "kind"), sorted(CODE.items()))
def test_source_code_stays_source_code(extension: str, kind: str) -> None:
    for data in (b"anything\n", PNG, SAFETENSORS, PROTOCOL_4):
        assert look(f"x{extension}", data) == kind


@pytest.mark.parametrize(
    "text",
    [
        b"cat\ndog\npig\n",
        b"Ubuntu is a distribution\n" * 9,
        b"I1\nI2\nI3\n",
        b"(c) 2020 Acme\nAll rights reserved.\n",
        b"Copyright 2020\n" * 20,
        b"Version 1.0\nVersion 2.0\n",
        b"N.",
        b"]\n[\n(\n)\n.\n",
    ],
)
def test_prose_and_word_lists_are_no_pickles(text: bytes) -> None:
    assert look("vocab.txt", text) == "text"


def test_a_character_cut_off_by_the_prefix_is_still_text() -> None:
    data = ("x" * 1023 + "é" * 1000).encode()
    assert look("x.txt", data) == "text"
    assert sniff("x.txt", data[:1024], 1024) == "unknown"  # here the file itself ends inside the character


def test_case_and_trailing_dots_change_nothing() -> None:
    assert look("MODEL.BIN", PROTOCOL_0) == "pickle"
    assert look("MODEL.SAFETENSORS", SAFETENSORS) == "safetensors"
    assert look("x.PY", b"import os") == "python"
    assert look("x.py. ", b"import os") == "python"


def test_a_file_whose_bytes_were_not_kept_is_unknown() -> None:
    assert sniff("model.safetensors", b"", 10) == "unknown"
    assert sniff("x.txt", b"", 10) == "unknown"


def test_sniff_all_keeps_order_and_names() -> None:
    files = {"b.json": b"{}", "a.txt": b"x", "c.bin": b""}
    entries = [(name, len(data)) for name, data in files.items()]
    assert sniff_all(entries, files) == (("b.json", "json"), ("a.txt", "text"), ("c.bin", "empty"))
    assert sniff_all([("a.txt", 1)], {}) == (("a.txt", "unknown"),)
