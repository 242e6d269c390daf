"""How many bytes hashing keeps: enough for the facts, and bounded whatever the file says."""

from __future__ import annotations

import struct

import pytest

from attest.formats import prefix_wanted
from attest.formats.prefix import DOCUMENTS, MAX_DOCUMENT, MAX_SAFETENSORS_HEADER, SNIFF


def header(length: int) -> bytes:
    return struct.pack("<Q", length) + b"{" + b" " * 100


def test_a_safetensors_header_is_kept_whole() -> None:
    assert prefix_wanted("model.safetensors", header(300_000), 1 << 30) == 300_008
    assert prefix_wanted("blob-without-extension", header(300_000), 1 << 30) == 300_008


@pytest.mark.parametrize("length", [0, 1, MAX_SAFETENSORS_HEADER + 1, 2**63, 2**64 - 1])
def test_an_impossible_header_keeps_no_more_than_any_file(length: int) -> None:
    assert prefix_wanted("model.safetensors", header(length), 1 << 40) == SNIFF


def test_a_header_longer_than_the_file_is_not_believed() -> None:
    assert prefix_wanted("model.safetensors", header(1000), 1007) == 1007
    assert prefix_wanted("model.safetensors", header(5000), 5007) == SNIFF
    assert prefix_wanted("model.safetensors", header(5000), 5008) == 5008


def test_the_largest_header_is_kept() -> None:
    size = MAX_SAFETENSORS_HEADER + 8
    assert prefix_wanted("model.safetensors", header(MAX_SAFETENSORS_HEADER), size) == size


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_documents_are_kept_whole_up_to_a_limit(name: str) -> None:
    assert prefix_wanted(name, b"x" * 9, 100_000) == 100_000
    assert prefix_wanted(name, b"x" * 9, 1 << 40) == MAX_DOCUMENT


def test_documents_deeper_in_the_tree_are_not() -> None:
    assert prefix_wanted("checkpoint-1/README.md", b"x" * 9, 100_000) == SNIFF
    assert prefix_wanted("other/1_Pooling/config.json", b"x" * 9, 100_000) == SNIFF


def test_any_other_file_keeps_a_little_and_never_more_than_it_has() -> None:
    assert prefix_wanted("vocab.txt", b"x" * 9, 1 << 40) == SNIFF
    assert prefix_wanted("vocab.txt", b"x" * 9, 9) == 9
    assert prefix_wanted("vocab.txt", b"", 0) == 0


def test_arrays_and_hdf5_keep_what_their_headers_need() -> None:
    assert prefix_wanted("x", b"\x93NUMPY\x01\0", 1 << 30) == 16 * 1024
    assert prefix_wanted("model.weights.h5", b"x" * 9, 1 << 30) == 4096
