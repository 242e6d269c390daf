"""Safetensors files: every deviation from the format blocks, and what real writers write passes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest.scanning.graphs.safetensors import scan
from tests.unit.scanning.parts import Scanned, run, run_at

RULE = "safetensors.malformed"
ONE = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}


def build(header: object, data: bytes = b"", *, pad: bytes = b"") -> bytes:
    """A file with this header."""
    text = (header if isinstance(header, bytes) else json.dumps(header).encode()) + pad
    return len(text).to_bytes(8, "little") + text + data


def check(data: bytes) -> Scanned:
    return run(scan, data, "model.safetensors", malformed=RULE)


GOOD = {
    "empty": build({}),
    "one tensor": build({"a": ONE}, bytes(8)),
    "padding": build({"a": ONE}, bytes(8), pad=b"   "),
    "metadata": build({"__metadata__": {"format": "pt", "chat_template": "{{ self.__init__ }}"}, "a": ONE}, bytes(8)),
    "any order": build({"b": {**ONE, "data_offsets": [8, 16]}, "a": ONE}, bytes(16)),
    "empty tensor": build({"a": ONE, "e": {"dtype": "I64", "shape": [0, 4], "data_offsets": [8, 8]}}, bytes(8)),
    "scalar": build({"s": {"dtype": "BF16", "shape": [], "data_offsets": [0, 2]}}, bytes(2)),
    "four bits": build({"s": {"dtype": "F4", "shape": [2, 3], "data_offsets": [0, 3]}}, bytes(3)),
    "six bits": build({"s": {"dtype": "F6_E2M3", "shape": [4], "data_offsets": [0, 3]}}, bytes(3)),
    "eight bits": build({"s": {"dtype": "F8_E4M3", "shape": [4], "data_offsets": [0, 4]}}, bytes(4)),
}
BAD = {
    "cut off": b"\x08\0\0",
    "length past the file": (100).to_bytes(8, "little") + b"{}",
    "length past the limit": (100_000_001).to_bytes(8, "little") + b"{}" + bytes(64),
    "length zero": bytes(16),
    "huge length": b"\xff" * 8 + b"{}",
    "no brace": build(b" {}"),
    "a list": build(b"[]"),
    "not JSON": build(b"{,}"),
    "duplicate key": build(b'{"a":%s,"a":%s}' % ((json.dumps(ONE).encode(),) * 2), bytes(8)),
    "duplicate key by escape": build(b'{"a":%s,"\\u0061":%s}' % ((json.dumps(ONE).encode(),) * 2), bytes(8)),
    "duplicate field": build(b'{"a":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}}', bytes(8)),
    "end of line behind": build({"a": ONE}, bytes(8), pad=b"\n"),
    "zero behind": build({"a": ONE}, bytes(8), pad=b"\0"),
    "text behind": build(b'{} {"a":1}'),
    "byte order mark": build(b"\xef\xbb\xbf{}"),
    "gap": build({"a": {**ONE, "data_offsets": [8, 16]}}, bytes(16)),
    "hole": build({"a": ONE, "b": {**ONE, "data_offsets": [12, 20]}}, bytes(20)),
    "overlap": build({"a": ONE, "b": {**ONE, "data_offsets": [4, 12]}}, bytes(12)),
    "same span": build({"a": ONE, "b": ONE}, bytes(8)),
    "trailing bytes": build({"a": ONE}, bytes(9)),
    "data missing": build({"a": ONE}, bytes(7)),
    "backwards": build({"a": {**ONE, "data_offsets": [8, 0]}}, bytes(8)),
    "shape too small": build({"a": {**ONE, "shape": [1]}}, bytes(8)),
    "shape overflows": build({"a": {**ONE, "shape": [2**32, 2**32, 0], "data_offsets": [0, 0]}}),
    "half a byte": build({"a": {"dtype": "F4", "shape": [3], "data_offsets": [0, 2]}}, bytes(2)),
    "negative": build({"a": {**ONE, "shape": [-2]}}, bytes(8)),
    "fraction": build({"a": {**ONE, "shape": [2.0]}}, bytes(8)),
    "truth as number": build({"a": {**ONE, "shape": [True, 2]}}, bytes(8)),
    "number past 2^53": build({"a": {**ONE, "data_offsets": [0, 2**64 + 8]}}, bytes(8)),
    "unknown type": build({"a": {**ONE, "dtype": "F33"}}, bytes(8)),
    "type is no text": build({"a": {**ONE, "dtype": 3}}, bytes(8)),
    "further field": build({"a": {**ONE, "code": "x"}}, bytes(8)),
    "field missing": build({"a": {"dtype": "F32", "shape": [2]}}, bytes(8)),
    "three offsets": build({"a": {**ONE, "data_offsets": [0, 8, 8]}}, bytes(8)),
    "tensor is a list": build({"a": []}),
    "metadata of numbers": build({"__metadata__": {"n": 1}}),
    "metadata is null": build({"__metadata__": None}),
    "metadata nested": build({"__metadata__": {"a": {"b": "c"}}}),
    "many dimensions": build({"a": {**ONE, "shape": [1] * 65 + [2]}}, bytes(8)),
    "deep": build(b'{"a":' + b"[" * 50_000 + b"]" * 50_000 + b"}"),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_writers_write_passes(name: str) -> None:
    scanned = check(GOOD[name])
    assert scanned.outcome == "PASS", scanned.found.findings
    assert scanned.found.interpreted + scanned.found.opaque == len(GOOD[name])


@pytest.mark.parametrize("name", BAD)
def test_every_deviation_blocks(name: str) -> None:
    scanned = check(BAD[name])
    assert scanned.outcome == "BLOCK"
    assert scanned.rules == [RULE]


def test_a_header_with_too_many_entries_is_a_limit_and_no_fault() -> None:
    scanned = check(build(b'{"a":[' + b"0," * 4_000_001 + b"0]}"))
    assert scanned.rules == ["scan.budget"]


def test_of_two_gibibytes_only_the_header_is_read() -> None:
    size = 2 << 30
    head = build({"a": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}})
    reads: list[int] = []

    def read(offset: int, count: int) -> bytes:
        reads.append(count)
        return head[offset : offset + count]

    scanned = run_at(scan, read, len(head) + size, "model.safetensors", malformed=RULE)
    assert scanned.outcome == "PASS"
    assert sum(reads) == len(head)


def test_a_hundred_thousand_tensors_are_read() -> None:
    header = {f"layer.{i}": {"dtype": "F32", "shape": [1], "data_offsets": [4 * i, 4 * i + 4]} for i in range(100_000)}
    assert check(build(header, bytes(400_000))).outcome == "PASS"


def test_a_real_model_passes(minilm: Path) -> None:
    assert check((minilm / "model.safetensors").read_bytes()).outcome == "PASS"


@given(st.binary(max_size=200), st.integers(0, 80))
def test_no_bytes_make_it_raise(junk: bytes, at: int) -> None:
    good = GOOD["one tensor"]
    scanned = check(good[:at] + junk + good[at:])
    assert "scan.internal-error" not in scanned.rules
    assert scanned.outcome == "BLOCK" or not junk
