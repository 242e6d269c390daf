"""Whatever the bytes are, the answer is a value or a DocumentError."""

from __future__ import annotations

import contextlib
import json
import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest.domain.file_format import FORMATS
from attest.errors import DocumentError
from attest.formats import prefix_wanted, sniff
from attest.formats.card import Card
from attest.formats.configuration import (
    read_adapter,
    read_configuration,
    read_generation,
    read_pooling,
    read_sentence_length,
)
from attest.formats.extensions import CODE, PICKLE, PROMISES
from attest.formats.front_matter import MAX_TEXT, read_card
from attest.formats.prose import MAX_DESCRIPTION, first_paragraph
from attest.formats.safetensors import SafetensorsHeader, read_header

EXTENSIONS = sorted({*PICKLE, *CODE, *PROMISES, "", ".odd", ".pth", ".tar.gz"})
MAGICS = [
    b"", b"\x80\x04", b"\x93NUMPY\x01\0v\0", b"PK\x03\x04", b"GGUF\x03\0\0\0", b"\x89HDF\r\n\x1a\n", b"{", b"\n\x0e",
    b"cos\nsystem\n", b"(lp0\n", b"RIFF", b"\x08\x08\x12", b"#!", b"version https://git-lfs.github.com/spec/v1\n",
    struct.pack("<Q", 40) + b"{",
]  # fmt: skip
NAMES = st.builds(lambda stem, extension: stem + extension, st.text(max_size=8), st.sampled_from(EXTENSIONS))
DATA = st.builds(lambda magic, rest: magic + rest, st.sampled_from(MAGICS), st.binary(max_size=200))


@given(name=NAMES, data=DATA, beyond=st.integers(0, 1 << 45))
def test_sniff_and_prefix(name: str, data: bytes, beyond: int) -> None:
    size = len(data) + beyond
    wanted = prefix_wanted(name, data, size)
    assert 0 <= wanted <= min(size, 100_000_008)
    kind = sniff(name, data[:wanted], size)
    assert kind in FORMATS
    assert (kind == "empty") == (size == 0)
    extension = next(ext for ext in sorted(EXTENSIONS, key=len, reverse=True) if name.lower().endswith(ext))
    if extension in PICKLE - {".npy"} and size:
        assert FORMATS[kind][1] != "data"


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("F32"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["dtype", "shape", "data_offsets", "__metadata__", "x", "bits", "top_k", "pooling_mode_a"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
TENSORS = st.dictionaries(
    st.text(max_size=4) | st.just("__metadata__"),
    JSON_VALUES
    | st.fixed_dictionaries(
        {
            "dtype": st.sampled_from(["F32", "I8", "F4", "X"]),
            "shape": st.lists(st.integers(0, 3), max_size=3),
            "data_offsets": st.lists(st.integers(0, 16), min_size=2, max_size=2),
        }
    ),
    max_size=3,
)


@given(header=TENSORS | JSON_VALUES, data=st.integers(0, 32), cut=st.integers(0, 3))
def test_safetensors_headers(header: object, data: int, cut: int) -> None:
    text = json.dumps(header).encode()
    prefix = struct.pack("<Q", len(text)) + text
    try:
        read = read_header(prefix[: len(prefix) - cut], len(prefix) + data)
    except DocumentError:
        return
    assert isinstance(header, dict)
    assert cut == 0
    assert read.tensors == len(set(header) - {"__metadata__"})


@given(st.binary(max_size=300))
def test_safetensors_bytes(data: bytes) -> None:
    with contextlib.suppress(DocumentError):
        assert isinstance(read_header(data, len(data)), SafetensorsHeader)


CHARACTERS = st.text(alphabet="abc:-?[]{}&*!|>'\"%@`#, \n\t~<é\x07\\u0", max_size=120)
YAML = st.builds(str.__add__, st.sampled_from(["", "license: ", "datasets: [", "- ", "a:\n  b: "]), CHARACTERS)


@given(YAML, st.text(max_size=100))
def test_front_matter(header: str, body: str) -> None:
    try:
        card = read_card(f"---\n{header}\n---\n{body}".encode("utf-8", "surrogatepass"))
    except DocumentError:
        return
    assert isinstance(card, Card)
    assert all(len(text) <= MAX_TEXT for text in (*card.licenses, *card.datasets, *card.tags))


@given(st.binary(max_size=300))
def test_card_bytes(data: bytes) -> None:
    with contextlib.suppress(DocumentError):
        assert isinstance(read_card(data), Card)


@given(st.text(alphabet=st.sampled_from(list("ab [](){}!<>*_`#|-=\n\t~")), max_size=300))
def test_prose(markdown: str) -> None:
    text = first_paragraph(markdown)
    assert len(text) <= MAX_DESCRIPTION
    assert "\n" not in text


@pytest.mark.parametrize(
    "read", [read_configuration, read_adapter, read_generation, read_pooling, read_sentence_length]
)
@given(document=JSON_VALUES, noise=st.binary(max_size=4))
def test_configurations(read: Callable[[bytes], object], document: object, noise: bytes) -> None:
    for data in (json.dumps(document).encode(), json.dumps(document).encode() + noise, noise):
        with contextlib.suppress(DocumentError):
            assert read(data) is not None
