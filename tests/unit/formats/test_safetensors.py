"""The strict reader of safetensors headers; every fault class has a case."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest

from attest.errors import DocumentError
from attest.formats.safetensors import read_header


def tensor(begin: int, end: int, **other: Any) -> dict[str, Any]:
    return {"dtype": "F32", "shape": [(end - begin) // 4], "data_offsets": [begin, end], **other}


def encode(header: Any, data: int) -> tuple[bytes, int]:
    """A header's bytes and the size of a file with `data` bytes behind it."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text, 8 + len(text) + data


def test_counts_tensors_and_parameters_by_type() -> None:
    header = {
        "__metadata__": {"format": "pt", "author": "x"},
        "a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
        "b": {"dtype": "I64", "shape": [], "data_offsets": [24, 32]},
        "c": {"dtype": "BF16", "shape": [0, 7], "data_offsets": [32, 32]},
        "d": {"dtype": "F32", "shape": [1], "data_offsets": [32, 36]},
        "e": {"dtype": "F4", "shape": [8], "data_offsets": [36, 40]},
    }
    read = read_header(*encode(header, 40))
    assert read.tensors == 5
    assert read.parameters == (("BF16", 0), ("F32", 7), ("F4", 8), ("I64", 1))
    assert read.metadata == (("author", "x"), ("format", "pt"))


def test_order_of_tensors_does_not_matter_and_padding_of_the_header_is_fine() -> None:
    text = json.dumps({"b": tensor(8, 16), "a": tensor(0, 8)}).encode() + b"   "
    assert read_header(*encode(text, 16)).parameters == (("F32", 4),)


def test_an_empty_header_is_a_file_without_tensors() -> None:
    read = read_header(*encode({}, 0))
    assert (read.tensors, read.parameters, read.metadata) == (0, (), ())


GOOD = {"a": tensor(0, 8), "b": tensor(8, 16)}
FAULTS: dict[str, tuple[Any, int, str]] = {
    "gap": ({"a": tensor(0, 8), "b": tensor(12, 20)}, 20, "overlap or leave a gap"),
    "overlap": ({"a": tensor(0, 8), "b": tensor(4, 12)}, 12, "overlap or leave a gap"),
    "late start": ({"a": tensor(4, 8)}, 8, "overlap or leave a gap"),
    "data behind the tensors": (GOOD, 17, "cover 16 bytes of 17"),
    "data too short": (GOOD, 15, "cover 16 bytes of 15"),
    "shape against span": ({"a": tensor(0, 8, shape=[3])}, 8, "does not fill its span"),
    "span of half bytes": ({"a": tensor(0, 1, dtype="F4", shape=[1])}, 1, "does not fill its span"),
    "backward span": ({"a": tensor(8, 0, shape=[0])}, 8, "no span"),
    "three offsets": ({"a": tensor(0, 8, data_offsets=[0, 4, 8])}, 8, "no span"),
    "negative offset": ({"a": tensor(0, 8, data_offsets=[-8, 0])}, 8, "natural numbers"),
    "fractional shape": ({"a": tensor(0, 8, shape=[2.0])}, 8, "natural numbers"),
    "true as a number": ({"a": tensor(0, 4, shape=[True])}, 4, "natural numbers"),
    "shape as text": ({"a": tensor(0, 8, shape="2")}, 8, "natural numbers"),
    "huge dimension": ({"a": tensor(0, 8, shape=[2**60])}, 8, "2\\^53"),
    "too many dimensions": ({"a": tensor(0, 4, shape=[1] * 65)}, 4, "too many dimensions"),
    "unknown type": ({"a": tensor(0, 8, dtype="F5")}, 8, "unknown element type"),
    "type is no text": ({"a": tensor(0, 8, dtype=["F32"])}, 8, "unknown element type"),
    "entry is no object": ({"a": [1]}, 0, "not described"),
    "missing member": ({"a": {"dtype": "F32", "shape": [0]}}, 0, "not described"),
    "extra member": ({"a": tensor(0, 8, code="x")}, 8, "not described"),
    "metadata is no object": ({"__metadata__": ["x"]}, 0, "not an object"),
    "metadata holds a number": ({"__metadata__": {"x": 1}}, 0, "not text"),
    "header is a list": (b"[]  ", 0, "opening brace"),
    "leading space": (b" {} ", 0, "opening brace"),
    "two documents": (b"{}{}", 0, "not strict JSON"),
    "cut JSON": (b'{"a":', 0, "not strict JSON"),
    "duplicate name": (b'{"a":%b,"a":%b}' % ((json.dumps(tensor(0, 0)).encode(),) * 2), 0, "twice"),
    "not UTF-8": (b'{"\xff":1}', 0, "not UTF-8"),
    "deep nesting": (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", 0, "nested deeper"),
    "nested metadata": ({"__metadata__": {"x": {"y": "z"}}}, 0, "not text"),
}  # fmt: skip


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_refuses(fault: str) -> None:
    header, data, message = FAULTS[fault]
    with pytest.raises(DocumentError, match=message):
        read_header(*encode(header, data))


def test_the_base_of_the_faults_is_sound() -> None:
    assert read_header(*encode(GOOD, 16)).tensors == 2


@pytest.mark.parametrize(
    ("prefix", "size"),
    [
        (b"", 0),
        (b"1234567", 7),
        (struct.pack("<Q", 1) + b"{}", 10),
        (struct.pack("<Q", 3) + b"{}", 10),
        (struct.pack("<Q", 2**64 - 1) + b"{}", 10),
        (struct.pack("<Q", 100_000_001) + b"{}", 1 << 40),
        (struct.pack("<Q", 50) + b"{}", 1 << 20),
    ],
)
def test_refuses_lengths_that_do_not_fit(prefix: bytes, size: int) -> None:
    with pytest.raises(DocumentError):
        read_header(prefix, size)


def test_reads_two_thousand_tensors() -> None:
    header = {f"model.layers.{index}.weight": tensor(8 * index, 8 * index + 8) for index in range(2000)}
    assert read_header(*encode(header, 16_000)).tensors == 2000
