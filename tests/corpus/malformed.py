"""safetensors, GGUF and NumPy files whose numbers contradict each other, and files that exhaust a reader."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from tests.corpus import assembler as a
from tests.corpus import protos as p
from tests.corpus.case import Case, attack, hostile, warn
from tests.corpus.torch_zip import torch_zip
from tests.corpus.zips import Member, plain_zip, zip_file

SAFETENSORS, GGUF, NUMPY, BOMBS = "safetensors", "gguf", "numpy", "bombs"
EVIL = a.pickle(a.command())
BOMB = 160
"""MiB that a bomb unpacks to: well above what a scanner may take for a model of its size."""


def _safetensors() -> Iterator[tuple[str, bytes, str]]:
    """safetensors."""
    e = p.st_entry
    one = {"a": e("F32", [2], 0, 8)}
    yield "overlap", p.safetensors({"a": e("F32", [2], 0, 8), "b": e("F32", [2], 4, 12)}, bytes(12)), "tensors overlap"
    yield (
        "same",
        p.safetensors({"a": e("F32", [2], 0, 8), "b": e("F32", [2], 0, 8)}, bytes(8)),
        "two tensors in one place",
    )
    yield "hole", p.safetensors({"a": e("F32", [1], 0, 4), "b": e("F32", [1], 8, 12)}, bytes(12)), "a hole"
    yield "hole-first", p.safetensors({"a": e("F32", [1], 4, 8)}, bytes(8)), "a hole at the start"
    yield "tail", p.safetensors(one, bytes(9)), "a byte after the last tensor"
    yield "tail-pickle", p.safetensors(one, bytes(8) + EVIL), "a pickle after the last tensor"
    yield "short", p.safetensors(one, bytes(7)), "a byte is missing"
    yield "header-longer", p.safetensors(one, bytes(8), 1 << 20), "a header longer than the file"
    yield "header-huge", p.safetensors(one, bytes(8), 1 << 63), "a header of 2**63 bytes"
    yield "header-100mb", p.safetensors(one, bytes(8), 100_000_001), "a header above 100 MB"
    yield "header-empty", p.safetensors(b"", b""), "no header"
    yield "header-list", p.safetensors(b"[]"), "a header that is a list"
    yield "header-space", p.safetensors(b" {}"), "a header that begins with a space"
    yield "header-text", p.safetensors(b'{"a": '), "a header cut off"
    yield "header-tail", p.safetensors(b"{}{}"), "two headers"
    yield "header-comment", p.safetensors(b"{/* */}"), "a comment in the header"
    yield "header-utf8", p.safetensors(b'{"\xff": {}}'), "no UTF-8"
    yield "header-nul", p.safetensors(b"{}\0\0"), "NUL after the header"
    text = json.dumps(one)[1:-1]
    yield "duplicate", p.safetensors(f"{{{text},{text}}}".encode(), bytes(8)), "a tensor twice"
    yield (
        "duplicate-inner",
        p.safetensors(b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"data_offsets":[0,8]}}', bytes(8)),
        "a key twice",
    )
    yield (
        "duplicate-escape",
        p.safetensors(
            (
                b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0061":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}'
            ),
            bytes(8),
        ),
        "a tensor twice by escapes",
    )
    yield "dtype", p.safetensors({"a": e("F128", [1], 0, 16)}, bytes(16)), "an unknown type"
    yield "shape", p.safetensors({"a": e("F32", [3], 0, 8)}, bytes(8)), "a shape of another size"
    yield "shape-negative", p.safetensors({"a": e("F32", [-2], 0, 8)}, bytes(8)), "a negative shape"
    yield "shape-overflow", p.safetensors({"a": e("F32", [1 << 32, 1 << 32], 0, 0)}), "a shape that overflows to zero"
    yield (
        "shape-float",
        p.safetensors({"a": {"dtype": "F32", "shape": [2.0], "data_offsets": [0, 8]}}, bytes(8)),
        "a shape that is no integer",
    )
    yield (
        "shape-bool",
        p.safetensors({"a": {"dtype": "F32", "shape": [True], "data_offsets": [0, 4]}}, bytes(4)),
        "a shape that is a truth value",
    )
    yield "offset-reversed", p.safetensors({"a": e("F32", [2], 8, 0)}, bytes(8)), "offsets in reverse"
    yield "offset-huge", p.safetensors({"a": e("F32", [2], 1 << 64, (1 << 64) + 8)}, bytes(8)), "offsets of 2**64"
    yield "offset-missing", p.safetensors({"a": {"dtype": "F32", "shape": [2]}}, bytes(8)), "no offsets"
    yield "key-unknown", p.safetensors({"a": {**one["a"], "x": 1}}, bytes(8)), "an unknown key"
    yield (
        "metadata-nested",
        p.safetensors({"__metadata__": {"a": {"b": 1}}, **one}, bytes(8)),
        "metadata that is no text",
    )
    yield "metadata-list", p.safetensors({"__metadata__": ["a"], **one}, bytes(8)), "metadata that is a list"
    yield "deep", p.safetensors(b'{"a":' * 50_000 + b"1" + b"}" * 50_000), "a header nested 50,000 deep"
    yield "tiny", b"\x08\0\0\0", "four bytes"
    yield "nothing", b"", "no bytes"


def _gguf() -> Iterator[tuple[str, bytes, str]]:
    """GGUF."""
    pair, tensor = p.gguf_pair, p.gguf_tensor
    yield "pairs-huge", p.gguf(pair_count=1 << 62), "2**62 pairs"
    yield "tensors-huge", p.gguf(tensor_count=1 << 60), "2**60 tensors"
    yield "tensors-negative", p.gguf(tensor_count=(1 << 64) - 1), "2**64 - 1 tensors"
    yield "key-long", p.gguf([p.gguf_text("k", 1 << 62) + bytes(40)]), "a key of 2**62 bytes"
    yield (
        "text-long",
        p.gguf([p.gguf_text("k") + struct.pack("<IQ", 8, (1 << 64) - 1) + b"x"]),
        "a text of 2**64 - 1 bytes",
    )
    yield (
        "array-long",
        p.gguf([p.gguf_text("k") + struct.pack("<IIQ", 9, 10, 1 << 61)]),
        "an array whose size overflows",
    )
    yield (
        "array-of-arrays",
        p.gguf([p.gguf_text("k") + struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 5000]),
        "arrays nested 5,000 deep",
    )
    yield (
        "array-type",
        p.gguf([p.gguf_text("k") + struct.pack("<IIQ", 9, 77, 1) + bytes(8)]),
        "an unknown type in an array",
    )
    yield "type", p.gguf([p.gguf_text("k") + struct.pack("<I", 77) + bytes(8)]), "an unknown type"
    yield "bool", p.gguf([p.gguf_text("k") + struct.pack("<IB", 7, 9)]), "a truth value of nine"
    yield "version-0", p.gguf(version=0), "version 0"
    yield "version-99", p.gguf(version=99), "version 99"
    yield "alignment-zero", p.gguf([pair("general.alignment", "u32", 0), *p.GGUF_PAIRS]), "alignment of zero"
    yield "alignment-odd", p.gguf([pair("general.alignment", "u32", 7), *p.GGUF_PAIRS]), "alignment of seven"
    yield "alignment-huge", p.gguf([pair("general.alignment", "u32", 1 << 31), *p.GGUF_PAIRS]), "alignment of 2**31"
    yield "offset-outside", p.gguf(tensors=[tensor("w", (8,), 1 << 20)]), "a tensor outside the file"
    yield "offset-overflow", p.gguf(tensors=[tensor("w", (8,), (1 << 64) - 32)]), "an offset that overflows"
    yield "offset-odd", p.gguf(tensors=[tensor("w", (2,), 5)]), "an offset off the alignment"
    yield "overlap", p.gguf(tensors=[tensor("a", (8,), 0), tensor("b", (8,), 0)]), "tensors overlap"
    yield "hole", p.gguf(tensors=[tensor("a", (8,), 0), tensor("b", (8,), 4096)], data=bytes(8192)), "a hole"
    yield "tail", p.gguf(data=bytes(32) + EVIL + bytes(64)), "a pickle after the last tensor"
    yield "shape-overflow", p.gguf(tensors=[tensor("w", (1 << 32, 1 << 32), 0)]), "a shape that overflows to zero"
    yield "dimensions", p.gguf(tensors=[p.gguf_text("w") + struct.pack("<I", 1 << 30)]), "2**30 dimensions"
    yield "tensor-type", p.gguf(tensors=[tensor("w", (8,), 0, 250)]), "an unknown type of tensor"
    yield "block", p.gguf(tensors=[tensor("w", (7,), 0, 2)]), "a row that does not fit its blocks"
    yield (
        "tensor-twice",
        p.gguf(tensors=[tensor("w", (8,), 0), tensor("w", (8,), 32)], data=bytes(64)),
        "a tensor twice",
    )
    yield "key-twice", p.gguf([*p.GGUF_PAIRS, pair("general.name", "str", "other")]), "a key twice"
    yield "truncated", p.gguf()[:-20], "cut off"
    yield "header-only", b"GGUF" + struct.pack("<I", 3), "eight bytes"
    yield (
        "utf8",
        p.gguf([p.gguf_text("k") + struct.pack("<I", 8) + p.gguf_text(b"\xff\xfe")]),
        "a text that is no UTF-8",
    )
    yield "magic", p.gguf(magic=b"ggml"), "the mark of an older format"


def _numpy() -> Iterator[tuple[str, str, bytes, str]]:
    """NumPy; the second entry is the extension."""
    good = "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }"
    yield "shape-huge", "npy", p.npy_of("<f8", (1 << 40,), bytes(8)), "a shape above the data"
    yield "shape-overflow", "npy", p.npy_of("<f8", (1 << 32, 1 << 32), b""), "a shape that overflows"
    yield "shape-negative", "npy", p.npy_of("<f8", (-1,), bytes(8)), "a negative shape"
    yield "tail", "npy", p.npy(good, bytes(9)), "a byte after the data"
    yield "short", "npy", p.npy(good, bytes(7)), "a byte is missing"
    yield "call", "npy", p.npy(good.replace("(1,)", "(print('corpus'),)"), bytes(8)), "a call in the header"
    yield "expression", "npy", p.npy(good.replace("(1,)", "(1+0,)"), bytes(8)), "a sum in the header"
    yield "key", "npy", p.npy(good.replace("}", "'x': 1}"), bytes(8)), "an unknown key"
    yield "key-missing", "npy", p.npy("{'descr': '<f8', 'shape': (1,), }", bytes(8)), "a key is missing"
    yield "key-twice", "npy", p.npy(good.replace("}", "'shape': (1,)}"), bytes(8)), "a key twice"
    yield "deep", "npy", p.npy("(" * 3000 + ")" * 3000, b""), "a header nested 3,000 deep"
    yield "long", "npy", p.npy(good + " " * 20_000, bytes(8)), "a header of 20,000 bytes"
    yield "length", "npy", p.npy(good, bytes(8), (2, 0), 1 << 31), "a header longer than the file"
    yield "version", "npy", p.npy(good, bytes(8), (9, 9)), "an unknown version"
    yield "dtype", "npy", p.npy(good.replace("<f8", "<q9"), bytes(8)), "an unknown type"
    for name, extension, wrap in (("npy", "npy", bytes), ("npz", "npz", _npz)):
        evil = p.npy(good.replace("<f8", "|O"), EVIL)
        yield f"object-{name}", extension, wrap(evil), "CVE-2019-6446: an array of objects"
        nested = p.npy(good.replace("'<f8'", "[('a', '<f8'), ('b', '|O')]"), EVIL)
        yield f"object-field-{name}", extension, wrap(nested), "an object in a field"
        deep = p.npy(good.replace("'<f8'", "[('a', [('b', '|O')], (2,))]"), EVIL)
        yield f"object-deep-{name}", extension, wrap(deep), "an object in a nested field"
    yield "object-second", "npy", p.npy(good.replace("<f8", "|O"), a.dumps([1.0]) + EVIL), "a second pickle"
    yield (
        "npz-mixed",
        "npz",
        plain_zip({"a.npy": p.npy_of("<f8", (1,), bytes(8)), "b.npy": p.npy(good.replace("<f8", "O"), EVIL)}),
        "the second array",
    )
    yield (
        "npz-extra",
        "npz",
        plain_zip({"a.npy": p.npy_of("<f8", (1,), bytes(8)), "b.pkl": EVIL}),
        "a pickle beside arrays",
    )


def _npz(data: bytes) -> bytes:
    return plain_zip({"arr_0.npy": data})


def _zeros(megabytes: int, wrap: str) -> bytes:
    """A stream of zeros: one compressed megabyte, many times over."""
    window = {"raw": -15, "zlib": 15, "gzip": 31}[wrap]
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    step = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    body = step * megabytes + b"\3\0"
    size = megabytes << 20
    if window == -15:
        return body
    if window == 15:
        # Adler-32 of zeros: the first sum stays 1, the second counts the bytes.
        return b"\x78\xda" + body + struct.pack(">I", (size % 65521) << 16 | 1)
    return b"\x1f\x8b\x08\0\0\0\0\0\2\xff" + body + struct.pack("<II", _crc_zeros(megabytes), size & 0xFFFFFFFF)


def _crc_zeros(megabytes: int) -> int:
    crc, block = 0, bytes(1 << 20)
    for _ in range(megabytes):
        crc = zlib.crc32(block, crc)
    return crc


def _bombs() -> Iterator[tuple[str, dict[str, bytes], str]]:
    """Small files that unpack to large ones, and streams that never end."""
    packed, crc = _zeros(BOMB, "raw"), _crc_zeros(BOMB)

    def big(name: str, **options: Any) -> Member:
        return Member(name=name, method=8, packed=packed, crc=crc, **{"size": BOMB << 20, **options})

    yield "zip-pickle", {"model.pt": zip_file([big("archive/data.pkl")])}, "160 MiB of zeros"
    storage = torch_zip(a.dumps({}, 2), {}, more=[big("archive/data/0")])
    yield "zip-storage", {"model.pt": storage}, "160 MiB in a storage"
    yield "zip-npz", {"x.npz": zip_file([big("a.npy")])}, "160 MiB in an array"
    yield (
        "zip-lies",
        {"model.pt": zip_file([big("archive/data.pkl", size=100)])},
        "160 MiB that say they are few",
    )
    shared = [big(f"{n}.pkl", local=False, offset=0) for n in range(1, 200)]
    yield "zip-overlap", {"model.zip": zip_file([big("0.pkl"), *shared])}, "members that share their data"
    inner = plain_zip({f"{n}.bin": bytes(1 << 20) for n in range(8)}, 8)
    for level in range(6):
        inner = plain_zip({f"{level}-{n}.zip": inner for n in range(8)}, 8)
    yield "zip-nested", {"models.zip": inner}, "archives that multiply"
    yield "gzip", {"model.pkl.gz": _zeros(BOMB, "gzip")}, "160 MiB of zeros"
    yield "gzip-nested", {"model.pkl.gz": gzip.compress(_zeros(BOMB, "gzip"), 9, mtime=0)}, "gzip in gzip"
    yield "zlib", {"model.joblib": _zeros(BOMB, "zlib")}, "160 MiB of zeros"
    yield "xz", {"model.joblib": lzma.compress(bytes(16 << 20), preset=1) * (BOMB // 16)}, "160 MiB in xz"
    yield "bzip2", {"model.joblib": bz2.compress(bytes(8 << 20)) * (BOMB // 8)}, "160 MiB in bzip2"
    entry = zip_file([Member(name="x")])
    local, directory = entry[:31], entry[31:-22]
    many = 100_001
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, len(directory) * many, len(local) * many, 0)
    yield "zip-members", {"model.zip": local * many + directory * many + end}, "a hundred thousand members"


def _exhaustion() -> Iterator[tuple[str, bytes, str]]:
    """Pickles that take a reader's time."""
    yield "opcodes", a.pickle((a.NONE + a.POP) * 4_000_000 + a.NONE, 4, framed=False), "eight million opcodes"
    yield "stack", a.pickle(a.MARK + a.NONE * 2_000_000 + a.TUPLE, 4, framed=False), "two million values on the stack"
    yield "marks", a.pickle(a.MARK * 1_500_000 + a.NONE, 2), "a million and a half MARKs"
    yield "memo", a.pickle(a.NONE + a.MEMOIZE * 2_500_000, 4, framed=False), "two and a half million memo entries"
    yield "line", a.pickle(b"I" + b"1" * (17 << 20) + b"\n", 2), "a number of seventeen million digits"
    yield "long", a.pickle(a.long4(4 << 20, b"\x7f" * (4 << 20)) + a.POP + EVIL[2:-1], 2), "a number of four megabytes"


def cases() -> Iterator[Case]:
    """All cases."""
    for name, data, about in _safetensors():
        make = attack if "pickle" in name else warn if name == "nothing" else hostile
        yield make(SAFETENSORS, name, {"model.safetensors": data}, about)
    for name, data, about in _gguf():
        make = warn if name == "utf8" else hostile
        yield make(GGUF, name, {"model.gguf": data}, about)
    for name, extension, data, about in _numpy():
        make = attack if "object" in name or name.startswith("npz") else hostile
        yield make(NUMPY, name, {f"data.{extension}": data}, about)
    for name, files, about in _bombs():
        yield hostile(BOMBS, name, files, about)
    for name, data, about in _exhaustion():
        yield hostile(BOMBS, f"pickle-{name}", {"model.pkl": data}, about)
