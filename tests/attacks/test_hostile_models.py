"""Hostile files given to `attest bom model` and `attest bom dataset`: described or refused, within bounds.

Each attack runs the command line as a process of its own with little memory and little time. The answer is a document
that says what is wrong, never a traceback, a crash or a kill.
"""

from __future__ import annotations

import gzip
import lzma
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.attacks import hostile_files as build
from tests.attacks.hostile_runs import MIB, Attack, Expected, Files, described, one, pickled, said, unread, wrong
from tests.unit.formats.wire_builder import field

SAFETENSORS: list[Attack] = [
    (
        "nested header of 99 MB",
        one("m.safetensors", lambda: build.safetensors(b'{"a":' + b"[" * 99_000_000 + b"}")),
        unread("m.safetensors", "the safetensors header has more than"),
    ),
    (
        "the same tensor twice",
        one("m.safetensors", lambda: build.safetensors(b'{"a":{},"a":{}}')),
        unread("m.safetensors", "the safetensors header is not strict JSON: member 'a' stands twice"),
    ),
    (
        "a million tensors",
        one("m.safetensors", lambda: build.safetensors(b"{" + b'"a":{},' * 1_000_000 + b'"b":{}}')),
        unread("m.safetensors", "the safetensors header has more than"),
    ),
    (
        "a shape beyond 64 bits",
        one(
            "m.safetensors",
            lambda: build.safetensors(b'{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}'),
        ),
        unread("m.safetensors", "tensor 'a' does not fill its span"),
    ),
]
GGUF: list[Attack] = [
    (
        "2^63 keys and tensors",
        one("m.gguf", lambda: b"GGUF" + struct.pack("<IQQ", 3, 1 << 63, 1 << 63)),
        unread("m.gguf", "the header claims 9223372036854775808 keys and 9223372036854775808 tensors"),
    ),
    (
        "nested arrays",
        one("m.gguf", lambda: build.gguf(build.pair(b"a", 9, struct.pack("<IQ", 9, 1) * 100_000))),
        unread("m.gguf", "arrays of the metadata are nested too deeply"),
    ),
    (
        "a million keys",
        one("m.gguf", lambda: build.gguf(*(build.pair(b"%d" % at, 7, b"\1") for at in range(1_000_000)))),
        unread("m.gguf", "the header claims 1000000 keys"),
    ),
    (
        "alignment 0",
        one("m.gguf", lambda: build.gguf(build.pair(b"general.alignment", 4, bytes(4)))),
        unread("m.gguf", "general.alignment is no power of two"),
    ),
    (
        "alignment 2^31",
        one(
            "m.gguf",
            lambda: build.gguf(
                build.pair(b"general.alignment", 4, struct.pack("<I", 1 << 31)),
                tensors=[build.string(b"t") + struct.pack("<IQIQ", 1, 4, 0, 0)],
            ),
        ),
        wrong("m.gguf", "the file ends before its tensors do"),
    ),
    (
        "a text of 2^62 bytes",
        one("m.gguf", lambda: build.gguf(build.pair(b"general.name", 8, struct.pack("<Q", 1 << 62)))),
        unread("m.gguf", "the header is cut off"),
    ),
]
GRAPHS: list[Attack] = [
    (
        "graphs in graphs",
        one("m.onnx", lambda: build.onnx(build.nested_graphs(1000))),
        unread("m.onnx", "graphs are nested deeper than"),
    ),
    (
        "a million nodes",
        one("m.onnx", lambda: build.onnx(field(1, b"") * 1_000_000)),
        "attest:onnx:operators=?=1000000",
    ),
    (
        "packed dimensions",
        one("m.onnx", lambda: build.onnx(field(5, field(1, b"\x80" * (10 * MIB)) + field(2, 1)))),
        unread("m.onnx", "the list of numbers at"),
    ),
    (
        "fewer bytes than the shape says",
        one("m.onnx", lambda: build.onnx(field(5, field(1, 1000) + field(2, 1) + field(8, "w") + field(9, b"1234")))),
        wrong("m.onnx", "tensor 'w' needs 4000 bytes and has 4"),
    ),
    (
        "a shape beyond 64 bits in a graph",
        one(
            "m.onnx", lambda: build.onnx(field(5, field(1, 1 << 62) * 9 + field(2, 1) + field(8, "w") + field(9, b"")))
        ),
        wrong("m.onnx", "tensor 'w' has a shape that no tensor can have"),
    ),
    (
        "a vector of 2^31 items",
        one("m.tflite", lambda: build.tflite(16, 0, 0, 8, 0x0008_0006, 0x0000_0004, 4, 1 << 31)),
        unread("m.tflite", ""),
    ),
    (
        "references that lead outside",
        one("m.tflite", lambda: build.tflite(0xFFFF_FFF0, *[0xFFFF_FFFF] * 8)),
        unread("m.tflite", "the reference at 0 leads out of its place"),
    ),
]
PICKLES: list[Attack] = [
    ("millions of kept values", pickled(lambda: b"]\x94" * 2_500_000), unread("m.pkl", "it does not read as a pickle")),
    (
        "ten million opcodes",
        pickled(lambda: b"N0" * 5_000_000 + b"N."),
        unread("m.pkl", "it does not read as a pickle: it has more opcodes than are looked at"),
    ),
    (
        "a number of 2 GiB",
        pickled(lambda: b"\x8b\xff\xff\xff\x7f."),
        unread("m.pkl", "it does not read as a pickle: it is cut off: 2147483647 bytes"),
    ),
    (
        "a text of 2^63 bytes",
        pickled(lambda: b"\x8d" + b"\xff" * 7 + b"\x7f."),
        unread("m.pkl", "it does not read as a pickle: it is cut off: 9223372036854775807 bytes"),
    ),
    ("a list in itself", pickled(lambda: b"]\x94h\x00a."), "attest:file:title=Python pickle, protocol 4"),
    (
        "lists that double a hundred times",
        pickled(lambda: b"]\x94" + b"".join(b"](h%ch%ce\x94" % (at, at) for at in range(100)) + b"."),
        "attest:file:title=Python pickle, protocol 4",
    ),
    (
        "pairs of pairs a hundred thousand deep",
        pickled(lambda: b"N" + b"2\x86" * 100_000 + b"."),
        "attest:file:title=Python pickle, protocol 4",
    ),
    ("a list as a key", pickled(lambda: b"}]Ns."), "attest:file:title=Python pickle, protocol 4"),
    (
        "keys with one hash",
        pickled(
            lambda: b"}(" + b"".join(build.long_integer(at * build.COLLIDING) + b"N" for at in range(60_000)) + b"u."
        ),
        "attest:file:title=Python pickle, protocol 4",
    ),
    (
        "records of records that multiply",
        one("m.joblib", lambda: build.multiplying_records(30, 8)),
        (unread("m.joblib", ""), wrong("m.joblib", ""), "attest:joblib:arrays=1"),
    ),
    (
        "a name put together in the memo",
        pickled(lambda: build.text("os") + b"\x94" + build.text("system") + b"\x94NN00h\x00h\x01\x93)R."),
        "attest:pickle:globals=os.system",
    ),
    (
        "a name with half of a surrogate pair",
        pickled(lambda: b"Vos\\ud800\nVsystem\n\x93)R."),
        wrong("m.pkl", "the pickle asks for a name that cannot be written down"),
    ),
    (
        "the second of several pickles",
        pickled(lambda: b"N." + b"cos\nsystem\n)R."),
        "attest:pickle:globals=os.system",
    ),
    (
        "twenty thousand pickles",
        pickled(lambda: b"N." * 20_000),
        wrong("m.pkl", "it holds more than 1000 pickles"),
    ),
]
ARCHIVES: list[Attack] = [
    (
        "a pickle of 200 MB packed into 200 kB",
        one("m.pt", lambda: build.torch(b"\x80\x02B" + struct.pack("<I", 200 * MIB) + bytes(200 * MIB), packed=True)),
        wrong("m.pt", "member 'm/data.pkl' has"),
    ),
    (
        "a hundred thousand members",
        one("m.pt", lambda: build.archive((f"m/{at}", b"") for at in range(100_001))),
        unread("m.pt", "the directory claims 100001 members"),
    ),
    (
        "members that overlap",
        one("m.pt", build.overlapping),
        wrong("m.pt", "member 'm/evil.pkl' overlaps another one"),
    ),
    (
        "two members of one name",
        one("m.pt", lambda: build.torch(b"\x80\x02N.", ("m/data.pkl", b"\x80\x02cos\nsystem\n."))),
        wrong("m.pt", "two members have the name 'm/data.pkl'"),
    ),
    (
        "a member that leads out",
        one("m.pt", lambda: build.torch(b"\x80\x02N.", ("m/../../x", b""))),
        wrong("m.pt", "the name 'm/../../x' of a member leads out of the archive"),
    ),
    (
        "tensors with one hash",
        one("m.pt", lambda: build.torch(build.colliding_tensors(30_000))),
        "attest:file:parameters:F32=1",
    ),
    (
        "millions of lists below a long name",
        one(
            "m.pt",
            lambda: build.torch(
                b"\x80\x02}" + build.text("p" * 505) + b"]" + (b"(" + b"]" * 900_000 + b"e") * 3 + b"s.", packed=True
            ),
        ),
        "attest:pytorch:tensors=not counted:",
    ),
    (
        "eight pickles of 64 MB",
        one(
            "m.pt",
            lambda: build.torch(
                b"\x80\x02N.",
                *((f"m/{at}.pkl", b"N." + bytes(64 * MIB - 2)) for at in range(8)),
                packed=True,
            ),
        ),
        wrong("m.pt", ""),
    ),
    (
        "a configuration of 200 MB",
        one("m.keras", lambda: build.keras(b'{"a":"' + b" " * (200 * MIB) + b'"}')),
        wrong("m.keras", "member 'config.json' has 209715208 bytes"),
    ),
    (
        "a configuration a hundred thousand deep",
        one("m.keras", lambda: build.keras(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}")),
        wrong("m.keras", "config.json is nested deeper than"),
    ),
    (
        "xz that unpacks to 300 MB",
        one("m.joblib", lambda: lzma.compress(b"\x80\x04" + b"N0" * (150 * MIB), preset=0)),
        unread("m.joblib", "it does not read as a pickle"),
    ),
    (
        "gzip that unpacks to 300 MB",
        one("m.joblib", lambda: gzip.compress(b"\x80\x04" + bytes(300 * MIB), 1)),
        unread("m.joblib", "it does not read as a pickle"),
    ),
    (
        "a hundred thousand streams of gzip",
        one("m.joblib", lambda: gzip.compress(b"") * 100_000),
        unread("m.joblib", "it has more streams than are looked at"),
    ),
    (
        "LZMA with a dictionary of 4 GB",
        one("m.joblib", lambda: b"\x5d\0\0" + struct.pack("<I", 0xFFFF_FFFF)[1:] + bytes(64)),
        unread("m.joblib", "it cannot be unpacked"),
    ),
]
ARRAYS: list[Attack] = [
    (
        "a group that holds itself",
        one("m.h5", lambda: build.Hdf5((6, build.link(b"a", 48)), (6, build.link(b"b", 48))).made()),
        "attest:hdf5:superblock=2",
    ),
    (
        "a continuation that goes on in itself",
        one("m.h5", lambda: build.Hdf5((0x10, struct.pack("<QQ", 64, 24))).made()),
        unread("m.h5", "the HDF5 object at 48 has too many header messages"),
    ),
    (
        "a tree of groups in a circle",
        one(
            "m.h5",
            lambda: (
                build.Hdf5((0x11, struct.pack("<QQ", 0x1000, 0x2000)))
                .put(0x1000, b"TREE\0\1\1\0" + 2 * build.NOTHING + struct.pack("<QQQ", 0, 0x1000, 0))
                .put(0x2000, b"HEAP" + bytes(4) + struct.pack("<QQQ", 16, 0, 0x2040) + bytes(100))
                .made()
            ),
        ),
        unread("m.h5", "the tree of a group of the HDF5 file goes round in circles"),
    ),
    (
        "sixty thousand names of 16 MB each in one heap",
        one("m.h5", lambda: build.group_of_long_names(60_000, 16 * MIB)),
        (unread("m.h5", ""), wrong("m.h5", "")),
    ),
    ("links that multiply", one("m.h5", lambda: build.multiplying_links(9000)), wrong("m.h5", "")),
    (
        "a header of 4 GB",
        one("m.npy", lambda: b"\x93NUMPY\2\0\xff\xff\xff\xff{"),
        unread("m.npy", "the header of the array has 4294967295 bytes"),
    ),
    (
        "a negative shape",
        one("m.npy", lambda: build.npy(b"{'descr':'<f4','fortran_order':False,'shape':(-1,)}\n")),
        unread("m.npy", "the header of the array is no plain literal"),
    ),
    (
        "a shape of 10^30",
        one("m.npy", lambda: build.npy(b"{'descr':'<f4','fortran_order':False,'shape':(1%b,)}\n" % (b"0" * 30))),
        unread("m.npy", "the header of the array is no plain literal"),
    ),
    (
        "nested lists in a header",
        one("m.npy", lambda: build.npy(b"{'descr':" + b"[" * 9000 + b"}\n")),
        unread("m.npy", "the header of the array is nested too deeply"),
    ),
]
DOCUMENTS: list[Attack] = [
    (
        "a configuration of brackets",
        one("config.json", lambda: b'{"a":' * 700_000),
        unread("config.json", "config.json has more than"),
    ),
    (
        "aliases of aliases",
        one("README.md", lambda: b"---\na: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n---\n"),
        unread("README.md", "the front matter of README.md uses an anchor or a tag"),
    ),
    (
        "two hundred thousand open brackets in front matter",
        one("README.md", lambda: b"---\na: " + b"[" * 200_000 + b"\n---\n"),
        unread("README.md", "the front matter of README.md is nested deeper than"),
    ),
    (
        "half of a surrogate pair in a template",
        one("tokenizer_config.json", lambda: b'{"chat_template":"\\ud800"}'),
        unread("tokenizer_config.json", "tokenizer_config.json holds half of a surrogate pair"),
    ),
    (
        "UBJSON with 2^62 values",
        one("m.ubj", lambda: b"{L\0\0\0\0\0\0\0\1a[#L" + struct.pack(">q", 1 << 62)),
        unread("m.ubj", "a list in it claims 4611686018427387904 values"),
    ),
]
ATTACKS = [*SAFETENSORS, *GGUF, *GRAPHS, *PICKLES, *ARCHIVES, *ARRAYS, *DOCUMENTS]


@pytest.mark.parametrize(("attack", "expected"), [pytest.param(*rest, id=name) for name, *rest in ATTACKS])
def test_a_hostile_model(tmp_path: Path, attack: Callable[[], Files], expected: Expected) -> None:
    lines = list(said(described("model", tmp_path, attack())))
    assert any(line.startswith(expected) for line in lines), lines[:40]
