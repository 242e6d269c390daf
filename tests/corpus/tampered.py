"""Files that frameworks wrote (fixtures/scan) with one thing changed: a payload, a name, a header, a length.

What a scanner knows of plausible files by heart does not help it here: all the rest is real.
"""

# ruff: noqa: E501 - one case a line

from __future__ import annotations

import pickletools
import random
import struct
from collections.abc import Iterator

from tests.corpus import assembler as a
from tests.corpus.case import Case, attack, hostile
from tests.corpus.frameworks import packed_files

PAYLOADS = (
    ("os", "system", ("echo corpus",)), ("builtins", "eval", ("print('corpus')",)), ("subprocess", "run", (["echo"],)),
    ("torch.hub", "load", ("corpus", "corpus")), ("numpy", "load", ("corpus.npy",)), ("sklearn.datasets", "load_files", (".",)),
    ("operator", "attrgetter", ("system",)), ("my_project", "Net", ()), ("joblib", "load", ("corpus",)), ("pickle", "loads", (b"N.",)),
)  # fmt: skip


def _opcodes(data: bytes) -> list[tuple[str, int, int]]:
    """Name, beginning and end of each opcode of the first pickle. It is read as opcodes, and never loaded."""
    starts = [(opcode.name, position or 0) for opcode, _, position in pickletools.genops(data)]
    ends = [position for _, position in starts[1:]] + [starts[-1][1] + 1]
    return [(name, start, end) for (name, start), end in zip(starts, ends, strict=True)]


def injected(data: bytes, body: bytes, seed: int) -> bytes:
    """The pickle with a body, and POP, at some place; its frames are taken away, since they would not fit."""
    parts = [(name, data[start:end]) for name, start, end in _opcodes(data) if name != "FRAME"]
    at = random.Random(seed).randrange(1, len(parts))  # noqa: S311 - no secret
    pieces = [piece for _, piece in parts]
    # MEMOIZE counts entries, and the payload makes none, so that all later references stay right.
    return b"".join([*pieces[:at], body, a.POP, *pieces[at:], data[_opcodes(data)[-1][2] :]])


def _pickles(files: dict[str, bytes]) -> dict[str, bytes]:
    """Real pickles that are nothing but one pickle."""
    return {
        name: data
        for name, data in files.items()
        if name.startswith(("benign/pickle/", "benign/sklearn/")) and name.endswith(".pkl")
    }


def _injected(files: dict[str, bytes]) -> Iterator[Case]:
    """A payload in the middle of a real pickle."""
    for number, (name, data) in enumerate(_pickles(files).items()):
        module, attribute, args = PAYLOADS[number % len(PAYLOADS)]
        protocol = data[1] if data[:1] == b"\x80" else 0
        body = a.ref(module, attribute, protocol) + a.value(args, protocol) + a.REDUCE
        if number % 2:
            body = a.ref(module, attribute, protocol)
        short = name.removeprefix("benign/")
        yield attack(
            "tampered-pickle", short, {"model.pkl": injected(data, body, number)}, f"{module}:{attribute} inside"
        )


def _renamed(files: dict[str, bytes]) -> Iterator[Case]:
    """A real pickle of an estimator whose class has another name of the same length."""
    for name, data in _pickles(files).items():
        texts = [
            (start, end) for kind, start, end in _opcodes(data) if kind == "SHORT_BINUNICODE" and b"sklearn" in data[start:end]
        ]  # fmt: skip
        if not texts or not name.startswith("benign/sklearn/"):
            continue
        start, end = texts[0]
        changed = data[:start] + data[start:end].replace(b"sklearn", b"sk1earn") + data[end:]
        short = name.removeprefix("benign/sklearn/")
        yield attack("tampered-name", short, {"model.pkl": changed}, "a package with almost the same name")


def _zips(files: dict[str, bytes]) -> dict[str, bytes]:
    """Real zip archives, a few of each framework."""
    found: dict[str, dict[str, bytes]] = {}
    for name, data in files.items():
        if data[:4] == b"PK\3\4" and name.startswith("benign/"):
            found.setdefault(name.split("/")[1], {})[name] = data
    return {name: data for group in found.values() for name, data in list(group.items())[:4]}


def _archives(files: dict[str, bytes]) -> Iterator[Case]:
    """Real archives that contradict themselves."""
    for name, data in _zips(files).items():
        short, extension = name.removeprefix("benign/").replace("/", "-"), name.rsplit(".", 1)[-1]
        directory, end = data.index(b"PK\1\2"), data.rindex(b"PK\5\6")
        crc = struct.unpack_from("<I", data, directory + 16)[0] ^ 1
        length = struct.unpack_from("<H", data, 26)[0]
        flags = bytes([data[6] | 1])
        for kind, changed in (
            ("crc", data[: directory + 16] + struct.pack("<I", crc) + data[directory + 20 :]),
            ("prefix", b"corpus" + data),
            ("suffix", data + b"corpus"),
            ("suffix-pickle", data + a.pickle(a.command())),
            ("name", data[: 30 + length - 1] + b"_" + data[30 + length :]),
            ("flag", data[:6] + flags + data[7:]),
            ("count", data[: end + 10] + bytes([data[end + 10] ^ 1]) + data[end + 11 :]),
            ("truncated", data[:-10]),
            ("gap", data[:directory] + b"corpus" + data[directory:]),
            ("twice", data + data),
        ):
            yield hostile("tampered-zip", f"{short}-{kind}", {f"model.{extension}": changed}, f"a real archive: {kind}")


def _lengths(files: dict[str, bytes]) -> Iterator[Case]:
    """Real files of strict formats that are a byte too long or too short."""
    for name, data in files.items():
        extension = name.rsplit(".", 1)[-1]
        if extension not in {"safetensors", "npy", "gguf"} or not name.startswith("benign/"):
            continue
        short = name.removeprefix("benign/").replace("/", "-")
        if extension != "gguf" and "object" not in name:
            yield hostile("tampered-length", f"{short}-longer", {f"model.{extension}": data + b"\0"}, "a byte too many")
        yield hostile(
            "tampered-length",
            f"{short}-pickle",
            {f"model.{extension}": data + a.pickle(a.command())},
            "a pickle behind",
        )
        if not name.endswith(("empty.npy", "none.safetensors")):
            yield hostile("tampered-length", f"{short}-shorter", {f"model.{extension}": data[:-1]}, "a byte too few")


def _cut(files: dict[str, bytes]) -> Iterator[Case]:
    """Real files that end in the middle."""
    chosen = ("benign/keras/dense.h5", "benign/onnx/plain.onnx", "benign/onnx/forest.onnx", "benign/torch/dtypes-legacy.pt",
              "benign/sklearn/forest-xz.joblib", "benign/sklearn/forest-zlib.joblib", "benign/sklearn/forest-lz4.joblib",
              "benign/sklearn/forest-level-0.joblib", "benign/sklearn/forest-gzip.joblib", "benign/sklearn/array.joblib")  # fmt: skip
    for name in chosen:
        data, file = files[name], name.rsplit("/", 1)[-1]
        yield hostile("tampered-length", f"{file}-half", {file: data[: len(data) // 2]}, "half of the file")


def cases() -> Iterator[Case]:
    """All cases."""
    files = packed_files()
    yield from _injected(files)
    yield from _renamed(files)
    yield from _archives(files)
    yield from _lengths(files)
    yield from _cut(files)
