"""GGUF files: headers that contradict themselves block, templates are handed over, real headers pass."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest.formats.source import Source
from attest.scanning.allowlist import allowed
from attest.scanning.budget import Budget, Limits
from attest.scanning.graphs import gguf
from attest.scanning.part import Found, Part
from tests.unit.scanning.parts import Scanned, run, run_at

RULE = "gguf.malformed"
U8, U32, F32, BOOL, TEXT, ARRAY, U64 = 0, 4, 6, 7, 8, 9, 10
GEMMA = Path(__file__).parents[3] / ".cache/models/gemma/gemma-3-270m-q4_k_m.gguf.part00"
GEMMA_SIZE = 253_113_024


class File:
    """Puts a file together; numbers may be as wrong as a test wants them."""

    def __init__(self, version: int = 3, order: str = "<") -> None:
        self.version, self.order = version, order
        self.pairs: list[bytes] = []
        self.tensors: list[bytes] = []
        self.data = b""
        self.alignment = 32
        self.counts: tuple[int, int] | None = None

    def count(self, number: int) -> bytes:
        return struct.pack(self.order + ("I" if self.version == 1 else "Q"), number)

    def text(self, value: bytes) -> bytes:
        return self.count(len(value)) + value

    def u32(self, number: int) -> bytes:
        return struct.pack(self.order + "I", number)

    def pair(self, key: str, kind: int, value: bytes) -> File:
        self.pairs.append(self.text(key.encode()) + self.u32(kind) + value)
        return self

    def string(self, key: str, value: bytes) -> File:
        return self.pair(key, TEXT, self.text(value))

    def strings(self, key: str, *values: bytes) -> File:
        return self.pair(key, ARRAY, self.u32(TEXT) + self.count(len(values)) + b"".join(map(self.text, values)))

    def number(self, key: str, value: int) -> File:
        return self.pair(key, U32, self.u32(value))

    def tensor(self, name: bytes = b"w", shape: tuple[int, ...] = (8,), kind: int = 0, offset: int = 0) -> File:
        dims = b"".join(map(self.count, shape))
        place = struct.pack(self.order + "Q", offset)
        self.tensors.append(self.text(name) + self.u32(len(shape)) + dims + self.u32(kind) + place)
        return self

    def build(self, data: bytes = b"", *, pad: bool = True) -> bytes:
        tensors, pairs = self.counts or (len(self.tensors), len(self.pairs))
        head = b"GGUF" + self.u32(self.version) + self.count(tensors) + self.count(pairs)
        head += b"".join(self.pairs) + b"".join(self.tensors)
        return head + (bytes(-len(head) % self.alignment) + data if pad else b"")


def check(data: bytes, name: str = "model.gguf") -> Scanned:
    return run(gguf.scan, data, name, malformed=RULE)


def usual(version: int = 3, order: str = "<") -> File:
    return (
        File(version, order)
        .string("general.architecture", b"llama")
        .number("general.file_type", 1)
        .pair("general.flag", BOOL, b"\1")
        .strings("tokenizer.ggml.tokens", b"a", b"", b"ccc")
        .string("tokenizer.chat_template", b"{{ messages }}")
        .tensor(b"a", (8,), 0, 0)
        .tensor(b"b", (256, 2), 12, 32)
    )


DATA = bytes(32 + 288)
GOOD = {
    "version 3": usual().build(DATA),
    "version 2": usual(2).build(DATA),
    "version 1": usual(1).build(DATA),
    "big-endian": usual(3, ">").build(DATA),
    "vocabulary only": File().string("general.architecture", b"llama").build(pad=False),
    "vocabulary only, padded": File().string("general.architecture", b"llama").build(),
    "padded at its end": File().tensor(shape=(3,)).build(bytes(32)),
    "other order": File().tensor(b"b", (8,), 0, 32).tensor(b"a", (8,), 0, 0).build(bytes(64)),
    "nested arrays": File().pair("x", ARRAY, File().u32(ARRAY) + File().count(2)
                                 + (File().u32(U8) + File().count(3) + b"abc") * 2).build(),
    "layout of 2024": File().tensor(shape=(32,), kind=31).build(bytes(32)),
    "scalar": File().tensor(shape=()).build(bytes(4)),
}  # fmt: skip


def _aligned(value: int) -> bytes:
    file = File().number("general.alignment", value).tensor()
    return file.build(bytes(32))


BAD = {
    "no head": b"GGUF\3\0\0",
    "other magic": b"FUGG" + bytes(40),
    "counts past the file": b"GGUF\3\0\0\0" + b"\xff" * 16,
    "pairs missing": File().number("a", 1).build()[:30],
    "duplicate key": File().number("a", 1).number("a", 2).build(),
    "duplicate tensor": File().tensor(b"a").tensor(b"a", offset=32).build(bytes(64)),
    "empty key": File().number("", 1).build(),
    "key with a zero": File().number("a\0b", 1).build(),
    "key that is not ASCII": File().number("schlüssel", 1).build(),
    "unknown value type": File().pair("a", 13, bytes(8)).build(),
    "text past the file": File().pair("a", TEXT, (1 << 62).to_bytes(8, "little")).build(),
    "array past the file": File().pair("a", ARRAY, File().u32(U64) + (1 << 61).to_bytes(8, "little")).build(),
    "texts past the file": File().pair("a", ARRAY, File().u32(TEXT) + (1 << 60).to_bytes(8, "little")).build(),
    "arrays in arrays": File().pair("a", ARRAY, (File().u32(ARRAY) + File().count(1)) * 6).build(),
    "truth value of 2": File().pair("a", BOOL, b"\2").build(),
    "truth values of 2": File().pair("a", ARRAY, File().u32(BOOL) + File().count(2) + b"\1\2").build(),
    "alignment 0": _aligned(0),
    "alignment 24": _aligned(24),
    "alignment is text": File().string("general.alignment", b"32").tensor().build(bytes(32)),
    "alignment of 64 bits": File().pair("general.alignment", U64, (32).to_bytes(8, "little")).build(),
    "five dimensions": File().tensor(shape=(1, 1, 1, 1, 8)).build(bytes(32)),
    "long name": File().tensor(b"n" * 128).build(bytes(32)),
    "empty name": File().tensor(b"").build(bytes(32)),
    "no elements": File().tensor(shape=(0,)).build(bytes(32)),
    "product overflows": File().tensor(shape=(1 << 32, 1 << 32)).build(bytes(32)),
    "negative dimension": File().tensor(shape=((1 << 64) - 8,)).build(bytes(32)),
    "broken block": File().tensor(shape=(100,), kind=12).build(bytes(64)),
    "past the end": File().tensor(shape=(16,)).build(bytes(32)),
    "offset past the end": File().tensor(offset=1 << 40).build(bytes(32)),
    "offset that wraps": File().tensor(offset=(1 << 64) - 32).build(bytes(32)),
    "not aligned": File().tensor(offset=4).build(bytes(64)),
    "overlap": File().tensor(b"a", (16,)).tensor(b"b", (8,), 0, 32).build(bytes(64)),
    "gap": File().tensor(b"a").tensor(b"b", offset=128).build(bytes(160)),
    "data before the first": File().tensor(offset=32).build(bytes(64)),
    "trailing bytes": File().tensor().build(bytes(64)),
    "trailing bytes within the padding": File().tensor(shape=(7,)).build(bytes(28) + b"evil"),
    "data without tensors": File().number("a", 1).build(bytes(64)),
    "template is a number": File().number("tokenizer.chat_template", 1).build(),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_writers_write_passes(name: str) -> None:
    scanned = check(GOOD[name])
    assert scanned.outcome == "PASS", scanned.found.findings


@pytest.mark.parametrize("name", BAD)
def test_every_contradiction_blocks(name: str) -> None:
    scanned = check(BAD[name])
    assert scanned.outcome == "BLOCK"
    assert scanned.rules == [RULE], scanned.found.findings


@pytest.mark.parametrize("data", [File(4).build(), File().tensor(kind=137).build(bytes(32))])
def test_what_is_newer_is_not_known(data: bytes) -> None:
    assert check(data).rules == ["file.unknown-format"]


def test_every_template_is_handed_over() -> None:
    file = (
        File()
        .string("tokenizer.chat_template", b"{{ a }}")
        .string("tokenizer.chat_template.tool_use", b"{{ b }}")
        .strings("tokenizer.chat_templates", b"tool_use", b"{{ c }}")
        .string("Prompt_Template", b"{{ d }}")
        .string("general.name", b"{{ e }}")
    )
    scanned = check(file.build())
    assert scanned.members == {
        "tokenizer.chat_template.jinja": b"{{ a }}",
        "tokenizer.chat_template.tool_use.jinja": b"{{ b }}",
        "tokenizer.chat_templates[0].jinja": b"tool_use",
        "tokenizer.chat_templates[1].jinja": b"{{ c }}",
        "Prompt_Template.jinja": b"{{ d }}",
    }


def test_templates_before_a_fault_are_handed_over() -> None:
    data = File().string("tokenizer.chat_template", b"{{ a }}").pair("x", 99, b"").build()
    scanned = check(data)
    assert scanned.rules == [RULE]
    assert scanned.members == {"tokenizer.chat_template.jinja": b"{{ a }}"}


def test_a_template_that_is_too_long_is_reported() -> None:
    assert check(File().string("tokenizer.chat_template", bytes((4 << 20) + 1)).build()).rules == ["scan.budget"]


def test_templates_can_be_asked_for() -> None:
    data = File().string("tokenizer.chat_template", b"{{ a }}\xff").build()
    source = Source.of_bytes("m.gguf", data)
    part = Part(
        source=source, file="m.gguf", budget=Budget(Limits(), len(data)), found=Found(9), allowed=allowed(),
        scan=lambda part: None,
    )  # fmt: skip
    assert gguf.templates(part) == [("tokenizer.chat_template", "{{ a }}\ufffd", data.index(b"{{"))]


def _split(count: int, number: int) -> bytes:
    return File().number("split.no", number).number("split.count", count).build()


def test_the_first_file_of_several_names_the_others() -> None:
    scanned = check(_split(3, 0), "sub/model-00001-of-00003.gguf")
    assert scanned.found.refers_to == {"sub/model-00002-of-00003.gguf", "sub/model-00003-of-00003.gguf"}
    assert check(_split(3, 1), "model-00002-of-00003.gguf").found.refers_to == set()
    assert check(_split(3, 0), "renamed.gguf").found.refers_to == set()
    assert check(_split(4, 0), "model-00001-of-00003.gguf").rules == [RULE]


def test_a_large_vocabulary_passes() -> None:
    file = File().strings("tokenizer.ggml.tokens", *(b"token%d" % index for index in range(150_000)))
    data = file.strings("tokenizer.ggml.merges", *(b"a b%d" % index for index in range(150_000))).build()
    assert check(data).outcome == "PASS"


def test_a_real_header_passes_and_a_part_of_the_file_does_not() -> None:
    head = GEMMA.read_bytes()[: 16 << 20]

    def read(offset: int, count: int) -> bytes:
        piece = head[offset : offset + count]
        return piece + bytes(count - len(piece))

    assert run_at(gguf.scan, read, GEMMA_SIZE, "gemma.gguf", malformed=RULE).outcome == "PASS"
    assert run_at(gguf.scan, read, GEMMA_SIZE - 1, "gemma.gguf", malformed=RULE).rules == [RULE]


@given(st.sampled_from(sorted(GOOD)), st.integers(0, 400), st.binary(max_size=12), st.integers(0, 12))
def test_no_bytes_make_it_raise(name: str, at: int, junk: bytes, removed: int) -> None:
    data = GOOD[name]
    scanned = check(data[:at] + junk + data[at + removed :])
    assert "scan.internal-error" not in scanned.rules


@given(st.binary(max_size=300))
def test_no_bytes_behind_the_magic_make_it_raise(junk: bytes) -> None:
    assert "scan.internal-error" not in check(b"GGUF\3\0\0\0" + junk).rules
