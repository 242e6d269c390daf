"""A small synthetic model in the layout of the Hugging Face Hub, hashed in memory."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import pytest

from attest.bom import describe_model
from attest.domain.bom import Bom
from attest.domain.manifest import FileEntry, build_manifest
from attest.formats import prefix_wanted
from attest.formats.registry import observe_model

Json: TypeAlias = dict[str, Any]
Describe: TypeAlias = Callable[..., Bom]

README = """---
language: en
license: apache-2.0
library_name: sentence-transformers
tags: [sentence-similarity, rail]
datasets:
- snli
- acme/pairs
- embedding-data/QQP
pipeline_tag: sentence-similarity
---

# all-tiny
This is a [sentence-transformers](https://example.org) model: it maps sentences to a vector space.
"""
CONFIG = {
    "_name_or_path": "nreimers/MiniLM-L6-H384-uncased",
    "architectures": ["BertModel"],
    "model_type": "bert",
    "hidden_size": 2,
    "max_position_embeddings": 512,
    "transformers_version": "4.8.2",
}


def weights(**tensors: tuple[str, list[int], int]) -> bytes:
    """A safetensors file from element type, shape and bytes of each tensor."""
    header: Json = {}
    position = 0
    for name, (dtype, shape, length) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [position, position + length]}
        position += length
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + bytes(position)


MODEL: Mapping[str, bytes] = {
    ".gitattributes": b"*.bin filter=lfs\n",
    "1_Pooling/config.json": b'{"pooling_mode_mean_tokens": true}',
    "README.md": README.encode(),
    "config.json": json.dumps(CONFIG).encode(),
    "model.safetensors": weights(w=("F32", [2, 3], 24), b=("F32", [3], 12), ids=("I64", [1, 4], 32)),
    "tokenizer.json": b'{"model": {"vocab": {"rail": 1, "openrail": 2}}}',
    "vocab.txt": b"[PAD]\nrail\nopenrail\n",
}


def observed(files: Mapping[str, bytes]) -> dict[str, object]:
    """What observers find in files that are in memory."""
    seen = {}
    for name, data in files.items():
        if (observer := observe_model(name, data, len(data))) is not None:
            observer.update(memoryview(data))
            seen[name] = observer.finish(lambda offset, length, data=data: data[offset : offset + length])  # type: ignore[misc]
    return seen


@pytest.fixture
def files() -> dict[str, bytes]:
    """The model's files by name; change what a test is about."""
    return dict(MODEL)


@pytest.fixture
def describe() -> Describe:
    """Describe files as the product does: hashed, with the bytes that `prefix_wanted` asks for."""

    def call(files: Mapping[str, bytes], **identity: str) -> Bom:
        entries = [
            FileEntry(name, hashlib.sha256(data).digest(), len(data), hashlib.sha512(data).digest())
            for name, data in files.items()
        ]
        prefixes = {name: data[: prefix_wanted(name, data, len(data))] for name, data in files.items()}
        return describe_model(build_manifest(entries, kind="directory"), prefixes, observed(files), **identity)

    return call
