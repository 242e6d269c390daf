"""How many bytes a tensor takes, and which digests are those of constants.

Tensors of zeros or ones are the same in any two models that have one of the size: they say nothing about kinship.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from math import prod

from attest.domain.bom import TensorRecord
from attest.formats.gguf_types import GGML_TYPES
from attest.formats.safetensors import ELEMENT_BITS

MAX_SIZE = 1 << 62
MAX_ZEROS = 256 << 20
"""Larger tensors are not looked at for zeros: a document may claim any shape, and looking costs a digest."""
MAX_ONES = 16 << 20
_BLOCK = 1 << 20
_BLOCKS = {kind.name: (kind.elements, kind.size) for kind in GGML_TYPES.values()}
# One in little-endian: IEEE 754, bfloat16, and the OCP 8-bit formats.
_ONES = {
    "F64": bytes.fromhex("000000000000f03f"), "F32": bytes.fromhex("0000803f"), "F16": bytes.fromhex("003c"),
    "BF16": bytes.fromhex("803f"), "F8_E4M3": b"\x38", "F8_E5M2": b"\x3c",
}  # fmt: skip


def size_of(record: TensorRecord) -> int | None:
    """Bytes of a tensor by its element type and shape, or None when they cannot be told."""
    elements = prod(record.shape)
    if elements > MAX_SIZE:
        return None
    if (bits := ELEMENT_BITS.get(record.dtype)) is not None:
        return elements * bits // 8 if elements * bits % 8 == 0 else None
    block = _BLOCKS.get(record.dtype)
    return elements // block[0] * block[1] if block is not None and elements % block[0] == 0 else None


def constant_digests(records: Iterable[TensorRecord]) -> frozenset[str]:
    """Digests that tensors of these types and sizes have when all of their elements are zero, or all are one.

    The work is that of digesting the largest of them once for each pattern, up to `MAX_ZEROS` and `MAX_ONES` bytes.
    """
    zeros: set[int] = set()
    ones: dict[str, set[int]] = {}
    for record in records:
        size = size_of(record)
        if size is None or size > MAX_ZEROS:
            continue
        zeros.add(size)
        if record.dtype in _ONES and size <= MAX_ONES:
            ones.setdefault(record.dtype, set()).add(size)
    found = set(_repeated(b"\0", zeros))
    for dtype, sizes in ones.items():
        found.update(_repeated(_ONES[dtype], sizes))
    return frozenset(found)


def _repeated(pattern: bytes, sizes: Iterable[int]) -> Iterable[str]:
    """The digests of a pattern that goes on for each of these sizes, in one pass."""
    block = pattern * (_BLOCK // len(pattern))
    digest, position = hashlib.sha256(), 0
    for size in sorted(sizes):
        while position < size:
            part = block[: min(size - position, _BLOCK)]
            digest.update(part)
            position += len(part)
        yield digest.copy().hexdigest()
