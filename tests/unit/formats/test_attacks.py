"""Whatever could run code is never told to be one of the formats that the example policies allow."""

from __future__ import annotations

import io
import os
import pickle
import re
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest.formats import prefix_wanted, sniff
from attest.formats.extensions import CODE, CODE_NAMES, PICKLE, PROMISES, TEXT_NAMES
from attest.formats.pickle_shape import pickle_shape
from attest.formats.safetensors import read_header

ROOT = Path(__file__).resolve().parents[3]
POLICY = (ROOT / "policies" / "release.yaml").read_text(encoding="utf-8")
ALLOWED = re.findall(r"[a-z]+", re.findall(r"formats: \{allow: \[([^]]*)\]\}", POLICY)[0])
HARMLESS = frozenset(ALLOWED)
ODD = [".html", ".htm", ".svg", ".xhtml", ".jinja", ".j2", ".php5", ".whl", ".egg", ".pyz", ".jar", ".desktop", ".lnk"]
NAMES = sorted(
    {f"x{extension}" for extension in [*PICKLE, *CODE, *PROMISES, *ODD, ".ipynb", ".h5", ".keras", ".pb", ".zip", ""]}
    | {*CODE_NAMES, *TEXT_NAMES, "config.json", "README.md", "1_Pooling/config.json", "hooks/post-checkout"}
)


def look(name: str, data: bytes) -> str:
    """Sniff as the product does: only the bytes that hashing would keep."""
    return sniff(name, data[: prefix_wanted(name, data, len(data))], len(data))


def test_the_policy_says_what_these_tests_are_about() -> None:
    assert {"safetensors", "json", "markdown", "text", "image", "empty"} <= HARMLESS
    assert HARMLESS.isdisjoint({"pickle", "pytorch", "python", "script", "executable", "unknown", "zip", "archive"})


class Evil:
    """Pickles as a call of `os.system`; never loaded."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("true",)


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "print(1)")
    return buffer.getvalue()


def tarred() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("data.pkl"))
    return buffer.getvalue()


def array(descr: str) -> bytes:
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': (1,), }}\n".encode("latin-1")
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(header)) + header + pickle.dumps(Evil())


def polyglot_safetensors() -> bytes:
    """A sound safetensors file that is also a pickle with a call.

    The header's length begins with X and jumps over 32 bytes into a metadata text, where each opcode that is no ASCII
    hides in the second byte of a letter whose first byte is the argument of BINPUT.
    """
    name = "multiprocessing.dummy.connection."
    call = f"U!{name}U!{name}q\u0393U!{name}q\u0145R".encode()  # the letters end in 0x93 and 0x85
    header = (b'{"__metadata__":{"k":"'.ljust(29, b"x") + call + b'"}}').ljust(0x2058)
    data = struct.pack("<Q", len(header)) + header
    assert data.find(call) == 5 + 0x20
    return data


RUN = b"cos\nsystem\n(S'true'\ntR."
PICKLES = {
    **{f"protocol {protocol}": pickle.dumps(Evil(), protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)},
    "hexadecimal first": b"I0x1\n0" + RUN,
    "empty number first": b"I\n0" + RUN,
    "a mark taken by POP": b"(0" + RUN,
    "INST": b"(S'true'\nios\nsystem\n.",
    "OBJ": b"(cos\nsystem\nS'true'\no.",
    "after a result": b"N0N0N0" + RUN,
    "behind a long text": b"S'" + b"x" * 5000 + b"'\n0" + RUN,
    "behind a long unquoted text": b"V" + b"x" * 5000 + b"\n0" + RUN,
    "behind a long number": b"I" + b"1" * 5000 + b"\n0" + RUN,
    "behind a long name": b"c" + b"x" * 5000 + b"\ny\n0" + RUN,
    "behind a long binary text": b"X" + struct.pack("<I", 5000) + b"x" * 5000 + b"0" + RUN,
    "behind many values": b"N0" * 3000 + RUN,
    "GIF": b"GIF89a\0\0\0" + RUN,
    "GIF, later": b"GIF89a\0\0\0" + b"X" + struct.pack("<I", 5000) + b"x" * 5000 + RUN,
    "GGUF": b"GGUF" + struct.pack("<I", 3) + b"\x00" + RUN,
    "a frame of the wrong length": b"\x95\x03" + bytes(7) + b"\x8c\x01a\xff\xff" + RUN,
}
POLYGLOTS = {"safetensors": polyglot_safetensors()}
COMPRESSED = {
    "zlib": zlib.compress(pickle.dumps(Evil()), 0),
    "zlib that reads as text": b"x^" + b"A" * 2000,
    "joblib's oldest layout": b"ZF0x20              x" + b"A" * 2000,
}
CONTAINERS = {
    "zip": zipped("__main__.py"),
    "torch zip": zipped("archive/data.pkl"),
    "npz": zipped("a.npy"),
    "keras": zipped("metadata.json", "config.json", "model.weights.h5"),
    "empty zip": b"PK\x05\x06" + bytes(18),
    "tar": tarred(),
    "gzip": b"\x1f\x8b\x08" + bytes(32),
    "bzip2": b"BZh91AY&SY" + bytes(32),
    "xz": b"\xfd7zXZ\0" + bytes(32),
    "zstandard": b"\x28\xb5\x2f\xfd" + bytes(32),
    "lz4": b"\x04\x22\x4d\x18" + bytes(32),
    "7z": b"7z\xbc\xaf\x27\x1c" + bytes(32),
    "rar": b"Rar!\x1a\x07\x01\0" + bytes(32),
    "ar": b"!<arch>\ndebian-binary   \n",
    "hdf5": b"\x89HDF\r\n\x1a\n" + bytes(64),
    "hdf5 behind a text": b"x" * 512 + b"\x89HDF\r\n\x1a\n" + bytes(64),
    "npy of objects": array("'|O'"),
    "npy of hidden objects": array(r"'\x4f'"),
    "npy of nested objects": array("[('x', [('y', '|O')])]"),
    "npy that is an expression": array("__import__('os')"),
}
PROGRAMS = {
    "ELF": b"\x7fELF\x02\x01\x01" + bytes(64),
    "PE": b"MZ\x90\0" + bytes(64),
    **{f"Mach-O {magic.hex()}": magic + bytes(64) for magic in (
        b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"
    )},
    "WebAssembly": b"\0asm\x01\0\0\0",
    "dex": b"dex\n035\0",
    "shell": b"#!/bin/sh\ntrue\n",
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n(x) run\n",
    "bytecode": b"\xa7\r\r\n" + bytes(64),
}  # fmt: skip
MARKUP = {
    "HTML": b"<!DOCTYPE html><script>alert(1)</script>",
    "HTML without a doctype": b"\n <HTML lang=en><body onload=x>",
    "HTML behind a mark": b"\xef\xbb\xbf<html>",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "SVG behind an XML declaration": b'<?xml version="1.0"?><svg onload="alert(1)"/>',
    "script element": b"<script>alert(1)</script>",
    "PHP": b"<?php system('true');",
    "server page": b"<% system %>",
}
UNREADABLE = {
    "UTF-16": "\ufeffimport os".encode("utf-16-le"),
    "UTF-16 without a mark": "import os".encode("utf-16-le"),
    "UTF-32": "import os".encode("utf-32"),
    "zero byte": b"import os\0\n",
    "latin-1": "é = 1\n".encode("latin-1"),
    "control character": b"a\x01b\n",
    "half a character": b"caf\xc3",
}
ATTACKS = {**PICKLES, **POLYGLOTS, **COMPRESSED, **CONTAINERS, **PROGRAMS, **MARKUP, **UNREADABLE}


@pytest.mark.parametrize("attack", sorted(ATTACKS))
def test_is_harmless_under_no_name(attack: str) -> None:
    told = {name: look(name, ATTACKS[attack]) for name in NAMES}
    assert {name: kind for name, kind in told.items() if kind in HARMLESS} == {}


# What text of some names would do is not in its bytes, so here the names are part of the attack.
AS_TEXT = {
    "Python": (b"import os\nos.system('true')\n", ["x.py", "x.pyw", "x.pth", "x.bin", "x.pt", "x.pkl", "setup.cfg.py"]),
    "shell": (b"rm -rf x\n", ["x.sh", "x.bash", "x.command", "Makefile", ".env", "x.env", "hooks/pre-push"]),
    "Windows": (b"del x\r\n", ["x.bat", "x.cmd", "x.ps1", "x.vbs", "x.js", "x.wsf", "x.hta", "x.scr", "x.reg"]),
    "notebook": (b'{"cells": []}', ["x.ipynb"]),
    "template": (b"{{ x.__class__ }}\n", ["x.jinja", "x.jinja2", "x.j2", "x.tmpl", "x.json", "chat_template"]),
    "JavaScript": (b"[].map(alert)", ["x.json", "x.js", "x.mjs", "x.ts", "x.html"]),
    "rich text": (b"{\\rtf1\\object}", ["x.json", "x.rtf", "x.doc"]),
    "TeX": (b"\\write18{true}\n", ["x.tex", "x.sty", "x.cls"]),
    "markup": (b"<p onclick=x>", ["x.html", "x.htm", "x.svg", "x.xml", "x.json", "x.png", "x.onnx", "x"]),
    "leading junk": (b")]}'\n{}", ["x.json", "x.jsonl"]),
    "byte order mark": (b"\xef\xbb\xbf{}", ["x.json", "config.json", "x.jsonl"]),
    "other names": (b"true\n", ["x", "x.odd", "x.so", "x.dll", "x.exe", "x.gguf", "x.safetensors", "x.png", "x.model"]),
}  # fmt: skip


@pytest.mark.parametrize("attack", sorted(AS_TEXT))
def test_text_is_harmless_under_no_name_of_code(attack: str) -> None:
    data, names = AS_TEXT[attack]
    assert {name: kind for name in names if (kind := look(name, data)) in HARMLESS} == {}


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:os.system [x]",
        "!!python/name:os.system",
        "!!pyth%6fn/object/apply:os.system [x]",
        "!!%70ython/object/apply:os.system [x]",
        "!<tag:yaml.org,2002:python/name:os.system> x",
        "!python/name:os.system",
        "[!!python/name:os.system ]",
        "{b: !!ruby/object:X {}}",
        "!!javax.script.ScriptEngineManager []",
        "!local%41 x",
    ],
)
def test_yaml_that_names_objects_is_no_yaml(tag: str) -> None:
    for name in ("x.yaml", "x.yml", "x.dvc"):
        assert look(name, f"a: {tag}\n".encode()) == "unknown"
    assert look("x.yaml", f"%TAG ! tag:yaml.org,2002:python/\n---\na: {tag}\n".encode()) == "unknown"
    assert look("x.json", f'{{"a": {tag}}}'.encode()) == "unknown"


@pytest.mark.parametrize(
    "text", ["a: !!str 1", "a: Great!! Really", "a: 100%", "a: !!set {x, y}", "a: b!c", "!!map {}"]
)
def test_ordinary_yaml_is(text: str) -> None:
    assert look("x.yaml", text.encode()) == "yaml"


@pytest.mark.parametrize("extension", sorted({*ODD, ".odd", "", ".tar", ".mdl", ".unknown"}))
def test_no_signature_is_believed_under_an_extension_that_does_not_promise_it(extension: str) -> None:
    text = b'{"w":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'
    for data in (
        struct.pack("<Q", len(text)) + text,
        b"GGUF" + struct.pack("<IQQ", 3, 1, 1),
        b"\x89PNG\r\n\x1a\n" + bytes(32),
        b"GIF89a=1;/*" + bytes(32),
        b"\xff\xd8\xff\xe0" + bytes(32),
        b"%PDF-1.7\n",
        b"\x08\x08\x12\x07pytorch",
        b"\n\x0e\n\x05<unk>\x15\0\0\0\0\x18\x02",
        b"plain text\n",
        b"{}",
    ):
        assert look(f"x{extension}", data) not in HARMLESS


def test_what_stands_behind_the_leading_bytes_is_not_seen() -> None:
    """Limits that the documentation of `sniff` names; a policy must not rely on more."""
    assert look("x.png", b"\x89PNG\r\n\x1a\n" + bytes(2000) + zipped("__main__.py")) == "image"
    assert look("x.txt", b"text\n" * 300 + zipped("__main__.py")) == "text"
    assert look("x.txt", b"text\n" * 300 + b"\0\0\0") == "text"
    assert look("x.txt", b"import os\n") == "text"


HARMLESS_OPCODES = [
    b"N0",
    b"(0",
    b"(1",
    b"(t0",
    b"(d0",
    b"]0",
    b"I1\n0",
    b"I0x2\n0",
    b"L3L\n0",
    b"F1.5\n0",
    b"Va b\n0",
    b"Np0\n0",
]


def test_the_polyglot_is_sound_on_both_sides() -> None:
    data = polyglot_safetensors()
    assert read_header(data, len(data)).tensors == 0
    assert pickle_shape(data, len(data))[:2] == (True, True)
    assert look("model.safetensors", data) == "pickle"


@given(
    st.sampled_from(NAMES),
    st.sampled_from(sorted(PICKLES)).map(PICKLES.__getitem__) | st.just(RUN),
    st.lists(st.sampled_from(HARMLESS_OPCODES), max_size=40).map(b"".join),
)
def test_a_pickle_stays_one_behind_any_prologue(name: str, attack: bytes, prologue: bytes) -> None:
    assert look(name, prologue + attack) not in HARMLESS


@given(st.sampled_from(NAMES), st.sampled_from(sorted(ATTACKS)), st.binary(max_size=64))
def test_an_attack_stays_one_with_anything_behind_it(name: str, attack: str, rest: bytes) -> None:
    if attack != "half a character":  # which the rest may complete
        assert look(name, ATTACKS[attack] + rest) not in HARMLESS


@pytest.mark.model
def test_the_files_of_the_real_models(minilm: Path) -> None:
    told = {}
    for path in sorted(path for path in minilm.rglob("*") if path.is_file()):
        with path.open("rb") as stream:
            first = stream.read(256 * 1024)
        name, size = path.relative_to(minilm).as_posix(), path.stat().st_size
        told[name] = sniff(name, first[: prefix_wanted(name, first, size)], size)
    assert told.pop("model.safetensors") == "safetensors"
    assert {told.pop(name) for name in (".gitattributes", "vocab.txt")} == {"text"}
    assert told.pop("README.md") == "markdown"
    assert len(told) == 9
    assert set(told.values()) == {"json"}
    perceptual = sorted((minilm.parent / "lpips").glob("*.pth"))
    assert len(perceptual) == 3
    assert {look(path.name, path.read_bytes()) for path in perceptual} <= {"pickle", "pytorch"}
